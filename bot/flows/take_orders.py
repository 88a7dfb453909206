"""Take an order: redeem its coupon, count it for the fan's tier, and make their inviter's reward due."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from bot.features.orders import orders
from bot.features.orders.orders import ToldBy
from bot.flows.redeem import after_redeemed
from bot.rules.act import Act
from bot.rules.files import ImportPolicy
from bot.rules.orders.orders import OrdersTaken, RefusedLine
from bot.rules.orders.told import OrderPolicy, OrderState, OrderTaken, OrderTold, OrderTrouble
from bot.rules.place import Place
from bot.rules.policies import Policies
from bot.rules.tiers import TierPolicy
from bot.store import causes
from bot.store.audit import first_answer, record_act
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.places import lock_shop
from bot.store.tables import AuditEntry

IMPORTED = "orders.imported"

Line = tuple[int, str, OrderTold | OrderTrouble]
"""A line of a file: its number, its order number as written, and its order, or why it can't be read."""


class OrderIntake:
    """Takes orders that a shop's platform or a file reports."""

    def __init__(self, db: Database, policies: Policies) -> None:
        self._db = db
        self._tiers = policies[TierPolicy]
        self._chunk = policies[OrderPolicy].chunk
        self._lines_shown = policies[ImportPolicy].shown

    async def take(self, place: Place, told: OrderTold, now: datetime) -> OrderTaken:
        """Take an order that the shop's platform reports."""
        return await self._db.write(take_told, place, told, now, self._tiers)

    async def take_file(self, act: Act, lines: Sequence[Line]) -> OrdersTaken:
        """Take the orders of a file line by line. A wrong line doesn't stop the others.

        The work is done in chunks. If a file was interrupted and comes again, the rest is taken, and the report is
        about the whole file.
        """
        before = await self._db.read(_first_report, act)
        if before is not None:
            return before
        done = known = 0
        refused: list[RefusedLine] = []
        for start in range(0, len(lines), self._chunk):
            chunk = lines[start : start + self._chunk]
            answers = await self._db.write(_take_chunk, act, chunk, self._tiers)
            for (number, ref, _), taken in zip(chunk, answers, strict=True):
                if taken.trouble is not None:
                    refused.append(RefusedLine(number, ref, taken.trouble))
                known += taken.trouble is None and taken.known
                done += taken.trouble is None and not taken.known
        report = OrdersTaken(len(lines), done, known, len(refused), tuple(refused[: self._lines_shown]))
        return await self._db.write(_record_report, act, report)


def take_told(tx: Tx, place: Place, told: OrderTold, now: datetime, tiers: TierPolicy) -> OrderTaken:
    """Take a paid order, or take back a refunded one."""
    if told.state is not OrderState.PAID:
        return orders.take_back(tx, place, told, now)
    return _take(tx, told, ToldBy(place, now), tiers)


def undo_refund(tx: Tx, act: Act, entry: AuditEntry) -> bool:
    """Undo a refund: the order counts again, and its coupon is redeemed again. False if that is too late."""
    member_id = orders.undo_refund(tx, act, entry)
    if member_id is not None:
        after_redeemed(tx, act.place, member_id, act.at)
    return member_id is not None


def _take(tx: Tx, told: OrderTold, by: ToldBy, tiers: TierPolicy) -> OrderTaken:
    taken = orders.take(tx, told, by, tiers)
    if taken.redeems is not None:
        after_redeemed(tx, by.place, taken.redeems, by.at)
    return taken


def _take_chunk(tx: Tx, act: Act, chunk: Sequence[Line], tiers: TierPolicy) -> list[OrderTaken]:
    by = ToldBy(act.place, act.at, act.actor_id, act.cause)
    return [OrderTaken(told) if isinstance(told, OrderTrouble) else _take(tx, told, by, tiers) for _, _, told in chunk]


def _record_report(tx: Tx, act: Act, report: OrdersTaken) -> OrdersTaken:
    lock_shop(tx, act.community_id)
    before = first_answer(tx, act, OrdersTaken)
    if before is not None:
        return before
    figures = {"lines": report.lines, "done": report.done, "known": report.known, "refused": report.count}
    entry = record_act(tx, act, IMPORTED, f"{report.done}/{report.lines}", after=figures)
    entry.answer = causes.to_json(report)
    return report


def _first_report(session: Session, act: Act) -> OrdersTaken | None:
    """The report that this file got before; None if it is new."""
    return first_answer(session, act, OrdersTaken)
