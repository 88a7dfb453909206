"""Whom staff can mean: lists of fans by what they bought or hold, on both databases."""

from dataclasses import replace

import pytest

from bot.flows.named_people import People
from bot.flows.redeem import Redemption
from bot.rules.act import Sender
from bot.rules.coin_shop.items import ItemUnknown, NothingBought
from bot.rules.coupons.campaigns import NewCampaign
from bot.rules.coupons.redemption import WhoseCode
from bot.rules.naming import MOST_CHOICES, Named, WhichFan
from bot.store.engine.db import Database
from tests.features.counter import STAFF, Counter
from tests.features.scene import NOON, ROOM, Causes, act_by, act_of, days, fan, give, offer, query, shop, till

PEOPLE = {
    501: "Ana 🧵",
    502: "Ana Lee",
    503: "김미나",
    504: "Élise",
    505: "100%_<b>",
}


def person(user_id: int) -> Sender:
    """One of them; nobody has a username but Élise."""
    return Sender(user_id, PEOPLE[user_id], "lise_silk" if user_id == 504 else None, "en", ROOM)


def fans(found: object) -> list[str]:
    """Who is listed, in order."""
    assert isinstance(found, WhichFan)
    return [choice.fan for choice in found.choices]


@pytest.mark.parametrize(
    ("said", "listed"),
    [
        ("ana", ["Ana 🧵", "Ana Lee"]),
        ("ANA lee", ["Ana Lee"]),
        ("미나", ["김미나"]),
        ("Élise", ["Élise"]),
        ("@Lise_Silk", ["Élise"]),
        ("0%_<", ["100%_<b>"]),
    ],
)
async def test_fans_are_found_by_the_name_that_is_shown(
    db: Database, causes: Causes, said: str, listed: list[str]
) -> None:
    """A part of it will do, signs mean nothing special, and a username finds its holder too."""
    counter, people = await Counter.open(db, causes), People(db)
    await counter.lists()
    for user_id in PEOPLE:
        await give(db, counter.place, person(user_id), 50)
        await counter.buys(person(user_id))
    found = await people.buyers(counter.place, "done", 1, said)
    assert fans(found) == listed
    assert isinstance(found, WhichFan)
    assert (found.said, found.found, found.example) == (said, said[0] != "@", "/item 1 done")
    unknown = await people.buyers(counter.place, "done", 1, "nobody")
    assert isinstance(unknown, WhichFan)
    assert not unknown.found
    assert fans(unknown) == list(PEOPLE.values())
    assert fans(await people.buyers(counter.place, "refund", 1, "")) == list(PEOPLE.values())[::-1]


async def test_only_what_an_act_can_be_about_is_listed(db: Database, causes: Causes) -> None:
    """What is done waits no more, what was refunded can't be again, another shop has nothing of it."""
    counter, people = await Counter.open(db, causes), People(db)
    await counter.lists()
    for number in range(1, MOST_CHOICES + 3):
        await give(db, counter.place, fan(number), 50)
        await counter.buys(fan(number))
    assert len(fans(await people.buyers(counter.place, "done", 1, ""))) == MOST_CHOICES
    await counter.refunds(fan(1))
    assert fans(await people.buyers(counter.place, "refund", 1, "Fan 1")) == ["Fan 10"]
    for number in range(2, MOST_CHOICES + 3):
        await counter.hands_over(fan(number))
    for deed in ("done", "refund"):
        assert await people.buyers(counter.place, deed, 1, "x") == NothingBought(1, "First", "x")
    there = await shop(db, fan(900), -1002)
    assert await people.buyers(there, "done", 1, "") == ItemUnknown(1)
    assert await people.listed(there, "item_refund", 1, None) == ()


async def test_holders_of_a_shared_code(db: Database, causes: Causes) -> None:
    """Who claimed last stands first; a coupon that was redeemed isn't asked about; codes of others say nothing."""
    place, people = await shop(db), People(db)
    campaign, _ = await offer(db, place, NewCampaign("Silk", 9, shared_code="SILK20"), causes.next())
    assert await people.holders(place, "SILK20", "") == WhoseCode("SILK20")
    for number in (1, 2, 3):
        await till(db).claim(act_of(place, fan(number), NOON, causes.next()), campaign)
    assert fans(await people.holders(place, "silk20", "")) == ["Fan 3", "Fan 2", "Fan 1"]
    await Redemption(db).redeem(act_by(place, STAFF, NOON, causes.next()), "SILK20", Named(fan(2).user_id, "Fan 2"))
    assert fans(await people.holders(place, "silk20", "@fan2")) == ["Fan 3", "Fan 1"]
    assert await people.shares(place, "silk20")
    assert not await people.shares(place, "SILK21")
    assert await people.holders(place, "SILK21", "") == WhoseCode("SILK21")
    assert [one.shown for one in await people.listed(place, "redeem", None, "silk20")] == ["Fan 3", "Fan 1"]


async def test_the_panel_lists_who_was_active_last(db: Database, causes: Causes) -> None:
    """Where nothing tells more; who left isn't among them, nor are another shop's fans."""
    place, people, there = await shop(db), People(db), await shop(db, fan(900), -1002)
    campaign, _ = await offer(db, place, NewCampaign("Silk", 9, limit=9), causes.next())
    for number, day in ((1, 3), (2, 5), (3, 4), (4, 6)):
        await till(db, number).claim(act_of(place, fan(number), days(day), causes.next()), campaign)
    await db.write(
        lambda tx: tx.connection().exec_driver_sql("UPDATE member SET left_at = joined_at WHERE user_id = 104")
    )
    assert await people.listed(place, "redeem", None, None) == tuple(
        Named(fan(number).user_id, f"Fan {number}") for number in (2, 3, 1)
    )
    assert await people.listed(there, "redeem", None, None) == ()
    assert await people.fan(there, fan(1).user_id) is None
    assert await people.fan(place, fan(1).user_id) == Named(fan(1).user_id, "Fan 1")


async def test_what_telegram_tells_of_a_person(db: Database) -> None:
    """The new username is theirs alone; a language that Telegram leaves out stays; strangers aren't made."""
    place, people = await shop(db), People(db)
    for number in (1, 2):
        await give(db, place, fan(number), 0)
    await people.seen(replace(fan(1), username="fan2", language=None))
    assert await people.called("fan2") == fan(1).user_id
    assert await people.called("fan1") is None
    rows = await query(
        db, "SELECT telegram_language, username FROM person WHERE user_id IN (101, 102) ORDER BY user_id"
    )
    assert rows == [("ko", "fan2"), ("ko", None)]
    await people.seen(fan(50))
    assert await people.called("fan50") is None
