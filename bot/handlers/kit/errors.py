"""What happens when a handler fails: passing troubles wait in the inbox, bugs get one kind sentence.

Answers never fail here: `Voice` promises or drops those that can't leave. What waits is an act for which Telegram had
to be asked, or the database; the person's next updates wait behind it.
"""

import time
from dataclasses import dataclass, field

from aiogram.exceptions import (
    RestartingTelegram,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from sqlalchemy.exc import OperationalError

from bot.features.communities import Communities
from bot.handlers.kit.handler import Handler
from bot.handlers.kit.rights import Doors
from bot.logs import get_logger
from bot.meters import Meters
from bot.rules.fans import AskedInVain
from bot.rules.general import Oops, TelegramSilent
from bot.rules.refusals import Refusal
from bot.store.engine.away import name_of
from bot.store.members import OutsideError
from bot.telegram.inbox import TryLaterError, UnfitError
from bot.telegram.incoming import Incoming
from bot.telegram.pacer import HeldError
from bot.telegram.refusals import refusal_of
from bot.telegram.replies import Voice

log = get_logger("handlers")

ASKED_WITHIN = 60.0
"""Seconds after which an update doesn't wait for Telegram any more. The pauses between its tries grow: the next one
would come two minutes after the first."""
OF_TELEGRAM = (
    TryLaterError,
    HeldError,
    TelegramNetworkError,
    TelegramServerError,
    RestartingTelegram,
    TelegramRetryAfter,
)
OF_DATABASE = (OperationalError, OSError)
PASSING = (*OF_TELEGRAM[1:], *OF_DATABASE)
"""Troubles that end by themselves: the update stays in the inbox and is handled again."""


class Patience:
    """Since when updates wait for Telegram, in this process. Each of them is in the inbox, which bounds them."""

    def __init__(self) -> None:
        self._since: dict[str, float] = {}

    def is_over(self, cause: str, wait: float) -> bool:
        """Whether an update that has to wait `wait` seconds more has waited enough."""
        now = time.monotonic()
        return now + wait - self._since.setdefault(cause, now) >= ASKED_WITHIN

    def forget(self, cause: str) -> None:
        """The update is done."""
        self._since.pop(cause, None)


@dataclass(frozen=True, slots=True)
class Guard:
    """Calls handlers; tells the asker if one fails for good, or if Telegram doesn't say what is needed for it."""

    voice: Voice
    communities: Communities
    doors: Doors
    meters: Meters
    patience: Patience = field(default_factory=Patience)

    async def call(self, handler: Handler, update: Incoming) -> None:
        """Call a handler.

        Raises:
            TryLaterError: for a passing reason.
            UnfitError: the update's JSON doesn't fit the model that the handler asks for.
        """
        ask = update.ask
        try:
            await self._call(handler, update)
        except UnfitError:
            raise
        except OF_TELEGRAM as error:
            if not self.patience.is_over(ask.cause, getattr(error, "wait", 0.0)):
                raise TryLaterError(type(error).__name__) from error
            log.warning("asked_in_vain", cause=ask.cause, chat=ask.chat_id, user=ask.sender.user_id)
            await self.voice.answer(ask, TelegramSilent())
        except OF_DATABASE as error:
            raise TryLaterError(name_of(error)) from error
        except TelegramForbiddenError as error:
            here = getattr(error.method, "chat_id", ask.chat_id) == ask.chat_id
            reason = refusal_of(error)
            log.warning("answer_refused", cause=ask.cause, chat=ask.chat_id, reason=reason.value)
            if ask.group is not None and here and reason is Refusal.REMOVED:
                # Removed without a word, or the word is still on its way: be quiet there.
                await self.communities.lose(ask.chat_id, ask.at)
        except Exception as error:  # whatever it is, the fan hears a sentence, not silence
            self.meters.failed[update.kind] += 1
            log.error("handler_failed", cause=ask.cause, chat=ask.chat_id, user=ask.sender.user_id, exc_info=error)
            await self.voice.answer(ask, Oops())
        else:
            log.info("handled", cause=ask.cause, chat=ask.chat_id, user=ask.sender.user_id, handler=handler.name)
        self.patience.forget(ask.cause)

    async def _call(self, handler: Handler, update: Incoming) -> None:
        """Call a handler. If the asker isn't known to be in a room, ask Telegram; if they are in one, call it again."""
        try:
            await handler.call(update)
        except OutsideError as error:
            ask = update.ask
            place = await self.communities.place(error.community_id)
            if place is None or not await self.doors.let_in(ask.within(place)):
                return
            try:
                await handler.call(update)
            except OutsideError:  # they left in this very moment
                await self.voice.answer(ask.within(place), AskedInVain())
