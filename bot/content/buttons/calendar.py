"""Buttons of the calendar: its days, one slot's place in them, slots, ready weeks, days off, pauses."""

from typing import Protocol

from bot.content.button import Button, Rows
from bot.content.buttons.blanks import blanks_press
from bot.content.buttons.shared import RECEIVED, UNDO, WEEK, Buttons, in_rows
from bot.rules.posts.ready_weeks import Pace
from bot.rules.posts.slot_pages import (
    DaysOffShown,
    NoSuchSlot,
    ReadyWeeksShown,
    RestChanged,
    SlotsChanged,
    SlotsShown,
    SlotStep,
    SlotTooMany,
    SlotTooNear,
    SlotUnreadable,
)
from bot.rules.posts.week import (
    AlternativesShown,
    CalendarDayShown,
    CalendarShown,
    Doing,
    MoveNotFree,
    MovesShown,
    PostingGone,
    PostingShown,
    ShelfRunsOut,
)
from bot.rules.slots import PostingState, SlotKind, Why

CALENDAR = WEEK
PAUSES = ("2h", "24h", "7d")
"""Lengths of a pause that buttons offer, beside one without an end."""
ANY, MORNING = "any", "morning"
"""What fills a new slot, beside a pillar."""


class _OfAShop(Protocol):
    @property
    def community_id(self) -> int: ...


def press(page: _OfAShop, *parts: object) -> str:
    """The data of a button of the calendar."""
    return ":".join((CALENDAR, str(page.community_id), *map(str, parts)))


def _week(shown: CalendarShown) -> Rows:
    if not shown.private:
        return ((Button("open_calendar", start=f"{CALENDAR}_{shown.community_id}", style="primary"),),)
    rows: list[tuple[Button, ...]] = [*_undo(shown.done)]
    days = tuple(Button("day", press=press(shown, "day", one.day), about=one.day) for one in shown.days)
    if shown.slots == 0:
        rows.extend(_paces(shown, None))
    rows.extend(in_rows(days, 4))
    if shown.slots:
        rows.append((Button("slots", press=press(shown, "slots")), Button("weeks", press=press(shown, "weeks"))))
    resting = shown.paused or shown.promotions_until is not None
    rest = Button("resume", press=press(shown, "resume")) if resting else Button("pause", press=press(shown, "pause"))
    rows.append((rest, Button("days_off", press=press(shown, "off"))))
    if shown.slots:
        rows.append((Button("received", press=f"{RECEIVED}:{shown.community_id}"),))
    return tuple(rows)


def _undo(done: Doing | None) -> Rows:
    return ((Button("undo", press=f"{UNDO}:{done.audit_id}"),),) if done and done.audit_id is not None else ()


def _day(shown: CalendarDayShown) -> Rows:
    lines = tuple((Button("line", press=press(shown, "at", line.id), about=line),) for line in shown.day.lines)
    off = Button("day_on" if shown.day.off else "day_off", press=press(shown, "off", shown.day.day))
    return (*lines, (off,), (Button("back", press=press(shown)),))


def _posting(shown: PostingShown) -> Rows:
    line, day = shown.line, shown.day
    back = (Button("back", press=press(shown, "day", day)),)
    by_you = line.state == PostingState.SKIPPED and line.why == Why.BY_YOU
    if by_you:
        return (*_undo(shown.done), (Button("unskip", press=press(shown, "plan", line.id)),), back)
    if not line.open:
        return (*_undo(shown.done), back)
    rows: list[tuple[Button, ...]] = [*_undo(shown.done)]
    if line.kind == SlotKind.POST:
        swap = Button("swap" if line.filled else "fill", press=press(shown, "swap", line.id, 0))
        pin = Button("unpin" if line.pinned else "pin", press=press(shown, "unpin" if line.pinned else "pin", line.id))
        rows.append((pin, swap) if line.filled or line.pinned else (swap,))
    rows.append(
        (Button("move", press=press(shown, "move", line.id)), Button("skip", press=press(shown, "skip", line.id)))
    )
    return (*rows, back)


def _alternatives(shown: AlternativesShown) -> Rows:
    ready = tuple(
        (Button("post", press=press(shown, "take", shown.line.id, post.id), about=post),)
        for post in shown.posts
        if not post.blank
    )
    blanks = tuple(
        (Button("blank", press=blanks_press(shown.community_id, post.number), about=post),)
        for post in shown.posts
        if post.blank
    )
    turn = [Button("less", press=press(shown, "swap", shown.line.id, shown.page - 1))] if shown.page else []
    turn += [Button("more", press=press(shown, "swap", shown.line.id, shown.page + 1))] if shown.more else []
    return (*ready, *blanks, *((tuple(turn),) if turn else ()), (_back_to(shown),))


def _moves(shown: MovesShown) -> Rows:
    times = tuple(
        Button("time", press=press(shown, "to", shown.line.id, int(at.timestamp())), about=at) for at in shown.times
    )
    return (*in_rows(times, 2), (_back_to(shown),))


def _back_to(shown: AlternativesShown | MovesShown) -> Button:
    return Button("back", press=press(shown, "at", shown.line.id))


def _home(shown: _OfAShop) -> Rows:
    return ((Button("calendar", press=press(shown)),),)


def _slots(shown: SlotsShown) -> Rows:
    rows = tuple((Button("remove", press=press(shown, "drop", line.id), about=line),) for line in shown.slots)
    add = (Button("add", press=press(shown, "add", "-")), Button("weeks", press=press(shown, "weeks")))
    return (*_undo(shown.done), *rows, add, (Button("back", press=press(shown)),))


def _step(shown: SlotStep) -> Rows:
    days = "".join(str(day) for day in shown.weekdays) or "-"
    back = (Button("back", press=press(shown, "slots")),)
    if shown.step == "days":
        single = tuple(
            Button(
                "weekday_on" if day in shown.weekdays else "weekday",
                press=press(shown, "add", _toggled(shown, day)),
                about=day,
            )
            for day in range(1, 8)
        )
        sets = (
            Button("every_day", press=press(shown, "add", "1234567", "-")),
            Button("workdays", press=press(shown, "add", "12345", "-")),
            Button("weekend", press=press(shown, "add", "67", "-")),
        )
        on = ((Button("next", press=press(shown, "add", days, "-"), style="primary"),),) if shown.weekdays else ()
        return (sets, *in_rows(single, 4), *on, back)
    if shown.step == "time":
        times = tuple(
            Button("hour", press=press(shown, "add", days, clock.replace(":", "")), about=clock)
            for clock in shown.options
        )
        return (*in_rows(times, 4), back)
    clock = (shown.clock or "").replace(":", "")
    if shown.step == "activity":
        return (back,)
    what = tuple(
        Button("what", press=press(shown, "add", days, clock, nth), about=pillar)
        for nth, pillar in enumerate(shown.options)
    )
    activity = (Button("activity", press=press(shown, "add", days, clock, "a")),)
    return (*in_rows(what, 2), activity, back)


def _toggled(shown: SlotStep, day: int) -> str:
    days = set(shown.weekdays) ^ {day}
    return "".join(str(one) for one in sorted(days)) or "-"


def _paces(shown: _OfAShop, pace: str | None) -> Rows:
    return tuple(
        (
            Button(
                "pace", press=press(shown, "pace", one.value), about=one.value, style=None if one == pace else "primary"
            ),
        )
        for one in Pace
    )


def _weeks(shown: ReadyWeeksShown) -> Rows:
    end = Button("later", press=press(shown, "later")) if shown.setup else Button("back", press=press(shown))
    return (*_undo(shown.done), *_paces(shown, shown.pace), (end,))


def _days_off(shown: DaysOffShown) -> Rows:
    dates = tuple(
        Button("date_on" if day in shown.dates else "date", press=press(shown, "off", day), about=day)
        for day in shown.choice
    )
    weekdays = tuple(
        Button("weekday_on" if day in shown.weekdays else "weekday", press=press(shown, "off", day), about=day)
        for day in range(1, 8)
    )
    return (*_undo(shown.done), *in_rows(dates, 4), *in_rows(weekdays, 4), (Button("back", press=press(shown)),))


def _changed(outcome: SlotsChanged | RestChanged) -> Rows:
    undo = ((Button("undo", press=f"{UNDO}:{outcome.audit_id}"),),) if outcome.audit_id is not None else ()
    return (*undo, *_home(outcome))


def _rested(shown: RestChanged) -> Rows:
    """A pause holds at once; buttons below give it an end."""
    if shown.what not in {"paused", "already"}:
        return _changed(shown)
    lengths = tuple(Button("pause_for", press=press(shown, "pause", length), about=length) for length in PAUSES)
    return (lengths, (Button("resume", press=press(shown, "resume"), style="primary"),), *_changed(shown))


BUTTONS: Buttons = {
    CalendarShown: _week,
    CalendarDayShown: _day,
    PostingShown: _posting,
    AlternativesShown: _alternatives,
    MovesShown: _moves,
    PostingGone: _home,
    MoveNotFree: _home,
    SlotsShown: _slots,
    SlotStep: _step,
    SlotsChanged: _changed,
    SlotTooNear: _home,
    SlotTooMany: _home,
    SlotUnreadable: _home,
    NoSuchSlot: _home,
    ReadyWeeksShown: _weeks,
    DaysOffShown: _days_off,
    RestChanged: _rested,
    ShelfRunsOut: _home,
}
