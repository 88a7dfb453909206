"""The ledger: a key moves coins once, nobody owes, what is given back is bound to its charge; on both databases."""

import asyncio

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from bot.store import ledger
from bot.store.engine.db import Database
from bot.store.engine.sessions import Rx, Tx
from bot.store.tables import Account, Transfer
from bot.store.tables.ledger import AccountKind
from tests.features.kernel.small_writes import charge, pay
from tests.features.scene import balance, days, everything, fan, shop


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
        return ledger.give_back(
            tx, ledger.TransferHeader(place.community_id, key, "refund", days(1)), charged_key="claim:1"
        )

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
