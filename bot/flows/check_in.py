"""A check-in, which also counts towards the reward of the friend who invited this member.

The first one sets free what a gift brought them: it is paid at once, and the check-in's answer tells one sum.

The third one asks whether promotion may come in private.
"""

from bot.features.attention.consent import ask_at_check_in
from bot.features.checkins import checkins
from bot.features.checkins.checkins import CheckInTools
from bot.features.gifts import invitations
from bot.features.gifts.rewards import settle_at_check_in
from bot.flows.tier_opens import opens_of
from bot.rules.act import Act
from bot.rules.attention.consent import ConsentPolicy
from bot.rules.checkins.checkins import CheckedIn, CheckInOutcome, CheckInPolicy, MakeUpOutcome
from bot.rules.gifts.policy import GiftPolicy
from bot.rules.policies import Policies
from bot.rules.tiers import TierPolicy
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.members import Standing, standing


class CheckIns:
    """Use cases of check-ins."""

    def __init__(self, db: Database, policies: Policies) -> None:
        self._db = db
        self._policies = policies
        self._policy = policies[CheckInPolicy]
        self._tools = CheckInTools(policies[CheckInPolicy], policies[TierPolicy], opens_of(policies), self._counted)
        self._gift_policy = policies[GiftPolicy]
        self._consent_policy = policies[ConsentPolicy]

    async def check_in(self, act: Act) -> CheckInOutcome:
        """Check the sender in for the community's day."""
        return await self._db.write(self._check_in, act)

    async def make_up(self, act: Act) -> MakeUpOutcome:
        """Make up the oldest missed day that leads back to the sender's streak."""
        return await self._db.write(checkins.make_up, act, self._policy)

    def _check_in(self, tx: Tx, act: Act) -> CheckInOutcome:
        """Check in, and count it for the inviter.

        Members without an inviter, or whose check-ins don't count for one any more, cost no statement for gifts.
        """
        member = standing(tx, act.community_id, act.sender, act.at)
        outcome = checkins.check_in(tx, member, act, self._tools)
        if member.invitation_id is not None and isinstance(outcome, CheckedIn):
            invitations.count_check_in(tx, act.place, member, act.at, self._gift_policy)
            unlocked = settle_at_check_in(tx, member.invitation_id, act.at, self._policies)
            if unlocked is not None:
                outcome = checkins.add_gift(tx, member, outcome, unlocked.coins, unlocked.giver)
        return outcome

    def _counted(self, tx: Tx, member: Standing, act: Act, times: int) -> None:
        ask_at_check_in(tx, member, act, times, self._consent_policy)
