"""`/setup`: the shop's settings in one line, or question by question in a dialogue that a restart keeps."""

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.giveaways import MOST_A_DAY
from bot.rules.place import Place
from bot.rules.shops.calendar import SlotKind
from bot.rules.shops.setup import (
    GIVEAWAYS_OFFERED,
    MORNING_AT_FIRST,
    MORNINGS,
    NO_MORNING,
    REVIEW,
    STEPS,
    ZONES_OFFERED,
    Problem,
    Setup,
    SetupClosed,
    SetupDone,
    SetupFinished,
    SetupGivenUp,
    SetupPolicy,
    SetupReview,
    SetupStep,
    Step,
    after,
    before,
)
from bot.rules.words import Language
from bot.store import causes
from bot.store.audit import caused_by, record
from bot.store.dialogues import close_dialogue, find_dialogue, note_dialogue_message, open_dialogue
from bot.store.engine.db import Database
from bot.store.engine.sessions import PLANNED, Tx
from bot.store.tables import AuditEntry, Community, Dialogue, Slot

SETUP = "setup.changed"
KEPT = "setup.kept"
"""The panel was done without a change: the shop counts as set up, and there is nothing to undo."""
KIND = "setup"
"""The dialogue's kind."""
NAMES = tuple(field.name for field in fields(Setup))

Panel = SetupStep | SetupReview | SetupFinished | SetupGivenUp | SetupClosed


class SettingUp:
    """Use cases of `/setup`."""

    def __init__(self, db: Database, policy: SetupPolicy) -> None:
        self._db = db
        self.policy = policy

    async def settings(self, place: Place) -> dict[str, str]:
        """How the shop stands, by the settings' names."""
        return await self._db.read(settings_of, place.community_id)

    async def set_up(self, place: Place, actor_id: int, wish: Setup, at: datetime, cause: str) -> SetupDone:
        """Change the shop's settings."""
        return await self._db.write(set_up, place, actor_id, wish, at, cause)

    async def open(self, place: Place, user_id: int, at: datetime) -> Panel:
        """Open the panel, or go on where it was left."""
        return await self._db.write(open_panel, place, user_id, at, self.policy)

    async def go(self, user_id: int, step: str, panel_id: int | None) -> Panel:
        """Turn the panel to a step."""
        return await self._db.write(go, user_id, step, panel_id, self.policy)

    async def skip(self, user_id: int, step: str, panel_id: int | None, *, back: bool = False) -> Panel:
        """Leave a step unanswered, forwards or backwards."""
        return await self._db.write(skip, user_id, step, panel_id, self.policy, back=back)

    async def fill(self, user_id: int, step: str, value: str, panel_id: int | None) -> Panel:
        """Take a step's answer."""
        return await self._db.write(fill, user_id, step, value, panel_id, self.policy)

    async def finish(self, place: Place, user_id: int, at: datetime, cause: str, panel_id: int | None) -> Panel:
        """Save what was filled in, and close."""
        return await self._db.write(finish, place, user_id, at, cause, panel_id)

    async def give_up(self, user_id: int) -> SetupGivenUp | None:
        """Close without saving; None if nothing was open."""
        return await self._db.write(give_up, user_id)

    async def shown_in(self, user_id: int, message_id: int | None) -> None:
        """Remember which message shows the panel."""
        await self._db.write(note_dialogue_message, user_id, message_id)

    async def dialogue(self, user_id: int) -> Dialogue | None:
        """The dialogue that this person has open."""
        return await self._db.read(find_dialogue, user_id)


def settings_of(session: Session, community_id: int) -> dict[str, str]:
    """How the shop stands, by the settings' names."""
    community = session.execute(select(Community).where(col(Community.id) == community_id)).scalar_one()
    slot = _morning(session, community_id)
    morning = slot.at if slot is not None and slot.active else NO_MORNING
    return {name: morning if name == Step.MORNING else str(getattr(community, name)) for name in NAMES}


def set_up(tx: Tx, place: Place, actor_id: int, wish: Setup, at: datetime, cause: str) -> SetupDone:
    """Change what was asked for and write down what it was before."""
    done = caused_by(tx, place.community_id, cause)
    if done is not None and done.answer is not None:
        return causes.from_json(SetupDone, done.answer)
    _locked(tx, place.community_id)
    stood = settings_of(tx, place.community_id)
    asked = {name: str(value) for name in NAMES if (value := getattr(wish, name)) is not None}
    after_ = {name: value for name, value in asked.items() if stood[name] != value}
    before_ = {name: stood[name] for name in after_}
    _apply(tx, place.community_id, after_)
    entry = None
    if after_:
        entry = record(
            tx,
            community_id=place.community_id,
            actor_id=actor_id,
            act=SETUP,
            subject=", ".join(sorted(after_)),
            at=at,
            cause=cause,
            before=before_,
            after=after_,
        )
    outcome = SetupDone(
        **typed(stood | after_), changed=tuple(sorted(after_)), audit_id=entry.id if entry is not None else None
    )
    if entry is not None:
        entry.answer = causes.to_json(outcome)
    return outcome


def undo_setup(tx: Tx, place: Place, entry: AuditEntry) -> bool:
    """Put back what the settings were before an act; False if they were changed again since."""
    _locked(tx, place.community_id)
    stands = settings_of(tx, place.community_id)
    if any(stands[name] != value for name, value in (entry.after or {}).items()):
        return False
    _apply(tx, place.community_id, entry.before or {})
    return True


def typed(values: Mapping[str, str]) -> dict[str, Any]:
    """Settings as outcomes and wishes take them."""
    kinds: dict[str, Callable[[str], Any]] = {"language": Language, Step.GIVEAWAY: int}
    return {name: kinds.get(name, str)(value) for name, value in values.items()}


def _locked(tx: Tx, community_id: int) -> None:
    tx.execute(select(col(Community.id)).where(col(Community.id) == community_id).with_for_update())


def _morning(session: Session, community_id: int) -> Slot | None:
    return session.execute(
        select(Slot).where(col(Slot.community_id) == community_id, col(Slot.kind) == SlotKind.MORNING)
    ).scalar_one_or_none()


def _apply(tx: Tx, community_id: int, values: dict[str, str]) -> None:
    community = tx.execute(select(Community).where(col(Community.id) == community_id)).scalar_one()
    for name, value in values.items():
        if name == Step.MORNING:
            _set_morning(tx, community_id, value)
        elif name == Step.GIVEAWAY:
            community.giveaway = int(value)
        else:
            setattr(community, name, value)
    tx.flush()
    if {Step.MORNING, Step.TIMEZONE} & values.keys():
        tx.info[PLANNED] = True  # what is due when has moved


def _set_morning(tx: Tx, community_id: int, value: str) -> None:
    slot = _morning(tx, community_id)
    if slot is None:
        slot = Slot(community_id=community_id, kind=SlotKind.MORNING, at=MORNING_AT_FIRST)
        tx.add(slot)
    slot.active = value != NO_MORNING
    if slot.active:
        slot.at = value


def open_panel(tx: Tx, place: Place, user_id: int, at: datetime, policy: SetupPolicy) -> Panel:
    """Go on with what is open for this shop; else begin: a new shop's questions follow one another."""
    dialogue = find_dialogue(tx, user_id)
    if dialogue is not None and (dialogue.kind, dialogue.community_id) == (KIND, place.community_id):
        return _shown(tx, dialogue, policy)
    guided = not _was_set_up(tx, place.community_id)
    step = STEPS[0] if guided else REVIEW
    open_dialogue(tx, user_id, place.community_id, KIND, step, at, guided=guided, values={})
    tx.expire_all()
    opened = find_dialogue(tx, user_id)
    if opened is None:
        raise LookupError("a dialogue that was just opened is gone")
    return _shown(tx, opened, policy)


def _was_set_up(session: Session, community_id: int) -> bool:
    found = session.execute(
        select(col(AuditEntry.id))
        .where(col(AuditEntry.community_id) == community_id, col(AuditEntry.act).in_((SETUP, KEPT)))
        .limit(1)
    )
    return found.first() is not None


def go(tx: Tx, user_id: int, step: str, panel_id: int | None, policy: SetupPolicy) -> Panel:
    """Turn to a step from the overview, to which it leads back."""
    dialogue = _current(tx, user_id, panel_id)
    if dialogue is None or step not in {*STEPS, REVIEW}:
        return SetupClosed()
    return _turn(tx, dialogue, step, policy, guided=False)


def skip(tx: Tx, user_id: int, step: str, panel_id: int | None, policy: SetupPolicy, *, back: bool) -> Panel:
    """Leave a step unanswered."""
    dialogue = _current(tx, user_id, panel_id)
    if dialogue is None or step not in STEPS:
        return SetupClosed()
    guided = bool(dialogue.filled.get("guided"))
    return _turn(tx, dialogue, (before if back else after)(step, guided=guided), policy)


def fill(tx: Tx, user_id: int, step: str, value: str, panel_id: int | None, policy: SetupPolicy) -> Panel:
    """Keep a step's answer, until it is saved with the others."""
    dialogue = _current(tx, user_id, panel_id)
    if dialogue is None or step not in STEPS:
        return SetupClosed()
    values = dict(dialogue.filled.get("values", {}))
    if value == settings_of(tx, dialogue.community_id)[step]:
        values.pop(step, None)
    else:
        values[step] = value
    dialogue.filled = {**dialogue.filled, "values": values}
    return _turn(tx, dialogue, after(step, guided=bool(dialogue.filled.get("guided"))), policy)


def _current(tx: Tx, user_id: int, panel_id: int | None) -> Dialogue | None:
    """The open dialogue, unless the press came from an older panel than the one that shows it."""
    dialogue = tx.execute(
        select(Dialogue).where(col(Dialogue.user_id) == user_id, col(Dialogue.kind) == KIND).with_for_update()
    ).scalar_one_or_none()
    stale = dialogue is not None and panel_id is not None and dialogue.message_id not in {None, panel_id}
    return None if stale else dialogue


def _turn(tx: Tx, dialogue: Dialogue, step: str, policy: SetupPolicy, *, guided: bool | None = None) -> Panel:
    dialogue.step = step
    if guided is not None or step == REVIEW:
        dialogue.filled = {**dialogue.filled, "guided": bool(guided) and step != REVIEW}
    tx.flush()
    return _shown(tx, dialogue, policy)


def _shown(session: Session, dialogue: Dialogue, policy: SetupPolicy) -> SetupStep | SetupReview:
    filled: dict[str, str] = dialogue.filled.get("values", {})
    stands: dict[str, str] = settings_of(session, dialogue.community_id) | filled
    if dialogue.step not in STEPS:
        return SetupReview(**typed(stands), changed=tuple(step for step in STEPS if step in filled))
    step = Step(dialogue.step)
    return SetupStep(
        step=step,
        value=stands[step],
        options=_options(step, Language(stands["language"])),
        number=STEPS.index(step) + 1,
        guided=bool(dialogue.filled.get("guided")),
        most=_most(step, policy),
    )


def _most(step: Step, policy: SetupPolicy) -> int:
    most = {
        Step.SHOP: policy.max_shop,
        Step.PERSONA: policy.max_persona,
        Step.COIN: policy.max_coin,
        Step.GIVEAWAY: MOST_A_DAY,
    }
    return most.get(step, 0)


def _options(step: Step, language: Language) -> tuple[str, ...]:
    match step:
        case Step.LANGUAGE:
            return tuple(language.value for language in Language)
        case Step.TIMEZONE:
            return ZONES_OFFERED[language]
        case Step.MORNING:
            return MORNINGS
        case Step.GIVEAWAY:
            return GIVEAWAYS_OFFERED
        case _:
            return ()


def asked_again(shown: SetupStep, problem: Problem, *, options: tuple[str, ...] | None = None) -> SetupStep:
    """The same question, with what was wrong; or with answers that come near to what was typed."""
    return replace(shown, problem=problem, options=shown.options if options is None else options)


def finish(tx: Tx, place: Place, user_id: int, at: datetime, cause: str, panel_id: int | None) -> Panel:
    """Save everything at once: one entry in the audit log, one undo."""
    done = caused_by(tx, place.community_id, cause)
    if done is not None and done.answer is not None:
        saved = causes.from_json(SetupDone, done.answer)
        return SetupFinished(saved.shop, saved.changed, saved.audit_id)
    dialogue = _current(tx, user_id, panel_id)
    if dialogue is None or dialogue.community_id != place.community_id:
        return SetupClosed()
    saved = set_up(tx, place, user_id, Setup(**typed(dialogue.filled.get("values", {}))), at, cause)
    if saved.audit_id is None:
        entry = record(
            tx, community_id=place.community_id, actor_id=user_id, act=KEPT, subject=saved.shop, at=at, cause=cause
        )
        entry.answer = causes.to_json(saved)
    close_dialogue(tx, user_id)
    return SetupFinished(saved.shop, saved.changed, saved.audit_id)


def give_up(tx: Tx, user_id: int) -> SetupGivenUp | None:
    """Close without saving."""
    dialogue = find_dialogue(tx, user_id)
    if dialogue is None:
        return None
    unsaved = bool(dialogue.filled.get("values"))
    close_dialogue(tx, user_id)
    return SetupGivenUp(unsaved)
