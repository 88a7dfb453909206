"""Check-ins and make-ups, by command, by word and by button."""

from bot.content.buttons.shared import CHECK_IN, MAKE_UP
from bot.flows.check_in import CheckIns
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.rules.checkins.words import CHECK_IN_STATEMENTS, CHECK_IN_WORDS, MAKE_UP_WORDS
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice


def setup() -> Desk:
    """Commands, words and buttons of check-ins."""
    desk = Desk("checkins")
    desk.command("checkin", check_in)
    desk.command("makeup", make_up)
    desk.word(CHECK_IN_WORDS, check_in)
    desk.word(CHECK_IN_STATEMENTS, check_in, asked=False)
    desk.word(MAKE_UP_WORDS, make_up)
    desk.press(CHECK_IN, check_in)
    desk.press(MAKE_UP, make_up)
    return desk


async def check_in(ask: Ask, doors: Doors, voice: Voice, checkins: CheckIns) -> None:
    """The day's check-in."""
    inside = await doors.fan(ask)
    if inside is not None:
        await voice.answer(inside, await checkins.check_in(inside.act))


async def make_up(ask: Ask, doors: Doors, voice: Voice, checkins: CheckIns) -> None:
    """Make up the oldest missed day that leads back to a streak."""
    inside = await doors.fan(ask)
    if inside is not None:
        await voice.answer(inside, await checkins.make_up(inside.act))
