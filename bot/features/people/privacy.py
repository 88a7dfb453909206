"""Being told what is kept, and being forgotten."""

from datetime import datetime
from typing import Any

from sqlalchemy import String, cast, delete, or_, select, tuple_, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.coin_shop.shelf import PurchaseState
from bot.rules.coupons.coupons import CouponState
from bot.rules.people.privacy import (
    DeletionAsked,
    DeletionDone,
    DeletionOutcome,
    NothingKept,
    OwnerStays,
    PrivacyNotice,
)
from bot.rules.place import Place
from bot.rules.raffles.draws import UNREACHABLE
from bot.rules.raffles.raffles import EntryState, RaffleState, Reason
from bot.store import forgotten, ledger
from bot.store.coupons.hand_out import count_usable
from bot.store.engine.db import Database, Tx
from bot.store.invitations import cut_off
from bot.store.messages import set_aside
from bot.store.messages.payloads import TELL
from bot.store.packets import give_up_share, lock_purses, shares_waiting
from bot.store.tables import (
    Account,
    Activity,
    Attendance,
    AuditEntry,
    Campaign,
    Card,
    CheckIn,
    Community,
    Coupon,
    Denied,
    Dialogue,
    FirstTouch,
    GiftOffer,
    GiftOpening,
    Heart,
    HeartGoal,
    Held,
    Item,
    Member,
    Order,
    Outbox,
    Packet,
    PacketTake,
    Person,
    Presence,
    Purchase,
    Raffle,
    RaffleEntry,
    RaffleRedraw,
    Sighting,
    Source,
    Stream,
    Subscription,
)
from bot.store.tables.messages import OutboxState

NOBODY = -(10**15)
"""Ids from here downwards are nobody's: Telegram has none there (its longest take 52 bits, groups' begin at -10^13)."""

NAMED_IN_ANSWER = ("coupon.redeemed",)
NAMED_WITH_PURCHASE = ("item.handed_over", "item.refunded")
"""Acts whose stored answer names the fan."""
HELD_ACTS = ("held.released", "held.refused")
"""The same, of rewards that waited for the shop's look."""


class Privacy:
    """Use cases of what is kept."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def notice(self, place: Place | None, user_id: int) -> PrivacyNotice:
        """What is kept, for `/privacy`."""
        return await self._db.read(notice, place, user_id)

    async def ask(self, place: Place | None, user_id: int, at: datetime) -> DeletionAsked | NothingKept | OwnerStays:
        """What would be lost."""
        return await self._db.read(ask, place, user_id, at)

    async def delete(self, place: Place | None, user_id: int, at: datetime) -> DeletionOutcome:
        """Cut everything from the person."""
        return await self._db.write(forget_me, place, user_id, at)


def notice(session: Session, place: Place | None, user_id: int) -> PrivacyNotice:
    """Whether there is something to stop is all that depends on the reader."""
    if place is None:
        return PrivacyNotice("", reminders=False)
    reminders = session.execute(
        select(col(Member.reminders)).where(
            col(Member.community_id) == place.community_id, col(Member.user_id) == user_id
        )
    ).scalar_one_or_none()
    return PrivacyNotice(place.shop, reminders=bool(reminders))


def ask(session: Session, place: Place | None, user_id: int, at: datetime) -> DeletionAsked | NothingKept | OwnerStays:
    """Count what they hold."""
    if place is not None and place.owner_id == user_id:
        return OwnerStays(place.shop)
    if session.get(Person, user_id) is None:
        return NothingKept()
    shop = place.shop if place is not None else ""
    found = _member(session, place, user_id)
    if found is None:
        return DeletionAsked(shop, 0, 0)
    member_id, _, balance = found
    return DeletionAsked(shop, balance, count_usable(session, member_id, at))


def forget_me(tx: Tx, place: Place | None, user_id: int, at: datetime) -> DeletionOutcome:
    """Cut a person out of a community: what is left counts, and is nobody's."""
    if place is not None and place.owner_id == user_id:
        return OwnerStays(place.shop)
    set_aside.forget_person(tx, user_id)
    if tx.execute(select(col(Person.user_id)).where(col(Person.user_id) == user_id)).first() is None:
        return NothingKept()
    if place is not None:
        _lock_givers(tx, place, user_id)
        found = _member(tx, place, user_id, lock=True)
        if found is not None:
            _cut(tx, place, user_id, *found, at)
        _drop_traces(tx, place, user_id)
        _unname_denied(tx, place, user_id, at)
    _drop_person(tx, place, user_id)
    return DeletionDone(place.shop if place is not None else "")


def _member(session: Session, place: Place | None, user_id: int, *, lock: bool = False) -> tuple[int, int, int] | None:
    if place is None:
        return None
    query = (
        select(col(Member.id), col(Account.id), col(Account.balance))
        .join(Account, col(Account.member_id) == col(Member.id))
        .where(col(Member.community_id) == place.community_id, col(Member.user_id) == user_id)
    )
    # The member's own row: a second deletion that waited for the first finds nobody under this id any more.
    row: Any = session.execute(query.with_for_update(of=(Member, Account)) if lock else query).one_or_none()
    return tuple(row) if row is not None else None


def _lock_givers(tx: Tx, place: Place, user_id: int) -> None:
    """Lock the purses to which shares that wait go back, with the person's own, in the order of all accounts."""
    found = _member(tx, place, user_id)
    if found is not None:
        for packet_id in shares_waiting(tx, found[0]):
            lock_purses(tx, packet_id, [found[0]])


def _cut(tx: Tx, place: Place, user_id: int, member_id: int, account_id: int, balance: int, at: datetime) -> None:
    """The member's row stays, as the ledger hangs on it, and is nobody's from here on."""
    nobody = NOBODY - member_id
    tx.add(Person(user_id=nobody, name=""))
    tx.flush()
    if balance:
        ledger.charge(
            tx,
            community_id=place.community_id,
            key=f"forgotten:{member_id}",
            member_account=account_id,
            shop=place.shop_account,
            amount=balance,
            reason="forgotten",
            at=at,
        )
    tx.execute(
        update(Coupon)
        .where(col(Coupon.member_id) == member_id, col(Coupon.state) == CouponState.HELD)
        .values(state=CouponState.CANCELLED)
    )
    tx.execute(
        update(Purchase)
        .where(col(Purchase.member_id) == member_id, col(Purchase.state) == PurchaseState.WAITING)
        .values(state=PurchaseState.VOID)
    )
    held = select(col(Held.id)).where(col(Held.member_id) == member_id)
    tx.execute(
        update(AuditEntry)
        .where(
            col(AuditEntry.community_id) == place.community_id,
            col(AuditEntry.act).in_(HELD_ACTS),
            col(AuditEntry.subject_id).in_(held),
        )
        .values(answer=None)
    )
    _leave_raffles(tx, member_id)
    for table in (Activity, Held, Presence, Sighting, Subscription):
        tx.execute(delete(table).where(col(table.member_id) == member_id))
    for caused in (CheckIn, Coupon, Attendance, Purchase):
        tx.execute(update(caused).where(col(caused.member_id) == member_id).values(cause=None, answer=None))
    for packet_id in shares_waiting(tx, member_id):
        give_up_share(tx, packet_id, member_id, at)
    tx.execute(delete(Heart).where(col(Heart.member_id) == member_id))  # the sum stands
    # The seal stays, as a draw's list is made of it; without the salt it says nothing of anybody.
    tx.execute(update(PacketTake).where(col(PacketTake.member_id) == member_id).values(cause=None, salt=None))
    named: tuple[tuple[tuple[str, ...], Any], ...] = ((NAMED_IN_ANSWER, Coupon), (NAMED_WITH_PURCHASE, Purchase))
    for acts, what in named:
        theirs = select(what.id).where(what.member_id == member_id)
        tx.execute(
            update(AuditEntry)
            .where(
                col(AuditEntry.community_id) == place.community_id,
                col(AuditEntry.act).in_(acts),
                col(AuditEntry.subject_id).in_(theirs),
            )
            .values(answer=None)
        )
    raffles = select(col(RaffleEntry.raffle_id)).where(col(RaffleEntry.member_id) == member_id)
    tx.execute(
        update(AuditEntry)
        .where(
            col(AuditEntry.community_id) == place.community_id,
            col(AuditEntry.act) == "raffle.redrawn",
            col(AuditEntry.subject_id).in_(raffles),
        )
        .values(answer=None)
    )
    tx.execute(
        update(Member)
        .where(col(Member.id) == member_id)
        .values(
            user_id=nobody,
            left_at=at,
            banned_at=None,
            look_at=None,
            back_since=None,
            hidden=True,
            reminders=False,
        )
    )
    cut_off(tx, member_id, at)
    _rename_staff(tx, place, user_id, nobody)
    forgotten.remember(tx, place.community_id, user_id, at)


def _leave_raffles(tx: Tx, member_id: int) -> None:
    """Out of what takes entries still; on a list that is closed their line stays, and nobody can tell whose it was."""
    mine = col(RaffleEntry.member_id) == member_id
    running = select(col(Raffle.id)).where(col(Raffle.state) == RaffleState.OPEN)
    tx.execute(
        update(RaffleEntry)
        .where(mine, col(RaffleEntry.raffle_id).in_(running))
        .values(state=EntryState.OUT, reason=Reason.DELETED.value)
    )
    # What the owner wrote may tell who it was.
    struck = select(col(RaffleEntry.raffle_id), col(RaffleEntry.redraw)).where(
        mine, col(RaffleEntry.redraw).is_not(None)
    )
    tx.execute(
        update(RaffleRedraw)
        .where(tuple_(col(RaffleRedraw.raffle_id), col(RaffleRedraw.number)).in_(struck))
        .values(reason=UNREACHABLE)
    )
    # A ticket goes back to nobody.
    tx.execute(update(RaffleEntry).where(mine).values(salt=None, cause=None, answer=None, returned=True))


def _rename_staff(tx: Tx, place: Place, user_id: int, nobody: int) -> None:
    """What they did as staff stays written down, under an id that is nobody's."""
    acted: tuple[tuple[Any, str], ...] = (
        (AuditEntry, "actor_id"),
        (Campaign, "made_by"),
        (Coupon, "redeemed_by"),
        (Order, "made_by"),
        (Order, "till_by"),
        (GiftOffer, "made_by"),
        (Packet, "opened_by"),
        (Item, "made_by"),
        (Purchase, "settled_by"),
        (Raffle, "made_by"),
        (Source, "made_by"),
        (HeartGoal, "made_by"),
        (Stream, "made_by"),
        (Denied, "by"),
    )
    for table, name in acted:
        mine = (table.community_id == place.community_id, getattr(table, name) == user_id)
        tx.execute(update(table).where(*mine).values({name: nobody}))


def _drop_traces(tx: Tx, place: Place, user_id: int) -> None:
    """What stands under the person's own id, and what is said of people and couldn't be delivered."""
    tx.execute(
        delete(FirstTouch).where(col(FirstTouch.community_id) == place.community_id, col(FirstTouch.user_id) == user_id)
    )
    for table in (Dialogue, GiftOpening):
        tx.execute(delete(table).where(col(table.community_id) == place.community_id, col(table.user_id) == user_id))
    tx.execute(delete(Card).where(col(Card.community_id) == place.community_id, col(Card.chat_id) == user_id))
    facts = cast(col(Outbox.facts), String)
    named = [facts.like(f'%"user_id": {user_id}{end}%') for end in (",", "}")]
    undelivered = (OutboxState.FAILED, OutboxState.EXPIRED, OutboxState.UNKNOWN)
    tx.execute(
        delete(Outbox).where(
            col(Outbox.community_id) == place.community_id,
            col(Outbox.state) != OutboxState.SENDING,
            or_(
                col(Outbox.chat_id) == user_id,
                *named,
                (col(Outbox.act) == TELL) & col(Outbox.state).in_(undelivered),
            ),
        )
    )


def _unname_denied(tx: Tx, place: Place, user_id: int, at: datetime) -> None:
    """Whom the owner has denied stays so, by a fingerprint that names nobody, as long as fingerprints are kept."""
    found = tx.execute(
        update(Denied)
        .where(col(Denied.community_id) == place.community_id, col(Denied.user_id) == user_id)
        .values(user_id=None)
        .returning(col(Denied.id))
    )
    if found.first() is not None:
        forgotten.remember(tx, place.community_id, user_id, at)


def _drop_person(tx: Tx, place: Place | None, user_id: int) -> None:
    """The person's own row goes too, unless another shop's fan, or its owner, is the same person."""
    elsewhere = tx.execute(select(col(Member.community_id)).where(col(Member.user_id) == user_id)).scalars().first()
    owns = tx.execute(select(col(Community.id)).where(col(Community.owner_id) == user_id)).scalars().first()
    other = elsewhere or owns
    if other is not None:
        if place is not None:
            tx.execute(update(Person).where(col(Person.user_id) == user_id).values(community_id=other))
        return
    tx.execute(delete(Dialogue).where(col(Dialogue.user_id) == user_id))
    for touched in (FirstTouch, GiftOpening):
        tx.execute(delete(touched).where(col(touched.user_id) == user_id))
    tx.execute(delete(Person).where(col(Person.user_id) == user_id))
