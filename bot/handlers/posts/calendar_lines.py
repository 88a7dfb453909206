"""The lines that staff type behind `/calendar` and `/pause`, and the steps by which buttons make a slot."""

import re
from datetime import timedelta
from typing import Any

from bot.content.buttons.calendar import ANY
from bot.features.posts.slots import NewSlot
from bot.handlers.kit.forms import Moment, echo
from bot.handlers.posts.calendar_services import CalendarServices
from bot.rules.calendar import day_of
from bot.rules.posts.ready_weeks import Pace
from bot.rules.posts.slot_lines import SlotProblem, SlotWish, read_slot, read_weekdays, read_when
from bot.rules.posts.slot_pages import DayUnreadable, PauseUnreadable, SlotStep, SlotUnreadable
from bot.rules.posts.slot_words import ADD_WORDS, OFF_WORDS, ON_WORDS, PROMOTION_WORDS, REMOVE_WORDS
from bot.rules.slots import SlotKind, daily
from bot.rules.times.days import split_day
from bot.rules.times.durations import read_length
from bot.rules.times.vocabulary import tidy
from bot.telegram.ask import Ask

LONGEST_PAUSE = timedelta(days=90)
HOURS = ("10:00", "11:00", "12:20", "14:00", "16:00", "18:00", "19:30", "20:00", "20:30")
"""Times that buttons offer for a new slot; others are typed."""
OPEN = "open"
_PACE = re.compile(r"week\s*[=:]?\s*(\w+)", re.IGNORECASE)


async def do(inside: Ask, rest: str, calendar: CalendarServices) -> Any:
    """What a line behind `/calendar` asks for."""
    pace = _PACE.fullmatch(rest.strip())
    if pace is not None and pace.group(1).lower() in set(Pace):
        return await calendar.slots.choose(inside.act, Pace(pace.group(1).lower()))
    if pace is not None:
        return SlotUnreadable(echo(pace.group(1)), "pace")
    verb, _, line = rest.partition(" ")
    verb = verb.lower()
    if verb in OFF_WORDS | ON_WORDS:
        return await _day_off(inside, line, calendar, on=verb in OFF_WORDS)
    if verb in REMOVE_WORDS:
        cron, _ = read_when(line)
        if isinstance(cron, SlotProblem):
            return SlotUnreadable(echo(cron.text), cron.part)
        return await calendar.slots.remove_at(inside.act, cron)
    return await _add(inside, line if verb in ADD_WORDS else rest, calendar)


async def _add(inside: Ask, line: str, calendar: CalendarServices) -> Any:
    pillars = await calendar.pillar_names(inside.community.community_id)
    wish = read_slot(line, pillars)
    if isinstance(wish, SlotProblem):
        return SlotUnreadable(echo(wish.text), wish.part, tuple(dict.fromkeys(pillars.values())))
    return await add_slot(inside, wish, calendar)


async def add_slot(inside: Ask, wish: SlotWish, calendar: CalendarServices) -> Any:
    """Check an activity's line as if it were typed now, then add the slot."""
    if wish.command is not None:
        command = wish.command.removeprefix("/").partition(" ")[0].lower()
        if command not in calendar.activities.commands or len(wish.command) > calendar.policy.max_command:
            return SlotUnreadable(echo(wish.command), "command")
        problem = calendar.activities.check(wish.command, Moment(inside.at, inside.community.timezone))
        if problem is not None:
            return problem
    return await calendar.slots.add(inside.act, NewSlot(wish.kind, wish.cron, wish.pillar, wish.command))


async def step(inside: Ask, values: list[str], calendar: CalendarServices) -> Any:
    """The question that comes next for a new slot, or the slot once all is answered.

    `values` are what the buttons carry: ISO weekdays as digits, `-` or a time as `2000`, what fills it.
    """
    days, clock, what = (*values, "", "", "")[:3]
    weekdays = tuple(sorted({int(digit) for digit in days if digit in "1234567"}))
    if not clock or not weekdays:
        return SlotStep("days", weekdays)
    if len(clock) != 4 or not clock.isdigit():  # noqa: PLR2004  # hour and minute
        return SlotStep("time", weekdays, options=HOURS)
    time = f"{clock[:2]}:{clock[2:]}"
    if time not in HOURS:
        return SlotStep("time", weekdays, options=HOURS)
    options = (ANY, *await calendar.pillars(inside.community.community_id))
    if what == "a":
        return SlotStep("activity", weekdays, time)
    if not what.isdigit() or int(what) >= len(options):
        return SlotStep("what", weekdays, time, options)
    cron = daily(time, "*" if len(weekdays) == 7 else ",".join(str(day % 7) for day in weekdays))  # noqa: PLR2004
    pillar = options[int(what)] if int(what) else None
    return await calendar.slots.add(inside.act, NewSlot(SlotKind.POST, cron, pillar))


async def pause(inside: Ask, rest: str, calendar: CalendarServices) -> Any:
    """`/pause`, with a length of time or without; `promotions` first lets only promotion rest."""
    first, _, behind = rest.strip().partition(" ")
    promotions = first.lower() in PROMOTION_WORDS
    text = behind if promotions else rest.strip()
    if not text and not promotions:
        return await calendar.pauses.pause(inside.act, None)
    length = read_length(text) if text else timedelta(hours=24)
    if length is None or not timedelta(0) < length <= LONGEST_PAUSE:
        return PauseUnreadable(echo(text), LONGEST_PAUSE.days)
    until = inside.at + length
    if promotions:
        return await calendar.pauses.pause_promotions(inside.act, until)
    return await calendar.pauses.pause(inside.act, until)


async def _day_off(inside: Ask, text: str, calendar: CalendarServices, *, on: bool) -> Any:
    weekdays = read_weekdays(text)
    if weekdays is not None and len(weekdays) == 1:
        return await calendar.pauses.day_off(inside.act, str(weekdays[0]), on=on)
    found = split_day(tidy(text), day_of(inside.at, inside.community.timezone))
    if found is None or found[0] is None or found[1]:
        return DayUnreadable(echo(text))
    return await calendar.pauses.day_off(inside.act, found[0].day.isoformat(), on=on)
