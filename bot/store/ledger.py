"""Coins: transfers between two accounts, once per reason key, and balances that follow them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    Integer,
    Select,
    String,
    Subquery,
    bindparam,
    case,
    func,
    insert,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.calendar import day_of, month_of
from bot.rules.lots import Lot, lots_in_purse
from bot.store.engine.hot import Hot
from bot.store.engine.sessions import Tx
from bot.store.tables import Account, Transfer
from bot.store.tables.base import id_of
from bot.store.tables.ledger import OF_A_SHOP, AccountKind

CAME_BACK = "packet back"
"""The reason of coins that come back to the fan who gave them: they were earned before, and not once more."""

_SHOP = Hot(
    select(col(Account.id)).where(
        col(Account.community_id) == bindparam("community_id"),
        col(Account.kind) == AccountKind.SHOP.value,
        OF_A_SHOP,
    )
)
_TRANSFER = Hot(
    insert(Transfer).values(
        community_id=bindparam("community_id"),
        key=bindparam("key"),
        debit_id=bindparam("debit_id"),
        credit_id=bindparam("credit_id"),
        amount=bindparam("amount"),
        reason=bindparam("reason"),
        made_at=bindparam("made_at"),
        earned_at=bindparam("earned_at"),
        reverses_id=bindparam("reverses_id"),
    )
)
_BALANCE = Hot(
    update(Account)
    .where(col(Account.id) == bindparam("account_id"))
    .values(balance=col(Account.balance) + bindparam("change", type_=Integer))
)
_MONTH, _COUNTED = bindparam("month", type_=String), bindparam("counted", type_=Integer)
_FIRST_OF_MONTH = or_(col(Account.earned_month).is_(None), col(Account.earned_month) < _MONTH)
_EARN = Hot(
    update(Account)
    .where(col(Account.id) == bindparam("account_id"))
    .values(
        balance=col(Account.balance) + bindparam("change", type_=Integer),
        earned=case(
            (_FIRST_OF_MONTH, _COUNTED),
            (col(Account.earned_month) == _MONTH, col(Account.earned) + _COUNTED),
            else_=col(Account.earned),  # coins of a month that is over, paid late
        ),
        earned_month=case((_FIRST_OF_MONTH, _MONTH), else_=col(Account.earned_month)),
    )
)


@dataclass(frozen=True, slots=True)
class TransferHeader:
    """What is written with each transfer of coins, besides the accounts and the amount."""

    community_id: int
    key: str
    """What the coins are for, as `claim:5`: a community has each key once, so nothing is paid twice."""
    reason: str
    """The kind of the transfer, as `claim`."""
    at: datetime
    timezone: str | None = None
    """The shop's zone. With it, coins that a member earns count for the month's board; without it they don't."""


@dataclass(frozen=True, slots=True)
class Books:
    """The ledger's own check. All three lists are empty and the sum is nought in a sound one."""

    sum_of_all: int
    wrong_balances: tuple[int, ...]
    """Accounts whose stored balance isn't the sum of their transfers."""
    negative: tuple[int, ...]
    transfers: int
    held_by_fans: int

    @property
    def sound(self) -> bool:
        """Whether every coin is accounted for."""
        return self.sum_of_all == 0 and not self.wrong_balances and not self.negative


def shop_account(tx: Tx, community_id: int) -> int:
    """The account that a shop's coins come from and go back to; it is made with the community."""
    row = tx.row(_SHOP, community_id=community_id)
    if row is None:
        raise LookupError(f"community {community_id} has no shop account")
    return int(row[0])


def open_escrow(tx: Tx, community_id: int) -> int:
    """An account of its own for coins that wait to be handed out: whoever opens it empties it."""
    return _open(tx, community_id, AccountKind.ESCROW)


def lapse_account(tx: Tx, community_id: int) -> int:
    """The account that a shop's lapsed coins go to; it is made with the first of them.

    The caller holds the shop's lock (`places.lock_shop`), or works alone for it: two at once would meet the constraint.
    """
    found = tx.execute(
        select(col(Account.id)).where(
            col(Account.community_id) == community_id, col(Account.kind) == AccountKind.LAPSE.value, OF_A_SHOP
        )
    ).scalar()
    return int(found) if found is not None else _open(tx, community_id, AccountKind.LAPSE)


def _open(tx: Tx, community_id: int, kind: AccountKind) -> int:
    account = Account(community_id=community_id, kind=kind)
    tx.add(account)
    tx.flush()
    return id_of(account)


def shift(tx: Tx, header: TransferHeader, *, debit: int, credit: int, amount: int) -> None:
    """Coins between two accounts that are no fan's (the shop's and an escrow): no balance follows."""
    _move(tx, header, (debit, credit), amount)


def pay(
    tx: Tx, header: TransferHeader, *, member_account: int, shop: int, amount: int, earned: Sequence[Lot] = ()
) -> None:
    """Coins from the shop (or an escrow) to a member, earned when they are posted.

    A key paid before raises `IntegrityError`. `earned` are the lots of coins that another fan gave: they keep their
    dates, in a transfer for each lot.
    """
    if earned:
        for part, lot in _parts(header, amount, earned):
            _move(tx, part, (shop, member_account), lot.coins, lot.earned_at)
    else:
        _move(tx, header, (shop, member_account), amount, header.at)
    if header.timezone is None:
        tx.touch(_BALANCE, account_id=member_account, change=amount)
        return
    if not earned:
        newest, counted = month_of(day_of(header.at, header.timezone)), amount
    else:
        by_month = [(month_of(day_of(lot.earned_at, header.timezone)), lot.coins) for lot in earned]
        newest = max(month for month, _ in by_month)
        counted = sum(coins for month, coins in by_month if month == newest)
    tx.touch(_EARN, account_id=member_account, change=amount, month=newest, counted=counted)


def charge(tx: Tx, header: TransferHeader, *, member_account: int, shop: int, amount: int) -> None:
    """Coins from a member to the shop (or the lapsed): spent. More than they have raises `IntegrityError`."""
    _move(tx, header, (member_account, shop), amount)
    tx.touch(_BALANCE, account_id=member_account, change=-amount)


def hand_on(
    tx: Tx, header: TransferHeader, *, member_account: int, escrow: int, amount: int, earned: Sequence[Lot]
) -> None:
    """Coins of these lots from a member to an escrow, for other fans: they aren't spent, and keep their dates.

    More than the member has raises `IntegrityError`.
    """
    for part, lot in _parts(header, amount, earned):
        _move(tx, part, (member_account, escrow), lot.coins, lot.earned_at)
    tx.touch(_BALANCE, account_id=member_account, change=-amount)


def dated(
    accounts: Iterable[int] | BindParameter[int], since: datetime | BindParameter[datetime] | None = None
) -> Subquery:
    """Coins of members' accounts by the instant at which they were earned: `account_id`, `earned_at`, `coins`.

    Coins that were handed on are negative. A statement that is compiled once names one account by a parameter.
    """
    earned_at = col(Transfer.earned_at)
    which = earned_at.is_not(None) if since is None else earned_at >= since
    ids = accounts if isinstance(accounts, BindParameter) else list(accounts)

    def way(side: Any, coins: Any) -> Select[Any]:
        columns: tuple[Any, ...] = (side.label("account_id"), earned_at.label("earned_at"), coins.label("coins"))
        return select(*columns).where(side == ids if isinstance(ids, BindParameter) else side.in_(ids), which)

    amount = col(Transfer.amount)
    return union_all(way(col(Transfer.credit_id), amount), way(col(Transfer.debit_id), -amount)).subquery()


def lots_of(session: Session, account_id: int, balance: int, timezone: str) -> tuple[Lot, ...]:
    """What a member's purse holds by the month in which it was earned, the oldest first."""
    found = dated([account_id])
    rows: Any = session.execute(select(found.c.earned_at, found.c.coins)).all()
    return lots_in_purse(balance, rows, timezone)


def _parts(header: TransferHeader, amount: int, earned: Sequence[Lot]) -> Iterator[tuple[TransferHeader, Lot]]:
    """Each lot's transfer: the first has the header's own key, the others `key+2` and so on."""
    if sum(lot.coins for lot in earned) != amount:
        raise ValueError(f"{amount} coins aren't these lots: {earned}")
    for nth, lot in enumerate(earned, start=1):
        yield header if nth == 1 else replace(header, key=f"{header.key}+{nth}"), lot


def give_back(tx: Tx, header: TransferHeader, charged_key: str) -> int:
    """Reverse a charge: the same coins back to the same member, as negative spending; how many."""
    charged = tx.execute(
        select(Transfer).where(col(Transfer.community_id) == header.community_id, col(Transfer.key) == charged_key)
    ).scalar_one()
    _move(tx, header, (charged.credit_id, charged.debit_id), charged.amount, reverses_id=charged.id)
    tx.touch(_BALANCE, account_id=charged.debit_id, change=charged.amount)
    return charged.amount


def take_back(tx: Tx, header: TransferHeader, paid_key: str) -> int:
    """Reverse a payment to a member as if it had never been earned; how many coins. They must still hold them.

    The reversal has the date on which the coins were earned, so that what lapses stays right.
    """
    paid = tx.execute(
        select(Transfer).where(col(Transfer.community_id) == header.community_id, col(Transfer.key) == paid_key)
    ).scalar_one()
    _move(tx, header, (paid.credit_id, paid.debit_id), paid.amount, paid.earned_at, reverses_id=paid.id)
    month = None
    if header.timezone is not None and paid.earned_at is not None:
        month = month_of(day_of(paid.earned_at, header.timezone))
    of_month = col(Account.earned_month) == month
    tx.execute(
        update(Account)
        .where(col(Account.id) == paid.credit_id)
        .values(
            balance=col(Account.balance) - paid.amount,
            earned=case((of_month, col(Account.earned) - paid.amount), else_=col(Account.earned)),
        )
        .execution_options(synchronize_session=False)
    )
    return paid.amount


def _move(
    tx: Tx,
    header: TransferHeader,
    accounts: tuple[int, int],
    amount: int,
    earned_at: datetime | None = None,
    reverses_id: int | None = None,
) -> None:
    """Write one transfer from the first of the accounts to the second."""
    debit_id, credit_id = accounts
    tx.touch(
        _TRANSFER,
        community_id=header.community_id,
        key=header.key,
        debit_id=debit_id,
        credit_id=credit_id,
        amount=amount,
        reason=header.reason,
        made_at=header.at,
        earned_at=earned_at,
        reverses_id=reverses_id,
    )


def check_books(session: Session, community_id: int | None = None) -> Books:
    """Add everything up again, for one community or for all."""
    gained = (
        select(col(Transfer.credit_id).label("account_id"), func.sum(Transfer.amount).label("coins"))
        .group_by(col(Transfer.credit_id))
        .subquery()
    )
    lost = (
        select(col(Transfer.debit_id).label("account_id"), func.sum(Transfer.amount).label("coins"))
        .group_by(col(Transfer.debit_id))
        .subquery()
    )
    net = func.coalesce(gained.c.coins, 0) - func.coalesce(lost.c.coins, 0)
    joined = (
        select(Account)
        .outerjoin(gained, gained.c.account_id == Account.id)
        .outerjoin(lost, lost.c.account_id == Account.id)
    )
    count = select(func.count(col(Transfer.id)))
    if community_id is not None:
        joined = joined.where(col(Account.community_id) == community_id)
        count = count.where(col(Transfer.community_id) == community_id)
    # Added up in the database: a hundred thousand rows read here would hold the loop up.
    member = col(Account.kind) == AccountKind.MEMBER.value
    sums = joined.with_only_columns(func.sum(net), func.sum(case((member, net), else_=0)), maintain_column_froms=True)
    total, held = session.execute(sums).one()
    wrong = joined.with_only_columns(col(Account.id)).where(member, col(Account.balance) != net)
    negative = joined.with_only_columns(col(Account.id)).where(member, col(Account.balance) < 0)
    return Books(
        sum_of_all=int(total or 0),
        wrong_balances=_ids(session, wrong),
        negative=_ids(session, negative),
        transfers=session.execute(count).scalar_one(),
        held_by_fans=int(held or 0),
    )


def _ids(session: Session, accounts: Select[Any]) -> tuple[int, ...]:
    return tuple(session.execute(accounts.order_by(col(Account.id))).scalars())
