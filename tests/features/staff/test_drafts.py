"""The staff's panel as rows: half-filled forms, what stands, what happened lately; on both databases."""

import asyncio
from datetime import timedelta

from bot.features.staff.drafts import Draft, Drafts
from bot.features.staff.overview import LINES, Overview
from bot.features.staff.reach import COUNTS, Reaches
from bot.handlers.staff.panel_acts import ACTS
from bot.rules.coupons.campaigns import CampaignMade, NewCampaign
from bot.rules.rights import Role
from bot.rules.staff.panel import REVIEW, Reach, Section
from bot.store.engine.db import Database
from tests.features.scene import NOON, OWNER, Causes, act_by, campaigns_of, fan, shop, undo, undoing
from tests.features.studio import another_group

MINE = OWNER.user_id
NEEDED = ("title", "stock")


async def test_a_form_is_filled_in(db: Database) -> None:
    """Needed questions one by one, then the overview; what was left empty again is asked anew."""
    place, drafts = await shop(db), Drafts(db)
    begun = await drafts.begin(place, MINE, "newcoupon", None, NEEDED, NOON)
    assert (begun.step, begun.values) == ("title", {})
    await drafts.shown_in(MINE, 7)
    titled = await drafts.fill(MINE, 7, "title", "Silk", NEEDED)
    assert titled == Draft(place.community_id, "newcoupon", None, {"title": "Silk"}, "stock", 7)
    full = await drafts.fill(MINE, None, "stock", "20", NEEDED)
    assert full is not None
    assert (full.step, full.values) == (REVIEW, {"title": "Silk", "stock": "20"})
    turned = await drafts.turn(MINE, 7, "price")
    assert turned is not None
    assert turned.step == "price"
    again = await drafts.fill(MINE, 7, "title", None, NEEDED)
    assert again is not None
    assert (again.step, again.values) == ("title", {"stock": "20"})


async def test_an_older_message_turns_nothing(db: Database) -> None:
    """Only the message that shows the form goes on with it, and only the person's own form is found."""
    place, drafts = await shop(db), Drafts(db)
    await drafts.begin(place, MINE, "newcoupon", None, NEEDED, NOON)
    await drafts.shown_in(MINE, 8)
    assert await drafts.find(MINE, 7) is None
    assert await drafts.fill(MINE, 7, "title", "Silk", NEEDED) is None
    assert await drafts.turn(MINE, 7, REVIEW) is None
    assert await drafts.close(MINE, 7) is None
    assert await drafts.find(fan(5).user_id) is None
    assert await drafts.close(MINE, 8) is not None
    assert await drafts.find(MINE) is None


async def test_many_answers_at_once(db: Database) -> None:
    """Answers that come at the same time are all kept: none is written over."""
    place, drafts = await shop(db), Drafts(db)
    await drafts.begin(place, MINE, "newcoupon", None, NEEDED, NOON)
    await asyncio.gather(*(drafts.fill(MINE, None, f"blank{n}", str(n), NEEDED) for n in range(20)))
    draft = await drafts.find(MINE)
    assert draft is not None
    assert draft.values == {f"blank{n}": str(n) for n in range(20)}


async def test_what_stands_and_what_happened(db: Database, causes: Causes) -> None:
    """Drops are listed while they run; the log tells who did what, and what its reader may take back."""
    place, campaigns, overview = await shop(db), campaigns_of(db), Overview(db)
    for title, closes in (("Silk", None), ("Wool", timedelta(hours=1))):
        wish = NewCampaign(title, 5, closes=NOON + closes if closes is not None else None)
        made = await campaigns.make(act_by(place, MINE, NOON, causes.next()), wish)
        assert isinstance(made, CampaignMade)
    assert [line.title for line in await overview.lines(place, Section.COUPONS, NOON)] == ["Wool", "Silk"]
    later = NOON + timedelta(hours=2)
    assert [line.title for line in await overview.lines(place, Section.COUPONS, later)] == ["Silk"]
    over = await overview.thing(place, Section.COUPONS, 2, later)
    assert over is not None
    assert over.state == "closed"
    assert await overview.thing(place, Section.COUPONS, 3, NOON) is None
    assert await overview.lines(place, "nonsense", NOON) == []
    await undo(db, place, MINE, NOON, causes.next(), None)
    lately = await overview.lately(place, Role.OWNER, undoing(db).names, undoing(db).owners)
    assert [(one.act, one.who, one.undone, one.undoable) for one in lately.entries][:3] == [
        ("campaign.cancelled", OWNER.name, False, False),
        ("campaign.made", OWNER.name, True, False),
        ("campaign.made", OWNER.name, False, True),
    ]


async def test_reach_is_counted(db: Database, causes: Causes) -> None:
    """Groups and the channel, fans who are here, coins that go back: of this shop alone."""
    place, reaches = await shop(db), Reaches(db)
    await another_group(db, place, -1002)
    await another_group(db, place, -1003, channel=True)
    assert await reaches.of(place, "newcoupon", {}, None) == Reach(groups=2, fans=0)
    assert await reaches.of(place, "newcoupon", {"for": "shop"}, None) == Reach()
    assert await reaches.of(place, "newstream", {"at": NOON}, None) == Reach(groups=3, fans=0, at=NOON)
    assert await reaches.of(place, "redpacket", {"coins": 500}, None) == Reach(groups=2, fans=0, coins=500)
    assert await reaches.of(place, "coupon_cancel", {}, 99) == Reach(groups=2, void=0, back=0)
    assert await reaches.of(place, "of_tomorrow", {}, None) == Reach()


def test_everything_is_plugged_in() -> None:
    """Each act about a thing has a list to choose it from, and no reach is counted for an act that isn't there."""
    names = {act.name for act in ACTS}
    assert COUNTS.keys() <= names
    for act in ACTS:
        if act.states is not None:
            assert act.section in LINES, act.name
