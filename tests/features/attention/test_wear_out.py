"""What rests, on both databases: judged once a day for each room, told to the planner, and awake after a week."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select
from sqlmodel import col

from bot.features.attention.reception import received
from bot.features.attention.wear_out import WearClock
from bot.features.figures.by_itself import figures_before, promise_digest
from bot.rules.attention.wear_out import WearPolicy, WearState
from bot.rules.calendar import DAY
from bot.rules.figures.digest import Digest
from bot.rules.figures.windows import FiguresPolicy
from bot.rules.place import Place
from bot.rules.wears import POST, wears_of
from bot.rules.words import Language
from bot.store.causes import from_facts
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.rooms import clear_room
from bot.store.shown import ShownMessage, record_shown
from bot.store.tables import Outbox, Person, RoomActivity, Shown
from bot.store.tables.attention import WearRound
from bot.store.wear import PRIVATE, resting, resting_kinds, rests_in_all, turns_between
from tests.features.scene import OWNER, days, query, shop
from tests.words import WORDS

POLICY = WearPolicy()
TIPS = wears_of(POST, "tips") or ""
LATER = days(50)
FADING = (*(40,) * 12, 4, 3, 2)
STEADY = (*(40,) * 15,)


async def fill(db: Database, place: Place, kind: str, answers: tuple[int, ...], chat_id: int = -1001) -> None:
    """Messages of a kind in a room, one every three days, the last two days ago."""
    await db.write(_fill, place.community_id, kind, answers, chat_id)


def _fill(tx: Tx, community_id: int, kind: str, answers: tuple[int, ...], chat_id: int) -> None:
    for nth, count in enumerate(reversed(answers)):
        tx.add(
            Shown(
                community_id=community_id,
                chat_id=chat_id,
                message_id=1000 + nth,
                kind="post",
                shown_class="promotion",
                subject_id=1000 - nth,
                at=LATER - timedelta(days=2 + 3 * nth),
                active=200,
                wears=kind,
                answers=count,
                lost=1 if nth == 0 else 0,
            )
        )
    if tx.get(WearRound, community_id) is None:
        tx.add(WearRound(community_id=community_id, due_at=LATER))


async def awake(db: Database, place: Place, fans: int, room_id: int = 1) -> None:
    """So many fans are active in a room."""

    def write(tx: Tx) -> None:
        tx.add(RoomActivity(room_id=room_id, day=LATER.date(), community_id=place.community_id, fans=fans))

    await db.write(write)


async def test_a_worn_kind_rests_for_a_week(db: Database) -> None:
    """Tips rest in the room, drops don't; after a week they are awake, and need three new messages to rest again."""
    place = await shop(db)
    await awake(db, place, 120)
    await fill(db, place, TIPS, FADING)
    await fill(db, place, "drop", STEADY)
    clock = WearClock(db, POLICY)
    next_at = await clock.run_due(LATER - timedelta(seconds=1))
    assert next_at == LATER
    assert await db.read(resting, place.community_id, LATER) == {}
    await clock.run_due(LATER)
    assert await db.read(resting, place.community_id, LATER) == {1: frozenset({TIPS})}
    (line,) = await db.read(resting_kinds, place.community_id, LATER)
    assert (line.room_id, line.kind, line.until) == (1, TIPS, LATER + timedelta(days=7))
    for day in range(1, 9):
        await clock.run_due(LATER + day * DAY)
    assert await db.read(resting, place.community_id, LATER + 7 * DAY - timedelta(seconds=1)) != {}
    assert await db.read(resting, place.community_id, LATER + 7 * DAY) == {}
    assert await query(db, "SELECT answers, reach, usual_answers, usual_reach FROM rest") == [(9, 600, 489, 3000)]


async def test_the_digest_hears_of_it_once(db: Database) -> None:
    """What began to rest, and what woke, within the day before the digest."""
    place = await shop(db)
    await awake(db, place, 120)
    await fill(db, place, TIPS, FADING)
    await WearClock(db, POLICY).run_due(LATER)
    told = [await db.read(turns_between, place.community_id, LATER + (n - 1) * DAY, LATER + n * DAY) for n in range(9)]
    assert [(one.rests, one.wakes) for one in told] == [((TIPS,), ()), *[((), ())] * 6, ((), (TIPS,)), ((), ())]


async def test_too_few_fans_rest_nothing(db: Database) -> None:
    """With 79 active fans the page says so, and the clock lets nothing rest."""
    place = await shop(db)
    await awake(db, place, 79)
    await fill(db, place, TIPS, FADING)
    await WearClock(db, POLICY).run_due(LATER)
    assert await query(db, "SELECT count(*) FROM rest") == [(0,)]
    page = await db.read(received, place, 1, LATER, POLICY)
    assert (page.fans, page.least) == (79, 80)
    assert [(one.state, one.percent) for one in page.lines] == [(WearState.FEW_FANS, None)]


async def test_a_streams_start_never_rests(db: Database) -> None:
    """How it is received is shown; whoever has a stream says so all the same."""
    place = await shop(db)
    await awake(db, place, 120)
    await fill(db, place, "stream", FADING)
    await WearClock(db, POLICY).run_due(LATER)
    assert await query(db, "SELECT count(*) FROM rest") == [(0,)]
    page = await db.read(received, place, 1, LATER, POLICY)
    assert [(one.wears, one.state) for one in page.lines] == [("stream", WearState.USUAL)]


async def test_each_room_for_itself(db: Database) -> None:
    """What is worn out in one room is said in the other; it rests in all only if it rests in each."""
    place = await shop(db)
    await shop(db, OWNER, -1002, into=place.community_id)
    for room_id in (1, 2):
        await awake(db, place, 120, room_id)
    await fill(db, place, TIPS, FADING)
    await fill(db, place, TIPS, STEADY, -1002)
    await WearClock(db, POLICY).run_due(LATER)
    rests = await db.read(resting, place.community_id, LATER)
    assert rests == {1: frozenset({TIPS})}
    assert rests_in_all(rests, (1,), TIPS)
    assert not rests_in_all(rests, (1, 2), TIPS)
    assert not rests_in_all(rests, (), TIPS)
    assert not rests_in_all(rests, (1,), "drop")
    await db.write(clear_room, place.community_id, 99, -1001, LATER)
    assert await db.read(resting, place.community_id, LATER) == {}


async def test_private_posts_are_one_message_each(db: Database) -> None:
    """The same post to a hundred fans reached a hundred, and rests in private if fewer answer than usual."""
    place = await shop(db)
    await db.write(_tell_privately, place.community_id)
    clock = WearClock(db, POLICY)
    await clock.run_due(LATER)
    assert await db.read(resting, place.community_id, LATER) == {PRIVATE: frozenset({TIPS})}
    page = await db.read(received, place, 2, LATER, POLICY)
    assert (page.room, page.fans, page.page, page.pages) == (None, 100, 2, 2)
    (line,) = page.lines
    assert (line.state, line.messages, line.answers, line.lost) == (WearState.RESTS, 10, 70 * 4 + 3 * 2, 10)


def _tell_privately(tx: Tx, community_id: int) -> None:
    tx.add_all(Person(user_id=10_000 + reader, name="Fan") for reader in range(100))
    tx.flush()
    for sending in range(10):
        at, answering = LATER - timedelta(days=2 + 3 * (9 - sending)), 40 if sending < 7 else 2
        for reader in range(100):
            row = ShownMessage(10_000 + reader, sending * 100 + reader, "post", sending + 1, wears=TIPS)
            record_shown(tx, community_id, row, at + timedelta(seconds=reader))
        mine = list(tx.execute(select(Shown).where(col(Shown.subject_id) == sending + 1)).scalars())
        for one in mine[:answering]:
            one.answers = 1
        mine[0].lost = 1
    tx.add(WearRound(community_id=community_id, due_at=LATER))


async def test_the_digest_says_it(db: Database) -> None:
    """The owner's morning digest has a clause about what rests, and keeps it as the promised message."""
    place = await shop(db)
    await awake(db, place, 120)
    await fill(db, place, TIPS, FADING)
    await WearClock(db, POLICY).run_due(LATER)
    figures = await db.read(figures_before, place.community_id, LATER.date(), LATER, FiguresPolicy())
    busy = replace(figures, fans=replace(figures.fans, came=2))
    assert await db.write(promise_digest, place.community_id, LATER.date(), busy, LATER + timedelta(hours=4))
    (promised,) = await db.read(
        lambda rx: rx.execute(select(col(Outbox.facts)).where(col(Outbox.key).like("digest:%"))).scalars().all()
    )
    digest = from_facts(Digest, promised["facts"])
    assert (digest.rests, digest.wakes) == ((TIPS,), ())
    assert "Far fewer fans answer these, so they take a week off: Tips" in WORDS.html(digest, place, Language.EN)
    assert "일주일 쉬어요: 꿀팁" in WORDS.html(digest, place, Language.KO)
    assert "先歇一周：干货" in WORDS.html(replace(digest, wakes=("drop",)), place, Language.ZH)


async def test_judged_twice_at_once_it_rests_once(db: Database) -> None:
    """Four rounds of the clock at the same moment, and one more a day later, leave the first rest as it was."""
    place = await shop(db)
    await awake(db, place, 120)
    await fill(db, place, TIPS, FADING)
    clock = WearClock(db, POLICY)
    await asyncio.gather(*(clock.run_due(LATER) for _ in range(4)))
    await clock.run_due(LATER + DAY)
    (line,) = await db.read(resting_kinds, place.community_id, LATER + DAY)
    assert line.until == LATER + POLICY.rest
    assert await query(db, "SELECT count(*) FROM rest") == [(1,)]


async def test_a_shop_that_says_nothing_any_more_is_left_alone(db: Database) -> None:
    """After 56 days without a message its round goes, and the first answer brings it back."""
    place = await shop(db)
    await fill(db, place, TIPS, FADING)
    clock = WearClock(db, POLICY)
    assert await clock.run_due(LATER) == LATER + timedelta(seconds=1)
    assert await query(db, "SELECT count(*) FROM wear_round") == [(1,)]
    await clock.run_due(LATER + 56 * DAY)
    assert await query(db, "SELECT count(*) FROM wear_round") == [(0,)]
    assert await clock.run_due(LATER + 57 * DAY) is None
