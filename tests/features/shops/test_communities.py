"""Communities: arriving, leaving, moving, settings; on both databases."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from bot.features.communities import Communities
from bot.features.shops.arrivals import Arrival, arrive
from bot.rules.act import Sender
from bot.rules.coupons.campaigns import NewCampaign
from bot.rules.words import Language
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.places import Known
from bot.store.rooms import leave_room
from bot.store.tables import Card
from tests.features.scene import (
    NOON,
    OWNER,
    Causes,
    act_by,
    act_of,
    campaigns_of,
    days,
    everything,
    fan,
    follow,
    offer,
    query,
    shop,
    till,
)

STRANGER = Sender(2, "Jun", "jun", "en")


def house(db: Database, *, open_to_all: bool = False) -> Communities:
    """Communities with a cache of their own."""
    return Communities(db, open_to_all=open_to_all)


async def test_the_first_group_founds_a_shop(db: Database) -> None:
    """Its settings follow the owner's language, its coins come from its own account."""
    arrived = await house(db).arrive(Arrival(-1, "Silk", OWNER, Language.KO, NOON, is_admin=False))
    assert arrived is not None
    assert arrived.fresh
    place = arrived.group.place
    assert (place.shop, place.timezone, place.owner_id) == ("Silk", "Asia/Seoul", OWNER.user_id)
    assert await query(db, "SELECT id, kind FROM account") == [(place.shop_account, "shop")]
    assert (await house(db).reader(OWNER.user_id)).place == place


async def test_a_second_stranger_is_welcome_only_if_open(db: Database) -> None:
    """A bot that serves a shop refuses strangers' groups, unless it is open to all."""
    await house(db).arrive(Arrival(-1, "Silk", OWNER, Language.KO, NOON, is_admin=True))
    assert await house(db).arrive(Arrival(-2, "Jun's", STRANGER, Language.EN, NOON, is_admin=True)) is None
    assert await house(db).group(-2) is None
    arrived = await house(db, open_to_all=True).arrive(Arrival(-2, "Jun's", STRANGER, Language.EN, NOON, is_admin=True))
    assert arrived is not None
    assert (arrived.group.place.shop, arrived.group.place.timezone) == ("Jun's", "UTC")
    assert await query(db, "SELECT count(*) FROM community") == [(2,)]


async def test_a_second_group_joins_the_shop(db: Database) -> None:
    """One owner, one shop, however many groups; the first one is home, and the database holds no second home."""
    communities = house(db)
    first = await communities.arrive(Arrival(-1, "Silk", OWNER, Language.KO, NOON, is_admin=True))
    assert first is not None
    second = await communities.arrive(Arrival(-2, "Wool", OWNER, Language.EN, NOON, is_admin=True, into=1))
    assert second is not None
    assert second.group.place == first.group.place
    assert first.group.place.home_chat == -1
    assert (first.is_home, second.is_home) == (True, False)
    with pytest.raises(IntegrityError):
        await db.write(lambda tx: tx.connection().exec_driver_sql("UPDATE fan_group SET is_home = true"))


async def test_a_group_that_was_left_is_taken_up_again(db: Database) -> None:
    """After leaving the bot is quiet there; back again it is the same shop, greeted afresh."""
    communities = house(db)
    first = await communities.arrive(Arrival(-1, "Silk", OWNER, Language.KO, NOON, is_admin=True))
    assert first is not None
    await communities.leave(-1, days(1))
    assert await communities.group(-1) is None
    gone = await communities.place(first.group.place.community_id)
    assert gone is not None
    assert gone.home_chat is None
    # Whoever adds it back: the group belongs to its shop.
    again = await communities.arrive(Arrival(-1, "Silk 2", STRANGER, Language.EN, days(2), is_admin=False))
    assert again is not None
    assert again.fresh
    assert again.group.place == first.group.place
    assert (again.group.title, again.group.is_admin) == ("Silk 2", False)
    change = await communities.arrive(Arrival(-1, "Silk 2", OWNER, Language.KO, days(2), is_admin=True))
    assert change is not None
    assert (change.fresh, change.group.is_admin) == (False, True)


async def test_ten_strangers_at_once_found_one_shop(db: Database) -> None:
    """A bot that isn't open to all belongs to the first, however close the others come."""
    arrivals = await asyncio.gather(
        *(
            db.write(arrive, Arrival(-n, "Shop", fan(n), Language.EN, NOON, is_admin=True), open_to_all=False)
            for n in range(1, 11)
        )
    )
    assert sum(arrived is not None for arrived in arrivals) == 1
    assert await query(db, "SELECT count(*) FROM community") == [(1,)]


async def test_one_arrival_told_ten_times_at_once(db: Database) -> None:
    """Ten updates about one group make one group and one greeting."""
    arrivals = await asyncio.gather(
        *(
            db.write(arrive, Arrival(-1, "Silk", OWNER, Language.KO, NOON, is_admin=True), open_to_all=True)
            for _ in range(10)
        )
    )
    assert [arrived.fresh for arrived in arrivals if arrived is not None].count(True) == 1
    assert await query(db, "SELECT count(*) FROM fan_group") == [(1,)]


async def test_a_group_that_moves_takes_its_promises_and_cards_along(db: Database, causes: Causes) -> None:
    """A posted card hangs again in the new chat, one that waits is sent there, and the old chat is unknown."""
    place, communities = await shop(db), house(db)
    posted, _ = await offer(db, place, NewCampaign("Posted", 5, closes=days(3)), causes.next())
    await db.write(_posted)
    over, number = await offer(db, place, NewCampaign("Over", 5), causes.next())
    await db.write(_posted)
    await campaigns_of(db).cancel(act_by(place, OWNER.user_id, NOON, causes.next()), number)
    waits, _ = await offer(db, place, NewCampaign("Waits", 5, opens=days(1)), causes.next())
    await follow(db, communities, -1001, -2002, NOON)
    assert await communities.group(-1001) is None
    group = await communities.group(-2002)
    assert group is not None
    assert group.place.community_id == place.community_id
    cards = await query(db, "SELECT subject_id, chat_id, message_id FROM card ORDER BY subject_id")
    assert cards == [(posted, -2002, None), (waits, -2002, None)]
    assert await query(db, "SELECT DISTINCT chat_id FROM outbox WHERE state = 'waiting'") == [(-2002,)]
    assert over not in {card[0] for card in cards}


def _posted(tx: Tx) -> None:
    for number, card in enumerate(tx.execute(select(Card)).scalars(), start=1):
        card.message_id, card.edited_at = number, NOON


async def test_a_move_told_twice_or_of_a_stranger(db: Database, causes: Causes) -> None:
    """The second telling changes nothing; a chat that isn't ours isn't followed."""
    place, communities = await shop(db), house(db)
    await offer(db, place, NewCampaign("Silk", 5), causes.next())
    await follow(db, communities, -1001, -2002, NOON)
    before = await everything(db)
    await follow(db, communities, -1001, -2002, NOON)
    await follow(db, communities, -5, -6, NOON)
    assert await everything(db) == before


async def test_a_move_whose_new_chat_came_first(db: Database, causes: Causes) -> None:
    """If the new id was met as a group of its own, the old one is left and its promises go over."""
    place, communities = await shop(db), house(db)
    await offer(db, place, NewCampaign("Silk", 5), causes.next())
    await communities.arrive(
        Arrival(-2002, "Silk room", OWNER, Language.KO, NOON, is_admin=True, into=place.community_id)
    )
    await follow(db, communities, -1001, -2002, NOON)
    homes = await query(db, "SELECT chat_id, is_home FROM fan_group WHERE left_at IS NULL")
    assert [(chat_id, bool(is_home)) for chat_id, is_home in homes] == [(-2002, True)]
    assert await query(db, "SELECT DISTINCT chat_id FROM outbox") == [(-2002,)]


async def test_both_chats_of_a_move_may_show_the_card(db: Database, causes: Causes) -> None:
    """A campaign made between the two tellings hung a card in each: one is kept."""
    place, communities = await shop(db), house(db)
    await communities.arrive(
        Arrival(-2002, "Silk room", OWNER, Language.KO, NOON, is_admin=True, into=place.community_id)
    )
    campaign, _ = await offer(db, place, NewCampaign("Silk", 5), causes.next())
    await follow(db, communities, -1001, -2002, NOON)
    assert await query(db, "SELECT subject_id, chat_id FROM card") == [(campaign, -2002)]


async def test_who_can_be_written_to(db: Database) -> None:
    """Someone new in private belongs to the only shop; with two shops they must show themselves first."""
    communities = house(db)
    assert (await communities.started(fan(1), can_write=True)).place is None
    place = await shop(db)
    reader = await communities.started(fan(1), can_write=True)
    assert (reader.can_write, reader.place) == (True, place)
    await communities.unreachable(fan(1).user_id)
    assert not (await communities.reader(fan(1).user_id)).can_write
    await shop(db, fan(900), -1002)
    assert (await communities.started(fan(2), can_write=True)).place is None


async def test_a_private_command_means_the_first_shop_until_it_is_turned(db: Database, causes: Causes) -> None:
    """Acts in another shop's group change nothing; turning does, and a restart finds what the cache said."""
    here, there, coupons, communities = await shop(db), await shop(db, fan(900), -1002), till(db), house(db)
    assert (await communities.reader(fan(1).user_id, private=True)).place is None
    campaigns = {place: (await offer(db, place, NewCampaign("Silk", 5), causes.next()))[0] for place in (here, there)}
    for place, campaign in campaigns.items():
        await coupons.claim(act_of(place, fan(1), NOON, causes.next()), campaign)
        for known in (communities, house(db)):
            assert (await known.reader(fan(1).user_id, private=True)).place == here
    await communities.turn_to(fan(1).user_id, there)
    await coupons.claim(act_of(here, replace(fan(1), name="Ana"), NOON, causes.next()), campaigns[here])
    for known in (communities, house(db)):
        assert (await known.reader(fan(1).user_id, private=True)).place == there


async def test_a_crowd_that_meets_an_empty_cache(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred at once cost one read of their group and one of their shop. Who asks after a change hears of it."""
    place, communities = await shop(db), house(db)
    read, made = db.read, Counter[str]()

    async def counted(query: Callable[..., Any], *args: Any) -> Any:
        made[query.__name__] += 1
        return await read(query, *args)

    monkeypatch.setattr(db, "read", counted)
    communities.learn({user_id: Known(place.community_id, None, False, None) for user_id in range(100)})
    groups = await asyncio.gather(*(communities.group(-1001) for _ in range(100)))
    readers = await asyncio.gather(*(communities.reader(user_id) for user_id in range(100)))
    assert {group.place for group in groups if group is not None} == {one.place for one in readers} == {place}
    assert made == {"find_group": 1, "place_of": 1}

    communities.forget()
    before = asyncio.create_task(communities.group(-1001))
    await asyncio.sleep(0)
    await communities.leave(-1001, days(1))
    assert await communities.group(-1001) is None
    await before
    assert await communities.group(-1001) is None


async def test_a_left_group_is_left_once(db: Database) -> None:
    """Leaving again keeps the first date."""
    await shop(db)
    await db.write(leave_room, -1001, days(1))
    before = await everything(db)
    await db.write(leave_room, -1001, days(2))
    assert await everything(db) == before
