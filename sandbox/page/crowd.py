"""Many fans at once: they join and tap one button together, and their answers are counted."""

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.accounts import Bot
from sandbox.chats import Chat
from sandbox.messages import Message
from sandbox.people import Person
from sandbox.presses import Press
from sandbox.world import World

PATIENCE = 30.0
FETCH_PATIENCE = 15.0
QUIET = 0.3
"""If the bot makes no call for this many seconds, it has finished greeting."""
SHOWN_ANSWERS = 4
SECRET = re.compile(r"\S*(?:\d|[A-Z]{3})\S*")
"""Words that may belong to one fan: codes, sums and numbers."""
HIDDEN = "•••"


@dataclass(slots=True)
class AnswerKind:
    """Similar answers. `words` are those that all of them share; words that differ are hidden, as a fan's own."""

    words: list[str]
    count: int = 1

    def add(self, words: list[str]) -> None:
        """Add one more answer of this kind."""
        self.count += 1
        self.words = [one if one == other else HIDDEN for one, other in zip(self.words, words, strict=True)]

    def view(self) -> dict[str, Any]:
        """What the page shows. A single answer is shown without words that could be a code."""
        text = " ".join(self.words)
        return {"text": text if self.count > 1 else SECRET.sub(HIDDEN, text), "count": self.count}


@dataclass(slots=True)
class Crowd:
    """A crowd's taps on one button, and the answers so far."""

    label: str
    size: int
    number: int = 0
    """The crowd's number on this page, from 1."""
    tapped: int = 0
    took: list[float] = field(default_factory=list)
    unanswered: int = 0
    answers: dict[str, AnswerKind] = field(default_factory=dict)
    done: bool = False

    def count_answer(self, text: str, seconds: float) -> None:
        """Count the answer to one fan."""
        self.took.append(seconds)
        words = text.split(" ")
        kind = SECRET.sub(HIDDEN, text)
        if kind in self.answers and len(self.answers[kind].words) == len(words):
            self.answers[kind].add(words)
        else:
            self.answers[kind] = AnswerKind(words)

    def view(self) -> dict[str, Any]:
        """The counter that the page shows. No answer in it contains anybody's code."""
        took = sorted(self.took)
        most = sorted(self.answers.values(), key=lambda one: -one.count)
        written: dict[str, Any] = {
            "number": self.number,
            "label": self.label,
            "size": self.size,
            "tapped": self.tapped,
            "answered": len(took),
            "unanswered": self.unanswered,
            "done": self.done,
            "answers": [one.view() for one in most[:SHOWN_ANSWERS]],
        }
        if took:
            written["p50"] = round(took[len(took) // 2] * 1000)
            written["p99"] = round(took[min(len(took) - 1, int(len(took) * 0.99))] * 1000)
        return written


class Fans:
    """The fans who come when a crowd is called. They stay in the chat, and come again for the next crowd."""

    def __init__(self, world: World, bot: Bot, language: str, names: tuple[str, ...]) -> None:
        self.world = world
        self.bot = bot
        self.language = language
        self.names = names or ("Fan",)
        self.people: list[Person] = []

    def add_fan(self) -> Person:
        """Make one more fan, with an unused name."""
        number, place = divmod(len(self.people), len(self.names))
        name = self.names[place] if number == 0 else f"{self.names[place]} {number + 1}"
        person = self.world.new_person(name, None, self.language)
        self.people.append(person)
        return person

    async def tap(self, message: Message, data: str, crowd: Crowd, tell: Callable[[], None]) -> None:
        """Bring the fans in, let the bot greet them, then let all tap at once."""
        fans = await self._gather(message.chat, crowd.size)
        tell()
        presses = []
        for fan in fans:
            presses.append(fan.taps(message, data))
            crowd.tapped += 1
        tell()
        begun = time.monotonic()

        async def one(press: Press) -> None:
            try:
                answer = await press.answered(PATIENCE)
            except TimeoutError:
                crowd.unanswered += 1
            else:
                crowd.count_answer(answer.text, time.monotonic() - begun)
            tell()

        await asyncio.gather(*(one(press) for press in presses))

    async def _gather(self, chat: Chat, size: int) -> list[Person]:
        """Bring that many fans into the chat, and wait until the bot has fetched the updates about it."""
        while len(self.people) < size:
            self.add_fan()
        fans = self.people[:size]
        new = [fan for fan in fans if not chat.has(fan)]
        for fan in new:
            fan.joins(chat)
        await wait_until_fetched(self.bot, FETCH_PATIENCE)
        if new:
            await self._wait_until_greeted()
        return fans

    async def _wait_until_greeted(self) -> None:
        """Wait until the bot has greeted the newcomers, so that the taps don't wait behind the greetings."""
        deadline = time.monotonic() + FETCH_PATIENCE
        before = -1
        while len(self.world.calls) != before and time.monotonic() < deadline:
            before = len(self.world.calls)
            await asyncio.sleep(QUIET)


async def wait_until_fetched(bot: Bot, seconds: float) -> None:
    """Wait until the bot has fetched and confirmed all its updates, for at most `seconds`."""
    deadline = time.monotonic() + seconds
    while bot.queue.pending() and time.monotonic() < deadline:  # noqa: ASYNC110 - a queue sends no event when it gets empty
        await asyncio.sleep(0.02)
