"""The store: transactions that stand alone, the ledger, promises, causes; on both databases."""

import asyncio
import sqlite3
import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import col, select

from bot.features.coupons.claims import claim
from bot.flows.check_in import CheckIns
from bot.flows.redeem import Redemption
from bot.rules.coupons.campaigns import NewCampaign
from bot.rules.coupons.claims import Claimed
from bot.rules.place import Place
from bot.store import causes as causes_
from bot.store import ledger
from bot.store.coupons.hand_out import ClaimTools
from bot.store.engine.db import Database
from bot.store.engine.sessions import PROMISED, Rx, Tx
from bot.store.engine.sqlite import GROUP, WriterClosedError
from bot.store.members import standing
from bot.store.messages import outbox
from bot.store.messages.outbox import Terms, promise
from bot.store.messages.payloads import Say
from bot.store.tables import Account, FanGroup, Member, Outbox, Person, Transfer
from bot.store.tables.ledger import AccountKind
from bot.store.tables.messages import Lane, OutboxState
from tests.features.scene import (
    NOON,
    OWNER,
    POLICIES,
    Causes,
    act_by,
    act_of,
    balance,
    days,
    dice,
    everything,
    fan,
    give,
    offer,
    query,
    shop,
    till,
)


class OopsError(Exception):
    """A bug of a use case."""


def born(tx: Tx, user_id: int) -> int:
    """Write one person."""
    tx.add(Person(user_id=user_id, name="somebody"))
    tx.flush()
    return user_id


def born_unflushed(tx: Tx, user_id: int) -> None:
    """Write one person at the commit."""
    tx.add(Person(user_id=user_id, name="somebody"))


def born_twice(tx: Tx, user_id: int) -> None:
    """Break a constraint through the mapper."""
    born(tx, user_id)
    tx.expunge_all()
    born(tx, user_id)


def paid_twice(tx: Tx, place: Place) -> None:
    """Break a constraint through a hot statement."""
    for _ in range(2):
        pay(tx, place, "twice", 1)


def breaks_off(tx: Tx, user_id: int) -> None:
    """Fail after writing."""
    born(tx, user_id)
    raise OopsError


def pay(tx: Tx, place: Place, key: str, amount: int) -> None:
    """Pay fan 1."""
    member = standing(tx, place.community_id, fan(1), NOON)
    ledger.pay(
        tx,
        ledger.Posting(place.community_id, key, "present", NOON),
        member_account=member.account_id,
        shop=place.shop_account,
        amount=amount,
    )


def charge(tx: Tx, place: Place, key: str, amount: int) -> None:
    """Charge fan 1."""
    member = standing(tx, place.community_id, fan(1), NOON)
    ledger.charge(
        tx,
        ledger.Posting(place.community_id, key, "claim", NOON),
        member_account=member.account_id,
        shop=place.shop_account,
        amount=amount,
    )


class Gate:
    """Holds the SQLite writer, so that what is written meanwhile shares the next commit."""

    def __init__(self, db: Database) -> None:
        self._open = threading.Event()
        self._held = threading.Event()
        self._task = asyncio.ensure_future(db.write(self._wait))

    def _wait(self, _tx: Tx) -> None:
        self._held.set()
        self._open.wait(10)

    async def shut(self) -> None:
        """Until the writer waits."""
        await asyncio.to_thread(self._held.wait, 10)

    async def open(self) -> None:
        """Let the writer go on."""
        await asyncio.sleep(0)
        self._open.set()
        await self._task


async def people(db: Database) -> list[int]:
    """Who is known, but the owner."""
    return [row[0] for row in await query(db, "SELECT user_id FROM person WHERE user_id <> 1 ORDER BY user_id")]


async def test_one_failing_use_case_rolls_back_alone(sqlite_url: str) -> None:
    """Of nine in one commit, four fail in their own ways; the other five stand."""
    async with Database.open(sqlite_url) as db:
        place = await shop(db)
        await give(db, place, fan(1), 0)
        gate = Gate(db)
        await gate.shut()
        outcomes = asyncio.gather(
            db.write(born, 501),
            db.write(breaks_off, 502),
            db.write(born, 503),
            db.write(born_twice, 504),
            db.write(born, 505),
            db.write(paid_twice, place),
            db.write(born, 506),
            db.write(born_unflushed, OWNER.user_id),
            db.write(born, 507),
            return_exceptions=True,
        )
        await gate.open()
        kinds = [outcome if isinstance(outcome, int) else type(outcome) for outcome in await outcomes]
        assert kinds == [501, OopsError, 503, IntegrityError, 505, IntegrityError, 506, IntegrityError, 507]
        assert await people(db) == [101, 501, 503, 505, 506, 507]
        assert await balance(db, place, fan(1)) == 0


@pytest.mark.parametrize("fails", [breaks_off, born_twice])
async def test_a_rollback_leaves_no_trace(db: Database, fails: Any) -> None:
    """Whatever a use case wrote before it failed is gone, and the next one works."""
    await shop(db)
    before = await everything(db)
    with pytest.raises((OopsError, IntegrityError)):
        await db.write(fails, 501)
    assert await everything(db) == before
    assert await db.write(born, 501) == 501


async def test_a_failing_commit_tells_each_caller(sqlite_url: str) -> None:
    """If the commit itself fails, everyone in it hears so and nothing stands; the next commit works."""

    def breaks_the_commit(tx: Tx) -> None:
        tx.execute(text("PRAGMA defer_foreign_keys = ON"))
        tx.add(FanGroup(community_id=999, chat_id=-9, title="nobody's", joined_at=NOON))

    async with Database.open(sqlite_url) as db:
        await shop(db)
        before = await everything(db)
        gate = Gate(db)
        await gate.shut()
        outcomes = asyncio.gather(
            db.write(born, 501),
            db.write(breaks_the_commit),
            db.write(breaks_off, 502),
            db.write(born, 503),
            return_exceptions=True,
        )
        await gate.open()
        kinds = [type(outcome) for outcome in await outcomes]
        assert kinds == [sqlite3.IntegrityError, sqlite3.IntegrityError, OopsError, sqlite3.IntegrityError]
        assert await everything(db) == before
        assert await db.write(born, 504) == 504


async def test_closing_finishes_waiting_writes(sqlite_url: str) -> None:
    """What was queued before the close is committed, more than one group of it; what comes after is refused."""
    async with Database.open(sqlite_url) as db:
        gate = Gate(db)
        await gate.shut()
        writes = [asyncio.ensure_future(db.write(born, 500 + number)) for number in range(GROUP * 2 + 3)]
        await asyncio.sleep(0)
        closing = asyncio.ensure_future(db.close())
        await gate.open()
        await closing
        assert await asyncio.gather(*writes) == [500 + number for number in range(GROUP * 2 + 3)]
        with pytest.raises(WriterClosedError):
            await db.write(born, 499)
    async with Database.open(sqlite_url) as db:
        assert len(await people(db)) == GROUP * 2 + 3


async def test_a_cancelled_caller_loses_no_write(sqlite_url: str) -> None:
    """Who stops waiting doesn't undo what was begun, nor disturb the others of the same commit."""
    async with Database.open(sqlite_url) as db:
        gate = Gate(db)
        await gate.shut()
        first, second = (asyncio.ensure_future(db.write(born, user_id)) for user_id in (501, 502))
        await asyncio.sleep(0)
        first.cancel()
        await gate.open()
        assert await second == 502
        assert await people(db) == [501, 502]


async def test_a_deadlock_runs_again(db: Database, url: str) -> None:
    """Two use cases that lock two rows crosswise both succeed in the end."""
    for number in (501, 502):
        await db.write(born, number)
    runs: list[int] = []

    def crosswise(tx: Tx, first: int, second: int) -> None:
        runs.append(first)
        for user_id in (first, second):
            tx.execute(text("UPDATE person SET name = name || '!' WHERE user_id = :user_id"), {"user_id": user_id})
            if url.startswith("postgresql"):
                tx.execute(text("SELECT pg_sleep(0.05)"))

    await asyncio.gather(db.write(crosswise, 501, 502), db.write(crosswise, 502, 501))
    names = await query(db, "SELECT name FROM person WHERE user_id > 500")
    assert names == [("somebody!!",), ("somebody!!",)]
    if url.startswith("postgresql"):
        assert len(runs) >= 3  # who runs again may overtake the other one, which then runs again too
    else:
        assert len(runs) == 2


async def test_a_read_is_no_write(db: Database) -> None:
    """Sessions for reading and writing are different types, and a read commits nothing."""
    assert not issubclass(Rx, Tx)
    assert not issubclass(Tx, Rx)
    assert await db.read(type) is Rx
    assert await db.write(type) is Tx
    await db.read(_tries_to_write)
    assert await people(db) == []


def _tries_to_write(rx: Rx) -> None:
    rx.add(Person(user_id=7, name="x"))
    rx.flush()


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


async def test_a_key_moves_coins_once(db: Database) -> None:
    """The second payment or charge by a key is an IntegrityError and moves nothing, in this shop alone."""
    here, there = await shop(db), await shop(db, fan(900), -1002)
    await db.write(pay, here, "prize", 30)
    await db.write(pay, there, "prize", 30)
    before = await everything(db)
    for again in (pay, charge):
        with pytest.raises(IntegrityError):
            await db.write(again, here, "prize", 10)
    assert await everything(db) == before


async def test_nobody_owes_the_shop(db: Database) -> None:
    """More than the balance is an IntegrityError (CHECK balance >= 0) and changes nothing."""
    place = await shop(db)
    await db.write(pay, place, "prize", 30)
    before = await everything(db)
    with pytest.raises(IntegrityError):
        await db.write(charge, place, "dear", 31)
    assert await everything(db) == before
    await db.write(charge, place, "just", 30)
    assert await balance(db, place, fan(1)) == 0


async def test_twenty_charges_at_once(db: Database) -> None:
    """Coins for five are charged five times, however many come together."""
    place = await shop(db)
    await db.write(pay, place, "prize", 50)
    outcomes = await asyncio.gather(
        *(db.write(charge, place, f"item:{number}", 10) for number in range(20)), return_exceptions=True
    )
    assert outcomes.count(None) == 5
    assert sum(isinstance(outcome, IntegrityError) for outcome in outcomes) == 15
    books = await db.read(ledger.check_books)
    assert books.sound
    assert (books.held_by_fans, books.transfers) == (0, 6)


@pytest.mark.parametrize("amount", [0, -5])
async def test_a_transfer_moves_something_forward(db: Database, amount: int) -> None:
    """Nought or less is refused by the table."""
    place = await shop(db)
    with pytest.raises(IntegrityError):
        await db.write(pay, place, "prize", amount)


async def test_giving_back_reverses_a_charge_once(db: Database) -> None:
    """The same coins return as negative spending: not earned anew, bound to their charge, and once."""
    place = await shop(db)
    await db.write(pay, place, "prize", 30)
    await db.write(charge, place, "claim:1", 20)

    def give_back(tx: Tx, key: str) -> int:
        return ledger.give_back(tx, ledger.Posting(place.community_id, key, "refund", days(1)), charged_key="claim:1")

    assert await db.write(give_back, "refund:1") == 20
    for key in ("refund:1", "another key"):
        with pytest.raises(IntegrityError):
            await db.write(give_back, key)
    assert await balance(db, place, fan(1)) == 30
    charged, refund = await db.read(_last_two)
    assert (refund.reverses_id, refund.earned_at, refund.amount) == (charged.id, None, 20)
    assert (refund.debit_id, refund.credit_id) == (charged.credit_id, charged.debit_id)
    assert (await db.read(ledger.check_books)).sound


def _last_two(rx: Rx) -> list[Transfer]:
    return list(rx.execute(select(Transfer).order_by(col(Transfer.id)).offset(1)).scalars())


async def test_books_that_are_wrong_are_found(db: Database) -> None:
    """A balance that isn't the sum of its transfers is named."""
    place = await shop(db)
    await db.write(pay, place, "prize", 30)

    def forge(tx: Tx) -> int | None:
        account = tx.execute(select(Account).where(col(Account.kind) == AccountKind.MEMBER)).scalar_one()
        account.balance = 31
        return account.id

    forged = await db.write(forge)
    books = await db.read(ledger.check_books)
    assert (books.sound, books.wrong_balances, books.sum_of_all) == (False, (forged,), 0)
    assert not (await db.read(ledger.check_books, place.community_id)).sound
    assert (await db.read(ledger.check_books, 999)).sound


async def test_a_refusal_names_no_values(db: Database) -> None:
    """An error of a hot statement tells the constraint, not what somebody wrote."""
    place = await shop(db)
    await db.write(pay, place, "secret words", 77_123)
    with pytest.raises(IntegrityError) as refused:
        await db.write(pay, place, "secret words", 77_123)
    assert isinstance(refused.value, DBAPIError)
    assert "secret words" not in str(refused.value)
    assert "77123" not in str(refused.value)
    assert "transfer" in str(refused.value)


async def test_a_coupon_is_once_by_its_table_too(db: Database, causes: Causes) -> None:
    """Were the rule to fail, the constraint on a fan's n-th coupon still refuses."""
    place = await shop(db)
    campaign, _ = await offer(db, place, NewCampaign("Silk", 9), causes.next())
    await till(db).claim(act_of(place, fan(1), NOON, causes.next()), campaign)

    def takes_too_much(tx: Tx) -> None:
        tx.execute(text("UPDATE campaign SET taken = stock + 1"))

    def claims_first_again(tx: Tx) -> None:
        tx.execute(
            text(
                "INSERT INTO coupon (community_id, campaign_id, member_id, nth, paid, state, claimed_at) "
                "SELECT community_id, campaign_id, member_id, nth, paid, state, claimed_at FROM coupon"
            )
        )

    for use_case in (takes_too_much, claims_first_again):
        with pytest.raises(IntegrityError):
            await db.write(use_case)


async def test_causes_are_forgotten_after_three_days(db: Database, causes: Causes) -> None:
    """Within three days the first answer is told; then the rows forget it, and the number may come anew."""
    place, checkins, staff = await shop(db), CheckIns(db, POLICIES), Redemption(db)
    campaign, _ = await offer(db, place, NewCampaign("Silk", 9, limit=2), "42:1")
    first = await checkins.check_in(act_of(place, fan(1), NOON, "42:2"))
    claimed = await till(db).claim(act_of(place, fan(1), NOON, "42:3"), campaign)
    assert isinstance(claimed, Claimed)
    await staff.redeem(act_by(place, OWNER.user_id, NOON, "42:4"), claimed.code)
    remembered = "SELECT count(cause) + count(answer) FROM "
    tables = ("check_in", "coupon", "audit_entry")

    async def known() -> list[int]:
        return [(await query(db, remembered + table))[0][0] for table in tables]

    await db.write(causes_.forget, NOON + causes_.KEPT)
    assert await known() == [2, 2, 4]
    assert await checkins.check_in(act_of(place, fan(1), NOON, "42:2")) == first
    await db.write(causes_.forget, NOON + causes_.KEPT + timedelta(microseconds=1))
    assert await known() == [0, 0, 0]
    later = days(4)
    again = await db.write(claim, act_of(place, fan(1), later, "42:3"), campaign, ClaimTools.of(POLICIES, dice(2)))
    assert isinstance(again, Claimed)
    assert again.code != claimed.code


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


async def test_an_old_number_that_comes_anew_is_a_new_update(db: Database) -> None:
    """An update with a number from four days ago is decided, not answered from memory."""
    place, checkins = await shop(db), CheckIns(db, POLICIES)
    first = await checkins.check_in(act_of(place, fan(1), days(0), "42:2"))
    await db.write(causes_.forget, days(4))
    assert await checkins.check_in(act_of(place, fan(1), days(4), "42:2")) != first


async def test_instants_come_back_aware_and_in_utc(db: Database) -> None:
    """Both databases keep an instant to the microsecond, whatever zone it was given in."""
    at = datetime.fromisoformat("2026-11-02T12:00:00.000001+09:00")
    place = await shop(db)
    await db.write(standing, place.community_id, fan(1), at)
    joined = await db.read(lambda rx: rx.execute(select(Member.joined_at)).scalar_one())
    assert joined == at
    assert joined.utcoffset() == timedelta(0)
