"""A shop's settings: read, changed by `/setup` or its panel, and put back."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.act import Act
from bot.rules.place import DEFAULT_CURRENCIES, Place
from bot.rules.shops.calendar import SlotKind
from bot.rules.shops.setup import MORNING_AT_FIRST, NO_MORNING, Setup, SetupDone, Step
from bot.rules.words import Language
from bot.store import causes
from bot.store.audit import first_answer, record_act
from bot.store.engine.db import Database
from bot.store.engine.sessions import PLANNED, Tx
from bot.store.tables import AuditEntry, Community, Slot

CHANGED = "setup.changed"
"""The audit log's name for a change of settings."""
NAMES = tuple(field.name for field in fields(Setup))


class ShopSettings:
    """Use cases of settings."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def read(self, place: Place) -> dict[str, str]:
        """The shop's settings, by their names."""
        return await self._db.read(settings_of, place.community_id)

    async def change(self, act: Act, wish: Setup) -> SetupDone:
        """Change the shop's settings."""
        return await self._db.write(change_settings, act, wish)


def settings_of(session: Session, community_id: int) -> dict[str, str]:
    """The shop's settings, by their names."""
    community = session.execute(select(Community).where(col(Community.id) == community_id)).scalar_one()
    slot = _morning_slot(session, community_id)
    morning = slot.at if slot is not None and slot.active else NO_MORNING
    currency = community.currency or DEFAULT_CURRENCIES[Language(community.language)]
    told = {Step.MORNING.value: morning, Step.CURRENCY.value: currency, Step.CONTACT.value: community.contact or ""}
    return {name: told[name] if name in told else str(getattr(community, name)) for name in NAMES}


def change_settings(tx: Tx, act: Act, wish: Setup) -> SetupDone:
    """Change what was asked for, and write down what it was before."""
    answer = first_answer(tx, act, SetupDone)
    if answer is not None:
        return answer
    _lock_community(tx, act.community_id)
    stood = settings_of(tx, act.community_id)
    chosen = stood | {Step.CURRENCY.value: _chosen_currency(tx, act.community_id)}
    asked = {name: str(value) for name in NAMES if (value := getattr(wish, name)) is not None}
    after = {name: value for name, value in asked.items() if chosen[name] != value}
    before = {name: chosen[name] for name in after}
    _apply(tx, act.community_id, after)
    entry = record_act(tx, act, CHANGED, ", ".join(sorted(after)), before=before, after=after) if after else None
    audit_id = entry.id if entry is not None else None
    stands = settings_of(tx, act.community_id)
    # A shop that chose no currency has the usual one of its language: a new language may change both.
    changed = tuple(sorted(name for name in NAMES if name in after or stands[name] != stood[name]))
    outcome = SetupDone(**typed(stands), changed=changed, audit_id=audit_id)
    if entry is not None:
        entry.answer = causes.to_json(outcome)
    return outcome


def undo_setup(tx: Tx, act: Act, entry: AuditEntry) -> bool:
    """Put back what the settings were before an act; False if they were changed again since."""
    _lock_community(tx, act.community_id)
    stands = settings_of(tx, act.community_id)
    if any(stands[name] != value for name, value in (entry.after or {}).items()):
        return False
    _apply(tx, act.community_id, entry.before or {})
    return True


def typed(values: Mapping[str, str]) -> dict[str, Any]:
    """Settings as outcomes and wishes take them."""
    kinds: dict[str, Callable[[str], Any]] = {"language": Language, Step.GIVEAWAY: int}
    return {name: kinds.get(name, str)(value) for name, value in values.items()}


def _lock_community(tx: Tx, community_id: int) -> None:
    tx.execute(select(col(Community.id)).where(col(Community.id) == community_id).with_for_update())


def _chosen_currency(session: Session, community_id: int) -> str:
    """The currency that the owner chose; empty if the shop has the usual one of its language."""
    return session.execute(select(col(Community.currency)).where(col(Community.id) == community_id)).scalar_one() or ""


def _morning_slot(session: Session, community_id: int) -> Slot | None:
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
        elif name == Step.CURRENCY:
            community.currency = value or None
        elif name == Step.CONTACT:
            community.contact = value or None
        else:
            setattr(community, name, value)
    tx.flush()
    if {Step.MORNING, Step.TIMEZONE} & values.keys():
        tx.info[PLANNED] = True  # the times at which slots are due have moved


def _set_morning(tx: Tx, community_id: int, value: str) -> None:
    slot = _morning_slot(tx, community_id)
    if slot is None:
        slot = Slot(community_id=community_id, kind=SlotKind.MORNING, at=MORNING_AT_FIRST)
        tx.add(slot)
    slot.active = value != NO_MORNING
    if slot.active:
        slot.at = value
