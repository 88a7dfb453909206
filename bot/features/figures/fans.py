"""What fans did in a window: came, left, checked in, attended, claimed."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.figures.coin_sums import CHECK_IN
from bot.rules.figures.reports import CameBy, CouponFigures, FanFigures
from bot.rules.figures.windows import FiguresPolicy, Window
from bot.rules.place import Place
from bot.rules.ways_in import SOURCE_OF_GIFTS, SOURCE_OF_OUTSIDERS
from bot.store.tables import Airing, Attendance, Coupon, Member, Source, Transfer
from bot.store.tables.gifts import Invitation

INVITED = select(col(Invitation.id)).where(col(Invitation.friend_id) == col(Member.id)).exists()
"""Whether a member came by an invitation."""


def fan_figures(
    session: Session,
    place: Place,
    window: Window,
    airing_id: int | None,
    policy: FiguresPolicy,
    checked_in: int | None = None,
) -> FanFigures:
    """What fans did; attendance is that of one airing, or of all that began in the window.

    `checked_in` is given if it is known by sums.
    """
    by = _came(session, place, window)
    named = [line for line in by if line.name is not None]
    others = [line for line in by if line.name is None]
    return FanFigures(
        came=sum(line.came for line in by),
        by=(*named[: policy.sources_shown], *others),
        more=max(0, len(named) - policy.sources_shown),
        left=_left(session, place, window),
        checked_in=checked_in if checked_in is not None else _checked_in(session, place, window),
        attended=_attended(session, place, window, airing_id),
    )


def coupon_figures(session: Session, place: Place, window: Window) -> CouponFigures:
    """Coupons that were claimed, those that were redeemed, and what fans paid for the claims."""
    at = col(Coupon.claimed_at)
    claimed, coins = session.execute(
        select(func.count(), func.coalesce(func.sum(Coupon.paid), 0)).where(
            col(Coupon.community_id) == place.community_id, at >= window.start, at < window.end
        )
    ).one()
    redeemed_at = col(Coupon.redeemed_at)
    redeemed: int = session.execute(
        select(func.count()).where(
            col(Coupon.community_id) == place.community_id,
            redeemed_at.is_not(None),
            redeemed_at >= window.start,
            redeemed_at < window.end,
        )
    ).scalar_one()
    return CouponFigures(claimed, redeemed, int(coins))


def _came(session: Session, place: Place, window: Window) -> list[CameBy]:
    """Newcomers by way: sources by how many they brought, then the ways that staff didn't make, unknown ones last."""
    joined = col(Member.joined_at)
    invited = INVITED.label("invited")
    rows: Any = session.execute(
        select(col(Source.name), invited, func.count().label("came"))
        .select_from(Member)
        .outerjoin(Source, col(Source.id) == col(Member.source_id))
        .where(col(Member.community_id) == place.community_id, joined >= window.start, joined < window.end)
        .group_by(col(Source.name), invited)
    ).all()
    sources: dict[str, int] = {}
    by_friends = by_bot = unknown = 0
    for name, by_friend, came in rows:
        if name == SOURCE_OF_GIFTS or (name is None and by_friend):
            by_friends += came
        elif name == SOURCE_OF_OUTSIDERS:
            by_bot += came
        elif name is None:
            unknown += came
        else:
            sources[name] = sources.get(name, 0) + came
    listed = [CameBy(name, came) for name, came in sorted(sources.items(), key=lambda one: (-one[1], one[0]))]
    others = (CameBy(None, by_friends, invited=True), CameBy(None, by_bot, by_bot=True), CameBy(None, unknown))
    return [*listed, *(way for way in others if way.came)]


def _left(session: Session, place: Place, window: Window) -> int:
    """Members who left in the window and aren't back. Those who had their data deleted aren't counted."""
    at = col(Member.left_at)
    found: int = session.execute(
        select(func.count()).where(
            col(Member.community_id) == place.community_id,
            at.is_not(None),
            at >= window.start,
            at < window.end,
            col(Member.user_id) > 0,
        )
    ).scalar_one()
    return found


def _checked_in(session: Session, place: Place, window: Window) -> int:
    """Fans who checked in: each check-in pays coins, and those are found by when they were earned."""
    at = col(Transfer.earned_at)
    found: int = session.execute(
        select(func.count(col(Transfer.credit_id).distinct())).where(
            col(Transfer.community_id) == place.community_id,
            at >= window.start,
            at < window.end,
            col(Transfer.reason) == CHECK_IN,
        )
    ).scalar_one()
    return found


def _attended(session: Session, place: Place, window: Window, airing_id: int | None) -> int:
    which: Any = col(Attendance.airing_id) == airing_id
    if airing_id is None:
        begun = select(col(Airing.id)).where(
            col(Airing.community_id) == place.community_id,
            col(Airing.starts_at) >= window.start,
            col(Airing.starts_at) < window.end,
        )
        which = col(Attendance.airing_id).in_(begun)
    found: int = session.execute(select(func.count(col(Attendance.member_id).distinct())).where(which)).scalar_one()
    return found
