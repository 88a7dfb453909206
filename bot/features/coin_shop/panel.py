"""The coin shop's items on the staff's panel: which there are, and whom a new one reaches."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import and_, exists, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.coin_shop.buyers import refundable
from bot.rules.coin_shop.shelf import ItemFacts, ItemState, PurchaseState
from bot.rules.panel import LISTED, AdminLine, Ended, Reach, Section
from bot.rules.place import Place
from bot.store.items import items_of
from bot.store.panel import count_fans, count_may
from bot.store.tables import Item, Purchase

TO_DO, REFUNDABLE = "to_do", "refundable"
"""Marks of items: a favour waits for staff; a purchase can be taken back."""


def list_items(session: Session, place: Place, at: datetime, number: int | None) -> list[AdminLine]:
    """What the shop sells, and what it has taken off the shelf."""
    lines = _lines(session, place, at, number)
    running = [line for line in lines if number is not None or line.state not in OVER]
    return running[: LISTED + 1]


def list_ended(session: Session, place: Place, at: datetime, which: Ended) -> list[AdminLine]:
    """Items that aren't sold any more: their time, campaign or raffle is over."""
    lines = _lines(session, place, at, which.key)
    page = [line for line in lines if not which.before or line.number < which.before]
    return page if which.key is not None else [line for line in page if line.state in OVER][: LISTED + 1]


def _lines(session: Session, place: Place, at: datetime, number: int | None) -> list[AdminLine]:
    """Items, the newest first. A shop has as many as staff have made, and their state depends on other tables."""
    which = [] if number is None else [col(Item.number) == number]
    found = items_of(session, place.community_id, at, col(Item.state) != ItemState.WITHDRAWN, *which)
    return [
        AdminLine(
            Section.ITEMS,
            one.number,
            one.title,
            _state_at(one, at),
            one.sold,
            one.stock,
            one.closes,
            marks=_marks(session, one) if number is not None else (),
        )
        for one in reversed(found)
    ]


def _marks(session: Session, item: ItemFacts) -> tuple[str, ...]:
    waiting = and_(col(Purchase.item_id) == item.id, col(Purchase.state) == PurchaseState.WAITING)
    marks = {TO_DO: waiting, REFUNDABLE: refundable(item.id, item.kind)}
    return tuple(
        mark for mark, which in marks.items() if session.execute(select(exists(select(1).where(which)))).scalar_one()
    )


OVER = frozenset({"ended"})
"""States of an item that can't be sold again."""


def _state_at(item: ItemFacts, at: datetime) -> str:
    if item.over or (item.closes is not None and item.closes <= at):
        return "ended"
    if item.state is not ItemState.OPEN:
        return item.state
    if item.opens is not None and item.opens > at:
        return "soon"
    return "sold_out" if item.left == 0 else "open"


def reach_new(session: Session, place: Place, values: Mapping[str, Any], _number: int | None) -> Reach:
    """A new item: it hangs nowhere, every fan finds it in the shop."""
    may = count_may(session, place, values)
    return Reach(fans=count_fans(session, place), at=values.get("opens"), may=may)
