"""`/calendar`: the week that fills itself, by one line and by buttons; `/pause` and `/resume`."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from aiogram.types import CallbackQuery, Message

from bot.content.buttons.calendar import CALENDAR
from bot.features.posts.week import wall_of
from bot.handlers.kit.readers import number_of, read_id
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.handlers.posts import calendar_lines as lines
from bot.handlers.posts.calendar_services import CalendarServices
from bot.rules.act import Act
from bot.rules.posts.ready_weeks import Pace
from bot.rules.posts.slot_pages import SlotsChanged
from bot.rules.posts.week import Doing, PostingGone
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice


def setup() -> Desk:
    """Commands and buttons of the calendar."""
    desk = Desk("calendar")
    desk.command("calendar", calendar)
    desk.command("pause", pause)
    desk.command("resume", resume)
    desk.opening(CALENDAR, opened)
    desk.press(CALENDAR, pressed)
    return desk


async def calendar(
    _message: Message, ask: Ask, rest: str, doors: Doors, voice: Voice, calendar: CalendarServices
) -> None:
    """`/calendar` shows seven days; `add …`, `remove …`, `off …`, `on …` and `week=usual` change them."""
    inside = await doors.staff(ask)
    if inside is None:
        return
    if not rest:
        await _show(voice, inside, await calendar.weeks.show(inside.community, inside.at))
        return
    await _say(voice, inside, await lines.do(inside, rest, calendar))


async def pause(_message: Message, ask: Ask, rest: str, doors: Doors, voice: Voice, calendar: CalendarServices) -> None:
    """`/pause`, `/pause 2h`, `/pause promotions 2h`."""
    inside = await doors.staff(ask)
    if inside is not None:
        await _say(voice, inside, await lines.pause(inside, rest, calendar))


async def resume(
    _message: Message, ask: Ask, rest: str, doors: Doors, voice: Voice, calendar: CalendarServices
) -> None:
    """`/resume`: everything goes on."""
    del rest
    inside = await doors.staff(ask)
    if inside is not None:
        await _say(voice, inside, await calendar.pauses.resume(inside.act))


async def opened(
    _message: Message, ask: Ask, rest: str, doors: Doors, voice: Voice, calendar: CalendarServices
) -> None:
    """A link from a group opens the calendar in private. The shop's number may be guessed: the door asks again."""
    inside = await _enter(ask, rest, doors, calendar)
    if inside is not None:
        await _show(voice, inside, await calendar.weeks.show(inside.community, inside.at))


async def pressed(
    _press: CallbackQuery, ask: Ask, rest: str, doors: Doors, voice: Voice, calendar: CalendarServices
) -> None:
    """A button of the calendar: `<shop>:<verb>:…`."""
    shop, _, what = rest.partition(":")
    inside = await _enter(ask, shop, doors, calendar)
    if inside is None:
        return
    verb, *values = what.split(":") if what else ["show"]
    page = await _page(inside, verb, values, calendar)
    if page is None:
        page = await _posting_page(inside, verb, values, calendar)
    await _show(voice, inside, page if page is not None else PostingGone())


async def _enter(ask: Ask, shop: str, doors: Doors, calendar: CalendarServices) -> Ask | None:
    """The ask of one of the staff inside the shop that a button or a link carries."""
    shop_id = read_id(shop)
    place = await calendar.place(shop_id) if shop_id and ask.private else None
    return await doors.staff(ask.within(place) if place is not None else ask)


async def _page(inside: Ask, verb: str, values: list[str], calendar: CalendarServices) -> Any:
    """The page of a verb that is about the whole shop; None if it is another one."""
    place, at = inside.community, inside.at
    match verb, values:
        case "show" | "later", []:
            return await calendar.weeks.show(place, at)
        case "day", [day] if _day_of(day) is not None:
            return await calendar.weeks.day(place, date.fromisoformat(day))
        case "slots", []:
            return await calendar.slots.show(place)
        case "drop", [slot]:
            return await _slots_after(inside, await calendar.slots.remove(inside.act, read_id(slot) or 0), calendar)
        case "add", _:
            return await _add(inside, values, calendar)
        case "weeks", []:
            return await calendar.slots.paces(place)
        case "pace", [pace] if pace in set(Pace):
            return await _chosen(inside, Pace(pace), calendar)
        case "pause", _:
            return await lines.pause(inside, " ".join(values), calendar)
        case "resume", []:
            return await calendar.pauses.resume(inside.act)
        case "off", []:
            return await calendar.pauses.days_off(place, at)
        case "off", [day] if day in set("1234567") or _day_of(day) is not None:
            changed = await calendar.pauses.day_off(inside.act, day)
            return await calendar.pauses.days_off(place, at, Doing(changed.what, changed.audit_id))
        case _:
            return None


async def _posting_page(inside: Ask, verb: str, values: list[str], calendar: CalendarServices) -> Any:
    """The page of a verb that is about one slot at one time; None if no button of ours carries it."""
    posting, *more = values or [""]
    posting_id, act = read_id(posting), inside.act
    if posting_id is None:
        return None
    number = number_of(more[0]) if more else None
    match verb:
        case "at":
            return await calendar.weeks.posting(inside.community, posting_id)
        case "pin" | "unpin":
            return await calendar.weeks.pin(act, posting_id, on=verb == "pin")
        case "skip" | "plan":
            return await calendar.weeks.skip(act, posting_id, on=verb == "skip")
        case "swap":
            return await calendar.weeks.alternatives(inside.community, posting_id, number or 0)
        case "take" if number is not None:
            return await calendar.weeks.take(act, posting_id, number)
        case "move":
            return await calendar.weeks.moves(inside.community, posting_id, inside.at)
        case "to" if number is not None:
            return await _moved(act, posting_id, number, calendar)
        case _:
            return None


async def _moved(act: Act, posting_id: int, seconds: int, calendar: CalendarServices) -> Any:
    at = datetime.fromtimestamp(seconds, UTC)
    return await calendar.weeks.move(act, posting_id, wall_of(at, act.place.timezone))


async def _add(inside: Ask, values: list[str], calendar: CalendarServices) -> Any:
    """A step on the way to a new slot, or the slot."""
    step = await lines.step(inside, values, calendar)
    if not isinstance(step, SlotsChanged):
        return step
    return await _slots_after(inside, step, calendar)


async def _slots_after(inside: Ask, changed: Any, calendar: CalendarServices) -> Any:
    """The page of slots with what was changed; a refusal as it is."""
    if not isinstance(changed, SlotsChanged):
        return changed
    what = "slot_added" if changed.added else "slot_removed"
    return await calendar.slots.show(inside.community, Doing(what, changed.audit_id))


async def _chosen(inside: Ask, pace: Pace, calendar: CalendarServices) -> Any:
    """The week, filled, with what was chosen above it."""
    changed = await calendar.slots.choose(inside.act, pace)
    shown = await calendar.weeks.show(inside.community, inside.at)
    return replace(shown, done=Doing(pace.value, changed.audit_id))


def _day_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
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
