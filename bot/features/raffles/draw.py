"""The draw: close a raffle, freeze its list, rank the entries, and announce the winners.

Each step is a state of the raffle's row, so a restart goes on where the last process stopped. Hashing and ranking run
in a thread. They give the same result each time, so a crash only delays the draw.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.raffles.facts import BEFORE_THE_DRAW, CARD, facts_of, lock_raffle, pulse_of, read_list
from bot.features.raffles.namings import name_round, tell_owner_it_waits
from bot.features.raffles.places import fill_places, look_up_winners, send_proof
from bot.logs import get_logger, logging_failures
from bot.rules.beacons import QUICKNET, Beacon, Pulse
from bot.rules.place import Place
from bot.rules.policies import Policies
from bot.rules.raffles.draws import Waits, pause_before_asking
from bot.rules.raffles.entries import OnList, check_entry
from bot.rules.raffles.facts import EntrantFacts, EntryState, RafflePolicy, RaffleState, Reason, Sealing
from bot.rules.sealing import ListLine, key_of, list_hash, order_of
from bot.rules.tiers import TierPolicy
from bot.store.engine.db import Database
from bot.store.engine.sessions import PLANNED, Rx, Tx
from bot.store.for_whom import those_of
from bot.store.look_up import LookUp
from bot.store.messages.cards import touch_cards
from bot.store.places import place_of
from bot.store.tables import Member, Raffle, RaffleEntry
from bot.store.tables.base import id_of
from bot.store.tiers import tiers_of
from bot.store.wins import won_since

log = get_logger("drawing")


class Draws:
    """Use cases of the draw."""

    def __init__(self, db: Database, policies: Policies, beacon: Beacon | None, look_up: LookUp | None = None) -> None:
        self._db = db
        self._policies = policies
        self._policy = policies[RafflePolicy]
        self._beacon = beacon
        self._look_up = look_up

    async def run_due(self, now: datetime) -> datetime | None:
        """Close, freeze and draw raffles that are due. Returns when the next one is due, or None."""
        for raffle_id, _ in await self._db.read(list_raffles_to_close, now):
            with logging_failures(log, "close_failed", raffle=raffle_id):
                await self._db.write(close, raffle_id, now)
        for raffle_id in await self._db.read(list_raffles_under_way):
            with logging_failures(log, "draw_failed", raffle=raffle_id):
                await self._advance(raffle_id, now)
        return await self._db.read(next_due, now, self._policy)

    async def _advance(self, raffle_id: int, now: datetime) -> None:
        """Do all steps of one raffle that can be done now."""
        raffle = await self._db.read(read_raffle, raffle_id)
        if raffle.state == RaffleState.CLOSED:
            while True:
                chunk = await self._db.read(check_chunk, raffle_id, self._policies)
                if not await self._db.write(write_verdicts, raffle_id, *chunk):
                    break
            entries = await read_list(self._db, raffle_id)
            frozen = await asyncio.to_thread(list_hash, entries)
            await self._db.write(freeze, raffle_id, frozen, len(entries), now, self._policy)
            raffle = await self._db.read(read_raffle, raffle_id)
        if raffle.state == RaffleState.LISTED:
            if raffle.draw_at is None or now < raffle.draw_at:
                return
            if raffle.sealing == Sealing.FREEZE and raffle.beacon_round is None:
                await self._db.write(continue_naming, raffle_id, now, self._policy)
                return
            pulse = await self._pulse(raffle)
            if pulse is None and self._must_wait(raffle, now):
                await self._db.write(postpone, raffle_id, now, self._policy)
                return
            await self._db.write(fix_key, raffle_id, pulse)
            raffle = await self._db.read(read_raffle, raffle_id)
        if raffle.state == RaffleState.SEALED:
            await self._rank(raffle, now)

    async def _pulse(self, raffle: Raffle) -> Pulse | None:
        if raffle.beacon_round is None or self._beacon is None:
            return None
        return await self._beacon.fetch(raffle.beacon_round)

    def _must_wait(self, raffle: Raffle, now: datetime) -> bool:
        """Whether the draw must wait for the beacon. A round that was named in the group is waited for without end."""
        if raffle.sealing == Sealing.FREEZE:
            return True
        if raffle.beacon_round is None or self._beacon is None:
            return False
        return now < QUICKNET.time_of(raffle.beacon_round) + self._policy.beacon_waits

    async def _rank(self, raffle: Raffle, now: datetime) -> None:
        """Compute the order, store it in chunks, then give the places."""
        raffle_id = id_of(raffle)
        entries = await read_list(self._db, raffle_id)
        order = await asyncio.to_thread(_rank_entries, raffle, entries)
        chunk = self._policy.chunk
        for start in range(raffle.ranked_to, len(order), chunk):
            await self._db.write(write_ranks, raffle_id, start, order[start : start + chunk])
        await look_up_winners(self._db, self._look_up, raffle_id, raffle.winners)
        await self._db.write(finish_draw, raffle_id, now)


def _rank_entries(raffle: Raffle, entries: Sequence[ListLine]) -> list[int]:
    pulse = pulse_of(raffle)
    randomness = bytes.fromhex(pulse.randomness) if pulse is not None else b""
    return order_of(key_of(bytes.fromhex(raffle.seed), raffle.list_hash or "", randomness), entries)


def list_raffles_to_close(session: Session, now: datetime) -> list[tuple[int, datetime]]:
    """Open raffles whose time is over, as (id, close)."""
    rows: Any = session.execute(
        select(col(Raffle.id), col(Raffle.closes))
        .where(col(Raffle.state) == RaffleState.OPEN, col(Raffle.closes) <= now)
        .order_by(col(Raffle.closes))
    ).all()
    return [(raffle_id, closes) for raffle_id, closes in rows]


def list_raffles_under_way(session: Session) -> list[int]:
    """Ids of raffles that are closed and not drawn yet."""
    rows: Any = session.execute(
        select(col(Raffle.id)).where(col(Raffle.state).in_(BEFORE_THE_DRAW)).order_by(col(Raffle.closes))
    ).scalars()
    return list(rows)


def next_due(session: Session, now: datetime, policy: RafflePolicy) -> datetime | None:
    """When the next raffle closes or is drawn, or None."""
    closing = session.execute(
        select(col(Raffle.closes)).where(col(Raffle.state) == RaffleState.OPEN).order_by(col(Raffle.closes)).limit(1)
    ).scalar_one_or_none()
    drawing = session.execute(select(col(Raffle.draw_at)).where(col(Raffle.state).in_(BEFORE_THE_DRAW))).scalars()
    # A draw that failed is tried again soon. The log has the reason.
    soon = now + policy.pause
    waiting = [soon if at is None or at <= now else at for at in drawing]
    return min([*waiting, *([closing] if closing is not None else [])], default=None)


def read_raffle(session: Session, raffle_id: int) -> Raffle:
    """The raffle's row."""
    return session.get_one(Raffle, raffle_id)


def close(tx: Tx, raffle_id: int, now: datetime) -> bool:
    """Close a raffle, so that nobody can enter any more. False if it was closed or cancelled before."""
    raffle = lock_raffle(tx, raffle_id)
    if raffle.state != RaffleState.OPEN or raffle.closes > now:
        return False
    raffle.state = RaffleState.CLOSED
    tx.flush()
    return True


def check_chunk(session: Rx | Tx, raffle_id: int, policies: Policies) -> tuple[int, list[dict[str, Any]]]:
    """Check the next chunk of entries, without writing.

    Returns the number before the first of them, and the verdicts.
    """
    raffle = session.get_one(Raffle, raffle_id)
    rows: Any = session.execute(
        select(
            col(RaffleEntry.number),
            col(RaffleEntry.salt),
            col(Member.id),
            col(Member.left_at),
            col(Member.back_since),
        )
        .join(Member, col(Member.id) == col(RaffleEntry.member_id))
        .where(col(RaffleEntry.raffle_id) == raffle_id, col(RaffleEntry.number) > raffle.checked_to)
        .order_by(col(RaffleEntry.number))
        .limit(policies[RafflePolicy].chunk)
    ).all()
    place = place_of(session, raffle.community_id)
    members = [row.id for row in rows]
    tiers = tiers_of(session, place, members, raffle.closes, policies[TierPolicy])
    came_back = {row.id: row.back_since for row in rows if row.back_since is not None}
    in_fresh, in_cap = (
        _won_within(session, place, members, came_back, raffle.closes, days)
        for days in (raffle.fresh_days, raffle.cap_days)
    )
    meant = those_of(session, place, raffle.segment, members, raffle.closes)
    facts = facts_of(raffle)
    verdicts: list[dict[str, Any]] = []
    for row in rows:
        fan = EntrantFacts(
            tiers[row.id].value,
            won_in_fresh=row.id in in_fresh,
            won_in_cap=row.id in in_cap,
            is_meant=row.id in meant,
        )
        verdict = check_entry(facts, fan, left=row.left_at is not None, deleted=row.salt is None)
        out = isinstance(verdict, Reason)
        verdicts.append(
            {
                "nth": row.number,
                "becomes": EntryState.OUT.value if out else EntryState.IN.value,
                "why": verdict.value if isinstance(verdict, Reason) else None,
                "weighs": verdict.weight if isinstance(verdict, OnList) else None,
                "behind": isinstance(verdict, OnList) and verdict.after,
            }
        )
    return raffle.checked_to, verdicts


def _won_within(
    session: Session,
    place: Place,
    members: Sequence[int],
    came_back: Mapping[int, datetime],
    closes: datetime,
    days: int,
) -> set[int]:
    """Members who won within so many days before the close, or whose data was deleted in that time."""
    if not days:
        return set()
    since = closes - timedelta(days=days)
    back = {member_id for member_id, deleted_at in came_back.items() if deleted_at > since}
    return back | won_since(session, place, members, since)


def write_verdicts(tx: Tx, raffle_id: int, after: int, verdicts: Sequence[dict[str, Any]]) -> bool:
    """Store a chunk's verdicts: which entries stay on the list, and their weights.

    False if no entry is left to check.
    """
    raffle = lock_raffle(tx, raffle_id)
    if raffle.state != RaffleState.CLOSED or not verdicts:
        return False
    if raffle.checked_to == after:
        table: Any = RaffleEntry.__table__  # type: ignore[attr-defined]  # past the ORM: one statement for the chunk
        tx.connection().execute(
            update(table)
            .where(table.c.raffle_id == raffle_id, table.c.number == bindparam("nth"), table.c.state == EntryState.IN)
            .values(
                state=bindparam("becomes"),
                reason=bindparam("why"),
                weight=bindparam("weighs"),
                after=bindparam("behind"),
            ),
            list(verdicts),
        )
        raffle.checked_to = verdicts[-1]["nth"]
        tx.flush()
    return True


def freeze(tx: Tx, raffle_id: int, frozen: str, listed: int, now: datetime, policy: RafflePolicy) -> bool:
    """Freeze the list, show its hash, and name a round if the beacon seals this raffle.

    False if the list was frozen before.
    """
    raffle = lock_raffle(tx, raffle_id)
    if raffle.state != RaffleState.CLOSED:
        return False
    raffle.state, raffle.list_hash, raffle.listed = RaffleState.LISTED, frozen, listed
    raffle.draw_at = now + policy.pause
    tx.flush()
    if raffle.sealing == Sealing.FREEZE:
        name_round(tx, raffle, now, policy)
    touch_cards(tx, raffle.community_id, CARD, raffle_id, now)
    tx.info[PLANNED] = True
    return True


def continue_naming(tx: Tx, raffle_id: int, now: datetime, policy: RafflePolicy) -> None:
    """Check what became of the naming, and name another round if it can't count."""
    raffle = lock_raffle(tx, raffle_id)
    if raffle.state == RaffleState.LISTED and raffle.sealing == Sealing.FREEZE and raffle.beacon_round is None:
        name_round(tx, raffle, now, policy)


def postpone(tx: Tx, raffle_id: int, now: datetime, policy: RafflePolicy) -> None:
    """Ask for the beacon's round later, as it isn't available yet. If it takes long, tell the owner once."""
    raffle = lock_raffle(tx, raffle_id)
    if raffle.state != RaffleState.LISTED or raffle.beacon_round is None:
        return
    overdue = now - QUICKNET.time_of(raffle.beacon_round)
    raffle.draw_at = now + pause_before_asking(overdue, policy)
    if raffle.sealing == Sealing.FREEZE and overdue > policy.beacon_waits:
        tell_owner_it_waits(tx, raffle, Waits.BEACON, now)
    tx.flush()


def fix_key(tx: Tx, raffle_id: int, pulse: Pulse | None) -> bool:
    """Store the beacon's round that goes into the key.

    False if the key was fixed before, or this is the wrong round.
    """
    raffle = lock_raffle(tx, raffle_id)
    if raffle.state != RaffleState.LISTED:
        return False
    if raffle.sealing == Sealing.FREEZE and (pulse is None or pulse.round != raffle.beacon_round):
        return False
    if pulse is not None:
        raffle.beacon_randomness, raffle.beacon_signature = pulse.randomness, pulse.signature
    raffle.state = RaffleState.SEALED
    tx.flush()
    return True


def write_ranks(tx: Tx, raffle_id: int, start: int, numbers: Sequence[int]) -> bool:
    """Store a chunk of the order. False if that was done before."""
    raffle = lock_raffle(tx, raffle_id)
    if raffle.state != RaffleState.SEALED or raffle.ranked_to != start:
        return False
    places = [{"drawn": number, "nth": start + nth} for nth, number in enumerate(numbers, start=1)]
    table: Any = RaffleEntry.__table__  # type: ignore[attr-defined]  # past the ORM: one statement for the chunk
    tx.connection().execute(
        update(table)
        .where(table.c.raffle_id == raffle_id, table.c.number == bindparam("drawn"))
        .values(place=bindparam("nth")),
        places,
    )
    raffle.ranked_to = start + len(numbers)
    tx.flush()
    return True


def finish_draw(tx: Tx, raffle_id: int, now: datetime) -> bool:
    """Give the places to the first in rank who are still in the shop, and promise the messages about it.

    False if drawn before.
    """
    raffle = lock_raffle(tx, raffle_id)
    if raffle.state != RaffleState.SEALED:
        return False
    raffle.state, raffle.drawn_at = RaffleState.DRAWN, now
    tx.flush()
    place = place_of(tx, raffle.community_id)
    fill_places(tx, place, raffle, raffle.winners, now, moved_up=False)
    send_proof(tx, raffle, now)
    return True
