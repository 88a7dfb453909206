"""Hears who is active in the shop's rooms, and writes it down once a minute: never a write for each message.

Only who, where and when is kept in memory, never what was said. A kill loses the last minute; a stop loses nothing.
"""

import asyncio
import time
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from sqlalchemy.exc import SQLAlchemyError

from bot.features.communities import Communities
from bot.logs import get_logger, logging_failures
from bot.plain_json import is_whole
from bot.rules.calendar import day_of
from bot.store.active_days import Heard, note_heard, note_rooms_heard
from bot.store.engine.away import name_of
from bot.telegram.engine import Engine

log = get_logger("ear")

EVERY = 60.0
"""Seconds between two times that what was heard is written down."""
CHUNK = 100
"""People whom one transaction writes down: a few milliseconds."""
MOST = 100_000
"""People, and chats, that are gathered before they are written down. More than these aren't heard."""
WRITES_AGAIN = 3_600
"""Seconds for which is remembered whose day is written down. Then memory holds nobody's id any more."""
QUARTER = 900
"""Seconds. Time zones differ by whole quarters of an hour, so that no day begins within one."""
OWN_WORDS = frozenset(
    {
        *("text", "photo", "video", "animation", "audio", "voice", "video_note", "document", "sticker", "story"),
        *("poll", "checklist", "contact", "location", "venue", "dice", "game", "paid_media"),
    }
)
"""What somebody sends; other messages are service messages."""
BORROWED = frozenset({"forward_origin", "via_bot", "sender_business_bot"})
"""What shows that somebody else wrote the message."""


class Sign(NamedTuple):
    """A sign of life in a room."""

    chat_id: int
    user_id: int | None
    """None: an administrator who speaks in a room's or a channel's name."""
    wrote: bool
    """Whether they wrote a message themselves, and no command."""
    at: int | None
    """Seconds since 1970, of a message; None for a press or a reaction."""


class _Key(NamedTuple):
    chat_id: int
    user_id: int
    quarter: int


def sign_in(update: Mapping[str, Any]) -> Sign | None:
    """What an update, as JSON, shows of life in a room; None if it shows none.

    A channel's post that is forwarded into its discussion group, a message of a bot and a service message show none.
    """
    message = update.get("message")
    if message is not None:
        return _in_message(message)
    press = update.get("callback_query")
    if press is not None:
        under = press.get("message")
        return _sign(under.get("chat") if isinstance(under, dict) else None, press.get("from"))
    reaction = update.get("message_reaction")
    if reaction is not None and reaction.get("new_reaction"):
        return _sign(reaction.get("chat"), reaction.get("user"))
    return None


def _in_message(message: Mapping[str, Any]) -> Sign | None:
    if message.get("is_automatic_forward") or OWN_WORDS.isdisjoint(message):
        return None
    found = _sign(message.get("chat"), None if "sender_chat" in message else message.get("from"))
    if found is None:
        return None
    text = message.get("text")
    command = isinstance(text, str) and text.startswith("/")
    wrote = found.user_id is not None and not command and BORROWED.isdisjoint(message)
    return found._replace(wrote=wrote, at=message.get("date"))


def _sign(chat: Any, person: Any) -> Sign | None:
    chat_id = chat.get("id") if isinstance(chat, dict) else None
    if not is_whole(chat_id) or chat_id >= 0:
        return None
    if person is None:
        return Sign(chat_id, None, wrote=False, at=None)
    if not isinstance(person, dict) or person.get("is_bot") or not is_whole(person.get("id")):
        return None
    return Sign(chat_id, person["id"], wrote=False, at=None)


class Ear:
    """Gathers signs of life, and writes them down once a minute."""

    def __init__(self, engine: Engine, communities: Communities) -> None:
        self._db = engine.db
        self._meters = engine.meters
        self._communities = communities
        self._people: dict[_Key, bool] = {}
        """Who was active since the last writing, and whether they wrote."""
        self._rooms: dict[int, int] = {}
        """When each chat was heard last since then, in seconds."""
        self._written: dict[tuple[int, int], tuple[date, bool]] = {}
        """Of members by room and user id: the last day that is written down, and whether they wrote on it."""
        self._hour = 0
        """The hour, by the monotonic clock, in which `_written` began."""

    def hear(self, update: Mapping[str, Any], received_at: datetime) -> None:
        """Note a sign of life, if the update shows one. Chats of no shop are sorted out when it is written down."""
        sign = sign_in(update)
        if sign is None:
            return
        now = int(received_at.timestamp())
        at = min(sign.at, now) if sign.at is not None else now
        if len(self._rooms) < MOST and self._rooms.get(sign.chat_id, 0) < at:
            self._rooms[sign.chat_id] = at
        if len(self._people) < MOST and sign.user_id is not None:
            key = _Key(sign.chat_id, sign.user_id, at // QUARTER)
            self._people[key] = sign.wrote or self._people.get(key, False)

    async def run(self) -> None:
        """Write down each minute, until cancelled."""
        while True:
            await asyncio.sleep(EVERY)
            with logging_failures(log, "hearing_failed"):
                await self.write_down()

    async def write_down(self) -> None:
        """Write down what was heard. What can't be written now is kept for the next time."""
        people, self._people = self._people, {}
        rooms, self._rooms = self._rooms, {}
        try:
            await self._write(people, rooms)
        except BaseException as error:  # also a cancellation: the stop writes it down
            for key, wrote in people.items():
                self._people[key] = wrote or self._people.get(key, False)
            self._rooms = rooms | self._rooms
            if not isinstance(error, SQLAlchemyError | OSError):
                raise
            log.warning("hearing_waits", error=name_of(error))

    async def _write(self, people: Mapping[_Key, bool], rooms: Mapping[int, int]) -> None:
        heard = []
        for key, wrote in people.items():
            group = await self._communities.group(key.chat_id)
            if group is None:
                continue
            day = day_of(datetime.fromtimestamp(key.quarter * QUARTER, UTC), group.place.timezone)
            one = Heard(group.place.community_id, group.id, key.user_id, day, wrote)
            if not self._is_written(one):
                heard.append(one)
        for start in range(0, len(heard), CHUNK):
            members = await self._db.write(note_heard, heard[start : start + CHUNK])
            self._meters.heard += len(members)
            self._remember(members)
        found = []
        for chat_id, at in rooms.items():
            group = await self._communities.group(chat_id)
            if group is not None:
                found.append((group.id, datetime.fromtimestamp(at, UTC)))
        for start in range(0, len(found), CHUNK):
            await self._db.write(note_rooms_heard, found[start : start + CHUNK])

    def _is_written(self, one: Heard) -> bool:
        day, wrote = self._written.get((one.room_id, one.user_id), (None, False))
        return day == one.day and (wrote or not one.wrote)

    def _remember(self, members: list[Heard]) -> None:
        hour = int(time.monotonic()) // WRITES_AGAIN
        if hour != self._hour:
            self._hour = hour
            self._written.clear()
        for one in members:
            day, wrote = self._written.get((one.room_id, one.user_id), (None, False))
            self._written[one.room_id, one.user_id] = (one.day, one.wrote or (wrote and day == one.day))
