"""A check-in, and what it means for who brought this member: one more step towards a gift's reward."""

from datetime import datetime

from bot.features.checkins import checkins
from bot.features.gifts import invitations as inviting
from bot.rules.act import Sender
from bot.rules.checkins.checkins import CheckedIn, CheckInOutcome, CheckInPolicy
from bot.rules.gifts.policy import GiftPolicy
from bot.rules.place import Place
from bot.store.engine.db import Tx
from bot.store.members import standing


def check_in(tx: Tx, place: Place, sender: Sender, at: datetime, cause: str, policy: CheckInPolicy) -> CheckInOutcome:
    """Check in. Whom nobody brought, or whose check-ins don't matter any more, pays no statement for this."""
    member = standing(tx, place.community_id, sender, at)
    outcome = checkins.check_in_as(tx, place, member, at, cause, policy)
    if member.invitation_id is not None and isinstance(outcome, CheckedIn):
        inviting.count_check_in(tx, place, member, at, GiftPolicy())
    return outcome
