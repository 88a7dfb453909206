"""What buttons of several domains say: prefixes of presses, and buttons that look the same everywhere."""

from collections.abc import Callable, Mapping
from typing import Any

from bot.content.button import Button, Rows
from bot.rules.outcome import Outcome

Buttons = Mapping[type[Outcome], Callable[[Any], Rows]]
"""The buttons of each outcome in rows, without their texts."""

UNDO = "undo"
"""`undo:<act>` takes an act of the audit log back."""
CHECK_IN = "checkin"
MAKE_UP = "makeup"
COUPONS = "coupons"
STREAMS = "streams"
ME = "me"
SETUP = "setup"
"""`setup` opens the panel, `setup:verb:…` turns it. As a link's payload: `setup_<shop>`."""
ADMIN = "admin"
"""`admin:<shop>:<verb>:…`; alone it opens the panel. As a link's payload: `admin_<shop>`."""
REDEEM_ONE = "redeem"
"""`redeem:<coupon>`: honour one fan's coupon with a shared code."""
HAND_OVER = "handover"
"""`handover:<purchase>`: staff have done what was bought."""
REFUND = "refund"
"""`refund:<purchase>`: its coins go back."""


def undo_button(outcome: Any) -> Rows:
    """Takes the act back that the outcome tells of."""
    return ((Button("undo", press=f"{UNDO}:{outcome.audit_id}"),),)


def undo_if_possible(outcome: Any) -> Rows:
    """The same where the act can be taken back."""
    return undo_button(outcome) if outcome.undoable else ()


def check_in_button() -> Button:
    """Checks in."""
    return Button("check_in", press=CHECK_IN, style="primary")


def doors(outcome: Any) -> Rows:
    """The ways into the shop's rooms."""
    return tuple((Button("door", url=door.url, about=door.title, style="primary"),) for door in outcome.doors)


def in_rows(buttons: tuple[Button, ...], wide: int) -> Rows:
    """Buttons side by side, at most `wide` a row."""
    return tuple(buttons[start : start + wide] for start in range(0, len(buttons), wide))
