"""A wired bot: it greets Telegram, takes updates, handles them and sends promised messages until it is stopped."""

import asyncio
import contextlib
import gc
import sys
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
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
from bot.jobs import Jobs, Mirrors
from bot.logs import get_logger, logging_failures
from bot.meters import Beat, Meters, Phase
from bot.rules.policies import Policies
from bot.rules.webhook import Wanted
from bot.store.engine.away import is_of_data, name_of
from bot.store.engine.db import Database
from bot.store.engine.lock import InUseError
from bot.store.places import find_people
from bot.telegram.deliveries import FileMaker
from bot.telegram.ear import HEARS, Ear
from bot.telegram.engine import Engine
from bot.telegram.first_call import NO_SUCH_BOT, greet
from bot.telegram.inbox import Intake, TryLaterError, UnfitError
from bot.telegram.late_types import build_types
from bot.telegram.older_servers import update_with_all_rights
from bot.telegram.outbox_sender import Sender
from bot.telegram.polling import ConflictError, Poller
from bot.telegram.webhook import Webhook
from bot.telegram.webhook_watch import Watch
from bot.telegram.whispers import Whispers
from bot.telegram.who_asks import WhoAsks
from bot.updates import kind_of_update

T = TypeVar("T", bound=BaseModel)

log = get_logger("app")

DRAIN_SECONDS = 2.5
STORE_SECONDS = 1.5
"""A stop waits at most this long until updates that were delivered are stored."""
STOP_SECONDS = 6.0
"""A stop waits at most this long for handlers. Their updates stay in the inbox."""
SWITCH_SECONDS = 0.02
JOBS_AFTER = 1.0
TIDIES_AFTER = 15.0
"""Seconds after one of several processes began to lead."""

GC_THRESHOLDS = (20_000, 20, 100)
"""With Python's defaults the collector scans aiogram's 400 pydantic types again and again.

Measured: with these thresholds the bot answers 2.3 times as many echoes a second."""


class StartError(Exception):
    """The bot can't start or go on. The text says why in one line; `code` is the process's exit code."""

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
    """Makers of the files that promised messages send, by kind. Web pages serve the same files."""
    sender: Sender
    jobs: Jobs
    housekeeper: Housekeeper
    mirrors: Mirrors
    who: WhoAsks
    ear: Ear
    table: Table
    menus: Menus
    whispers: Whispers
    concurrency: int
    listens_to: frozenset[str]
    """Kinds of updates that the routers handle: all except messages and presses."""
    wanted: Wanted | None = None
    """The webhook that updates shall come to; None if the bot polls."""
    intake: Intake | None = None
    poller: Poller | None = None
    """What takes updates, if it polls."""
    webhook: Webhook | None = None
    """What takes updates, if Telegram delivers them."""

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
        """Wait until Telegram answers the first call, then take updates, handle them and send until cancelled.

        Raises:
            StartError: Telegram refuses the token, or another process uses the token or the database.
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
            concurrency=self.concurrency,
        )
        build_types((Message, CallbackQuery))
        keep_taking = self._taker(self.intake, ["message", "callback_query", *sorted(self.listens_to | HEARS)])
        tune_collector()
        self.meters.phase = Phase.RUNNING
        self.meters.follows = self.engine.hold.peers.several
        self.meters.beat(self.meters.taking)
        log.info("started", bot=self.engine.bot.id, username=username)
        if on_ready is not None:
            on_ready()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self.engine.hold.keep())
                group.create_task(self.engine.hold.lead(*self._works_of_leader(self.intake)))
                group.create_task(self.mirrors.run())
                group.create_task(self.ear.run())
                group.create_task(self._set_menus())
                group.create_task(self._take_in(self.intake, keep_taking))
        except BaseExceptionGroup as errors:
            # An exception raised inside `except*` becomes a group again, so the reason is looked up by hand.
            raise _why_stopped(errors) from None
        finally:
            self.meters.phase = Phase.STOPPING
            with contextlib.suppress(TimeoutError):
                await self.intake.drain(DRAIN_SECONDS)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(DRAIN_SECONDS):
                    await self.ear.write_down()
            log.info("stopped")

    async def finish(self) -> None:
        """Prepare a stop, before `run` is cancelled: running handlers may answer, and nothing new is sent."""
        self.meters.phase = Phase.STOPPING
        self.engine.hold.pause()
        if self.webhook is not None:
            await self.webhook.finish(STORE_SECONDS)
        if self.intake is not None:
            await self.intake.stop(DRAIN_SECONDS)

    async def close(self) -> None:
        """Close connections; waiting writes are committed first."""
        await self.engine.session.close()
        await self.db.close()

    async def _handle_or_wait(self, body: dict[str, Any], received_at: datetime) -> None:
        """Handle an update. If it fails for a passing reason, inside or before its handler, it stays in the inbox."""
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
        self.ear.hear(body, received_at)
        if (message := body.get("message")) is not None:
            await self.who(self.table.take_message, _read(Message, message, context), data)
        elif (press := body.get("callback_query")) is not None:
            await self.who(self.table.take_press, _read(CallbackQuery, press, context), data)
        elif kind_of_update(body) in self.listens_to:
            update = _read(Update, update_with_all_rights(body), context)
            await self.dispatcher.feed_update(self.engine.bot, update, cause=cause, received_at=received_at)

    def _taker(self, intake: Intake, allowed_updates: list[str]) -> Callable[[], Coroutine[Any, Any, None]]:
        """What brings updates to the intake: deliveries to the webhook if there shall be one, else polls."""
        if self.wanted is None:
            self.poller = Poller(self.engine, intake, allowed_updates)
            return self.poller.run
        self.meters.taking = Beat.WEBHOOK
        watch = Watch(self.engine, self.wanted, allowed_updates)
        self.webhook = Webhook(intake, watch, self.clock, self.meters)
        return self.webhook.run

    async def _take_in(self, intake: Intake, keep_taking: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Find out whether the server knows whispers before anybody is answered. Promised messages leave meanwhile."""
        await self.whispers.probe()
        await intake.run(keep_taking)

    def _works_of_leader(self, intake: Intake) -> tuple[Callable[[], Awaitable[None]], ...]:
        """What is done by one process at a time.

        Who takes over from another that was killed amid a start sends first: all else it does for the first time.
        """
        jobs, housekeeper = self.jobs.run, self.housekeeper.run
        if self.engine.hold.peers.several:
            jobs, housekeeper = partial(_later, JOBS_AFTER, jobs), partial(_later, TIDIES_AFTER, housekeeper)
        return self._note_leading, self.sender.run, jobs, housekeeper, intake.keep_taking_over

    async def _note_leading(self) -> None:
        """While this process leads, its health depends on what the leader does."""
        for beat in (Beat.SENDER, Beat.JOBS):
            self.meters.beats.pop(beat, None)
        self.meters.follows = False
        try:
            await asyncio.Event().wait()
        finally:
            self.meters.follows = self.engine.hold.peers.several

    async def _set_menus(self) -> None:
        """Set the bot's command menus. The bot goes on if that fails."""
        with logging_failures(log, "menus_failed"):
            await self.menus.at_start()


async def _later(seconds: float, work: Callable[[], Awaitable[None]]) -> None:
    await asyncio.sleep(seconds)
    await work()


def _why_stopped(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """The reason why the tasks stopped, as one exception."""
    if errors.subgroup(InUseError) is not None:
        return StartError("the lock of the database was lost, and another process has it now", 1)
    if errors.subgroup(ConflictError) is not None:
        return StartError("another process is polling with this BOT_TOKEN; stop it first", 3)
    return errors


def _read(model: type[T], raw: Any, context: dict[str, Any]) -> T:
    """Read an update, or a part of it, into aiogram's model.

    Raises:
        UnfitError: the JSON doesn't fit the model.
    """
    try:
        return model.model_validate(raw, context=context)
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise UnfitError(f"no {model.__name__}") from error


def tune_collector() -> None:
    """Exclude all wired objects from garbage collection, and collect the rest less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)
    # The writer's thread releases the GIL at each statement anyway. Taking it earlier only costs thread switches.
    sys.setswitchinterval(SWITCH_SECONDS)
