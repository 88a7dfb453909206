"""`/report`: what a stream earned, or what some days brought; and the digest's switch."""

from bot.content.buttons.figures import AIRING, DIGEST, NOW, OFF, ON, REPORT, SOURCES
from bot.features.figures.reports import Wish
from bot.handlers.figures.services import FigureServices
from bot.handlers.kit.forms import FormProblem, Moment, echo
from bot.handlers.kit.readers import number_of
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.rules.figures.reports import NoStreamYet, PeriodReport, ReportPicture, StreamReport
from bot.rules.figures.windows import PERIODS
from bot.rules.forms import NotOneOf
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice

STREAM = "stream"
KNOWN = (*PERIODS, f"{STREAM} 12", SOURCES)


def setup() -> Desk:
    """Staff's command and buttons."""
    desk = Desk("report")
    desk.command("report", report)
    desk.press(REPORT, press_report)
    desk.press(DIGEST, press_digest)
    return desk


async def report(ask: Ask, rest: str, doors: Doors, voice: Voice, figures: FigureServices) -> None:
    """`/report`, `/report 7d`, `/report 30d`, `/report stream 12`, `/report sources`."""
    inside = await doors.staff(ask)
    if inside is None:
        return
    try:
        wish = read_wish("days", rest, Moment(ask.at, inside.community.timezone))
    except FormProblem as problem:
        await voice.answer(inside, problem.error)
        return
    await _tell(inside, wish, voice, figures)


async def press_report(ask: Ask, rest: str, doors: Doors, voice: Voice, figures: FigureServices) -> None:
    """A button under a report asks for another one, of the same shop."""
    inside, what = await _enter(ask, rest, doors, figures)
    if inside is None:
        return
    number = number_of(what.removeprefix(AIRING)) if what.startswith(AIRING) else None
    try:
        wish = Wish(airing_id=number) if number is not None else read_wish("days", what, Moment(ask.at, "UTC"))
    except FormProblem:  # not one of our buttons
        await voice.answer(inside, NoStreamYet(inside.community.community_id))
        return
    await _tell(inside, wish, voice, figures)


async def press_digest(ask: Ask, rest: str, doors: Doors, voice: Voice, figures: FigureServices) -> None:
    """The owner switches the digest off, or on again."""
    place = await figures.reports.place(number_of(rest.partition(":")[0]) or 0)
    inside = await doors.owner(ask.within(place) if place is not None and ask.private else ask)
    what = rest.rpartition(":")[2]
    if inside is not None and what in {OFF, ON}:
        await voice.answer(inside, await figures.digest.switch(inside.act, off=what == OFF))


async def _enter(ask: Ask, rest: str, doors: Doors, figures: FigureServices) -> tuple[Ask | None, str]:
    """The ask inside the shop that a button carries, and what it asks for. The private chat may mean another shop."""
    shop, _, what = rest.partition(":")
    place = await figures.reports.place(number_of(shop) or 0) if ask.private else None
    return await doors.staff(ask.within(place) if place is not None else ask), what


async def _tell(inside: Ask, wish: Wish, voice: Voice, figures: FigureServices) -> None:
    """Answer in words, then by a picture if one can be drawn here."""
    place = inside.community
    told = await figures.reports.report(place, wish, inside.at)
    await voice.answer(inside, told)
    if not isinstance(told, StreamReport | PeriodReport):
        return
    png = await figures.pictures.draw(told, place, inside.language, inside.at)
    if png is not None:
        caption = ReportPicture(told.title, 0) if isinstance(told, StreamReport) else ReportPicture(None, told.days)
        await voice.picture(inside, caption, png, or_words=False)


def read_wish(name: str, text: str, _moment: Moment) -> Wish:
    """What is asked for: nothing or `now`, a period, `sources`, or a stream's number with or without the word.

    Raises:
        FormProblem: it is none of these.
    """
    said = text.strip().lower()
    if said in {"", NOW}:
        return Wish()
    if said in PERIODS:
        return Wish(days=PERIODS[said])
    if said == SOURCES:
        return Wish(sources=True)
    number = number_of(said.removeprefix(STREAM).strip())
    if number is None:
        raise FormProblem(NotOneOf(name, echo(text), KNOWN))
    return Wish(number=number)
