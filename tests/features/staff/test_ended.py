"""Ended things are found on the staff's panel, on both databases: by section, the newest first, page by page."""

from bot.features.staff.overview import Overview
from bot.rules.coin_shop.shelf import ItemKind
from bot.rules.coupon_states import KeptFor
from bot.rules.coupons.campaigns import NewCampaign
from bot.rules.panel import LISTED, AdminLine, Ended, Section
from bot.rules.place import Place
from bot.rules.tiers import Tier
from bot.store.engine.db import Database
from tests.features.counter import Counter
from tests.features.scene import GIVEAWAYS, NOON, PANEL, Causes, campaigns_of, days, fan, offer, shop, staff_act


def overview(db: Database) -> Overview:
    """What the panel looks at."""
    return Overview(db, PANEL.lists, PANEL.ended, GIVEAWAYS)


async def ended(db: Database, place: Place, section: str, before: int = 0, key: int | None = None) -> list[AdminLine]:
    """A page of a section's ended things a day later, or one of them."""
    return await overview(db).ended(place, section, Ended(before, key), days(1))


async def test_drops_that_are_over_page_by_page(db: Database, causes: Causes) -> None:
    """Whose time is over, who was cancelled and who is all gone; what runs isn't there, nor is another shop's."""
    place = await shop(db)
    for number in range(LISTED + 2):
        await offer(db, place, NewCampaign(f"Drop {number}", 5, closes=days(1)), causes.next())
    await offer(db, place, NewCampaign("Runs", 5), causes.next())
    there = await shop(db, fan(900), -1002)
    await offer(db, there, NewCampaign("Theirs", 5, closes=days(1)), causes.next())
    await campaigns_of(db).cancel(staff_act(place, 1, NOON, causes.next()), 1)
    first = await ended(db, place, Section.COUPONS)
    assert [line.number for line in first] == list(range(10, 1, -1))
    second = await ended(db, place, Section.COUPONS, before=first[LISTED - 1].pressed)
    assert [(line.number, line.state) for line in second] == [(2, "closed"), (1, "cancelled")]
    (one,) = await ended(db, place, Section.COUPONS, key=1)
    assert one.title == "Drop 0"
    assert await ended(db, there, Section.COUPONS, key=2) == []


async def test_items_whose_time_is_over(db: Database, causes: Causes) -> None:
    """They are among what ended, not among what runs; one that staff took off the shelf can come back."""
    counter = await Counter.open(db, causes)
    await counter.lists(title="Over", closes=days(1))
    await counter.lists(ItemKind.MAKE_UP, title="Stays")
    running = await overview(db).lines(counter.place, Section.ITEMS, days(1))
    assert [line.title for line in running] == ["Stays"]
    assert [line.title for line in await ended(db, counter.place, Section.ITEMS)] == ["Over"]
    assert [line.number for line in await ended(db, counter.place, Section.ITEMS, key=1)] == [1]


def test_each_section_with_things_of_its_own_has_what_ended() -> None:
    """Where things are listed, those that are over can be looked up."""
    assert PANEL.ended.keys() == PANEL.lists.keys()


async def test_an_empty_shop_has_nothing_ended(db: Database) -> None:
    """Every section answers with nothing, for any page and any key."""
    place = await shop(db)
    for section in PANEL.ended:
        assert await ended(db, place, section) == []
        assert await ended(db, place, section, before=7) == []
        assert await ended(db, place, section, key=7) == []
    assert await ended(db, place, "nonsense") == []


async def test_what_a_drop_is_marked_for(db: Database, causes: Causes) -> None:
    """A drop is offered to the coin shop, to gifts and to heart goals only where these take it."""
    place = await shop(db)
    wishes = (
        NewCampaign("Group", 5),
        NewCampaign("Shop", 5, kept_for=KeptFor.SHOP),
        NewCampaign("Gift", 5, kept_for=KeptFor.GIFT),
        NewCampaign("Hearts", 5, kept_for=KeptFor.HEARTS),
        NewCampaign("Later", 5, opens=days(1)),
        NewCampaign("Loyal", 5, tier=Tier.LOYAL),
    )
    for wish in wishes:
        await offer(db, place, wish, causes.next())
    lines = await overview(db).lines(place, Section.COUPONS, NOON)
    assert {line.title: line.marks for line in lines} == {
        "Group": ("for_shop", "for_gifts"),
        "Shop": ("for_shop",),
        "Gift": ("for_gifts",),
        "Hearts": ("for_hearts",),
        "Later": ("for_shop",),
        "Loyal": ("for_shop",),
    }
