"""Buttons of orders."""

from bot.content.button import Button, Rows
from bot.content.buttons.shared import Buttons, cancel_import, do_import, undo_button
from bot.rules.orders.claims import ClaimConfirmed, ClaimDeclined, ClaimLine, ClaimList, OrderGiven
from bot.rules.orders.order_previews import OrdersPreview
from bot.rules.orders.orders import OrderRefunded

CLAIM = "orderclaim"
"""`orderclaim:yes:<claim>` confirms that an order is a fan's, `orderclaim:no:<claim>` says that it isn't."""
CONFIRM, DECLINE = "yes", "no"


def _preview(preview: OrdersPreview) -> Rows:
    return do_import(preview) if preview.can_be_done else (cancel_import(preview.shown),)


def _claims(shown: ClaimList) -> Rows:
    return tuple(_claim_row(line) for line in shown.lines)


def _claim_row(line: ClaimLine) -> tuple[Button, ...]:
    """An order that hasn't come can't be confirmed yet."""
    decline = Button("decline", press=f"{CLAIM}:{DECLINE}:{line.claim_id}", about=line.number)
    if not line.came:
        return (decline,)
    return (Button("confirm", press=f"{CLAIM}:{CONFIRM}:{line.claim_id}", about=line.number, style="success"), decline)


BUTTONS: Buttons = {
    OrdersPreview: _preview,
    OrderRefunded: undo_button,
    ClaimList: _claims,
    ClaimConfirmed: undo_button,
    ClaimDeclined: undo_button,
    OrderGiven: undo_button,
}
