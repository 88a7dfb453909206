"""Buttons of red packets."""

from bot.content.button import Button, Rows
from bot.content.buttons.shared import Buttons, undo_button
from bot.rules.packets.packets import LIVE, PacketCard, PacketOpened, PacketProof, PacketState
from bot.rules.packets.rechecks import PacketFile, PacketFilesCome

PACKET = "packet"
"""`packet:<packet>` enters the draw, takes a share, or shows the fan's result."""
CHECK_PACKET = "packetcheck"
"""`packetcheck:<packet>` has the bot compute the packet again."""
PACKET_FILES = "packetfiles"
"""`packetfiles:<packet>` sends the proof and the page that checks it. As a link it is `packetfiles_<shop>_<packet>`."""


def _opened(opened: PacketOpened) -> Rows:
    return undo_button(opened) if opened.audit_id is not None else ()


def _card(card: PacketCard) -> Rows:
    if card.state in LIVE:
        return ((Button("open", press=f"{PACKET}:{card.packet_id}", style="primary"),),)
    if card.state == PacketState.CANCELLED:
        return ((Button("gone", disabled=True),),)
    mine = Button("mine", press=f"{PACKET}:{card.packet_id}")
    return ((mine, Button("check", press=f"{CHECK_PACKET}:{card.packet_id}")),)


def _proof(proof: PacketProof) -> Rows:
    page = ((Button("page", page=proof.page),),) if proof.page is not None else ()
    return (*page, (Button("files", press=f"{PACKET_FILES}:{proof.packet_id}"),))


def _file(caption: PacketFile) -> Rows:
    return ((Button("page", page=caption.page),),)


def _files(outcome: PacketFilesCome) -> Rows:
    if outcome.can_write:
        return ()
    return ((Button("open_files", start=f"{PACKET_FILES}_{outcome.community_id}_{outcome.packet_id}"),),)


BUTTONS: Buttons = {
    PacketOpened: _opened,
    PacketCard: _card,
    PacketProof: _proof,
    PacketFile: _file,
    PacketFilesCome: _files,
}
