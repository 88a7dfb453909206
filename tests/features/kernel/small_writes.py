"""The smallest use cases: they write one person, fail in one way, or move coins of one fan."""

from bot.rules.place import Place
from bot.store import ledger
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.members import standing
from bot.store.tables import Person
from tests.features.scene import NOON, fan, query


class OopsError(Exception):
    """A bug of a use case."""


def born(tx: Tx, user_id: int) -> int:
    """Write one person."""
    tx.add(Person(user_id=user_id, name="somebody"))
    tx.flush()
    return user_id


def born_unflushed(tx: Tx, user_id: int) -> None:
    """Write one person at the commit."""
    tx.add(Person(user_id=user_id, name="somebody"))


def born_twice(tx: Tx, user_id: int) -> None:
    """Break a constraint through the mapper."""
    born(tx, user_id)
    tx.expunge_all()
    born(tx, user_id)


def paid_twice(tx: Tx, place: Place) -> None:
    """Break a constraint through a hot statement."""
    for _ in range(2):
        pay(tx, place, "twice", 1)


def breaks_off(tx: Tx, user_id: int) -> None:
    """Fail after writing."""
    born(tx, user_id)
    raise OopsError


def pay(tx: Tx, place: Place, key: str, amount: int) -> None:
    """Pay fan 1."""
    member = standing(tx, place.community_id, fan(1), NOON)
    ledger.pay(
        tx,
        ledger.TransferHeader(place.community_id, key, "present", NOON),
        member_account=member.account_id,
        shop=place.shop_account,
        amount=amount,
    )


def charge(tx: Tx, place: Place, key: str, amount: int) -> None:
    """Charge fan 1."""
    member = standing(tx, place.community_id, fan(1), NOON)
    ledger.charge(
        tx,
        ledger.TransferHeader(place.community_id, key, "claim", NOON),
        member_account=member.account_id,
        shop=place.shop_account,
        amount=amount,
    )


async def people(db: Database) -> list[int]:
    """Who is known, but the owner."""
    return [row[0] for row in await query(db, "SELECT user_id FROM person WHERE user_id <> 1 ORDER BY user_id")]
