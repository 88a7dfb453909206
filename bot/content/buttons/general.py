"""Buttons of outcomes that belong to no domain: the hello, the question which fan is meant, the ways in."""

from bot.content.button import Button, Rows
from bot.content.buttons.shared import (
    ADMIN,
    HAND_OVER,
    ME,
    OTHER_HOUR,
    REDEEM_ONE,
    REFUND,
    SETUP,
    STREAMS,
    UNDO,
    Buttons,
    check_in_button,
    door_buttons,
)
from bot.rules.fans import ForFansOnly
from bot.rules.forms import OtherHour
from bot.rules.general import (
    AlreadyUndone,
    Greeting,
    Hello,
    NearestCommand,
    OnlyInPrivate,
    StaysDone,
    Undone,
)
from bot.rules.naming import WhichFan

SHOP = "shop"
"""`shop:<shop>` makes the private chat belong to another shop."""
MOST_COPIED = 256
"""Characters of text that a button can put into the clipboard."""
DEEDS = {"done": HAND_OVER, "refund": REFUND, "redeem": REDEEM_ONE}
"""The deed of the question → the prefix of a tap on a fan's name."""


def _greeting(greeting: Greeting) -> Rows:
    first = ((check_in_button(),), (Button("streams", press=STREAMS), Button("me", press=ME)))
    return (*_staff_rows(greeting), *first, *_shops(greeting))


def _hello(hello: Hello) -> Rows:
    return (*_staff_rows(hello), *_shops(hello))


def _shops(hello: Greeting | Hello) -> Rows:
    return tuple((Button("shop", press=f"{SHOP}:{one.community_id}", about=one.name),) for one in hello.others)


def _staff_rows(hello: Greeting | Hello) -> Rows:
    setup = (Button("setup", press=SETUP),) if hello.owner else ()
    return ((Button("panel", press=ADMIN, style="primary"), *setup),) if hello.panel else ()


def _only_in_private(outcome: OnlyInPrivate) -> Rows:
    return ((Button("open_chat", start=outcome.payload),),)


def _which_fan(question: WhichFan) -> Rows:
    return tuple(
        (Button("fan", press=f"{DEEDS[question.deed]}:{choice.row_id}", about=choice),) for choice in question.choices
    )


def _other_hour(doubt: OtherHour) -> Rows:
    return ((Button("other_hour", press=f"{OTHER_HOUR}:{doubt.audit_id}", about=doubt.other),),)


def _nearest(found: NearestCommand) -> Rows:
    return ((Button("copy_line", copy=found.line),),) if len(found.line) <= MOST_COPIED else ()


def _undone(undone: Undone | AlreadyUndone) -> Rows:
    return ((Button("panel", press=ADMIN),),) if undone.panel else ()


def _stays(stays: StaysDone) -> Rows:
    if stays.before_id is None or stays.before is None:
        return ()
    return ((Button("undo_before", press=f"{UNDO}:{stays.before_id}", about=stays.before),),)


BUTTONS: Buttons = {
    Greeting: _greeting,
    Undone: _undone,
    AlreadyUndone: _undone,
    StaysDone: _stays,
    Hello: _hello,
    OnlyInPrivate: _only_in_private,
    ForFansOnly: door_buttons,
    WhichFan: _which_fan,
    OtherHour: _other_hour,
    NearestCommand: _nearest,
}
