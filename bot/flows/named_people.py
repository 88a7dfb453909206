"""People as staff name them: who holds a username, and whom an act can be about."""

from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.act import Sender
from bot.rules.coin_shop.items import ItemUnknown, NothingBought
from bot.rules.coin_shop.shelf import ItemKind, PurchaseState
from bot.rules.coupons.coupons import CouponState, WhoseCode
from bot.rules.naming import MOST_CHOICES, Choice, Named, WhichFan
from bot.rules.place import Place
from bot.store.coupons.look_up import campaign_sharing
from bot.store.engine.db import Database, Tx
from bot.store.items import item_numbered
from bot.store.members import see
from bot.store.tables import Activity, Coupon, Member, Person, Purchase

STATES = {"done": (PurchaseState.WAITING,), "refund": (PurchaseState.WAITING, PurchaseState.DONE)}
"""What an act on an item can be about."""


class People:
    """Looks people up. Whether they still hold a username, Telegram knows."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def find_by_username(self, username: str) -> int | None:
        """Whoever was seen last with this username (lower case, without @)."""
        return await self._db.read(find_by_username, username)

    async def update_person(self, sender: Sender) -> None:
        """Telegram told how a known person is called now."""
        await self._db.write(update_person, sender)

    async def fan(self, place: Place, user_id: int) -> Named | None:
        """A fan of this shop by id."""
        return await self._db.read(fan, place, user_id)

    async def buyers(self, place: Place, deed: str, number: int, said: str) -> WhichFan | ItemUnknown | NothingBought:
        """Whose purchase of an item can be meant; `deed` is one of `STATES`."""
        return await self._db.read(buyers, place, deed, number, said)

    async def holders(self, place: Place, code: str, said: str) -> WhichFan | WhoseCode:
        """Whose coupon with a shared code can be meant."""
        return await self._db.read(holders, place, code, said)

    async def list_for_act(self, place: Place, act: str, number: int | None, code: str | None) -> tuple[Named, ...]:
        """Fans whom an act of the panel can be about, those who come first in `buyers` and `holders` first.

        Where neither an item's number nor a code tells more: who was active last.
        """
        return await self._db.read(list_for_act, place, act, number, code)

    async def is_shared(self, place: Place, code: str) -> bool:
        """Whether fans share this code, so that a name says whose coupon is meant."""
        return await self._db.read(campaign_sharing, place, code) is not None


def find_by_username(session: Session, username: str) -> int | None:
    """At most one: the column is unique."""
    return session.execute(select(col(Person.user_id)).where(col(Person.username) == username)).scalar_one_or_none()


def update_person(tx: Tx, sender: Sender) -> None:
    """Write it down. Where Telegram leaves the language out, it stays."""
    language = tx.execute(
        select(col(Person.telegram_language)).where(col(Person.user_id) == sender.user_id)
    ).scalar_one_or_none()
    see(tx, Sender(sender.user_id, sender.name, sender.username, sender.language or language), None)


def fan(session: Session, place: Place, user_id: int) -> Named | None:
    """A fan who left is one too: what they bought is still theirs."""
    name = session.execute(
        select(col(Person.name))
        .join(Member, col(Member.user_id) == col(Person.user_id))
        .where(col(Member.community_id) == place.community_id, col(Person.user_id) == user_id)
    ).scalar_one_or_none()
    return Named(user_id, name or "…") if name is not None else None


def buyers(session: Session, place: Place, deed: str, number: int, said: str) -> WhichFan | ItemUnknown | NothingBought:
    """What waits longest stands first where it is to be done, the latest where coins go back.

    What was plainly used isn't listed for a refund; whether a coupon was, the refund itself finds out.
    """
    item = item_numbered(session, place.community_id, number)
    if item is None:
        return ItemUnknown(number)
    order = col(Purchase.id).desc() if deed == "refund" else col(Purchase.id)
    favour_done = (col(Purchase.kind) == ItemKind.FAVOUR) & (col(Purchase.state) == PurchaseState.DONE)
    query = (
        select(col(Purchase.id), col(Person.user_id), col(Person.name), col(Purchase.bought_at))
        .join(Member, col(Member.id) == col(Purchase.member_id))
        .join(Person, col(Person.user_id) == col(Member.user_id))
        .where(
            col(Purchase.item_id) == item.id,
            col(Purchase.state).in_(STATES[deed]),
            col(Purchase.mended_day).is_(None),
            ~favour_done,
        )
        .order_by(order)
    )
    found = _offer_choices(session, query, deed, f"/item {number} {deed}", said)
    return found if found.choices else NothingBought(number, item.title, said)


def holders(session: Session, place: Place, code: str, said: str) -> WhichFan | WhoseCode:
    """Who claimed last stands first; what was redeemed before isn't asked about."""
    campaign = campaign_sharing(session, place, code)
    if campaign is None:
        return WhoseCode(code)
    query = (
        select(col(Coupon.id), col(Person.user_id), col(Person.name), col(Coupon.claimed_at))
        .join(Member, col(Member.id) == col(Coupon.member_id))
        .join(Person, col(Person.user_id) == col(Member.user_id))
        .where(col(Coupon.campaign_id) == campaign.id, col(Coupon.state) == CouponState.HELD)
        .order_by(col(Coupon.id).desc())
    )
    found = _offer_choices(session, query, "redeem", f"/redeem {campaign.shared_code}", said)
    return found if found.choices else WhoseCode(code)


def list_for_act(session: Session, place: Place, act: str, number: int | None, code: str | None) -> tuple[Named, ...]:
    """Each fan once."""
    deed = act.removeprefix("item_")
    if number is not None:
        found: object = buyers(session, place, deed, number, "") if deed in STATES else None
    elif code is not None:
        found = holders(session, place, code, "")
    else:
        return _list_active(session, place)
    choices = found.choices if isinstance(found, WhichFan) else ()
    return tuple({choice.user_id: Named(choice.user_id, choice.fan or "…") for choice in choices}.values())


def _list_active(session: Session, place: Place) -> tuple[Named, ...]:
    rows = session.execute(
        select(col(Person.user_id), col(Person.name))
        .join(Member, col(Member.user_id) == col(Person.user_id))
        .join(Activity, col(Activity.member_id) == col(Member.id))
        .where(col(Member.community_id) == place.community_id, col(Member.left_at).is_(None))
        .group_by(col(Person.user_id), col(Person.name))
        .order_by(func.max(col(Activity.day)).desc(), col(Person.user_id))
        .limit(MOST_CHOICES)
    ).all()
    return tuple(Named(user_id, name or "…") for user_id, name in rows)


def _offer_choices(session: Session, query: Select[Any, Any, Any, Any], deed: str, example: str, said: str) -> WhichFan:
    """Those who are called so; if nobody is, all who come into question."""
    rows = session.execute(query.where(_is_called(said)).limit(MOST_CHOICES)).all() if said else []
    found = bool(rows) and not said.startswith("@")
    rows = rows or session.execute(query.limit(MOST_CHOICES)).all()
    return WhichFan(deed, example, said, found, tuple(Choice(*row) for row in rows))


def _is_called(said: str) -> ColumnElement[bool]:
    """Whose name or username has this in it. SQLite lowers Latin letters only, so it is looked for as written, too."""
    name = said.removeprefix("@")
    return or_(
        col(Person.name).contains(name, autoescape=True),
        func.lower(col(Person.name)).contains(name.lower(), autoescape=True),
        col(Person.username).contains(name.lower(), autoescape=True),
    )
