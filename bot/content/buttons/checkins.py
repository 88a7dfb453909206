"""Buttons of check-ins."""

from bot.content.button import Button, Rows
from bot.content.buttons.shared import MAKE_UP, Buttons
from bot.rules.checkins.checkins import AlreadyCheckedIn, CheckedIn, MadeUp


def _make_up(outcome: CheckedIn | AlreadyCheckedIn | MadeUp) -> Rows:
    """A button that makes up the next missed day, if one can be made up."""
    return ((Button("make_up", press=MAKE_UP),),) if outcome.restorable is not None else ()


BUTTONS: Buttons = {CheckedIn: _make_up, AlreadyCheckedIn: _make_up, MadeUp: _make_up}
