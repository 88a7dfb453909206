"""Buttons under the page that shows how things are received."""

from bot.content.button import Button, Rows
from bot.content.buttons.shared import RECEIVED, Buttons
from bot.rules.attention.wear_out import Received


def _pages(shown: Received) -> Rows:
    def turn(label: str, page: int) -> Button:
        return Button(label, press=f"{RECEIVED}:{shown.community_id}:{page}")

    before = (turn("page_before", shown.page - 1),) if shown.page > 1 else ()
    after = (turn("page_after", shown.page + 1),) if shown.page < shown.pages else ()
    row = (*before, *after)
    return (row,) if row else ()


BUTTONS: Buttons = {Received: _pages}
