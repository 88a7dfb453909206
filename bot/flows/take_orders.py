"""Take an order: redeem its coupons, count it for its fan's tier, and make their inviter's reward due."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from bot.features.orders import refunds, taking
from bot.features.orders.taking import ToldBy
from bot.flows.redeem import after_redeemed
from bot.rules.act import Act
from bot.rules.files import ImportPolicy
from bot.rules.orders.orders import ForeignCode, OrdersTaken, RefusedLine, UnusedCoupon
from bot.rules.orders.told import OrderPolicy, OrderTaken, OrderTold, OrderTrouble
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
        self._policies = policies
        self._chunk = policies[OrderPolicy].chunk
        self._lines_shown = policies[ImportPolicy].shown

    async def take(self, place: Place, told: OrderTold, now: datetime) -> OrderTaken:
        """Take an order that the shop's platform reports."""
        return await self._db.write(take_told, told, ToldBy(place, now), self._policies)

    async def take_file(self, act: Act, lines: Sequence[Line]) -> OrdersTaken:
        """Take the orders of a file line by line. A wrong line doesn't stop the others.

        The work is done in chunks. If a file was interrupted and comes again, the rest is taken, and the report is
        about the whole file.
        """
        before = await self._db.read(_first_report, act)
        if before is not None:
            return before
        answers: list[OrderTaken] = []
        for start in range(0, len(lines), self._chunk):
            chunk = lines[start : start + self._chunk]
            answers += await self._db.write(_take_chunk, act, chunk, self._policies)
        return await self._db.write(_record_report, act, _report(lines, answers, self._lines_shown))


def _report(lines: Sequence[Line], answers: Sequence[OrderTaken], shown: int) -> OrdersTaken:
    """What became of all lines. `shown` is how many lines and codes are told one by one."""
    pairs = [(number, ref, taken) for (number, ref, _), taken in zip(lines, answers, strict=True)]
    refused = [RefusedLine(number, ref, taken.trouble) for number, ref, taken in pairs if taken.trouble is not None]
    remarks = [(number, ref, remark) for number, ref, taken in pairs for remark in taken.remarks]
    foreign = Counter(remark.code for _, _, remark in remarks if remark.why is OrderTrouble.CODE_UNKNOWN)
    unused = [
        UnusedCoupon(number, ref, remark.code, remark.why)
        for number, ref, remark in remarks
        if remark.why is not OrderTrouble.CODE_UNKNOWN
    ]
    stand = [taken for taken in answers if taken.trouble is None]
    known, updated, void = (sum(bool(getattr(one, name)) for one in stand) for name in ("known", "updated", "void"))
    return OrdersTaken(
        lines=len(lines),
        done=len(stand) - known - updated - void,
        known=known,
        count=len(refused),
        refused=tuple(refused[:shown]),
        updated=updated,
        void=void,
        coupons=sum(len(taken.redeems) for taken in stand),
        foreign=tuple(ForeignCode(code, times) for code, times in foreign.most_common(shown)),
        unused=tuple(unused[:shown]),
        left_out=len(unused),
    )


def take_told(tx: Tx, told: OrderTold, by: ToldBy, policies: Policies) -> OrderTaken:
    """Take a paid order, or take back a refunded one."""
    taken = taking.take(tx, told, by, policies)
    for member_id in dict.fromkeys(taken.redeems):
        after_redeemed(tx, by.place, member_id, by.at)
    return taken


def undo_refund(tx: Tx, act: Act, entry: AuditEntry, policies: Policies) -> bool:
    """Undo a refund: the order counts again, and its coupons are redeemed again. False if that is too late."""
    members = refunds.undo_refund(tx, act, entry, policies[TierPolicy])
    for member_id in dict.fromkeys(members or ()):
        after_redeemed(tx, act.place, member_id, act.at)
    return members is not None


def _take_chunk(tx: Tx, act: Act, chunk: Sequence[Line], policies: Policies) -> list[OrderTaken]:
    by = ToldBy(act.place, act.at, act.actor_id, act.cause)
    return [
        OrderTaken(told) if isinstance(told, OrderTrouble) else take_told(tx, told, by, policies)
        for _, _, told in chunk
    ]


def _record_report(tx: Tx, act: Act, report: OrdersTaken) -> OrdersTaken:
    lock_shop(tx, act.community_id)
    before = first_answer(tx, act, OrdersTaken)
    if before is not None:
        return before
    figures = {
        "lines": report.lines,
        "done": report.done,
        "known": report.known,
        "updated": report.updated,
        "void": report.void,
        "refused": report.count,
    }
    entry = record_act(tx, act, IMPORTED, f"{report.done}/{report.lines}", after=figures)
    entry.answer = causes.to_json(report)
    return report


def _first_report(session: Session, act: Act) -> OrdersTaken | None:
    """The report that this file got before; None if it is new."""
    return first_answer(session, act, OrdersTaken)
