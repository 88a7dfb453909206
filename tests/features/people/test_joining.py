"""People come, go and come back, on both databases."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.features.people.joining import Coming, Going, Link, Reach, move
from bot.features.people.sources import MadeSource
from bot.flows.come_and_go import ComeAndGo
from bot.rules.place import Place
from bot.rules.words import Language
from bot.store.engine.db import Database
from bot.store.members import standing
from bot.store.places import Group
from tests.features.people.test_sources import source_of, sources, touch
from tests.features.scene import NOON, POLICIES, Causes, days, dice, fan, give, query, shop

HOUR = timedelta(hours=1)
REACH = Reach(Language.KO, can_write=False)
OTHER = -1009


def group(place: Place, *, is_admin: bool = True, chat_id: int = -1001) -> Group:
    """A group of the shop."""
    return Group(1, chat_id, "Silk room", place, is_admin)


def door(db: Database) -> ComeAndGo:
    """Comings and goings."""
    return ComeAndGo(db, POLICIES, dice())


async def come(db: Database, place: Place, number: int, at: datetime = NOON, link: Link | None = None) -> bool:
    """A fan comes, and it is handled at once."""
    return await door(db).come(Coming(group(place), fan(number), link, REACH, at), at)


async def link_of(db: Database, made: MadeSource, url: str = "https://t.me/+abc") -> Link:
    """A source's invite link into the group."""
    await sources(db).keep_link(made.source_id, -1001, url)
    return Link(url, made.name)


async def told(db: Database) -> list[str]:
    """Outcomes that are promised, in order."""
    rows = await query(db, "SELECT facts FROM outbox WHERE act = 'tell' ORDER BY id")
    return [
        name
        for (facts,) in rows
        for name in ("Welcome", "WelcomeBack", "WelcomeAll")
        if f'joining.{name}"' in str(facts).replace("'", '"')
    ]


async def test_a_coming_is_noted_once(db: Database) -> None:
    """The same coming told twice (by chat_member and by a service message) is one presence and one welcome."""
    place = await shop(db)
    assert await come(db, place, 1)
    assert not await come(db, place, 1)
    assert await query(db, "SELECT count(*) FROM presence") == [(1,)]
    assert await told(db) == ["Welcome"]


async def test_fifty_tellings_at_once(db: Database, causes: Causes) -> None:
    """Fifty tellings of one coming by two links note one member, one presence, one source and one welcome."""
    place = await shop(db)
    links = [
        await link_of(db, await source_of(db, place, name, causes), f"https://t.me/+{name}") for name in ("A", "B")
    ]
    news = await asyncio.gather(*(come(db, place, 1, link=links[n % 2]) for n in range(50)))
    assert sum(news) == 1
    assert await query(db, "SELECT count(*), count(source_id) FROM member") == [(1, 1)]
    assert await query(db, "SELECT count(*) FROM presence") == [(1,)]
    assert await told(db) == ["Welcome"]


async def test_the_first_source_stays(db: Database, causes: Causes) -> None:
    """By link, by its name, by the touch before; whoever came by one keeps it when they come by another."""
    place = await shop(db)
    poster, video = await source_of(db, place, "Poster", causes), await source_of(db, place, "Video", causes)
    link = await link_of(db, poster)
    await come(db, place, 1, link=link)
    await come(db, place, 2, link=Link("https://t.me/+made…", "ｖｉｄｅｏ"))
    await touch(db, place, video, fan(3))
    await come(db, place, 3, link=link)
    await come(db, place, 4)
    await come(db, place, 5, link=Link("https://t.me/+x", "somebody's own"))
    for number in (1, 4):
        await door(db).go(Going(place, -1001, fan(number).user_id, NOON + HOUR))
        await come(db, place, number, days(30), Link("https://t.me/+other", "Video"))
    rows = await query(db, "SELECT user_id, source_id FROM member ORDER BY user_id")
    assert [source for _, source in rows] == [poster.source_id, video.source_id, video.source_id, None, None]


async def test_another_shops_link_is_no_source_here(db: Database, causes: Causes) -> None:
    """Neither the address nor the name of a link reaches into another community."""
    here, there = await shop(db), await shop(db, fan(900), -1002)
    link = await link_of(db, await source_of(db, there, "Poster", causes))
    await come(db, here, 1, link=link)
    assert await query(db, "SELECT source_id FROM member WHERE user_id = 101") == [(None,)]


async def test_a_first_act_in_private_keeps_the_touch(db: Database, causes: Causes) -> None:
    """Who opens a source's link and plays before joining has that source all the same."""
    place = await shop(db)
    poster = await source_of(db, place, "Poster", causes)
    await touch(db, place, poster, fan(1))
    await db.write(standing, place.community_id, fan(1), NOON)
    assert await query(db, "SELECT source_id FROM member") == [(poster.source_id,)]


async def test_leaving_keeps_everything(db: Database) -> None:
    """A leaver keeps coins; the last group decides; who comes back is here again."""
    place = await shop(db)
    await come(db, place, 1)
    await give(db, place, fan(1), 30)
    await door(db).come(Coming(group(place, chat_id=OTHER), fan(1), None, REACH, NOON), NOON)
    await door(db).go(Going(place, -1001, fan(1).user_id, NOON + HOUR))
    assert await query(db, "SELECT left_at FROM member") == [(None,)]
    await door(db).go(Going(place, OTHER, fan(1).user_id, NOON + HOUR, elsewhere=True))
    assert await query(db, "SELECT left_at FROM member") == [(None,)]
    await come(db, place, 1, NOON + 2 * HOUR)
    await door(db).go(Going(place, -1001, fan(1).user_id, NOON + 3 * HOUR))
    assert await query(db, "SELECT count(left_at) FROM member") == [(1,)]
    assert await query(db, "SELECT balance FROM account WHERE kind = 'member'") == [(30,)]
    await come(db, place, 1, NOON + 4 * HOUR)
    assert await query(db, "SELECT left_at FROM member") == [(None,)]


async def test_a_stranger_who_leaves_is_nobody(db: Database) -> None:
    """Who was never met and leaves isn't written down; who was met but never seen to come is."""
    place = await shop(db)
    await door(db).go(Going(place, -1001, fan(1).user_id, NOON))
    assert await query(db, "SELECT count(*) FROM member") == [(0,)]
    await give(db, place, fan(2), 5)
    await door(db).go(Going(place, -1001, fan(2).user_id, NOON))
    assert await query(db, "SELECT count(left_at) FROM member") == [(1,)]


async def test_who_comes_back_is_welcomed_by_how_long(db: Database) -> None:
    """After an hour nothing, after seven days a short word; a second group of the same shop is no coming."""
    place = await shop(db)
    await come(db, place, 1)
    await door(db).go(Going(place, -1001, fan(1).user_id, NOON + HOUR))
    await come(db, place, 1, NOON + 2 * HOUR)
    await door(db).come(Coming(group(place, chat_id=OTHER), fan(1), None, REACH, NOON + 3 * HOUR), NOON + 3 * HOUR)
    assert await told(db) == []  # what the leaver hadn't heard yet was taken back
    for chat_id in (-1001, OTHER):
        await door(db).go(Going(place, chat_id, fan(1).user_id, NOON + 4 * HOUR))
    await come(db, place, 1, days(8))
    assert await told(db) == ["WelcomeBack"]


async def test_a_late_telling_changes_nothing(db: Database) -> None:
    """A coming told again after the leaving, and a leaving from before the coming, are passed over."""
    place = await shop(db)
    await come(db, place, 1)
    await door(db).go(Going(place, -1001, fan(1).user_id, NOON + HOUR))
    assert not await come(db, place, 1, NOON)
    await come(db, place, 1, NOON + 2 * HOUR)
    await door(db).go(Going(place, -1001, fan(1).user_id, NOON + HOUR))
    assert await query(db, "SELECT left_at FROM member") == [(None,)]


async def test_what_was_missed_for_long_is_noted_in_silence(db: Database) -> None:
    """A coming that is handled hours later (the bot was away) is a presence without a welcome."""
    place = await shop(db)
    assert await door(db).come(Coming(group(place), fan(1), None, REACH, NOON), NOON + 2 * HOUR)
    assert await told(db) == []


async def test_a_burst_shares_one_message_a_minute(db: Database) -> None:
    """Where the bot can't whisper, all newcomers of a minute are welcomed at once; who started the bot, in private."""
    place = await shop(db)
    plain = group(place, is_admin=False)
    for second in range(0, 180, 2):
        at = NOON + timedelta(seconds=second)
        await door(db).come(Coming(plain, fan(second), None, REACH, at), at)
    await door(db).come(Coming(plain, fan(500), None, replace(REACH, can_write=True), NOON), NOON)
    assert await told(db) == ["WelcomeAll"] * 3 + ["Welcome"]
    dues = await query(db, "SELECT due_at FROM outbox ORDER BY id LIMIT 3")
    times = [due if isinstance(due, datetime) else datetime.fromisoformat(due) for (due,) in dues]
    first = times[0].replace(tzinfo=UTC)
    assert first == NOON + timedelta(seconds=62)
    assert [time - times[0] for time in times] == [timedelta(minutes=n) for n in range(3)]


async def test_people_move_with_their_group(db: Database, causes: Causes) -> None:
    """When a group becomes a supergroup its people are in the new one, and its invite links are gone."""
    place = await shop(db)
    await link_of(db, await source_of(db, place, "Poster", causes))
    for number in (1, 2):
        await come(db, place, number)
    await door(db).come(Coming(group(place, chat_id=OTHER), fan(2), None, REACH, NOON), NOON)
    await db.write(move, -1001, OTHER)
    assert await query(db, "SELECT DISTINCT chat_id FROM presence") == [(OTHER,)]
    assert await query(db, "SELECT count(*) FROM presence") == [(2,)]
    assert await query(db, "SELECT count(*) FROM source_link") == [(0,)]


async def test_a_shop_of_ones_own(db: Database) -> None:
    """A newcomer to all shops means this one in private from here on; another shop's fan goes on meaning theirs."""
    here, there = await shop(db), await shop(db, fan(900), -1002)
    await come(db, here, 1)
    await give(db, there, fan(2), 5)
    await come(db, here, 2)
    rows = await query(db, "SELECT user_id, community_id FROM person WHERE user_id IN (101, 102) ORDER BY user_id")
    assert rows == [(101, here.community_id), (102, there.community_id)]
