"""Whose an order is: as it was told, as fans claim it, and as staff decide."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.orders.rows import recounted
from bot.rules.act import Act
from bot.rules.calendar import day_of
from bot.rules.orders.claims import ClaimsNotice, OrderIsYours
from bot.rules.orders.told import Belongs, OrderPolicy
from bot.rules.orders.whose import ClaimedBy, ClaimState, Whose, whose
from bot.rules.place import Place
from bot.rules.shop_codes import shop_codes_in
from bot.store.engine.inserts import insert_into
from bot.store.engine.sessions import Tx
from bot.store.leaving import NOBODY
from bot.store.messages.outbox import Terms
from bot.store.messages.payloads import pack
from bot.store.messages.telling import tell_in_private, tell_owner, withdraw_messages
from bot.store.private_messages import readers_among
from bot.store.shop_codes import members_with_codes
from bot.store.tables import AuditEntry, Member, Order, OrderClaim
from bot.store.tables.base import id_of

NOTICE_KEPT = timedelta(days=2)
TOLD_KEPT = timedelta(days=2)


def owner_told(
    session: Session, community_id: int, by_coupon: frozenset[int], note: str | None, policy: OrderPolicy
) -> Whose:
    """Whose an order is, by its coupons and its note. People who had their data deleted are nobody."""
    by_code = members_with_codes(session, community_id, shop_codes_in(note, policy.max_codes))
    return whose(_people_among(session, by_coupon), by_code)


def _people_among(session: Session, member_ids: frozenset[int]) -> frozenset[int]:
    if not member_ids:
        return member_ids
    found = session.execute(
        select(col(Member.id)).where(col(Member.id).in_(member_ids), col(Member.user_id) > NOBODY)
    ).scalars()
    return frozenset(member_id for member_id in found if member_id is not None)


def ask_staff(tx: Tx, place: Place, order: Order, asked: Iterable[tuple[int, ClaimedBy]], at: datetime) -> None:
    """Write down whose else an order may be. Who is written down already is asked about no second time."""
    made = [
        add_claim(tx, order.community_id, order.ref, order.key, Claimant(member_id, how, at))
        for member_id, how in asked
    ]
    new = [claim_id for claim_id in made if claim_id is not None]
    if new:
        notify_owner(tx, place, new, at)


@dataclass(frozen=True, slots=True)
class Claimant:
    """Whose an order may be, why, and since when."""

    member_id: int
    how: ClaimedBy
    at: datetime


def add_claim(tx: Tx, community_id: int, ref: str, key: str, claimant: Claimant) -> int | None:
    """Write down an open claim; its id, or None if this member has one for this order already."""
    return tx.execute(
        insert_into(tx, OrderClaim)
        .values(
            community_id=community_id,
            ref=ref,
            key=key,
            member_id=claimant.member_id,
            how=claimant.how,
            state=ClaimState.OPEN,
            made_at=claimant.at,
        )
        .on_conflict_do_nothing()
        .returning(col(OrderClaim.id))
    ).scalar()


def count_open(session: Session, community_id: int) -> int:
    """How many claims wait for staff."""
    found: int = session.execute(
        select(func.count())
        .select_from(OrderClaim)
        .where(col(OrderClaim.community_id) == community_id, col(OrderClaim.state) == ClaimState.OPEN)
    ).scalar_one()
    return found


def notify_owner(tx: Tx, place: Place, new: Collection[int], at: datetime) -> None:
    """Tell the owner that claims wait, with the first ones of a day. `new` are the claims that were just written.

    The promise's key guards only two first claims at once: it goes when the message is delivered.
    """
    latest = tx.execute(
        select(col(OrderClaim.made_at))
        .where(col(OrderClaim.community_id) == place.community_id, col(OrderClaim.id).not_in(new))
        .order_by(col(OrderClaim.made_at).desc())
        .limit(1)
    ).scalar_one_or_none()
    today = day_of(at, place.timezone)
    if latest is not None and day_of(latest, place.timezone) >= today:
        return
    notice = ClaimsNotice(count_open(tx, place.community_id))
    terms = Terms(now=at, key=f"claims:{place.community_id}:{today}", not_after=at + NOTICE_KEPT)
    tell_owner(tx, place, notice, terms)


def confirm_by_itself(tx: Tx, place: Place, order: Order, at: datetime) -> None:
    """Confirm the claim of the member whose a locked order is, if what was told of the order says so."""
    if order.member_id is None or order.belongs not in (Belongs.COUPON, Belongs.SHOP_CODE):
        return
    tx.flush()
    confirmed = tx.execute(
        update(OrderClaim)
        .where(
            col(OrderClaim.community_id) == order.community_id,
            col(OrderClaim.key) == order.key,
            col(OrderClaim.member_id) == order.member_id,
            col(OrderClaim.state) == ClaimState.OPEN,
        )
        .values(state=ClaimState.CONFIRMED, order_id=order.id, settled_at=at)
        .returning(col(OrderClaim.id), col(OrderClaim.how))
    ).one_or_none()
    if confirmed is not None and confirmed.how == ClaimedBy.FAN:
        _tell_fan(tx, place, order, confirmed.id, at)


@dataclass(frozen=True, slots=True)
class Moved:
    """What an order's new owner changed, for the audit log and for undoing."""

    before: dict[str, Any]
    after: dict[str, Any]
    others: int
    """How many other fans' open claims were declined."""


def give_to(tx: Tx, act: Act, order: Order, member_id: int, belongs: Belongs) -> Moved:
    """Make a locked order a member's. Their claim is confirmed, and those of others are declined."""
    before = {"member_id": order.member_id, "belongs": order.belongs}
    with recounted(tx, order):
        order.member_id, order.belongs = member_id, belongs
    claims = lock_claims(tx, order)
    states = {str(id_of(claim)): claim.state for claim in claims}
    others = sum(claim.state == ClaimState.OPEN and claim.member_id != member_id for claim in claims)
    for claim in claims:
        if claim.member_id != member_id and claim.state != ClaimState.DECLINED:
            _settle(claim, ClaimState.DECLINED, None, act)
    tx.flush()  # one order has one confirmed claim: the old one goes first
    for claim in claims:
        if claim.member_id == member_id and claim.state != ClaimState.CONFIRMED:
            _settle(claim, ClaimState.CONFIRMED, order.id, act)
            if claim.how == ClaimedBy.FAN:
                _tell_fan(tx, act.place, order, id_of(claim), act.at)
    tx.flush()
    return Moved(before, {"member_id": member_id, "belongs": belongs, "claims": states}, others)


def _settle(claim: OrderClaim, state: ClaimState, order_id: int | None, act: Act) -> None:
    claim.state, claim.order_id = state, order_id
    claim.settled_at, claim.settled_by = act.at, act.actor_id


def lock_claims(tx: Tx, order: Order) -> Sequence[OrderClaim]:
    """All claims of a locked order, locked."""
    return (
        tx.execute(
            select(OrderClaim)
            .where(col(OrderClaim.community_id) == order.community_id, col(OrderClaim.key) == order.key)
            .order_by(col(OrderClaim.id))
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        .scalars()
        .all()
    )


def take_from(tx: Tx, order: Order, entry: AuditEntry) -> bool:
    """Undo `give_to`: the order is whose it was, and claims are as they were. False if its owner changed since."""
    before, after = entry.before or {}, entry.after or {}
    if (order.member_id, order.belongs) != (after.get("member_id"), after.get("belongs")):
        return False
    owner = before.get("member_id")
    if owner is not None and not _people_among(tx, frozenset({owner})):
        owner = None  # they had their data deleted since
    with recounted(tx, order):
        order.member_id, order.belongs = owner, before["belongs"] if owner is not None else Belongs.NOBODY
    states: dict[str, str] = after.get("claims", {})
    claims = [claim for claim in lock_claims(tx, order) if str(id_of(claim)) in states]
    for claim in sorted(claims, key=lambda claim: states[str(id_of(claim))] == ClaimState.CONFIRMED):
        _restore(claim, ClaimState(states[str(id_of(claim))]), order)
        tx.flush()
        withdraw_messages(tx, order.community_id, _told_key(id_of(claim)))
    return True


def _restore(claim: OrderClaim, state: ClaimState, order: Order) -> None:
    claim.state, claim.order_id = state, order.id if state is ClaimState.CONFIRMED else None
    if state is ClaimState.OPEN:
        claim.settled_at = claim.settled_by = None


def _tell_fan(tx: Tx, place: Place, order: Order, claim_id: int, at: datetime) -> None:
    """Tell a fan in private that the order whose number they told counts for them, if they may be written to."""
    if order.member_id is None:
        return
    readers = readers_among(tx, [order.member_id], place.language, wanted=True, inside=False)
    reader = readers.get(order.member_id)
    if reader is not None:
        terms = Terms(now=at, key=f"{_told_key(claim_id)}:fan", not_after=at + TOLD_KEPT)
        tell_in_private(tx, place.community_id, reader, pack(OrderIsYours(order.ref)), terms)


def _told_key(claim_id: int) -> str:
    return f"orderclaim:{claim_id}"
