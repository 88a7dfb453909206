"""`/calendar`: the week that fills itself, by one line and by buttons; `/pause` and `/resume`."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from bot.content.buttons.calendar import CALENDAR
from bot.features.posts.week import wall_of
from bot.handlers.kit.readers import read_id
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.handlers.posts import calendar_lines as lines
from bot.handlers.posts.calendar_services import CalendarServices
from bot.rules.posts.ready_weeks import Pace
from bot.rules.posts.slot_pages import SlotsChanged
from bot.rules.posts.week import Doing, PostingGone
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice

LATEST = 2**33
"""Seconds: no instant that a button carries is later."""


def setup() -> Desk:
    """Commands and buttons of the calendar."""
    desk = Desk("calendar")
    desk.command("calendar", calendar)
    desk.command("pause", pause)
    desk.command("resume", resume)
    desk.opening(CALENDAR, opened)
    desk.press(CALENDAR, pressed)
    return desk


async def calendar(ask: Ask, rest: str, doors: Doors, voice: Voice, calendar: CalendarServices) -> None:
    """`/calendar` shows seven days; `add …`, `remove …`, `off …`, `on …` and `week=usual` change them."""
    inside = await doors.staff(ask)
    if inside is None:
        return
    if not rest:
        await _show(voice, inside, await calendar.weeks.show(inside.community, inside.at))
        return
    await _say(voice, inside, await lines.do(inside, rest, calendar))


async def pause(ask: Ask, rest: str, doors: Doors, voice: Voice, calendar: CalendarServices) -> None:
    """`/pause`, `/pause 2h`, `/pause promotions 2h`."""
    inside = await doors.staff(ask)
    if inside is not None:
        await _say(voice, inside, await lines.pause(inside, rest, calendar))


async def resume(ask: Ask, rest: str, doors: Doors, voice: Voice, calendar: CalendarServices) -> None:
    """`/resume`: everything goes on."""
    del rest
    inside = await doors.staff(ask)
    if inside is not None:
        await _say(voice, inside, await calendar.pauses.resume(inside.act))


async def opened(ask: Ask, rest: str, doors: Doors, voice: Voice, calendar: CalendarServices) -> None:
    """A link from a group opens the calendar in private. The shop's number may be guessed: the door asks again."""
    inside = await _enter(ask, rest, doors, calendar)
    if inside is not None:
        await _show(voice, inside, await calendar.weeks.show(inside.community, inside.at))


async def pressed(ask: Ask, rest: str, doors: Doors, voice: Voice, calendar: CalendarServices) -> None:
    """A button of the calendar: `<shop>:<verb>:…`."""
    shop, _, what = rest.partition(":")
    inside = await _enter(ask, shop, doors, calendar)
    if inside is None:
        return
    verb, *values = what.split(":") if what else ["show"]
    page = await _page(inside, verb, values, calendar)
    await _show(voice, inside, page if page is not None else PostingGone())


async def _enter(ask: Ask, shop: str, doors: Doors, calendar: CalendarServices) -> Ask | None:
    """The ask of one of the staff inside the shop that a button or a link carries."""
    shop_id = read_id(shop)
    place = await calendar.place(shop_id) if shop_id and ask.private else None
    return await doors.staff(ask.within(place) if place is not None else ask)


async def _page(inside: Ask, verb: str, values: list[str], calendar: CalendarServices) -> Any:
    """The page that a button asks for; None if no button of ours carries this."""
    of_shop = OF_THE_SHOP.get(verb)
    if of_shop is not None:
        return await of_shop(inside, values, calendar)
    posting, *more = values or [""]
    posting_id, of_posting = read_id(posting), OF_A_POSTING.get(verb)
    if posting_id is None or of_posting is None:
        return None
    return await of_posting(inside, posting_id, read_id(more[0]) if more else None, calendar)


async def _week(inside: Ask, _values: list[str], calendar: CalendarServices) -> Any:
    return await calendar.weeks.show(inside.community, inside.at)


async def _day(inside: Ask, values: list[str], calendar: CalendarServices) -> Any:
    day = _day_of(values)
    return await calendar.weeks.day(inside.community, date.fromisoformat(day)) if day is not None else None


async def _slots(inside: Ask, _values: list[str], calendar: CalendarServices) -> Any:
    return await calendar.slots.show(inside.community)


async def _drop(inside: Ask, values: list[str], calendar: CalendarServices) -> Any:
    slot_id = read_id(values[0]) if values else None
    return await _slots_after(inside, await calendar.slots.remove(inside.act, slot_id or 0), calendar)


async def _add(inside: Ask, values: list[str], calendar: CalendarServices) -> Any:
    """A step on the way to a new slot, or the slots with the new one."""
    step = await lines.step(inside, values, calendar)
    return await _slots_after(inside, step, calendar) if isinstance(step, SlotsChanged) else step


async def _paces(inside: Ask, _values: list[str], calendar: CalendarServices) -> Any:
    return await calendar.slots.paces(inside.community)


async def _pace(inside: Ask, values: list[str], calendar: CalendarServices) -> Any:
    """The week, filled, with what was chosen above it."""
    if not values or values[0] not in set(Pace):
        return None
    changed = await calendar.slots.choose(inside.act, Pace(values[0]))
    shown = await calendar.weeks.show(inside.community, inside.at)
    return replace(shown, done=Doing(values[0], changed.audit_id))


async def _pause(inside: Ask, values: list[str], calendar: CalendarServices) -> Any:
    return await lines.pause(inside, " ".join(values), calendar)


async def _resume(inside: Ask, _values: list[str], calendar: CalendarServices) -> Any:
    return await calendar.pauses.resume(inside.act)


async def _off(inside: Ask, values: list[str], calendar: CalendarServices) -> Any:
    """The page of days off, or one of them set or taken back."""
    if not values:
        return await calendar.pauses.days_off(inside.community, inside.at)
    day = values[0] if values[0] in set("1234567") else _day_of(values)
    if day is None:
        return None
    changed = await calendar.pauses.day_off(inside.act, day)
    return await calendar.pauses.days_off(inside.community, inside.at, Doing(changed.what, changed.audit_id))


async def _posting(inside: Ask, posting_id: int, _number: int | None, calendar: CalendarServices) -> Any:
    return await calendar.weeks.posting(inside.community, posting_id)


async def _pin(inside: Ask, posting_id: int, _number: int | None, calendar: CalendarServices) -> Any:
    return await calendar.weeks.pin(inside.act, posting_id, on=True)


async def _unpin(inside: Ask, posting_id: int, _number: int | None, calendar: CalendarServices) -> Any:
    return await calendar.weeks.pin(inside.act, posting_id, on=False)


async def _skip(inside: Ask, posting_id: int, _number: int | None, calendar: CalendarServices) -> Any:
    return await calendar.weeks.skip(inside.act, posting_id, on=True)


async def _plan(inside: Ask, posting_id: int, _number: int | None, calendar: CalendarServices) -> Any:
    return await calendar.weeks.skip(inside.act, posting_id, on=False)


async def _swap(inside: Ask, posting_id: int, number: int | None, calendar: CalendarServices) -> Any:
    return await calendar.weeks.alternatives(inside.community, posting_id, number or 0)


async def _take(inside: Ask, posting_id: int, number: int | None, calendar: CalendarServices) -> Any:
    return await calendar.weeks.take(inside.act, posting_id, number) if number is not None else None


async def _move(inside: Ask, posting_id: int, _number: int | None, calendar: CalendarServices) -> Any:
    return await calendar.weeks.moves(inside.community, posting_id, inside.at)


async def _to(inside: Ask, posting_id: int, number: int | None, calendar: CalendarServices) -> Any:
    """Move it to the instant that the button carries, in seconds."""
    if number is None or number > LATEST:
        return None
    wall = wall_of(datetime.fromtimestamp(number, UTC), inside.community.timezone)
    return await calendar.weeks.move(inside.act, posting_id, wall)


OF_THE_SHOP: Mapping[str, Callable[[Ask, list[str], CalendarServices], Awaitable[Any]]] = {
    "show": _week,
    "later": _week,
    "day": _day,
    "slots": _slots,
    "drop": _drop,
    "add": _add,
    "weeks": _paces,
    "pace": _pace,
    "pause": _pause,
    "resume": _resume,
    "off": _off,
}
"""Verbs of buttons about the whole week."""
OF_A_POSTING: Mapping[str, Callable[[Ask, int, int | None, CalendarServices], Awaitable[Any]]] = {
    "at": _posting,
    "pin": _pin,
    "unpin": _unpin,
    "skip": _skip,
    "plan": _plan,
    "swap": _swap,
    "take": _take,
    "move": _move,
    "to": _to,
}
"""Verbs of buttons about one slot at one time."""


async def _slots_after(inside: Ask, changed: Any, calendar: CalendarServices) -> Any:
    """The page of slots with what was changed; a refusal as it is."""
    if not isinstance(changed, SlotsChanged):
        return changed
    what = "slot_added" if changed.added else "slot_removed"
    return await calendar.slots.show(inside.community, Doing(what, changed.audit_id))


def _day_of(values: list[str]) -> str | None:
    """The ISO date that a button carries."""
    try:
        return date.fromisoformat(values[0]).isoformat() if values else None
    except ValueError:
        return None


def _here(inside: Ask, outcome: Any) -> Any:
    """The outcome with the shop that its buttons carry."""
    if getattr(outcome, "community_id", None) == 0:
        return replace(outcome, community_id=inside.community.community_id)
    return outcome


async def _say(voice: Voice, inside: Ask, outcome: Any) -> None:
    await voice.answer(inside, _here(inside, outcome))


async def _show(voice: Voice, inside: Ask, page: Any) -> None:
    shown = _here(inside, page)
    if hasattr(shown, "private"):
        shown = replace(shown, private=inside.private)
    await voice.panel(inside, shown)
