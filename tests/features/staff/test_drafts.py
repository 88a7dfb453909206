"""The staff's panel as rows: half-filled forms, what stands, what happened lately; on both databases."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.features.staff.drafts import Answer, Draft, Drafts
from bot.features.staff.overview import Overview
from bot.handlers.kit.panel import PanelParts
from bot.rules.coupons.campaigns import CampaignMade, NewCampaign
from bot.rules.gift_states import GiftKind
from bot.rules.gifts.policy import GiftPolicy
from bot.rules.panel import Reach, Section
from bot.rules.rights import Role
from bot.rules.staff.panel import REVIEW
from bot.store.engine.db import Database
from tests.features.scene import (
    GIVEAWAYS,
    NOON,
    OWNER,
    PANEL,
    POLICIES,
    Causes,
    act_by,
    act_of,
    campaigns_of,
    fan,
    shop,
    undo,
    undoing,
)
from tests.features.studio import another_group

MINE = OWNER.user_id
NEEDED = ("title", "stock")


async def test_a_form_is_filled_in(db: Database) -> None:
    """Needed questions one by one, then the overview; what was left empty again is asked anew."""
    place, drafts = await shop(db), Drafts(db)
    begun = await drafts.begin(act_of(place), "newcoupon", None, NEEDED)
    assert (begun.step, begun.values) == ("title", {})
    await drafts.shown_in(MINE, 7)
    titled = await drafts.fill(MINE, 7, Answer("title", "Silk", NEEDED))
    assert titled == Draft(place.community_id, "newcoupon", None, {"title": "Silk"}, "stock", 7)
    full = await drafts.fill(MINE, None, Answer("stock", "20", NEEDED))
    assert full is not None
    assert (full.step, full.values) == (REVIEW, {"title": "Silk", "stock": "20"})
    turned = await drafts.go_to(MINE, 7, "price")
    assert turned is not None
    assert turned.step == "price"
    again = await drafts.fill(MINE, 7, Answer("title", None, NEEDED))
    assert again is not None
    assert (again.step, again.values) == ("title", {"stock": "20"})


async def test_an_older_message_turns_nothing(db: Database) -> None:
    """Only the message that shows the form goes on with it, and only the person's own form is found."""
    place, drafts = await shop(db), Drafts(db)
    await drafts.begin(act_of(place), "newcoupon", None, NEEDED)
    await drafts.shown_in(MINE, 8)
    assert await drafts.find(MINE, 7) is None
    assert await drafts.fill(MINE, 7, Answer("title", "Silk", NEEDED)) is None
    assert await drafts.go_to(MINE, 7, REVIEW) is None
    assert await drafts.close(MINE, 7) is None
    assert await drafts.find(fan(5).user_id) is None
    assert await drafts.close(MINE, 8) is not None
    assert await drafts.find(MINE) is None


async def test_many_answers_at_once(db: Database) -> None:
    """Answers that come at the same time are all kept: none is written over."""
    place, drafts = await shop(db), Drafts(db)
    await drafts.begin(act_of(place), "newcoupon", None, NEEDED)
    await asyncio.gather(*(drafts.fill(MINE, None, Answer(f"blank{n}", str(n), NEEDED)) for n in range(20)))
    draft = await drafts.find(MINE)
    assert draft is not None
    assert draft.values == {f"blank{n}": str(n) for n in range(20)}


async def test_what_stands_and_what_happened(db: Database, causes: Causes) -> None:
    """Drops are listed while they run; the log tells who did what, and what its reader may take back."""
    place, campaigns, overview = await shop(db), campaigns_of(db), Overview(db, PANEL.lists, PANEL.ended, GIVEAWAYS)
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
    place, overview = await shop(db), Overview(db, PANEL.lists, PANEL.ended, GIVEAWAYS)
    await another_group(db, place, -1002)
    await another_group(db, place, -1003, channel=True)

    async def reach(act: str, values: dict[str, Any], number: int | None = None) -> Reach:
        return await overview.reach(place, PANEL.by_name[act].reach, values, number)

    assert await reach("newcoupon", {}) == Reach(groups=2, fans=0, may=0)
    assert await reach("newcoupon", {"for": "shop"}) == Reach(may=0)
    assert await reach("newstream", {"at": NOON}) == Reach(groups=3, fans=0, at=NOON)
    assert await reach("redpacket", {"coins": 500}) == Reach(groups=2, fans=0, coins=500)
    assert await reach("coupon_cancel", {}, 99) == Reach(groups=2, void=0, back=0)
    assert await reach("newgift", {"kind": (GiftKind.RELAY, 0, None), "stock": 3}) == Reach(
        fans=0, coins=3 * POLICIES[GiftPolicy].grows_by, least=POLICIES[GiftPolicy].grows_by
    )
    assert await reach("held", {}) == Reach()


def test_everything_is_plugged_in() -> None:
    """Each act about a thing has a list to choose it from."""
    for act in PANEL.acts:
        if act.states is not None:
            assert act.section in PANEL.lists, act.name


def test_the_panel_shows_acts_in_its_own_order() -> None:
    """Sections and acts stand where staff know them, whatever the order of domains."""
    assert [act.name for act in PANEL.acts] == [
        *("post", "posts", "posts_sent", "calendar", "pause", "resume", "persona", "pillars"),
        *("newcoupon", "newcoupon_file", "coupon_cancel"),
        *("redeem", "redeem_file", "order", "orders", "order_give", "order_refund"),
        *("newstream", "golive_now", "golive", "live_word", "live_url", "delay", "endlive", "cancelstream"),
        "redpacket",
        *("newraffle", "raffle_cancel", "raffle_call_off", "raffle_proof", "raffle_redraw", "raffle_redraw_all"),
        *("newgift", "gifts", "gift_close"),
        *("newitem", "newitem_coupon", "items", "item_close", "item_open", "item_done", "item_refund"),
        *("hearts", "hearts_show", "hearts_cancel"),
        *("quiet_show", "quiet", "unsent"),
        *("fans", "source", "sources", "grant", "held", "staff", "staff_add", "report"),
        *("welcome", "welcomes", "import_members", "awaited", "export", "tagrule", "tagrules"),
        *("hook", "hook_new", "hook_off"),
    ]


def test_acts_whose_command_nobody_answers_arent_offered() -> None:
    """Without the domain that answers `/redeem` no other domain's act can say it."""
    commands = {act.command for act in PANEL.acts} - {"redeem"}
    gone = {act.name for act in PANEL.acts} - {act.name for act in PANEL.limited_to(commands).acts}
    assert gone == {"redeem", "redeem_file"}


def test_two_acts_of_one_name_are_a_mistake_of_the_wiring() -> None:
    """A press names an act: with two of the same name nobody could tell which is meant."""
    with pytest.raises(ValueError, match="same name"):
        PanelParts.of([*PANEL.acts, PANEL.by_name["held"]], PANEL.lists)
