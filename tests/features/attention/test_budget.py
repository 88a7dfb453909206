"""What the budget decides from rows, when a message is about to leave."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import event, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.verdicts import Reason, Ruling
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.messages import departures
from bot.store.messages.cards import CardSubject, announce, hang_again, hang_cards
from bot.store.messages.outbox import Terms, ask_budget_again, promise
from bot.store.messages.payloads import Payload, PostCard, Say, Tell
from bot.store.tables import Card, Outbox
from bot.store.tables.attention import AttentionBounds, Consent
from bot.store.tables.messages import Lane, OutboxState
from bot.store.tables.posts import Week
from tests.features.attention.gate import SENDER, Gate, gate
from tests.features.scene import NOON, fan, query

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
NIGHT = datetime(2026, 11, 2, 13, 0, tzinfo=UTC)
"""22:00 in Seoul."""
NINE = datetime(2026, 11, 3, 0, 0, tzinfo=UTC)
"""09:00 in Seoul, the next morning."""


async def test_a_day_of_a_room(db: Database) -> None:
    """Of five drops that fall due at once one leaves, two more 90 minutes apart; the others wait for the morning."""
    door = await gate(db)
    drops = [await door.drop() for _ in range(5)]
    assert await door.round(NOON) == drops[:1]
    assert await door.said(drops[0]) == (Ruling.SEND, Reason.WITHIN)
    assert {await door.said(one) for one in drops[1:]} == {(Ruling.HOLD, Reason.GAP)}
    assert await door.round(NOON + 89 * MINUTE) == []
    assert await door.round(NOON + 90 * MINUTE) == drops[1:2]
    assert await door.round(NOON + 180 * MINUTE) == drops[2:3]
    assert {await door.said(one) for one in drops[3:]} == {(Ruling.HOLD, Reason.MOST_PROMOTIONAL)}
    assert {await door.due_at(one) for one in drops[3:]} == {NINE}
    assert await door.round(NINE - MINUTE) == []
    assert await door.round(NINE) == drops[3:4]


async def test_two_of_one_round_see_each_other(db: Database) -> None:
    """Though nobody asked the budget before the turns were given, only one of two promotions is taken."""
    door = await gate(db)
    first, second = await door.drop(), await door.drop()
    assert await door.round(NOON, sift=False) == [first]
    assert await door.said(second) == (Ruling.HOLD, Reason.GAP)


async def test_two_rounds_at_once(db: Database) -> None:
    """Two senders that look at the same rows take each message once, and no room more than it may have."""
    door = await gate(db)
    for _ in range(8):
        await door.notice()
    seen = await db.read(departures.look, NOON)
    halves = [seen.due[:4], seen.due[4:], seen.due]
    taken = await asyncio.gather(
        *(db.write(door.budget.take, rows, f"sender {nth}", NOON) for nth, rows in enumerate(halves))
    )
    rows = [row_id for one in taken for row_id in one]
    assert len(rows) == len(set(rows)) == 6
    assert await query(db, "SELECT count(*) FROM verdict WHERE ruling = 'send' AND counts") == [(6,)]


async def test_what_is_put_back_doesnt_count_itself(db: Database) -> None:
    """A message that Telegram's limits sent back leaves at its next turn, and the next one keeps its distance."""
    door = await gate(db)
    first, second = await door.drop(), await door.drop(due_at=NOON + MINUTE)
    seen = await db.read(departures.look, NOON)
    assert set(await db.write(door.budget.take, seen.due[:1], SENDER, NOON)) == {first}
    await db.write(departures.put_back, first, NOON + MINUTE, SENDER)
    assert await door.round(NOON + MINUTE) == [first]
    assert await door.due_at(second) == NOON + 91 * MINUTE


async def test_the_gap_counts_from_when_it_left(db: Database) -> None:
    """A message that took a minute to leave is followed by the next one 90 minutes after that."""
    door = await gate(db)
    first, second = await door.drop(), await door.drop(due_at=NOON + 90 * MINUTE)
    seen = await db.read(departures.look, NOON)
    await db.write(door.budget.take, seen.due, SENDER, NOON)
    await db.write(departures.write_mark, first, departures.Mark(OutboxState.SENT), NOON + MINUTE)
    assert await door.round(NOON + 90 * MINUTE) == []
    assert await door.due_at(second) == NOON + 91 * MINUTE


async def test_what_fails_for_good_doesnt_count(db: Database) -> None:
    """A room that refuses a message, or a card with nothing to show, leaves the room's budget as it was."""
    door = await gate(db)
    for mark, reason in (
        (departures.Mark(OutboxState.FAILED, "refused:text"), Reason.REFUSED),
        (departures.Mark(OutboxState.EXPIRED, "nothing to show"), Reason.CANCELLED),
        (departures.Mark(OutboxState.EXPIRED, "over before it was posted"), Reason.TOO_LATE),
    ):
        row_id = await door.drop()
        seen = await db.read(departures.look, NOON)
        assert set(await db.write(door.budget.take, seen.due, SENDER, NOON)) == {row_id}
        await db.write(departures.write_mark, row_id, mark, NOON)
        verdict = await door.verdict(row_id)
        assert (verdict.ruling, verdict.reason, verdict.counts) == (Ruling.DROP, reason, False)
    damaged = await door.drop()
    seen = await db.read(departures.look, NOON)
    assert set(await db.write(door.budget.take, seen.due, SENDER, NOON)) == {damaged}
    await db.write(departures.uncount, damaged)
    assert not (await door.verdict(damaged)).counts
    last = await door.drop()
    assert await door.round(NOON) == [last]


async def test_what_may_have_arrived_counts(db: Database) -> None:
    """Of a message of which a crash left unknown whether it arrived, the room is taken to have it."""
    door = await gate(db)
    row_id = await door.promise(_note_all(), lane=Lane.BULK)
    seen = await db.read(departures.look, NOON)
    await db.write(door.budget.take, seen.due, "before", NOON)
    await db.write(departures.after_crash, "after")
    assert await query(db, "SELECT state FROM outbox") == [("unknown",)]
    assert (await door.verdict(row_id)).counts


async def test_staff_go_at_once(db: Database) -> None:
    """What staff type leaves at night and within a gap, and counts against what the clock may send."""
    door = await gate(db)
    typed = [await door.drop(NIGHT, by_staff=True) for _ in range(3)]
    assert await door.round(NIGHT) == typed
    assert {await door.said(one) for one in typed} == {(Ruling.SEND, Reason.STAFF)}
    planned = await door.drop(NIGHT)
    assert await door.round(NIGHT) == []
    assert await door.due_at(planned) == NINE


async def test_what_misses_its_time(db: Database) -> None:
    """A held drop becomes a line at once if it can't leave in time, else when its time is over; a notice is dropped."""
    door = await gate(db)
    short = await door.drop(NIGHT, not_after=NIGHT + HOUR)
    long = await door.drop(NIGHT, not_after=NINE + MINUTE)
    notice = await door.notice(NIGHT, not_after=NIGHT + HOUR)
    assert await door.round(NIGHT) == []
    assert await door.said(short) == (Ruling.FOLD, Reason.QUIET_HOURS)
    assert await door.said(notice) == (Ruling.DROP, Reason.TOO_LATE)
    assert await door.said(long) == (Ruling.HOLD, Reason.QUIET_HOURS)
    assert await door.round(NINE + 2 * MINUTE) == []
    assert await door.said(long) == (Ruling.FOLD, Reason.QUIET_HOURS)
    never = await door.drop(NINE, not_after=NINE + MINUTE)
    assert await door.round(NINE + 2 * MINUTE) == []
    assert await door.said(never) == (Ruling.DROP, Reason.TOO_LATE)
    assert {state for (state,) in await query(db, "SELECT state FROM outbox")} == {"expired"}


async def test_a_post_that_is_kept_back_counted_as_sent_until_then(db: Database) -> None:
    """The week is planned again when the budget ends a post, not when it lets one wait or a drop ends."""
    door = await gate(db)
    await db.write(lambda tx: tx.execute(update(Week).values(plan_at=NINE)))
    await door.drop(NIGHT, not_after=NIGHT + HOUR)
    await door.drop(NIGHT, kind="post", not_after=NINE + HOUR)
    await door.round(NIGHT)
    planned = select(col(Week.plan_at))
    assert await db.read(lambda session: session.execute(planned).scalar_one()) == NINE
    await door.drop(NIGHT, kind="post", not_after=NIGHT + HOUR)
    await door.round(NIGHT)
    assert await db.read(lambda session: session.execute(planned).scalar_one()) == NIGHT


async def test_a_key_that_is_kept_stays_kept(db: Database) -> None:
    """What the budget drops isn't promised anew under a key that is told once."""
    door = await gate(db)
    terms = Terms(now=NOON, key="ends:1", once=True)
    told = Tell("ending.CouponsEnd", {}, fan(1).user_id, "en", whisper=False, can_write=True)
    wish = (door.place.community_id, fan(1).user_id, told, terms)
    assert await db.write(promise, *wish)
    assert await door.round(NOON) == []
    assert not await db.write(promise, *wish)


async def test_a_stream_tells_of_itself(db: Database) -> None:
    """Its own messages pass quiet hours five minutes apart, until ten minutes after its end, and don't count."""
    door = await gate(db)
    on = await door.airing(NIGHT, 1 * HOUR)
    first, second = await door.drop(NIGHT, airing_id=on), await door.drop(NIGHT, airing_id=on)
    assert await door.round(NIGHT) == [first]
    assert await door.said(first) == (Ruling.SEND, Reason.STREAM)
    assert await door.said(second) == (Ruling.HOLD, Reason.STREAM_GAP)
    assert await door.round(NIGHT + 5 * MINUTE) == [second]
    end = await door.notice(NIGHT + HOUR + 10 * MINUTE, airing_id=on)
    assert await door.round(NIGHT + HOUR + 10 * MINUTE) == [end]
    late = await door.notice(NIGHT + HOUR + 11 * MINUTE, airing_id=on)
    assert await door.round(NIGHT + HOUR + 11 * MINUTE) == []
    assert await door.said(late) == (Ruling.HOLD, Reason.QUIET_HOURS)
    assert await query(db, "SELECT count(*) FROM verdict WHERE counts") == [(0,)]


async def test_a_start_passes_everything_and_blocks_nothing(db: Database) -> None:
    """A start in quiet hours and in a full room leaves; what comes after it counts as if it weren't there."""
    door = await gate(db)
    subject = CardSubject(door.place.community_id, "stream", 1)
    for _ in range(6):
        await door.notice(by_staff=True)
    await door.round(NOON)
    await db.write(announce, subject, Terms(now=NIGHT, key="planned"))
    assert len(await door.round(NIGHT)) == 1
    start = await query(db, "SELECT ruling, reason, counts FROM verdict WHERE kind = 'stream'")
    assert [(ruling, reason, bool(counts)) for ruling, reason, counts in start] == [("send", "stream", False)]


async def test_a_card_that_is_hung_again_counts_once(db: Database) -> None:
    """In the place of a deleted card it hangs at any hour and however near the first one was, without a sound."""
    door = await gate(db)
    await db.write(hang_cards, CardSubject(door.place.community_id, "drop", 1), Terms(now=NOON))
    assert len(await door.round(NOON)) == 1
    await db.write(_show, 1, 77)
    await db.write(hang_again, card_id=1, message_id=77, too_old=False, now=NOON + MINUTE)
    assert len(await door.round(NOON + MINUTE)) == 1
    await db.write(_show, 1, 78)
    await db.write(hang_again, card_id=1, message_id=78, too_old=False, now=NIGHT)
    assert len(await door.round(NIGHT)) == 1
    assert await query(db, "SELECT count(*) FROM verdict WHERE counts") == [(1,)]
    seen = [PostCard.from_facts(facts).silent for facts in await db.read(_facts)]
    assert seen == [False, True, True]


async def test_a_shops_own_bounds_hold(db: Database) -> None:
    """Quiet hours, caps and the gap are those of the shop's own row."""
    door = await gate(db)
    community_id = door.place.community_id
    own = AttentionBounds(
        community_id=community_id,
        quiet_from="12:30",
        quiet_until="13:00",
        most=2,
        most_promotional=1,
        gap_minutes=30,
    )
    await door.add(own)
    first, second, third = await door.drop(), await door.drop(), await door.notice()
    assert await door.round(NOON) == [first, third]
    assert await door.said(second) == (Ruling.HOLD, Reason.MOST_PROMOTIONAL)
    later = await door.notice()
    assert await door.round(NOON + 31 * MINUTE) == []
    assert await door.said(later) == (Ruling.HOLD, Reason.QUIET_HOURS)
    assert await door.due_at(later) == datetime(2026, 11, 2, 15, 0, tzinfo=UTC)  # midnight: the day is full as well


async def test_pauses(db: Database) -> None:
    """What the calendar sends rests while the owner paused it; staff and service go on."""
    door = await gate(db)
    await door.db.write(_pause)
    planned, typed, notice = await door.drop(), await door.drop(by_staff=True), await door.notice()
    assert await door.round(NOON) == [typed, notice]
    assert await door.said(planned) == (Ruling.HOLD, Reason.PAUSED)
    later = await door.drop(due_at=NOON + HOUR)
    await db.write(_resume)
    assert await db.write(ask_budget_again, door.place.community_id, NOON + 2 * MINUTE) == 1
    assert await door.due_at(later) == NOON + HOUR
    assert await door.round(NOON + 2 * MINUTE) == []
    assert await door.said(planned) == (Ruling.HOLD, Reason.GAP)


async def test_consent_is_asked_at_the_instant_of_leaving(db: Database) -> None:
    """Of five fans only who says yes then, and is there, is written to; the log says why the others weren't."""
    door = await gate(db)
    await door.member(1)
    await door.member(2, since=None)
    taken_back = await door.member(3)
    await door.member(4, left_at=NOON)
    rows = [await door.coupon_ends(who) for who in range(1, 6)]
    seen = await db.read(departures.look, NOON)
    assert len(seen.due) == 5
    await door.add(
        Consent(
            community_id=door.place.community_id,
            member_id=taken_back,
            said="yes",
            at=NOON,
            words="",
            language="en",
            way="question",
        )
    )
    await door.member(3, since=None)
    assert set(await db.write(door.budget.take, seen.due, SENDER, NOON)) == {rows[0]}
    assert [(await door.said(row))[1] for row in rows] == [
        Reason.WITHIN,
        Reason.NO_CONSENT,
        Reason.WITHDRAWN,
        Reason.NO_CONSENT,
        Reason.NO_CONSENT,
    ]


async def test_promotion_in_private_has_days_and_weeks(db: Database) -> None:
    """One a day and three in seven days, and none in Korea's night."""
    door = await gate(db)
    await door.member(1)
    left = []
    for day in range(8):
        at = NOON + timedelta(days=day)
        await door.coupon_ends(1, at, not_after=at + 6 * HOUR)
        await door.coupon_ends(1, at, not_after=at + 6 * HOUR)
        left.append(len(await door.round(at)))
    assert left == [1, 1, 1, 0, 0, 0, 0, 1]
    await door.member(2)
    at_night = await door.coupon_ends(2, NIGHT)
    assert await door.round(NIGHT) == []
    assert await door.due_at(at_night) == NINE - HOUR


async def test_a_korean_shop_without_contact_promotes_nothing_in_private(db: Database) -> None:
    """Such a message can't name what it has to name, so it isn't sent."""
    door = await gate(db)
    await door.set(contact=None)
    await door.member(1)
    row_id = await door.coupon_ends(1)
    assert await door.round(NOON) == []
    assert await door.said(row_id) == (Ruling.DROP, Reason.NO_CONTACT)


async def test_two_shops_dont_share_a_fans_day(db: Database) -> None:
    """What one shop told a fan takes nothing from another shop of the same bot."""
    door, other = await gate(db), await gate(db, owner=fan(900), chat_id=-1002, title="Tea room")
    for one in (door, other):
        await one.member(1)
        await one.coupon_ends(1, key=f"ends:{one.place.community_id}")
    assert len(await door.round(NOON)) == 2


async def test_starts_alone_ask_nothing(db: Database) -> None:
    """A round of starts and private notes reads no bounds, no history and no consent."""
    door = await gate(db)
    for _ in range(3):
        await door.promise(PostCard(1), kind="stream", subject_id=1)
        await door.note(1)
    seen = await db.read(departures.look, NOON)
    statements: list[str] = []
    await db.write(_watched, statements, door, seen.due)
    selects = [one for one in statements if one.startswith("SELECT")]
    assert len(selects) == 1
    assert "attention_bounds" not in selects[0]


def _pause(tx: Tx) -> None:
    tx.execute(update(Week).values(paused_at=NOON))


def _watched(tx: Tx, statements: list[str], door: Gate, rows: list[departures.Departure]) -> None:

    connection = tx.connection()

    def heard(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(connection, "before_cursor_execute", heard)
    try:
        assert len(door.budget.take(tx, rows, SENDER, NOON)) == len(rows)
    finally:
        event.remove(connection, "before_cursor_execute", heard)


def _resume(tx: Tx) -> None:
    tx.execute(update(Week).values(paused_at=None))


def _facts(session: Session) -> list[dict[str, Any]]:
    return list(session.execute(select(col(Outbox.facts)).order_by(col(Outbox.id))).scalars())


def _note_all() -> Payload:
    return Say("streams.EndNotice", {})


def _show(tx: Tx, card_id: int, message_id: int) -> None:

    tx.get_one(Card, card_id).message_id = message_id
    tx.flush()
