"""Buttons of orders."""

from bot.content.button import Rows
from bot.content.buttons.shared import Buttons, undo_button
from bot.rules.orders.orders import OrderRefunded


def _refunded(outcome: OrderRefunded) -> Rows:
    return undo_button(outcome) if outcome.title is not None else ()


BUTTONS: Buttons = {OrderRefunded: _refunded}
