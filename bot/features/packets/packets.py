"""Red packets: opened by staff or, where the shop lets them, by fans; tapped by whoever comes.

What the clock does with them (the draw, the end) stands in `packet_draws.py`.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import repeat
from typing import Any

from sqlalchemy import and_, bindparam, case, exists, insert, literal, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.act import Sender
from bot.rules.funding import Funding
from bot.rules.giveaways import GiveawayTooMuch
from bot.rules.lots import Lot, divide
from bot.rules.packets.packets import (
    GiverTooNew,
    GiverTooPoor,
    InPacket,
    NewPacket,
    NoSuchPacket,
    NotDrawn,
    OpenOutcome,
    PacketDrawing,
    PacketFacts,
    PacketGone,
    PacketOpened,
    PacketPolicy,
    PacketProof,
    PacketState,
    PacketTooThin,
    ProofLater,
    ShareKeptBack,
    ShareTaken,
    ShareWaits,
    ShareYours,
    TapOutcome,
    WonLately,
    may_tap,
    split,
)
from bot.rules.place import Place
from bot.rules.rights import ForStaffOnly, Role
from bot.rules.sealing import SALT_BYTES, SEED_BYTES, commitment, seal_of
from bot.store import causes, giveaways, ledger
from bot.store.audit import record
from bot.store.engine.db import PLANNED, Database, Tx
from bot.store.engine.hot import Hot
from bot.store.members import Standing, standing
from bot.store.messages.cards import groups_of, hang_card, hang_cards, promise_edit, take_down
from bot.store.messages.refused import heard_in
from bot.store.oversight import tell_of
from bot.store.packets import CARD, TOLD, charge_key, close_packet, lots_from_json, lots_to_json, share_key
from bot.store.places import lock_shop
from bot.store.tables import AuditEntry, Card, Community, Member, Outbox, Packet, PacketShare, PacketTake
from bot.store.tables.base import Id
from bot.store.tables.messages import OutboxState
from bot.store.tables.wins import WinKind
from bot.store.tiers import tier_of
from bot.store.wins import record_win, won_since

OPENED = giveaways.PACKET_OPENED

Bytes = Callable[[int], bytes]
"""So many bytes that nobody can foresee: `secrets.token_bytes`."""

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
_CARD_IS_STALE = exists(
    select(col(Card.id)).where(
        col(Card.kind) == CARD,
        col(Card.subject_id) == col(Packet.id),
        col(Card.message_id).is_not(None),
        ~exists(
            select(col(Outbox.id)).where(
                col(Outbox.fold_key) == literal("card:").concat(col(Card.id)),
                col(Outbox.state) == OutboxState.WAITING.value,
            )
        ),
    )
).correlate(Packet)
"""Whether some card of the packet has no edit waiting that would show what is true then."""
_LAST = col(Packet.taken) + 1 >= col(Packet.shares)


def _taken_share(column: Any) -> Any:
    """A column of the share that was just taken."""
    return (
        select(column)
        .where(col(PacketShare.packet_id) == col(Packet.id), col(PacketShare.nth) == col(Packet.taken))
        .correlate(Packet)
        .scalar_subquery()
    )


_NEXT = Hot(
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
_TAKE = Hot(
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


class Packets:
    """Use cases of red packets."""

    def __init__(self, db: Database, policy: PacketPolicy, fresh_bytes: Bytes) -> None:
        self._db = db
        self._policy = policy
        self._fresh_bytes = fresh_bytes

    async def open(
        self,
        place: Place,
        actor_id: int,
        wish: NewPacket,
        at: datetime,
        cause: str,
        role: Role = Role.OPERATOR,
    ) -> OpenOutcome:
        """Open a packet of the shop's coins. An operator has a limit a day."""
        seed = self._fresh_bytes(SEED_BYTES)
        return await self._db.write(open_packet, place, actor_id, wish, at, cause, self._policy, seed, role=role)

    async def give(
        self, place: Place, sender: Sender, wish: NewPacket, at: datetime, cause: str
    ) -> OpenOutcome | ForStaffOnly:
        """Open a packet of the sender's own coins."""
        seed = self._fresh_bytes(SEED_BYTES)
        return await self._db.write(give_packet, place, sender, wish, at, cause, self._policy, seed)

    async def tap(self, place: Place, sender: Sender, packet_id: int, at: datetime, cause: str) -> TapOutcome:
        """Take part, take a share, or hear how it went."""
        salt = self._fresh_bytes(SALT_BYTES)
        return await self._db.write(tap, place, sender, packet_id, at, cause, self._policy, salt)

    async def proof(self, place: Place, user_id: int, packet_id: int) -> PacketProof | ProofLater | NoSuchPacket:
        """What the reader needs to compute their share again."""
        return await self._db.read(proof, place, user_id, packet_id)


def open_packet(
    tx: Tx,
    place: Place,
    actor_id: int,
    wish: NewPacket,
    at: datetime,
    cause: str,
    policy: PacketPolicy,
    seed: bytes,
    *,
    role: Role = Role.OPERATOR,
    promised: bool = False,
) -> PacketOpened | PacketTooThin | GiveawayTooMuch:
    """Put the shop's coins into escrow, split them, hang the cards.

    `role` is the actor's. `promised`: a heart goal promised it, so it was counted, and told to the owner, before.
    """
    lock_shop(tx, place.community_id)
    done = _opened_by(tx, place, cause)
    if done is not None:
        return done
    if wish.coins < wish.shares:
        return PacketTooThin(wish.coins, wish.shares)
    limited = role is not Role.OWNER and not promised
    too_much = giveaways.check(tx, place, actor_id, wish.coins, at) if limited else None
    if too_much is not None:
        return too_much
    packet = _write_down(tx, place, actor_id, wish, at, cause, policy, seed)
    ledger.shift(
        tx,
        community_id=place.community_id,
        key=charge_key(packet.id or 0),
        debit=place.shop_account,
        credit=packet.escrow_id,
        amount=wish.coins,
        reason="packet",
        at=at,
    )
    entry = record(
        tx,
        community_id=place.community_id,
        actor_id=actor_id,
        act=OPENED,
        subject_id=packet.id,
        subject=f"{wish.coins}/{wish.shares}",
        at=at,
        cause=cause,
        after=causes.to_facts(wish),
        by_owner=role is Role.OWNER,
    )
    if not promised:
        tell_of(tx, place, entry, wish.coins)
    return _hang(tx, place, packet, at, audit_id=entry.id, balance=None)


def give_packet(
    tx: Tx,
    place: Place,
    sender: Sender,
    wish: NewPacket,
    at: datetime,
    cause: str,
    policy: PacketPolicy,
    seed: bytes,
) -> OpenOutcome | ForStaffOnly:
    """The same from a fan's own coins, where the shop lets fans."""
    giver = standing(tx, place.community_id, sender, at)
    done = _opened_by(tx, place, cause)
    if done is not None:
        return done
    funding = tx.execute(select(col(Community.packets)).where(col(Community.id) == place.community_id)).scalar_one()
    if funding != Funding.FANS:
        return ForStaffOnly()
    if wish.coins < wish.shares:
        return PacketTooThin(wish.coins, wish.shares)
    since = tx.execute(select(col(Member.joined_at)).where(col(Member.id) == giver.member_id)).scalar_one()
    near = tier_of(tx, place, giver.member_id, at).at_least(policy.giver_tier)
    if at - since < policy.giver_since or not near:
        return GiverTooNew(policy.giver_since.days, policy.giver_tier)
    if giver.balance < wish.coins:
        return GiverTooPoor(wish.coins, giver.balance)
    (earned,) = divide(ledger.lots_of(tx, giver.account_id, giver.balance, place.timezone), [wish.coins])
    packet = _write_down(
        tx, place, sender.user_id, wish, at, cause, policy, seed, giver_id=giver.member_id, earned=earned
    )
    ledger.hand_on(
        tx,
        community_id=place.community_id,
        key=charge_key(packet.id or 0),
        member_account=giver.account_id,
        escrow=packet.escrow_id,
        amount=wish.coins,
        earned=earned,
        reason="packet",
        at=at,
    )
    return _hang(tx, place, packet, at, audit_id=None, balance=giver.balance - wish.coins)


def _opened_by(tx: Tx, place: Place, cause: str) -> PacketOpened | None:
    answer = tx.execute(
        select(col(Packet.answer)).where(col(Packet.community_id) == place.community_id, col(Packet.cause) == cause)
    ).scalar_one_or_none()
    return causes.from_json(PacketOpened, answer) if answer is not None else None


def _write_down(
    tx: Tx,
    place: Place,
    actor_id: int,
    wish: NewPacket,
    at: datetime,
    cause: str,
    policy: PacketPolicy,
    seed: bytes,
    *,
    giver_id: int | None = None,
    earned: Sequence[Lot] = (),
) -> Packet:
    """The packet and its shares; of a fan's packet each share knows when its coins were earned, the oldest first."""
    packet = Packet(
        community_id=place.community_id,
        coins=wish.coins,
        shares=wish.shares,
        state=PacketState.OPEN if wish.rush else PacketState.GATHERING,
        draws_at=None if wish.rush else at + policy.window,
        expires_at=at + policy.lasts,
        fresh=wish.fresh,
        giver_id=giver_id,
        escrow_id=ledger.open_escrow(tx, place.community_id),
        seed=seed.hex(),
        opened_by=actor_id,
        opened_at=at,
        cause=cause,
    )
    tx.add(packet)
    tx.flush()
    parts = split(seed, wish.coins, wish.shares)
    lots = map(lots_to_json, divide(earned, parts)) if earned else repeat(None)
    rows = [
        {"packet_id": packet.id, "nth": nth, "coins": coins, "earned": its}
        for nth, (coins, its) in enumerate(zip(parts, lots, strict=False), start=1)
    ]
    tx.execute(insert(PacketShare), rows)
    return packet


def _hang(
    tx: Tx, place: Place, packet: Packet, at: datetime, *, audit_id: int | None, balance: int | None
) -> PacketOpened:
    packet_id = packet.id or 0
    chats = hang_cards(tx, place.community_id, CARD, packet_id, at, at, not_after=packet.expires_at)
    groups, untold = heard_in(tx, place.community_id, chats)
    outcome = PacketOpened(
        packet_id=packet_id,
        coins=packet.coins,
        shares=packet.shares,
        draws_at=packet.draws_at,
        expires_at=packet.expires_at,
        fresh=packet.fresh,
        groups=groups,
        audit_id=audit_id,
        balance=balance,
        untold=untold,
    )
    packet.answer = causes.to_json(outcome)
    tx.flush()
    tx.info[PLANNED] = True
    return outcome


def tap(
    tx: Tx,
    place: Place,
    sender: Sender,
    packet_id: int,
    at: datetime,
    cause: str,
    policy: PacketPolicy,
    salt: bytes,
) -> TapOutcome:
    """Within the fair window take part in the draw; otherwise take the next share. Six statements at most in a rush."""
    member = standing(tx, place.community_id, sender, at)
    found = tx.row(_FIND, packet_id=packet_id, community_id=place.community_id, member_id=member.member_id)
    if found is None:
        return NoSuchPacket()
    packet = _facts(found)
    if found[12] is not None:
        return _again(packet, found, at, cause)
    refusal = may_tap(packet, member.member_id, at, member.back_since)
    if refusal is not None:
        return refusal
    if packet.fresh is not None:
        since = at - timedelta(days=packet.fresh)
        # Who had their data deleted in that time can't show that they hadn't won.
        back = member.back_since is not None and member.back_since > since
        if back or won_since(tx, place, [member.member_id], since):
            return WonLately(packet.fresh)
    if packet.state is PacketState.GATHERING:
        return _join(tx, place, sender, member, packet, at, cause, policy, salt)
    return _take(tx, place, member, packet, at, cause, policy)


def _facts(row: tuple[Any, ...]) -> PacketFacts:
    id_, state, *rest = row[:12]
    return PacketFacts(id_, PacketState(state), *rest)


def _again(packet: PacketFacts, row: tuple[Any, ...], at: datetime, cause: str) -> TapOutcome:
    """What somebody hears who is in it already; the first tap, when it comes again, hears its first answer."""
    _, number, nth, coins, balance, tapped_at, first_cause = row[12:]
    first = first_cause == cause and at - tapped_at < causes.KEPT
    if number is not None and packet.draws_at is not None:
        if first or (packet.state is PacketState.GATHERING and at < packet.draws_at):
            return InPacket(number, packet.draws_at)
        if packet.state in {PacketState.GATHERING, PacketState.DRAWING} and nth is None:
            return PacketDrawing()
    elif first:
        return ShareTaken(coins, balance)
    if nth is None:
        return NotDrawn(packet.takers, packet.shares)
    if balance is None:
        return ShareWaits(coins)
    return ShareYours(coins) if balance else ShareKeptBack()


def _join(
    tx: Tx,
    place: Place,
    sender: Sender,
    member: Standing,
    packet: PacketFacts,
    at: datetime,
    cause: str,
    policy: PacketPolicy,
    salt: bytes,
) -> TapOutcome:
    joined = tx.row(_JOIN, packet_id=packet.id)
    if joined is None or packet.draws_at is None:
        return PacketDrawing()
    number, stale = joined
    tx.touch(
        _TAKE,
        member_id=member.member_id,
        packet_id=packet.id,
        number=number,
        seal=seal_of(salt, sender.user_id),
        salt=salt.hex(),
        nth=None,
        coins=None,
        balance=None,
        at=at,
        cause=cause,
    )
    if stale:
        _show(tx, place, packet.id, at, policy)
    return InPacket(number, packet.draws_at)


def _take(
    tx: Tx, place: Place, member: Standing, packet: PacketFacts, at: datetime, cause: str, policy: PacketPolicy
) -> TapOutcome:
    taken = tx.row(_NEXT, packet_id=packet.id, at=at)
    if taken is None:
        row = tx.row(_FIND, packet_id=packet.id, community_id=place.community_id, member_id=member.member_id)
        refusal = may_tap(_facts(row), member.member_id, at) if row is not None else None
        return refusal or PacketGone(packet.shares)
    nth, coins, lots, stale = taken
    balance = member.balance + coins
    tx.touch(
        _TAKE,
        member_id=member.member_id,
        packet_id=packet.id,
        number=None,
        seal=None,
        salt=None,
        nth=nth,
        coins=coins,
        balance=balance,
        at=at,
        cause=cause,
    )
    ledger.pay(
        tx,
        community_id=place.community_id,
        key=share_key(packet.id, member.member_id),
        member_account=member.account_id,
        shop=packet.escrow,
        amount=coins,
        reason="packet",
        at=at,
        earned=lots_from_json(lots),
    )
    if packet.fresh is not None:
        record_win(tx, place, member.member_id, WinKind.PACKET, packet.id, at)
    if stale or nth == packet.shares:
        _show(tx, place, packet.id, at, policy)
    if nth == packet.shares:
        _close_if_short(tx, packet.id, at)
    return ShareTaken(coins, balance)


def _close_if_short(tx: Tx, packet_id: int, at: datetime) -> None:
    """After the last share a drawn one may be left, of somebody who had their data deleted: it goes back."""
    packet = tx.get_one(Packet, packet_id, populate_existing=True)
    if packet.draws_at is not None:
        close_packet(tx, packet, PacketState.OVER, at)


def _show(tx: Tx, place: Place, packet_id: int, at: datetime, policy: PacketPolicy) -> None:
    """Promise an edit of each card a little later: what comes until then is shown by the same one."""
    cards = tx.execute(
        select(col(Card.id), col(Card.chat_id), col(Card.edited_at)).where(
            col(Card.kind) == CARD, col(Card.subject_id) == packet_id, col(Card.message_id).is_not(None)
        )
    ).all()
    for card_id, chat_id, edited_at in cards:
        due_at = at if edited_at is None else max(at, edited_at + policy.card_every)
        promise_edit(tx, place.community_id, card_id or 0, chat_id, due_at, at)


def undo_open(tx: Tx, place: Place, entry: AuditEntry, at: datetime) -> bool:
    """Take a packet back that nobody has tapped yet; its coins return."""
    packet = tx.execute(
        select(Packet)
        .where(col(Packet.community_id) == place.community_id, col(Packet.id) == entry.subject_id)
        .with_for_update()
    ).scalar_one_or_none()
    if packet is None or packet.taken or packet.takers:
        return False
    if packet.state not in {PacketState.GATHERING, PacketState.OPEN}:
        return False
    close_packet(tx, packet, PacketState.CANCELLED, at)
    return True


def proof(session: Session, place: Place, user_id: int, packet_id: int) -> PacketProof | ProofLater | NoSuchPacket:
    """The seed and the reader's own part, once all is handed out."""
    packet = session.execute(
        select(Packet).where(col(Packet.id) == packet_id, col(Packet.community_id) == place.community_id)
    ).scalar_one_or_none()
    if packet is None:
        return NoSuchPacket()
    sealed = commitment(bytes.fromhex(packet.seed))
    if packet.state not in TOLD:
        return ProofLater(sealed)
    mine = session.execute(
        select(PacketTake)
        .join(Member, col(Member.id) == col(PacketTake.member_id))
        .where(
            col(PacketTake.packet_id) == packet_id,
            col(Member.community_id) == place.community_id,
            col(Member.user_id) == user_id,
        )
    ).scalar_one_or_none()
    return PacketProof(
        seed=packet.seed,
        sealed=sealed,
        coins=packet.coins,
        shares=packet.shares,
        takers=packet.takers,
        frozen=packet.frozen,
        number=mine.number if mine is not None else None,
        nth=mine.nth if mine is not None else None,
        got=mine.coins if mine is not None else None,
    )


def rehang(tx: Tx, community_id: int, old_chat_id: int, new_chat_id: int, at: datetime) -> None:
    """Hang the cards of packets that still run into the chat that took another's place."""
    for packet_id in take_down(tx, CARD, old_chat_id, new_chat_id):
        packet = tx.get_one(Packet, packet_id)
        if packet.state not in TOLD and new_chat_id in {group.chat_id for group in groups_of(tx, community_id)}:
            hang_card(tx, community_id, CARD, packet_id, new_chat_id, at, at, not_after=packet.expires_at)
