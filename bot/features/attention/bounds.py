"""A shop's own bounds: read, changed by the owner, and put back."""

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.features.attention.facts import bounds_of
from bot.rules.act import Act
from bot.rules.attention.bounds import (
    BoundsPolicy,
    BoundsShown,
    BoundsWish,
    PromotionAboveMost,
    changed,
    shown_span,
    steps_from,
)
from bot.rules.attention.budget import AttentionPolicy, Bounds
from bot.rules.place import Place
from bot.store import causes
from bot.store.audit import first_answer, record_act
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.messages.outbox import ask_budget_again
from bot.store.places import lock_shop
from bot.store.slots import morning_at
from bot.store.tables import AuditEntry
from bot.store.tables.attention import AttentionBounds

CHANGED = "bounds.changed"
"""The audit log's name for a change of bounds."""
A_MINUTE = timedelta(minutes=1)
Columns = dict[str, Any]


class ShopBounds:
    """Use cases of bounds."""

    def __init__(self, db: Database, policy: AttentionPolicy, limits: BoundsPolicy) -> None:
        """`policy` has the bounds of a shop that has none of its own, `limits` how far they may be moved."""
        self._db = db
        self._policy = policy
        self._limits = limits

    async def bounds(self, place: Place) -> Bounds:
        """The bounds that hold now."""
        return await self._db.read(read_bounds, place.community_id, self._policy)

    async def show(self, place: Place, *, mine: bool) -> BoundsShown:
        """The bounds, with what the owner can tap if the reader is the owner."""
        return _shown(place.community_id, await self.bounds(place), self._limits if mine else None)

    async def change(self, act: Act, wish: BoundsWish) -> BoundsShown | PromotionAboveMost:
        """Change the bounds."""
        return await self._db.write(change_bounds, act, wish, self._policy, self._limits)


def read_bounds(session: Session, community_id: int, policy: AttentionPolicy) -> Bounds:
    """A shop's bounds: its own, else those of the policy."""
    return bounds_of(session.get(AttentionBounds, community_id), morning_at(session, community_id), policy)


def change_bounds(
    tx: Tx, act: Act, wish: BoundsWish, policy: AttentionPolicy, limits: BoundsPolicy
) -> BoundsShown | PromotionAboveMost:
    """Change what is wished for, and let the budget decide again on what it holds."""
    answer = first_answer(tx, act, BoundsShown)
    if answer is not None:
        return answer
    lock_shop(tx, act.community_id)
    stood = read_bounds(tx, act.community_id, policy)
    stands = changed(stood, wish)
    if isinstance(stands, PromotionAboveMost):
        return stands
    before, after = _columns(stood), _columns(stands)
    moved = [name for name, value in after.items() if before[name] != value]
    if not moved:
        return _shown(act.community_id, stands, limits)
    _keep(tx, act.community_id, after)
    ask_budget_again(tx, act.community_id, act.at)
    entry = record_act(
        tx,
        act,
        CHANGED,
        _said(after),
        before={name: before[name] for name in moved},
        after={name: after[name] for name in moved},
    )
    outcome = _shown(act.community_id, stands, limits, entry.id)
    entry.answer = causes.to_json(outcome)
    tx.flush()
    return outcome


def undo_change(tx: Tx, act: Act, entry: AuditEntry) -> bool:
    """Put back what the bounds were before an act; False if they were changed again since."""
    lock_shop(tx, act.community_id)
    own = tx.get(AttentionBounds, act.community_id)
    if own is None or any(getattr(own, name) != value for name, value in (entry.after or {}).items()):
        return False
    for name, value in (entry.before or {}).items():
        setattr(own, name, value)
    tx.flush()
    ask_budget_again(tx, act.community_id, act.at)
    return True


def _columns(bounds: Bounds) -> Columns:
    return {
        "quiet_from": f"{bounds.quiet.begins:%H:%M}",
        "quiet_until": f"{bounds.quiet.ends:%H:%M}",
        "most": bounds.most,
        "most_promotional": bounds.most_promotional,
        "gap_minutes": bounds.gap // A_MINUTE,
    }


def _said(columns: Columns) -> str:
    """The bounds as the audit log names them, without a word of any language."""
    hours = f"{columns['quiet_from']}-{columns['quiet_until']}"
    return f"{hours}, {columns['most_promotional']}/{columns['most']}, {columns['gap_minutes']}"


def _keep(tx: Tx, community_id: int, columns: Columns) -> None:
    own = tx.get(AttentionBounds, community_id)
    if own is None:
        tx.add(AttentionBounds(community_id=community_id, **columns))
    else:
        for name, value in columns.items():
            setattr(own, name, value)
    tx.flush()


def _shown(community_id: int, bounds: Bounds, limits: BoundsPolicy | None, audit_id: int | None = None) -> BoundsShown:
    return BoundsShown(
        community_id,
        shown_span(bounds.quiet),
        bounds.most,
        bounds.most_promotional,
        bounds.gap // A_MINUTE,
        steps_from(bounds, limits) if limits is not None else None,
        audit_id,
    )
