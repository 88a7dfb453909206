"""Lists of fans: whom a segment means page by page, who is slipping away and in which order, and whom a name means."""

from datetime import date, timedelta

import pytest
from sqlalchemy import insert, select
from sqlmodel import col

from bot.features.members.lists import FanLists, Whom
from bot.features.members.rhythms import Rhythms, count_slipping
from bot.flows.fan_page import FanPages
from bot.rules.calendar import DAY
from bot.rules.members.lists import A_PAGE, FanList, Meant, Ready
from bot.rules.members.slipping import SlippingPolicy
from bot.rules.notes import Did
from bot.rules.place import Place
from bot.rules.segments import BadSegment, SegmentTrouble
from bot.rules.tags import Tagging, TagOrigin
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.fan_tags import set_tag
from bot.store.members import standing
from bot.store.tables import Account, ActiveDay, Activity, Member, Person
from tests.features.scene import NOON, POLICIES, days, everything, fan, privacy, query, shop

TODAY = date(2026, 11, 2)
"""The day of `NOON` in Seoul."""


async def shop_with(db: Database, count: int) -> tuple[Place, list[int]]:
    """A shop with so many fans, by their rows."""
    place = await shop(db)
    members = [(await db.write(standing, place.community_id, fan(number), NOON)).member_id for number in range(count)]
    return place, members


def _visits(tx: Tx, member_id: int, *ago: int, kind: str = "checkin") -> None:
    for number in ago:
        tx.add(Activity(member_id=member_id, day=TODAY - number * DAY, kind=kind, times=1))
    tx.flush()


def _signs(tx: Tx, member_id: int, *ago: int) -> None:
    for number in ago:
        tx.add(ActiveDay(member_id=member_id, room_id=1, day=TODAY - number * DAY))
    tx.flush()


def _tier(tx: Tx, member_id: int, tier: str) -> None:
    tx.get_one(Member, member_id).tier = tier
    tx.flush()


async def count(db: Database) -> Rhythms:
    """Let the clock work out how often everybody visits."""
    clock = Rhythms(db, SlippingPolicy())
    at = NOON
    while at < NOON + timedelta(hours=1):
        at = await clock.run_due(at)
    return clock


async def slipping(db: Database, place: Place, after: str = "") -> FanList:
    """A page of those who are slipping away."""
    found = await FanLists(db).page(place, Ready.SLIPPING, after, NOON)
    assert isinstance(found, FanList)
    return found


async def test_who_is_slipping_away(db: Database) -> None:
    """Visits are days with an own act or a sign of life; a friend who stayed is none. Who came since isn't listed."""
    place, (daily, weekly, seldom, friends, back, away, *_) = await shop_with(db, 8)
    await db.write(_visits, daily, 4, 5, 6, 7)
    await db.write(_visits, weekly, 20, 27, 34, 41)
    await db.write(_visits, seldom, 30, 31, 32)
    await db.write(_visits, friends, 4, 5, 6, 7)
    await db.write(_visits, friends, 0, kind=Did.FRIEND.value)
    await db.write(_signs, back, 10, 11, 12, 13)
    await db.write(_visits, away, 200, 201, 202, 203)
    await count(db)
    listed = await slipping(db, place)
    assert [line.member_id for line in listed.lines] == [back, daily, friends]
    assert [(line.seen, line.every) for line in listed.lines] == [(10, 1), (4, 1), (4, 1)]
    assert listed.reach.members == 3
    await db.write(_signs, back, 0)
    assert [line.member_id for line in (await slipping(db, place)).lines] == [daily, friends]
    assert await db.read(count_slipping, place, NOON) == 2
    assert await db.read(count_slipping, place, NOON + timedelta(days=2)) == 3, "the weekly one has missed three weeks"


async def test_who_is_missed_most_comes_first(db: Database) -> None:
    """By tier, then by how long they are away; pages go on where they ended, and *next* walks the same way."""
    place, members = await shop_with(db, A_PAGE + 4)
    for nth, member in enumerate(members):
        ago = 5 + nth // 2
        await db.write(_visits, member, ago, ago + 1, ago + 2, ago + 3)
    for member, tier in ((members[0], "fan"), (members[3], "core"), (members[4], "loyal"), (members[5], "core")):
        await db.write(_tier, member, tier)
    await count(db)
    rest = sorted(
        (member for member in members if member not in {members[nth] for nth in (0, 3, 4, 5)}),
        key=lambda member: (-(5 + members.index(member) // 2), member),
    )
    order = [members[5], members[3], members[4], members[0], *rest]
    first = await slipping(db, place)
    assert [line.member_id for line in first.lines] == order[:A_PAGE]
    assert first.after is not None
    second = await slipping(db, place, first.after)
    assert [line.member_id for line in second.lines] == order[A_PAGE:]
    assert (second.further, second.after) == (True, None)
    walked = [order[0]]
    while (following := await FanLists(db).next_of(place, Ready.SLIPPING, walked[-1], NOON)) is not None:
        walked.append(following)
    assert walked == order


async def test_the_clock_writes_only_what_changed(db: Database) -> None:
    """A second walk changes nothing; a deleted fan's rhythm is gone and doesn't come back."""
    place, (first, *_) = await shop_with(db, 3)
    await db.write(_visits, first, 4, 5, 6, 7)
    clock = await count(db)
    before = await everything(db)
    await count(db)
    assert await everything(db) == before
    assert await clock.run_due(NOON + timedelta(hours=1)) == NOON + timedelta(days=1, minutes=1)
    await privacy(db).delete(place, fan(0).user_id, NOON)
    await count(db)
    assert await query(db, "SELECT member_id FROM visit_rhythm") == []


async def test_a_segment_is_walked_page_by_page(db: Database) -> None:
    """Every fan of it once, in the order of their ids, with the reach on each page; *next* walks the same way."""
    place, members = await shop_with(db, 2 * A_PAGE + 3)
    for member in members[::2]:
        await db.write(_tier, member, "core")
    lists = FanLists(db)
    page = await lists.write_list(place, " 등급=최애 ", NOON)
    assert isinstance(page, FanList)
    assert (page.segment, page.reach.members, page.further) == ("등급=최애", len(members[::2]), False)
    found = [line.member_id for line in page.lines]
    while page.after is not None:
        turned = await lists.page(place, page.which, page.after, NOON)
        assert isinstance(turned, FanList)
        page = turned
        found += [line.member_id for line in page.lines]
    assert found == members[::2]
    assert await lists.next_of(place, page.which, members[0], NOON) == members[2]
    assert await lists.next_of(place, page.which, members[-1], NOON) is None


@pytest.mark.parametrize(
    ("text", "trouble"),
    [
        ("tier>=gold", SegmentTrouble.TIER),
        ("tag=velvet", SegmentTrouble.TAG),
        ("source=nowhere", SegmentTrouble.SOURCE),
        ("hello", SegmentTrouble.UNREADABLE),
    ],
)
async def test_what_cant_be_read_is_named(db: Database, text: str, trouble: SegmentTrouble) -> None:
    """A segment that means nothing here is answered with its piece, and remembered nowhere."""
    place, _ = await shop_with(db, 1)
    found = await FanLists(db).write_list(place, text, NOON)
    assert isinstance(found, BadSegment)
    assert found.trouble is trouble
    assert await query(db, "SELECT id FROM written_line") == []


async def test_lists_of_another_shop_are_closed(db: Database) -> None:
    """The number of a line that another shop wrote opens nothing, and its fans are nobody's next."""
    place, members = await shop_with(db, 2)
    other = await shop(db, fan(90), chat_id=-2001)
    lists = FanLists(db)
    page = await lists.write_list(place, "joined<7d", NOON)
    assert isinstance(page, FanList)
    assert await lists.page(other, page.which, "", NOON) is None
    assert await lists.next_of(other, page.which, members[0], NOON) is None
    assert await lists.next_of(other, Ready.SLIPPING, members[0], NOON) is None
    assert await lists.page(place, "99", "", NOON) is None
    assert await lists.page(place, Ready.SLIPPING, "1.2", NOON) is None
    asked = await lists.called(place, Whom(Meant.GRANT, "Fan", "50 x"), NOON)
    assert asked.line_id is not None
    assert await lists.line(place, Meant.GRANT, asked.line_id) == "50 x"
    assert await lists.line(place, Meant.TAG, asked.line_id) is None
    assert await lists.line(other, Meant.GRANT, asked.line_id) is None


async def test_whom_a_part_of_a_name_means(db: Database) -> None:
    """All who are called so, none who left; where nobody is, those who were active last."""
    place, members = await shop_with(db, 4)
    await db.write(_signs, members[2], 1)
    lists = FanLists(db)
    found = await lists.called(place, Whom(Meant.SHOW, "fan 1"), NOON)
    assert (found.found, [one.member_id for one in found.fans]) == (True, [members[1]])
    several = await lists.called(place, Whom(Meant.SHOW, "Fan"), NOON)
    assert [one.member_id for one in several.fans] == members
    nobody = await lists.called(place, Whom(Meant.SHOW, "Zoe"), NOON)
    assert (nobody.found, [one.member_id for one in nobody.fans]) == (False, [members[2]])


async def test_the_home_of_lists(db: Database) -> None:
    """How many fans there are, who is slipping away, and the tags that are used most."""
    place, members = await shop_with(db, 3)
    for nth, member in enumerate(members):
        for tag in ("silk", "wool")[: nth + 1]:
            await db.write(set_tag, place.community_id, member, Tagging(tag, TagOrigin.STAFF, 1), NOON)
    home = await FanLists(db).home(place, NOON)
    assert (home.fans, home.slipping) == (3, 0)
    assert [(one.tag, one.fans) for one in home.tags] == [("silk", 3), ("wool", 2)]


async def test_a_page_without_money(db: Database) -> None:
    """Who may not see money sees the fan without their orders."""
    place, (member, *_) = await shop_with(db, 1)
    pages = FanPages(db, POLICIES)
    full = await pages.page(place, member, days(1), money=True)
    without = await pages.page(place, member, days(1), money=False)
    assert full is not None
    assert without is not None
    assert full.orders is not None
    assert without.orders is None
    assert (full.name, full.seen, full.here) == ("Fan 0", None, True)


def _fill(tx: Tx, place: Place, count: int) -> None:
    """So many fans who visited every third day of the last weeks, half of them not any more."""
    start = NOON - timedelta(days=90)
    tx.execute(insert(Person), [{"user_id": 10_000 + n, "name": f"F{n}", "can_write": False} for n in range(count)])
    tx.execute(
        insert(Member),
        [
            {"community_id": place.community_id, "user_id": 10_000 + n, "tier": "fan", "joined_at": start}
            for n in range(count)
        ],
    )
    ids = [one or 0 for one in tx.execute(select(col(Member.id)).where(col(Member.user_id) >= 10_000)).scalars()]
    tx.execute(
        insert(Account),
        [
            {"community_id": place.community_id, "kind": "member", "member_id": one, "balance": 0, "earned": 0}
            for one in ids
        ],
    )
    tx.execute(
        insert(Activity),
        [
            {"member_id": one, "day": TODAY - (3 * visit + 20 * (one % 2)) * DAY, "kind": "checkin", "times": 1}
            for one in ids
            for visit in range(8)
        ],
    )


async def test_many_fans_are_counted_and_listed(db: Database) -> None:
    """Of a thousand fans half are slipping away: the first page and the list say so."""
    place = await shop(db)
    await db.write(_fill, place, 1_000)
    await count(db)
    home = await FanLists(db).home(place, NOON)
    found = await FanLists(db).page(place, Ready.SLIPPING, "", NOON)
    assert isinstance(found, FanList)
    assert (home.fans, home.slipping, found.reach.members) == (1_000, 500, 500)
