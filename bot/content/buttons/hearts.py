"""Buttons of heart goals. The heart itself hangs under the live card."""

from bot.content.buttons.shared import Buttons, undo_button
from bot.rules.hearts.hearts import GoalCancelled, GoalMade

BUTTONS: Buttons = {GoalMade: undo_button, GoalCancelled: undo_button}
