"""What buttons of several domains share: prefixes of presses, and buttons that are the same everywhere."""

from collections.abc import Callable, Mapping
from typing import Any

from bot.content.button import Button, Rows
from bot.rules.imports import Shown, Verb
from bot.rules.outcome import Outcome

Buttons = Mapping[type[Outcome], Callable[[Any], Rows]]
"""For each outcome the function that makes its buttons in rows, without their texts."""

UNDO = "undo"
"""`undo:<act>` takes back an act of the audit log."""
OTHER_HOUR = "hour"
"""`hour:<act>` does an act of the audit log again with the other hour that it may have meant."""
CHECK_IN = "checkin"
MAKE_UP = "makeup"
COUPONS = "coupons"
STREAMS = "streams"
ME = "me"
TIER = "tier"
"""`tier` shows the page of the fan's tier, `tier:tag:<on or off>` their tag."""
HEART = "heart"
"""`heart:<goal>` gives a heart. The button is under the live card."""
SETUP = "setup"
"""`setup` opens the panel of the set-up, `setup:<verb>:…` works on it. As a link's payload: `setup_<shop>`."""
WEEK = "week"
"""`week:<shop>:<verb>:…` works on a shop's calendar; as a link's payload: `week_<shop>`."""
PACES = ("calm", "usual", "busy")
"""Ready weeks, as buttons of the set-up and of the calendar name them: `rules/posts/ready_weeks.Pace`."""
ADMIN = "admin"
"""`admin` opens the staff's panel, `admin:<shop>:<verb>:…` works on it. As a link's payload: `admin_<shop>`."""
FANS = "fans"
"""`fans:<shop>:<verb>:…` shows lists of fans and works on one fan. As a link's payload: `fans_<shop>[_<fan>]`."""
RECEIVED = "received"
"""`received:<shop>` shows how what the shop says is received, `received:<shop>:<page>` turns to another room."""
REDEEM_ONE = "redeem"
"""`redeem:<coupon>` honours one fan's coupon that has a shared code."""
IMPORT = "file"
"""`file:<import>:<turn>:<verb>[:<value>]` goes on with files that staff handed in."""
LIKES = "likes"
"""`likes:<shop>:<question>:<choice>` answers a question of the welcome, `likes:<shop>:first` begins."""
FIRST = "first"
HAND_OVER = "handover"
"""`handover:<purchase>` says that staff have done the favour that was bought."""
REFUND = "refund"
"""`refund:<purchase>` gives the purchase's coins back."""


def undo_button(outcome: Any) -> Rows:
    """A button that takes back the act that the outcome reports. The outcome has an `audit_id`."""
    return ((Button("undo", press=f"{UNDO}:{outcome.audit_id}"),),)


def undo_if_possible(outcome: Any) -> Rows:
    """The same button, if the act can be taken back. The outcome says so by `undoable`."""
    return undo_button(outcome) if outcome.undoable else ()


def import_press(shown: Shown, *parts: str | int) -> str:
    """The data of a button about files that were handed in."""
    return ":".join((IMPORT, *map(str, (shown.import_id, shown.turn, *parts))))


def cancel_import(shown: Shown) -> tuple[Button, ...]:
    """The last row under a question: ask anew, where something was answered, or give up."""
    again = (Button("ask_again", press=import_press(shown, Verb.AGAIN)),) if shown.answered else ()
    return (*again, Button("cancel_import", press=import_press(shown, Verb.CANCEL)))


def do_import(outcome: Any) -> Rows:
    """Under a preview: do it, or what stands under a question. The outcome has a `shown`."""
    do = Button("do_import", press=import_press(outcome.shown, Verb.DO), style="primary")
    return ((do,), cancel_import(outcome.shown))


def check_in_button() -> Button:
    """The button that checks in."""
    return Button("check_in", press=CHECK_IN, style="primary")


def door_buttons(outcome: Any) -> Rows:
    """A link into each of the shop's rooms. The outcome has them as `doors`."""
    return tuple((Button("door", url=door.url, about=door.title, style="primary"),) for door in outcome.doors)


def in_rows(buttons: tuple[Button, ...], wide: int) -> Rows:
    """The buttons side by side, at most `wide` in one row."""
    return tuple(buttons[start : start + wide] for start in range(0, len(buttons), wide))
