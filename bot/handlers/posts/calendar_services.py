"""What handlers of the calendar ask for."""

from dataclasses import dataclass

from bot.features.posts.pauses import Pauses
from bot.features.posts.slots import Slots
from bot.features.posts.week import Weeks
from bot.handlers.kit.activities import Activities
from bot.rules.posts.slots import CalendarPolicy


@dataclass(frozen=True, slots=True)
class CalendarServices:
    """Use cases of the calendar."""

    weeks: Weeks
    slots: Slots
    pauses: Pauses
    activities: Activities
    policy: CalendarPolicy
