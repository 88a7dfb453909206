"""Whom an act of the panel reaches and what it can cost, counted before it is done."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.coupon_states import CouponState
from bot.rules.gifts.gifts import PAYS_COINS, GiftKind, GiftPolicy
from bot.rules.hearts.hearts import packets_in, read_goal
from bot.rules.place import Place
from bot.rules.staff.panel import Reach
from bot.store.airings import count_subscribers, open_airings
from bot.store.engine.db import Database
from bot.store.giveaways import left_today
from bot.store.messages.cards import chats_of, groups_of
from bot.store.messages.refused import heard_in
from bot.store.tables import Campaign, Coupon, Member, Raffle, RaffleEntry

Count = Callable[[Session, Place, Mapping[str, Any], int | None], Reach]
"""(session, place, the form's values, the thing's number) → reach."""


class Reaches:
    """Counts reach."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def of(self, place: Place, act: str, values: Mapping[str, Any], number: int | None) -> Reach:
        """What an act would reach."""
        count = COUNTS.get(act)
        return await self._db.read(count, place, values, number) if count is not None else Reach()

    async def left_today(self, place: Place, actor_id: int, at: datetime) -> int:
        """Coins that an operator can still give away today."""
        return await self._db.read(left_today, place, actor_id, at)


def heard(session: Session, place: Place, *, groups_only: bool = False) -> int:
    """Rooms in which something can be told now: those that refuse messages aren't counted."""
    chats = chats_of(session, place.community_id)
    if groups_only:
        chats = [group.chat_id for group in groups_of(session, place.community_id)]
    return heard_in(session, place.community_id, chats)[0]


def heart_goal(session: Session, place: Place, values: Mapping[str, Any], _number: int | None) -> Reach:
    """A heart goal: it hangs on the live card in all chats, and may open packets."""
    steps = read_goal(values["goals"], values["gives"]) if {"goals", "gives"} <= values.keys() else ()
    coins = packets_in(give for _, give in steps) if isinstance(steps, tuple) else 0
    return replace(told_everywhere(session, place, values, None), coins=coins or None)


def in_groups(session: Session, place: Place, _values: Mapping[str, Any], _number: int | None) -> Reach:
    """What hangs in every group and may be seen by every member."""
    return Reach(groups=heard(session, place, groups_only=True), fans=members(session, place))


def told_everywhere(session: Session, place: Place, _values: Mapping[str, Any], _number: int | None) -> Reach:
    """What is told in every group and the channel."""
    return Reach(groups=heard(session, place), fans=members(session, place))


def drop(session: Session, place: Place, values: Mapping[str, Any], _number: int | None) -> Reach:
    """A new drop: its card in the groups, now or when it opens; one that is kept for something else hangs nowhere."""
    if values.get("for") is not None:
        return Reach()
    opens: datetime | None = values.get("opens")
    return Reach(groups=heard(session, place, groups_only=True), fans=members(session, place), at=opens)


def plan(session: Session, place: Place, values: Mapping[str, Any], _number: int | None) -> Reach:
    """A new stream: its announcement at its start."""
    return Reach(groups=heard(session, place), fans=members(session, place), at=values.get("at"))


def drop_taken_back(session: Session, place: Place, _values: Mapping[str, Any], number: int | None) -> Reach:
    """Coupons that are held become void, and what was paid for them goes back."""
    coupons, coins = session.execute(
        select(func.count(), func.coalesce(func.sum(Coupon.paid), 0))
        .join(Campaign, col(Campaign.id) == col(Coupon.campaign_id))
        .where(
            col(Campaign.community_id) == place.community_id,
            col(Campaign.number) == number,
            col(Coupon.state) == CouponState.HELD,
        )
    ).one()
    return Reach(groups=heard(session, place, groups_only=True), void=coupons, back=int(coins))


def moved(session: Session, place: Place, _values: Mapping[str, Any], number: int | None) -> Reach:
    """A stream's new time, or its end: told in all chats, and to those who asked to be reminded."""
    ids = {one.stream_id for one in open_airings(session, place.community_id) if one.number == number}
    return Reach(
        groups=heard(session, place),
        private=sum(count_subscribers(session, stream_id) for stream_id in ids),
    )


def packet(session: Session, place: Place, values: Mapping[str, Any], _number: int | None) -> Reach:
    """A red packet: its card in the groups, all of its coins at once."""
    return replace(in_groups(session, place, values, None), coins=values.get("coins"))


def gift(session: Session, place: Place, values: Mapping[str, Any], _number: int | None) -> Reach:
    """A gift: every fan may send it; it hangs nowhere. Its coins can be told where they are limited."""
    kind, coins, _campaign = values.get("kind") or (None, 0, None)
    stock = values.get("stock")
    if kind is GiftKind.RELAY:
        coins = coins or GiftPolicy().grows_by
    return Reach(fans=members(session, place), coins=coins * stock if kind in PAYS_COINS and stock else None)


def for_sale(session: Session, place: Place, values: Mapping[str, Any], _number: int | None) -> Reach:
    """A new item: it hangs nowhere, every fan finds it in the shop."""
    return Reach(fans=members(session, place), at=values.get("opens"))


def raffle_called_off(session: Session, place: Place, _values: Mapping[str, Any], number: int | None) -> Reach:
    """Entries count for nothing, tickets are paid back."""
    entries, coins = session.execute(
        select(func.count(), func.coalesce(func.sum(RaffleEntry.paid), 0))
        .join(Raffle, col(Raffle.id) == col(RaffleEntry.raffle_id))
        .where(
            col(Raffle.community_id) == place.community_id,
            col(Raffle.number) == number,
            col(RaffleEntry.returned).is_(False),
        )
    ).one()
    return Reach(groups=heard(session, place, groups_only=True), void=entries, back=int(coins))


def members(session: Session, place: Place) -> int:
    """Fans who are here."""
    found: int = session.execute(
        select(func.count())
        .select_from(Member)
        .where(col(Member.community_id) == place.community_id, col(Member.left_at).is_(None), col(Member.user_id) > 0)
    ).scalar_one()
    return found


COUNTS: dict[str, Count] = {
    "newcoupon": drop,
    "newcoupon_file": drop,
    "coupon_cancel": drop_taken_back,
    "newstream": plan,
    "golive": told_everywhere,
    "golive_now": told_everywhere,
    "delay": moved,
    "cancelstream": moved,
    "endlive": told_everywhere,
    "redpacket": packet,
    "newgift": gift,
    "newraffle": in_groups,
    "raffle_cancel": raffle_called_off,
    "raffle_redraw": in_groups,
    "newitem": for_sale,
    "hearts": heart_goal,
}
