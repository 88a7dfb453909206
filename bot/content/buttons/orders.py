"""Buttons of orders."""

from bot.content.button import Rows
from bot.content.buttons.shared import Buttons, cancel_import, do_import, undo_button
from bot.rules.orders.order_previews import OrdersPreview
from bot.rules.orders.orders import OrderRefunded


def _refunded(outcome: OrderRefunded) -> Rows:
    return undo_button(outcome) if outcome.title is not None else ()


def _preview(preview: OrdersPreview) -> Rows:
    return do_import(preview) if preview.can_be_done else (cancel_import(preview.shown),)


BUTTONS: Buttons = {OrderRefunded: _refunded, OrdersPreview: _preview}
