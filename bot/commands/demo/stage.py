"""The stage of the demo: the stand-in, the real bot beside it, and the people of the shop."""

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from bot.app import build
from bot.clock import Clock
from bot.commands.demo.cast import CAST, REGULARS, ROOM
from bot.content import Words
from bot.features.packets.cards import CARD as PACKET
from bot.features.raffles.facts import CARD as PROOF
from bot.rules.words import Language
from bot.running import App
from bot.settings import Settings
from bot.store.engine.schema import migrate
from bot.web import DrawPages, OrderCalls, Vitals, serving
from sandbox import Bot, Chat, Message, Person, Sandbox, Topic

TOKEN = "42:DEMO"  # noqa: S105  # the stand-in's bot
USERNAME = "encore_demo_bot"
PATIENCE = 30.0
WATCH = "https://example.com/live"
FANS = 3
"""How many of the cast are in the group."""
AT_FIRST = 5
"""How many of the regulars are in the group before the bot. The others come by links of the shop's."""


@dataclass(frozen=True, slots=True)
class Setting:
    """Where and when the demo plays, and its words."""

    words: Words
    language: Language
    zone: str
    evening: datetime
    """When the visitor comes, in the shop's zone."""
    port: int
    """The bot's port, to which the shop's platform tells of orders."""


@dataclass
class Stage:
    """A shop before its opening: the bot isn't in its group yet."""

    telegram: Sandbox
    app: App
    words: Words
    language: Language
    zone: str
    evening: datetime
    """When the visitor comes, in the shop's zone."""
    bot: Bot
    owner: Person
    fans: list[Person]
    newcomers: list[Person]
    group: Chat
    port: int
    """The bot's port, to which the shop's platform tells of orders."""
    regulars: list[Person] = field(default_factory=list)
    talk: Topic | None = None
    """The topic in which fans talk, if the group is a forum."""

    def line(self, block: str, **values: object) -> str:
        """A line of the demo's words."""
        return self.words.line("demo", block, self.language, **values)

    def says(self, person: Person, block: str) -> Message:
        """Let a person write a line of the demo in the group."""
        return person.says(self.group, self.line(block), topic=self.talk)

    async def asks(
        self, person: Person, text: str, where: Chat | Bot | None = None, *, topic: Topic | None = None
    ) -> Message:
        """Let a person write something, and wait for the answer that only they see, in the group or in private."""
        place = where or self.group
        said = person.says(place, text, topic=topic)
        private = person.chat_with(place).kind == "private"
        return await person.waits_for(
            place,
            lambda m: m.sender is self.bot and (private or m.only_for is person),
            timeout=PATIENCE,
            after=said,
        )

    async def settled(self) -> None:
        """Wait until the bot has handled everything that happened. Then the clock may jump."""
        deadline = time.monotonic() + PATIENCE
        while not self._idle() and time.monotonic() < deadline:  # noqa: ASYNC110 - a queue sends no event when it gets empty
            await asyncio.sleep(0.01)

    def _idle(self) -> bool:
        return not self.telegram.pending(self.bot) and self.app.intake is not None and self.app.intake.idle


def set_stage(
    telegram: Sandbox,
    app: App,
    bot: Bot,
    setting: Setting,
    *,
    forum: bool = False,
) -> Stage:
    """Make the cast, and a group of those who don't come later. `forum`: whether the group has topics."""
    language = setting.language
    owner, *others = [telegram.add_user(name, language=language) for name in CAST[language]]
    fans, newcomers = others[:FANS], others[FANS:]
    group = telegram.add_group(ROOM[language], creator=owner, kind="supergroup", forum=forum)
    regulars = [telegram.add_user(name, language=language) for name in REGULARS[language]]
    for person in (*fans, *regulars[:AT_FIRST]):
        person.joins(group)
    return Stage(
        telegram,
        app,
        setting.words,
        language,
        setting.zone,
        setting.evening,
        bot,
        owner,
        fans,
        newcomers,
        group,
        setting.port,
        regulars,
    )


def free_port() -> int:
    """A port of this machine that is free now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@asynccontextmanager
async def running(telegram: Sandbox, database: Path, port: int) -> AsyncIterator[App]:
    """Run the bot on a new SQLite file against the stand-in. It listens on `port` for the shop's platform."""
    for name in (database, database.with_name(f"{database.name}-wal"), database.with_name(f"{database.name}-shm")):
        name.unlink(missing_ok=True)
    url = f"sqlite:///{database}"
    await migrate(url)
    settings = Settings.model_validate(
        {
            "bot_token": TOKEN,
            "telegram_api_url": telegram.url,
            "database_url": url,
            "metrics_port": port,
            "public_url": f"http://127.0.0.1:{port}",
            "webhook_url": None,  # the demo polls, whatever the visitor's own bot does
            "webhook_listen": None,
        }
    )
    clock = Clock(telegram.clock.now, monotonic=telegram.clock.now)
    telegram.clock.on_change(clock.jumped)
    app = build(settings, clock=clock)
    task = asyncio.create_task(app.run())
    vitals = Vitals(app.meters, app.db, app.clock.now, lambda: app.intake)
    try:
        orders = OrderCalls(app.db, app.clock.now, app.policies)
        async with serving(vitals, port, orders, DrawPages(app.db, app.files[PROOF], app.files[PACKET])):
            yield app
    finally:
        await app.finish()
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await app.close()
