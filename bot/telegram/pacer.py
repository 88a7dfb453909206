"""The pacer: every call to Telegram goes through it, so that Telegram's limits are kept.

Answers to people (callback answers, whispers, private answers) are sent at once. After a 429 calls of the same kind to
the same chat wait until its `retry_after` is over. Messages of the outbox are spaced beforehand: `reserve` gives each
of them a slot.
"""

import asyncio
import time
from bisect import bisect_right, insort
from collections import deque
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from itertools import count
from typing import Any, TypeVar

from aiogram import Bot
from aiogram.client.session.middlewares.base import BaseRequestMiddleware, NextRequestMiddlewareType
from aiogram.exceptions import (
    RestartingTelegram,
    TelegramAPIError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.methods import TelegramMethod
from aiogram.methods.base import Response, TelegramType

from bot.meters import Meters
from bot.store.engine.peers import Peers

T = TypeVar("T")

Seconds = float

PATIENCE: Seconds = 2.0
"""An answer that can't leave within this time becomes a row of the outbox."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits a little below those of Telegram."""

    per_second: float = 29.5
    """Messages of the outbox a second, to all chats together."""
    group_window: Seconds = 60.0
    group_messages: int = 20
    """Messages and edits that a group takes within a window. Whispers don't count."""
    group_edits: int = 8
    """How many of them may be edits."""
    group_reserved: int = 2
    """How many of them are reserved for announcements: answers don't use these slots."""
    chat_gap: Seconds = 1.0
    """Seconds between two messages of the outbox to one chat."""
    after_429: float = 20.0
    """Calls a second of one kind to one chat, for the time `calm` after a 429 is over."""
    calm: Seconds = 60.0


IN_TURN: ContextVar[bool] = ContextVar("in_turn", default=False)
"""Whether what runs here sends a message of the outbox, which has its slot already."""
MOST_ANSWERS = 0.5
"""The share of the slots of a second that private answers take from the outbox. They leave at once either way."""
KEPT_AT_LEAST = 256
"""Finished chats and gates are only deleted when more than so many are kept."""


CLOSED = "closed"
"""The word that Telegram limits a kind of call to a chat, and for how many seconds."""
SLOT = "slot"
"""The word that a group gets a message: which one, whether it is an edit, and in how many seconds."""


class HeldError(Exception):
    """A call can't leave in time. It may be tried again after `wait` seconds."""

    def __init__(self, kind: str, wait: Seconds) -> None:
        super().__init__(f"{kind} held for {wait:.1f} s")
        self.kind = kind
        self.wait = wait


@dataclass(slots=True)
class _Gate:
    """The state of one kind of call to one chat after a 429, in times of the monotonic clock."""

    closed_until: Seconds = 0.0
    paced_until: Seconds = 0.0
    next_at: Seconds = 0.0


@dataclass(slots=True)
class _Chat:
    """Slots of messages and edits that one chat got lately, in times of the monotonic clock."""

    sent: deque[Seconds] = field(default_factory=deque)
    edits: deque[Seconds] = field(default_factory=deque)
    next_at: Seconds = 0.0


def _count(chat: _Chat, at: Seconds, *, edit: bool) -> None:
    """A message of ours goes to this group at this time."""
    chat.sent.append(at)
    if edit:
        chat.edits.append(at)


def kind_of(name: str, chat: Any, *, ephemeral: bool) -> tuple[str, Any]:
    """A call's kind, and the chat (or None) whose calls of this kind a 429 would hold back."""
    if name in {"answerCallbackQuery", "answerInlineQuery"}:
        return "answer", None
    if chat is None or name.startswith("get"):
        return "ask", None
    if ephemeral or "Ephemeral" in name:
        return "whisper", chat
    if not name.startswith(("send", "edit")) or name == "editChatInviteLink":
        # Calls that send no message (deleting, leaving, making links) go on while Telegram takes no messages.
        return "manage", chat
    if isinstance(chat, int) and chat > 0:
        return "private", chat
    return ("edit" if name.startswith("edit") else "group"), chat


class Pacer(BaseRequestMiddleware):
    """Keeps the limits. It is the request middleware of the bot's session.

    Old state is deleted: at most twice as much is kept as the limits of the last minute need.
    """

    def __init__(
        self,
        limits: Limits,
        monotonic: Callable[[], Seconds] = time.monotonic,
        meters: Meters | None = None,
        peers: Peers | None = None,
    ) -> None:
        self._limits = limits
        self._calls = (meters or Meters()).calls
        self._now = monotonic
        self._gates: dict[tuple[str, Any], _Gate] = {}
        self._gates_kept = KEPT_AT_LEAST
        self._chats: dict[int, _Chat] = {}
        self._chats_kept = KEPT_AT_LEAST
        self._slots: list[Seconds] = []
        """Slots of the outbox that are taken, in order of time. Past ones are deleted."""
        self._answers: deque[Seconds] = deque()
        """When the private answers of the last second left that took a slot."""
        self._peers = peers or Peers()
        self._told = count()
        """Numbers of what is told: two messages are two, even if all else is the same."""
        self._peers.hear(CLOSED, lambda gate: self._close_here(*gate))
        self._peers.hear(SLOT, self._count_slot)

    @property
    def gap(self) -> Seconds:
        """Seconds between two messages of the outbox."""
        return 1 / self._limits.per_second

    async def __call__(
        self,
        make_request: NextRequestMiddlewareType[TelegramType],
        bot: Bot,
        method: TelegramMethod[TelegramType],
    ) -> Response[TelegramType]:
        """Pace a call that aiogram makes."""
        whispers = getattr(method, "ephemeral_message_parameters", None) is not None
        kind, chat = kind_of(type(method).__api_method__, getattr(method, "chat_id", None), ephemeral=whispers)
        return await self.paced(kind, chat, lambda: make_request(bot, method))

    async def paced(self, kind: str, chat: Any, request: Callable[[], Awaitable[T]]) -> T:
        """Send a request of this kind to this chat once it may leave; its result.

        Raises:
            HeldError: it can't leave within two seconds.
            TelegramAPIError: Telegram refused it.
        """
        if kind == "private" and not IN_TURN.get():
            self._count_answer()
        deadline = self._now() + PATIENCE
        pause: Seconds = 0.1
        while True:
            if (kind, chat) in self._gates:
                await self._pass_gate(kind, chat, deadline)
            try:
                result = await request()
            except TelegramRetryAfter as error:
                self._calls[kind, "limited"] += 1
                self._close(kind, chat, error.retry_after)
            except (RestartingTelegram, TelegramServerError, TelegramNetworkError) as error:
                self._calls[kind, "unreachable"] += 1
                # Nobody knows whether a cut call was done. It is sent again: a message may come twice, but isn't lost.
                if self._now() + pause > deadline:
                    raise HeldError(kind, pause) from error
                await asyncio.sleep(pause)
                pause *= 2
            except TelegramAPIError:
                self._calls[kind, "refused"] += 1
                raise
            else:
                self._calls[kind, "ok"] += 1
                return result

    def _count_answer(self) -> None:
        """Take a slot from the outbox for a private answer, which leaves at once but counts for Telegram's limit.

        In a flood of answers the outbox keeps its share of the slots. What Telegram refuses then is sent later.
        """
        now = self._now()
        while self._answers and self._answers[0] <= now - 1.0:
            self._answers.popleft()
        if len(self._answers) < self._limits.per_second * MOST_ANSWERS:
            self._answers.append(now)
            insort(self._slots, self._first_free_slot(now, now))

    async def wait_for_slot(self, chat_id: int) -> None:
        """Reserve a slot for an ordinary message in a group, and wait for it.

        Raises:
            HeldError: no slot is free within two seconds.
        """
        wait = self.reserve(chat_id, edit=False, within=PATIENCE, kept=self._limits.group_reserved)
        if wait is None:
            raise HeldError("group", PATIENCE)
        await asyncio.sleep(wait)

    def reserve(self, chat_id: int, *, edit: bool, within: Seconds, kept: int = 0) -> Seconds | None:
        """Reserve the next free slot for a message; seconds until it, or None if that is later than `within`.

        `kept` slots of a group's window are left for announcements.
        """
        limits, now = self._limits, self._now()
        chat = self._chats.get(chat_id) or _Chat()
        at = max(now, chat.next_at)
        if chat_id < 0:
            at = max(at, self._when_window_has_room(chat.sent, limits.group_messages - kept, at))
            if edit:
                at = max(at, self._when_window_has_room(chat.edits, limits.group_edits, at))
        gate = self._gates.get((("edit" if edit else "group") if chat_id < 0 else "private", chat_id))
        if gate is not None:
            at = max(at, gate.closed_until)
        at = self._first_free_slot(at, now)
        if at - now > within:
            return None
        insort(self._slots, at)
        chat.next_at = at + limits.chat_gap
        self._keep_chat(chat_id, chat, now)
        if chat_id < 0:
            _count(chat, at, edit=edit)
            self._peers.tell(SLOT, [chat_id, edit, round(at - now, 3), next(self._told)])
        return at - now

    def _count_slot(self, slot: list[Any]) -> None:
        """Another process sends a message to a group: that counts for its window here too."""
        chat_id, edit, wait = int(slot[0]), bool(slot[1]), float(slot[2])
        chat, now = self._chats.get(chat_id) or _Chat(), self._now()
        _count(chat, max(now + wait, chat.sent[-1] if chat.sent else 0.0), edit=edit)
        self._keep_chat(chat_id, chat, now)

    def _keep_chat(self, chat_id: int, chat: _Chat, now: Seconds) -> None:
        self._chats[chat_id] = chat
        if len(self._chats) > self._chats_kept:
            self._forget_chats(now)

    def _forget_chats(self, now: Seconds) -> None:
        """Delete chats whose gap and window are over. The next check comes when twice as many chats are kept."""
        since = now - self._limits.group_window
        self._chats = {
            chat_id: chat
            for chat_id, chat in self._chats.items()
            if chat.next_at > now or (chat.sent and chat.sent[-1] > since)
        }
        self._chats_kept = max(KEPT_AT_LEAST, 2 * len(self._chats))

    def _forget_gates(self, now: Seconds) -> None:
        """Delete gates that are open and no longer paced. Without this, gates that nobody passes again would stay."""
        self._gates = {key: gate for key, gate in self._gates.items() if max(gate.closed_until, gate.paced_until) > now}
        self._gates_kept = max(KEPT_AT_LEAST, 2 * len(self._gates))

    def _first_free_slot(self, at: Seconds, now: Seconds) -> Seconds:
        """The first free slot from `at` on. A chat that has to wait doesn't delay other chats."""
        gap = self.gap
        del self._slots[: bisect_right(self._slots, now - gap)]
        for taken in self._slots[bisect_right(self._slots, at - gap) :]:
            if taken >= at + gap:
                break
            at = taken + gap
        return at

    def _when_window_has_room(self, sent: deque[Seconds], most: int, at: Seconds) -> Seconds:
        """When a window has room for one more, if it takes `most`: `at`, or later."""
        while sent and sent[0] <= at - self._limits.group_window:
            sent.popleft()
        return at if len(sent) < most else sent[-most] + self._limits.group_window

    async def _pass_gate(self, kind: str, chat: Any, deadline: Seconds) -> None:
        gate = self._gates[kind, chat]
        now = self._now()
        at = max(now, gate.closed_until)
        if gate.paced_until > now:
            # Many calls may have waited for the end of a 429. They leave one by one, not all at once.
            at = max(at, gate.next_at)
        if at > deadline:
            raise HeldError(kind, at - now)
        if gate.paced_until > now:
            gate.next_at = at + 1 / self._limits.after_429
        elif gate.closed_until <= now:
            del self._gates[kind, chat]
        if at > now:
            await asyncio.sleep(at - now)

    def _close(self, kind: str, chat: Any, retry_after: Seconds) -> None:
        self._close_here(kind, chat, retry_after)
        self._peers.tell(CLOSED, [kind, chat, retry_after])

    def _close_here(self, kind: str, chat: Any, retry_after: Seconds) -> None:
        now = self._now()
        if len(self._gates) >= self._gates_kept:
            self._forget_gates(now)
        gate = self._gates.setdefault((kind, chat), _Gate())
        gate.closed_until = max(gate.closed_until, now + retry_after)
        gate.next_at = max(gate.next_at, gate.closed_until)
        gate.paced_until = gate.closed_until + self._limits.calm
