"""Taps on a red packet: into the draw within the fair window, else the next share at once."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, case, insert, select, update
from sqlmodel import col

from bot.features.packets.cards import CARD
from bot.features.packets.closing import close_packet
from bot.features.packets.shares import lots_from_json, share_key
from bot.rules.act import Act
from bot.rules.for_whom import Offered
from bot.rules.notes import About, Did, Thing
from bot.rules.packets.packets import (
    InPacket,
    NoSuchPacket,
    NotDrawn,
    PacketDrawing,
    PacketFacts,
    PacketGone,
    PacketPolicy,
    PacketState,
    ShareKeptBack,
    ShareTaken,
    ShareWaits,
    ShareYours,
    TapOutcome,
    WonLately,
    may_tap,
)
from bot.rules.sealing import line_of
from bot.store import causes, ledger
from bot.store.engine.hot import Hot
from bot.store.engine.sessions import Tx
from bot.store.for_whom import refuse
from bot.store.members import Standing, standing
from bot.store.messages.cards import has_stale_card, touch_cards
from bot.store.notes import note
from bot.store.tables.base import Id
from bot.store.tables.packets import Packet, PacketShare, PacketTake
from bot.store.tables.wins import WinKind
from bot.store.wins import record_win, won_since

_FIND = Hot(
    select(
        col(Packet.id),
        col(Packet.state),
        col(Packet.coins),
        col(Packet.shares),
        col(Packet.taken),
        col(Packet.takers),
        col(Packet.opened_at),
        col(Packet.draws_at),
        col(Packet.expires_at),
        col(Packet.fresh),
        col(Packet.giver_id),
        col(Packet.escrow_id),
        col(Packet.segment),
        col(PacketTake.member_id),
        col(PacketTake.number),
        col(PacketTake.nth),
        col(PacketTake.coins),
        col(PacketTake.balance),
        col(PacketTake.at),
        col(PacketTake.cause),
    )
    .outerjoin(
        PacketTake,
        and_(
            col(PacketTake.packet_id) == col(Packet.id),
            col(PacketTake.member_id) == bindparam("member_id", type_=Id),
        ),
    )
    .where(
        and_(
            col(Packet.id) == bindparam("packet_id", type_=Id),
            col(Packet.community_id) == bindparam("community_id", type_=Id),
        )
    )
)
_PACKET_COLUMNS = 13
"""So many columns of `_FIND` are the packet's; the others are the fan's part in it."""
_CARD_IS_STALE = has_stale_card(CARD, "packet.id")
_LAST = col(Packet.taken) + 1 >= col(Packet.shares)


def _taken_share(column: Any) -> Any:
    """A column of the share that was just taken."""
    return (
        select(column)
        .where(col(PacketShare.packet_id) == col(Packet.id), col(PacketShare.nth) == col(Packet.taken))
        .correlate(Packet)
        .scalar_subquery()
    )


_TAKE_NEXT = Hot(
    update(Packet)
    .where(
        and_(
            col(Packet.id) == bindparam("packet_id", type_=Id),
            col(Packet.state) == PacketState.OPEN.value,
            col(Packet.taken) < col(Packet.shares),
        )
    )
    .values(
        taken=col(Packet.taken) + 1,
        state=case((_LAST, PacketState.OVER.value), else_=PacketState.OPEN.value),
        done_at=case((_LAST, bindparam("at", type_=Packet.__table__.c.done_at.type))),  # type: ignore[attr-defined]
    )
    .returning(
        col(Packet.taken),
        _taken_share(col(PacketShare.coins)),
        # The shop's packets, the big ones, are spared the look.
        case((col(Packet.giver_id).is_not(None), _taken_share(col(PacketShare.earned)))),
        _CARD_IS_STALE,
    )
)
_JOIN = Hot(
    update(Packet)
    .where(
        and_(
            col(Packet.id) == bindparam("packet_id", type_=Id),
            col(Packet.state) == PacketState.GATHERING.value,
        )
    )
    .values(takers=col(Packet.takers) + 1)
    .returning(col(Packet.takers), _CARD_IS_STALE)
)
_WRITE_TAKE = Hot(
    insert(PacketTake).values(
        member_id=bindparam("member_id"),
        packet_id=bindparam("packet_id"),
        number=bindparam("number"),
        seal=bindparam("seal"),
        salt=bindparam("salt"),
        nth=bindparam("nth"),
        coins=bindparam("coins"),
        balance=bindparam("balance"),
        at=bindparam("at"),
        cause=bindparam("cause"),
    )
)


class _Taker(NamedTuple):
    """What a fan who is in the packet has of it."""

    member_id: int | None
    """None: the fan isn't in it."""
    number: int | None
    nth: int | None
    coins: int
    balance: int | None
    at: datetime
    cause: str | None


def tap(tx: Tx, act: Act, packet_id: int, salt: bytes, policy: PacketPolicy) -> TapOutcome:
    """Within the fair window take part in the draw; else take the next share. Eight statements at most in a rush."""
    member = standing(tx, act.community_id, act.sender, act.at)
    found = _find(tx, act, packet_id, member)
    if found is None:
        return NoSuchPacket()
    packet, taker = found
    if taker.member_id is not None:
        return _answer_to_taker(packet, taker, act)
    refusal = may_tap(packet, member.member_id, act.at, member.back_since)
    if refusal is not None:
        return refusal
    if packet.fresh is not None:
        since = act.at - timedelta(days=packet.fresh)
        # Who had their data deleted in that time can't show that they hadn't won.
        back = member.back_since is not None and member.back_since > since
        if back or won_since(tx, act.place, [member.member_id], since):
            return WonLately(packet.fresh)
    not_meant = refuse(tx, act.place, packet.segment, member.member_id, act.at, (Offered.PACKET, ""))
    if not_meant is not None:
        return not_meant
    if packet.state is PacketState.GATHERING:
        outcome = _join_draw(tx, act, member, packet, salt, policy)
    else:
        outcome = _take_share(tx, act, member, packet, policy)
    if isinstance(outcome, InPacket | ShareTaken):
        note(tx, member.member_id, Did.TAP_PACKET, act.occasion, About(Thing.PACKET, packet.id))
    return outcome


def _find(tx: Tx, act: Act, packet_id: int, member: Standing) -> tuple[PacketFacts, _Taker] | None:
    """The packet, if it is of this community, and what the member has of it."""
    row = tx.row(_FIND, packet_id=packet_id, community_id=act.community_id, member_id=member.member_id)
    if row is None:
        return None
    id_, state, *facts = row[:_PACKET_COLUMNS]
    return PacketFacts(id_, PacketState(state), *facts), _Taker(*row[_PACKET_COLUMNS:])


def _answer_to_taker(packet: PacketFacts, taker: _Taker, act: Act) -> TapOutcome:
    """What somebody hears who is in it already; the first tap, when it comes again, hears its first answer."""
    first = taker.cause == act.cause and act.at - taker.at < causes.KEPT
    if taker.number is not None and packet.draws_at is not None:
        if first or (packet.state is PacketState.GATHERING and act.at < packet.draws_at):
            return InPacket(taker.number, packet.draws_at)
        if packet.state in {PacketState.GATHERING, PacketState.DRAWING} and taker.nth is None:
            return PacketDrawing()
    elif first and taker.balance is not None:
        return ShareTaken(taker.coins, taker.balance)
    if taker.nth is None:
        return NotDrawn(packet.takers, packet.shares)
    if taker.balance is None:
        return ShareWaits(taker.coins)
    return ShareYours(taker.coins) if taker.balance else ShareKeptBack()


def _join_draw(
    tx: Tx, act: Act, member: Standing, packet: PacketFacts, salt: bytes, policy: PacketPolicy
) -> TapOutcome:
    """Put the fan onto the list that is drawn from."""
    joined = tx.row(_JOIN, packet_id=packet.id)
    if joined is None or packet.draws_at is None:
        return PacketDrawing()
    number, stale = joined
    tx.touch(
        _WRITE_TAKE,
        member_id=member.member_id,
        packet_id=packet.id,
        number=number,
        seal=line_of(salt, act.sender.user_id),
        salt=salt.hex(),
        nth=None,
        coins=None,
        balance=None,
        at=act.at,
        cause=act.cause,
    )
    if stale:
        touch_cards(tx, act.community_id, CARD, packet.id, act.at, every=policy.card_every)
    return InPacket(number, packet.draws_at)


def _take_share(tx: Tx, act: Act, member: Standing, packet: PacketFacts, policy: PacketPolicy) -> TapOutcome:
    """Give the fan the next share, if one is left."""
    taken = tx.row(_TAKE_NEXT, packet_id=packet.id, at=act.at)
    if taken is None:
        found = _find(tx, act, packet.id, member)
        refusal = may_tap(found[0], member.member_id, act.at) if found is not None else None
        return refusal or PacketGone(packet.shares)
    nth, coins, lots, stale = taken
    balance = member.balance + coins
    tx.touch(
        _WRITE_TAKE,
        member_id=member.member_id,
        packet_id=packet.id,
        number=None,
        seal=None,
        salt=None,
        nth=nth,
        coins=coins,
        balance=balance,
        at=act.at,
        cause=act.cause,
    )
    key = share_key(packet.id, member.member_id)
    ledger.pay(
        tx,
        ledger.TransferHeader(act.community_id, key, "packet", act.at, act.place.timezone),
        member_account=member.account_id,
        shop=packet.escrow,
        amount=coins,
        earned=lots_from_json(lots),
    )
    if packet.fresh is not None:
        record_win(tx, act.place, member.member_id, WinKind.PACKET, packet.id, act.at)
    if stale or nth == packet.shares:
        touch_cards(tx, act.community_id, CARD, packet.id, act.at, every=policy.card_every)
    if nth == packet.shares:
        _close_if_short(tx, packet.id, act.at)
    return ShareTaken(coins, balance)


def _close_if_short(tx: Tx, packet_id: int, at: datetime) -> None:
    """After the last share a drawn one may be left, of somebody who had their data deleted: it goes back."""
    packet = tx.get_one(Packet, packet_id, populate_existing=True)
    if packet.draws_at is not None:
        close_packet(tx, packet, PacketState.OVER, at)
