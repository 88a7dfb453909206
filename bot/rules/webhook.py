"""The webhook: its secret, how ours is told from another program's, and what to do about the one that is set. Pure.

Telegram tells the address of a webhook, never its secret. So the address that is set carries a mark, which only a
holder of the bot's token can compute. A webhook with this mark was set by Encore, whatever database it had.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

MARK = "encore"
"""The name of the mark in the query of the address."""
MARK_LENGTH = 16
MOST_CONNECTIONS = 100
"""How many deliveries Telegram may make at the same time: the most that it allows."""
CONNECTIONS = (MOST_CONNECTIONS, MOST_CONNECTIONS - 1)
"""Both are fine. A change from one to the other makes Telegram begin its deliveries anew, see `is_to_hasten`."""
FAILS_FOR = timedelta(minutes=3)
"""A failure is news for this long. Telegram tries again after 120 seconds at most, and waits a minute for an answer."""
LONGEST_REASON = 200
GREATEST_DATE = 2**32
PORTS = {"https": 443, "http": 80}


class Step(StrEnum):
    """What to do about the webhook that is set."""

    KEEP = "keep"
    SET = "set"
    LEAVE = "leave"
    """Another program set it, or another Encore. Its owner may have meant that."""


class Hindrance(StrEnum):
    """What keeps Telegram from delivering, by what it tells of the last failure."""

    UNREACHABLE = "unreachable"
    CERTIFICATE = "certificate"
    GATEWAY = "gateway"
    """The reverse proxy answers, and doesn't reach the bot."""
    NOT_FOUND = "not_found"
    BUSY = "busy"
    TOO_LARGE = "too_large"
    REDIRECT = "redirect"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Failure:
    """The last delivery that failed. `reason` is Telegram's text."""

    at: datetime
    reason: str

    @property
    def hindrance(self) -> Hindrance:
        """What seems to be in the way."""
        words = self.reason.lower()
        for code, hindrance in _BY_STATUS:
            if f"webhook: {code}" in words:
                return hindrance
        return next((found for word, found in _BY_WORD if word in words), Hindrance.OTHER)


@dataclass(frozen=True, slots=True)
class Wanted:
    """The webhook that the settings ask for."""

    address: str
    """`WEBHOOK_URL`, as the owner wrote it."""
    mark: str
    secret: str = field(repr=False)

    @classmethod
    def of(cls, token: str, address: str) -> "Wanted":
        """The webhook at an address for the bot with this token."""
        return cls(address, mark_of(token), _derive(token, "encore webhook secret 1"))

    @property
    def url(self) -> str:
        """The address that Telegram is told: with the mark."""
        return f"{self.address}?{MARK}={self.mark}"

    @property
    def segments(self) -> list[str]:
        """The path of the address, in its parts."""
        return segments_of(unquote(urlsplit(self.address).path))


@dataclass(frozen=True, slots=True)
class Told:
    """What `getWebhookInfo` tells."""

    url: str
    allowed: frozenset[str]
    connections: int
    pending: int
    """Updates that wait at Telegram."""
    failure: Failure | None

    @classmethod
    def read(cls, result: Any) -> "Told":
        """Read the method's result. What isn't as documented counts as missing."""
        told: Mapping[str, Any] = result if isinstance(result, dict) else {}
        url, allowed = told.get("url"), told.get("allowed_updates")
        date, reason = told.get("last_error_date"), told.get("last_error_message")
        failure = None
        if isinstance(date, int) and 0 <= date < GREATEST_DATE and isinstance(reason, str):
            failure = Failure(datetime.fromtimestamp(date, UTC), _in_a_line(reason))
        return cls(
            url=url if isinstance(url, str) else "",
            allowed=frozenset(str(one) for one in allowed) if isinstance(allowed, list) else frozenset(),
            connections=_whole(told.get("max_connections")),
            pending=_whole(told.get("pending_update_count")),
            failure=failure,
        )

    @property
    def host(self) -> str:
        """The host alone: the rest of an address may hold a secret."""
        return _split(self.url).hostname or "?"


def mark_of(token: str) -> str:
    """The mark of webhooks that Encore sets for the bot with this token."""
    return _derive(token, "encore webhook mark 1")[:MARK_LENGTH]


def is_marked(url: str, mark: str) -> bool:
    """Whether an address carries the mark."""
    return parse_qs(_split(url).query).get(MARK) == [mark]


def is_same_address(one: str, other: str) -> bool:
    """Whether two addresses are the same, their queries aside."""
    return _spelled(one) == _spelled(other)


def judge(told: Told, wanted: Wanted, allowed: frozenset[str], *, starting: bool) -> Step:
    """What to do about the webhook that is set.

    At its start a bot replaces a webhook that Encore set for another address: the owner has changed `WEBHOOK_URL`.
    Later it doesn't, because then another Encore is running somewhere, and the two would fight.
    """
    if not told.url:
        return Step.SET
    marked = is_marked(told.url, wanted.mark)
    if is_same_address(told.url, wanted.address):
        as_wanted = marked and told.allowed == allowed and told.connections in CONNECTIONS
        return Step.KEEP if as_wanted else Step.SET
    return Step.SET if marked and starting else Step.LEAVE


def is_to_hasten(told: Told, now: datetime) -> bool:
    """Whether Telegram waits longer and longer between its tries, because a bot that now starts was away.

    It begins anew, at once, if the webhook is set with something changed.
    """
    return told.pending > 0 and told.failure is not None and is_recent(told.failure, now)


def is_recent(failure: Failure, now: datetime) -> bool:
    """Whether a failure is news."""
    return now - failure.at <= FAILS_FOR


def segments_of(path: str) -> list[str]:
    """The parts of a path."""
    return [part for part in path.split("/") if part]


def fits_path(given: list[str], wanted: list[str]) -> bool:
    """Whether a request's path is the wanted one, or what a proxy leaves that takes leading parts away."""
    return len(given) <= len(wanted) and wanted[len(wanted) - len(given) :] == given


def _derive(token: str, purpose: str) -> str:
    return hmac.new(token.encode(), purpose.encode(), sha256).hexdigest()


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url if "://" in url else f"https://{url}")
    except ValueError:
        return urlsplit("")


def _spelled(url: str) -> tuple[str, str, int | None, list[str]]:
    parts = _split(url)
    try:
        port = parts.port
    except ValueError:
        port = -1
    return parts.scheme, parts.hostname or "", port or PORTS.get(parts.scheme), segments_of(unquote(parts.path))


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def _in_a_line(text: str) -> str:
    shown = "".join(sign if sign.isprintable() else " " for sign in text[:LONGEST_REASON])
    return " ".join(shown.split()) or "no reason"


_BY_STATUS = (
    ("3", Hindrance.REDIRECT),
    ("404", Hindrance.NOT_FOUND),
    ("401", Hindrance.NOT_FOUND),
    ("403", Hindrance.NOT_FOUND),
    ("405", Hindrance.NOT_FOUND),
    ("413", Hindrance.TOO_LARGE),
    ("429", Hindrance.BUSY),
    ("503", Hindrance.BUSY),
    ("502", Hindrance.GATEWAY),
    ("504", Hindrance.GATEWAY),
)
"""How the status begins that Telegram was answered: `Wrong response from the webhook: 404 Not Found`."""
_BY_WORD = (
    ("ssl", Hindrance.CERTIFICATE),
    ("certificate", Hindrance.CERTIFICATE),
    ("refused", Hindrance.UNREACHABLE),
    ("timed out", Hindrance.UNREACHABLE),
    ("timeout", Hindrance.UNREACHABLE),
    ("resolve", Hindrance.UNREACHABLE),
    ("route", Hindrance.UNREACHABLE),
    ("unreachable", Hindrance.UNREACHABLE),
    ("reset", Hindrance.UNREACHABLE),
)
