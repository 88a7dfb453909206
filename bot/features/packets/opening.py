"""Opening red packets: by staff from the shop's coins or, where the shop lets them, by fans from their own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import repeat

from sqlalchemy import insert, select
from sqlmodel import col

from bot.features.packets.cards import CARD
from bot.features.packets.closing import close_packet
from bot.features.packets.shares import charge_key, lots_to_json
from bot.rules.act import Act
from bot.rules.for_whom import Aimed
from bot.rules.funding import Funding
from bot.rules.giveaways import GiveawayTooMuch
from bot.rules.lots import Lot, divide
from bot.rules.notes import About, Did, Thing
from bot.rules.packets.packets import (
    GiverTooNew,
    GiverTooPoor,
    NewPacket,
    OpenOutcome,
    PacketOpened,
    PacketPolicy,
    PacketState,
    PacketTooThin,
)
from bot.rules.packets.shares import split
from bot.rules.policies import Policies
from bot.rules.rights import ForStaffOnly, Role
from bot.rules.segments import BadSegment
from bot.rules.tiers import TierPolicy
from bot.store import causes, ledger
from bot.store.audit import record_act
from bot.store.engine.sessions import PLANNED, Tx
from bot.store.giveaways import Giveaways
from bot.store.members import standing
from bot.store.messages.cards import CardSubject, hang_cards
from bot.store.messages.outbox import Terms
from bot.store.messages.refused import heard_in
from bot.store.notes import note
from bot.store.places import lock_shop
from bot.store.tables import AuditEntry, Community, Member
from bot.store.tables.base import id_of
from bot.store.tables.packets import Packet, PacketShare
from bot.store.tiers import tier_of

OPENED = "packet.opened"
"""The act's name in the audit log."""

Bytes = Callable[[int], bytes]
"""So many bytes that nobody can foresee: `secrets.token_bytes`."""


@dataclass(frozen=True, slots=True)
class OpeningTools:
    """What opening a packet of the shop's coins needs."""

    policy: PacketPolicy
    giveaways: Giveaways
    aimed: Aimed | BadSegment | None = None
    """The packet's segment, looked at beforehand; None: it is for all fans."""


@dataclass(frozen=True, slots=True)
class _Gift:
    """A fan's own coins in a packet."""

    giver_id: int
    earned: Sequence[Lot]
    """When its coins were earned, the oldest first."""


@dataclass(frozen=True, slots=True)
class _Told:
    """What whoever opened a packet hears besides the packet itself."""

    audit_id: int | None = None
    balance: int | None = None
    """What the fan who gave it has left."""
    aimed: Aimed | None = None


def open_packet(
    tx: Tx, act: Act, wish: NewPacket, seed: bytes, tools: OpeningTools, *, promised: bool = False
) -> PacketOpened | PacketTooThin | GiveawayTooMuch | BadSegment:
    """Put the shop's coins into escrow, split them, hang the cards.

    `promised`: it was promised before, so it was counted, and told to the owner, then.
    """
    place = act.place
    lock_shop(tx, place.community_id)
    done = _opened_by(tx, act)
    if done is not None:
        return done
    if isinstance(tools.aimed, BadSegment):
        return tools.aimed
    if wish.coins < wish.shares:
        return PacketTooThin(wish.coins, wish.shares)
    limited = act.role is not Role.OWNER and not promised
    too_much = tools.giveaways.check(tx, place, act.actor_id, wish.coins, act.at) if limited else None
    if too_much is not None:
        return too_much
    packet = _write_down(tx, act, wish, seed, tools.policy)
    ledger.shift(
        tx,
        ledger.TransferHeader(place.community_id, charge_key(id_of(packet)), "packet", act.at),
        debit=place.shop_account,
        credit=packet.escrow_id,
        amount=wish.coins,
    )
    entry = record_act(
        tx,
        act,
        OPENED,
        f"{wish.coins}/{wish.shares}",
        subject_id=packet.id,
        after=causes.to_facts(wish),
        by_owner=act.role is Role.OWNER,
    )
    if not promised:
        tools.giveaways.tell_of(tx, place, entry, wish.coins)
    return _hang(tx, packet, act, _Told(audit_id=entry.id, aimed=tools.aimed))


def give_packet(tx: Tx, act: Act, wish: NewPacket, seed: bytes, policies: Policies) -> OpenOutcome | ForStaffOnly:
    """The same from a fan's own coins, where the shop lets fans."""
    place, at, policy = act.place, act.at, policies[PacketPolicy]
    giver = standing(tx, place.community_id, act.sender, at)
    done = _opened_by(tx, act)
    if done is not None:
        return done
    funding = tx.execute(select(col(Community.packets)).where(col(Community.id) == place.community_id)).scalar_one()
    if funding != Funding.FANS:
        return ForStaffOnly()
    if wish.coins < wish.shares:
        return PacketTooThin(wish.coins, wish.shares)
    since = tx.execute(select(col(Member.joined_at)).where(col(Member.id) == giver.member_id)).scalar_one()
    near = tier_of(tx, place, giver.member_id, at, policies[TierPolicy]).at_least(policy.giver_tier)
    if at - since < policy.giver_since or not near:
        return GiverTooNew(policy.giver_since.days, policy.giver_tier)
    if giver.balance < wish.coins:
        return GiverTooPoor(wish.coins, giver.balance)
    (earned,) = divide(ledger.lots_of(tx, giver.account_id, giver.balance, place.timezone), [wish.coins])
    packet = _write_down(tx, act, wish, seed, policy, _Gift(giver.member_id, earned))
    ledger.hand_on(
        tx,
        ledger.TransferHeader(place.community_id, charge_key(id_of(packet)), "packet", at),
        member_account=giver.account_id,
        escrow=packet.escrow_id,
        amount=wish.coins,
        earned=earned,
    )
    note(tx, giver.member_id, Did.GIVE_PACKET, act.occasion, About(Thing.PACKET, id_of(packet)))
    return _hang(tx, packet, act, _Told(balance=giver.balance - wish.coins))


def undo_open(tx: Tx, act: Act, entry: AuditEntry) -> bool:
    """Take a packet back that nobody has tapped yet; its coins return."""
    packet = tx.execute(
        select(Packet)
        .where(col(Packet.community_id) == act.community_id, col(Packet.id) == entry.subject_id)
        .with_for_update()
    ).scalar_one_or_none()
    if packet is None or packet.taken or packet.takers:
        return False
    if packet.state not in {PacketState.GATHERING, PacketState.OPEN}:
        return False
    close_packet(tx, packet, PacketState.CANCELLED, act.at)
    return True


def _opened_by(tx: Tx, act: Act) -> PacketOpened | None:
    """The packet that this update opened, if it comes again."""
    answer = tx.execute(
        select(col(Packet.answer)).where(col(Packet.community_id) == act.community_id, col(Packet.cause) == act.cause)
    ).scalar_one_or_none()
    return causes.from_json(PacketOpened, answer) if answer is not None else None


def _write_down(
    tx: Tx, act: Act, wish: NewPacket, seed: bytes, policy: PacketPolicy, gift: _Gift | None = None
) -> Packet:
    """Write the packet and its shares. A share of a fan's packet knows when its coins were earned."""
    packet = Packet(
        community_id=act.community_id,
        coins=wish.coins,
        shares=wish.shares,
        state=PacketState.OPEN if wish.rush else PacketState.GATHERING,
        draws_at=None if wish.rush else act.at + policy.window,
        expires_at=act.at + policy.lasts,
        fresh=wish.fresh,
        segment=wish.segment,
        giver_id=gift.giver_id if gift is not None else None,
        escrow_id=ledger.open_escrow(tx, act.community_id),
        seed=seed.hex(),
        opened_by=act.sender.user_id if gift is not None else act.actor_id,
        opened_at=act.at,
        cause=act.cause,
    )
    tx.add(packet)
    tx.flush()
    parts = split(seed, wish.coins, wish.shares)
    lots = map(lots_to_json, divide(gift.earned, parts)) if gift is not None and gift.earned else repeat(None)
    rows = [
        {"packet_id": packet.id, "nth": nth, "coins": coins, "earned": its}
        for nth, (coins, its) in enumerate(zip(parts, lots, strict=False), start=1)
    ]
    tx.execute(insert(PacketShare), rows)
    return packet


def _hang(tx: Tx, packet: Packet, act: Act, told: _Told) -> PacketOpened:
    """Promise the cards, and keep the answer with the packet."""
    packet_id, community_id = id_of(packet), packet.community_id
    subject = CardSubject(community_id, CARD, packet_id)
    terms = Terms(now=act.at, not_after=packet.expires_at, by_staff=act.typed, airing_id=act.airing_id)
    chats = hang_cards(tx, subject, terms)
    groups, untold = heard_in(tx, community_id, chats)
    outcome = PacketOpened(
        packet_id=packet_id,
        coins=packet.coins,
        shares=packet.shares,
        draws_at=packet.draws_at,
        expires_at=packet.expires_at,
        fresh=packet.fresh,
        groups=groups,
        audit_id=told.audit_id,
        balance=told.balance,
        untold=untold,
        aimed=told.aimed,
    )
    packet.answer = causes.to_json(outcome)
    tx.flush()
    tx.info[PLANNED] = True
    return outcome
