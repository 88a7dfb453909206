"""A check-in, and what it means for who brought this member: one more step towards a gift's reward."""

from bot.features.checkins import checkins
from bot.features.gifts import invitations
from bot.rules.act import Act
from bot.rules.checkins.checkins import CheckedIn, CheckInOutcome, CheckInPolicy, MakeUpOutcome
from bot.rules.gifts.policy import GiftPolicy
from bot.rules.policies import Policies
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.members import standing


class CheckIns:
    """Use cases of check-ins."""

    def __init__(self, db: Database, policies: Policies) -> None:
        self._db = db
        self._policy = policies[CheckInPolicy]
        self._gift_policy = policies[GiftPolicy]

    async def check_in(self, act: Act) -> CheckInOutcome:
        """Check the sender in for the community's day."""
        return await self._db.write(self._check_in, act)

    async def make_up(self, act: Act) -> MakeUpOutcome:
        """Make up the oldest missed day that leads back to the sender's streak."""
        return await self._db.write(checkins.make_up, act, self._policy)

    def _check_in(self, tx: Tx, act: Act) -> CheckInOutcome:
        """Whom nobody brought, or whose check-ins don't matter any more, pays no statement for gifts."""
        member = standing(tx, act.community_id, act.sender, act.at)
        outcome = checkins.check_in(tx, member, act, self._policy)
        if member.invitation_id is not None and isinstance(outcome, CheckedIn):
            invitations.count_check_in(tx, act.place, member, act.at, self._gift_policy)
        return outcome
