"""A wired bot: it says hello, takes updates, handles them and sends what was promised, until it is stopped."""

import asyncio
import contextlib
import gc
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from aiogram import Dispatcher
from aiogram.types import CallbackQuery, Message, Update
from pydantic import BaseModel

from bot.clock import Clock
from bot.features.communities import Communities
from bot.handlers.kit.errors import PASSING
from bot.handlers.kit.menus import Menus
from bot.handlers.kit.table import Table
from bot.housekeeping import Housekeeper
from bot.jobs import Jobs
from bot.logs import apart, get_logger
from bot.meters import Beat, Meters, Phase
from bot.rules.policies import Policies
from bot.store.engine.away import is_of_data, name_of
from bot.store.engine.db import Database
from bot.store.engine.lock import InUseError
from bot.store.places import find_people
from bot.telegram.deliveries import FileMaker
from bot.telegram.engine import Engine
from bot.telegram.first_call import NO_SUCH_BOT, greet
from bot.telegram.inbox import ConflictError, Intake, TryLaterError, UnfitError
from bot.telegram.older_servers import with_rights
from bot.telegram.outbox_sender import Sender
from bot.telegram.whispers import Whispers
from bot.telegram.who_asks import WhoAsks
from bot.updates import kind_of_update

T = TypeVar("T", bound=BaseModel)

log = get_logger("app")

DRAIN_SECONDS = 2.5
STOP_SECONDS = 6.0
"""Longer than this no handler may keep a stop waiting; what it leaves is in the inbox."""
SWITCH_SECONDS = 0.02

GC_THRESHOLDS = (20_000, 20, 100)
"""aiogram's 400 pydantic types are scanned over and over otherwise: 2.3 times the echo's rate, measured."""


class StartError(Exception):
    """Why the bot can't go on, in one line. `code` is the process's exit code."""

    def __init__(self, line: str, code: int) -> None:
        super().__init__(line)
        self.code = code


@dataclass(slots=True)
class App:
    """A wired bot."""

    engine: Engine
    policies: Policies
    dispatcher: Dispatcher
    """Its data is what handlers ask for by name."""
    communities: Communities
    files: Mapping[str, FileMaker]
    """Files that promises send, by kind: pages serve them too."""
    sender: Sender
    jobs: Jobs
    housekeeper: Housekeeper
    who: WhoAsks
    table: Table
    menus: Menus
    whispers: Whispers
    concurrency: int
    listens_to: frozenset[str]
    """Kinds of updates that routers handle: all but messages and presses."""
    intake: Intake | None = None

    @property
    def db(self) -> Database:
        """The bot's database."""
        return self.engine.db

    @property
    def clock(self) -> Clock:
        """The clock by which it lives."""
        return self.engine.clock

    @property
    def meters(self) -> Meters:
        """What it measures."""
        return self.engine.meters

    async def run(self, *, on_ready: Callable[[], None] | None = None) -> None:
        """Say hello to Telegram, however long it is away, then take, handle and send until cancelled.

        Raises:
            StartError: the token is refused, or another process uses it or has the database.
        """
        try:
            me = await greet(self.engine.session, self.engine.bot, self.meters)
        except NO_SUCH_BOT:
            raise StartError("BOT_TOKEN is refused by Telegram; ask BotFather for a new one", 2) from None
        username = str(me.get("username", ""))
        self.dispatcher["username"] = username.lower()
        self.engine.out.username = username
        self.engine.out.inline = me.get("supports_inline_queries") is True
        self.intake = Intake(
            self.engine,
            handle=self._handle_or_wait,
            people=self.communities,
            read_people=find_people,
            allowed_updates=["message", "callback_query", *sorted(self.listens_to)],
            concurrency=self.concurrency,
        )
        tune_collector()
        self.meters.phase = Phase.RUNNING
        self.meters.beat(Beat.POLL)
        log.info("started", bot=self.engine.bot.id, username=username)
        if on_ready is not None:
            on_ready()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self.engine.hold.keep())
                group.create_task(self.sender.run())
                group.create_task(self.jobs.run())
                group.create_task(self.housekeeper.run())
                group.create_task(self._set_menus())
                group.create_task(self._take_in(self.intake))
        except BaseExceptionGroup as errors:
            # What is raised inside `except*` comes out as a group again, so the reasons are looked up by hand.
            raise _reason(errors) from None
        finally:
            self.meters.phase = Phase.STOPPING
            with contextlib.suppress(TimeoutError):
                await self.intake.drain(DRAIN_SECONDS)
            log.info("stopped")

    async def finish(self) -> None:
        """Before `run` is cancelled: let what is being handled be answered, and send nothing new."""
        self.meters.phase = Phase.STOPPING
        self.engine.hold.rest()
        if self.intake is not None:
            await self.intake.stop(DRAIN_SECONDS)

    async def close(self) -> None:
        """Close connections; waiting writes are committed first."""
        await self.engine.session.close()
        await self.db.close()

    async def _handle_or_wait(self, body: dict[str, Any], received_at: datetime) -> None:
        """Whatever fails for a passing reason, before its handler too, stays in the inbox."""
        try:
            await self._handle(body, received_at)
        except TryLaterError as error:
            if error.__cause__ is not None and is_of_data(error.__cause__):
                raise UnfitError("not storable") from error
            raise
        except PASSING as error:
            if is_of_data(error):
                raise UnfitError("not storable") from error
            raise TryLaterError(name_of(error)) from error

    async def _handle(self, body: dict[str, Any], received_at: datetime) -> None:
        """Messages and presses, nearly all there is, go straight to the table: a fifth less work than by routers."""
        cause = f"{self.engine.bot.id}:{body['update_id']}"
        data = {**self.dispatcher.workflow_data, "bot": self.engine.bot, "cause": cause, "received_at": received_at}
        context = {"bot": self.engine.bot}
        if (message := body.get("message")) is not None:
            await self.who(self.table.take_message, _read(Message, message, context), data)
        elif (press := body.get("callback_query")) is not None:
            await self.who(self.table.take_press, _read(CallbackQuery, press, context), data)
        elif kind_of_update(body) in self.listens_to:
            update = _read(Update, with_rights(body), context)
            await self.dispatcher.feed_update(self.engine.bot, update, cause=cause, received_at=received_at)

    async def _take_in(self, intake: Intake) -> None:
        """Nobody is answered before it is known whether answers can be whispered; starts are told meanwhile."""
        await self.whispers.probe()
        await intake.run()

    async def _set_menus(self) -> None:
        """Menus are a convenience: whatever fails there, the bot goes on."""
        with apart(log, "menus_failed"):
            await self.menus.at_start()


def _reason(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """Why everything stopped, as one exception."""
    if errors.subgroup(InUseError) is not None:
        return StartError("the lock of the database was lost, and another process has it now", 1)
    if errors.subgroup(ConflictError) is not None:
        return StartError("another process is polling with this BOT_TOKEN; stop it first", 3)
    return errors


def _read(model: type[T], told: Any, context: dict[str, Any]) -> T:
    """An update, or its part, as aiogram knows it.

    Raises:
        UnfitError: it isn't one.
    """
    try:
        return model.model_validate(told, context=context)
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise UnfitError(f"no {model.__name__}") from error


def tune_collector() -> None:
    """Freeze what was wired, collect what comes less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)
    # The writer lets the GIL go at each of its statements anyway; taking it away between them only costs switches.
    sys.setswitchinterval(SWITCH_SECONDS)
