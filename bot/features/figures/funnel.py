"""The funnel of each source: its fans of the last months, and what they did since they came."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.figures.fans import INVITED
from bot.rules.calendar import day_of
from bot.rules.figures.funnel import (
    BY_BOT,
    BY_FRIEND,
    UNKNOWN,
    Counts,
    FanFact,
    FunnelLine,
    SourceFunnel,
    Way,
    count_ways,
)
from bot.rules.figures.orders import CANCELLED, PAID, Takings
from bot.rules.figures.windows import FiguresPolicy, Window, period_window
from bot.rules.gift_states import RewardState
from bot.rules.place import Place
from bot.rules.ways_in import SOURCE_OF_GIFTS, SOURCE_OF_OUTSIDERS
from bot.store.tables import CheckIn, Coupon, Member, Order, Source
from bot.store.tables.gifts import GiftReward, Invitation


def source_funnel(session: Session, place: Place, at: datetime, policy: FiguresPolicy) -> SourceFunnel:
    """Count the funnel of every source that brought somebody in the last months."""
    window = period_window(at, policy.funnel_days, place.timezone)
    not_made = _not_made(session, place)
    fans = [*_here(session, place, window, at, policy), *_gone(session, place, window)]
    ways = count_ways((replace(fan, way=not_made.get(fan.way.source_id, fan.way)) for fan in fans), at, policy.stays)
    takings = _takings(session, place, window, not_made)
    sources = _sources(session, (way.source_id for way in ways if way.source_id is not None))
    named = sorted((way for way in ways if way.source_id is not None), key=lambda way: (-ways[way].came, way))
    others = [way for way in (BY_FRIEND, BY_BOT, UNKNOWN) if way in ways]
    shown = [*named[: policy.sources_shown], *others]
    since = day_of(window.start, place.timezone)
    return SourceFunnel(
        community_id=place.community_id,
        days=policy.funnel_days,
        since=since,
        lines=tuple(
            _line(ways[way], takings.get(way, []), sources.get(way.source_id or 0), way, window, place) for way in shown
        ),
        more=len(named) + len(others) - len(shown),
        reward_coins=_rewards(session, place, window),
        currency=place.currency,
    )


def _not_made(session: Session, place: Place) -> dict[int | None, Way]:
    """The sources that staff didn't make, as ways of their own."""
    ways = {SOURCE_OF_GIFTS: BY_FRIEND, SOURCE_OF_OUTSIDERS: BY_BOT}
    rows = session.execute(
        select(col(Source.id), col(Source.name)).where(
            col(Source.community_id) == place.community_id, col(Source.name).in_(ways)
        )
    ).all()
    return {source_id: ways[name] for source_id, name in rows}


def _way_columns() -> tuple[Any, ...]:
    source_id = col(Member.source_id)
    invited = case((source_id.is_(None) & INVITED, 1), else_=0)
    return source_id.label("source_id"), invited.label("invited")


def _cohort(place: Place, window: Window) -> tuple[Any, ...]:
    joined = col(Member.joined_at)
    return col(Member.community_id) == place.community_id, joined >= window.start, joined < window.end


def _here(session: Session, place: Place, window: Window, at: datetime, policy: FiguresPolicy) -> list[FanFact]:
    """What the fans of the period who are here did: how many of each way did the same."""
    joined = col(Member.joined_at)
    week, month = (joined <= at - timedelta(days=days) for days in policy.stays)
    same = (*_way_columns(), *_deeds(), week.label("old_week"), month.label("old_month"))
    rows: Any = session.execute(
        select(*same, func.min(joined), func.count())
        .where(*_cohort(place, window), col(Member.left_at).is_(None))
        .group_by(*(one.name for one in same))
    ).all()
    return [
        _fact(source_id, invited, deeds, joined_at, many=many)
        for source_id, invited, *deeds, _, _, joined_at, many in rows
    ]


def _gone(session: Session, place: Place, window: Window) -> list[FanFact]:
    """What each fan of the period who left did before."""
    columns = (*_way_columns(), *_deeds(), col(Member.joined_at), col(Member.left_at))
    rows: Any = session.execute(select(*columns).where(*_cohort(place, window), col(Member.left_at).is_not(None))).all()
    return [
        _fact(source_id, invited, deeds, joined_at, left_at) for source_id, invited, *deeds, joined_at, left_at in rows
    ]


def _deeds() -> tuple[Any, ...]:
    """Whether a member checked in, has a redeemed coupon (None: has none at all), and bought something."""
    member_id = col(Member.id)
    # Days are frozen or made up only by who checks in, so that any covered day will do: the index alone tells it.
    checked = select(col(CheckIn.day)).where(col(CheckIn.member_id) == member_id)
    redeemed = func.max(case((col(Coupon.redeemed_at).is_not(None), 1), else_=0))
    coupon = select(redeemed).where(col(Coupon.member_id) == member_id).scalar_subquery()
    ordered = select(col(Order.id)).where(col(Order.member_id) == member_id, col(Order.state) == PAID)
    return checked.exists().label("checked"), coupon.label("coupon"), ordered.exists().label("ordered")


def _fact(
    source_id: int | None,
    invited: int,
    deeds: list[Any],
    joined_at: datetime,
    left_at: datetime | None = None,
    many: int = 1,
) -> FanFact:
    checked, coupon, ordered = deeds
    way = Way(source_id, bool(invited))
    return FanFact(way, joined_at, left_at, bool(checked), coupon is not None, coupon == 1, bool(ordered), many)


def _takings(
    session: Session, place: Place, window: Window, not_made: Mapping[int | None, Way]
) -> dict[Way, list[Takings]]:
    """What the orders of these fans brought, by way and currency."""
    orders = (
        select(*_way_columns(), col(Order.currency), col(Order.value), col(Order.refunded))
        .join(Order, col(Order.member_id) == col(Member.id))
        .where(*_cohort(place, window), col(Order.state) != CANCELLED)
        .subquery()
    )
    keys = (orders.c.source_id, orders.c.invited, orders.c.currency)
    refunded = func.sum(orders.c.refunded)
    rows: Any = session.execute(
        select(*keys, func.sum(orders.c.value) - refunded, refunded).group_by(*keys).order_by(*keys)
    ).all()
    found: dict[Way, dict[str, Takings]] = {}
    for source_id, invited, currency, revenue, paid_back in rows:
        one = found.setdefault(not_made.get(source_id, Way(source_id, bool(invited))), {})
        before = one.get(currency, Takings(currency, 0))
        one[currency] = Takings(currency, before.revenue + int(revenue), before.paid_back + int(paid_back))
    return {way: list(one.values()) for way, one in found.items()}


def _sources(session: Session, ids: Iterable[int]) -> dict[int, Source]:
    found = session.execute(select(Source).where(col(Source.id).in_(list(ids)))).scalars()
    return {one.id: one for one in found if one.id is not None}


def _line(
    counts: Counts, takings: list[Takings], source: Source | None, way: Way, window: Window, place: Place
) -> FunnelLine:
    older = source is not None and source.made_at < window.start
    return FunnelLine(
        name=source.name if source is not None else None,
        invited=way.invited,
        by_bot=way.by_bot,
        **asdict(counts),
        cost=source.cost if source is not None else None,
        since=day_of(source.made_at, place.timezone) if source is not None and older else None,
        takings=tuple(sorted(takings, key=lambda one: (one.currency != place.currency, -one.revenue))),
    )


def _rewards(session: Session, place: Place, window: Window) -> int:
    """Coins that were paid for friends who joined in the period: to them and to who invited them."""
    found = session.execute(
        select(func.coalesce(func.sum(GiftReward.amount), 0))
        .join(Invitation, col(Invitation.id) == col(GiftReward.invitation_id))
        .where(
            col(Invitation.community_id) == place.community_id,
            col(Invitation.joined_at) >= window.start,
            col(Invitation.joined_at) < window.end,
            col(GiftReward.state) == RewardState.PAID,
        )
    ).scalar_one()
    return int(found)
