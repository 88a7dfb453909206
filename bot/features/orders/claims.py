"""`/myorder`: a fan says that an order is theirs. Staff confirm or decline, or give an order to a fan by hand."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.orders import owners
from bot.features.orders.rows import find_order, lock_with_coupons, name_of
from bot.rules.act import Act
from bot.rules.naming import Named
from bot.rules.orders.claims import (
    ClaimConfirmed,
    ClaimDeclined,
    ClaimGone,
    ClaimHeard,
    ClaimLine,
    ClaimList,
    ClaimSettled,
    ClaimWaits,
    ManyClaims,
    NotAFan,
    OrderGiven,
    OrderTheirsBefore,
)
from bot.rules.orders.numbers import order_key
from bot.rules.orders.orders import OrderUnknown
from bot.rules.orders.told import Belongs, OrderPolicy, OrderState
from bot.rules.orders.whose import ClaimedBy, ClaimState
from bot.rules.place import Place
from bot.store import causes
from bot.store.audit import first_answer, record_act
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.members import standing
from bot.store.tables import AuditEntry, Member, Order, OrderClaim, Person
from bot.store.tables.base import id_of

CONFIRMED = "claim.confirmed"
DECLINED = "claim.declined"
GIVEN = "order.given"

ConfirmOutcome = ClaimConfirmed | ClaimSettled | ClaimWaits | ClaimGone
DeclineOutcome = ClaimDeclined | ClaimSettled | ClaimGone
GiveOutcome = OrderGiven | OrderTheirsBefore | OrderUnknown | NotAFan


class Claims:
    """Use cases of whose an order is."""

    def __init__(self, db: Database, policy: OrderPolicy) -> None:
        self._db = db
        self._policy = policy

    async def claim(self, act: Act, ref: str) -> ClaimHeard | ManyClaims:
        """A fan tells the number of their order."""
        return await self._db.write(claim, act, ref, self._policy)

    async def listed(self, place: Place) -> ClaimList:
        """What staff haven't decided."""
        return await self._db.read(listed, place, self._policy)

    async def confirm(self, act: Act, claim_id: int) -> ConfirmOutcome:
        """Staff say that the order is this fan's."""
        return await self._db.write(confirm, act, claim_id)

    async def decline(self, act: Act, claim_id: int) -> DeclineOutcome:
        """Staff say that it isn't."""
        return await self._db.write(decline, act, claim_id)

    async def give(self, act: Act, ref: str, fan: Named) -> GiveOutcome:
        """Staff give an order to a fan by hand."""
        return await self._db.write(give, act, ref, fan)


def claim(tx: Tx, act: Act, ref: str, policy: OrderPolicy) -> ClaimHeard | ManyClaims:
    """Write down that a fan claims an order, once. The answer tells nothing of the order.

    A claim of what is the fan's already is confirmed. The order may also come later.
    """
    member = standing(tx, act.community_id, act.sender, act.at)
    key = order_key(ref)
    mine = (col(OrderClaim.community_id) == act.community_id, col(OrderClaim.member_id) == member.member_id)
    if tx.execute(select(col(OrderClaim.id)).where(*mine, col(OrderClaim.key) == key)).first() is not None:
        return ClaimHeard()
    waiting: int = tx.execute(
        select(func.count()).select_from(OrderClaim).where(*mine, col(OrderClaim.state) == ClaimState.OPEN)
    ).scalar_one()
    if waiting >= policy.open_claims:
        return ManyClaims(policy.open_claims)
    claimant = owners.Claimant(member.member_id, ClaimedBy.FAN, act.at)
    claim_id = owners.add_claim(tx, act.community_id, ref, key, claimant)
    if claim_id is None:
        return ClaimHeard()
    order = find_order(tx, act.community_id, ref)
    if order is not None and order.member_id == member.member_id:
        made = tx.get_one(OrderClaim, claim_id)
        made.state, made.order_id, made.settled_at = ClaimState.CONFIRMED, order.id, act.at
        tx.flush()
    else:
        owners.notify_owner(tx, act.place, [claim_id], act.at)
    return ClaimHeard()


def confirm(tx: Tx, act: Act, claim_id: int) -> ConfirmOutcome:
    """The order is this fan's from now on. Claims of others are declined."""
    before = first_answer(tx, act, ClaimConfirmed)
    if before is not None:
        return before
    found = _claim(tx, act.community_id, claim_id)
    if found is None:
        return ClaimGone()
    seen = find_order(tx, act.community_id, found.ref)
    order = lock_with_coupons(tx, id_of(seen)) if seen is not None else None
    found = _claim(tx, act.community_id, claim_id, lock=True)
    if found is None:
        return ClaimGone()
    fan = name_of(tx, found.member_id) or ""
    if found.state != ClaimState.OPEN:
        return ClaimSettled(found.ref, fan, ClaimState(found.state))
    if order is None:
        return ClaimWaits(found.ref)
    theirs = order.member_id == found.member_id
    moved = owners.give_to(tx, act, order, found.member_id, Belongs(order.belongs) if theirs else Belongs.CLAIM)
    entry = _record(tx, act, CONFIRMED, order, moved)
    outcome = ClaimConfirmed(order.ref, fan, order.value - order.refunded, order.currency, moved.others, id_of(entry))
    entry.answer = causes.to_json(outcome)
    return outcome


def decline(tx: Tx, act: Act, claim_id: int) -> DeclineOutcome:
    """The order isn't this fan's. They hear nothing of it."""
    before = first_answer(tx, act, ClaimDeclined)
    if before is not None:
        return before
    found = _claim(tx, act.community_id, claim_id, lock=True)
    if found is None:
        return ClaimGone()
    fan = name_of(tx, found.member_id) or ""
    if found.state != ClaimState.OPEN:
        return ClaimSettled(found.ref, fan, ClaimState(found.state))
    found.state, found.settled_at, found.settled_by = ClaimState.DECLINED, act.at, act.actor_id
    entry = record_act(
        tx,
        act,
        DECLINED,
        found.ref,
        subject_id=found.id,
        before={"state": ClaimState.OPEN, "member_id": found.member_id},
        after={"state": ClaimState.DECLINED},
    )
    outcome = ClaimDeclined(found.ref, fan, id_of(entry))
    entry.answer = causes.to_json(outcome)
    return outcome


def give(tx: Tx, act: Act, ref: str, fan: Named) -> GiveOutcome:
    """The order is this fan's from now on, because staff say so. Claims of others are declined."""
    before = first_answer(tx, act, OrderGiven)
    if before is not None:
        return before
    member_id = tx.execute(
        select(col(Member.id)).where(col(Member.community_id) == act.community_id, col(Member.user_id) == fan.user_id)
    ).scalar_one_or_none()
    if member_id is None:
        return NotAFan(fan.shown)
    seen = find_order(tx, act.community_id, ref)
    if seen is None:
        return OrderUnknown(ref)
    order = lock_with_coupons(tx, id_of(seen))
    if order.member_id == member_id:
        return OrderTheirsBefore(order.ref, fan.shown)
    was_theirs = order.member_id is not None
    moved = owners.give_to(tx, act, order, member_id, Belongs.STAFF)
    entry = _record(tx, act, GIVEN, order, moved)
    outcome = OrderGiven(order.ref, fan.shown, was_theirs, id_of(entry))
    entry.answer = causes.to_json(outcome)
    return outcome


def undo_given(tx: Tx, act: Act, entry: AuditEntry) -> bool:
    """The order is whose it was before staff gave it to a fan or confirmed a claim. False if that changed since."""
    order_id = tx.execute(
        select(col(Order.id)).where(col(Order.community_id) == act.community_id, col(Order.id) == entry.subject_id)
    ).scalar_one_or_none()
    return order_id is not None and owners.take_from(tx, lock_with_coupons(tx, order_id), entry)


def undo_declined(tx: Tx, act: Act, entry: AuditEntry) -> bool:
    """The claim waits again. False if it was decided anew."""
    found = _claim(tx, act.community_id, entry.subject_id, lock=True)
    if found is None or found.state != ClaimState.DECLINED or found.settled_at != entry.at:
        return False
    found.state, found.settled_at, found.settled_by = ClaimState.OPEN, None, None
    tx.flush()
    return True


def _record(tx: Tx, act: Act, name: str, order: Order, moved: owners.Moved) -> AuditEntry:
    return record_act(tx, act, name, order.ref, subject_id=order.id, before=moved.before, after=moved.after)


def _claim(tx: Tx, community_id: int, claim_id: int | None, *, lock: bool = False) -> OrderClaim | None:
    query = select(OrderClaim).where(col(OrderClaim.community_id) == community_id, col(OrderClaim.id) == claim_id)
    query = query.with_for_update() if lock else query
    return tx.execute(query.execution_options(populate_existing=True)).scalar_one_or_none()


def listed(session: Session, place: Place, policy: OrderPolicy) -> ClaimList:
    """The claims that have waited longest, and with each those of other fans for the same order."""
    waiting = (col(OrderClaim.community_id) == place.community_id, col(OrderClaim.state) == ClaimState.OPEN)
    oldest = session.execute(
        select(col(OrderClaim.key)).where(*waiting).order_by(col(OrderClaim.id)).limit(policy.claims_shown)
    ).scalars()
    keys = list(dict.fromkeys(oldest))
    rows: Sequence[Any] = session.execute(
        select(OrderClaim, col(Person.name))
        .join(Member, col(Member.id) == col(OrderClaim.member_id))
        .join(Person, col(Person.user_id) == col(Member.user_id))
        .where(*waiting, col(OrderClaim.key).in_(keys))
        .order_by(col(OrderClaim.id))
    ).all()
    ordered = sorted(rows, key=lambda row: (keys.index(row[0].key), row[0].id))[: policy.claims_shown]
    lines = tuple(_line(session, number, claim_, fan) for number, (claim_, fan) in enumerate(ordered, start=1))
    return ClaimList(lines, owners.count_open(session, place.community_id) - len(lines))


def _line(session: Session, number: int, found: OrderClaim, fan: str) -> ClaimLine:
    order = find_order(session, found.community_id, found.ref)
    told = (id_of(found), number, fan, found.ref, ClaimedBy(found.how), found.made_at)
    if order is None:
        return ClaimLine(*told)
    return ClaimLine(
        *told,
        came=True,
        state=OrderState(order.state),
        value=order.value - order.refunded,
        currency=order.currency,
        paid_at=order.at,
        owner=name_of(session, order.member_id),
        belongs=Belongs(order.belongs),
    )


def claimants(session: Session, order: Order) -> tuple[str, ...]:
    """The fans whose an order may be, and about whom staff haven't decided."""
    rows = session.execute(
        select(col(Person.name))
        .join(Member, col(Member.user_id) == col(Person.user_id))
        .join(OrderClaim, col(OrderClaim.member_id) == col(Member.id))
        .where(
            col(OrderClaim.community_id) == order.community_id,
            col(OrderClaim.key) == order.key,
            col(OrderClaim.state) == ClaimState.OPEN,
        )
        .order_by(col(OrderClaim.id))
    ).scalars()
    return tuple(name for name in rows)
