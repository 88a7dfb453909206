"""Inline mode: what people type after a bot's name in any chat, and the results that they choose.

Rules: https://core.telegram.org/bots/api#inline-mode. The lifetimes of updates are the Bot API server's.
That an answer may come as late as that is unverified.
"""

import asyncio
import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.accounts import Bot, User
from sandbox.chats import Chat
from sandbox.errors import CannotDoError
from sandbox.files import StoredFile
from sandbox.messages import Message, NewMessage
from sandbox.patience import patience
from sandbox.text import Text

if TYPE_CHECKING:
    from sandbox.world import World

QUERY_LIFE = 30.0
"""How many seconds a query can be answered. After that its update is dropped too."""
CHOSEN_LIFE = 600.0
"""How many seconds the update about a chosen result waits for the bot."""
MOST_QUERY = 256
FIRST_QUERY = 9_000_000_000_000


@dataclass(frozen=True, slots=True)
class InlineResult:
    """One line in the list of results, and the message that it becomes when it is chosen."""

    id: str
    kind: str
    title: str
    description: str
    content: Text
    file: StoredFile | None = None
    markup: dict[str, Any] | None = None
    preview: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class InlineAnswer:
    """The parameters of answerInlineQuery. `button` is the Bot API's InlineQueryResultsButton."""

    results: tuple[InlineResult, ...]
    next_offset: str
    button: dict[str, Any] | None
    cache_time: float
    is_personal: bool
    at: float

    def result(self, result_id: str) -> InlineResult:
        """The result with that id; raises KeyError."""
        for one in self.results:
            if one.id == result_id:
                return one
        raise KeyError(f"no result {result_id!r} among {[one.id for one in self.results]}")


@dataclass(slots=True, eq=False)
class InlineQuery:
    """What one person typed after a bot's name in one chat; `answer` is None until there is one."""

    id: str
    person: User
    bot: Bot
    chat: Chat
    text: str
    offset: str
    at: float
    seq: int
    answer: InlineAnswer | None = None
    _waiting: list[asyncio.Future[InlineAnswer]] = field(default_factory=list, repr=False)

    async def answered(self, timeout: float = 5.0) -> InlineAnswer:  # noqa: ASYNC109 - reads as a test does
        """Wait for the bot's results. Raises TimeoutError after `timeout` seconds."""
        if self.answer is not None:
            return self.answer
        waiting: asyncio.Future[InlineAnswer] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiting)
        async with patience(timeout):
            return await waiting

    def take(self, answer: InlineAnswer) -> None:
        """Store the answer, from the bot or from Telegram's cache, and wake those who wait for it."""
        self.answer = answer
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(answer)
        self._waiting.clear()

    @property
    def chat_type(self) -> str:
        """The kind of chat that the bot is told; "sender" is the private chat with the bot itself."""
        if self.chat.kind != "private":
            return self.chat.kind
        return "sender" if self.chat.bot is self.bot else "private"


CacheKey = tuple[int, str, str, str, int]


class Inline:
    """The inline queries of all bots, the answers that Telegram caches, and the messages that were chosen."""

    def __init__(self, world: "World", seed: int) -> None:
        self.world = world
        self.queries: dict[str, InlineQuery] = {}
        self.messages: dict[str, Message] = {}
        self._kept: dict[CacheKey, InlineAnswer] = {}
        self._dice = random.Random(seed)  # noqa: S311 - a repeatable die, no secret

    def ask(self, person: User, bot: Bot, chat: Chat, text: str, offset: str) -> InlineQuery:
        """Someone types `@bot text`. Ask the bot, unless its answer to the same query is cached.

        Raises CannotDoError: the bot's inline mode is off, or the text is over 256 characters.
        """
        if not bot.inline:
            raise CannotDoError(f"{bot.name} has no inline mode")
        if len(text) > MOST_QUERY:
            raise CannotDoError("a query has at most 256 characters")
        seq, now = self.world.next_seq(), self.world.clock.now()
        query = InlineQuery(str(FIRST_QUERY + seq), person, bot, chat, text, offset, now, seq)
        self.queries[query.id] = query
        bot.met.add(person.id)
        kept = self._cached(query, now)
        if kept is not None:
            query.take(kept)
            return query
        payload = {
            "id": query.id,
            "from": person.json(),
            "chat_type": query.chat_type,
            "query": text,
            "offset": offset,
        }
        bot.queue.add("inline_query", payload, QUERY_LIFE)
        return query

    def _cached(self, query: InlineQuery, now: float) -> InlineAnswer | None:
        """A cached answer that is still valid: one for this person, or one for everybody."""
        for who in (query.person.id, 0):
            kept = self._kept.get(_key(query, who))
            if kept is not None and now < kept.at + kept.cache_time:
                return kept
        return None

    def answer(self, query: InlineQuery, answer: InlineAnswer) -> None:
        """Take the bot's answer, and cache it for as long as the bot allows."""
        self._kept[_key(query, query.person.id if answer.is_personal else 0)] = answer
        query.take(answer)

    def choose(self, query: InlineQuery, result: InlineResult, sender: User, sender_chat: Chat | None) -> Message:
        """Post the chosen result as a message of that person. The bot is told if its feedback is on."""
        bot = query.bot
        new = NewMessage(
            sender=sender,
            sender_chat=sender_chat,
            content=result.content,
            file=result.file,
            markup=result.markup,
            preview=result.preview,
            via_bot=bot,
        )
        message = self.world.delivery.post(query.chat, new)
        if self._dice.random() * 100 < bot.inline_feedback:
            payload: dict[str, Any] = {"result_id": result.id, "from": query.person.json(), "query": query.text}
            if message.inline_message_id is not None:
                payload["inline_message_id"] = message.inline_message_id
            bot.queue.add("chosen_inline_result", payload, CHOSEN_LIFE)
        return message

    def new_message_id(self, message: Message) -> str:
        """A new id by which the bot can edit a message of its inline mode, in whatever chat it is."""
        number = f"BAAAA{message.seq:08x}AAAAinline"
        self.messages[number] = message
        return number


def _key(query: InlineQuery, who: int) -> CacheKey:
    return query.bot.id, query.text, query.offset, query.chat_type, who
