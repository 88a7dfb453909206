"""A shop's settings: read, changed by `/setup` or its panel, and put back."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.act import Act
from bot.rules.place import DEFAULT_CURRENCIES, Place
from bot.rules.shops.setup import NO_MORNING, Setup, SetupDone, Step
from bot.rules.words import Language
from bot.store import causes
from bot.store.audit import first_answer, record_act
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.slots import morning_at, plan_again, set_morning
from bot.store.tables import AuditEntry, Community

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
    morning = morning_at(session, community_id) or NO_MORNING
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
    _apply(tx, act, after)
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
    _apply(tx, act, entry.before or {})
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


def _apply(tx: Tx, act: Act, values: dict[str, str]) -> None:
    community = tx.execute(select(Community).where(col(Community.id) == act.community_id)).scalar_one()
    for name, value in values.items():
        if name == Step.MORNING:
            set_morning(tx, act.community_id, None if value == NO_MORNING else value, act.at)
        elif name == Step.GIVEAWAY:
            community.giveaway = int(value)
        elif name == Step.CURRENCY:
            community.currency = value or None
        elif name == Step.CONTACT:
            community.contact = value or None
        else:
            setattr(community, name, value)
    tx.flush()
    if Step.TIMEZONE in values:
        plan_again(tx, act.community_id, act.at)  # the instants at which slots are due have moved
