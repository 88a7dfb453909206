"""`/me`: a card with the fan's coins, streaks and coupons."""

from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import bindparam, select
from sqlmodel import col

from bot.features.checkins import checkins
from bot.features.coins import lapse
from bot.features.gifts import invitations
from bot.features.members import page
from bot.features.streams import attendance
from bot.rules.act import Act
from bot.rules.calendar import day_of
from bot.rules.checkins.checkins import CheckInFacts, CheckInPolicy, streak_on
from bot.rules.coins.lapse import LapsePolicy
from bot.rules.lots import Lapse
from bot.rules.people.members import MyCard
from bot.rules.place import Place
from bot.rules.policies import Policies
from bot.rules.streaks import StreakNow
from bot.rules.tiers import TierPolicy
from bot.rules.tiers_ahead import TierSums
from bot.store.coupons.hand_out import count_usable
from bot.store.engine.db import Database
from bot.store.engine.hot import Hot
from bot.store.engine.sessions import Rx
from bot.store.members import Standing
from bot.store.tables import Account, Member
from bot.store.tables.base import Id


class MyCards:
    """The cards that `/me` shows."""

    def __init__(self, db: Database, policies: Policies) -> None:
        self._db = db
        self._policy = policies[CheckInPolicy]
        self._lapse_policy = policies[LapsePolicy]
        self._tiers = policies[TierPolicy]

    async def card(self, act: Act) -> MyCard:
        """The sender's card. A person who isn't a member gets an empty one."""
        return await self._db.read(self._card, act)

    def _card(self, session: Rx, act: Act) -> MyCard:
        place, at = act.place, act.at
        member = _standing(session, place, act.sender.user_id)
        today = day_of(at, place.timezone)
        tier = page.sums_of_member(session, place, member.member_id if member is not None else None, at, self._tiers)
        facts = CheckInFacts(())
        if member is not None:
            facts = checkins.facts_of(session, member, at, place.timezone, self._policy)
        now = streak_on(self._with_tier(facts, tier, today), today, self._policy)
        card = MyCard(
            name=act.sender.name,
            balance=0,
            length=now.length,
            checked_in=now.checked_in,
            tomorrow=now.tomorrow,
            coupons=0,
            tomorrow_bonus=now.tomorrow_bonus,
            percent=self._tiers.check_in_percent[tier.tier],
            tier=tier.tier,
            higher=tier.higher,
            lacking=tier.lacking,
            falling=tier.falling,
        )
        return card if member is None else self._with_belongings(session, act, member, card, now)

    def _with_tier(self, facts: CheckInFacts, tier: TierSums, today: date) -> CheckInFacts:
        """The tier multiplies what the next check-in pays. It may fall at the end of today."""
        percents = self._tiers.check_in_percent
        ends_today = tier.falling is not None and tier.falling.falls_on == today
        tomorrow = tier.tier.below if ends_today else tier.tier
        return replace(facts, tier=tier.tier, tier_percent=percents[tier.tier], next_percent=percents[tomorrow])

    def _with_belongings(self, session: Rx, act: Act, member: Standing, card: MyCard, now: StreakNow) -> MyCard:
        place, at = act.place, act.at
        return replace(
            card,
            balance=member.balance,
            coupons=count_usable(session, member.member_id, at),
            restorable=now.restorable,
            streams=attendance.streak_of_streams(session, place, member.member_id),
            lapses=self._lapses(session, place, member, at),
            waiting=invitations.count_waiting_coins(session, member.invitation_id)
            if member.invitation_id is not None
            else 0,
        )

    def _lapses(self, session: Rx, place: Place, member: Standing, at: datetime) -> tuple[Lapse, ...]:
        return lapse.dates_of(session, place, member.account_id, member.balance, at, self._lapse_policy)


_STANDING = Hot(
    select(
        col(Member.id),
        col(Account.id),
        col(Account.balance),
        col(Member.tier),
        col(Member.back_since),
        col(Member.invitation_id),
    )
    .join(Account, col(Account.member_id) == col(Member.id))
    .where(
        col(Member.community_id) == bindparam("community_id", type_=Id),
        col(Member.user_id) == bindparam("user_id", type_=Id),
    )
)


def _standing(session: Rx, place: Place, user_id: int) -> Standing | None:
    row = session.row(_STANDING, community_id=place.community_id, user_id=user_id)
    return Standing(*row) if row is not None else None
