"""Hears who is active in the shop's rooms, and who answers what the shop shows, and writes it down once a minute.

A message costs no write of its own. Only who, where and when is kept in memory, never what was said. A kill loses the
last minute; a stop loses nothing.
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
from bot.store.answers import Answer, find_polls, note_answers
from bot.store.engine.away import name_of
from bot.telegram.engine import Engine
from bot.telegram.incoming import BORROWED

log = get_logger("ear")

EVERY = 60.0
"""Seconds between two times that what was heard is written down."""
CHUNK = 100
"""People whom one transaction writes down: a few milliseconds."""
MOST = 100_000
"""People, and chats, that are gathered before they are written down. More than these aren't heard."""
WRITES_AGAIN = 3_600
"""Seconds for which is remembered whose day is written down. Then memory holds nobody's id any more."""
MOST_WRITTEN = 50_000
"""People of whom that is remembered at most. Of more their day is written again, which changes nothing."""
QUARTER = 900
"""Seconds. Time zones differ by whole quarters of an hour, so that no day begins within one."""
OWN_WORDS = frozenset(
    {
        *("text", "photo", "video", "animation", "audio", "voice", "video_note", "document", "sticker", "story"),
        *("poll", "checklist", "contact", "location", "venue", "dice", "game", "paid_media"),
    }
)
"""What somebody sends; other messages are service messages."""
HEARS = frozenset({"message_reaction", "poll_answer"})
"""Kinds of updates that Telegram is asked for because they are heard, whether or not a handler takes them."""


class Sign(NamedTuple):
    """A sign of life in a room, or an answer in private to a message of ours."""

    chat_id: int
    user_id: int | None
    """None: an administrator who speaks in a room's or a channel's name."""
    wrote: bool
    """Whether they wrote a message themselves, and no command."""
    at: int | None
    """Seconds since 1970, of a message; None for a press or a reaction."""
    to: int | None = None
    """The message that was pressed, reacted to or replied to, if a bot may have sent it."""


class Vote(NamedTuple):
    """Somebody voted in a poll that isn't anonymous. Telegram doesn't say where the poll stands."""

    poll_id: str
    user_id: int


class Heeded(NamedTuple):
    """A message that somebody answered."""

    chat_id: int
    message_id: int
    user_id: int
    """Who answered it."""


class _Key(NamedTuple):
    chat_id: int
    user_id: int
    quarter: int


def sign_in(update: Mapping[str, Any]) -> Sign | None:
    """What an update, as JSON, shows of life in a room, or of an answer to a message; None if it shows none.

    A channel's post that is forwarded into its discussion group, a message of a bot and a service message show none.
    """
    message = update.get("message")
    if message is not None:
        return _in_message(message)
    press = update.get("callback_query")
    if press is not None:
        under = press.get("message")
        if not isinstance(under, dict):
            return None
        return _sign(under.get("chat"), press.get("from"), under.get("message_id"))
    reaction = update.get("message_reaction")
    if reaction is not None and reaction.get("new_reaction"):
        return _sign(reaction.get("chat"), reaction.get("user"), reaction.get("message_id"))
    return None


def vote_in(update: Mapping[str, Any]) -> Vote | None:
    """The vote that an update, as JSON, tells of; None if there is none, or if it was taken back.

    A channel that votes in its own name is nobody. A vote that is taken back later stays an answer.
    """
    vote = update.get("poll_answer")
    if not isinstance(vote, dict) or not vote.get("option_ids"):
        return None
    person, poll_id = vote.get("user"), vote.get("poll_id")
    if "voter_chat" in vote or not isinstance(person, dict) or person.get("is_bot") or not isinstance(poll_id, str):
        return None
    user_id = person.get("id")
    return Vote(poll_id, user_id) if is_whole(user_id) else None


def _in_message(message: Mapping[str, Any]) -> Sign | None:
    if message.get("is_automatic_forward") or OWN_WORDS.isdisjoint(message):
        return None
    text = message.get("text")
    command = isinstance(text, str) and text.startswith("/")
    replied = message.get("reply_to_message")
    # A command is meant for the bot: it answers nothing that the message said.
    to = _of_a_bot(replied) if replied is not None and not command else None
    found = _sign(message.get("chat"), None if "sender_chat" in message else message.get("from"), to)
    if found is None:
        return None
    wrote = found.user_id is not None and not command and BORROWED.isdisjoint(message)
    return found._replace(wrote=wrote, at=message.get("date"))


def _of_a_bot(message: Any) -> int | None:
    """The number of a message if a bot sent it. Which messages are ours is looked up when it is written down."""
    sender = message.get("from") if isinstance(message, dict) else None
    return message.get("message_id") if isinstance(sender, dict) and sender.get("is_bot") else None


def _sign(chat: Any, person: Any, to: Any) -> Sign | None:
    chat_id = chat.get("id") if isinstance(chat, dict) else None
    to = to if is_whole(to) and to > 0 else None
    if not is_whole(chat_id) or (chat_id >= 0 and to is None):
        return None
    if person is None:
        return Sign(chat_id, None, wrote=False, at=None) if chat_id < 0 else None
    if not isinstance(person, dict) or person.get("is_bot") or not is_whole(person.get("id")):
        return None
    return Sign(chat_id, person["id"], wrote=False, at=None, to=to)


class Gathered:
    """What was heard since the last writing."""

    __slots__ = ("answers", "people", "rooms", "votes")

    def __init__(self) -> None:
        self.people: dict[_Key, bool] = {}
        """Who was active, and whether they wrote."""
        self.rooms: dict[int, int] = {}
        """When each chat was heard last, in seconds."""
        self.answers: dict[Heeded, int] = {}
        """When each message was first answered by each person, in seconds."""
        self.votes: dict[Vote, int] = {}
        """When somebody first voted in a poll, in seconds."""

    def note(self, chat_id: int, user_id: int | None, at: int, *, wrote: bool) -> None:
        """Somebody gave a sign of life in a room."""
        if len(self.rooms) < MOST and self.rooms.get(chat_id, 0) < at:
            self.rooms[chat_id] = at
        if len(self.people) < MOST and user_id is not None:
            key = _Key(chat_id, user_id, at // QUARTER)
            self.people[key] = wrote or self.people.get(key, False)

    def answer(self, message: Heeded, at: int) -> None:
        """Somebody answered a message."""
        if len(self.answers) < MOST:
            self.answers.setdefault(message, at)

    def vote(self, vote: Vote, at: int) -> None:
        """Somebody voted."""
        if len(self.votes) < MOST:
            self.votes.setdefault(vote, at)

    def put_back(self, older: "Gathered") -> None:
        """Take back what couldn't be written."""
        for key, wrote in older.people.items():
            self.people[key] = wrote or self.people.get(key, False)
        self.rooms = older.rooms | self.rooms
        self.answers |= older.answers
        self.votes |= older.votes


class Ear:
    """Gathers signs of life and answers, and writes them down once a minute."""

    def __init__(self, engine: Engine, communities: Communities) -> None:
        self._db = engine.db
        self._meters = engine.meters
        self._communities = communities
        self._heard = Gathered()
        self._written: dict[tuple[int, int], tuple[date, bool]] = {}
        """Of members by room and user id: the last day that is written down, and whether they wrote on it."""
        self._hour = 0
        """The hour, by the monotonic clock, in which `_written` began."""

    def hear(self, update: Mapping[str, Any], received_at: datetime) -> None:
        """Note a sign of life or an answer, if the update shows one. What is no shop's is sorted out at the writing."""
        now = int(received_at.timestamp())
        sign = sign_in(update)
        if sign is None:
            vote = vote_in(update) if "poll_answer" in update else None
            if vote is not None:
                self._heard.vote(vote, now)
            return
        at = min(sign.at, now) if sign.at is not None else now
        if sign.to is not None and sign.user_id is not None:
            self._heard.answer(Heeded(sign.chat_id, sign.to, sign.user_id), at)
        if sign.chat_id < 0:
            self._heard.note(sign.chat_id, sign.user_id, at, wrote=sign.wrote)

    async def run(self) -> None:
        """Write down each minute, until cancelled."""
        while True:
            await asyncio.sleep(EVERY)
            with logging_failures(log, "hearing_failed"):
                await self.write_down()

    async def write_down(self) -> None:
        """Write down what was heard. What can't be written now is kept for the next time."""
        heard, self._heard = self._heard, Gathered()
        try:
            await self._place_votes(heard)
            await self._write(heard)
            await self._write_answers(heard)
        except BaseException as error:  # also a cancellation: the stop writes it down
            self._heard.put_back(heard)
            if not isinstance(error, SQLAlchemyError | OSError):
                raise
            log.warning("hearing_waits", error=name_of(error))

    async def _place_votes(self, gathered: Gathered) -> None:
        """Find the messages of polls. A vote answers the message, and is a sign of life in its room."""
        votes = list(gathered.votes.items())
        for start in range(0, len(votes), CHUNK):
            chunk = votes[start : start + CHUNK]
            polls = await self._db.read(find_polls, {vote.poll_id for vote, _ in chunk})
            for vote, at in chunk:
                if vote.poll_id in polls:
                    chat_id, message_id = polls[vote.poll_id]
                    gathered.answer(Heeded(chat_id, message_id, vote.user_id), at)
                    gathered.note(chat_id, vote.user_id, at, wrote=False)

    async def _write_answers(self, gathered: Gathered) -> None:
        answers = [Answer(*message, datetime.fromtimestamp(at, UTC)) for message, at in gathered.answers.items()]
        for start in range(0, len(answers), CHUNK):
            self._meters.answers += await self._db.write(note_answers, answers[start : start + CHUNK])

    async def _write(self, gathered: Gathered) -> None:
        heard = []
        for key, wrote in gathered.people.items():
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
        for chat_id, at in gathered.rooms.items():
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
        if hour != self._hour or len(self._written) + len(members) > MOST_WRITTEN:
            self._hour = hour
            self._written.clear()
        for one in members:
            day, wrote = self._written.get((one.room_id, one.user_id), (None, False))
            self._written[one.room_id, one.user_id] = (one.day, one.wrote or (wrote and day == one.day))
