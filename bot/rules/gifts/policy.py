"""What gifts pay, and their times and caps."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class GiftPolicy:
    """Rewards in coins, times, and caps."""

    friend_joined: int = 10
    friend_stayed: int = 20
    inviter_stayed: int = 30
    inviter_redeemed: int = 100
    grows_by: int = 10
    """A relay gift's growth with each friend who stays, unless the offer says otherwise."""
    check_ins: int = 3
    within: timedelta = timedelta(days=10)
    """From joining: in this time the check-ins of the second stage count."""
    full_time: timedelta = timedelta(days=7)
    """As a member, for the second stage."""
    late: timedelta = timedelta(days=1)
    """A check-in may reach the bot this much later: until then the second stage isn't given up."""
    attribution: timedelta = timedelta(days=30)
    unopened: timedelta = timedelta(days=7)
    cards_a_day: int = 5
    friends_a_month: int = 20
    """Friends for whom one inviter is rewarded in a calendar month of the community."""
    card_every: timedelta = timedelta(seconds=5)
    quiet_friends: int = 5
    """The owner looks first from this many friends of one inviter on, if all of them only check in and claim."""
