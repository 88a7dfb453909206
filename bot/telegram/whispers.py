"""Whether the Bot API server knows whispers (ephemeral messages).

An older server ignores the parameter that it doesn't know, and shows the message to the whole group. So a message
counts as whispered only if the server's answer has an `ephemeral_message_id`. Else the message is deleted at once, and
nothing is whispered until the next start. Nothing secret is whispered before the server has shown that it knows
whispers.
"""

import asyncio
import time
from datetime import datetime, timedelta
from typing import Any

from aiogram.exceptions import (
    AiogramError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramNotFound,
)

from bot.clock import Clock
from bot.logs import get_logger
from bot.rules.general import NoWhispers
from bot.rules.place import Place
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.messages.outbox import Terms, take_away_later
from bot.store.messages.telling import tell_owner
from bot.telegram.answers import message_id_of
from bot.telegram.calls import Outbound
from bot.telegram.pacer import HeldError

log = get_logger("whispers")

NOBODY = 1
"""An id of no chat, person or message of this bot. A server that knows the method refuses it with a 400."""
PROBE_PAUSE = 5.0
"""Seconds between two probes while Telegram doesn't answer."""
TOLD_WITHIN = timedelta(days=3)


class Whispers:
    """Finds out whether the server knows whispers. A new process asks again."""

    def __init__(self, out: Outbound, db: Database, clock: Clock) -> None:
        self._out = out
        self._db = db
        self._clock = clock
        self._known: bool | None = None
        self._probe_at = 0.0
        self._probing = asyncio.Lock()
        self._told: set[int] = set()

    @property
    def possible(self) -> bool:
        """Whether whispers may work. False once the server has shown that it doesn't know them."""
        return self._known is not False

    async def probe(self) -> None:
        """Call a method that came with whispers, to find out whether the server knows them.

        Without a clear answer it stays unknown.
        """
        async with self._probing:
            if self._known is not None or time.monotonic() < self._probe_at:
                return
            self._probe_at = time.monotonic() + PROBE_PAUSE
            try:
                await self._out.call(
                    "deleteEphemeralMessage",
                    chat_id=NOBODY,
                    receiver_user_id=NOBODY,
                    ephemeral_message_id=NOBODY,
                )
            except TelegramNotFound:
                self._known = False
                log.warning("whispers_unknown")
            except (TelegramBadRequest, TelegramForbiddenError):
                self._known = True
            except (AiogramError, HeldError, OSError) as error:
                log.info("whispers_unsure", error=type(error).__name__)
            else:
                self._known = True

    async def may_whisper(self, place: Place | None, *, secret: bool) -> bool:
        """Whether something may be whispered. The first time that it may not, the shop's owner is told."""
        if self._known is None and (secret or self._probing.locked()):
            await self.probe()  # this also waits for a probe that is running
        if self._known is False and place is not None and place.community_id not in self._told:
            self._told.add(place.community_id)
            await self._db.write(_tell_owner, place, self._clock.now())
        return self._known is True or (self._known is None and not secret)

    async def was_whispered(self, chat_id: int, sent: Any, place: Place | None) -> bool:
        """Whether the sent message is a whisper, by the server's answer. If it was said aloud, it is deleted."""
        if isinstance(sent, dict) and sent.get("ephemeral_message_id"):
            self._known = True
            return True
        self._known = False
        log.warning("whisper_said_aloud", chat=chat_id)
        message_id = message_id_of(sent)
        if message_id is not None:
            await self._take_back(chat_id, message_id, place)
        return False

    async def _take_back(self, chat_id: int, message_id: int, place: Place | None) -> None:
        try:
            await self._out.call("deleteMessage", chat_id=chat_id, message_id=message_id)
        except HeldError:
            if place is None:
                log.warning("aloud_stays", chat=chat_id)
                return
            now = self._clock.now()
            await self._db.write(take_away_later, place.community_id, chat_id, message_id, due_at=now, now=now)
        except TelegramAPIError as error:
            log.warning("aloud_stays", chat=chat_id, error=type(error).__name__)


def _tell_owner(tx: Tx, place: Place, now: datetime) -> None:
    """Tell the owner in private, once: the key is kept for a month."""
    key = f"whispers:{place.community_id}"
    tell_owner(tx, place, NoWhispers(), Terms(now=now, key=key, once=True, not_after=now + TOLD_WITHIN))
