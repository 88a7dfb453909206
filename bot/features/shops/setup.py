"""The panel of `/setup`: the shop's settings, question by question, in a dialogue that a restart keeps."""

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.shops.settings import CHANGED, change_settings, settings_of, typed
from bot.rules.act import Act
from bot.rules.shops.setup import (
    CURRENCIES_OFFERED,
    GIVEAWAYS_OFFERED,
    MORNINGS,
    REVIEW,
    STEPS,
    ZONES_OFFERED,
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
from bot.store.audit import first_answer, record_act
from bot.store.dialogues import close_dialogue, find_dialogue, note_dialogue_message, open_dialogue
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.tables import AuditEntry, Dialogue

KEPT = "setup.kept"
"""The panel was done without a change: the shop counts as set up, and there is nothing to undo."""
KIND = "setup"
"""The dialogue's kind."""

Panel = SetupStep | SetupReview | SetupFinished | SetupGivenUp | SetupClosed


class SetupDialogue:
    """Use cases of the panel. `panel_id` is the message that a press came from; None for what was typed."""

    def __init__(self, db: Database, policy: SetupPolicy) -> None:
        self._db = db
        self._policy = policy

    async def open(self, act: Act) -> Panel:
        """Open the sender's panel, or continue where it was left."""
        return await self._db.write(open_panel, act, self._policy)

    async def go(self, user_id: int, step: str, panel_id: int | None) -> Panel:
        """Go to a step."""
        return await self._db.write(go, user_id, step, panel_id, self._policy)

    async def skip(self, user_id: int, step: str, panel_id: int | None, *, back: bool = False) -> Panel:
        """Leave a step unanswered and go on, or back."""
        return await self._db.write(skip, user_id, step, panel_id, self._policy, back=back)

    async def fill(self, user_id: int, step: str, value: str, panel_id: int | None) -> Panel:
        """Take a step's answer."""
        return await self._db.write(fill, user_id, step, value, panel_id, self._policy)

    async def finish(self, act: Act, panel_id: int | None) -> Panel:
        """Save what was filled in, and close."""
        return await self._db.write(finish, act, panel_id)

    async def give_up(self, user_id: int) -> SetupGivenUp | None:
        """Close without saving; None if nothing was open."""
        return await self._db.write(give_up, user_id)

    async def shown_in(self, user_id: int, message_id: int | None) -> None:
        """Remember which message shows the panel."""
        await self._db.write(note_dialogue_message, user_id, message_id)

    async def find(self, user_id: int) -> Dialogue | None:
        """The dialogue that this person has open."""
        return await self._db.read(find_dialogue, user_id)


def open_panel(tx: Tx, act: Act, policy: SetupPolicy) -> Panel:
    """Continue what is open for this shop, else begin. A new shop is asked one question after another."""
    user_id = act.sender.user_id
    dialogue = find_dialogue(tx, user_id)
    if dialogue is not None and (dialogue.kind, dialogue.community_id) == (KIND, act.community_id):
        return _panel_of(tx, dialogue, policy)
    guided = not _was_set_up(tx, act.community_id)
    step = STEPS[0] if guided else REVIEW
    open_dialogue(tx, user_id, act.community_id, KIND, step, act.at, guided=guided, values={})
    tx.expire_all()
    opened = find_dialogue(tx, user_id)
    if opened is None:
        raise LookupError("a dialogue that was just opened is gone")
    return _panel_of(tx, opened, policy)


def _was_set_up(session: Session, community_id: int) -> bool:
    found = session.execute(
        select(col(AuditEntry.id))
        .where(col(AuditEntry.community_id) == community_id, col(AuditEntry.act).in_((CHANGED, KEPT)))
        .limit(1)
    )
    return found.first() is not None


def go(tx: Tx, user_id: int, step: str, panel_id: int | None, policy: SetupPolicy) -> Panel:
    """Go to a step from the overview; the step leads back there."""
    dialogue = _current(tx, user_id, panel_id)
    if dialogue is None or step not in {*STEPS, REVIEW}:
        return SetupClosed()
    return _go_to(tx, dialogue, step, policy, guided=False)


def skip(tx: Tx, user_id: int, step: str, panel_id: int | None, policy: SetupPolicy, *, back: bool) -> Panel:
    """Leave a step unanswered."""
    dialogue = _current(tx, user_id, panel_id)
    if dialogue is None or step not in STEPS:
        return SetupClosed()
    guided = bool(dialogue.filled.get("guided"))
    return _go_to(tx, dialogue, (before if back else after)(step, guided=guided), policy)


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
    return _go_to(tx, dialogue, after(step, guided=bool(dialogue.filled.get("guided"))), policy)


def _current(tx: Tx, user_id: int, panel_id: int | None) -> Dialogue | None:
    """The open dialogue, unless the press came from an older panel than the one that shows it."""
    dialogue = tx.execute(
        select(Dialogue).where(col(Dialogue.user_id) == user_id, col(Dialogue.kind) == KIND).with_for_update()
    ).scalar_one_or_none()
    stale = dialogue is not None and panel_id is not None and dialogue.message_id not in {None, panel_id}
    return None if stale else dialogue


def _go_to(tx: Tx, dialogue: Dialogue, step: str, policy: SetupPolicy, *, guided: bool | None = None) -> Panel:
    dialogue.step = step
    if guided is not None or step == REVIEW:
        dialogue.filled = {**dialogue.filled, "guided": bool(guided) and step != REVIEW}
    tx.flush()
    return _panel_of(tx, dialogue, policy)


def _panel_of(session: Session, dialogue: Dialogue, policy: SetupPolicy) -> SetupStep | SetupReview:
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
        Step.GIVEAWAY: policy.max_giveaway,
        Step.CONTACT: policy.max_contact,
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
        case Step.CURRENCY:
            return CURRENCIES_OFFERED
        case _:
            return ()


def finish(tx: Tx, act: Act, panel_id: int | None) -> Panel:
    """Save everything at once: one entry in the audit log, one undo."""
    saved = first_answer(tx, act, SetupDone)
    if saved is not None:
        return SetupFinished(saved.shop, saved.changed, saved.audit_id)
    user_id = act.sender.user_id
    dialogue = _current(tx, user_id, panel_id)
    if dialogue is None or dialogue.community_id != act.community_id:
        return SetupClosed()
    saved = change_settings(tx, act, Setup(**typed(dialogue.filled.get("values", {}))))
    if saved.audit_id is None:
        entry = record_act(tx, act, KEPT, saved.shop)
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
