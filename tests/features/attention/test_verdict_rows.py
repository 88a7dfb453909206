"""The row that stands for a verdict: which message has one, who may read it, and what becomes of it."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlmodel import col

from bot.features.communities import Communities
from bot.handlers.attention.verdicts import tidy
from bot.rules.verdicts import Reason, Ruling
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.messages.cards import CardSubject, hang_cards, withdraw
from bot.store.messages.outbox import Terms, promise, promise_many
from bot.store.messages.payloads import EditCard, Payload, PostCard, Say, Tell
from bot.store.messages.telling import withdraw_messages
from bot.store.tables import Outbox
from bot.store.tables.attention import Verdict
from bot.store.tables.messages import Lane
from tests.features.attention.gate import ROOM, gate
from tests.features.scene import NOON, POLICIES, fan, follow, privacy, query

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
NIGHT = datetime(2026, 11, 2, 13, 0, tzinfo=UTC)
"""22:00 in Seoul."""
NINE = datetime(2026, 11, 3, 0, 0, tzinfo=UTC)
"""09:00 in Seoul, the next morning."""


async def test_only_what_nobody_asked_for_has_a_verdict(db: Database) -> None:
    """Drops, notices and notes have one each; edits, answers and reminders that were asked for have none."""
    door = await gate(db)
    unasked = [await door.drop(), await door.notice(), await door.note(1), await door.coupon_ends(1)]
    asked = [
        await door.promise(EditCard(1)),
        await door.promise(Tell("reminders.Reminder", {}, 7, "en", whisper=False, can_write=True), 7),
        await door.promise(Tell("lapse.LapseNotice", {}, 7, "en", whisper=False, can_write=True, asked=True), 7),
        await door.promise(Say("draws.RoundNamed", {})),
    ]
    verdicts = dict(await query(db, "SELECT id, verdict_id FROM outbox"))
    assert all(verdicts[row_id] is None for row_id in asked)
    assert len({verdicts[row_id] for row_id in unasked} - {None}) == len(unasked)
    assert [one.kind for one in [await door.verdict(row_id) for row_id in unasked]] == [
        "drop",
        "streams.EndNotice",
        "lapse.LapseNotice",
        "ending.CouponsEnd",
    ]
    assert len(await query(db, "SELECT id FROM verdict")) == len(unasked)


async def test_a_promise_under_a_taken_key_leaves_no_verdict(db: Database) -> None:
    """What is promised twice has one row and one verdict, one by one and many at once."""
    door = await gate(db)
    terms = Terms(now=NOON, key="once", kind="drop")
    told = [await db.write(promise, door.place.community_id, ROOM, PostCard(1), terms) for _ in range(2)]
    assert told == [True, False]
    fans = [(fan(who).user_id, _note(who)) for who in range(1, 4)]
    many = Terms(now=NOON, key="note", lane=Lane.BULK)
    assert await db.write(promise_many, door.place.community_id, fans[:2], many) == 2
    assert await db.write(promise_many, door.place.community_id, fans, many) == 1
    assert await query(db, "SELECT count(*), count(DISTINCT verdict_id), count(verdict_id) FROM outbox") == [(4, 4, 4)]
    assert await query(db, "SELECT count(*) FROM verdict") == [(4,)]
    readers = await query(
        db, "SELECT o.chat_id, v.chat_id FROM outbox o JOIN verdict v ON v.id = o.verdict_id WHERE o.lane = 'bulk'"
    )
    assert all(chat == reader for chat, reader in readers)


async def test_a_verdict_belongs_to_who_reads_it(db: Database) -> None:
    """A whisper in the room counts for its reader alone."""
    door = await gate(db)
    whispered = await door.promise(Tell("members.Risen", {}, fan(1).user_id, "en", whisper=True, can_write=False))
    aloud = await door.promise(Tell("topics.TopicLost", {}, fan(1).user_id, "en", whisper=False, can_write=False))
    assert (await door.verdict(whispered)).chat_id == fan(1).user_id
    assert (await door.verdict(aloud)).chat_id == ROOM


async def test_what_becomes_of_verdicts(db: Database) -> None:
    """A group's day goes on in its supergroup, a person's verdicts go with their data, and old ones go in the night."""
    door = await gate(db)
    await door.member(1)
    await door.drop()
    await door.note(1)
    await door.coupon_ends(1)
    await door.round(NOON)
    await follow(db, Communities(db, open_to_all=True), ROOM, -1002, NOON + MINUTE)
    moved = await door.promise(PostCard(1), -1002, kind="drop", subject_id=1, now=NOON + MINUTE)
    assert await door.round(NOON + MINUTE) == []
    assert await door.said(moved) == (Ruling.HOLD, Reason.GAP)
    await privacy(db).ask(door.place, fan(1).user_id, NOON + MINUTE)
    await privacy(db).delete(door.place, fan(1).user_id, NOON + MINUTE)
    assert await query(db, "SELECT DISTINCT chat_id FROM verdict") == [(-1002,)]
    drop_old = tidy(POLICIES)
    assert await db.write(drop_old, NOON + timedelta(days=80)) is False
    assert await query(db, "SELECT count(*) FROM verdict") == [(2,)]
    assert await db.write(drop_old, NOON + timedelta(days=100)) is False
    assert await query(db, "SELECT count(*) FROM verdict") == [(0,)]


async def test_a_row_of_an_older_version_gets_its_verdict_when_it_leaves(db: Database) -> None:
    """A note and the clock's card are decided like the others, a raffle as staff's: only they opened one then."""
    door = await gate(db)
    for kind in ("raffle", "morning"):
        await db.write(hang_cards, CardSubject(door.place.community_id, kind, 5), Terms(now=NIGHT))
    note = await door.note(1, NIGHT)
    reminder = await door.promise(Tell("reminders.Reminder", {}, 7, "en", whisper=False, can_write=True), 7, now=NIGHT)
    await db.write(_forget_verdicts)
    raffle, _ = (row_id for (row_id,) in await query(db, "SELECT id FROM outbox WHERE act = 'post_card' ORDER BY id"))
    assert await door.round(NIGHT) == [note, reminder, raffle]
    verdicts = await query(db, "SELECT kind, ruling, subject_id FROM verdict ORDER BY kind")
    assert verdicts == [("lapse.LapseNotice", "send", None), ("morning", "hold", 5), ("raffle", "send", 5)]


async def test_nothing_leaves_without_a_verdict(db: Database) -> None:
    """A row whose verdict was deleted doesn't leave undecided: it gets another one at its next turn."""
    door = await gate(db)
    for number in (1, 2):
        await db.write(hang_cards, CardSubject(door.place.community_id, "drop", number), Terms(now=NIGHT))
    await db.write(_lose_verdicts)
    assert await door.round(NIGHT) == []
    assert await door.round(NIGHT) == []
    assert await query(db, "SELECT ruling, reason FROM verdict") == [("hold", "quiet_hours")] * 2


async def test_what_is_withdrawn_is_called_off(db: Database) -> None:
    """A withdrawn announcement is dropped with its reason; what takes itself back leaves nothing."""
    door = await gate(db)
    community_id = door.place.community_id
    await db.write(hang_cards, CardSubject(community_id, "drop", 1), Terms(now=NOON))
    await door.note(1, key="lapse:1:note")
    await db.write(withdraw, community_id, "drop", 1, NOON)
    assert await db.write(withdraw_messages, community_id, "lapse:1") == 1
    assert await query(db, "SELECT kind, ruling, reason FROM verdict") == [("drop", "drop", "cancelled")]
    assert await query(db, "SELECT count(*) FROM outbox") == [(0,)]


def _lose_verdicts(tx: Tx) -> None:
    tx.execute(delete(Verdict))


def _note(who: int) -> Payload:
    return Tell("lapse.LapseNotice", {}, fan(who).user_id, "en", whisper=False, can_write=True)


def _forget_verdicts(tx: Tx) -> None:

    tx.execute(update(Outbox).values(verdict_id=None))
    tx.execute(delete(Verdict))
    assert tx.execute(select(func.count(col(Verdict.id)))).scalar_one() == 0
