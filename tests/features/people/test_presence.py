"""Who is in a room of the shop: acts, leaving and bans, on both databases, also all at once."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.features.people.preferences import Preferences
from bot.features.streams.reminders import Reminders
from bot.rules.checkins.checkins import CheckedIn
from bot.rules.fans import Found, Known, Where
from bot.rules.people.preferences import Preference
from bot.rules.streams.streams import StreamPolicy
from bot.rules.words import Language
from bot.store.engine.db import Database
from bot.store.engine.hot import Hot
from bot.store.ledger import check_books
from bot.store.members import OutsideError
from tests.features.people.membership import HOME, OTHER, check_in, comes, known, leaves, looked, rolls, two_rooms
from tests.features.scene import (
    NOON,
    Causes,
    act_of,
    balance,
    days,
    fan,
    in_public,
    outside,
    privacy,
    query,
    shop,
)

CHECK_IN_STATEMENTS = 8
MINUTE = timedelta(minutes=1)
IN, OUT = Found(Where.IN, HOME, free=True), Found(Where.OUT, free=True)
BANNED, SILENT = Found(Where.BANNED), Found(Where.SILENT)


async def test_acting_in_a_private_room_makes_a_fan(db: Database, causes: Causes) -> None:
    """Whoever acts in a room is a member, about whom nobody need be asked."""
    place = await shop(db)
    assert isinstance(await check_in(db, place, fan(1), NOON, causes), CheckedIn)
    assert await known(db, place) is Known.IN
    assert await rolls(db).to_look_at(days(99)) == ([], None)


async def test_a_stranger_outside_becomes_no_member(db: Database, causes: Causes) -> None:
    """In private nobody becomes a member by acting: nothing is written."""
    place = await shop(db)
    with pytest.raises(OutsideError):
        await check_in(db, place, outside(fan(1)), NOON, causes)
    assert await query(db, "SELECT count(*) FROM member") == [(0,)]
    assert await query(db, "SELECT count(*) FROM person WHERE user_id = 101") == [(0,)]


async def test_a_member_plays_from_everywhere(db: Database, causes: Causes) -> None:
    """Who is known to be in plays in private too."""
    place = await shop(db)
    await check_in(db, place, fan(1), NOON, causes)
    assert isinstance(await check_in(db, place, outside(fan(1)), days(1), causes), CheckedIn)


async def test_acting_outside_is_not_coming_back(db: Database, causes: Causes) -> None:
    """Who left isn't let in from the private chat, nor in a public room; in a private room they are back."""
    place = await shop(db)
    await check_in(db, place, fan(1), NOON, causes)
    await leaves(db, place, 1, NOON + MINUTE)
    for sender in (outside(fan(1)), in_public(fan(1))):
        with pytest.raises(OutsideError):
            await check_in(db, place, sender, days(1), causes)
    assert await known(db, place) is Known.LEFT
    assert isinstance(await check_in(db, place, fan(1), days(1), causes), CheckedIn)
    assert await known(db, place) is Known.IN
    assert await query(db, "SELECT left_at FROM presence") == [(None,)]


async def test_an_act_from_before_leaving_counts_and_brings_nobody_back(db: Database, causes: Causes) -> None:
    """What is handled late was done in the room; who left since is still away."""
    place = await shop(db)
    await check_in(db, place, fan(1), NOON, causes)
    await leaves(db, place, 1, days(1) + MINUTE)
    assert isinstance(await check_in(db, place, fan(1), days(1), causes), CheckedIn)
    assert await known(db, place) is Known.LEFT


async def test_in_the_same_second_they_left_after_the_act(db: Database, causes: Causes) -> None:
    """Presses have fractions of a second, Telegram's word of leaving and of bans has none: it still counts as later."""
    place = await shop(db)
    press = NOON + timedelta(microseconds=340_000)
    await check_in(db, place, fan(1), press, causes)
    await leaves(db, place, 1, NOON)
    assert await known(db, place) is Known.LEFT
    await check_in(db, place, fan(1), press, causes)
    assert await known(db, place) is Known.LEFT
    await rolls(db).ban(place, fan(1), NOON)
    assert await known(db, place) is Known.BANNED


async def test_leaving_races_an_act(db: Database, causes: Causes) -> None:
    """A fan acts in private while they are seen to leave: whoever is first, they have left, and coins add up."""
    place = await shop(db)
    for number in range(1, 11):
        await check_in(db, place, fan(number), NOON, causes)
    acts = [check_in(db, place, outside(fan(number)), days(1), causes) for number in range(1, 11)]
    going = [leaves(db, place, number, days(1)) for number in range(1, 11)]
    done = await asyncio.gather(
        *(one for pair in zip(acts, going, strict=True) for one in pair), return_exceptions=True
    )
    assert {type(one) for one in done} <= {CheckedIn, OutsideError, type(None)}
    for number in range(1, 11):
        paid = isinstance(done[2 * (number - 1)], CheckedIn)
        assert await known(db, place, number) is Known.LEFT
        assert await balance(db, place, fan(number)) == (11 if paid else 5)
    assert (await db.read(check_books)).sound


async def test_a_ban_at_home_ends_it_everywhere(db: Database, causes: Causes) -> None:
    """Who is banned at home plays in no room, comes into none, and is a fan again once unbanned and back."""
    place = await two_rooms(db)
    await check_in(db, place, fan(1), NOON, causes)
    await comes(db, place, 1, NOON, OTHER)
    await rolls(db).ban(place, fan(1), days(1))
    for sender in (fan(1), replace(fan(1), room=replace(fan(1).room, chat_id=OTHER)), outside(fan(1))):  # type: ignore[type-var]
        with pytest.raises(OutsideError):
            await check_in(db, place, sender, days(2), causes)
    await leaves(db, place, 1, days(2), OTHER)
    assert not await comes(db, place, 1, days(3), OTHER)
    await looked(db, place, 1, Found(Where.IN, OTHER), days(3))
    assert await known(db, place) is Known.BANNED
    await leaves(db, place, 1, days(3), OTHER)
    await rolls(db).unban(place, fan(1).user_id, days(4))
    assert await known(db, place) is Known.LEFT
    assert await comes(db, place, 1, days(5))
    assert await known(db, place) is Known.IN


async def test_a_ban_of_a_stranger_holds_in_other_rooms(db: Database, causes: Causes) -> None:
    """Who never did anything and is banned at home can't begin in another room."""
    place = await two_rooms(db)
    await rolls(db).ban(place, outside(fan(1)), NOON)
    with pytest.raises(OutsideError):
        await check_in(db, place, fan(1), days(1), causes)
    assert await query(db, "SELECT banned_at IS NOT NULL, left_at IS NOT NULL FROM member") == [(True, True)]


async def test_a_deletion_doesnt_end_a_ban_for_long(db: Database, causes: Causes) -> None:
    """Who is banned may have their data deleted; begun anew in another room, they are looked up and banned again."""
    place = await two_rooms(db)
    await check_in(db, place, fan(1), NOON, causes)
    await rolls(db).ban(place, fan(1), days(1))
    await privacy(db).delete(place, fan(1).user_id, days(2))
    assert await known(db, place) is Known.NOTHING
    await check_in(db, place, fan(1), days(3), causes)
    due, _ = await rolls(db).to_look_at(days(3) + MINUTE)
    assert [sender.user_id for _, sender in due] == [fan(1).user_id]
    await looked(db, place, 1, BANNED, days(3) + MINUTE)
    assert await known(db, place) is Known.BANNED


async def test_unbanned_in_another_room_is_in(db: Database, causes: Causes) -> None:
    """Once the ban is over, who stayed in another room is a fan at once."""
    place = await two_rooms(db)
    await comes(db, place, 1, NOON, OTHER)
    await rolls(db).ban(place, fan(1), days(1))
    await looked(db, place, 1, OUT, days(2))
    assert await known(db, place) is Known.LEFT
    await comes(db, place, 1, days(3), OTHER)
    assert await known(db, place) is Known.IN


@pytest.mark.parametrize("told", ["late", "first"])
async def test_a_ban_told_after_the_return(db: Database, told: str) -> None:
    """Updates may come in another order: who was let in since isn't banned by an older word."""
    place = await shop(db)
    if told == "late":
        await comes(db, place, 1, days(2))
        await rolls(db).ban(place, fan(1), days(1))
    else:
        await rolls(db).ban(place, fan(1), days(1))
        await comes(db, place, 1, days(2))
    assert await known(db, place) is Known.IN


async def test_everybodys_rights_make_nobody_a_member(db: Database) -> None:
    """A language, *stop* and no more reminders are open to outsiders, and to who left, whom they don't bring back."""
    place = await shop(db)
    stranger, settings = outside(fan(1)), Preferences(db)
    shown = await settings.change(act_of(place, stranger, NOON), Preference(language="zh"))
    assert shown.language is Language.ZH
    await settings.change(act_of(place, stranger, NOON), Preference(reminders=False))
    await Reminders(db, StreamPolicy()).stop(act_of(place, stranger), 1)
    assert await query(db, "SELECT count(*) FROM member") == [(0,)]
    await comes(db, place, 2, NOON)
    await leaves(db, place, 2, days(1))
    shown = await settings.change(act_of(place, outside(fan(2)), days(2)), Preference(reminders=False))
    assert not shown.reminders
    assert await known(db, place, 2) is Known.LEFT


@pytest.mark.runs_once
async def test_a_check_in_in_a_room_costs_what_it_did(
    sqlite_url: str, causes: Causes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether a fan is in is read with their row: the second check-in of a fan takes as many statements as ever."""
    counted: list[str] = []
    async with Database.open(sqlite_url) as db:
        place = await shop(db)
        await check_in(db, place, fan(1), NOON, causes)
        real = Hot._execute

        def count(*args: Any) -> Any:
            counted.append("")
            return real(*args)

        monkeypatch.setattr(Hot, "_execute", count)
        await check_in(db, place, fan(1), days(1), causes)
    assert len(counted) == CHECK_IN_STATEMENTS
