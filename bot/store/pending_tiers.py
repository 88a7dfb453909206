"""Members whose deeds changed, so that their tier must be settled."""

from datetime import date

from sqlalchemy import Boolean, Date, String, bindparam, or_, select
from sqlmodel import col

from bot.rules.tiers import Deed
from bot.store.engine.hot import Hot
from bot.store.engine.sessions import PLANNED, Tx
from bot.store.tables import Member, TierPending
from bot.store.tables.base import Id

_DEEDS = frozenset(deed.value for deed in Deed)

_MARK_PENDING = Hot.upsert(
    lambda insert_: (
        insert_(TierPending)
        .from_select(
            ["member_id", "community_id", "kind"],
            select(col(Member.id), col(Member.community_id), bindparam("kind", type_=String)).where(
                col(Member.id) == bindparam("member_id", type_=Id),
                or_(
                    bindparam("daily", type_=Boolean).is_(False),
                    col(Member.tier_look_on).is_(None),
                    col(Member.tier_look_on) <= bindparam("day", type_=Date),
                ),
            ),
        )
        # The row is locked, so that the clock that settles it now waits for this deed.
        .on_conflict_do_update(
            index_elements=[col(TierPending.member_id)], set_={"kind": bindparam("kind", type_=String)}
        )
    )
)


def deeds_changed(tx: Tx, member_id: int, day: date, kind: str, *, fewer: bool = False) -> None:
    """Have the clock settle a member's tier at once, if this deed can have changed it.

    A check-in settles it by itself (`store/tiers.py`), and days with messages change nothing before `tier_look_on`.
    This locks no member's row: the act may be somebody else's, who holds other locks.
    """
    daily = kind == Deed.MESSAGE and not fewer
    if kind not in _DEEDS or (kind == Deed.CHECK_IN and not fewer):
        return
    if tx.touch(_MARK_PENDING, member_id=member_id, kind=kind, daily=daily, day=day):
        tx.info[PLANNED] = True
