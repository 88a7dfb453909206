"""*I'm here*: attending a stream pays coins, and makes up one missed day of check-ins for free."""

from datetime import datetime

from bot.features.checkins import checkins
from bot.features.streams import attendance
from bot.rules.act import Sender
from bot.rules.checkins.checkins import CheckInPolicy
from bot.rules.place import Place
from bot.rules.streams.attendance import AttendancePolicy, AttendOutcome
from bot.rules.streams.streams import AiringFacts, How
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.members import standing


async def attend(
    db: Database,
    place: Place,
    sender: Sender,
    airing_id: int,
    how: How,
    at: datetime,
    cause: str,
    policy: AttendancePolicy,
    checkin_policy: CheckInPolicy,
) -> AttendOutcome:
    """Write down that the sender attends an airing. It counts once for each airing."""
    return await db.write(_attend, place, sender, airing_id, how, at, cause, policy, checkin_policy)


def _attend(
    tx: Tx,
    place: Place,
    sender: Sender,
    airing_id: int,
    how: How,
    at: datetime,
    cause: str,
    policy: AttendancePolicy,
    checkin_policy: CheckInPolicy,
) -> AttendOutcome:
    member = standing(tx, place.community_id, sender, at)
    airing = attendance.welcome(tx, place, member, airing_id, at, cause)
    if not isinstance(airing, AiringFacts):
        return airing
    made_up = checkins.make_up_free(tx, place, member, at, checkin_policy)
    outcome = attendance.come(tx, place, member, airing, how, made_up, at, cause, policy)
    attendance.show_crowd(tx, place, airing_id, at, policy)
    return outcome
