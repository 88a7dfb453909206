"""What a file of members brings is given to its people, a few lines at a time, and taken back as a whole.

Each line's coins are a transfer under the key of the import and the line: a kill or a second press pays nobody twice.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlmodel import col

from bot.rules.calendar import day_of
from bot.rules.exchange.states import OPEN, LineState
from bot.rules.lots import Lot
from bot.rules.place import Place
from bot.rules.tags import Tagging, TagOrigin
from bot.rules.tiers import ORDER_SHARE, Deed, Tier, TierPolicy
from bot.store import ledger
from bot.store.engine.inserts import insert_into
from bot.store.engine.sessions import Tx
from bot.store.fan_tags import set_tag, take_tag
from bot.store.tables import Account, Activity, Member
from bot.store.tables.base import id_of
from bot.store.tables.exchange import MovedLine
from bot.store.tiers import When, settle_some

REASON = "moved"
"""The reason of a transfer of coins that came with a file."""
RETURNED = "moved back"
JOINED, TAGS, TIER, WAS, SCORE, DAY = "joined_at", "tags", "tier", "was", "score", "day"
"""Keys of what is kept so that a line can be taken back."""
STILL_OPEN = [state.value for state in OPEN]


@dataclass(frozen=True, slots=True)
class Given:
    """What one member was given just now."""

    line_id: int
    member_id: int
    coins: int
    joined: datetime | None
    tier: Tier | None


@dataclass(frozen=True, slots=True)
class _Holder:
    """A member who is given something, or from whom it is taken. They and their account are locked."""

    member_id: int
    account_id: int
    balance: int
    joined_at: datetime
    tier: Tier
    here: bool


def give(tx: Tx, place: Place, meant: Mapping[int, int], now: datetime, policy: TierPolicy) -> list[Given]:
    """Give members what lines bring; `meant` has each line's member. Who has left waits again."""
    holders = _lock(tx, meant.values())
    given: list[Given] = []
    ranked: list[int] = []
    for row in _lock_lines(tx, meant, STILL_OPEN):
        holder = holders.get(meant[id_of(row)])
        if holder is None or not holder.here:
            row.state, row.member_id = LineState.WAITING, None
            continue
        given.append(_give(tx, place, row, holder, now))
        if row.tier is not None or row.score:
            ranked.append(holder.member_id)
    tx.flush()
    if ranked:
        settle_some(tx, place, ranked, When(now, day_of(now, place.timezone), told=True), policy)
    return given


def take_back(tx: Tx, place: Place, line_ids: Sequence[int], now: datetime, policy: TierPolicy) -> None:
    """Take back what lines brought. Coins that are spent stay spent: no balance goes below nought."""
    rows = tx.execute(select(col(MovedLine.id), col(MovedLine.member_id)).where(col(MovedLine.id).in_(line_ids))).all()
    holders = _lock(tx, [member_id for _, member_id in rows if member_id is not None])
    ranked: list[int] = []
    for row in _lock_lines(tx, line_ids, [LineState.GIVEN.value]):
        holder = holders.get(row.member_id or 0)
        if holder is not None:
            row.returned = _take_coins(tx, place, row, holder.account_id, now)
            if _take_rest(tx, row, holder):
                ranked.append(holder.member_id)
        row.state = LineState.RETURNED
        row.before = None
    tx.flush()
    if ranked:
        settle_some(tx, place, ranked, When(now, day_of(now, place.timezone), told=True), policy)


def _lock(tx: Tx, member_ids: Iterable[int]) -> dict[int, _Holder]:
    """The members with their accounts, locked in the order in which every other act locks several accounts."""
    rows: Any = tx.execute(
        select(
            col(Member.id),
            col(Account.id).label("account_id"),
            col(Account.balance),
            col(Member.joined_at),
            col(Member.tier),
            col(Member.left_at),
            col(Member.user_id),
        )
        .join(Account, col(Account.member_id) == col(Member.id))
        .where(col(Member.id).in_(sorted(set(member_ids))))
        .order_by(col(Account.id))
        .with_for_update(of=(Account, Member), key_share=True)
    ).all()
    return {
        row.id: _Holder(
            row.id,
            row.account_id,
            row.balance,
            row.joined_at,
            Tier(row.tier),
            row.left_at is None and row.user_id > 0,
        )
        for row in rows
    }


def _lock_lines(tx: Tx, line_ids: Collection[int], states: Sequence[str]) -> Sequence[MovedLine]:
    """Those of the lines that are still in one of these states."""
    return (
        tx.execute(
            select(MovedLine)
            .where(col(MovedLine.id).in_(list(line_ids)), col(MovedLine.state).in_(states))
            .order_by(col(MovedLine.id))
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        .scalars()
        .all()
    )


def _give(tx: Tx, place: Place, row: MovedLine, holder: _Holder, now: datetime) -> Given:
    """Coins count as earned today: their year begins when their owner can spend them. No board of the month shows
    them."""
    if row.points:
        header = ledger.TransferHeader(place.community_id, _key(row), REASON, now)
        ledger.pay(tx, header, member_account=holder.account_id, shop=place.shop_account, amount=row.points)
    before: dict[str, Any] = {}
    joined = row.joined_at if row.joined_at is not None and row.joined_at < holder.joined_at else None
    if joined is not None:
        before[JOINED] = holder.joined_at.isoformat()
        _change(tx, holder.member_id, joined_at=joined)
    tagging = [Tagging(tag, TagOrigin.FILE) for tag in row.tags]
    new = [one.tag for one in tagging if set_tag(tx, place.community_id, holder.member_id, one, now)]
    if new:
        before[TAGS] = new
    tier = _rank(tx, row, holder, day_of(now, place.timezone), before)
    row.state, row.member_id, row.given_at, row.before = LineState.GIVEN, holder.member_id, now, before
    row.user_id, row.username, row.name, row.until = None, None, "", None
    return Given(id_of(row), holder.member_id, row.points, joined, tier)


def _rank(tx: Tx, row: MovedLine, holder: _Holder, today: date, before: dict[str, Any]) -> Tier | None:
    """Add the points of a tier, and raise the tier to the file's. The tier that they brought; None: none."""
    if row.score:
        _add_score(tx, holder.member_id, today, row.score)
        before |= {SCORE: row.score, DAY: today.isoformat()}
    brought = Tier(row.tier) if row.tier is not None else None
    if brought is None or brought.step <= holder.tier.step:
        return brought
    before |= {TIER: brought.value, WAS: holder.tier.value}
    _change(tx, holder.member_id, tier=brought.value, tier_settled_on=today)
    return brought


def _add_score(tx: Tx, member_id: int, day: date, score: int) -> None:
    kind = Deed.BROUGHT.value
    tx.execute(
        insert_into(tx, Activity)
        .values(member_id=member_id, day=day, kind=kind, times=score)
        .on_conflict_do_update(
            index_elements=[col(Activity.member_id), col(Activity.day), col(Activity.kind)],
            set_={"times": col(Activity.times) + score},
        )
    )


def _take_coins(tx: Tx, place: Place, row: MovedLine, account_id: int, now: datetime) -> int:
    """Take back as many of a line's coins as are there; how many. They go as of the day on which they came."""
    if not row.points or row.given_at is None:
        return 0
    balance = tx.execute(select(col(Account.balance)).where(col(Account.id) == account_id)).scalar_one() or 0
    coins = min(balance, row.points)
    if coins:
        header = ledger.TransferHeader(place.community_id, f"{_key(row)}:back", RETURNED, now)
        lot = Lot(row.given_at, coins)
        ledger.hand_on(tx, header, member_account=account_id, escrow=place.shop_account, amount=coins, earned=[lot])
    return int(coins)


def _take_rest(tx: Tx, row: MovedLine, holder: _Holder) -> bool:
    """Take back dates, tags and points of the tier, as far as nothing else changed them since; whether tiers may
    change."""
    before = row.before or {}
    for tag in before.get(TAGS, ()):
        take_tag(tx, holder.member_id, tag)
    if JOINED in before and row.joined_at == holder.joined_at:
        _change(tx, holder.member_id, joined_at=datetime.fromisoformat(before[JOINED]))
    if SCORE in before:
        mine = (
            col(Activity.member_id) == holder.member_id,
            col(Activity.day) == date.fromisoformat(before[DAY]),
            col(Activity.kind) == Deed.BROUGHT.value,
        )
        tx.execute(delete(Activity).where(*mine, col(Activity.times) <= before[SCORE]))
        tx.execute(update(Activity).where(*mine).values(times=col(Activity.times) - before[SCORE]))
    if TIER in before and holder.tier is Tier(before[TIER]):
        _change(tx, holder.member_id, tier=before[WAS])
    return SCORE in before or TIER in before


def _change(tx: Tx, member_id: int, **values: Any) -> None:
    tx.execute(
        update(Member).where(col(Member.id) == member_id).values(**values).execution_options(synchronize_session=False)
    )


def _key(row: MovedLine) -> str:
    return f"moved:{row.import_id}:{row.line}"


def least_score(tier: Tier, policy: TierPolicy) -> int:
    """Thousandths of points with which a tier begins: what a tier without points is worth."""
    return policy.begins[tier] * ORDER_SHARE
