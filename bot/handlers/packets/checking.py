"""A fan checks a packet: the bot computes it again, or gives them what they need to compute it without the bot."""

from bot.content.buttons.packets import CHECK_PACKET, PACKET_FILES
from bot.features.communities import Communities
from bot.features.packets.packets import Packets
from bot.handlers.kit.private_links import come_by_link
from bot.handlers.kit.readers import read_id
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.rules.packets.packets import NoSuchPacket
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice


def setup() -> Desk:
    """The buttons that check a packet."""
    desk = Desk("packet checks")
    desk.press(CHECK_PACKET, check)
    desk.press(PACKET_FILES, files)
    desk.opening(PACKET_FILES, open_files)
    return desk


async def check(ask: Ask, rest: str, doors: Doors, voice: Voice, packets: Packets) -> None:
    """The button *check*: the bot computes the packet again, and the reader's own share. Its data may be forged."""
    inside = await doors.fan(ask)
    if inside is None:
        return
    packet_id = read_id(rest)
    if packet_id is None:
        await voice.answer(inside, NoSuchPacket())
        return
    await voice.answer(inside, await packets.proofs.check(inside.community, ask.sender.user_id, packet_id))


async def files(ask: Ask, rest: str, doors: Doors, voice: Voice, packets: Packets) -> None:
    """The button *send me the files*."""
    inside = await doors.fan(ask)
    if inside is not None:
        await _send(inside, rest, voice, packets)


async def open_files(
    ask: Ask,
    rest: str,
    doors: Doors,
    voice: Voice,
    communities: Communities,
    packets: Packets,
) -> None:
    """A link opened the private chat, so that the files can be sent."""
    come = await come_by_link(ask, rest, doors, voice, communities)
    if come is not None:
        inside, number = come
        await _send(inside, number, voice, packets)


async def _send(inside: Ask, rest: str, voice: Voice, packets: Packets) -> None:
    packet_id = read_id(rest)
    if packet_id is None:
        await voice.answer(inside, NoSuchPacket())
        return
    can_write = inside.can_write or inside.chat_id == inside.sender.user_id
    await voice.answer(inside, await packets.proofs.files(inside.act, packet_id, can_write=can_write))
