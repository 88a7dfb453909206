"""A whole evening for tests: the stand-in over real HTTP, a wired bot, an owner, a group and fans."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import pytest

from bot.app import App, build
from bot.clock import Clock
from bot.pacer import Limits as PacerLimits
from bot.settings import Settings
from bot.store.ledger import Books, check_books
from sandbox import Bot, Chat, Limits, Message, Person, Rights, Sandbox

TOKEN = "42:TEST"  # noqa: S105  # no such bot


@dataclass
class Stage:
    """What a test plays on."""

    telegram: Sandbox
    app: App
    bot: Bot
    owner: Person
    group: Chat
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def fan(self, name: str = "Ana", language: str = "en", *, member: bool = True) -> Person:
        """A new fan, in the group unless told otherwise."""
        person = self.telegram.add_user(name, language=language)
        if member:
            person.joins(self.group)
        return person

    def fans(self, count: int) -> list[Person]:
        """Many fans."""
        return [self.fan(f"Fan {number}", "ko") for number in range(count)]

    async def whisper(self, person: Person, chat: Chat | None = None, after: Message | None = None) -> Message:
        """The next message that only this person sees."""
        return await person.waits_for(chat or self.group, lambda m: m.only_for is person, timeout=10, after=after)

    async def ask(self, person: Person, text: str) -> Message:
        """Say something in the group and wait for the whisper that answers it."""
        said = person.says(self.group, text)
        return await self.whisper(person, after=said)

    async def drop(self, line: str = 'title="Silk scarf" stock=3') -> Message:
        """The owner drops a coupon; its card."""
        said = self.owner.says(self.group, f"/newcoupon {line}")
        return await self.owner.waits_for(
            self.group, lambda m: m.only_for is None and bool(m.keyboard), timeout=10, after=said
        )

    async def settled(self, seconds: float = 10) -> None:
        """Wait until every update was fetched and handled."""
        async with asyncio.timeout(seconds):
            while self.telegram.pending(self.bot) or not (self.app.intake and self.app.intake.idle):
                await asyncio.sleep(0.01)

    async def books(self) -> Books:
        """The ledger, added up."""
        return await self.app.db.read(check_books)

    async def stop(self) -> None:
        """Stop the bot as SIGTERM does."""
        for task in self.tasks:
            task.cancel()
        for task in self.tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        self.tasks.clear()
        await self.app.close()


def settings(url: str, telegram: Sandbox, **more: object) -> Settings:
    """Settings of a bot on the stand-in."""
    return Settings.model_validate({"bot_token": TOKEN, "telegram_api_url": telegram.url, "database_url": url, **more})


def start(telegram: Sandbox, url: str, **more: object) -> tuple[App, asyncio.Task[None]]:
    """Build a bot and let it run."""
    clock = Clock(telegram.clock.now)
    telegram.clock.on_change(clock.jumped)
    app = build(settings(url, telegram, **more), clock=clock, limits=PacerLimits(chat_gap=0.0))
    return app, asyncio.create_task(app.run())


Play = Callable[..., Awaitable[Stage]]


@pytest.fixture
async def play(url: str) -> AsyncIterator[Play]:
    """Set a stage: `await play(rights=…, limits=…)`."""
    async with contextlib.AsyncExitStack() as stack:

        async def set_stage(
            *,
            rights: Rights | None = Rights.full(),  # noqa: B008  # a frozen value
            limits: Limits = Limits.none(),  # noqa: B008
            language: str = "ko",
            kind: str = "supergroup",
            **more: object,
        ) -> Stage:
            telegram = await stack.enter_async_context(Sandbox(limits=limits))
            bot = telegram.add_bot(token=TOKEN, username="encore_test_bot", name="Encore")
            owner = telegram.add_user("Mina", username="mina", language=language)
            group = telegram.add_group("Silk room", creator=owner, kind=kind)
            app, task = start(telegram, url, **more)
            stage = Stage(telegram, app, bot, owner, group, [task])
            stack.push_async_callback(stage.stop)
            owner.adds(bot, group, rights)
            await owner.waits_for(group, lambda m: m.sender is bot, timeout=10)
            await stage.settled()
            return stage

        yield set_stage
