"""Visible events, and how a test waits for one without polling."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from sandbox.accounts import Bot, User
from sandbox.chats import Chat
from sandbox.messages import Message
from sandbox.patience import patience
from sandbox.presses import CallbackAnswer, Press

EventKind = Literal["message", "edit", "delete", "press", "answer", "reaction", "hide"]
MessageTest = Callable[[Message], object]


@dataclass(frozen=True, slots=True)
class Event:
    """One visible event.

    `person` is who pressed or who is answered; `at` is in epoch seconds of the stand-in's clock.
    """

    kind: EventKind
    chat: Chat
    at: float
    message: Message | None = None
    person: User | None = None
    press: Press | None = None
    answer: CallbackAnswer | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the Bot API. `status` 0 means that the connection was cut instead of an answer."""

    method: str
    params: dict[str, Any]
    status: int
    description: str
    at: float
    bot: Bot


@dataclass(slots=True, eq=False)
class Waiter:
    """A test that waits for a message which `person` can see; None stands for any message."""

    person: User | None
    fits: MessageTest
    after: int
    done: asyncio.Future[Message]


@dataclass(slots=True, eq=False)
class Watcher:
    """A test that waits for an event or a call."""

    fits: Callable[[Any], object]
    done: asyncio.Future[Any]


@dataclass(slots=True, eq=False)
class Board:
    """Tells listeners and waiting tests what happened."""

    listeners: list[Callable[[Event], object]] = field(default_factory=list)
    _waiters: dict[Chat, list[Waiter]] = field(default_factory=dict)
    _watchers: list[Watcher] = field(default_factory=list)

    def tell(self, event: Event) -> None:
        """Tell everyone of an event, at once."""
        for listener in self.listeners:
            listener(event)
        self.wake_watchers(event)
        if event.message is not None and event.kind in {"message", "edit"}:
            self._wake_waiters(event.message)

    def wake_watchers(self, thing: Event | Call) -> None:
        """Wake the tests that wait for such an event or call."""
        if not self._watchers:
            return
        self._watchers = [one for one in self._watchers if not one.done.done()]
        for watcher in self._watchers:
            if not watcher.done.done() and watcher.fits(thing):
                watcher.done.set_result(thing)

    def _wake_waiters(self, message: Message) -> None:
        waiting = self._waiters.get(message.chat)
        if not waiting:
            return
        for one in waiting:
            mine = one.person is None or message.visible_to(one.person)
            if mine and not one.done.done() and message.changed > one.after and one.fits(message):
                one.done.set_result(message)
        self._waiters[message.chat] = [one for one in waiting if not one.done.done()]

    async def message(self, chat: Chat, person: User | None, fits: MessageTest, after: int, seconds: float) -> Message:
        """Wait for the first message or edit after place `after` that fits. Raises TimeoutError."""
        late = [one for one in chat.messages if one.changed > after]
        for message in sorted(late, key=lambda one: one.changed):
            seen = not message.deleted if person is None else message.visible_to(person)
            if seen and fits(message):
                return message
        waiter = Waiter(person, fits, after, asyncio.get_running_loop().create_future())
        self._waiters.setdefault(chat, []).append(waiter)
        async with patience(seconds):
            return await waiter.done

    async def watch(self, fits: Callable[[Any], object], seconds: float) -> Any:
        """Wait for the next event or call that fits. Raises TimeoutError."""
        watcher = Watcher(fits, asyncio.get_running_loop().create_future())
        self._watchers.append(watcher)
        async with patience(seconds):
            return await watcher.done
