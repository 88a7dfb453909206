"""Queries about raffles that entering, staff's acts and the draw share."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.beacons import Pulse
from bot.rules.raffles.facts import EntryState, Need, RaffleFacts, RaffleState
from bot.rules.raffles.results import Winner
from bot.rules.sealing import ListLine
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.tables import Member, Person, Raffle, RaffleEntry
from bot.store.tables.base import id_of

CARD = "raffle"
"""The kind of a raffle's living card, and of its proof's file."""
REDRAW = "redraw"
"""The kind of the proof's file that a redraw sends."""
PAGE = 5000
"""How many entries of a list one query reads."""
BEFORE_THE_DRAW = (RaffleState.CLOSED, RaffleState.LISTED, RaffleState.SEALED)


def facts_of(raffle: Raffle) -> RaffleFacts:
    """The row as the rules need it."""
    return RaffleFacts(
        id=id_of(raffle),
        number=raffle.number,
        prize=raffle.prize,
        state=RaffleState(raffle.state),
        made_at=raffle.made_at,
        closes=raffle.closes,
        ticket=raffle.ticket,
        tier=raffle.tier,
        needs=tuple(Need(need) for need in raffle.needs),
        weights=tuple(raffle.weights),
        fresh_days=raffle.fresh_days,
        cap_days=raffle.cap_days,
        segment=raffle.segment,
    )


def has_proof(raffle: Raffle) -> bool:
    """Whether there is a proof: the raffle is drawn, or was called off after its freeze.

    Only then is the seed published.
    """
    return raffle.state == RaffleState.DRAWN or raffle.called_off_at is not None


def audit_subject(raffle: Raffle) -> str:
    """The raffle's name in the audit log."""
    return f"#{raffle.number} {raffle.prize}"


def find_raffle(session: Session, community_id: int, raffle_id: int) -> Raffle | None:
    """A raffle of this community, or None."""
    return session.execute(
        select(Raffle).where(col(Raffle.id) == raffle_id, col(Raffle.community_id) == community_id)
    ).scalar_one_or_none()


def find_by_number(session: Session, community_id: int, number: int, *, lock: bool = False) -> Raffle | None:
    """The raffle that staff name by this number, or None."""
    query = select(Raffle).where(col(Raffle.community_id) == community_id, col(Raffle.number) == number)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.execute(query).scalar_one_or_none()


def lock_raffle(tx: Tx, raffle_id: int) -> Raffle:
    """Lock the row, so that closing, drawing and cancelling come one after the other."""
    return tx.execute(
        select(Raffle).where(col(Raffle.id) == raffle_id).with_for_update().execution_options(populate_existing=True)
    ).scalar_one()


def count_entries(session: Session, raffle_id: int, *which: ColumnElement[bool]) -> int:
    """The number of a raffle's entries, or of those for which `which` holds."""
    found: int = session.execute(
        select(func.count()).select_from(RaffleEntry).where(col(RaffleEntry.raffle_id) == raffle_id, *which)
    ).scalar_one()
    return found


def count_redrawn(session: Session, raffle_id: int) -> int:
    """The number of places that were drawn anew so far."""
    return count_entries(session, raffle_id, col(RaffleEntry.redraw).is_not(None))


def read_list_page(session: Session, raffle_id: int, after: int, limit: int) -> list[ListLine]:
    """At most `limit` lines of the frozen list, by number, beginning after number `after`."""
    rows: Any = session.execute(
        select(col(RaffleEntry.number), col(RaffleEntry.weight), col(RaffleEntry.seal), col(RaffleEntry.after))
        .where(
            col(RaffleEntry.raffle_id) == raffle_id,
            col(RaffleEntry.number) > after,
            col(RaffleEntry.state) != EntryState.OUT,
            col(RaffleEntry.weight).is_not(None),
        )
        .order_by(col(RaffleEntry.number))
        .limit(limit)
    ).all()
    return [ListLine(number, weight, seal, after) for number, weight, seal, after in rows]


async def read_list(db: Database, raffle_id: int) -> list[ListLine]:
    """The whole frozen list. It is read in pages, so that writes can go on in between."""
    entries: list[ListLine] = []
    while page := await db.read(read_list_page, raffle_id, entries[-1].number if entries else 0, PAGE):
        entries += page
    return entries


def pulse_of(raffle: Raffle) -> Pulse | None:
    """The beacon's round that goes into the key, or None before the bot got it."""
    if raffle.beacon_round is None or raffle.beacon_randomness is None:
        return None
    return Pulse(raffle.beacon_round, raffle.beacon_randomness, raffle.beacon_signature or "")


def list_winners(session: Session, raffle_id: int, limit: int | None = None) -> list[Winner]:
    """The winners, best rank first."""
    return list_shown(session, raffle_id, col(RaffleEntry.state) == EntryState.WON, limit=limit)


def list_shown(session: Session, raffle_id: int, *which: ColumnElement[bool], limit: int | None = None) -> list[Winner]:
    """Entries for which `which` holds, as everybody may see them, best rank first."""
    rows: Any = session.execute(
        select(col(RaffleEntry.number), col(Person.name), col(Member.hidden))
        .join(Member, col(Member.id) == col(RaffleEntry.member_id))
        .join(Person, col(Person.user_id) == col(Member.user_id))
        .where(col(RaffleEntry.raffle_id) == raffle_id, *which)
        .order_by(col(RaffleEntry.place), col(RaffleEntry.number))
        .limit(limit)
    ).all()
    return [Winner(number, None if hidden or not name else name) for number, name, hidden in rows]


def next_in_rank(session: Session, raffle_id: int, limit: int) -> Sequence[RaffleEntry]:
    """Ranked entries that have no place and weren't struck, best rank first."""
    return (
        session.execute(
            select(RaffleEntry)
            .where(
                col(RaffleEntry.raffle_id) == raffle_id,
                col(RaffleEntry.state) == EntryState.IN,
                col(RaffleEntry.place).is_not(None),
            )
            .order_by(col(RaffleEntry.place))
            .limit(limit)
        )
        .scalars()
        .all()
    )
