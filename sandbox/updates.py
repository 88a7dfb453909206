"""A bot's queue of updates, and the long poll that takes them.

Rules: https://core.telegram.org/bots/api#getupdates; an update waits a day, a press 150 seconds.
"""

import asyncio
import json
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from sandbox.checks import SCHEMA
from sandbox.clock import Clock
from sandbox.errors import ApiError

KINDS = frozenset(SCHEMA["updates"])
UNASKED = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
DEFAULT = KINDS - UNASKED
DAY = 86_400.0
FIRST_ID = 700_000_001
MOST = 100
CONFLICT = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"


@dataclass(slots=True, eq=False)
class Update:
    """One update as it is sent. `again` marks one that a test delivers once more."""

    update_id: int
    kind: str
    payload: dict[str, Any]
    written: bytes
    expires: float
    again: bool = False


LANES: dict[str, tuple[str, tuple[str, ...]]] = {
    "message": ("chat", ("chat", "id")),
    "edited_message": ("chat", ("chat", "id")),
    "channel_post": ("chat", ("chat", "id")),
    "edited_channel_post": ("chat", ("chat", "id")),
    "my_chat_member": ("standing", ("chat", "id")),
    "message_reaction": ("reactions", ("chat", "id")),
    "message_reaction_count": ("reactions", ("chat", "id")),
    "chat_member": ("member", ("new_chat_member", "user", "id")),
    "chat_join_request": ("member", ("from", "id")),
    "callback_query": ("presses", ("from", "id")),
    "inline_query": ("inline", ("from", "id")),
    "chosen_inline_result": ("inline", ("from", "id")),
    "poll": ("poll", ("id",)),
    "poll_answer": ("poll", ("poll_id",)),
}
"""For each kind of update the name of its lanes, and the path in the update to the id that chooses the lane."""


class Taker(Protocol):
    """Takes a bot's updates while it doesn't poll: its webhook."""

    def take(self, update: Update) -> None:
        """Take a new update."""
        ...

    def reload(self) -> None:
        """Read the queue again: updates were dropped, or are delivered once more."""
        ...


def lane_of(update: Update) -> tuple[str, str | int]:
    """The lane of an update.

    A webhook gets the updates of a lane in order, one at a time. Other kinds have a lane each.
    """
    name, path = LANES.get(update.kind, ("alone", ()))
    told: Any = update.payload
    for step in path:
        told = told[step]
    return (name, str(told)) if path else (name, update.update_id)


class Queue:
    """The updates that wait for one bot. Everything is synchronous except `poll`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._next = FIRST_ID
        self._pending: deque[Update] = deque()
        self._waiting: asyncio.Future[None] | None = None
        self.allowed = DEFAULT
        self.sent: list[Update] = []
        self.taker: Taker | None = None

    def __contains__(self, update: Update) -> bool:
        """Whether the update waits here."""
        return update in self._pending

    def add(self, kind: str, payload: dict[str, Any], life: float = DAY) -> None:
        """Queue an update, unless the bot didn't ask for its kind. It expires after `life` seconds."""
        if kind not in self.allowed:
            return
        number = self._next
        self._next += 1
        body = json.dumps({"update_id": number, kind: payload}, ensure_ascii=False, separators=(",", ":"))
        update = Update(number, kind, payload, body.encode(), self._clock.now() + life)
        self._pending.append(update)
        self.sent.append(update)
        self._wake()
        if self.taker is not None:
            self.taker.take(update)

    def add_raw(self, write: Callable[[int], bytes]) -> None:
        """Queue the bytes that `write` returns for the update's id."""
        number = self._next
        self._next += 1
        update = Update(number, "raw", {}, write(number), self._clock.now() + DAY)
        self._pending.append(update)
        self._wake()
        if self.taker is not None:
            self.taker.take(update)

    def pending(self) -> list[Update]:
        """The updates that the bot hasn't confirmed and that haven't expired."""
        now = self._clock.now()
        self._pending = deque(one for one in self._pending if one.expires > now)
        return list(self._pending)

    def redeliver(self, updates: Iterable[Update]) -> None:
        """Queue confirmed updates again, under their old ids and before newer ones."""
        waiting = {one.update_id for one in self._pending}
        again = []
        for update in updates:
            update.again = True
            update.expires = max(update.expires, self._clock.now() + DAY)
            if update.update_id not in waiting:
                again.append(update)
        self._pending = deque(sorted([*again, *self._pending], key=lambda one: one.update_id))
        self._wake()
        self._reload()

    def drop(self) -> None:
        """Forget all pending updates (drop_pending_updates)."""
        self._pending.clear()
        self._reload()

    def forget(self, update: Update) -> None:
        """Forget an update that a webhook accepted, or that has expired."""
        if update in self._pending:
            self._pending.remove(update)

    def allow(self, allowed: list[str] | None) -> None:
        """Set the kinds of updates that the bot asks for.

        None changes nothing; a list without known kinds sets the default.
        """
        if allowed is not None:
            self.allowed = frozenset(one.lower() for one in allowed) & KINDS or DEFAULT

    def end_poll(self, why: str, code: int = 409) -> None:
        """End the poll that is waiting, if there is one."""
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(ApiError(code, why))
        self._waiting = None

    def _reload(self) -> None:
        if self.taker is not None:
            self.taker.reload()

    async def poll(self, offset: int, limit: int, seconds: float, allowed: list[str] | None) -> list[Update]:
        """Confirm the updates before `offset`, then wait at most `seconds` for others.

        A newer poll that also has to wait ends this one with a 409.
        """
        self.allow(allowed)
        self._confirm(offset)
        limit = min(max(limit, 1), MOST)
        batch = self._take(limit)
        if batch or seconds <= 0:
            return batch
        self.end_poll(CONFLICT)
        waiting = self._waiting = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(seconds):
                await waiting
        except TimeoutError:
            return []
        finally:
            if self._waiting is waiting:
                self._waiting = None
        return self._take(limit)

    def _confirm(self, offset: int) -> None:
        if offset > 0:
            kept: list[Update] = []
            while self._pending and self._pending[0].update_id < offset:
                first = self._pending.popleft()
                if first.again:
                    kept.append(first)
            self._pending.extendleft(reversed(kept))
        elif offset < 0:
            while len(self._pending) > -offset:
                self._pending.popleft()

    def _take(self, limit: int) -> list[Update]:
        """The first updates that haven't expired. They stay pending until an offset confirms them."""
        now = self._clock.now()
        batch: list[Update] = []
        while self._pending and len(batch) < limit:
            first = self._pending.popleft()
            if first.expires > now:
                first.again = False
                batch.append(first)
        self._pending.extendleft(reversed(batch))
        return batch

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)
