"""An order came in, and what follows from it: its coupon, the fan's tier, their inviter's reward."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from bot.features.orders import orders
from bot.flows.redeem import after_redeemed
from bot.rules.files import ImportPolicy
from bot.rules.orders.orders import (
    OrderPolicy,
    OrdersTaken,
    OrderState,
    OrderTaken,
    OrderTold,
    OrderTrouble,
    RefusedLine,
)
from bot.rules.place import Place
from bot.store import causes
from bot.store.audit import caused_by, record
from bot.store.engine.db import Database, Tx

IMPORTED = "orders.imported"

Line = tuple[int, str, OrderTold | OrderTrouble]
"""A line of a file: its number, what it calls its order, and what it tells or why it can't be read."""


async def tell_order(db: Database, place: Place, told: OrderTold, now: datetime) -> OrderTaken:
    """An order as the shop's platform tells of it."""
    return await db.write(_tell, place, told, now)


async def take_file(
    db: Database,
    place: Place,
    actor_id: int,
    lines: Sequence[Line],
    at: datetime,
    cause: str,
    policy: OrderPolicy,
    files: ImportPolicy,
) -> OrdersTaken:
    """Take a file's orders, line by line: what is wrong with one leaves the others alone.

    In chunks: a redelivered file goes on where an interrupted one stopped and reports the whole.
    """
    before = await db.read(_answered, place, cause)
    if before is not None:
        return before
    done = known = 0
    refused: list[RefusedLine] = []
    for start in range(0, len(lines), policy.chunk):
        chunk = lines[start : start + policy.chunk]
        came = await db.write(_take_some, place, actor_id, chunk, at, cause)
        for (number, ref, _), taken in zip(chunk, came, strict=True):
            if taken.trouble is not None:
                refused.append(RefusedLine(number, ref, taken.trouble))
            known += taken.trouble is None and taken.known
            done += taken.trouble is None and not taken.known
    outcome = OrdersTaken(len(lines), done, known, len(refused), tuple(refused[: files.shown]))
    return await db.write(_write_down, place, actor_id, outcome, at, cause)


def _tell(tx: Tx, place: Place, told: OrderTold, now: datetime) -> OrderTaken:
    if told.state is OrderState.REFUNDED:
        return orders.take_back(tx, place, told, now)
    return _take(tx, place, told, None, now, None)


def _take(tx: Tx, place: Place, told: OrderTold, actor_id: int | None, now: datetime, cause: str | None) -> OrderTaken:
    taken = orders.take(tx, place, told, actor_id, now, cause)
    if taken.redeems is not None:
        after_redeemed(tx, place, taken.redeems, now)
    return taken


def _take_some(
    tx: Tx, place: Place, actor_id: int, chunk: Sequence[Line], at: datetime, cause: str
) -> list[OrderTaken]:
    return [
        OrderTaken(told) if isinstance(told, OrderTrouble) else _take(tx, place, told, actor_id, at, cause)
        for _, _, told in chunk
    ]


def _write_down(tx: Tx, place: Place, actor_id: int, outcome: OrdersTaken, at: datetime, cause: str) -> OrdersTaken:
    done = caused_by(tx, place.community_id, cause)
    if done is not None and done.answer is not None:
        return causes.from_json(OrdersTaken, done.answer)
    entry = record(
        tx,
        community_id=place.community_id,
        actor_id=actor_id,
        act=IMPORTED,
        subject=f"{outcome.done}/{outcome.lines}",
        at=at,
        cause=cause,
        after={"lines": outcome.lines, "done": outcome.done, "known": outcome.known, "refused": outcome.count},
    )
    entry.answer = causes.to_json(outcome)
    return outcome


def _answered(session: Session, place: Place, cause: str) -> OrdersTaken | None:
    """What this file was answered with, if it comes again."""
    done = caused_by(session, place.community_id, cause)
    return causes.from_json(OrdersTaken, done.answer) if done is not None and done.answer is not None else None
