"""What stands in a shop, for the staff's panel: lists by section, and what happened lately."""

from collections.abc import Callable, Collection
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.airings import OVER_PHASES, Phase, phase_of
from bot.rules.coin_shop.shelf import ItemFacts, ItemState
from bot.rules.coupons.coupons import CampaignState
from bot.rules.hearts.hearts import GoalState
from bot.rules.packets.packets import LIVE as LIVE_PACKETS
from bot.rules.place import Place
from bot.rules.raffles.raffles import RaffleState
from bot.rules.refusals import RoomRefuses
from bot.rules.rights import Role, may_undo
from bot.rules.staff.panel import LATELY, LISTED, AdminEntry, AdminLately, AdminLine, Section
from bot.store.airings import count_came, open_airings
from bot.store.coupons.campaigns import card_of
from bot.store.engine.db import Database
from bot.store.invitations import offered_at
from bot.store.items import items_of
from bot.store.messages.refused import refused_rooms
from bot.store.tables import (
    Airing,
    AuditEntry,
    Campaign,
    FanGroup,
    GiftOffer,
    HeartGoal,
    HeartStep,
    Item,
    Packet,
    Person,
    Raffle,
    Stream,
)

Lines = Callable[[Session, Place, datetime, int | None], list[AdminLine]]
"""(session, place, at, number) → what there is, newest first, or only the thing with this number."""


class Overview:
    """Use cases of looking at what stands."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def lines(self, place: Place, section: str, at: datetime) -> list[AdminLine]:
        """All things of a section that staff may still want to act on."""
        read = LINES.get(section)
        return await self._db.read(read, place, at, None) if read is not None else []

    async def thing(self, place: Place, section: str, number: int, at: datetime) -> AdminLine | None:
        """One thing of a section."""
        read = LINES.get(section)
        found = await self._db.read(read, place, at, number) if read is not None else []
        return found[0] if found else None

    async def refusals(self, place: Place) -> tuple[RoomRefuses, ...]:
        """Rooms of the shop that refuse messages now."""
        return tuple(await self._db.read(refused_rooms, place.community_id))

    async def lately(self, place: Place, role: Role, undoable: Collection[str], owners: Collection[str]) -> AdminLately:
        """The last acts, with who did them, and which of them the reader may take back."""
        return await self._db.read(lately, place, role, undoable, owners)


def coupons(session: Session, place: Place, at: datetime, number: int | None) -> list[AdminLine]:
    """Campaigns that weren't cancelled and aren't over."""
    query = select(Campaign).where(col(Campaign.community_id) == place.community_id)
    if number is not None:
        query = query.where(col(Campaign.number) == number)
    else:
        query = query.where(
            col(Campaign.state) == CampaignState.OPEN, col(Campaign.closes).is_(None) | (col(Campaign.closes) > at)
        )
    found: list[AdminLine] = []
    for campaign in session.execute(query.order_by(col(Campaign.id).desc()).limit(LISTED + 1)).scalars():
        card = card_of(session, place.community_id, campaign.id or 0, at)
        state = card.state if card is not None else campaign.state
        when = campaign.opens if state == "soon" else campaign.closes
        found.append(
            AdminLine(Section.COUPONS, campaign.number, campaign.title, state, campaign.taken, campaign.stock, when)
        )
    return found


def streams(session: Session, place: Place, at: datetime, number: int | None) -> list[AdminLine]:
    """Streams that are on or coming, each with its next evening."""
    found: dict[int, AdminLine] = {}
    for airing in open_airings(session, place.community_id):
        phase = phase_of(airing, at)
        if phase in OVER_PHASES or airing.number in found or number not in {None, airing.number}:
            continue
        came = 0 if phase in {Phase.COMING, Phase.DELAYED} else count_came(session, airing.id)
        found[airing.number] = AdminLine(
            Section.STREAMS, airing.number, airing.title, phase.value, came, None, airing.starts_at
        )
    return list(found.values())


def packets(session: Session, place: Place, _at: datetime, number: int | None) -> list[AdminLine]:
    """Packets that aren't all handed out. They have no numbers: they end by themselves."""
    if number is not None:
        return []
    found = session.execute(
        select(Packet)
        .where(col(Packet.community_id) == place.community_id, col(Packet.state).in_(LIVE_PACKETS))
        .order_by(col(Packet.id).desc())
        .limit(LISTED + 1)
    ).scalars()
    return [
        AdminLine(
            Section.PACKETS, 0, "", one.state, one.taken, one.shares, one.draws_at or one.expires_at, coins=one.coins
        )
        for one in found
    ]


def raffles(session: Session, place: Place, _at: datetime, number: int | None) -> list[AdminLine]:
    """Raffles that weren't called off, those that are drawn too: a place may have to be drawn anew."""
    query = select(Raffle).where(col(Raffle.community_id) == place.community_id)
    if number is not None:
        query = query.where(col(Raffle.number) == number)
    else:
        query = query.where(col(Raffle.state) != RaffleState.CANCELLED)
    found = session.execute(query.order_by(col(Raffle.id).desc()).limit(LISTED + 1)).scalars()
    return [
        AdminLine(Section.RAFFLES, one.number, one.prize, one.state, one.entered, None, one.drawn_at or one.closes)
        for one in found
    ]


def gifts(session: Session, place: Place, at: datetime, number: int | None) -> list[AdminLine]:
    """Gifts that fans may send on."""
    offered = offered_at(at)
    which = offered if number is None else col(GiftOffer.number) == number
    found = session.execute(
        select(GiftOffer, offered)
        .where(col(GiftOffer.community_id) == place.community_id, which)
        .order_by(col(GiftOffer.id).desc())
        .limit(LISTED + 1)
    ).all()
    return [
        AdminLine(Section.GIFTS, one.number, one.title, "open" if open_ else "closed", one.taken, one.stock, one.closes)
        for one, open_ in found
    ]


def items(session: Session, place: Place, at: datetime, number: int | None) -> list[AdminLine]:
    """What the shop sells, and what it has taken off the shelf."""
    which = [] if number is None else [col(Item.number) == number]
    found = items_of(session, place.community_id, at, col(Item.state) != ItemState.WITHDRAWN, *which)
    return [
        AdminLine(Section.ITEMS, one.number, one.title, _on_shelf(one, at), one.sold, one.stock, one.closes)
        for one in found[: -LISTED - 2 : -1]
    ]


def _on_shelf(item: ItemFacts, at: datetime) -> str:
    if item.state is not ItemState.OPEN:
        return item.state
    if item.over or (item.closes is not None and item.closes <= at):
        return "ended"
    if item.opens is not None and item.opens > at:
        return "soon"
    return "sold_out" if item.left == 0 else "open"


def hearts(session: Session, place: Place, _at: datetime, number: int | None) -> list[AdminLine]:
    """Goals that run. One a stream and no number: what hearts open isn't changed, only called off."""
    if number is not None:
        return []
    last = select(func.max(HeartStep.hearts)).where(col(HeartStep.goal_id) == col(HeartGoal.id)).scalar_subquery()
    found = session.execute(
        select(HeartGoal, col(Stream.title), last)
        .join(Airing, col(Airing.id) == col(HeartGoal.airing_id))
        .join(Stream, col(Stream.id) == col(Airing.stream_id))
        .where(col(HeartGoal.community_id) == place.community_id, col(HeartGoal.state) == GoalState.RUNNING)
        .order_by(col(HeartGoal.id).desc())
        .limit(LISTED + 1)
    ).all()
    return [AdminLine(Section.HEARTS, 0, title, "open", goal.hearts, most) for goal, title, most in found]


LINES: dict[str, Lines] = {
    Section.COUPONS: coupons,
    Section.STREAMS: streams,
    Section.PACKETS: packets,
    Section.RAFFLES: raffles,
    Section.GIFTS: gifts,
    Section.ITEMS: items,
    Section.HEARTS: hearts,
}


def lately(
    session: Session, place: Place, role: Role, undoable: Collection[str], owners: Collection[str]
) -> AdminLately:
    """The newest entries of the audit log."""
    rows = session.execute(
        select(AuditEntry, col(Person.name), col(FanGroup.title))
        .outerjoin(Person, col(Person.user_id) == col(AuditEntry.actor_id))
        .outerjoin(FanGroup, col(FanGroup.chat_id) == col(AuditEntry.actor_id))
        .where(col(AuditEntry.community_id) == place.community_id)
        .order_by(col(AuditEntry.id).desc())
        .limit(LATELY)
    ).all()
    entries: list[AdminEntry] = []
    for entry, name, title in rows:
        may = entry.act in undoable and entry.undoes_id is None
        may = may and may_undo(role, by_owner=entry.by_owner, owners_only=entry.act in owners)
        entries.append(
            AdminEntry(
                audit_id=entry.id or 0,
                at=entry.at,
                who=name or title,
                act=entry.act,
                subject=entry.subject,
                undone=entry.undone_at is not None,
                undoable=may and entry.undone_at is None,
            )
        )
    return AdminLately(place.community_id, tuple(entries))
