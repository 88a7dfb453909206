"""Streams, the fans' side: what is coming, reminders, *I'm here*, and the word that the host says."""

from typing import Any

from aiogram.types import CallbackQuery, Message, TelegramObject

from bot.content.buttons.shared import STREAMS
from bot.content.buttons.streams import HERE, REMIND, UNREMIND
from bot.features.communities import Communities
from bot.features.streams.plans import Streams
from bot.features.streams.reminders import Reminders, community_of
from bot.features.streams.spoken_words import SpokenWords
from bot.flows.attend import attend
from bot.handlers.kit.readers import read_id
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.rules.checkins.checkins import CheckInPolicy
from bot.rules.streams.attendance import AttendancePolicy, NoSuchStream
from bot.rules.streams.reminders import ComeInFirst, OpenChatFirst, StreamGone
from bot.rules.streams.streams import How
from bot.store.engine.db import Database
from bot.store.places import place_of
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


async def streams_list(_event: TelegramObject, ask: Ask, doors: Doors, voice: Voice, streams: Streams) -> None:
    """What is on and what is coming."""
    inside = await doors.fan(ask)
    if inside is not None:
        await voice.answer(inside, await streams.coming(inside.community, ask.sender.user_id, ask.at))


async def remind(
    _press: CallbackQuery,
    ask: Ask,
    rest: str,
    doors: Doors,
    voice: Voice,
    db: Database,
    reminders: Reminders,
) -> None:
    """*Remind me*: one tap; who never started the bot is led to the private chat by it."""
    stream_id = read_id(rest)
    inside = await doors.fan(await _at_its_shop(ask, stream_id, db), outsiders=ComeInFirst() if ask.private else None)
    if inside is None:
        return
    if stream_id is None:
        await voice.answer(inside, StreamGone())
    elif not inside.can_write:
        await reminders.come(inside.community, ask.sender, stream_id, ask.at)
        payload = f"{REMIND}_{stream_id}"
        await voice.open_private(inside, payload, OpenChatFirst(payload))
    else:
        await voice.answer(inside, await reminders.ask(inside.community, ask.sender, stream_id, ask.at))


async def opened_to_remind(
    _message: Message,
    ask: Ask,
    rest: str,
    doors: Doors,
    voice: Voice,
    db: Database,
    communities: Communities,
    reminders: Reminders,
) -> None:
    """The private chat was opened by *remind me*: what was asked for is done at once.

    The stream's number may have been guessed: only who is in its shop is reminded, and nobody else hears which it is.
    """
    await communities.started(ask.sender, can_write=True)
    stream_id = read_id(rest)
    community_id = await db.read(community_of, stream_id) if stream_id is not None else None
    if stream_id is None or community_id is None:
        await voice.answer(ask, StreamGone())
        return
    inside = await doors.fan(ask.within(await db.read(place_of, community_id)), outsiders=ComeInFirst())
    if inside is None:
        return
    await communities.turn_to(ask.sender.user_id, inside.community)
    await voice.answer(inside, await reminders.ask(inside.community, ask.sender, stream_id, ask.at))


async def unremind(
    _press: CallbackQuery, ask: Ask, rest: str, doors: Doors, voice: Voice, db: Database, reminders: Reminders
) -> None:
    """No more reminders of this stream: everybody may stop what reaches them."""
    stream_id = read_id(rest)
    inside = await doors.anyone(await _at_its_shop(ask, stream_id, db))
    if inside is None:
        return
    if stream_id is None:
        await voice.answer(inside, StreamGone())
        return
    await voice.answer(inside, await reminders.stop(inside.community, ask.sender, stream_id, ask.at))


async def _at_its_shop(ask: Ask, stream_id: int | None, db: Database) -> Ask:
    """A button in private belongs to the shop of its stream, whichever the chat means. Its number may be forged."""
    if not ask.private or stream_id is None:
        return ask
    community_id = await db.read(community_of, stream_id)
    return ask.within(await db.read(place_of, community_id)) if community_id is not None else ask


async def here(
    _press: CallbackQuery,
    ask: Ask,
    rest: str,
    doors: Doors,
    voice: Voice,
    db: Database,
    attendance_policy: AttendancePolicy,
    checkin_policy: CheckInPolicy,
) -> None:
    """*I'm here* on the live card."""
    await _attend(ask, rest, How.TAP, doors, voice, db, attendance_policy, checkin_policy)


async def heard(
    _message: Message,
    ask: Ask,
    rest: str,
    doors: Doors,
    voice: Voice,
    db: Database,
    attendance_policy: AttendancePolicy,
    checkin_policy: CheckInPolicy,
) -> None:
    """The word that the host said, alone in a message."""
    await _attend(ask, rest, How.WORD, doors, voice, db, attendance_policy, checkin_policy)


def hears(word: str, data: dict[str, Any]) -> str | None:
    """The evening whose word this is, in this group."""
    ask: Ask = data["ask"]
    spoken: SpokenWords = data["spoken_words"]
    if ask.place is None:
        return None
    airing_id = spoken.airing_of(ask.place.community_id, word)
    return str(airing_id) if airing_id is not None else None


async def _attend(
    ask: Ask,
    rest: str,
    how: How,
    doors: Doors,
    voice: Voice,
    db: Database,
    attendance_policy: AttendancePolicy,
    checkin_policy: CheckInPolicy,
) -> None:
    inside = await doors.fan(ask)
    if inside is None:
        return
    airing_id = read_id(rest)
    if airing_id is None:
        await voice.answer(inside, NoSuchStream())
        return
    outcome = await attend(
        db, inside.community, ask.sender, airing_id, how, ask.at, ask.cause, attendance_policy, checkin_policy
    )
    await voice.answer(inside, outcome)
