"""Raffles as facts: what the fans', the staff's and the clock's side of them read."""

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
"""The kind of a raffle's living card, and of its proof."""
REDRAW = "redraw"
"""The kind of a proof that comes with a redraw."""
PAGE = 5000
"""Entries of a list that are read at once."""
BEFORE_THE_DRAW = (RaffleState.CLOSED, RaffleState.LISTED, RaffleState.SEALED)


def facts_of(raffle: Raffle) -> RaffleFacts:
    """What rules need of a raffle."""
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
    )


def has_proof(raffle: Raffle) -> bool:
    """Whether there is a proof: it is drawn, or was called off after its freeze. Its seed is told then, not before."""
    return raffle.state == RaffleState.DRAWN or raffle.called_off_at is not None


def audit_subject(raffle: Raffle) -> str:
    """What the audit log calls it."""
    return f"#{raffle.number} {raffle.prize}"


def find_raffle(session: Session, community_id: int, raffle_id: int) -> Raffle | None:
    """A raffle of this community, or None."""
    return session.execute(
        select(Raffle).where(col(Raffle.id) == raffle_id, col(Raffle.community_id) == community_id)
    ).scalar_one_or_none()


def find_by_number(session: Session, community_id: int, number: int, *, lock: bool = False) -> Raffle | None:
    """The raffle that staff call by this number."""
    query = select(Raffle).where(col(Raffle.community_id) == community_id, col(Raffle.number) == number)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.execute(query).scalar_one_or_none()


def lock_raffle(tx: Tx, raffle_id: int) -> Raffle:
    """The row itself, lock_raffle: who closes, draws or cancels comes one by one."""
    return tx.execute(
        select(Raffle).where(col(Raffle.id) == raffle_id).with_for_update().execution_options(populate_existing=True)
    ).scalar_one()


def count_entries(session: Session, raffle_id: int, *which: ColumnElement[bool]) -> int:
    """Entries of a raffle, all or some."""
    found: int = session.execute(
        select(func.count()).select_from(RaffleEntry).where(col(RaffleEntry.raffle_id) == raffle_id, *which)
    ).scalar_one()
    return found


def count_redrawn(session: Session, raffle_id: int) -> int:
    """How many places were drawn anew so far."""
    return count_entries(session, raffle_id, col(RaffleEntry.redraw).is_not(None))


def read_list_page(session: Session, raffle_id: int, after: int, limit: int) -> list[ListLine]:
    """A page of the frozen list, by number."""
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
    """The whole frozen list, read page by page beside the writes."""
    entries: list[ListLine] = []
    while page := await db.read(read_list_page, raffle_id, entries[-1].number if entries else 0, PAGE):
        entries += page
    return entries


def pulse_of(raffle: Raffle) -> Pulse | None:
    """The beacon's round that goes into the key, once it was had."""
    if raffle.beacon_round is None or raffle.beacon_randomness is None:
        return None
    return Pulse(raffle.beacon_round, raffle.beacon_randomness, raffle.beacon_signature or "")


def list_winners(session: Session, raffle_id: int, limit: int | None = None) -> list[Winner]:
    """Who has won, in rank."""
    return named(session, raffle_id, col(RaffleEntry.state) == EntryState.WON, limit=limit)


def named(session: Session, raffle_id: int, *which: ColumnElement[bool], limit: int | None = None) -> list[Winner]:
    """Entries as everybody may see them, in rank."""
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
    """Entries that were drawn, haven't won and weren't struck, best first."""
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
