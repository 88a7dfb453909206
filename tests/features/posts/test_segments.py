"""Segments: which fans of a shop are meant, counted and read in the order of their ids."""

from datetime import date, timedelta

import pytest
from sqlalchemy import update
from sqlmodel import col

from bot.rules.segments import BadSegment, Reach, Segment, SegmentTrouble, read_segment
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.segments import check_sources, count_reach, next_fans
from bot.store.tables import ActiveDay, Activity, Member, Order, Source
from tests.features.posts.newsroom import Newsroom, run
from tests.features.scene import NOON, Causes, fan, shop

TODAY = date(2026, 11, 2)
"""The day of `NOON` in Seoul."""


@pytest.fixture
async def news(db: Database, causes: Causes) -> Newsroom:
    """A shop with eight fans of all kinds, and a neighbour whose fans are never meant."""
    news = await Newsroom.open(db, causes)
    await news.fans(8)
    await shop(db, fan(90), chat_id=-2001)
    await db.write(_differ, news.place.community_id)
    return news


def _differ(tx: Tx, community_id: int) -> None:
    source = Source(
        community_id=community_id, name="Spring video", name_key="springvideo", token="t", made_by=1, made_at=NOON
    )
    tx.add(source)
    tx.flush()
    rows = {
        member.user_id - 100: member for member in tx.query(Member).filter(col(Member.community_id) == community_id)
    }
    for number, tier in enumerate(("new", "fan", "loyal", "core")):
        rows[number].tier = tier
    rows[0].source_id = source.id
    rows[1].joined_at = NOON - timedelta(days=3)
    rows[7].left_at = NOON
    tx.flush()
    for number, ago in ((0, 2), (2, 13), (3, 14), (4, 20)):
        day = TODAY - timedelta(days=ago)
        tx.add(ActiveDay(member_id=rows[number].id or 0, room_id=1, day=day))
    tx.add(Activity(member_id=rows[5].id or 0, day=TODAY, kind="checkin", times=1))
    for number, value, refunded, currency in ((0, 50_000, 0, "KRW"), (2, 90_000, 60_000, "KRW"), (3, 70_000, 0, "USD")):
        tx.add(
            Order(
                community_id=community_id,
                ref=f"o{number}",
                key=f"O{number}",
                member_id=rows[number].id,
                belongs="coupon",
                value=value,
                refunded=refunded,
                currency=currency,
                day=TODAY,
                at=NOON,
                made_at=NOON,
            )
        )
    tx.flush()


def read(text: str) -> Segment:
    """A segment that can be read."""
    found = read_segment(text)
    assert isinstance(found, Segment)
    return found


@pytest.mark.parametrize(
    ("text", "fans"),
    [
        ("", {0, 1, 2, 3, 4, 5, 6}),
        ("tier=fan", {1}),
        ("tier>=loyal", {2, 3}),
        ("tier<fan", {0, 4, 5, 6}),
        ("source='spring VIDEO'", {0}),
        ("joined<30d", {1}),
        ("joined>=30d", {0, 2, 3, 4, 5, 6}),
        ("quiet=14d", {3, 4, 6}),
        ("quiet<14d", {0, 1, 2, 5}),
        ("spent>=30000", {0, 2}),
        ("spent>30000", {0}),
        ("tier>=loyal spent>=30000", {2}),
        ("spent<=0 quiet=14d", {3, 4, 6}),
        ("tier=core spent>=30000", set()),
    ],
)
async def test_who_is_meant(news: Newsroom, text: str, fans: set[int]) -> None:
    """Each condition means exactly these fans; who left and another shop's fans never."""
    found = await news.db.read(next_fans, news.place, read(text), NOON, 0, 100)
    assert {one.user_id - 100 for one in found} == fans
    assert await news.db.read(count_reach, news.place, read(text), NOON) == Reach(len(fans), len(fans), len(fans))


async def test_the_walk_goes_on_where_it_was(news: Newsroom) -> None:
    """Pages by the last member's id give everybody once."""
    seen, after = [], 0
    while page := await news.db.read(next_fans, news.place, Segment(), NOON, after, 3):
        seen += [one.user_id for one in page]
        after = page[-1].member_id
    assert seen == [100 + number for number in range(7)]


async def test_who_can_be_told(news: Newsroom) -> None:
    """Fans who never started the bot can't be written to, and promotion goes only to who said yes."""
    await news.fans(2, can_write=False, first=20)
    await news.fans(3, consents=False, first=30)
    assert await news.db.read(count_reach, news.place, Segment(), NOON) == Reach(12, 10, 7)


async def test_a_source_that_isnt_there_is_named(news: Newsroom) -> None:
    """Staff hear which source their shop doesn't have; a segment of one that was removed means nobody."""
    unknown = read("source=poster")
    assert await news.db.read(check_sources, news.place, unknown) == BadSegment(SegmentTrouble.SOURCE, "poster")
    assert await news.db.read(check_sources, news.place, read("source='Spring Video'")) is None
    assert await news.db.read(next_fans, news.place, unknown, NOON, 0, 10) == []


async def test_deleted_people_are_nobody(news: Newsroom) -> None:
    """A member whose data was deleted has no id of a person, and is never meant."""
    gone = update(Member).where(col(Member.user_id) == 101).values(left_at=NOON)
    await news.db.write(run, gone)
    found = await news.db.read(next_fans, news.place, Segment(), NOON, 0, 100)
    assert 101 not in {one.user_id for one in found}
