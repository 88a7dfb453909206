"""A whole evening for tests: the stand-in over real HTTP, a wired bot, an owner, a group and fans."""

# ruff: noqa: E402  # aiogram is imported as `python -m bot run` does it, before anything else imports it

from bot.telegram.late_types import import_aiogram

import_aiogram()

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import pytest
import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.app import build
from bot.clock import Clock
from bot.features.attention.warnings import StaffWarnings
from bot.handlers.kit.menus import Menus
from bot.logs import _shorten_error as error_in_short
from bot.rules.beacons import Beacon
from bot.running import App, tune_collector
from bot.settings import Settings
from bot.store.engine.away import DatabaseAwayError
from bot.store.engine.db import Database
from bot.store.ledger import Books, check_books
from bot.store.tables import Outbox
from bot.store.tables.messages import OutboxState
from bot.telegram.pacer import Limits as PacerLimits
from sandbox import Bot, Call, Chat, InlineQuery, Limits, Message, Person, Press, Rights, Sandbox, Topic
from sandbox.chats import ChatKind, Member
from sandbox.patience import patience
from tests.verdicts import without_verdict
from tests.words import WORDS

TOKEN = "42:TEST"  # no such bot
NOON = 1_793_588_400.0
"""Monday noon in Seoul, 2 November 2026: far from midnight and from the end of a month."""

SET_MENUS = Menus.at_start
"""The real one: stages leave it out unless a test asks, so that commands are public and each stage starts quickly."""


@dataclass
class Stage:
    """What a test plays on."""

    telegram: Sandbox
    app: App
    bot: Bot
    owner: Person
    group: Chat
    url: str
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def fan(self, name: str = "Ana", language: str = "en", *, member: bool = True) -> Person:
        """A fan who was in the group before the bot came, unless told otherwise: nobody was welcomed."""
        person = self.telegram.add_user(name, language=language)
        if member:
            self.group.members[person.id] = Member(person, "member")
        return person

    def fans(self, count: int) -> list[Person]:
        """Many fans."""
        return [self.fan(f"Fan {number}", "ko") for number in range(count)]

    async def whisper(
        self,
        person: Person,
        chat: Chat | None = None,
        after: Message | Press | None = None,
        known: Collection[int] = (),
    ) -> Message:
        """The next message that only this person sees, beside the question that a third check-in sets off."""

        def meant(message: Message) -> bool:
            theirs = message.only_for is person and message.sender is self.bot
            return theirs and id(message) not in known and not asks_for_consent(message)

        return await person.waits_for(chat or self.group, meant, timeout=10, after=after)

    async def ask(self, person: Person, text: str, *, topic: Topic | None = None) -> Message:
        """Say something in the group, or in a topic of it, and wait for the whisper that answers it.

        An older whisper that is edited meanwhile is no answer.
        """
        said = person.says(self.group, text, topic=topic)
        known = {id(one) for one in person.sees(self.group)}
        return await self.whisper(person, after=said, known=known)

    async def asks_inline(self, person: Person, text: str, where: Chat | Bot | Person | None = None) -> InlineQuery:
        """Type `@bot text` in a chat (the group, if none is given) and wait for the list; `person.chooses` from it."""
        query = person.asks_inline(self.bot, text, where or self.group)
        await query.answered(timeout=10)
        return query

    async def switches(
        self, person: Person, message: Message, label: str, where: Chat | Bot | Person | None = None
    ) -> InlineQuery:
        """Tap a button that leads into inline mode, pick the chat and wait for the list."""
        query = person.switches(message, label, where)
        await query.answered(timeout=10)
        return query

    async def drop(self, line: str = 'title="Silk scarf" stock=3') -> Message:
        """The owner drops a coupon; its card."""
        said = self.owner.says(self.group, f"/newcoupon {line}")
        return await self.owner.waits_for(
            self.group, lambda m: m.only_for is None and is_card(m), timeout=10, after=said
        )

    async def settled(self, seconds: float = 10) -> None:
        """Wait until every update was fetched and handled."""
        async with patience(seconds):
            while self.telegram.pending(self.bot) or not (self.app.intake and self.app.intake.idle):
                await asyncio.sleep(0.01)

    async def all_sent(self, seconds: float = 20) -> None:
        """The same, and until nothing waits to be sent that is due, or soon will be, as a card's edit."""
        async with patience(seconds):
            await self.settled(seconds)
            while await self.app.db.read(_unsent, self.app.clock.now() + SOON):
                await asyncio.sleep(0.01)

    async def books(self) -> Books:
        """The ledger, added up."""
        return await self.app.db.read(check_books)

    async def set_menus(self) -> None:
        """Set the menus as the bot does at its start: from here on fans' commands in the group are ephemeral."""
        await SET_MENUS(self.app.menus)

    def start_again(self, **more: Any) -> None:
        """A new bot on the same database, after `stop`."""
        self.app, task = start(self.telegram, self.url, **more)
        self.tasks.append(task)

    async def stop(self) -> None:
        """Stop the bot as SIGTERM does."""
        for task in self.tasks:
            task.cancel()
        for task in self.tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        self.tasks.clear()
        if self.app.engine.session._session is not None:
            await self.app.engine.session._session.close()  # aiogram would wait a quarter of a second for TLS to end
        await self.app.close()


SOON = timedelta(seconds=10)


def _unsent(session: Session, until: datetime) -> bool:
    due = (col(Outbox.state) == OutboxState.WAITING) & (col(Outbox.due_at) <= until)
    rows = select(col(Outbox.id)).where(due | (col(Outbox.state) == OutboxState.SENDING))
    return session.execute(rows).first() is not None


def asks_for_consent(message: Message) -> bool:
    """Whether it is the question about promotion in private."""
    return any((button.callback_data or "").startswith("promotion:yes:") for button in message.buttons)


def is_card(message: Message) -> bool:
    """Whether it is a drop's card that can be tapped."""
    return any((button.callback_data or "").startswith("claim:") for button in message.buttons)


def settings(url: str, telegram: Sandbox, **more: object) -> Settings:
    """Settings of a bot on the stand-in."""
    return Settings.model_validate({"bot_token": TOKEN, "telegram_api_url": telegram.url, "database_url": url, **more})


def start(
    telegram: Sandbox,
    url: str,
    pacing: PacerLimits = PacerLimits(chat_gap=0.0),  # noqa: B008  # a frozen value
    beacon: Beacon | None = None,
    **more: object,
) -> tuple[App, asyncio.Task[None]]:
    """Build a bot and let it run."""
    clock = Clock(telegram.clock.now)
    telegram.clock.on_change(clock.jumped)
    app = build(settings(url, telegram, **more), clock=clock, beacon=beacon, limits=pacing)
    return app, asyncio.create_task(app.run())


EXPECTED_REFUSALS = (
    ("setChatMemberTag", 400, "not enough rights to manage member tags"),
    ("getUpdates", 409, "terminated by other getUpdates request"),
    ("answerCallbackQuery", 400, "query is too old"),  # a press that came twice was answered the first time
    ("editMessageText", 400, "message is not modified"),  # done again after its answer was lost
    ("sendMessage", 403, "bot was blocked by the user"),
    ("sendMessage", 403, "user is deactivated"),
    ("sendMessage", 403, "bot was kicked"),
    ("sendMessage", 403, "bot is not a member"),  # said while it was leaving
    ("sendMessage", 400, "USER_NOT_PARTICIPANT"),  # a whisper to someone who has left meanwhile
    ("sendMessage", 400, "group chat was upgraded"),
    ("deleteMessage", 400, "group chat was upgraded"),
    ("createChatInviteLink", 400, "not enough rights"),  # what a group's owner allows is found out by trying
    ("editChatInviteLink", 400, "INVITE_HASH_EXPIRED"),  # a link that was revoked, found out by looking
    ("deleteMessage", 400, "message can't be deleted"),  # a panel older than two days
    ("getChatAdministrators", 400, "group chat was upgraded"),  # looked at where it is now
    ("getChatMember", 400, "group chat was upgraded"),
    ("getChatMember", 400, "CHAT_ADMIN_REQUIRED"),  # a group that hides its members from a bot without rights
    ("getChat", 400, "chat not found"),  # a person who has no chat with the bot
    ("editChatInviteLink", 400, "group chat was upgraded"),  # no door until the bot hears of the move
    ("createChatInviteLink", 400, "group chat was upgraded"),
    ("getChat", 400, "group chat was upgraded"),
    ("deleteEphemeralMessage", 400, "chat not found"),  # the probe, with ids of nobody
    ("deleteEphemeralMessage", 404, "method not found"),  # the same at an older server
    ("sendRichMessage", 404, "method not found"),  # then the plain words
    *((method, 400, "TOPIC_CLOSED") for method in ("sendMessage", "sendPhoto", "sendDocument")),  # then General's turn
    *((method, 400, "message thread not found") for method in ("sendMessage", "sendPhoto", "sendDocument")),
    ("getChat", 403, "bot is not a member"),  # a question about a chat that the bot has left
    ("getChat", 403, "bot was kicked"),  # the same, while the daily look at channels goes on
)
"""All that Telegram may refuse in any scenario, beside what a test makes it refuse (429, 500, 502, cut connections)."""


def unexpected_refusals(telegram: Sandbox) -> list[Call]:
    """Calls that were refused for a reason that no scenario foresees."""
    return [
        call
        for call in telegram.calls
        if call.status not in {0, 200, 429, 500, 502}
        and call.description != "a fault answered"
        and not any(
            (call.method, call.status) == (method, status) and reason in call.description
            for method, status, reason in EXPECTED_REFUSALS
        )
    ]


async def _look_at_verdicts(url: str) -> None:
    """No message that nobody asked for was promised past the attention budget."""
    with contextlib.suppress(DatabaseAwayError, OSError):  # a test took the database away
        async with Database.open(url) as db:
            assert await db.read(without_verdict) == []


Play = Callable[..., Awaitable[Stage]]


@contextlib.asynccontextmanager
async def stages(url: str) -> AsyncIterator[Play]:
    """Set stages on one database: `await play(rights=…, limits=…)`."""
    telegrams: list[Sandbox] = []
    async with contextlib.AsyncExitStack() as stack:

        async def set_stage(
            *,
            rights: Rights | None = Rights.full(),  # noqa: B008  # a frozen value
            limits: Limits = Limits.none(),  # noqa: B008
            language: str = "ko",
            kind: ChatKind = "supergroup",
            begins: float = NOON,
            inline: bool = True,
            knows_whispers: bool = True,
            forum: bool = False,
            **more: Any,
        ) -> Stage:
            telegram = await stack.enter_async_context(Sandbox(limits=limits, start=begins))
            telegrams.append(telegram)
            telegram.knows_whispers = knows_whispers
            bot = telegram.add_bot(token=TOKEN, username="encore_test_bot", name="Encore", inline=inline)
            owner = telegram.add_user("Mina", username="mina", language=language)
            group = telegram.add_group("Silk room", creator=owner, kind=kind, forum=forum)
            app, task = start(telegram, url, **more)
            stage = Stage(telegram, app, bot, owner, group, url, [task])
            stack.push_async_callback(_look_at_verdicts, url)  # after the bot has stopped
            stack.push_async_callback(stage.stop)
            owner.adds(bot, group, rights)
            await owner.waits_for(group, lambda m: m.sender is bot, timeout=10)
            await stage.settled()
            return stage

        yield set_stage
    assert [call for telegram in telegrams for call in unexpected_refusals(telegram)] == []


@pytest.fixture(autouse=True, scope="package")
def one_set_of_words() -> Iterator[None]:
    """Templates are compiled once for all stages: that is two thirds of a bot's start."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.app.words_of", lambda _domains: WORDS)
        yield


@pytest.fixture(autouse=True, scope="package")
def one_set_of_certificates() -> Iterator[None]:
    """The authorities that no test asks are read once, not by each stage's client: that is a sixth of a bot's start."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ssl.create_default_context", cache(ssl.create_default_context))
        yield


@pytest.fixture(autouse=True, scope="package")
def one_tuning_of_the_collector() -> Iterator[None]:
    """What is wired is frozen once a process: frozen again and again, the stages that are over would never be freed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.running.tune_collector", cache(tune_collector))
        yield


async def no_menus(_menus: Menus) -> None:
    """What stages do instead of setting menus."""


@pytest.fixture(autouse=True, scope="package")
def menus_as_they_are() -> Iterator[None]:
    """A stage's bot sets no menus by itself; see `Stage.set_menus`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Menus, "at_start", no_menus)
        yield


@pytest.fixture(autouse=True, scope="package")
def staff_are_not_warned() -> Iterator[None]:
    """Scenes drop many cards within minutes: they go at once, unless a test wants what breaks a bound to wait."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(StaffWarnings, "grace", timedelta(0))
        yield


@pytest.fixture(autouse=True, scope="package")
def short_logs() -> Iterator[None]:
    """One line an event, as an operator sees them; tests that look at events capture them."""
    structlog.configure(
        processors=[structlog.processors.add_log_level, error_in_short, structlog.processors.KeyValueRenderer()]
    )
    yield
    structlog.reset_defaults()


@pytest.fixture
async def play(url: str) -> AsyncIterator[Play]:
    """Set a stage, on each kind of database."""
    async with stages(url) as set_stage:
        yield set_stage


@pytest.fixture
async def play_sqlite(sqlite_url: str) -> AsyncIterator[Play]:
    """Set a stage where the kind of database doesn't matter."""
    async with stages(sqlite_url) as set_stage:
        yield set_stage
