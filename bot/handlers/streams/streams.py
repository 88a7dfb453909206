"""Streams, the fans' side: what is coming, reminders, *I'm here*, and the word that the host says."""

from collections.abc import Mapping
from typing import Any

from bot.content.buttons.shared import STREAMS
from bot.content.buttons.streams import HERE, REMIND, UNREMIND
from bot.features.communities import Communities
from bot.handlers.kit.readers import read_id
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.handlers.streams.services import StreamServices
from bot.rules.airings import How
from bot.rules.streams.attendance import NoSuchStream
from bot.rules.streams.reminders import ComeInFirst, OpenChatFirst, StreamGone
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice

STREAM_WORDS = ("라방", "라방 일정", "直播", "直播安排", "streams", "next stream")


def setup() -> Desk:
    """Commands, words, buttons and links of fans' streams."""
    desk = Desk("streams")
    desk.command("streams", streams_list)
    desk.word(STREAM_WORDS, streams_list)
    desk.press(STREAMS, streams_list)
    desk.press(REMIND, remind)
    desk.press(UNREMIND, unremind)
    desk.press(HERE, here)
    desk.opening(REMIND, opened_to_remind)
    desk.hearing(hears, heard)
    return desk


async def streams_list(ask: Ask, doors: Doors, voice: Voice, streams: StreamServices) -> None:
    """What is on and what is coming."""
    inside = await doors.fan(ask)
    if inside is not None:
        await voice.answer(inside, await streams.plans.list_coming(inside.act))


async def remind(ask: Ask, rest: str, doors: Doors, voice: Voice, streams: StreamServices) -> None:
    """*Remind me*: one tap. A fan who never started the bot is led to the private chat first."""
    stream_id = read_id(rest)
    at_its_shop = await _at_its_shop(ask, stream_id, streams)
    inside = await doors.fan(at_its_shop, outsiders=ComeInFirst() if ask.private else None)
    if inside is None:
        return
    if stream_id is None:
        await voice.answer(inside, StreamGone())
    elif not inside.can_write:
        await streams.reminders.remember_asker(inside.act, stream_id)
        payload = f"{REMIND}_{stream_id}"
        await voice.open_private(inside, payload, OpenChatFirst(payload))
    else:
        await voice.answer(inside, await streams.reminders.ask(inside.act, stream_id))


async def opened_to_remind(
    ask: Ask,
    rest: str,
    doors: Doors,
    voice: Voice,
    communities: Communities,
    streams: StreamServices,
) -> None:
    """The private chat was opened by *remind me*: the sender is reminded at once.

    The stream's number may have been guessed. Only members of its shop are reminded, and nobody else hears which shop
    it is.
    """
    await communities.started(ask.sender, can_write=True, at=ask.at)
    stream_id = read_id(rest)
    place = await streams.reminders.place_of(stream_id) if stream_id is not None else None
    if stream_id is None or place is None:
        await voice.answer(ask, StreamGone())
        return
    inside = await doors.fan(ask.within(place), outsiders=ComeInFirst())
    if inside is None:
        return
    await communities.turn_to(ask.sender.user_id, inside.community)
    await voice.answer(inside, await streams.reminders.ask(inside.act, stream_id))


async def unremind(ask: Ask, rest: str, doors: Doors, voice: Voice, streams: StreamServices) -> None:
    """No more reminders of this stream. Everybody may stop what reaches them."""
    stream_id = read_id(rest)
    inside = await doors.anyone(await _at_its_shop(ask, stream_id, streams))
    if inside is None:
        return
    if stream_id is None:
        await voice.answer(inside, StreamGone())
        return
    await voice.answer(inside, await streams.reminders.stop(inside.act, stream_id))


async def _at_its_shop(ask: Ask, stream_id: int | None, streams: StreamServices) -> Ask:
    """A button in private means the shop of its stream, whichever shop the chat means. Its number may be forged."""
    if not ask.private or stream_id is None:
        return ask
    place = await streams.reminders.place_of(stream_id)
    return ask.within(place) if place is not None else ask


async def here(ask: Ask, rest: str, doors: Doors, voice: Voice, streams: StreamServices) -> None:
    """*I'm here* on the live card."""
    await _attend(ask, rest, How.TAP, doors, voice, streams)


async def heard(ask: Ask, rest: str, doors: Doors, voice: Voice, streams: StreamServices) -> None:
    """The word that the host said, alone in a message."""
    await _attend(ask, rest, How.WORD, doors, voice, streams)


def hears(word: str, ask: Ask, services: Mapping[str, Any]) -> str | None:
    """The airing whose word this is, in this group."""
    streams: StreamServices = services["streams"]
    if ask.place is None:
        return None
    airing_id = streams.spoken_words.airing_of(ask.place.community_id, word)
    return str(airing_id) if airing_id is not None else None


async def _attend(ask: Ask, rest: str, how: How, doors: Doors, voice: Voice, streams: StreamServices) -> None:
    inside = await doors.fan(ask)
    if inside is None:
        return
    airing_id = read_id(rest)
    if airing_id is None:
        await voice.answer(inside, NoSuchStream())
        return
    await voice.answer(inside, await streams.attending.attend(inside.act, airing_id, how))
