"""Buttons of red packets."""

from typing import Any

from bot.content.button import Button, Rows
from bot.rules.packets.packets import LIVE, PacketCard, PacketOpened, PacketState

PACKET = "packet"
"""`packet:<packet>` takes part, takes a share, or tells how it went."""
CHECK_PACKET = "packetcheck"
"""`packetcheck:<packet>` tells how the draw can be computed again."""
UNDO = "undo"


def packet_buttons(outcome: Any) -> Rows:
    """The outcome's buttons in rows, without their texts; none for outcomes that have none."""
    match outcome:
        case PacketOpened(audit_id=int(audit_id)):
            return ((Button("undo", press=f"{UNDO}:{audit_id}"),),)
        case PacketCard(state=state) if state in LIVE:
            return ((Button("open", press=f"{PACKET}:{outcome.packet_id}", style="primary"),),)
        case PacketCard(state=PacketState.CANCELLED):
            return ((Button("gone", disabled=True),),)
        case PacketCard():
            mine = Button("mine", press=f"{PACKET}:{outcome.packet_id}")
            return ((mine, Button("check", press=f"{CHECK_PACKET}:{outcome.packet_id}")),)
        case _:
            return ()
