"""`/me`: coins, streak and coupons on one card."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.checkins import checkins
from bot.features.coins import lapse as lapsing
from bot.features.gifts import invitations as inviting
from bot.features.streams import attendance
from bot.rules.act import Sender
from bot.rules.calendar import day_of
from bot.rules.checkins.checkins import CheckInPolicy, streak_on
from bot.rules.coins.lapse import LapsePolicy
from bot.rules.people.members import MyCard
from bot.rules.place import Place
from bot.store.coupons.hand_out import count_usable
from bot.store.engine.db import Database
from bot.store.members import Standing
from bot.store.tables import Account, Member


async def my_card(db: Database, policy: CheckInPolicy, place: Place, sender: Sender, at: datetime) -> MyCard:
    """The sender's card; one who has done nothing yet has an empty one."""
    return await db.read(_my_card, policy, place, sender, at)


def _my_card(session: Session, policy: CheckInPolicy, place: Place, sender: Sender, at: datetime) -> MyCard:
    member = _standing(session, place, sender.user_id)
    if member is None:
        return MyCard(sender.name, 0, 0, checked_in=False, tomorrow=policy.ladder[0], coupons=0)
    today = day_of(at, place.timezone)
    now = streak_on(checkins.facts_of(session, member, at, place.timezone, policy), today, policy)
    return MyCard(
        name=sender.name,
        balance=member.balance,
        length=now.length,
        checked_in=now.checked_in,
        tomorrow=now.tomorrow,
        coupons=count_usable(session, member.member_id, at),
        restorable=now.restorable,
        streams=attendance.streak_of_streams(session, place, member.member_id),
        lapses=lapsing.dates_of(session, place, member.account_id, member.balance, at, LapsePolicy()),
        waiting=inviting.waiting(session, member.invitation_id) if member.invitation_id is not None else 0,
    )


def _standing(session: Session, place: Place, user_id: int) -> Standing | None:
    row: Any = session.execute(
        select(
            col(Member.id),
            col(Account.id),
            col(Account.balance),
            col(Member.tier),
            col(Member.back_since),
            col(Member.invitation_id),
        )
        .join(Account, col(Account.member_id) == col(Member.id))
        .where(col(Member.community_id) == place.community_id, col(Member.user_id) == user_id)
    ).one_or_none()
    return Standing(*row) if row is not None else None
