"""One fan as staff see them: what every domain knows of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from bot.features.checkins import checkins
from bot.features.coins import lapse
from bot.features.members import page
from bot.features.streams import attendance
from bot.rules.calendar import day_of
from bot.rules.checkins.checkins import CheckInPolicy, streak_on
from bot.rules.coins.lapse import LapsePolicy
from bot.rules.coupon_states import CouponState
from bot.rules.members.fan_page import NOTES_SHOWN, FanShown, NoteLine, OrdersOf
from bot.rules.orders.told import OrderState
from bot.rules.place import Place
from bot.rules.policies import Policies
from bot.rules.tiers import TierPolicy
from bot.store.coupons.hand_out import count_usable
from bot.store.engine.db import Database
from bot.store.engine.sessions import Rx
from bot.store.fan_notes import count_notes, notes_about
from bot.store.fan_tags import tags_of
from bot.store.members import Standing
from bot.store.tables import Account, Coupon, Invitation, Member, Order, Person, Source
from bot.store.visits import days_since


class FanPages:
    """The pages of fans."""

    def __init__(self, db: Database, policies: Policies) -> None:
        self._db = db
        self._policies = policies

    async def page(
        self, place: Place, member_id: int, at: datetime, *, money: bool, which: str | None = None
    ) -> FanShown | None:
        """The page of a fan of this shop; None if there is none. `which` is the list from which they were opened.

        `money`: whether the reader may see what the fan paid.
        """
        return await self._db.read(self._page, place, member_id, at, (money, which))

    def _page(
        self, session: Rx, place: Place, member_id: int, at: datetime, how: tuple[bool, str | None]
    ) -> FanShown | None:
        money, which = how
        row: Any = session.execute(
            select(Member, Person, Account, col(Source.name))
            .join(Person, col(Person.user_id) == col(Member.user_id))
            .join(Account, col(Account.member_id) == col(Member.id))
            .outerjoin(Source, col(Source.id) == col(Member.source_id))
            .where(col(Member.id) == member_id, col(Member.community_id) == place.community_id, col(Member.user_id) > 0)
        ).one_or_none()
        if row is None:
            return None
        member, person, account, source = row
        standing = Standing(member_id, account.id, account.balance, member.tier, back_since=member.back_since)
        facts = checkins.facts_of(session, standing, at, place.timezone, self._policies[CheckInPolicy])
        inviter, invited = _invitations(session, member_id)
        notes = notes_about(session, member_id, NOTES_SHOWN)
        more = count_notes(session, member_id) - len(notes) if len(notes) == NOTES_SHOWN else 0
        return FanShown(
            community_id=place.community_id,
            member_id=member_id,
            name=person.name,
            username=person.username,
            here=member.left_at is None,
            sums=page.sums_of_member(session, place, member_id, at, self._policies[TierPolicy]),
            balance=account.balance,
            lapses=lapse.dates_of(session, place, account.id, account.balance, at, self._policies[LapsePolicy]),
            length=streak_on(facts, day_of(at, place.timezone), self._policies[CheckInPolicy]).length,
            streams=attendance.streak_of_streams(session, place, member_id),
            held=count_usable(session, member_id, at),
            redeemed=_count_redeemed(session, member_id),
            orders=_orders_of(session, place, member_id) if money else None,
            source=source,
            inviter=inviter,
            invited=invited,
            joined=day_of(member.joined_at, place.timezone),
            seen=days_since(session, [member_id], at, place.timezone).get(member_id),
            can_write=person.can_write,
            promotion=member.promotion_since is not None,
            tags=tags_of(session, member_id),
            notes=tuple(NoteLine(one.note_id, one.text, one.by, one.at) for one in notes),
            more_notes=more,
            which=which,
        )


def _count_redeemed(session: Session, member_id: int) -> int:
    counted: int = session.execute(
        select(func.count())
        .select_from(Coupon)
        .where(col(Coupon.member_id) == member_id, col(Coupon.state) == CouponState.REDEEMED)
    ).scalar_one()
    return counted


def _orders_of(session: Session, place: Place, member_id: int) -> OrdersOf:
    """Paid orders of all currencies; what they brought in the shop's own."""
    brought = col(Order.value) - col(Order.refunded)
    count, spent, last = session.execute(
        select(
            func.count(),
            func.coalesce(func.sum(brought).filter(col(Order.currency) == place.currency), 0),
            func.max(col(Order.day)),
        ).where(col(Order.member_id) == member_id, col(Order.state) == OrderState.PAID)
    ).one()
    return OrdersOf(count, int(spent), place.currency, last)


def _invitations(session: Session, member_id: int) -> tuple[str | None, int]:
    """Who invited a fan, and how many friends came by theirs."""
    giver = aliased(Member)
    inviter = session.execute(
        select(col(Person.name))
        .join(giver, col(giver.user_id) == col(Person.user_id))
        .join(Invitation, col(Invitation.inviter_id) == col(giver.id))
        .where(col(Invitation.friend_id) == member_id)
    ).scalar_one_or_none()
    invited: int = session.execute(
        select(func.count()).select_from(Invitation).where(col(Invitation.inviter_id) == member_id)
    ).scalar_one()
    return inviter or None, invited
