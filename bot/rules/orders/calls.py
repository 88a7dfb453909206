"""Calls by which the shop's platform reports orders: how they are read, and how they are signed."""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.rules.currencies import CODES
from bot.rules.numbers import read_number
from bot.rules.orders.numbers import is_order_number
from bot.rules.orders.statuses import Standing, standing_of
from bot.rules.orders.told import EARLIEST, OrderPolicy, OrderState, OrderTold, can_be_paid_at

FIELDS = (
    *("order", "value", "currency", "at", "state", "status"),
    *("code", "codes", "note", "discount", "refunded"),
)
"""The fields of a call. Another one is told to the caller: it is most likely misspelt."""
MOST_DIGITS = 40
"""Digits of a number that is read at all. Python refuses those of thousands, and no field takes so large a one."""
LONGEST_FIELD = 40
"""Characters of a field's name that an answer repeats."""
SURROGATE = re.compile("[\ud800-\udfff]")
"""Half a character, which JSON can hold and no text can."""
STANDINGS = {"pending": Standing.UNPAID} | {state.value: Standing(state.value) for state in OrderState}
"""The words of `state`. `status` takes each word that platforms use."""


@dataclass(frozen=True, slots=True)
class Malformed:
    """A call's JSON isn't an order."""

    field: str | None = None
    """The field that is missing, unknown or unreadable; None if the whole JSON isn't an object."""


@dataclass(frozen=True, slots=True)
class NotPaidYet:
    """The call tells of an order that waits: for its payment, or for a decision about a refund. Nothing is taken."""

    order: str


@dataclass(frozen=True, slots=True)
class Repeated:
    """An object of JSON that has a field twice. Which of the two is meant isn't known."""

    field: str


class TooLong:
    """A number of more digits than any field takes."""


def read_json(body: bytes) -> Any:
    """A call's JSON, where an object with a field twice is `Repeated`, and an endless number is `TooLong`.

    Raises:
        ValueError: it is no JSON.
        RecursionError: it is nested thousands deep.
    """
    return json.loads(body, object_pairs_hook=_object, parse_int=_whole_number)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any] | Repeated:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            return Repeated(name)
        found[name] = value
    return found


def _whole_number(digits: str) -> int | TooLong:
    return int(digits) if len(digits) <= MOST_DIGITS else TooLong()


def read_call(body: Any, currency: str, now: datetime, policy: OrderPolicy) -> OrderTold | NotPaidYet | Malformed:
    """The order in a call's JSON. `currency` is the shop's, for a call that names none."""
    if not isinstance(body, dict):
        return Malformed(_echo(body.field) if isinstance(body, Repeated) else None)
    unknown = next((name for name in body if name not in FIELDS), None)
    if unknown is not None:
        return Malformed(_echo(unknown))
    told = {name: value for name, value in body.items() if value is not None}
    wrong = next((name for name in FIELDS if not _fits(name, told, policy)), None)
    standing = _standing(told)
    at = _read_instant(told.get("at"), now)
    if wrong is not None or standing is None or at is None:
        return Malformed(wrong or ("at" if standing is not None else "state" if "state" in told else "status"))
    ref = told["order"].strip()
    if standing in {Standing.UNPAID, Standing.UNDECIDED}:
        return NotPaidYet(ref)
    back = _refunded(told, standing)
    if back is None:
        return Malformed("refunded")
    codes = [code.strip() for code in (told.get("code"), *told.get("codes", ())) if code is not None]
    value = told.get("value", 0)
    return OrderTold(
        ref=ref,
        value=value,
        currency=told.get("currency", currency).upper(),
        at=at,
        codes=tuple(dict.fromkeys(code for code in codes if code)),
        state=_state(standing, value, back),
        taken_back=back,
        discount=told.get("discount"),
        note=told.get("note", "").strip() or None,
    )


def _echo(name: str) -> str:
    """A field's name as it can be repeated."""
    return "".join(sign for sign in name if sign.isprintable())[:LONGEST_FIELD]


def _fits(name: str, told: Mapping[str, Any], policy: OrderPolicy) -> bool:
    """Whether a field is what it must be. What isn't told fits, but that an order needs its number and its value."""
    value = told.get(name)
    if value is None:
        return name != "order" and (name != "value" or _standing(told) is Standing.CANCELLED)
    match name:
        case "value" | "discount" | "refunded":
            fits = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= policy.max_value
        case "currency":
            fits = isinstance(value, str) and value.upper() in CODES
        case "codes":
            fits = isinstance(value, list) and len(value) <= policy.max_codes
            fits = fits and all(_is_word(code, policy.max_code) for code in value)
        case "note":
            fits = isinstance(value, str) and len(value) <= policy.max_note and not SURROGATE.search(value)
        case "order":
            fits = isinstance(value, str) and is_order_number(value, policy.max_ref)
        case "code":
            fits = _is_word(value, policy.max_code)
        case _:
            fits = True  # the instant and the status are read by themselves
    return fits


def _is_word(text: Any, most: int) -> bool:
    return isinstance(text, str) and 0 < len(text.strip()) <= most and text.isprintable()


def _standing(told: Mapping[str, Any]) -> Standing | None:
    """The order's status. `state` is a word of ours, `status` one of the platform. None: both, or an unknown one."""
    state, status = told.get("state"), told.get("status")
    if state is not None and status is not None:
        return None
    if status is not None:
        return standing_of(status) if isinstance(status, str) else None
    return STANDINGS.get(state) if isinstance(state, str) else Standing.PAID if state is None else None


def _refunded(told: Mapping[str, Any], standing: Standing) -> int | None:
    """What was paid back so far; None if it doesn't fit to the status or the value."""
    value, back = told.get("value", 0), told.get("refunded")
    match standing:
        case Standing.REFUNDED:
            return value if back in {None, value} else None
        case Standing.CANCELLED:
            return 0 if back in {None, 0, value} else None
        case Standing.PARTLY_REFUNDED:
            return back if back is not None and 0 < back <= value else None
        case _:
            return (back or 0) if back is None or back <= value else None


def _state(standing: Standing, value: int, back: int) -> OrderState:
    if standing is Standing.CANCELLED:
        return OrderState.CANCELLED
    gone = standing is Standing.REFUNDED or 0 < value == back
    return OrderState.REFUNDED if gone else OrderState.PAID


def _read_instant(at: Any, now: datetime) -> datetime | None:
    """When the order was paid: an ISO time with its zone, or `now` if the call has no time. None if it is neither."""
    if at is None:
        return now
    if not isinstance(at, str):
        return None
    try:
        moment = datetime.fromisoformat(at)
        moment = moment.astimezone(now.tzinfo) if moment.tzinfo is not None else EARLIEST
    except (ValueError, OverflowError):
        return None
    return moment if can_be_paid_at(moment, now) else None


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """The signature that a call must have: HMAC-SHA256 over `timestamp.body`, in hexadecimal."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def is_signed(secret: str, timestamp: str, body: bytes, signature: str, now: datetime, policy: OrderPolicy) -> bool:
    """Whether a call is signed with the secret and recent. A wrong signature takes as long as the right one."""
    if not (timestamp.isascii() and signature.isascii()):
        timestamp = signature = ""  # a header may have bytes that can't be encoded
    right = hmac.compare_digest(sign(secret, timestamp, body).encode(), signature.lower().encode())
    told = read_number(timestamp)
    return right and told is not None and abs(now.timestamp() - told) <= policy.fresh.total_seconds()
