"""`/report`: the owner's figures."""

from aiogram.types import Message

from bot.asking import Ask
from bot.features.reporting import Reporting
from bot.handlers.forms import FormProblem, Moment, one_of
from bot.handlers.rights import Doors
from bot.handlers.table import Desk
from bot.rules.reporting import PERIODS
from bot.voice import Voice


def setup() -> Desk:
    """Staff's command."""
    desk = Desk("reporting")
    desk.command("report", report)
    return desk


async def report(_message: Message, ask: Ask, rest: str, doors: Doors, voice: Voice, reporting: Reporting) -> None:
    """`/report`, `/report 7d`, `/report 30d`."""
    inside = await doors.staff(ask)
    if inside is None:
        return
    try:
        days = one_of(PERIODS)("days", rest or "7d", Moment(ask.at, inside.home.timezone))
    except FormProblem as problem:
        await voice.answer(inside, problem.error)
        return
    await voice.answer(inside, await reporting.report(inside.home, days, ask.at))
