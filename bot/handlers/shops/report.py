"""`/report`: the owner's figures."""

from aiogram.types import Message

from bot.handlers.kit.forms import FormProblem, Moment, one_of
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.handlers.shops.services import ShopServices
from bot.rules.shops.report import PERIODS
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice


def setup() -> Desk:
    """Staff's command."""
    desk = Desk("report")
    desk.command("report", report)
    return desk


async def report(_message: Message, ask: Ask, rest: str, doors: Doors, voice: Voice, shops: ShopServices) -> None:
    """`/report`, `/report 7d`, `/report 30d`."""
    inside = await doors.staff(ask)
    if inside is None:
        return
    try:
        days = one_of(PERIODS)("days", rest or "7d", Moment(ask.at, inside.community.timezone))
    except FormProblem as problem:
        await voice.answer(inside, problem.error)
        return
    await voice.answer(inside, await shops.reports.report(inside.community, days, ask.at))
