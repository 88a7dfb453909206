"""The page: its cast, what each person has read, and the event that the clock can jump to."""

import asyncio
import contextlib
import math
import secrets
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.accounts import Bot
from sandbox.chats import Chat
from sandbox.events import Event
from sandbox.messages import Message
from sandbox.page.crowd import Crowd, Fans
from sandbox.page.tasks import Deed, Task, Tasks
from sandbox.page.topics import WHOLE
from sandbox.page.views import chat_view, chats_of, unread, user_view
from sandbox.people import Person
from sandbox.world import World

LOOK_AHEAD_SECONDS = 1.0
"""How many seconds the next event is remembered."""

CLOSING_SECONDS = 1.0
"""How many seconds open streams have to end when the page closes."""


@dataclass(frozen=True, slots=True)
class Part:
    """A person whom a visitor can play. `role` is owner, fan or newcomer; the page has a word for each."""

    person: Person
    role: str


@dataclass(frozen=True, slots=True)
class NextEvent:
    """An event that the clock can jump to: its time in epoch seconds, and its name in the shop's language."""

    at: float
    title: str = ""


LookAhead = Callable[[], Awaitable[NextEvent | None]]


class Page:
    """One page for one bot and its group. `look_ahead` finds the next event; whoever runs the bot gives it."""

    def __init__(
        self,
        world: World,
        *,
        bot: Bot,
        home: Chat,
        cast: Sequence[Part],
        first: Person | None = None,
        fan_names: Sequence[str] = (),
        crowd_names: Sequence[str] = (),
        language: str = "en",
        zone: str = "UTC",
        look_ahead: LookAhead | None = None,
        tasks: Sequence[Task] = (),
    ) -> None:
        self.world = world
        self.bot = bot
        self.home = home
        self.cast = list(cast)
        self.first = first or self.cast[0].person
        """The person whom a visitor plays at first."""
        self.language = language
        self.zone = zone
        self.name = secrets.token_hex(4)
        """A random name. By it a browser that was left open notices that the stand-in was restarted."""
        self.tasks = Tasks(tasks)
        self.journal: list[Message] = []
        self.crowd: Crowd | None = None
        self.next_event: NextEvent | None = None
        self._look_ahead = look_ahead
        self._looked_at = -math.inf
        self._guests = Fans(world, bot, language, tuple(fan_names))
        self._crowd = Fans(world, bot, language, tuple(crowd_names))
        self._read: dict[tuple[int, Chat], dict[int, int]] = {}
        self._watchers: set[asyncio.Event] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.closed = False
        world.board.listeners.append(self._note_event)
        world.clock.on_change(self._clock_moved)

    def _note_event(self, event: Event) -> None:
        if event.message is not None and event.kind in {"message", "edit", "delete", "hide", "reaction"}:
            self.journal.append(event.message)
            self.wake_watchers()

    def _clock_moved(self) -> None:
        self._looked_at = -math.inf
        self.wake_watchers()

    def wake_watchers(self) -> None:
        """Tell each browser that watches that there is something new."""
        for woken in self._watchers:
            woken.set()

    @contextlib.contextmanager
    def watching(self) -> Iterator[asyncio.Event]:
        """Hold this open while a browser watches. The event that it gives is set when there is something new."""
        woken = asyncio.Event()
        self._watchers.add(woken)
        try:
            yield woken
        finally:
            self._watchers.discard(woken)

    def person(self, number: str | None) -> Person | None:
        """The person of the cast with this id."""
        return next((one.person for one in self.cast if str(one.person.id) == number), None)

    def note_deed(self, person: Person, act: str, text: str) -> None:
        """A person of the cast did something."""
        role = next((one.role for one in self.cast if one.person is person), "")
        self.tasks.note(Deed(role, act, text))

    def add_fan(self) -> Person:
        """Add one more fan to the group and the cast."""
        fan = self._guests.add_fan()
        self.cast.append(Part(fan, "fan"))
        fan.joins(self.home)
        self.has_read(fan, self.home)
        return fan

    def has_read(self, person: Person, chat: Chat, topic: int | None = None) -> None:
        """Mark all messages of a chat, or of one topic, as read by this person."""
        everything = chat.topics if chat.is_forum else (WHOLE,)
        read = self._read.setdefault((person.id, chat), {})
        read |= dict.fromkeys(everything if topic is None else (topic,), len(chat.messages))

    def all_read(self) -> None:
        """Mark everything as read by everybody."""
        for part in self.cast:
            for chat in chats_of(self.world, part.person):
                self.has_read(part.person, chat)

    @property
    def crowd_is_busy(self) -> bool:
        """Whether a crowd is tapping right now."""
        return self.crowd is not None and not self.crowd.done

    def call_crowd(self, message: Message, data: str, crowd: Crowd) -> None:
        """Start a crowd in the background."""
        crowd.number = 1 if self.crowd is None else self.crowd.number + 1
        self.crowd = crowd
        task = asyncio.create_task(self._tap(message, data, crowd))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _tap(self, message: Message, data: str, crowd: Crowd) -> None:
        try:
            await self._crowd.tap(message, data, crowd, self.wake_watchers)
        except KeyError:
            crowd.unanswered = crowd.size - len(crowd.took)  # the button was removed while the fans joined
        finally:
            crowd.done = True
            self.wake_watchers()

    async def look_ahead(self) -> NextEvent | None:
        """The next event. `look_ahead` is called at most once a second, and after each jump."""
        if (
            self._look_ahead is not None
            and not self.closed
            and time.monotonic() - self._looked_at >= LOOK_AHEAD_SECONDS
        ):
            self._looked_at = time.monotonic()
            self.next_event = await self._look_ahead()
        event = self.next_event
        return event if event is not None and event.at > self.world.clock.now() else None

    def people_view(self) -> list[dict[str, Any]]:
        """The cast, with the number of each person's unread messages but not their words."""
        return [
            user_view(part.person)
            | {
                "role": part.role,
                "unread": sum(
                    unread(chat, part.person, self._read.get((part.person.id, chat), {}))
                    for chat in chats_of(self.world, part.person)
                ),
            }
            for part in self.cast
        ]

    def chats_view(self, person: Person) -> list[dict[str, Any]]:
        """A person's chat list."""
        return [chat_view(chat, person, self._read.get((person.id, chat), {})) for chat in chats_of(self.world, person)]

    def time_view(self, event: NextEvent | None) -> dict[str, Any]:
        """What the clock shows."""
        following = None if event is None else {"at": event.at, "title": event.title}
        return {"now": self.world.clock.now(), "next": following}

    async def close(self) -> None:
        """End the crowd and all streams, so that the server can stop at once. `look_ahead` isn't called any more."""
        self.closed = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        deadline = time.monotonic() + CLOSING_SECONDS
        while self._watchers and time.monotonic() < deadline:
            self.wake_watchers()
            await asyncio.sleep(0.01)
