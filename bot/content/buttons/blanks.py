"""Buttons under the blanks of starter posts."""

from bot.content.button import Button, Rows
from bot.content.buttons.shared import Buttons, undo_button
from bot.rules.posts.blanks import BlankAsked, BlankPosts, BlanksDoor, BlanksFilled

BLANKS = "blanks"
"""`blanks:<shop>` lists posts with blanks, `blanks:<shop>:<post>` asks for its first. A link has `blanks_<shop>`."""
KEEP, LEAVE = "keep", "leave"


def blanks_press(shop: int, *parts: str | int) -> str:
    """The data of a button: the shop, then a post's number, `keep`, `leave`, or nothing for the list."""
    return ":".join((BLANKS, str(shop), *map(str, parts)))


def _list(page: BlankPosts) -> Rows:
    return tuple(
        (Button("fill", press=blanks_press(page.community_id, line.number), about=line),) for line in page.lines
    )


def _asked(asked: BlankAsked) -> Rows:
    shop = asked.community_id
    kept = ((Button("keep", press=blanks_press(shop, KEEP), about=asked.before),),) if asked.before else ()
    return (*kept, (Button("leave", press=blanks_press(shop, LEAVE)),))


def _filled(filled: BlanksFilled) -> Rows:
    more = (Button("more", press=blanks_press(filled.community_id), style="primary"),) if filled.waiting else ()
    return tuple(row for row in (more, *undo_button(filled)) if row)


def _door(door: BlanksDoor) -> Rows:
    return ((Button("in_private", start=f"{BLANKS}_{door.community_id}", style="primary"),),)


BUTTONS: Buttons = {BlankPosts: _list, BlankAsked: _asked, BlanksFilled: _filled, BlanksDoor: _door}
