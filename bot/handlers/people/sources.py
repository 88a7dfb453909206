"""`/source NAME [cost=120]`, and what its link opens."""

import re

from bot.handlers.kit.forms import FormProblem, Moment, whole, words
from bot.handlers.kit.greeter import Greeter
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.handlers.people.services import PeopleServices
from bot.outside.qr_codes import qr_code
from bot.rules.forms import Missing, UnknownField
from bot.rules.lines import unquoted
from bot.rules.people.sources import MAX_COST, MAX_NAME, START, InsideAlready, NoSourceYet, NoWayIn, SourceShown, WayIn
from bot.store.sources import FoundSource
from bot.telegram.ask import Ask
from bot.telegram.keyboards import start_link
from bot.telegram.replies import Voice

EXAMPLE = "/source Autumn poster cost=120"
_COST = re.compile(r"(?:^|\s)cost\s*[=:\uff1d\uff1a]\s*(\S*)\s*$", re.IGNORECASE)
"""The last two are full-width = and :, written so that no editor makes plain ones of them."""
_FIELD = re.compile(r"(?:^|\s)([A-Za-z_]{1,24})\s*[=\uff1d]")


def setup() -> Desk:
    """Staff's command and the link that anybody may open."""
    desk = Desk("sources")
    desk.command("source", source)
    desk.opening(START, opened)
    return desk


async def source(
    ask: Ask,
    rest: str,
    doors: Doors,
    voice: Voice,
    fans: PeopleServices,
) -> None:
    """Make a source or show it again, with its QR code; alone, list them all."""
    inside = await doors.staff(ask)
    if inside is None:
        return
    if not rest:
        listed = await fans.sources.list_sources(inside.community)
        await voice.answer(inside, listed if listed.lines else NoSourceYet())
        return
    try:
        name, cost = read_source(rest, Moment(ask.at, inside.community.timezone))
    except FormProblem as problem:
        await voice.answer(inside, problem.error)
        return
    made = await fans.sources.make(inside.act, name, cost)
    _, closed = await fans.ways.doors(FoundSource(made.source_id, made.name, inside.community), fans.clock.now())
    link = start_link(fans.out.username, f"{START}_{made.token}")
    shown = SourceShown(made.name, link, made.cost, made.came, made.stayed, made.fresh, closed)
    await voice.picture(inside, shown, qr_code(link))


async def opened(
    ask: Ask,
    rest: str,
    voice: Voice,
    greeter: Greeter,
    fans: PeopleServices,
) -> None:
    """A source's link was opened in private: note the first touch, show the way into the group."""
    source = await fans.sources.find(rest)
    if source is None:
        await greeter.start(ask)
        return
    await fans.communities.started(ask.sender, can_write=True, at=ask.at)
    here = ask.within(source.place)
    if await fans.ways.inside(source, ask.sender.user_id):
        await fans.communities.turn_to(ask.sender.user_id, source.place)
        await voice.answer(here, InsideAlready(ask.sender.name))
        return
    await fans.sources.touch(source, ask.sender, ask.at)
    fans.communities.forget_person(ask.sender.user_id)
    opened, closed = await fans.ways.doors(source, fans.clock.now())
    await voice.answer(here, WayIn(ask.sender.name, opened) if opened else NoWayIn(ask.sender.name))
    if closed and not opened:
        await fans.ways.hint(source.place, closed, fans.clock.now())


def read_source(line: str, moment: Moment) -> tuple[str, int | None]:
    """The name, in quotes or not, and the cost.

    Raises:
        FormProblem: the first thing that is wrong.
    """
    cost = None
    found = _COST.search(line)
    if found is not None:
        cost = whole(0, MAX_COST)("cost", found.group(1), moment)
        line = line[: found.start()]
    name = line.strip()
    inside = unquoted(name)
    if inside is not None:
        name = inside
    elif (stray := _FIELD.search(name)) is not None:
        raise FormProblem(UnknownField(stray.group(1), ("cost",)))
    if not name:
        raise FormProblem(Missing("name", EXAMPLE))
    return words(MAX_NAME, EXAMPLE)("name", name, moment), cost
