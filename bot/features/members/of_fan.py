"""Find the fan whom staff act on. A fan of another shop isn't found."""

from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.store.engine.sessions import Tx
from bot.store.leaving import Leaving
from bot.store.tables import Account, AuditEntry, Member, Person

TAGGED, NOTED, NOTE_GONE, GRANTED = "fan.tagged", "fan.noted", "fan.note_gone", "fan.granted"
"""Names of acts in the audit log."""
ABOUT_FANS = (TAGGED, NOTED, NOTE_GONE, GRANTED)
NOBODY = "…"
"""What stands in the audit log in the place of a name, once the fan had their data deleted."""


class FanFound(NamedTuple):
    """A fan, locked."""

    member_id: int
    user_id: int
    name: str
    here: bool
    """Whether they are in a room of the shop."""
    service: bool
    """Whether they are told unasked what becomes of something of theirs."""
    account_id: int
    balance: int


def lock_fan(tx: Tx, community_id: int, member_id: int) -> FanFound | None:
    """The fan of this shop with this row, with their account, locked until the commit; None if there is none."""
    row = tx.execute(
        select(
            col(Member.id),
            col(Member.user_id),
            col(Person.name),
            col(Member.left_at).is_(None),
            col(Member.service),
            col(Account.id),
            col(Account.balance),
        )
        .join(Account, col(Account.member_id) == col(Member.id))
        .join(Person, col(Person.user_id) == col(Member.user_id))
        .where(col(Member.id) == member_id, col(Member.community_id) == community_id, col(Member.user_id) > 0)
        .with_for_update(of=(Account, Member), key_share=True)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        return None
    member, user_id, name, here, service, account_id, balance = row
    return FanFound(member or 0, user_id, name, bool(here), service, account_id or 0, balance or 0)


def name_of(session: Session, community_id: int, member_id: int) -> str | None:
    """The fan's name; None if there is no such fan here."""
    return session.execute(
        select(col(Person.name))
        .join(Member, col(Member.user_id) == col(Person.user_id))
        .where(col(Member.id) == member_id, col(Member.community_id) == community_id, col(Member.user_id) > 0)
    ).scalar_one_or_none()


def forget_entries(tx: Tx, leaving: Leaving) -> None:
    """What staff did for the fan stays written down, without their name, their tags and the reasons.

    Coins stay, as an operator's limit of the day is added up from them.
    """
    entries = tx.execute(
        select(AuditEntry).where(
            col(AuditEntry.community_id) == leaving.community_id,
            col(AuditEntry.act).in_((*ABOUT_FANS, *(f"{act}.undone" for act in ABOUT_FANS))),
            col(AuditEntry.subject_id) == leaving.member_id,
        )
    ).scalars()
    for entry in entries:
        coins = (entry.after or {}).get("coins")
        entry.subject, entry.answer, entry.before = NOBODY, None, None
        entry.after = {"coins": coins} if coins is not None else None
    tx.flush()
