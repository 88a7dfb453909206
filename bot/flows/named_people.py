"""Find the people whom staff name: who holds a username, and whom an act can be about."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.coin_shop.buyers import DEEDS, find_buyers
from bot.features.coupons.holders import find_holders
from bot.rules.act import Sender
from bot.rules.coin_shop.items import ItemUnknown, NothingBought
from bot.rules.coupons.redemption import WhoseCode
from bot.rules.naming import MOST_CHOICES, Named, WhichFan
from bot.rules.place import Place
from bot.store.coupons.look_up import campaign_sharing
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.members import update_profile
from bot.store.tables import Activity, Member, Person


class People:
    """Finds known people. Only Telegram knows whether they still hold a username."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def find_by_username(self, username: str) -> int | None:
        """The id of the person who was seen last with this username (lower case, without @); None if nobody was."""
        return await self._db.read(find_by_username, username)

    async def update_person(self, sender: Sender) -> None:
        """Write down a known person's present name and username, as Telegram says."""
        await self._db.write(update_person, sender)

    async def fan(self, place: Place, user_id: int) -> Named | None:
        """The fan of this shop with this id; None if there is none."""
        return await self._db.read(fan, place, user_id)

    async def buyers(self, place: Place, deed: str, number: int, said: str) -> WhichFan | ItemUnknown | NothingBought:
        """The fans whose purchase of item `number` can be meant. `deed` is one of `DEEDS`; staff wrote `said`."""
        return await self._db.read(find_buyers, place, deed, number, said)

    async def holders(self, place: Place, code: str, said: str) -> WhichFan | WhoseCode:
        """The fans whose coupon with a shared code can be meant. `said` is what staff wrote."""
        return await self._db.read(find_holders, place, code, said)

    async def list_for_act(self, place: Place, act: str, number: int | None, code: str | None) -> tuple[Named, ...]:
        """The fans whom an act of the panel can be about.

        With an item's number they are its buyers, with a code its holders, in the order of `buyers` and `holders`. With
        neither they are the fans who were active last.
        """
        return await self._db.read(list_for_act, place, act, number, code)

    async def is_shared(self, place: Place, code: str) -> bool:
        """Whether fans share this code, so that a name says whose coupon is meant."""
        return await self._db.read(campaign_sharing, place, code) is not None


def find_by_username(session: Session, username: str) -> int | None:
    """The id of the person with this username. There is at most one, because the column is unique."""
    return session.execute(select(col(Person.user_id)).where(col(Person.username) == username)).scalar_one_or_none()


def update_person(tx: Tx, sender: Sender) -> None:
    """Write down the name and username. The stored language stays if Telegram gives none."""
    language = tx.execute(
        select(col(Person.telegram_language)).where(col(Person.user_id) == sender.user_id)
    ).scalar_one_or_none()
    update_profile(tx, Sender(sender.user_id, sender.name, sender.username, sender.language or language), None)


def fan(session: Session, place: Place, user_id: int) -> Named | None:
    """The fan with this id. Fans who left are found too, because they still own what they bought."""
    name = session.execute(
        select(col(Person.name))
        .join(Member, col(Member.user_id) == col(Person.user_id))
        .where(col(Member.community_id) == place.community_id, col(Person.user_id) == user_id)
    ).scalar_one_or_none()
    return Named(user_id, name or "…") if name is not None else None


def list_for_act(session: Session, place: Place, act: str, number: int | None, code: str | None) -> tuple[Named, ...]:
    """See `People.list_for_act`. Each fan is listed once."""
    deed = act.removeprefix("item_")
    if number is not None:
        found: object = find_buyers(session, place, deed, number, "") if deed in DEEDS else None
    elif code is not None:
        found = find_holders(session, place, code, "")
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
