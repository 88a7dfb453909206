"""Buttons of the coin shop: the shelf, the question before a purchase, what can be done with what was bought."""

from typing import Any

from bot.content.button import Button, Rows
from bot.rules.coin_shop.items import FavourWaiting, ItemList
from bot.rules.coin_shop.shelf import Bought, BoughtAlready, BuyAsked, BuyOutcome, ItemKind, Shelf, ShelfLine

SHELF = "shelf"
"""`shelf` or `shelf:<page>` shows what is sold."""
BUY = "buy"
"""`buy:<item>` asks once more."""
PAY = "pay"
"""`pay:<item>:<price>:<which purchase>` buys: a price that has changed, or a second tap, doesn't."""
HAND_OVER = "handover"
"""`handover:<purchase>`: staff have done what was bought."""
REFUND = "refund"
"""`refund:<purchase>`: its coins go back."""


ON_THE_SHELF = Shelf | BuyOutcome | ItemList | FavourWaiting


def shelf_buttons(outcome: Any, *, make_up: str) -> Rows:  # noqa: PLR0911  # a table of outcomes
    """The outcome's buttons in rows, without their texts; `make_up` is what the button of make-ups says."""
    back = (Button("shelf", press=SHELF),)
    match outcome:
        case Shelf():
            lines = tuple((_buy(line),) for line in outcome.lines if line.state == "open")
            before = (Button("before", press=f"{SHELF}:{outcome.page - 1}"),) if outcome.page > 1 else ()
            after = (Button("after", press=f"{SHELF}:{outcome.page + 1}"),) if outcome.page < outcome.pages else ()
            return (*lines, (*before, *after)) if before or after else lines
        case BuyAsked():
            yes = f"{PAY}:{outcome.item_id}:{outcome.price}:{outcome.serial}"
            return ((Button("yes", press=yes, style="primary"),), (Button("no", press=SHELF),))
        case Bought(kind=ItemKind.MAKE_UP):
            return ((Button("make_up", press=make_up, style="primary"),), back)
        case Bought(code=str(code)):
            return ((Button("copy", copy=code),), back)
        case Bought() | BoughtAlready():
            return (back,)
        case FavourWaiting():
            return ((Button("handed_over", press=f"{HAND_OVER}:{outcome.purchase_id}", style="success"),),)
        case ItemList():
            return tuple(
                (Button("hand_over", press=f"{HAND_OVER}:{line.purchase_id}", about=line),) for line in outcome.waiting
            )
        case _:
            return (back,)


def _buy(line: ShelfLine) -> Button:
    return Button("buy", press=f"{BUY}:{line.item_id}", about=line)
