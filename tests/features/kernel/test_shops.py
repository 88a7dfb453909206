"""Shops on the command line: what is listed, and that nothing stays of a shop that is removed; on both databases."""

from functools import partial

from sqlalchemy import insert, update

from bot.features.shops.arrivals import Arrival, arrive
from bot.flows.check_in import CheckIns
from bot.rules.act import Sender
from bot.rules.words import Language
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.engine.shops import OF_ALL_SHOPS, Room, find_shops, remove_shop, rows_of
from bot.store.ledger import check_books
from bot.store.tables import Dialogue, Member, Person, metadata
from tests.features.rows import everything_in, fill
from tests.features.scene import NOON, OWNER, POLICIES, Causes, act_of, fan, query, shop

STRANGER = Sender(2, "Jun", "jun", "en")


def test_every_table_is_some_shops() -> None:
    """A table that is added belongs to shops, or stands in the list of what belongs to none alone."""
    unknown = {table.name for table in metadata.sorted_tables if rows_of(table, 1) is None}
    assert unknown == OF_ALL_SHOPS


async def test_nothing_of_a_removed_shop_is_left(db: Database) -> None:
    """Of a shop with rows in every table none stays, and no row of the other shop is touched."""
    await db.write(fill, 2)
    before = await db.read(everything_in)
    await db.write(fill, 1)
    both = await db.read(everything_in)
    assert {name for name, rows in both.items() if len(rows) <= len(before[name])} == set(), "fill lacks a table"
    number = 1000
    removed = await db.write(remove_shop, number)
    after = await db.read(everything_in)
    for table in ("inbox", "set_aside"):
        assert after.pop(table) == both.pop(table), "updates are no shop's"
        before.pop(table)
    assert after == before
    assert removed is not None
    assert removed.rows == sum(map(len, both.values())) - sum(map(len, before.values()))


async def test_a_shop_that_was_played_in(db: Database, causes: Causes) -> None:
    """Beside a removed shop the other one's books balance and its fans go on; its number is unknown then."""
    first = await shop(db)
    second = await shop(db, STRANGER, -2002)
    for place in (first, second):
        for number in range(3):
            await CheckIns(db, POLICIES).check_in(act_of(place, fan(number), NOON, causes.next()))
    assert await db.write(remove_shop, first.community_id) is not None
    assert await db.write(remove_shop, first.community_id) is None
    assert (await db.read(check_books)).sound
    assert [found.number for found in await db.read(find_shops)] == [second.community_id]
    assert await query(db, "SELECT count(*) FROM member") == [(3,)]
    assert await query(db, "SELECT DISTINCT community_id FROM person WHERE user_id >= 100") == [(second.community_id,)]


async def test_people_of_two_shops_stay(db: Database) -> None:
    """Who is a fan, an owner or at a panel of another shop belongs there now; who has no other shop goes."""
    first, second = await shop(db), await shop(db, STRANGER, -2002)
    one, two = first.community_id, second.community_id
    people = {5: one, 6: one, 7: two, 8: one, 9: None}

    def meet(tx: Tx) -> None:
        for user_id, community_id in people.items():
            tx.execute(insert(Person).values(user_id=user_id, name="Ana", community_id=community_id, can_write=True))
        for user_id, community_id in ((5, one), (6, one), (6, two), (7, one)):
            tx.add(Member(community_id=community_id, user_id=user_id, joined_at=NOON))
        tx.add(Dialogue(user_id=8, community_id=two, kind="setup", step="shop", filled={}, updated_at=NOON))
        tx.execute(update(Person).where(Person.user_id == STRANGER.user_id).values(community_id=one))  # type: ignore[arg-type]

    await db.write(meet)
    await db.write(remove_shop, one)
    assert await query(db, "SELECT user_id, community_id FROM person ORDER BY user_id") == [
        (STRANGER.user_id, two),
        (6, two),
        (8, two),
        (9, None),
    ]


async def test_what_is_listed(db: Database) -> None:
    """Number, owner, home and whether it is gone, rooms with the channel, members who stay."""
    place = await shop(db)
    come = partial(Arrival, owner=OWNER, language=Language.KO, at=NOON, is_admin=True, into=place.community_id)
    await db.write(arrive, come(-5, "Den"), open_to_all=False)
    await db.write(arrive, come(-6, "News", is_channel=True), open_to_all=False)
    await db.write(arrive, come(-7, "Old"), open_to_all=False)

    def leave(tx: Tx) -> None:
        tx.connection().exec_driver_sql("UPDATE fan_group SET left_at = joined_at WHERE chat_id IN (-7, -1001)")

    await db.write(leave)
    (found,) = await db.read(find_shops)
    assert (found.number, found.name, found.owner_id, found.owner) == (1, "Silk room", OWNER.user_id, "Mina")
    assert found.home == Room(-1001, "Silk room", is_channel=False)
    assert found.home_gone
    assert found.rooms == (Room(-5, "Den", is_channel=False), Room(-6, "News", is_channel=True))
    assert found.members == 0
