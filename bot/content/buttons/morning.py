"""Buttons of the morning card."""

from bot.content.button import Button, Rows
from bot.content.buttons.shared import STREAMS, Buttons, check_in_button
from bot.rules.posts.morning import MorningCard


def _morning(card: MorningCard) -> Rows:
    if card.past:
        return ()
    streams = ((Button("streams", press=STREAMS),),) if card.stream is not None else ()
    return ((check_in_button(),), *streams)


BUTTONS: Buttons = {MorningCard: _morning}
