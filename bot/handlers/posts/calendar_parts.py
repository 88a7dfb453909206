"""What the calendar brings to the domain of posts."""

from bot.content.buttons import calendar, morning
from bot.features.posts import pauses, slots, week
from bot.features.posts.clock import WeeklyCalendar
from bot.features.posts.fill import FillRules
from bot.features.posts.morning import morning_card
from bot.features.posts.persona import Personas
from bot.features.posts.templates import Templates
from bot.flows.undo import Undoable
from bot.handlers.kit.domain import Core
from bot.handlers.posts.calendar_services import CalendarServices
from bot.handlers.posts.persona_services import names_of_pillars
from bot.rules.posts.slots import CalendarPolicy
from bot.rules.quiet_room import QuietRoomPolicy
from bot.store.mornings import CARD

POLICIES = (CalendarPolicy, QuietRoomPolicy)
BUTTONS = {**calendar.BUTTONS, **morning.BUTTONS}
CARDS = {CARD: morning_card}
UNDO = {
    week.CHANGED: Undoable(week.undo_change),
    slots.CHANGED: Undoable(slots.undo_change),
    pauses.CHANGED: Undoable(pauses.undo_change),
}


def services(core: Core) -> CalendarServices:
    """What handlers ask for."""
    policy = core.policies[CalendarPolicy]
    return CalendarServices(
        weeks=week.Weeks(core.db, policy),
        slots=slots.Slots(core.db, policy),
        pauses=pauses.Pauses(core.db, policy),
        personas=Personas(core.db),
        communities=core.communities,
        activities=core.activities,
        policy=policy,
        names=names_of_pillars(core.words),
    )


def clock(core: Core, templates: Templates) -> WeeklyCalendar:
    """The clock's part."""
    policies = FillRules(core.policies[CalendarPolicy], core.policies[QuietRoomPolicy])
    return WeeklyCalendar(core.db, policies, templates, core.activities, core.ear.write_down)
