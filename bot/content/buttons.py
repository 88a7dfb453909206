"""Which buttons an outcome carries, and what pressing them says."""

from dataclasses import dataclass, replace
from typing import Any

from bot.rules.checkins import AlreadyCheckedIn, CheckedIn, MadeUp
from bot.rules.communities import SetupDone
from bot.rules.coupons import (
    AlreadyClaimed,
    CampaignCancelled,
    CampaignMade,
    Claimed,
    DropCard,
    Redeemed,
)
from bot.rules.members import MyCard

CLAIM = "claim"
MAKE_UP = "makeup"
UNDO = "undo"
COUPONS = "coupons"
CHECK_IN = "checkin"


@dataclass(frozen=True, slots=True)
class Button:
    """A button: exactly one of `press`, `start`, `url`, `copy` and `disabled` says what it does."""

    label: str
    """The block `label_…` of the feature's words."""
    text: str = ""
    press: str | None = None
    """Callback data, at most 64 bytes."""
    start: str | None = None
    """Payload of a link that opens the private chat: at most 64 of `[A-Za-z0-9_-]`."""
    url: str | None = None
    copy: str | None = None
    """Text to put into the reader's clipboard, at most 256 characters."""
    disabled: bool = False
    style: str | None = None
    """`primary`, `success` or `danger`."""

    def with_text(self, text: str) -> "Button":
        """The same button with its label in a language."""
        return replace(self, text=text)


Rows = tuple[tuple[Button, ...], ...]


def buttons_for(outcome: Any) -> Rows:  # noqa: C901, PLR0911  # a table of outcomes
    """The outcome's buttons in rows, without their texts."""
    match outcome:
        case DropCard(state="open"):
            return ((Button("claim", press=f"{CLAIM}:{outcome.campaign_id}", style="primary"),),)
        case DropCard(state="soon"):
            return ((Button("soon", press=f"{CLAIM}:{outcome.campaign_id}"),),)
        case DropCard():
            return ((Button("over", disabled=True),),)
        case Claimed(code=code) | AlreadyClaimed(code=code, redeemed=False):
            return ((Button("copy", copy=code),),)
        case CheckedIn(restorable=r) | AlreadyCheckedIn(restorable=r) | MadeUp(restorable=r) if r is not None:
            return ((Button("make_up", press=MAKE_UP),),)
        case MyCard():
            rows: list[Button] = []
            if not outcome.checked_in:
                rows.append(Button("check_in", press=CHECK_IN, style="primary"))
            if outcome.restorable is not None:
                rows.append(Button("make_up", press=MAKE_UP))
            if outcome.coupons:
                rows.append(Button("coupons", press=COUPONS))
            return tuple((button,) for button in rows)
        case CampaignMade() | Redeemed() | CampaignCancelled(undoable=True):
            return ((Button("undo", press=f"{UNDO}:{outcome.audit_id}"),),)
        case SetupDone(audit_id=int(audit_id)):
            return ((Button("undo", press=f"{UNDO}:{audit_id}"),),)
        case _:
            return ()
