"""Members by file: given once, awaited, and undone as a whole."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.features.exchange import moving
from bot.features.exchange.coming import expire
from bot.features.exchange.moving import IMPORTED
from bot.rules.exchange.moving import (
    AwaitedDropped,
    AwaitedPeople,
    MembersTaken,
    Moved,
    NobodyAwaited,
    NothingToTake,
    NotYours,
)
from bot.rules.general import AlreadyUndone, NothingToUndo, OwnersAct, Undone
from bot.rules.place import Place
from bot.rules.tiers import Tier
from bot.store import ledger
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.ledger import check_books
from bot.store.members import standing
from tests.features.exchange.files import awaited_of, balances, imports_of, line, settle, told
from tests.features.scene import (
    NOON,
    OWNER,
    Causes,
    act_of,
    days,
    fan,
    outside,
    privacy,
    query,
    shop,
    undo,
)


async def joins(db: Database, place: Place, *numbers: int) -> None:
    """Fans act in the room, which makes them members."""
    for number in numbers:
        await db.write(standing, place.community_id, fan(number), NOON)


async def spends(db: Database, place: Place, number: int, coins: int) -> None:
    """A fan spends coins."""

    def pay(tx: Tx) -> None:
        member = standing(tx, place.community_id, fan(number), NOON)
        header = ledger.TransferHeader(place.community_id, f"test:{number}", "shop", NOON)
        ledger.charge(tx, header, member_account=member.account_id, shop=place.shop_account, amount=coins)

    await db.write(pay)


async def test_who_is_here_has_the_coins_at_once(db: Database, causes: Causes) -> None:
    """Known ids are paid, others wait, and the sums say so; the books stay sound."""
    place = await shop(db)
    await joins(db, place, 1, 2)
    lines = [line(1, 50), line(2, 70), line(3, 90), line(4, 10, username="mina")]
    counts, again = await imports_of(db).count(place, lines)
    assert (counts.here, counts.here_coins, counts.awaited, counts.named_coins, again) == (2, 120, 1, 10, 0)
    taken = await imports_of(db).take(act_of(place, cause=causes.next()), lines)
    assert (taken.counts.here, taken.counts.here_coins) == (2, 120)
    assert (taken.counts.awaited, taken.counts.awaited_coins, taken.counts.named) == (1, 90, 1)
    assert taken.months == 12
    assert await balances(db) == {101: 50, 102: 70}
    assert (await db.read(check_books)).sound
    _, again = await imports_of(db).count(place, lines)
    assert again == 4


async def test_the_same_press_takes_it_once(db: Database, causes: Causes) -> None:
    """A press that comes again, and two at once, give the first answer and pay nobody twice."""
    place = await shop(db)
    await joins(db, place, 1, 2)
    act = act_of(place, cause=causes.next())
    lines = [line(1, 50), line(2, 70)]
    first, second = await asyncio.gather(imports_of(db).take(act, lines), imports_of(db).take(act, lines))
    assert first == second == await imports_of(db).take(act, lines)
    assert await balances(db) == {101: 50, 102: 70}


async def test_what_was_interrupted_goes_on(db: Database, causes: Causes) -> None:
    """An import that ended after some lines gives the rest when its press comes again."""
    place = await shop(db)
    await joins(db, place, *range(1, 40))
    act, lines = act_of(place, cause=causes.next()), [line(number, 5) for number in range(1, 40)]
    imports = imports_of(db)
    import_id = await db.write(moving.begin, act)
    await db.write(moving.add_lines, act, import_id, lines[:30], imports._policy, imports._tiers)
    await db.write(moving.give_next, act, import_id, 0, imports._policy, imports._tiers)
    assert sum((await balances(db)).values()) == 5 * imports._policy.given_at_once
    taken = await imports.take(act, lines)
    assert taken.counts.here == 39
    assert set((await balances(db)).values()) == {5}


async def test_who_comes_later_gets_it_by_their_id(db: Database, causes: Causes) -> None:
    """The first act in a room brings what waited, once, and tells it; who was banned meanwhile gets nothing."""
    place = await shop(db)
    await imports_of(db).take(act_of(place, cause=causes.next()), [line(1, 50), line(2, 70)])
    await joins(db, place, 1)
    await settle(db, NOON)
    await settle(db, NOON)
    assert await balances(db) == {101: 50}
    assert [name for _, name in await told(db)] == ["Moved"]
    people = await awaited_of(db).people(place)
    assert isinstance(people, AwaitedPeople)
    assert [one.name for one in people.people] == ["Fan 2"]


async def test_who_left_waits_until_they_come_back(db: Database, causes: Causes) -> None:
    """Nobody outside is paid; the act that shows that they are back brings it."""
    place = await shop(db)
    await joins(db, place, 1)
    await db.write(lambda tx: tx.connection().exec_driver_sql("UPDATE member SET left_at = joined_at"))
    await imports_of(db).take(act_of(place, cause=causes.next()), [line(1, 50)])
    assert await balances(db) == {101: 0}
    await db.write(standing, place.community_id, fan(1), days(1))
    await settle(db, days(1))
    assert await balances(db) == {101: 50}


async def test_a_username_needs_a_tap_of_whoever_has_it(db: Database, causes: Causes) -> None:
    """Whoever has it is asked, and only they can say that it is theirs, once."""
    place = await shop(db)
    mia = line(1, 50, username="fan1")
    await imports_of(db).take(act_of(place, cause=causes.next()), [mia])
    await joins(db, place, 1, 2)
    await settle(db, NOON)
    assert [name for _, name in await told(db)] == ["YoursAsked"]
    assert await balances(db) == {101: 0, 102: 0}
    ((line_id,),) = await query(db, "SELECT id FROM moved_line")
    awaited = awaited_of(db)
    assert await awaited.answer(act_of(place, fan(2), cause=causes.next()), line_id, yes=True) == NothingToTake()
    mine = act_of(place, fan(1), cause=causes.next())
    answers = await asyncio.gather(*(awaited.answer(mine, line_id, yes=True) for _ in range(4)))
    assert {type(one) for one in answers} == {Moved}
    assert await balances(db) == {101: 50, 102: 0}


async def test_a_username_that_changed_hands(db: Database, causes: Causes) -> None:
    """Who has another username now can't take it; who has it now can say no, and isn't asked again."""
    place = await shop(db)
    await joins(db, place, 1)
    await imports_of(db).take(act_of(place, cause=causes.next()), [line(1, 50, username="fan1")])
    await db.write(standing, place.community_id, replace(fan(1), username="else"), NOON)
    await db.write(standing, place.community_id, replace(fan(2), username="fan1"), NOON)
    await settle(db, NOON)
    ((line_id,),) = await query(db, "SELECT id FROM moved_line")
    before = replace(fan(1), username="else")
    assert await awaited_of(db).answer(act_of(place, before), line_id, yes=True) == NothingToTake()
    now = replace(fan(2), username="fan1")
    assert await awaited_of(db).answer(act_of(place, now), line_id, yes=False) == NotYours()
    assert await awaited_of(db).answer(act_of(place, now), line_id, yes=False) == NotYours()
    assert await awaited_of(db).answer(act_of(place, now), line_id, yes=True) == NotYours()
    assert await awaited_of(db).people(place) == NobodyAwaited(place.community_id)
    assert set((await balances(db)).values()) == {0}


async def test_dates_tags_and_tiers(db: Database, causes: Causes) -> None:
    """A date makes nobody younger, a tag that was there stays theirs, and a tier holds from the day of the file."""
    place = await shop(db)
    await joins(db, place, 1, 2)
    early, late = NOON - timedelta(days=400), NOON + timedelta(seconds=1)
    lines = [line(1, 0, joined=early, tags=("silk",), tier=Tier.LOYAL, score=150_000), line(2, 0, joined=late)]
    taken = await imports_of(db).take(act_of(place, cause=causes.next()), lines)
    rows = await query(db, "SELECT user_id, tier FROM member ORDER BY user_id")
    assert [(row[0], row[1]) for row in rows if row[0] > 100] == [(101, "loyal"), (102, "new")]
    ((joined,), (other,)) = await query(db, "SELECT joined_at FROM member WHERE user_id > 100 ORDER BY user_id")
    assert str(joined) < str(other)
    assert await query(db, "SELECT tag, origin FROM fan_tag") == [("silk", "file")]
    assert await query(db, "SELECT times FROM activity WHERE kind = 'brought'") == [(150_000,)]
    assert not await query(db, "SELECT 1 FROM tier_rise WHERE told_at IS NULL")
    assert isinstance(await undo(db, place, OWNER.user_id, NOON, causes.next(), taken.audit_id), Undone)
    await settle(db, NOON)
    assert await query(db, "SELECT tier FROM member WHERE user_id = 101") == [("new",)]
    assert not await query(db, "SELECT 1 FROM fan_tag")
    assert not await query(db, "SELECT 1 FROM activity WHERE kind = 'brought'")
    ((back,), (same,)) = await query(db, "SELECT joined_at FROM member WHERE user_id > 100 ORDER BY user_id")
    assert back == same == other


async def test_undone_as_a_whole(db: Database, causes: Causes) -> None:
    """Coins go back as far as they are there, who waits gets nothing, and the owner hears what couldn't come back."""
    place = await shop(db)
    await joins(db, place, 1, 2)
    taken = await imports_of(db).take(
        act_of(place, cause=causes.next()), [line(1, 50), line(2, 70), line(3, 90), line(4, 5, username="mina")]
    )
    await spends(db, place, 1, 30)
    refused = await undo(db, place, 102, NOON, causes.next(), taken.audit_id)
    assert isinstance(refused, OwnersAct | NothingToUndo)
    cause = causes.next()
    assert isinstance(await undo(db, place, OWNER.user_id, NOON, cause, taken.audit_id), Undone)
    assert isinstance(await undo(db, place, OWNER.user_id, NOON, cause, taken.audit_id), Undone)
    again = await undo(db, place, OWNER.user_id, NOON, causes.next(), taken.audit_id)
    assert again == AlreadyUndone("members.imported", "4")
    await settle(db, NOON)
    assert await balances(db) == {101: 0, 102: 0}
    assert (await db.read(check_books)).sound
    ((facts,),) = await query(db, "SELECT facts FROM outbox WHERE CAST(facts AS TEXT) LIKE '%MembersReturned%'")
    for part in ('"coins": 90', '"short": 30', '"people": 2', '"waited": 2'):
        assert part in str(facts).replace("'", '"')
    await joins(db, place, 3)
    await settle(db, NOON)
    assert (await balances(db))[103] == 0


async def test_who_is_awaited_is_dropped_and_undone(db: Database, causes: Causes) -> None:
    """The owner stops waiting for somebody, and goes on waiting."""
    place = await shop(db)
    await imports_of(db).take(act_of(place, cause=causes.next()), [line(1, 50)])
    ((line_id,),) = await query(db, "SELECT id FROM moved_line")
    dropped = await awaited_of(db).drop(act_of(place, cause=causes.next()), line_id)
    assert isinstance(dropped, AwaitedDropped)
    assert await awaited_of(db).people(place) == NobodyAwaited(place.community_id)
    assert isinstance(await undo(db, place, OWNER.user_id, NOON, causes.next(), dropped.audit_id), Undone)
    assert isinstance(await awaited_of(db).people(place), AwaitedPeople)


async def test_after_a_year_nobody_is_named(db: Database, causes: Causes) -> None:
    """Lines whose people didn't come name nobody any more, and bring nothing."""
    place = await shop(db)
    await imports_of(db).take(act_of(place, cause=causes.next()), [line(1, 50)])
    assert not await db.write(expire, days(364))
    assert isinstance(await awaited_of(db).people(place), AwaitedPeople)
    await db.write(expire, days(366))
    assert await query(db, "SELECT user_id, username, name, state FROM moved_line") == [(None, None, "", "expired")]
    await joins(db, place, 1)
    await settle(db, NOON)
    assert await balances(db) == {101: 0}


@pytest.mark.parametrize("known", [True, False])
async def test_deletion_covers_what_waits(db: Database, causes: Causes, *, known: bool) -> None:
    """Who has their data deleted is waited for no more, even if the bot never met them."""
    place = await shop(db)
    if known:
        await joins(db, place, 1)
        await db.write(lambda tx: tx.connection().exec_driver_sql("UPDATE member SET left_at = joined_at"))
    await imports_of(db).take(act_of(place, cause=causes.next()), [line(1, 50)])
    await privacy(db).delete(place, outside(fan(1)).user_id, NOON)
    assert not await query(db, "SELECT 1 FROM moved_line WHERE user_id IS NOT NULL")


async def test_deletion_forgets_what_was_given(db: Database, causes: Causes) -> None:
    """What somebody was given stays a number; an undo afterwards takes nothing from nobody."""
    place = await shop(db)
    await joins(db, place, 1)
    taken: MembersTaken = await imports_of(db).take(act_of(place, cause=causes.next()), [line(1, 50, tags=("silk",))])
    await privacy(db).delete(place, fan(1).user_id, NOON)
    assert await query(db, "SELECT name, user_id, points FROM moved_line") == [("", None, 50)]
    await undo(db, place, OWNER.user_id, NOON, causes.next(), taken.audit_id)
    await settle(db, NOON)
    assert (await db.read(check_books)).sound
    assert IMPORTED in [row[0] for row in await query(db, "SELECT act FROM audit_entry")]
