"""*I'm here*: attending a stream pays coins, and makes up one missed day of check-ins for free."""

from bot.features.checkins import checkins
from bot.features.streams import attendance
from bot.rules.act import Act
from bot.rules.airings import AiringFacts, How
from bot.rules.checkins.checkins import CheckInPolicy
from bot.rules.policies import Policies
from bot.rules.streams.attendance import AttendancePolicy, AttendOutcome
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.members import standing


class Attending:
    """A fan attends an airing, and that counts for their check-ins."""

    def __init__(self, db: Database, policies: Policies) -> None:
        self._db = db
        self._policy = policies[AttendancePolicy]
        self._checkin_policy = policies[CheckInPolicy]

    async def attend(self, act: Act, airing_id: int, how: How) -> AttendOutcome:
        """Write down that the sender attends an airing. It counts once for each airing."""
        return await self._db.write(self._attend, act, airing_id, how)

    def _attend(self, tx: Tx, act: Act, airing_id: int, how: How) -> AttendOutcome:
        member = standing(tx, act.community_id, act.sender, act.at)
        airing = attendance.admit(tx, act, member, airing_id)
        if not isinstance(airing, AiringFacts):
            return airing
        made_up = checkins.make_up_free(tx, act.place, member, act.at, self._checkin_policy)
        outcome = attendance.write_down(tx, act, member, attendance.Visit(airing, how, made_up), self._policy)
        attendance.count_on_live_card(tx, act, airing_id, self._policy)
        return outcome
