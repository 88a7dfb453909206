"""`/undo`: staff take back what they did, while nobody has used it."""

from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from bot.features.coin_shop import items, purchases
from bot.features.coupons import campaigns
from bot.features.coupons import redemption as redeeming
from bot.features.gifts import offers as gift_offers
from bot.features.hearts import hearts
from bot.features.orders import orders
from bot.features.packets import packets
from bot.features.raffles import calling_off, raffles
from bot.features.shops import setup as setting_up
from bot.features.shops import topics
from bot.features.staff import staff
from bot.features.streams import airings as evenings
from bot.features.streams import plans as streams
from bot.flows import held_rewards as resolving
from bot.flows.redeem import after_redeemed
from bot.rules.general import NothingToUndo, OwnersAct, TooLateToUndo, Undone, UndoOutcome
from bot.rules.place import Place
from bot.rules.rights import Role, may_undo
from bot.rules.streams.streams import StreamPolicy
from bot.store import giveaways
from bot.store.audit import caused_by, record
from bot.store.engine.db import Database, Tx
from bot.store.tables import AuditEntry

UNDOABLE = (
    campaigns.MADE,
    campaigns.CANCELLED,
    redeeming.REDEEMED,
    orders.REFUNDED,
    packets.OPENED,
    setting_up.SETUP,
    streams.MADE,
    evenings.DELAYED,
    evenings.CANCELLED,
    gift_offers.MADE,
    gift_offers.CLOSED,
    resolving.REFUSED,
    items.MADE,
    items.CLOSED,
    items.OPENED,
    purchases.HANDED_OVER,
    raffles.MADE,
    calling_off.CANCELLED,
    hearts.MADE,
    hearts.CANCELLED,
    staff.DENIED,
    staff.LIFTED,
    topics.CHOSEN,
)


OWNERS = (setting_up.SETUP, staff.DENIED, staff.LIFTED, topics.CHOSEN)
"""Acts that only the owner may do, so that only the owner takes them back."""


async def undo(
    db: Database,
    place: Place,
    actor_id: int,
    at: datetime,
    cause: str,
    audit_id: int | None = None,
    *,
    role: Role,
) -> UndoOutcome:
    """Take back one act: the one named, else the actor's last that isn't undone. `role` is the actor's now."""
    outcome = await db.write(_undo, place, actor_id, role, at, cause, audit_id)
    if isinstance(outcome, Undone) and outcome.act == redeeming.REDEEMED:
        # Its campaign may have been cancelled since: then what is held again is void, and its coins go back.
        await campaigns.Campaigns(db).finish_refunds(at)
    return outcome


def _undo(
    tx: Tx, place: Place, actor_id: int, role: Role, at: datetime, cause: str, audit_id: int | None
) -> UndoOutcome:
    done = caused_by(tx, place.community_id, cause)
    if done is not None and done.undoes_id is not None:
        entry = tx.get_one(AuditEntry, done.undoes_id)
        return Undone(entry.act, entry.subject)
    found = _last(tx, place, actor_id, role, audit_id)
    if found is None or found.undone_at is not None:
        return NothingToUndo()
    if not may_undo(role, by_owner=found.by_owner, owners_only=found.act in OWNERS):
        return OwnersAct(found.act, found.subject)
    refused = giveaways.check_again(tx, place, found, at) if role is not Role.OWNER else None
    if refused is not None:
        return refused
    if not _take_back(tx, place, actor_id, found, at, cause):
        return TooLateToUndo(found.act, found.subject)
    found.undone_at = at
    if caused_by(tx, place.community_id, cause) is None:
        record(
            tx,
            community_id=place.community_id,
            actor_id=actor_id,
            act=f"{found.act}.undone",
            subject_id=found.subject_id,
            subject=found.subject,
            at=at,
            cause=cause,
            before=found.after,
            after=found.before,
            undoes_id=found.id,
            by_owner=role is Role.OWNER,
        )
    return Undone(found.act, found.subject)


def _last(tx: Tx, place: Place, actor_id: int, role: Role, audit_id: int | None) -> AuditEntry | None:
    """The act that is meant. Without a number it is one of the actor's own that they may take back."""
    query = select(AuditEntry).where(
        col(AuditEntry.community_id) == place.community_id,
        col(AuditEntry.act).in_(UNDOABLE),
        col(AuditEntry.undoes_id).is_(None),
    )
    if audit_id is not None:
        query = query.where(col(AuditEntry.id) == audit_id)
    else:
        query = query.where(col(AuditEntry.actor_id) == actor_id, col(AuditEntry.undone_at).is_(None))
        if role is not Role.OWNER:  # what a former owner did is the present one's to take back
            query = query.where(col(AuditEntry.by_owner).is_(False), col(AuditEntry.act).not_in(OWNERS))
    return tx.execute(query.order_by(col(AuditEntry.id).desc()).limit(1).with_for_update()).scalars().first()


def _take_back(  # noqa: C901, PLR0911, PLR0912  # a table of acts
    tx: Tx, place: Place, actor_id: int, entry: AuditEntry, at: datetime, cause: str
) -> bool:
    match entry.act:
        case campaigns.MADE:
            return campaigns.undo_make(tx, place, actor_id, entry, at, cause)
        case campaigns.CANCELLED:
            return campaigns.undo_cancel(tx, place, entry, at)
        case redeeming.REDEEMED:
            return redeeming.undo_redeem(tx, place, entry)
        case orders.REFUNDED:
            member_id = orders.undo_refund(tx, place, entry, at)
            if member_id is not None:
                after_redeemed(tx, place, member_id, at)
            return member_id is not None
        case packets.OPENED:
            return packets.undo_open(tx, place, entry, at)
        case setting_up.SETUP:
            return setting_up.undo_setup(tx, place, entry)
        case streams.MADE:
            return streams.undo_plan(tx, place, entry, at)
        case evenings.DELAYED:
            return evenings.undo_delay(tx, place, entry, at, StreamPolicy())
        case evenings.CANCELLED:
            return evenings.undo_cancel(tx, place, entry, at, StreamPolicy())
        case gift_offers.MADE:
            return gift_offers.undo_make(tx, place, actor_id, entry, at, cause)
        case gift_offers.CLOSED:
            return gift_offers.undo_close(tx, place, entry)
        case hearts.MADE:
            return hearts.undo_make(tx, place, entry, at)
        case hearts.CANCELLED:
            return hearts.undo_cancel(tx, place, entry, at)
        case resolving.REFUSED:
            return resolving.undo_refusal(tx, place, entry, at)
        case items.MADE:
            return items.undo_make(tx, place, entry)
        case items.CLOSED | items.OPENED:
            return items.undo_shut(tx, place, entry)
        case purchases.HANDED_OVER:
            return purchases.undo_hand_over(tx, place, entry)
        case raffles.MADE:
            return calling_off.undo_make(tx, place, actor_id, entry, at, cause)
        case calling_off.CANCELLED:
            return calling_off.undo_cancel(tx, place, entry, at)
        case staff.DENIED:
            return staff.undo_deny(tx, place, entry, at)
        case staff.LIFTED:
            return staff.undo_lift(tx, place, entry)
        case topics.CHOSEN:
            return topics.undo_choice(tx, place, entry)
        case _:
            return False
