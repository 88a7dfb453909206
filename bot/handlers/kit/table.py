"""Commands, words and presses are found in tables, not by walking routers.

Fifteen routers with four filters each cost 63 to 400 µs an update, by place; a table costs the same for all.
"""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from aiogram import Router

from bot.handlers.kit.errors import Guard
from bot.handlers.kit.handler import Handle, Handler
from bot.rules.words import meanings, plain_word
from bot.telegram.ask import Ask
from bot.telegram.incoming import BORROWED, Incoming, Raw, text_in

Hears = Callable[[str, Ask, Mapping[str, Any]], str | None]
"""(the message as a plain word, who asks, the services) → what the handler gets as `rest`, or None."""

_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]+))?(?:\s+|$)")
LONGEST_WORD = 32
"""Characters of a message that may be a word with signs around it. Longer ones aren't looked up."""
QUESTION_MARKS = frozenset("?\uff1f\u2753\u2754\u2049")
"""The plain one, the full-width one, and the emoji."""
START = "start"
"""The command that opens a private chat; Telegram writes a link's payload behind it."""
CANCEL = "cancel"
"""The command that leaves an open dialogue."""


class Desk(Router):
    """A feature's router: besides aiogram's observers it takes commands, words and presses for the table."""

    def __init__(self, name: str) -> None:
        super().__init__(name=name)
        self.commands: dict[str, Handler] = {}
        self.words: dict[str, Handler] = {}
        self.statements: set[str] = set()
        self.presses: dict[str, Handler] = {}
        self.fast_presses: set[str] = set()
        self.openings: dict[str, Handler] = {}
        self.hearings: list[tuple[Hears, Handler]] = []
        self.services: dict[str, Handler] = {}
        self.replies: dict[str, Handler] = {}
        self.cancels: dict[str, Handler] = {}
        self.takes_borrowed: set[str] = set()
        self.albums: list[Handler] = []

    def command(self, name: str, handler: Handle) -> None:
        """`/name …` calls `handler(ask, rest, …)`."""
        _add(self.commands, name, handler)

    def word(self, words: tuple[str, ...], handler: Handle, *, asked: bool = True) -> None:
        """One of `words` alone in a message calls `handler`; if not `asked`, only without a question mark."""
        for word in words:
            _add(self.words, plain_word(word), handler)
        if not asked:
            self.statements |= {plain_word(word) for word in words}

    def opening(self, prefix: str, handler: Handle) -> None:
        """`t.me/bot?start=prefix_rest`, in private, calls `handler(ask, rest, …)`."""
        _add(self.openings, prefix, handler)

    def hearing(self, hears: Hears, handler: Handle) -> None:
        """A short message in a group that no word fits calls `handler(ask, rest, …)` if `hears` gives a rest.

        `hears` is asked for each such message: it looks something up in memory, nothing more.
        """
        self.hearings.append((hears, Handler(handler)))

    def service(self, name: str, handler: Handle) -> None:
        """A service message with this field (`new_chat_members`) calls `handler(ask, …)`."""
        _add(self.services, name, handler)

    def reply(self, kind: str, handler: Handle, *, borrowed: bool = False) -> None:
        """What is written in private while a dialogue of this kind is open calls `handler(ask, rest, …)`.

        `borrowed`: a message that was forwarded answers it too.
        """
        _add(self.replies, kind, handler)
        if borrowed:
            self.takes_borrowed.add(kind)

    def cancel(self, kind: str, handler: Handle) -> None:
        """`/cancel` in private while a dialogue of this kind is open calls `handler(ask, rest, …)`."""
        _add(self.cancels, kind, handler)

    def album(self, handler: Handle) -> None:
        """A part of an album that has no command of its own calls `handler(ask, …)`, whoever wrote it first.

        Each handler looks whether the part is for it.
        """
        self.albums.append(Handler(handler))

    def press(self, prefix: str, handler: Handle, *, fast: bool = False) -> None:
        """A press whose data is `prefix` or `prefix:rest` calls `handler(ask, rest, …)`.

        `fast`: it is meant to be pressed again and again, so that is no sign of a machine.
        """
        _add(self.presses, prefix, handler, of_press=True)
        if fast:
            self.fast_presses.add(prefix)


class Table(Router):
    """The root router: looks up, else hands on to the last desk."""

    _guard: Guard
    _services_by_name: Mapping[str, Any]

    def __init__(
        self, desks: list[Desk], *, message_else: Handle, message_borrowed: Handle, press_else: Handle
    ) -> None:
        super().__init__(name="table")
        self._commands = _merge(desk.commands for desk in desks)
        self._words = _merge(desk.words for desk in desks)
        self._statements = frozenset(word for desk in desks for word in desk.statements)
        self._presses = _merge(desk.presses for desk in desks)
        self.fast_presses = frozenset(prefix for desk in desks for prefix in desk.fast_presses)
        """Presses that are meant to come fast, by the part of their data before the colon."""
        self._openings = _merge(desk.openings for desk in desks)
        self._hearings = [hearing for desk in desks for hearing in desk.hearings]
        self._services = _merge(desk.services for desk in desks)
        self._replies = _merge(desk.replies for desk in desks)
        self._cancels = _merge(desk.cancels for desk in desks)
        self._takes_borrowed = frozenset(kind for desk in desks for kind in desk.takes_borrowed)
        self._albums = [handler for desk in desks for handler in desk.albums]
        self._album = Handler(self._part_of_album)
        self._message_else = Handler(message_else)
        self._message_borrowed = Handler(message_borrowed)
        self._press_else = Handler(press_else)
        self.include_routers(*desks)

    @property
    def names(self) -> frozenset[str]:
        """All commands."""
        return frozenset(self._commands)

    @property
    def commands(self) -> Mapping[str, Handler]:
        """What each command calls: the panel types them for those who press buttons."""
        return MappingProxyType(self._commands)

    @property
    def words(self) -> frozenset[str]:
        """All words that mean something by themselves, as `plain_word` reads them."""
        return frozenset(self._words)

    @property
    def handlers(self) -> list[Handler]:
        """Everything that the table can call."""
        tables = (
            *(self._commands, self._words, self._presses, self._openings),
            *(self._services, self._replies, self._cancels),
        )
        listed = [handler for table in tables for handler in table.values()]
        heard = [handler for _, handler in self._hearings]
        return [*listed, *heard, *self._albums, self._message_else, self._message_borrowed, self._press_else]

    def bind(self, guard: Guard, services: Mapping[str, Any]) -> None:
        """Give each handler the services that it asks for. `services` holds `username`, the bot's own, too.

        Raises:
            LookupError: a handler asks for what nobody gives.
        """
        self._guard = guard
        self._services_by_name = services
        for handler in (*self.handlers, self._album):
            handler.bind(services)

    async def take(self, update: Incoming) -> None:
        """Call the handler of a message or a press. Its `ask` must be known."""
        if update.kind == "callback_query":
            prefix, _, update.rest = (text_in(update.raw, "data") or "").partition(":")
            await self._guard.call(self._presses.get(prefix, self._press_else), update)
        else:
            await self._take_message(update)

    async def _take_message(self, update: Incoming) -> None:
        """A command, an answer to an open dialogue, a word, or neither.

        Words that their sender didn't write don't act: a group hears nothing of them, who sent them in private hears
        why. Only a dialogue that shows what it got before anything is done takes what was forwarded.
        """
        message, ask = update.raw, update.ask
        found = self._find_handler(message, ask)
        if found is None:
            return
        handler, update.rest = found
        if not BORROWED.isdisjoint(message) and not self._may_be_forwarded(handler, message, ask):
            meant = handler is not self._message_else or (text_in(message, "text") or "").startswith("/")
            if not ask.private or not meant:
                return
            handler = self._message_borrowed
        await self._guard.call(handler, update)

    def _may_be_forwarded(self, handler: Handler, message: Raw, ask: Ask) -> bool:
        """Whether a forwarded message answers an open dialogue, or belongs to an album that a command may answer.

        A dialogue takes a file, which it shows before anything is done; one that says so takes any message.
        """
        if "forward_origin" not in message:
            return False
        if handler is self._album:
            return True
        kind = ask.dialogue
        answers = kind is not None and handler is self._replies.get(kind)
        return answers and ("document" in message or kind in self._takes_borrowed)

    async def _part_of_album(self, update: Incoming) -> None:
        """Let each desk that takes albums look at a part of one."""
        for handler in self._albums:
            await handler.call(update)

    def _find_handler(self, message: Raw, ask: Ask) -> tuple[Handler, str] | None:
        """What a message calls, and with which rest; None if it is for another bot."""
        text = text_in(message, "text") or text_in(message, "caption") or ""
        handler, rest = self._message_else, text
        if text.startswith("/"):
            found = _COMMAND.match(text)
            if found is not None:
                name, addressee = found.groups()
                if addressee is not None and addressee.lower() != self._services_by_name["username"]:
                    return None
                return self._find_command(name.lower(), text[found.end() :].strip(), ask)
        elif ask.private and ask.dialogue in self._replies:
            handler = self._replies[ask.dialogue]
        elif self._albums and "media_group_id" in message:
            handler = self._album
        elif not text:
            # Some of these fields are empty objects: `forum_topic_reopened` is there or isn't.
            handler = next((self._services[name] for name in self._services if message.get(name) is not None), handler)
        elif len(text) <= LONGEST_WORD:
            handler, rest = self._find_word(text, ask) or (handler, rest)
        return handler, rest

    def _find_word(self, text: str, ask: Ask) -> tuple[Handler, str] | None:
        """What a word calls, said once or again and again; in a group also one that is listened for just now."""
        asks = not QUESTION_MARKS.isdisjoint(text)
        for word in meanings(plain_word(text)):
            if word in self._words and not (asks and word in self._statements):
                return self._words[word], text
            heard = self._find_hearing(word, ask) if not ask.private else None
            if heard is not None:
                return heard
        return None

    def _find_command(self, name: str, rest: str, ask: Ask) -> tuple[Handler, str]:
        """What a command calls. In private a link's payload and an open dialogue can decide that."""
        if name == START and ask.private:
            prefix, _, payload = rest.partition("_")
            if prefix in self._openings:
                return self._openings[prefix], payload
        if name == CANCEL and ask.private and ask.dialogue in self._cancels:
            return self._cancels[ask.dialogue], rest
        return self._commands.get(name, self._message_else), rest

    def _find_hearing(self, word: str, ask: Ask) -> tuple[Handler, str] | None:
        for hears, handler in self._hearings:
            rest = hears(word, ask, self._services_by_name)
            if rest is not None:
                return handler, rest
        return None


def _add(table: dict[str, Handler], key: str, callback: Handle, *, of_press: bool = False) -> None:
    if key in table:
        raise ValueError(f"{key} is taken by {table[key].name}")
    handler = Handler(callback)
    if ("message" if of_press else "press") in handler.asks:
        raise ValueError(f"{handler.name} asks for what {key} isn't")
    table[key] = handler


def _merge(tables: Any) -> dict[str, Handler]:
    merged: dict[str, Handler] = {}
    for table in tables:
        twice = merged.keys() & table.keys()
        if twice:
            raise ValueError(f"two features listen to {sorted(twice)}")
        merged.update(table)
    return merged
