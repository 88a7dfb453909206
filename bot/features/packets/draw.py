"""What the clock does with red packets: it draws when the fair window is over, and sends back what is left after a day.

A draw is planned outside the writer, from the seed and a list that is frozen. Its shares are handed out in chunks. A
crash between two chunks changes nothing: the same seed and list give the same order, and each fan's row is given a
share once.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Integer, and_, bindparam, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.packets.cards import CARD
from bot.features.packets.closing import close_packet, give_up_share
from bot.features.packets.shares import (
    Purse,
    Share,
    absent_among,
    lock_packet,
    lock_purses,
    share_key,
    shares_of,
    waiting_share,
)
from bot.logs import get_logger, logging_failures
from bot.rules.fans import FansPolicy
from bot.rules.farming import FarmingPolicy, Reason, Sign
from bot.rules.packets.packets import LIVE, PacketPolicy, PacketState
from bot.rules.packets.shares import places
from bot.rules.place import Place
from bot.rules.policies import Policies
from bot.rules.sealing import ListLine, key_of, list_hash, order_of
from bot.store import ledger
from bot.store.engine.db import Database
from bot.store.engine.hot import Hot
from bot.store.engine.sessions import Tx
from bot.store.held import Reward, held_reasons, hold
from bot.store.look_up import LookUp
from bot.store.messages.cards import touch_cards
from bot.store.places import place_of
from bot.store.tables import Member, Presence, Sighting
from bot.store.tables.base import Id, id_of
from bot.store.tables.packets import Packet, PacketTake
from bot.store.tables.wins import WinKind
from bot.store.wins import record_win

log = get_logger("packets")

CHUNK = 500
"""Shares handed out in one transaction: no write holds the writer longer than 50 ms."""
READ_AT_ONCE = 5_000
HELD = "packet"
"""The kind of what is held here; its subject is the packet."""

_GIVE = Hot(
    update(PacketTake)
    .where(
        and_(
            col(PacketTake.member_id) == bindparam("member", type_=Id),
            col(PacketTake.packet_id) == bindparam("packet", type_=Id),
            col(PacketTake.nth).is_(None),
        )
    )
    .values(
        nth=bindparam("nth", type_=Integer),
        coins=bindparam("coins", type_=Integer),
        balance=bindparam("balance", type_=Integer),
    )
)


@dataclass(frozen=True, slots=True)
class _Live:
    """A packet that has something to come."""

    id: int
    state: str
    draws_at: datetime | None
    expires_at: datetime

    def due_at(self, policy: PacketPolicy) -> datetime:
        """When the clock has to look at it."""
        if self.state == PacketState.DRAWING or self.draws_at is None:
            return self.expires_at if self.draws_at is None else self.draws_at
        return self.draws_at + policy.settle if self.state == PacketState.GATHERING else self.expires_at


@dataclass(frozen=True, slots=True)
class _Taker:
    member_id: int
    line: ListLine


@dataclass(frozen=True, slots=True)
class _Plan:
    """Who gets which share."""

    frozen: str
    places: tuple[tuple[int, int], ...]
    """(member, share) in the order of the shares."""


class PacketDraws:
    """The clock's use cases of red packets."""

    def __init__(self, db: Database, policies: Policies, look_up: LookUp | None = None) -> None:
        """`look_up` asks Telegram about those who were drawn, before they are paid."""
        self._db = db
        self._policy, self._fans, self._farming = policies[PacketPolicy], policies[FansPolicy], policies[FarmingPolicy]
        self._look_up = look_up

    async def run_due(self, now: datetime) -> datetime | None:
        """Draw and end what is due; when there is more to do."""
        for packet in await self._db.read(live_packets):
            if packet.due_at(self._policy) <= now:
                with logging_failures(log, "packet_failed", packet=packet.id):
                    await self._run(packet, now)
        coming = [at for one in await self._db.read(live_packets) if (at := one.due_at(self._policy)) > now]
        return min(coming, default=None)

    async def _run(self, packet: _Live, now: datetime) -> None:
        if packet.state != PacketState.OPEN:
            await self._draw(packet.id, now)
        if packet.expires_at <= now:
            await self._db.write(expire, packet.id, now)

    async def _draw(self, packet_id: int, now: datetime) -> None:
        await self._db.write(freeze, packet_id)
        seed, shares = await self._db.read(sealed_in, packet_id)
        takers: list[_Taker] = []
        while more := await self._db.read(takers_after, packet_id, takers[-1].line.number if takers else 0):
            takers += more
        plan = await asyncio.to_thread(plan_draw, seed, shares, takers)
        if self._look_up is not None and plan.places:
            drawn = [member_id for member_id, _ in plan.places]
            await self._look_up(*await self._db.read(to_be_asked_about, packet_id, drawn, self._fans))
        for start in range(0, len(plan.places), CHUNK):
            given = plan.places[start : start + CHUNK]
            fans = [member_id for member_id, _ in given]
            waits = await self._db.read(suspects, packet_id, fans, now, self._farming)
            await self._db.write(hand_out, packet_id, given, waits, now, self._farming)
        await self._db.write(finish, packet_id, plan.frozen, now)
        log.info("packet_drawn", packet=packet_id, takers=len(takers), shares=shares)


def live_packets(session: Session) -> list[_Live]:
    """Packets that aren't over."""
    rows = session.execute(
        select(col(Packet.id), col(Packet.state), col(Packet.draws_at), col(Packet.expires_at))
        .where(col(Packet.state).in_([state.value for state in LIVE]))
        .order_by(col(Packet.expires_at), col(Packet.id))
    ).all()
    return [_Live(row.id, row.state, row.draws_at, row.expires_at) for row in rows]


def freeze(tx: Tx, packet_id: int) -> None:
    """Close the list: from here on nobody is added to it."""
    packet = lock_packet(tx, packet_id)
    if packet.state == PacketState.GATHERING:
        packet.state = PacketState.DRAWING
        tx.flush()


def sealed_in(session: Session, packet_id: int) -> tuple[bytes, int]:
    """The seed, and how many shares there are."""
    seed, shares = session.execute(
        select(col(Packet.seed), col(Packet.shares)).where(col(Packet.id) == packet_id)
    ).one()
    return bytes.fromhex(seed), shares


def takers_after(session: Session, packet_id: int, number: int) -> list[_Taker]:
    """The next of those who are drawn from, by number."""
    rows = session.execute(
        select(col(PacketTake.member_id), col(PacketTake.number), col(PacketTake.seal))
        .where(col(PacketTake.packet_id) == packet_id, col(PacketTake.number) > number)
        .order_by(col(PacketTake.number))
        .limit(READ_AT_ONCE)
    ).all()
    return [_Taker(member_id, ListLine(of, 1, seal or "")) for member_id, of, seal in rows if of is not None]


def plan_draw(seed: bytes, shares: int, takers: Sequence[_Taker]) -> _Plan:
    """The sealed shuffle: everybody in its order as far as there are shares."""
    lines = [taker.line for taker in takers]
    frozen = list_hash(lines)
    given = places(order_of(key_of(seed, frozen), lines), shares)
    member_of = {taker.line.number: taker.member_id for taker in takers}
    return _Plan(frozen, tuple((member_of[number], place) for number, place in given.items()))


def to_be_asked_about(
    session: Session, packet_id: int, member_ids: Sequence[int], policy: FansPolicy
) -> tuple[int, list[int]]:
    """The community, and the users about whom Telegram is asked before they are paid.

    All of a small draw. Of a large draw first the members of whom nobody knows whether they are in a room of the shop,
    then others up to a limit. Whoever pressed in a private room a minute ago is in it.
    """
    seen = (
        select(col(Presence.member_id)).where(
            col(Presence.member_id) == col(Member.id), col(Presence.left_at).is_(None)
        )
    ).exists()
    rows = session.execute(
        select(col(Member.id), col(Member.user_id), col(Member.look_at).is_not(None) & ~seen).where(
            col(Member.id).in_(list(member_ids)), col(Member.user_id) > 0, col(Member.left_at).is_(None)
        )
    ).all()
    found = {member_id: (user_id, bool(unconfirmed)) for member_id, user_id, unconfirmed in rows}
    drawn = [found[member_id] for member_id in member_ids if member_id in found]
    drawn.sort(key=lambda one: not one[1])
    most = max(sum(unconfirmed for _, unconfirmed in drawn), policy.drawn)
    return session.get_one(Packet, packet_id).community_id, [user_id for user_id, _ in drawn[:most]]


def suspects(
    session: Session, packet_id: int, member_ids: Sequence[int], now: datetime, policy: FarmingPolicy
) -> dict[int, tuple[Reason, ...]]:
    """Drawn members whose share waits for the shop's look, with the reasons.

    Only those who pressed faster than a person lately are looked at. Without that sign hardly anything is ever held,
    and for a draw of two thousand it would be too much to look at each of them.
    """
    fast = session.execute(
        select(col(Sighting.member_id))
        .where(
            col(Sighting.member_id).in_(list(member_ids)),
            col(Sighting.sign) == Sign.FAST.value,
            col(Sighting.at) > now - policy.fast_kept,
        )
        .distinct()
    ).scalars()
    found: dict[int, tuple[Reason, ...]] = {}
    place = None
    for member_id in fast:
        place = place or place_of(session, session.get_one(Packet, packet_id).community_id)
        reasons = held_reasons(session, place, member_id, now, policy)
        if reasons:
            found[member_id] = reasons
    return found


def hand_out(
    tx: Tx,
    packet_id: int,
    given: Sequence[tuple[int, int]],
    waits: Mapping[int, tuple[Reason, ...]],
    now: datetime,
    policy: FarmingPolicy,
) -> None:
    """Give these members these shares, unless they have theirs already.

    A member who had their data deleted, or has left the shop's rooms, gets none: the share stays in escrow.
    A share in `waits` stays in escrow until the shop has looked (or the clock lets it go): it has no balance yet.
    """
    members = [member_id for member_id, _ in given]
    purses = lock_purses(tx, packet_id, members)
    packet = lock_packet(tx, packet_id)
    if packet.state != PacketState.DRAWING:
        return
    nobody = absent_among(tx, members)
    shares = shares_of(tx, packet_id, [nth for _, nth in given])
    place = place_of(tx, packet.community_id)
    for member_id, nth in given:
        if member_id in nobody:
            continue
        purse, share = purses[member_id], shares[nth]
        held = member_id in waits
        after = None if held else purse.balance + share.coins
        if not tx.touch(_GIVE, member=member_id, packet=packet_id, nth=nth, coins=share.coins, balance=after):
            continue
        if packet.fresh is not None:
            record_win(tx, place, member_id, WinKind.PACKET, packet_id, now)
        if held:
            hold(tx, place, Reward(HELD, packet_id, member_id), waits[member_id], now, policy)
            continue
        _pay(tx, place, packet, purse, share, now)


def _pay(tx: Tx, place: Place, packet: Packet, purse: Purse, share: Share, now: datetime) -> None:
    key = share_key(id_of(packet), purse.member_id)
    ledger.pay(
        tx,
        ledger.TransferHeader(packet.community_id, key, "packet", now, place.timezone),
        member_account=purse.account_id,
        shop=packet.escrow_id,
        amount=share.coins,
        earned=share.earned,
    )


def release(tx: Tx, place: Place, packet_id: int, member_id: int, at: datetime) -> int:
    """Pay a share that waited. Returns how much that was, 0 if nothing waits. A member who has left gives it up."""
    purse = lock_purses(tx, packet_id, [member_id])[member_id]
    if absent_among(tx, [member_id]):
        give_up_share(tx, packet_id, member_id, at)
        return 0
    nth = tx.execute(
        update(PacketTake)
        .where(*waiting_share(packet_id, member_id))
        .values(balance=purse.balance + col(PacketTake.coins))
        .returning(col(PacketTake.nth))
    ).scalar_one_or_none()
    if nth is None:
        return 0
    share = shares_of(tx, packet_id, [nth])[nth]
    _pay(tx, place, tx.get_one(Packet, packet_id), purse, share, at)
    return share.coins


def refuse(tx: Tx, _place: Place, packet_id: int, member_id: int, at: datetime) -> int:
    """Send a share that waited back to whoever gave the packet. Nothing is paid."""
    lock_purses(tx, packet_id, [member_id])
    give_up_share(tx, packet_id, member_id, at)
    return 0


def finish(tx: Tx, packet_id: int, frozen: str, now: datetime) -> None:
    """End the draw: who comes first takes what is left, if there is something."""
    packet = lock_packet(tx, packet_id)
    if packet.state != PacketState.DRAWING:
        return
    packet.frozen = frozen
    packet.taken = min(packet.takers, packet.shares)
    if packet.taken == packet.shares:
        close_packet(tx, packet, PacketState.OVER, now)
        return
    packet.state = PacketState.OPEN
    tx.flush()
    touch_cards(tx, packet.community_id, CARD, packet_id, now)


def expire(tx: Tx, packet_id: int, now: datetime) -> None:
    """End a packet whose day is over: what nobody took goes back."""
    packet = lock_packet(tx, packet_id)
    if packet.state == PacketState.OPEN and packet.expires_at <= now:
        close_packet(tx, packet, PacketState.EXPIRED, now)
