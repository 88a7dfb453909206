"""Sources: made once, touched first, counted, on both databases."""

import asyncio
import itertools
from datetime import datetime

from bot.features.people.sources import MadeSource, Sources, expire_touches
from bot.rules.act import Sender
from bot.rules.people.privacy import TOUCH_KEPT
from bot.rules.people.sources import SourceLine
from bot.rules.place import Place
from bot.store.engine.db import Database
from bot.store.members import standing
from bot.store.sources import FoundSource
from tests.features.scene import NOON, OWNER, Causes, act_of, fan, query, shop

_tokens = itertools.count(1)


def sources(db: Database) -> Sources:
    """Sources with tokens that are all different."""
    return Sources(db, lambda: f"token_{next(_tokens)}")


async def source_of(
    db: Database, place: Place, name: str, causes: Causes, cost: int | None = None, at: datetime = NOON
) -> MadeSource:
    """A source as the owner makes it."""
    return await sources(db).make(act_of(place, OWNER, at, causes.next()), name, cost)


async def touch(db: Database, place: Place, made: MadeSource, sender: Sender, at: datetime = NOON) -> None:
    """Someone opens a source's link."""
    await sources(db).touch(FoundSource(made.source_id, made.name, place), sender, at)


async def test_a_name_is_one_source(db: Database, causes: Causes) -> None:
    """Case, width and spaces don't make another one; a new cost is kept, none leaves it."""
    place = await shop(db)
    first = await source_of(db, place, "Autumn poster", causes, 120)
    again = await source_of(db, place, "ＡＵＴＵＭＮ  Poster", causes)
    dearer = await source_of(db, place, "autumnposter", causes, 150)
    assert (first.fresh, again.fresh) == (True, False)
    assert {first.token, again.token, dearer.token} == {first.token}
    assert [made.cost for made in (first, again, dearer)] == [120, 120, 150]
    assert again.name == "Autumn poster"
    acts = await query(db, "SELECT act FROM audit_entry ORDER BY id")
    assert [act for (act,) in acts] == ["source.made", "source.priced"]


async def test_two_shops_have_their_own(db: Database, causes: Causes) -> None:
    """The same name in two shops is two sources, and a token finds its own shop."""
    here, there = await shop(db), await shop(db, fan(900), -1002)
    mine, theirs = [await source_of(db, place, "Poster", causes) for place in (here, there)]
    assert mine.token != theirs.token
    found = await sources(db).find(theirs.token)
    assert found is not None
    assert found.place.community_id == there.community_id
    assert await sources(db).find("token_0") is None
    assert [line.name for line in (await sources(db).list_sources(here)).lines] == ["Poster"]


async def test_fifty_askings_make_one(db: Database, causes: Causes) -> None:
    """Staff who all ask for the same name at once get the same link."""
    place = await shop(db)
    made = await asyncio.gather(*(source_of(db, place, "Poster", causes) for _ in range(50)))
    assert len({one.token for one in made}) == 1
    assert sum(one.fresh for one in made) == 1
    assert await query(db, "SELECT count(*) FROM audit_entry") == [(1,)]


async def test_two_sources_race_for_one_person(db: Database, causes: Causes) -> None:
    """Of many links opened at once by one person, one is the first touch, and it stays."""
    place = await shop(db)
    made = [await source_of(db, place, name, causes) for name in ("A", "B")]
    await asyncio.gather(*(touch(db, place, made[n % 2], fan(1)) for n in range(50)))
    (first,) = await query(db, "SELECT source_id FROM first_touch")
    await touch(db, place, made[0], fan(1))
    await touch(db, place, made[1], fan(1))
    assert await query(db, "SELECT source_id FROM first_touch") == [first]


async def test_a_member_touches_nothing(db: Database, causes: Causes) -> None:
    """Who is a member already opened a link too late to have come by it."""
    place = await shop(db)
    made = await source_of(db, place, "Poster", causes)
    await db.write(standing, place.community_id, fan(1), NOON)
    await touch(db, place, made, fan(1))
    assert await query(db, "SELECT count(*) FROM first_touch") == [(0,)]


async def test_the_list_counts_who_came_and_stayed(db: Database, causes: Causes) -> None:
    """Sources by how many they brought, leavers told apart, the rest as unknown."""
    place = await shop(db)
    poster = await source_of(db, place, "Poster", causes, 120)
    video = await source_of(db, place, "Video", causes)
    for number, made in ((1, poster), (2, video), (3, video), (4, None)):
        if made is not None:
            await touch(db, place, made, fan(number))
        await db.write(standing, place.community_id, fan(number), NOON)
    await db.write(
        lambda tx: tx.connection().exec_driver_sql("UPDATE member SET left_at = joined_at WHERE user_id = 103")
    )
    listed = await sources(db).list_sources(place)
    assert listed.lines == (SourceLine("Video", 2, 1, None), SourceLine("Poster", 1, 1, 120))
    assert listed.unknown == 1
    shown = await source_of(db, place, "Video", causes)
    assert (shown.came, shown.stayed) == (2, 1)


async def test_a_touch_waits_thirty_days(db: Database, causes: Causes) -> None:
    """Who opened a link and never came is forgotten."""
    place = await shop(db)
    made = await source_of(db, place, "Poster", causes)
    await touch(db, place, made, fan(1))
    await db.write(expire_touches, NOON + TOUCH_KEPT)
    assert await query(db, "SELECT count(*) FROM first_touch") == [(1,)]
    await db.write(expire_touches, NOON + 2 * TOUCH_KEPT)
    assert await query(db, "SELECT count(*) FROM first_touch") == [(0,)]


async def test_a_links_address_is_replaced(db: Database, causes: Causes) -> None:
    """A source has one link into a group: the newest."""
    place = await shop(db)
    made = await source_of(db, place, "Poster", causes)
    found = await sources(db).find(made.token)
    assert found is not None
    assert [door.url for door in await sources(db).doors(found)] == [None]
    for url in ("https://t.me/+a", "https://t.me/+b"):
        await sources(db).keep_link(made.source_id, -1001, url)
    assert [(door.title, door.url) for door in await sources(db).doors(found)] == [("Silk room", "https://t.me/+b")]
