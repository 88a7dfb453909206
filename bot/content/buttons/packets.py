"""Buttons of red packets."""

from bot.content.button import Button, Rows
from bot.content.buttons.shared import Buttons, undo_button
from bot.rules.packets.packets import LIVE, PacketCard, PacketOpened, PacketState

PACKET = "packet"
"""`packet:<packet>` enters the draw, takes a share, or shows the fan's result."""
CHECK_PACKET = "packetcheck"
"""`packetcheck:<packet>` shows how the draw can be computed again."""


def _opened(opened: PacketOpened) -> Rows:
    return undo_button(opened) if opened.audit_id is not None else ()


def _card(card: PacketCard) -> Rows:
    if card.state in LIVE:
        return ((Button("open", press=f"{PACKET}:{card.packet_id}", style="primary"),),)
    if card.state == PacketState.CANCELLED:
        return ((Button("gone", disabled=True),),)
    mine = Button("mine", press=f"{PACKET}:{card.packet_id}")
    return ((mine, Button("check", press=f"{CHECK_PACKET}:{card.packet_id}")),)


BUTTONS: Buttons = {PacketOpened: _opened, PacketCard: _card}
