"""Buttons about what the shop may say by itself: bounds, what wasn't sent, why something came."""

from bot.content.button import Button, Rows
from bot.content.buttons.shared import UNDO, Buttons, in_rows
from bot.rules.attention.bounds import BoundsShown, HoursOffered, NeverOff, Span
from bot.rules.attention.unsent import HeldNoMore, HeldSentNow, HeldStopped, UnsentDay, UnsentLine, UnsentWeek
from bot.rules.attention.warnings import StaffWarned, WaitsNow
from bot.rules.attention.why import WhyToldStaff

QUIET = "quiet"
"""`quiet:<shop>:show`, `quiet:<shop>:hours`, `quiet:<shop>:from:2200-0800`, `quiet:<shop>:most:5`, and so on."""
SHOW, HOURS, FROM, MOST, PROMOTIONAL, GAP = "show", "hours", "from", "most", "promo", "gap"
UNSENT = "unsent"
"""`unsent:<shop>` shows what wasn't sent lately, `unsent:<shop>:day:<date>:<page>` one day of it,
`unsent:<shop>:now:<verdict>` sends what is held, `unsent:<shop>:stop:<verdict>` takes it back."""
DAY, NOW, STOP = "day", "now", "stop"
WAIT = "wait"
"""`wait:<shop>:<verdict>` lets wait what staff just typed."""
WHY = "why"
"""`why:<verdict>` says why a private message came. The button is under the message."""


def _press(shop: int, *parts: str | int) -> str:
    return ":".join((QUIET, str(shop), *map(str, parts)))


def _bounds(shown: BoundsShown) -> Rows:
    shop, steps = shown.community_id, shown.steps
    if steps is None:
        return (_unsent(shop),)
    pairs = (
        (("less", MOST, steps.less), ("more", MOST, steps.more)),
        (("less_promo", PROMOTIONAL, steps.less_promotional), ("more_promo", PROMOTIONAL, steps.more_promotional)),
        (("shorter", GAP, steps.shorter_gap), ("longer", GAP, steps.longer_gap)),
    )
    rows = tuple(
        tuple(Button(label, press=_press(shop, what, to), about=to) for label, what, to in pair if to is not None)
        for pair in pairs
    )
    undo = ((Button("undo", press=f"{UNDO}:{shown.audit_id}"),),) if shown.audit_id is not None else ()
    hours = (Button("hours", press=_press(shop, HOURS)),)
    return (hours, *(row for row in rows if row), _unsent(shop), *undo)


def _unsent(shop: int) -> tuple[Button, ...]:
    return (Button("unsent", press=f"{UNSENT}:{shop}"),)


def _spans(shop: int, offered: tuple[Span, ...]) -> Rows:
    choices = tuple(Button("span", press=_press(shop, FROM, _written(one)), about=one) for one in offered)
    return in_rows(choices, 2)


def _written(span: Span) -> str:
    return f"{span.begins}-{span.ends}".replace(":", "")


def _offered(shown: HoursOffered) -> Rows:
    return (*_spans(shown.community_id, shown.offered), (Button("back", press=_press(shown.community_id, SHOW)),))


def _never_off(refused: NeverOff) -> Rows:
    return _spans(refused.community_id, refused.offered)


def _log(shop: int, *parts: str | int) -> str:
    return ":".join((UNSENT, str(shop), *map(str, parts)))


def _week(shown: UnsentWeek) -> Rows:
    shop = shown.community_id
    held = tuple(row for line in shown.held if line.rooms for row in (_held(shop, line),))
    days = tuple(Button("day", press=_log(shop, DAY, one.day.isoformat(), 1), about=one) for one in shown.days)
    return (*held, *in_rows(days, 2), (Button("bounds", press=_press(shop, SHOW)),))


def _held(shop: int, line: UnsentLine) -> tuple[Button, ...]:
    return (
        Button("send_now", press=_log(shop, NOW, line.verdict_id), about=line),
        Button("stop", press=_log(shop, STOP, line.verdict_id), about=line),
    )


def _day(shown: UnsentDay) -> Rows:
    shop, day = shown.community_id, shown.day.isoformat()
    back = (Button("before", press=_log(shop, DAY, day, shown.page - 1)),) if shown.page > 1 else ()
    on = (Button("further", press=_log(shop, DAY, day, shown.page + 1)),) if shown.page < shown.pages else ()
    turn = (*back, *on)
    return (*((turn,) if turn else ()), (Button("week", press=_log(shop)),))


def _settled(outcome: HeldSentNow | HeldStopped | HeldNoMore) -> Rows:
    undo = ((Button("undo", press=f"{UNDO}:{outcome.audit_id}"),),) if isinstance(outcome, HeldStopped) else ()
    return (*undo, (Button("week", press=_log(outcome.community_id)),))


def _told_staff(told: WhyToldStaff) -> Rows:
    return ((Button("bounds", press=_press(told.community_id, SHOW)),), _unsent(told.community_id))


def _warned(warned: StaffWarned) -> Rows:
    if warned.until is None:
        return ()
    return ((Button("wait", press=f"{WAIT}:{warned.community_id}:{warned.verdict_id}", about=warned.until),),)


def _waits(waits: WaitsNow) -> Rows:
    return ((Button("undo_wait", press=f"{UNDO}:{waits.audit_id}"),),)


def why_row(verdict_id: int) -> tuple[Button, ...]:
    """The small button under a private message that nobody asked for. Its label is in `labels.j2`."""
    return (Button("why", press=f"{WHY}:{verdict_id}"),)


BUTTONS: Buttons = {
    BoundsShown: _bounds,
    HoursOffered: _offered,
    NeverOff: _never_off,
    UnsentWeek: _week,
    UnsentDay: _day,
    HeldSentNow: _settled,
    HeldStopped: _settled,
    HeldNoMore: _settled,
    WhyToldStaff: _told_staff,
    StaffWarned: _warned,
    WaitsNow: _waits,
}
