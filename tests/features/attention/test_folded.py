"""What wasn't sent in time becomes lines of the next morning card, on both databases."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.domains import DOMAINS, lines_of
from bot.features.attention.folded import FoldedOnCard
from bot.features.posts.morning import morning_card
from bot.rules.coupons.campaigns import NewCampaign
from bot.rules.folded import FoldedLine
from bot.rules.posts.morning import MorningCard
from bot.rules.verdicts import Reason, Ruling
from bot.store.engine.db import Database
from bot.store.tables import Campaign, FanGroup
from tests.features.attention.verdicts import add_verdict
from tests.features.scene import NOON, Causes, offer, query, shop
from tests.features.studio import Studio, morning_slot

NINE = NOON + timedelta(hours=21)
"""Nine o'clock on the first Tuesday."""


@pytest.fixture
async def studio(db: Database, causes: Causes) -> Studio:
    """A studio whose morning card comes at nine."""
    studio = await Studio.open(db, causes)
    await morning_slot(db, studio.place)
    return studio


async def folds(studio: Studio, subject_id: int, **more: Any) -> int:
    """A drop's card that wasn't sent in time."""
    return await add_verdict(studio.db, studio.place, Ruling.FOLD, Reason.QUIET_HOURS, subject_id=subject_id, **more)


async def drops(studio: Studio, *titles: str, stock: int = 3) -> list[int]:
    """Drops with these titles; their ids."""
    return [
        (await offer(studio.db, studio.place, NewCampaign(title, stock), studio.causes.next()))[0] for title in titles
    ]


async def lines_on(studio: Studio, day: int = 0) -> list[tuple[str, bool]]:
    """Title and openness of the lines on a day's card."""
    posting = sorted(await query(studio.db, "SELECT id FROM posting WHERE state = 'posted' ORDER BY id"))[day][0]
    card = await studio.db.read(_card, studio, posting)
    return [(line.title, line.open) for line in card.folded]


def _card(session: Session, studio: Studio, posting_id: int) -> MorningCard:
    at = NINE + timedelta(minutes=1)
    card = morning_card(session, studio.place.community_id, posting_id, at)
    shown = FoldedOnCard(lines_of(DOMAINS)).add(session, card, posting_id, at)
    assert isinstance(shown, MorningCard)
    return shown


async def test_the_newest_three_are_named_once(studio: Studio) -> None:
    """Of four things that two rooms missed the newest three stand on the next card, and none on the one after."""
    made = await drops(studio, "Cap", "Scarf", "Shirt", "Socks")
    for drop in made:
        await folds(studio, drop)
        await folds(studio, drop, chat_id=-1002)
    await studio.tick(NINE)
    assert await lines_on(studio) == [("Socks", True), ("Shirt", True), ("Scarf", True)]
    await studio.db.write(lambda tx: tx.execute(update(FanGroup).values(heard_at=NINE + timedelta(hours=12))))
    await studio.tick(NINE + timedelta(days=1))
    assert await lines_on(studio, 1) == []
    assert await query(studio.db, "SELECT count(*) FROM verdict WHERE card_id IS NULL AND ruling = 'fold'") == [(0,)]


async def test_what_ended_says_so(studio: Studio) -> None:
    """A drop that is over when the card is shown stands there as over."""
    (drop,) = await drops(studio, "Scarf")
    await folds(studio, drop)
    await studio.tick(NINE)
    await studio.db.write(lambda tx: tx.execute(update(Campaign).values(closes=NINE)))
    assert await lines_on(studio) == [("Scarf", False)]


async def test_what_is_gone_has_no_line(studio: Studio) -> None:
    """A thing of another shop, or one that isn't there, is left out; an older one takes its place."""
    (drop,) = await drops(studio, "Scarf")
    await folds(studio, drop)
    await folds(studio, 999)
    await studio.tick(NINE)
    assert await lines_on(studio) == [("Scarf", True)]


async def test_other_shops_lines_stay_theirs(studio: Studio) -> None:
    """A card takes only what its own shop couldn't tell."""
    there = await shop(studio.db, chat_id=-1009)
    await add_verdict(studio.db, there, Ruling.FOLD, Reason.GAP, chat_id=-1009)
    await studio.tick(NINE)
    assert await lines_on(studio) == []
    on = "SELECT p.community_id FROM verdict v JOIN posting p ON p.id = v.card_id"
    assert await query(studio.db, on) == [(there.community_id,)]


def test_a_line_needs_no_title() -> None:
    """A line that no domain has named yet is there by its kind."""
    assert FoldedLine("packet", 1) == FoldedLine("packet", 1, "", open=False, coins=0)
