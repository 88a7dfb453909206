"""Calls by which the shop's platform reports orders: how they are read, and how they are signed."""

import hashlib
import hmac
from datetime import datetime
from typing import Any

from bot.rules.numbers import read_number
from bot.rules.orders.told import EARLIEST, OrderPolicy, OrderState, OrderTold, can_be_paid_at


def read_call(body: Any, now: datetime, policy: OrderPolicy) -> OrderTold | None:
    """The order in a call's JSON; None if the JSON isn't an order."""
    if not isinstance(body, dict):
        return None
    ref, code, value, currency = (body.get(name) for name in ("order", "code", "value", "currency"))
    state, at = body.get("state", OrderState.PAID), body.get("at")
    fits = (
        _is_word(ref, policy.max_ref)
        and (code is None or _is_word(code, policy.max_code))
        and isinstance(value, int)
        and not isinstance(value, bool)
        and 0 <= value <= policy.max_value
        and isinstance(currency, str)
        and len(currency) == 3  # noqa: PLR2004  # letters
        and currency.isascii()
        and currency.isalpha()
        and state in tuple(OrderState)
    )
    moment = _read_instant(at, now)
    if not fits or moment is None:
        return None
    used = str(code).strip() if code is not None else None
    return OrderTold(
        ref=str(ref).strip(),
        value=int(str(value)),
        currency=str(currency).upper(),
        at=moment,
        codes=(used,) if used else (),
        state=OrderState(state),
    )


def _is_word(text: Any, most: int) -> bool:
    return isinstance(text, str) and 0 < len(text.strip()) <= most and text.isprintable()


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
