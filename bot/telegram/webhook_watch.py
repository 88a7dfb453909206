"""Keeps the webhook set, asks Telegram now and then how deliveries go, and takes our webhook away when the bot polls.

A webhook of another program is never touched: only its owner knows whether it is needed.
"""

import asyncio
import time
from datetime import datetime
from typing import Any

from aiogram.exceptions import TelegramAPIError, TelegramRetryAfter

from bot.logs import get_logger
from bot.meters import Beat
from bot.rules.webhook import (
    CONNECTIONS,
    MOST_CONNECTIONS,
    Hindrance,
    Step,
    Told,
    Wanted,
    is_marked,
    is_recent,
    is_to_hasten,
    judge,
)
from bot.telegram.engine import Engine

log = get_logger("intake")

WATCH_SECONDS = 30.0
"""Seconds between two looks at the webhook."""
RETRY_SECONDS = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
LONGEST_429 = 60.0
LOG_EVERY_SECONDS = 60.0
"""Seconds between two log lines about a webhook of another program."""


class Watch:
    """Looks at the webhook and sets it when it isn't as it should be."""

    def __init__(self, engine: Engine, wanted: Wanted, allowed_updates: list[str]) -> None:
        self._session = engine.session
        self._bot = engine.bot
        self._meters = engine.meters
        self._clock = engine.clock
        self._wanted = wanted
        self._allowed = allowed_updates
        self._starting = True
        self._was_set = False
        self._set_at: datetime | None = None
        """When this process set the webhook; None if it found it set."""
        self._accepted: Told | None = None
        """What Telegram told right after this process set the webhook. An older server leaves kinds of updates out."""
        self._logged_at: float | None = None
        self._failed_at: datetime | None = None
        """When the failure happened that was logged last."""

    async def run(self) -> None:
        """Look again and again until cancelled."""
        failures = 0
        while True:
            try:
                await self.look()
            except TelegramAPIError as error:
                pause = RETRY_SECONDS[min(failures, len(RETRY_SECONDS) - 1)]
                if isinstance(error, TelegramRetryAfter):
                    pause = max(pause, min(error.retry_after, LONGEST_429))
                failures += 1
                self._meters.calls["webhook", "limited" if isinstance(error, TelegramRetryAfter) else "refused"] += 1
                self._meters.trouble = error.message
                log.warning("webhook_failed", reason=error.message, retry_in=pause)
            else:
                failures, pause = 0, WATCH_SECONDS
            await asyncio.sleep(pause)

    async def look(self) -> None:
        """Ask how the webhook is set, set it if need be, and note the last failure.

        Raises:
            TelegramAPIError: Telegram doesn't answer, or refuses the webhook.
        """
        told = await self._ask()
        now = self._clock.now()
        step = judge(told, self._wanted, frozenset(self._allowed), starting=self._starting)
        if step is Step.SET and not self._is_as_accepted(told):
            if self._was_set:
                log.warning("webhook_removed", what_to_do="find out which program did that; it is set again")
            await self._set()
            told = self._accepted = await self._ask()
        elif step is Step.KEEP and ((self._starting and is_to_hasten(told, now)) or self._has_wrong_secret(told, now)):
            await self._set(next(one for one in CONNECTIONS if one != told.connections))
            told = self._accepted = await self._ask()
        self._starting = False
        if step is Step.LEAVE:
            self._name(told)
            return
        self._was_set = True
        self._meters.trouble = None
        self._meters.beat(Beat.WEBHOOK)
        self._note(told)

    async def _ask(self) -> Told:
        told = Told.read(await self._session.call(self._bot, "getWebhookInfo", {}))
        self._meters.calls["webhook", "ok"] += 1
        return told

    async def _set(self, connections: int = MOST_CONNECTIONS) -> None:
        parameters: dict[str, Any] = {
            "url": self._wanted.url,
            "secret_token": self._wanted.secret,
            "allowed_updates": self._allowed,
            "max_connections": connections,
        }
        await self._session.call(self._bot, "setWebhook", parameters)
        self._meters.calls["webhook", "ok"] += 1
        self._set_at = self._clock.now()
        log.info("webhook_is_set", address=self._wanted.address)

    def _is_as_accepted(self, told: Told) -> bool:
        """Whether the webhook is what Telegram made of our call."""
        kept = self._accepted
        if kept is None or not told.url:
            return False
        return (kept.url, kept.allowed, kept.connections) == (told.url, told.allowed, told.connections)

    def _has_wrong_secret(self, told: Told, now: datetime) -> bool:
        """Whether Telegram may have another secret: its deliveries aren't found, and this process never set it."""
        failure = told.failure
        if self._set_at is not None or failure is None or failure.hindrance is not Hindrance.NOT_FOUND:
            return False
        return is_recent(failure, now)

    def _name(self, told: Told) -> None:
        """Log that another program's webhook is set. No beat: the bot isn't ready."""
        self._meters.trouble = f"a webhook of another program is set, at {told.host}"
        now = time.monotonic()
        if self._logged_at is None or now - self._logged_at >= LOG_EVERY_SECONDS:
            self._logged_at = now
            log.warning(
                "webhook_of_another",
                host=told.host,
                what_to_do="end the program that set it, then call deleteWebhook; no restart needed",
            )

    def _note(self, told: Told) -> None:
        """Note what waits, and the last failure; a new one is logged."""
        self._meters.waiting_at_telegram = told.pending
        self._meters.undelivered = told.failure
        failure = told.failure
        if failure is not None and failure.at != self._failed_at and is_recent(failure, self._clock.now()):
            self._failed_at = failure.at
            log.warning(
                "webhook_undelivered", reason=failure.reason, hindrance=failure.hindrance.value, waiting=told.pending
            )


async def take_away(engine: Engine, mark: str) -> bool:
    """Delete the webhook if Encore set it; whether none is in the way of polling now. Pending updates are kept.

    Raises:
        TelegramAPIError: Telegram doesn't answer.
    """
    told = Told.read(await engine.session.call(engine.bot, "getWebhookInfo", {}))
    if not told.url:
        return True
    if not is_marked(told.url, mark):
        return False
    await engine.session.call(engine.bot, "deleteWebhook", {"drop_pending_updates": False})
    log.info("webhook_taken_away", host=told.host)
    return True
