"""Faults on demand: a test makes calls fail as a bad network or a busy Telegram would."""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from sandbox.chats import Chat

Kind = Literal["too_many", "error", "refuse", "answer", "slow", "late", "cut_before", "cut_after", "lose_ephemeral"]

EVERYTHING = "*"
"""Instead of a method's name: every request, also polls, downloads and wrong addresses."""
FILE = "file"
"""Instead of a method's name: the download of a file."""
BAD_GATEWAY = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


@dataclass(slots=True, eq=False)
class Fault:
    """One fault, and the calls that it hits.

    `method` None means every method but getUpdates. FILE is a download, EVERYTHING is every request.
    `times` is how many calls it will still hit (None: all); `probability` is the chance that it hits a call.
    """

    kind: Kind
    method: str | None
    chat: Chat | None
    times: int | None
    probability: float
    number: float = 0.0
    words: str = ""
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    keeps: int | None = None
    """How many bytes of the body are sent before the connection ends; None: all."""
    lasts: float = 0.0
    """How many seconds sending the body takes."""

    def concerns(self, method: str, chat_id: int | None) -> bool:
        """Whether the fault can hit a call of `method` (lower case) about this chat."""
        if self.times == 0:
            return False
        named = method not in {"getupdates", FILE} if self.method is None else self.method in {method, EVERYTHING}
        return named and (self.chat is None or self.chat.id == chat_id)


class Faults:
    """The faults that a test has set. Methods that add one return it, so that the test can watch `times`."""

    def __init__(self, seed: int = 1, latency: float = 0.0) -> None:
        self.latency = latency
        self._dice = random.Random(seed)  # noqa: S311 - a repeatable die, no secret
        self._set: list[Fault] = []

    @property
    def active(self) -> bool:
        """Whether there is a fault or a latency at all."""
        return bool(self._set) or self.latency > 0

    def too_many(
        self,
        method: str | None = None,
        *,
        retry_after: int = 2,
        chat: Chat | None = None,
        times: int | None = 1,
        probability: float = 1.0,
    ) -> Fault:
        """Refuse with a 429 that asks for `retry_after` seconds; the call isn't done."""
        return self._add("too_many", method, chat, times, probability, retry_after)

    def error(
        self,
        method: str | None = None,
        *,
        code: int = 500,
        chat: Chat | None = None,
        times: int | None = 1,
        probability: float = 1.0,
    ) -> Fault:
        """Answer with an HTTP error and its usual words, in Telegram's JSON; the call isn't done."""
        return self._add("error", method, chat, times, probability, code)

    def slow(
        self,
        seconds: float,
        method: str | None = None,
        *,
        chat: Chat | None = None,
        times: int | None = 1,
        probability: float = 1.0,
    ) -> Fault:
        """Let the call wait `seconds` before it is done."""
        return self._add("slow", method, chat, times, probability, seconds)

    def refuse(
        self,
        method: str,
        description: str,
        *,
        code: int = 400,
        chat: Chat | None = None,
        times: int | None = 1,
        probability: float = 1.0,
    ) -> Fault:
        """Answer 400 or 403; `description` leaves out "Bad Request: " and "Forbidden: ". The call isn't done."""
        fault = self._add("refuse", method, chat, times, probability, code)
        fault.words = description
        return fault

    def answer(
        self,
        method: str | None = None,
        *,
        code: int = 502,
        body: bytes = BAD_GATEWAY,
        content_type: str = "text/html",
        headers: Mapping[str, str] | None = None,
        keeps: int | None = None,
        lasts: float = 0.0,
        chat: Chat | None = None,
        times: int | None = 1,
        probability: float = 1.0,
    ) -> Fault:
        """Answer with exactly these bytes, as nginx in front of Telegram does in an outage; the call isn't done.

        The connection ends after `keeps` bytes, before the end of the body. The body takes `lasts` seconds.
        """
        fault = self._add("answer", method, chat, times, probability, code)
        fault.words, fault.body, fault.headers = content_type, body, headers or {}
        fault.keeps, fault.lasts = keeps, lasts
        return fault

    def late(
        self,
        seconds: float,
        method: str | None = None,
        *,
        chat: Chat | None = None,
        times: int | None = 1,
        probability: float = 1.0,
    ) -> Fault:
        """Let the call wait `seconds` of the stand-in's clock: messages that it sends are dated later."""
        return self._add("late", method, chat, times, probability, seconds)

    def cut_before(
        self,
        method: str | None = None,
        *,
        chat: Chat | None = None,
        times: int | None = 1,
        probability: float = 1.0,
    ) -> Fault:
        """Close the connection before the call is done."""
        return self._add("cut_before", method, chat, times, probability)

    def cut_after(
        self,
        method: str | None = None,
        *,
        chat: Chat | None = None,
        times: int | None = 1,
        probability: float = 1.0,
    ) -> Fault:
        """Do the call, then close the connection without an answer."""
        return self._add("cut_after", method, chat, times, probability)

    def lose_ephemeral(self, probability: float = 0.05, *, times: int | None = None) -> Fault:
        """Answer ok to an ephemeral message that its receiver never sees.

        https://core.telegram.org/bots/api#ephemeralmessageparameters: "not guaranteed that the user will receive".
        """
        return self._add("lose_ephemeral", None, None, times, probability)

    def clear(self) -> None:
        """Forget every fault; the latency stays."""
        self._set.clear()

    def take_hits(self, method: str, chat_id: int | None) -> list[Fault]:
        """The faults that hit this call, in the order in which they were set. Each hit is counted."""
        return self._draw(f for f in self._set if f.kind != "lose_ephemeral" and f.concerns(method, chat_id))

    def loses_ephemeral(self) -> bool:
        """Whether the ephemeral message that is being sent gets lost; a loss is counted."""
        return bool(self._draw(f for f in self._set if f.kind == "lose_ephemeral" and f.times != 0))

    def _draw(self, candidates: Iterable[Fault]) -> list[Fault]:
        hit = [fault for fault in candidates if self._dice.random() < fault.probability]
        for fault in hit:
            if fault.times is not None:
                fault.times -= 1
        return hit

    def _add(
        self,
        kind: Kind,
        method: str | None,
        chat: Chat | None,
        times: int | None,
        probability: float,
        number: float = 0.0,
    ) -> Fault:
        if probability < 1.0 and times == 1:
            times = None
        fault = Fault(kind, method.lower() if method else None, chat, times, probability, number)
        self._set.append(fault)
        return fault
