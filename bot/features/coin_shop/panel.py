"""The coin shop's items on the staff's panel: which there are, and whom a new one reaches."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.coin_shop.shelf import ItemFacts, ItemState
from bot.rules.panel import LISTED, AdminLine, Reach, Section
from bot.rules.place import Place
from bot.store.items import items_of
from bot.store.panel import count_fans
from bot.store.tables import Item


def list_items(session: Session, place: Place, at: datetime, number: int | None) -> list[AdminLine]:
    """What the shop sells, and what it has taken off the shelf."""
    which = [] if number is None else [col(Item.number) == number]
    found = items_of(session, place.community_id, at, col(Item.state) != ItemState.WITHDRAWN, *which)
    return [
        AdminLine(Section.ITEMS, one.number, one.title, _state_at(one, at), one.sold, one.stock, one.closes)
        for one in found[: -LISTED - 2 : -1]
    ]


def _state_at(item: ItemFacts, at: datetime) -> str:
    if item.state is not ItemState.OPEN:
        return item.state
    if item.over or (item.closes is not None and item.closes <= at):
        return "ended"
    if item.opens is not None and item.opens > at:
        return "soon"
    return "sold_out" if item.left == 0 else "open"


def reach_new(session: Session, place: Place, values: Mapping[str, Any], _number: int | None) -> Reach:
    """A new item: it hangs nowhere, every fan finds it in the shop."""
    return Reach(fans=count_fans(session, place), at=values.get("opens"))
