"""What is for some fans only, in each domain: who is meant gets it, who isn't is told kindly, and nothing is spent."""

from typing import Any

from sqlalchemy import update
from sqlmodel import col

from bot.features.coin_shop.items import Items
from bot.features.gifts.gifts import Gifts
from bot.rules.act import Sender
from bot.rules.coin_shop.items import NewItem
from bot.rules.coin_shop.shelf import Bought, ItemKind
from bot.rules.coupons.campaigns import CampaignMade, NewCampaign
from bot.rules.coupons.claims import Claimed, TierTooLow
from bot.rules.for_whom import Aimed, ForWhom, NotForYou, Offered
from bot.rules.gifts.cards import GiftCard
from bot.rules.packets.packets import InPacket, ShareTaken
from bot.rules.place import Place
from bot.rules.raffles.entries import Entered
from bot.rules.raffles.facts import Reason
from bot.rules.segments import BadSegment, SegmentTrouble
from bot.rules.tags import Tagging, TagOrigin
from bot.rules.tiers import Tier
from bot.store.coupons.campaigns import card_of
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.fan_tags import set_tag, take_tag
from bot.store.for_whom import is_for, refuse, those_of
from bot.store.members import standing
from bot.store.tables import Member
from tests.features.counter import Counter
from tests.features.draws import CLOSES, DRAWS, Fair
from tests.features.givers import Circle
from tests.features.packets.table import Table
from tests.features.scene import (
    NOON,
    OWNER,
    Causes,
    act_by,
    act_of,
    balance,
    campaigns_of,
    fan,
    give,
    offer,
    query,
    shop,
    till,
)

LOYAL = ForWhom(Tier.LOYAL, Tier.CORE)
CHOSEN = ForWhom()


def _tag(tx: Tx, place: Place, sender: Sender, tag: str) -> None:
    member = standing(tx, place.community_id, sender, NOON)
    set_tag(tx, place.community_id, member.member_id, Tagging(tag, TagOrigin.STAFF, OWNER.user_id), NOON)


def _untag(tx: Tx, place: Place, sender: Sender, tag: str) -> None:
    take_tag(tx, standing(tx, place.community_id, sender, NOON).member_id, tag)


def _rise(tx: Tx, place: Place, sender: Sender, tier: str) -> None:
    member = standing(tx, place.community_id, sender, NOON)
    tx.execute(update(Member).where(col(Member.id) == member.member_id).values(tier=tier))


async def test_what_is_for_all_asks_the_database_nothing(db: Database) -> None:
    """A claim, a tap or an entry without a segment costs no statement: the session isn't even looked at."""
    place = await shop(db)
    nothing: Any = None
    assert is_for(nothing, place, "", 1, NOON)
    assert refuse(nothing, place, "", 1, NOON, (Offered.DROP, "Silk")) is None
    assert those_of(nothing, place, "", [1, 2], NOON) == {1, 2}


async def test_a_drop_for_some_is_claimed_by_them_only(db: Database, causes: Causes) -> None:
    """Who lacks the tag hears that it is for fans whom the shop chose; no coupon is gone, and no coin."""
    place = await shop(db)
    for number in (1, 2):
        await give(db, place, fan(number), 30)
    await db.write(_tag, place, fan(1), "silk")
    campaign, _ = await offer(db, place, NewCampaign("Silk", 3, price=20, segment="tag=silk"), causes.next())
    told = await till(db).claim(act_of(place, fan(2), NOON, causes.next()), campaign)
    assert told == NotForYou(Offered.DROP, "Silk", CHOSEN)
    assert await balance(db, place, fan(2)) == 30
    assert isinstance(await till(db).claim(act_of(place, fan(1), NOON, causes.next()), campaign), Claimed)
    assert await query(db, "SELECT taken, segment FROM campaign") == [(1, "tag=silk")]


async def test_who_could_never_claim_hears_it_before_the_price(db: Database, causes: Causes) -> None:
    """Nobody saves coins for a drop that isn't for them; a tier that is too low comes first."""
    place = await shop(db)
    await give(db, place, fan(1), 0)
    await db.write(_tag, place, fan(2), "silk")
    dear, _ = await offer(db, place, NewCampaign("Silk", 3, price=20, segment="tag=silk"), causes.next())
    assert isinstance(await till(db).claim(act_of(place, fan(1), NOON, causes.next()), dear), NotForYou)
    both, _ = await offer(db, place, NewCampaign("Wool", 3, tier=Tier.FAN, segment="tag=silk"), causes.next())
    assert isinstance(await till(db).claim(act_of(place, fan(1), NOON, causes.next()), both), TierTooLow)


async def test_staff_hear_how_many_a_drop_is_for(db: Database, causes: Causes) -> None:
    """The answer counts those who can claim; nobody fits is said, and a tag that nobody has is refused."""
    place = await shop(db)
    for number in (1, 2, 3):
        await give(db, place, fan(number), 0)
    await db.write(_rise, place, fan(1), "loyal")
    act = act_by(place, OWNER.user_id, NOON, causes.next())
    made = await campaigns_of(db).make(act, NewCampaign("Silk", 3, segment="tier>=loyal"))
    assert isinstance(made, CampaignMade)
    assert made.aimed == Aimed("tier>=loyal", 1)
    assert await campaigns_of(db).make(act, NewCampaign("Silk", 3, segment="tier>=loyal")) == made
    act = act_by(place, OWNER.user_id, NOON, causes.next())
    none = await campaigns_of(db).make(act, NewCampaign("Silk", 3, segment="tier=core"))
    assert isinstance(none, CampaignMade)
    assert none.aimed == Aimed("tier=core", 0)
    act = act_by(place, OWNER.user_id, NOON, causes.next())
    assert await campaigns_of(db).make(act, NewCampaign("Silk", 3, segment="tag=wool")) == BadSegment(
        SegmentTrouble.TAG, "wool"
    )
    card = await db.read(card_of, place.community_id, 1, NOON)
    assert card is not None
    assert card.whom == LOYAL


async def test_an_item_for_some_is_bought_by_them_only(db: Database, causes: Causes) -> None:
    """By tier it stands on everybody's shelf and says for whom; by tag only those who are meant see it."""
    counter = await Counter.open(db, causes)
    place = counter.place
    for number in (1, 2):
        await give(db, place, fan(number), 90)
    await db.write(_tag, place, fan(1), "silk")
    await db.write(_rise, place, fan(1), "loyal")
    await counter.lists(ItemKind.FAVOUR, segment="tag=silk", title="Hello")
    await counter.lists(ItemKind.FAVOUR, segment="tier>=loyal", title="Greeting")
    assert [(line.title, line.state) for line in (await counter.shelf(fan(2))).lines] == [("Greeting", "not_meant")]
    assert [line.state for line in (await counter.shelf(fan(1))).lines] == ["open", "open"]
    assert await counter.buys(fan(2), 1) == NotForYou(Offered.ITEM, "Hello", CHOSEN)
    assert await counter.buys(fan(2), 2) == NotForYou(Offered.ITEM, "Greeting", LOYAL)
    assert isinstance(await counter.buys(fan(1), 1), Bought)
    assert await balance(db, place, fan(2)) == 90
    assert await counter.sound()
    wish = NewItem("Bye", 5, ItemKind.FAVOUR, segment="source=tv")
    refused = await Items(db).make(act_by(place, OWNER.user_id, NOON, causes.next()), wish)
    assert refused == BadSegment(SegmentTrouble.SOURCE, "tv")


async def test_a_sold_coupon_keeps_its_own_bounds(db: Database, causes: Causes) -> None:
    """An item that sells a drop for some is for them too, although the item says nothing."""
    counter = await Counter.open(db, causes)
    for number in (1, 2):
        await give(db, counter.place, fan(number), 90)
    await db.write(_tag, counter.place, fan(1), "silk")
    _, number = await offer(db, counter.place, NewCampaign("Silk", 3, segment="tag=silk"), causes.next())
    await counter.lists(ItemKind.COUPON, subject=number, title="Silk")
    assert await counter.buys(fan(2)) == NotForYou(Offered.ITEM, "Silk", CHOSEN)
    assert isinstance(await counter.buys(fan(1)), Bought)


async def test_a_packet_for_some_is_opened_by_them_only(db: Database, causes: Causes) -> None:
    """In a rush and in a fair window; who isn't meant is in no draw."""
    table = await Table.lay(db, causes)
    await db.write(_tag, table.place, fan(1), "silk")
    await give(db, table.place, fan(2), 0)
    rush = await table.opens(20, 2, rush=True, segment="tag=silk")
    assert rush.aimed == Aimed("tag=silk", 1)
    assert await table.tap(rush.packet_id, 2) == NotForYou(Offered.PACKET, "", CHOSEN)
    assert isinstance(await table.tap(rush.packet_id, 1), ShareTaken)
    fair = await table.opens(20, 2, segment="tag=silk")
    assert isinstance(await table.tap(fair.packet_id, 2), NotForYou)
    assert isinstance(await table.tap(fair.packet_id, 1), InPacket)
    assert (await table.card(fair.packet_id)).whom == CHOSEN
    assert await table.sound()


async def test_a_raffle_for_some_is_entered_and_drawn_among_them(db: Database, causes: Causes) -> None:
    """Checked at the entry, and again at the close: who isn't meant any more is off the list, and is told why."""
    fair = await Fair.open(db, causes)
    for number in (1, 2):
        await db.write(_tag, fair.place, fan(number), "silk")
    await give(db, fair.place, fan(3), 0)
    raffle = await fair.made(segment="tag=silk")
    assert await fair.enters(raffle, fan(3)) == NotForYou(Offered.RAFFLE, "Silk scarf", CHOSEN)
    for number in (1, 2):
        assert isinstance(await fair.enters(raffle, fan(number)), Entered)
    await db.write(_untag, fair.place, fan(2), "silk")
    await fair.drawn(DRAWS)
    rows = await query(db, "SELECT state, reason FROM raffle_entry ORDER BY number")
    assert rows == [("won", None), ("out", Reason.NOT_MEANT.value)]
    assert CLOSES < DRAWS


async def test_a_gift_for_some_is_sent_on_by_them_only(db: Database, causes: Causes) -> None:
    """Others don't see it among their gifts, and a forged press makes no card."""
    circle = await Circle.open(db, causes)
    await db.write(_tag, circle.place, fan(1), "silk")
    await give(db, circle.place, fan(2), 0)
    made = await circle.offers(segment="tag=silk", stock=5)
    assert made.aimed == Aimed("tag=silk", 1)
    gifts: Gifts = circle.gifts
    seen = [len((await gifts.choice(act_of(circle.place, fan(one), NOON, causes.next()))).options) for one in (1, 2)]
    assert seen == [2, 1]
    assert await circle.makes(fan(2), offer=1) == NotForYou(Offered.GIFT, "A warm start", CHOSEN)
    assert isinstance(await circle.makes(fan(1), offer=1), GiftCard)
