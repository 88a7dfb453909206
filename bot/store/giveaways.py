"""What operators have given away on a day, added up from what they did: there is no counter that could be wrong.

What counts: packets of the shop's coins, gifts of coins and relays, packets that heart goals promise, and held rewards
that an operator released. What came back of it is taken off. What fans get back of their own coins (refunds, tickets,
cancelled drops), and what the shop's rules pay whoever is on duty (check-ins, streams, invited friends), isn't an
operator's gift.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.airings import AiringState
from bot.rules.calendar import day_of, start_of
from bot.rules.gifts.gifts import PAYS_COINS, GiftKind, GiftState, OfferState, Opens
from bot.rules.giveaways import GiftNeedsStock, GiveawayTooMuch, gift_promises, left_of, may_give
from bot.rules.hearts.hearts import GoalState, StepState, Unlocks, packets_in
from bot.rules.place import Place
from bot.store import forgotten
from bot.store.engine.db import Tx
from bot.store.hearts import STEP_CAUSE, give_of, step_cause
from bot.store.places import lock_shop
from bot.store.tables import Airing, AuditEntry, Community, Gift, GiftOffer, HeartGoal, HeartStep, Packet, Transfer

PACKET_OPENED = "packet.opened"
GIFT_MADE = "gift.made"
GIFT_CLOSED = "gift.closed"
HEARTS_MADE = "hearts.made"
HEARTS_CANCELLED = "hearts.cancelled"
HELD_RELEASED = "held.released"
"""Acts of the audit log by which coins are given away, or promised again."""


def limit_of(session: Session, community_id: int) -> int:
    """Coins that each operator of this shop may give away a day."""
    return session.execute(select(col(Community.giveaway)).where(col(Community.id) == community_id)).scalar_one()


def left_today(session: Session, place: Place, actor_id: int, at: datetime) -> int:
    """Coins that an operator may still give away on the day of `at`."""
    return left_of(given_on(session, place, actor_id, at, at), limit_of(session, place.community_id))


def check(tx: Tx, place: Place, actor_id: int, coins: int, at: datetime) -> GiveawayTooMuch | None:
    """Whether an operator may promise so many coins now. The caller holds the shop's lock until they are promised."""
    if not coins:
        return None
    return may_give(coins, given_on(tx, place, actor_id, at, at), limit_of(tx, place.community_id))


def check_gift(
    tx: Tx, place: Place, actor_id: int, kind: GiftKind, coins: int, stock: int | None, at: datetime
) -> GiveawayTooMuch | GiftNeedsStock | None:
    """The same of an offer of gifts, which must say how many there are."""
    if kind not in PAYS_COINS:
        return None
    if stock is None:
        return GiftNeedsStock(coins, left_today(tx, place, actor_id, at), limit_of(tx, place.community_id))
    return check(tx, place, actor_id, coins * stock, at)


def check_again(tx: Tx, place: Place, undone: AuditEntry, at: datetime) -> GiveawayTooMuch | GiftNeedsStock | None:
    """Whether what an operator promised, and somebody closed, may be promised again: on the day of the first promise.

    Locks the shop where that is a question.
    """
    made_by = {GIFT_CLOSED: GIFT_MADE, HEARTS_CANCELLED: HEARTS_MADE}.get(undone.act)
    if made_by is None:
        return None
    lock_shop(tx, place.community_id)
    made = _made(tx, place, made_by, undone.subject_id)
    if made is None or made.by_owner:
        return None
    given = given_on(tx, place, made.actor_id, made.at, at)
    a_day = limit_of(tx, place.community_id)
    if undone.act == HEARTS_CANCELLED:
        steps = _steps(tx, [undone.subject_id or 0])
        waiting = packets_in(give_of(step) for step in steps if step.state == StepState.WAITING)
        return may_give(waiting, given, a_day) if waiting else None
    offer = tx.get_one(GiftOffer, undone.subject_id)
    if offer.kind not in PAYS_COINS:
        return None
    if offer.stock is None:
        return GiftNeedsStock(offer.coins, left_of(given, a_day), a_day)
    more = offer.coins * offer.stock - _gift(tx, offer, at)
    return may_give(more, given, a_day) if more else None


def check_step(tx: Tx, place: Place, goal_id: int, coins: int, at: datetime) -> bool:
    """Whether a heart goal's packet, whose step was reached just now, may be opened.

    It counts since the goal was set. But its evening may have been closed and opened again, and the limit lowered.
    """
    made = _made(tx, place, HEARTS_MADE, goal_id)
    if made is None or made.by_owner:
        return True
    given = given_on(tx, place, made.actor_id, made.at, at)
    return given + coins <= limit_of(tx, place.community_id)


def goals_owner(tx: Tx, place: Place, goal_id: int) -> bool:
    """Whether the shop's owner of that time set a heart goal."""
    made = _made(tx, place, HEARTS_MADE, goal_id)
    return made is not None and made.by_owner


def given_on(session: Session, place: Place, actor_id: int, day: datetime, now: datetime) -> int:
    """Coins that an operator promised on the local day of `day`, as far as they didn't come back until `now`."""
    if _deleted_on(session, place, actor_id, day, now):
        return limit_of(session, place.community_id)  # nobody can tell any more what it was
    entries = _entries(session, place, actor_id, day)
    by_act: dict[str, list[int]] = {}
    for entry in entries:
        by_act.setdefault(entry.act, []).append(entry.subject_id or 0)
    offers = session.execute(select(GiftOffer).where(col(GiftOffer.id).in_(by_act.get(GIFT_MADE, [])))).scalars().all()
    released = [entry.after or {} for entry in entries if entry.act == HELD_RELEASED]
    return (
        _packets(session, place, by_act.get(PACKET_OPENED, []))
        + sum(_gift(session, offer, now) for offer in offers)
        + _goals(session, place, by_act.get(HEARTS_MADE, []))
        + sum(int(one.get("given", 0)) for one in released)
    )


def _deleted_on(session: Session, place: Place, actor_id: int, day: datetime, now: datetime) -> bool:
    """Whether somebody had their data deleted on that day: what they did before is nobody's act now."""
    deleted = forgotten.deleted_at(session, place.community_id, actor_id, now) if actor_id > 0 else None
    return deleted is not None and day_of(deleted, place.timezone) == day_of(day, place.timezone)


def _entries(session: Session, place: Place, actor_id: int, day: datetime) -> Sequence[AuditEntry]:
    """Acts of that day by which somebody gave something away as an operator."""
    today = day_of(day, place.timezone)
    return (
        session.execute(
            select(AuditEntry).where(
                col(AuditEntry.community_id) == place.community_id,
                col(AuditEntry.actor_id) == actor_id,
                col(AuditEntry.at) >= start_of(today, place.timezone),
                col(AuditEntry.at) < start_of(today + timedelta(days=1), place.timezone),
                col(AuditEntry.act).in_((PACKET_OPENED, GIFT_MADE, HEARTS_MADE, HELD_RELEASED)),
                col(AuditEntry.by_owner).is_(False),
                # What a goal's step opens was promised with the goal.
                or_(col(AuditEntry.cause).is_(None), col(AuditEntry.cause).not_like(f"{STEP_CAUSE}%")),
            )
        )
        .scalars()
        .all()
    )


def _made(tx: Tx, place: Place, act: str, subject_id: int | None) -> AuditEntry | None:
    return tx.execute(
        select(AuditEntry)
        .where(
            col(AuditEntry.community_id) == place.community_id,
            col(AuditEntry.act) == act,
            col(AuditEntry.subject_id) == subject_id,
        )
        .limit(1)
    ).scalar_one_or_none()


def _packets(session: Session, place: Place, packet_ids: Sequence[int]) -> int:
    """What these packets of the shop's coins hold or have paid to fans: their coins without what came back."""
    mine = (col(Packet.id).in_(packet_ids), col(Packet.giver_id).is_(None))
    coins = session.execute(select(func.coalesce(func.sum(Packet.coins), 0)).where(*mine)).scalar_one()
    back = session.execute(
        select(func.coalesce(func.sum(Transfer.amount), 0))
        .join(Packet, col(Packet.escrow_id) == col(Transfer.debit_id))
        .where(*mine, col(Transfer.credit_id) == place.shop_account)
    ).scalar_one()
    return int(coins) - int(back)


def _gift(session: Session, offer: GiftOffer, now: datetime) -> int:
    if offer.kind not in PAYS_COINS:
        return 0
    offered = offer.state == OfferState.OPEN and (offer.closes is None or offer.closes > now)
    # A card for many goes on when its offer is closed: each friend who comes by it takes one more.
    going = (
        session.execute(
            select(col(Gift.id))
            .where(
                col(Gift.offer_id) == offer.id,
                col(Gift.opens) == Opens.MANY,
                col(Gift.state) == GiftState.OPEN,
            )
            .limit(1)
        ).first()
        if not offered
        else None
    )
    return gift_promises(offer.coins, offer.stock, offer.taken, may_grow=offered or going is not None)


def _goals(session: Session, place: Place, goal_ids: Sequence[int]) -> int:
    """What packets of heart goals were opened with, or may still be."""
    running = set(
        session.execute(
            select(col(HeartGoal.id))
            .join(Airing, col(Airing.id) == col(HeartGoal.airing_id))
            .where(
                col(HeartGoal.id).in_(goal_ids),
                col(HeartGoal.state) == GoalState.RUNNING,
                col(Airing.state).in_((AiringState.PLANNED, AiringState.LIVE)),
            )
        ).scalars()
    )
    total, causes = 0, []
    for step in _steps(session, goal_ids):
        give = give_of(step)
        if give.kind is not Unlocks.PACKET:
            continue
        if step.state == StepState.WAITING and step.goal_id in running:
            total += give.coins
        elif step.state == StepState.UNLOCKED:
            causes.append(step_cause(step.goal_id, step.nth))
    opened = session.execute(select(col(Packet.id)).where(col(Packet.cause).in_(causes))).scalars()
    return total + _packets(session, place, [packet_id for packet_id in opened if packet_id is not None])


def _steps(session: Session, goal_ids: Sequence[int]) -> Sequence[HeartStep]:
    return session.execute(select(HeartStep).where(col(HeartStep.goal_id).in_(goal_ids))).scalars().all()
