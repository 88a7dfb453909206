"""Promised messages: they stand and fall with what they tell of, and are forgotten when done."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import update
from sqlmodel import col, select

from bot.rules.place import Place
from bot.store.engine.db import Database
from bot.store.engine.sessions import PROMISED, Tx
from bot.store.messages import departures, outbox
from bot.store.messages.departures import Mark
from bot.store.messages.outbox import Terms, promise
from bot.store.messages.payloads import Say, Tell
from bot.store.tables import Card, Outbox
from bot.store.tables.base import id_of
from bot.store.tables.messages import Lane, OutboxState
from tests.features.kernel.small_writes import OopsError, born
from tests.features.scene import NOON, Causes, deliver_all, query, shop


async def test_a_promise_is_in_the_same_commit(db: Database, causes: Causes) -> None:
    """A message stands with what it tells of, and falls with it; only a commit wakes the sender."""
    woken: list[int] = []
    place = await shop(db)
    db.on_promise(lambda: woken.append(1))

    def tells(tx: Tx, key: str, error: Exception | None) -> bool:
        payload = Say("communities.Oops", {"words": "소식"})
        promised = promise(tx, place.community_id, -1001, payload, Terms(now=NOON, key=key, lane=Lane.BULK))
        if error is not None:
            raise error
        return promised

    with pytest.raises(OopsError):
        await db.write(tells, "news", OopsError())
    assert await query(db, "SELECT count(*) FROM outbox") == [(0,)]
    await db.write(born, 501)
    assert woken == []
    assert await db.write(tells, "news", None)
    assert not await db.write(tells, "news", None)
    assert woken == [1]
    assert await db.read(lambda rx: rx.execute(select(Outbox.facts)).scalars().all()) == [
        {"outcome": "communities.Oops", "facts": {"words": "소식"}}
    ]
    assert not await db.write(lambda tx: PROMISED in tx.info)


async def test_promises_that_are_done_are_dropped_after_a_month(db: Database) -> None:
    """What left or never will goes, in chunks; what waits stays."""
    place = await shop(db)
    await db.write(_promise_many, place, outbox.CHUNK + 5)
    left = "SELECT count(*) FROM outbox WHERE key LIKE 'many:%'"
    assert await db.write(outbox.forget_done, NOON + outbox.DONE_KEPT) is False
    assert await query(db, left) == [(outbox.CHUNK + 6,)]
    late = NOON + outbox.DONE_KEPT + timedelta(seconds=1)
    assert [await db.write(outbox.forget_done, late) for _ in range(2)] == [True, False]
    assert await query(db, "SELECT key FROM outbox WHERE key LIKE 'many:%'") == [("many:waits",)]


def _promise_many(tx: Tx, place: Place, count: int) -> None:
    for key in (*(f"many:{number}" for number in range(count)), "many:waits"):
        outbox.promise(tx, place.community_id, -1001, Say("communities.Oops", {}), Terms(now=NOON, key=key))
    done = update(Outbox).where(col(Outbox.key) != "many:waits")
    tx.execute(done.values(state=OutboxState.SENT, sent_at=NOON))


@pytest.mark.parametrize(("once", "again"), [(False, True), (True, False)])
async def test_what_is_told_once_isnt_told_again_after_its_delivery(db: Database, once: bool, again: bool) -> None:
    """Its key outlives the delivery, but not what was told; of other words to one person nothing stays."""
    place = await shop(db)

    def tells(tx: Tx) -> bool:
        payload = Tell("communities.Oops", {"words": "Ana"}, user_id=1, language="ko", whisper=False, can_write=True)
        return promise(tx, place.community_id, 1, payload, Terms(now=NOON, key="today", once=once))

    assert await db.write(tells)
    await deliver_all(db)

    assert await db.write(tells) is again
    kept = [("today:once",)] if once else [("today",)]
    assert await query(db, "SELECT key FROM outbox WHERE act = 'tell'") == kept
    assert await query(db, "SELECT count(*) FROM outbox WHERE act = 'tell' AND CAST(facts AS TEXT) LIKE '%Ana%'") == [
        (int(again),)
    ]


@pytest.mark.parametrize(("edited", "since"), [(2, NOON), (1, None)])
async def test_an_edit_doesnt_say_which_message_shows_a_card(db: Database, edited: int, since: datetime | None) -> None:
    """A card that was hung anew while its old message was being edited goes on in the new one."""
    place = await shop(db)

    def hangs(tx: Tx) -> int:
        card = Card(community_id=place.community_id, kind="airing", subject_id=1, chat_id=-1001, message_id=2)
        tx.add(card)
        tx.flush()
        return id_of(card)

    card_id = await db.write(hangs)
    await db.write(departures.write_mark, 1, Mark(OutboxState.SENT, edited=(card_id, edited)), NOON)
    card = await db.read(lambda rx: rx.get(Card, card_id))
    assert card is not None
    assert (card.message_id, card.edited_at) == (2, since)


def test_a_key_that_is_kept_lasts_longer_than_any_month() -> None:
    """What is told once a month is told anew in the next one at the earliest."""
    assert timedelta(days=31) < outbox.DONE_KEPT
