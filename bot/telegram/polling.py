"""Takes updates by long polling: `getUpdates`, again and again.

The updates of a poll are stored in one commit, and only the next poll confirms them to Telegram, so none is lost.
"""

import asyncio
import time
from typing import Any

from aiogram.exceptions import TelegramAPIError, TelegramConflictError, TelegramRetryAfter

from bot.logs import get_logger
from bot.meters import Beat
from bot.rules.polling import Polling
from bot.rules.webhook import mark_of
from bot.telegram.engine import Engine
from bot.telegram.inbox import RETRY_SECONDS, Intake
from bot.telegram.webhook_watch import take_away
from bot.updates import sort_out

log = get_logger("intake")

POLL_SECONDS = 25
BATCH = 100
QUICK_SECONDS = 1.0
"""Seconds. A poll that brought nothing new and took less time was no long poll."""
SPACED_SECONDS = (0.5, 0.5, 1.0, 2.0)
"""Seconds between polls that return at once with nothing new: a server may ignore the `timeout` parameter."""
LONGEST_429 = 300.0
"""Seconds after which a poll is tried again at the latest, even if a 429 asks for more."""
WEBHOOK_SECONDS = 15.0
"""Seconds between two polls while a webhook is set."""
ASK_AGAIN_SECONDS = 5.0
"""Seconds after which Telegram is asked again about a webhook, if it didn't answer."""
AGAIN_SECONDS = 300.0
"""Seconds between two times that a webhook of our own is taken away."""
LOG_EVERY_SECONDS = 60.0
"""Seconds between two log lines about a webhook that is still set."""


class ConflictError(Exception):
    """Another process polls with the same token and doesn't stop."""


class Poller:
    """Polls Telegram and gives what comes to the intake."""

    def __init__(self, engine: Engine, intake: Intake, allowed_updates: list[str]) -> None:
        self._engine = engine
        self._meters = engine.meters
        self._bot = engine.bot
        self._session = engine.session
        self._intake = intake
        self._allowed = allowed_updates
        self._webhook_logged_at: float | None = None
        self._taken_away_at: float | None = None
        self._offset: int | None = None
        """The `offset` of the next poll, which confirms the updates before it."""

    async def run(self) -> None:
        """Poll until cancelled.

        Raises:
            ConflictError: another process keeps polling with the same token.
        """
        failures = spaced = 0
        polling = Polling(time.monotonic())
        while True:
            await self._intake.wait_for_room()
            began = time.monotonic()
            try:
                updates = await self._session.poll(self._bot, self._poll_parameters(), POLL_SECONDS)
            except TelegramConflictError as error:
                self._meters.calls["poll", "refused"] += 1
                if "webhook" in error.message:
                    await self._meet_webhook()
                    continue
                now = time.monotonic()
                polling = polling.refused(now)
                if polling.lasts(now) and not polling.steady:
                    raise ConflictError from error
                if polling.warns(now):
                    log.warning("another_polls")
                    polling = polling.warned(now)
                await asyncio.sleep(1)
                continue
            except TelegramRetryAfter as error:
                self._note_failed_poll("limited", "Telegram asks to wait", error, retry_in=error.retry_after)
                await asyncio.sleep(min(error.retry_after, LONGEST_429))
                continue
            except Exception as error:  # noqa: BLE001  # no failure of a poll may end the process
                seconds = RETRY_SECONDS[min(failures, 5)]
                failures += 1
                reason = error.message if isinstance(error, TelegramAPIError) else type(error).__name__
                self._note_failed_poll("unreachable", reason, error, retry_in=seconds)
                await asyncio.sleep(seconds)
                continue
            failures, polling, self._meters.trouble = 0, polling.answered(time.monotonic()), None
            self._meters.calls["poll", "ok"] += 1
            self._meters.beat(Beat.POLL)
            if await self._take(updates) or time.monotonic() - began >= QUICK_SECONDS:
                spaced = 0
            else:
                await asyncio.sleep(SPACED_SECONDS[min(spaced, len(SPACED_SECONDS) - 1)])
                spaced += 1

    def _poll_parameters(self) -> dict[str, Any]:
        wanted: dict[str, Any] = {"limit": BATCH, "timeout": POLL_SECONDS, "allowed_updates": self._allowed}
        return wanted if self._offset is None else {**wanted, "offset": self._offset}

    def _note_failed_poll(self, result: str, reason: str, error: Exception, *, retry_in: float) -> None:
        self._meters.calls["poll", result] += 1
        self._meters.trouble = reason
        log.warning("poll_failed", error=type(error).__name__, reason=reason, retry_in=retry_in)

    async def _meet_webhook(self) -> None:
        """Take a webhook away that Encore itself had set, before its owner chose polling. Wait for another's to go.

        An Encore that still runs with `WEBHOOK_URL` sets it again. So it's taken away now and then only.
        """
        now = time.monotonic()
        if self._taken_away_at is None or now - self._taken_away_at >= AGAIN_SECONDS:
            try:
                if await take_away(self._engine, mark_of(self._bot.token)):
                    self._taken_away_at = now
                    return
            except TelegramAPIError as error:
                log.warning("webhook_failed", reason=error.message, retry_in=ASK_AGAIN_SECONDS)
                await asyncio.sleep(ASK_AGAIN_SECONDS)
                return
        await self._wait_for_webhook()

    async def _wait_for_webhook(self) -> None:
        """Log that another program has set a webhook for this bot, and wait. Its owner may have meant that."""
        self._meters.trouble = "a webhook is set for this bot"
        now = time.monotonic()
        if self._webhook_logged_at is None or now - self._webhook_logged_at >= LOG_EVERY_SECONDS:
            self._webhook_logged_at = now
            log.warning(
                "webhook_set", what_to_do="end the program that set it, or call deleteWebhook; no restart needed"
            )
        await asyncio.sleep(WEBHOOK_SECONDS)

    async def _take(self, updates: list[Any]) -> bool:
        """Store a poll's updates; whether any of them was new."""
        batch = sort_out(updates)
        new = await self._intake.take(batch)
        if batch.offset is None or batch.offset == self._offset:
            return new > 0
        self._offset = batch.offset
        return True
