"""Gift offers on the staff's panel: which there are, and what a new one can cost."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, not_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.gifts.stock import offered_at
from bot.rules.gift_states import PAYS_COINS, GiftKind
from bot.rules.gifts.policy import GiftPolicy
from bot.rules.panel import LISTED, AdminLine, Ended, Reach, Section
from bot.rules.place import Place
from bot.store.panel import CountReach, count_fans
from bot.store.tables import GiftOffer


def list_offers(session: Session, place: Place, at: datetime, number: int | None) -> list[AdminLine]:
    """Gifts that fans may send on."""
    return _lines(session, place, at, offered_at(at) if number is None else col(GiftOffer.number) == number)


def list_ended(session: Session, place: Place, at: datetime, which: Ended) -> list[AdminLine]:
    """Gifts of which no new cards can be made."""
    if which.key is not None:
        return _lines(session, place, at, col(GiftOffer.number) == which.key)
    page = (col(GiftOffer.number) < which.before,) if which.before else ()
    return _lines(session, place, at, not_(offered_at(at)), *page)


def _lines(session: Session, place: Place, at: datetime, *which: ColumnElement[bool]) -> list[AdminLine]:
    found = session.execute(
        select(GiftOffer, offered_at(at))
        .where(col(GiftOffer.community_id) == place.community_id, *which)
        .order_by(col(GiftOffer.number).desc())
        .limit(LISTED + 1)
    ).all()
    return [
        AdminLine(Section.GIFTS, one.number, one.title, "open" if open_ else "closed", one.taken, one.stock, one.closes)
        for one, open_ in found
    ]


def reach_new(policy: GiftPolicy) -> CountReach:
    """How far a new gift reaches: every fan may send it, it hangs nowhere. Only a limited one has a highest cost."""

    def count(session: Session, place: Place, values: Mapping[str, Any], _number: int | None) -> Reach:
        kind, coins, _campaign = values.get("kind") or (None, 0, None)
        stock = values.get("stock")
        if kind is GiftKind.RELAY:
            coins = coins or policy.grows_by
        coins = coins if kind in PAYS_COINS else 0
        return Reach(
            fans=count_fans(session, place), coins=coins * stock if coins and stock else None, least=coins or None
        )

    return count
