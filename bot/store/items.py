"""The coin shop's items as facts, for fans and for staff."""

from datetime import datetime
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.coin_shop.shelf import ItemFacts, ItemKind, ItemState, Per
from bot.rules.coupon_states import CampaignState
from bot.rules.raffles.facts import RaffleState
from bot.rules.tiers import Tier
from bot.store.engine.sessions import Tx
from bot.store.tables import Campaign, Item, Raffle
from bot.store.tables.base import id_of


def charge_key(item_id: int, member_id: int, serial: int) -> str:
    """The ledger key of a purchase's charge. Coupons don't use it: their charge has the key of the claim."""
    return f"buy:{item_id}:{member_id}:{serial}"


def items_of(session: Session, community_id: int, now: datetime, *which: Any) -> list[ItemFacts]:
    """A community's items, the oldest first. `which` are conditions that they must meet."""
    rows = session.execute(_items().where(col(Item.community_id) == community_id, *which).order_by(col(Item.number)))
    return [_facts(item, campaign, raffle, now) for item, campaign, raffle in rows.all()]


def find_item(session: Session, community_id: int, item_id: int, now: datetime) -> ItemFacts | None:
    """An item of this community, or None."""
    found = items_of(session, community_id, now, col(Item.id) == item_id)
    return found[0] if found else None


def lock_item(tx: Tx, community_id: int, item_id: int) -> Item | None:
    """The item's row, locked until the commit, or None: its purchases, refunds and closings come one after another."""
    return tx.execute(
        select(Item)
        .where(col(Item.id) == item_id, col(Item.community_id) == community_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()


def item_numbered(session: Session, community_id: int, number: int, *, lock: bool = False) -> Item | None:
    """The item with this number, as staff call it, or None."""
    query = select(Item).where(col(Item.community_id) == community_id, col(Item.number) == number)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.execute(query).scalar_one_or_none()


def subject_of(item: Item) -> str:
    """An item's name in the audit log. It names no fan, so it can stay when a fan has their data deleted."""
    return f"#{item.number} {item.title}"


def _items() -> Any:
    return (
        select(Item, Campaign, Raffle)
        .outerjoin(Campaign, and_(col(Item.kind) == ItemKind.COUPON, col(Campaign.id) == col(Item.subject_id)))
        .outerjoin(Raffle, and_(col(Item.kind) == ItemKind.RAFFLE, col(Raffle.id) == col(Item.subject_id)))
    )


def _facts(item: Item, campaign: Campaign | None, raffle: Raffle | None, now: datetime) -> ItemFacts:
    opens, closes, supply, over, tier = item.opens, item.closes, None, False, Tier(item.tier)
    segments = (item.segment, *(one.segment for one in (campaign, raffle) if one is not None))
    if campaign is not None:
        tier = max(tier, Tier(campaign.tier), key=lambda one: one.step)
        supply = campaign.stock - campaign.taken
        over = campaign.state != CampaignState.OPEN or (campaign.closes is not None and campaign.closes <= now)
        opens = max((at for at in (opens, campaign.opens) if at is not None), default=None)
        closes = min((at for at in (closes, campaign.closes) if at is not None), default=None)
    if raffle is not None:
        tier = max(tier, Tier(raffle.tier), key=lambda one: one.step)
        over = raffle.state != RaffleState.OPEN or raffle.closes <= now
        closes = min(at for at in (closes, raffle.closes) if at is not None)
    return ItemFacts(
        id=id_of(item),
        number=item.number,
        title=item.title,
        kind=ItemKind(item.kind),
        price=item.price,
        stock=item.stock,
        sold=item.sold,
        limit=item.per_fan,
        per=Per(item.per) if item.per is not None else None,
        tier=tier,
        opens=opens,
        closes=closes,
        state=ItemState(item.state),
        made_at=item.made_at,
        supply=supply,
        over=over,
        segments=tuple(text for text in segments if text),
    )
