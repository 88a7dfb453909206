"""The rows of exports, a page at a time by row id: no read is long, and no more than a page is in memory."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from bot.rules.calendar import day_of
from bot.rules.currencies import decimals_of
from bot.rules.exchange.states import ExportKind
from bot.rules.place import Place
from bot.rules.segments import BadSegment, read_segment
from bot.rules.tiers import ORDER_SHARE, POINT, TierPolicy, score
from bot.store.engine.sessions import Rx, Tx
from bot.store.segments import conditions_of
from bot.store.tables import (
    Account,
    ActiveDay,
    Member,
    Order,
    Person,
    Source,
    Transfer,
)
from bot.store.tables.ledger import AccountKind
from bot.store.tables.posts import Post, Sending, SendingState
from bot.store.tables.tags import FanTag
from bot.store.tiers import When, settle_some


@dataclass(frozen=True, slots=True)
class Word:
    """A cell whose text is said in the reader's language: the block of the words, and what it is about."""

    block: str
    about: str


Cell = str | int | float | datetime | date | Word | None
"""Instants are in UTC: whoever writes them down says them by the shop's clock."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, in the order of the kind's columns."""

    rows: Sequence[Sequence[Cell]]
    after: int | None
    """Where the next page begins; None: this was the last one."""


@dataclass(frozen=True, slots=True)
class Query:
    """Which rows."""

    place: Place
    now: datetime
    segment: str
    tiers: TierPolicy
    limit: int


def fans(session: Rx | Tx, query: Query, after: int) -> Page:
    """Fans with what they hold. Without a segment those who left are among them: their coins are theirs."""
    place, limit = query.place, query.limit
    which: Any = [col(Member.community_id) == place.community_id, col(Member.user_id) > 0]
    if query.segment:
        segment = read_segment(query.segment)
        if isinstance(segment, BadSegment):
            return Page((), None)
        which = conditions_of(session, place, segment, query.now)
    rows: Any = session.execute(
        select(
            col(Member.id),
            col(Member.user_id),
            col(Person.username),
            col(Person.name),
            col(Account.balance),
            col(Member.joined_at),
            col(Source.name).label("source"),
            col(Member.left_at),
        )
        .join(Person, col(Person.user_id) == col(Member.user_id))
        .join(Account, col(Account.member_id) == col(Member.id))
        .outerjoin(Source, col(Source.id) == col(Member.source_id))
        .where(*which, col(Member.id) > after)
        .order_by(col(Member.id))
        .limit(limit)
    ).all()
    ids = [row.id for row in rows]
    today = day_of(query.now, place.timezone)
    settled = settle_some(session, place, ids, When(query.now, today), query.tiers)
    tags, active, spent = _tags(session, ids), _last_active(session, ids), _spent(session, place, ids)
    return Page(
        [
            (
                row.user_id,
                row.username,
                row.name,
                row.balance,
                row.joined_at,
                ", ".join(tags.get(row.id, ())),
                Word("tier_word", settled[row.id].now.tier.value),
                score(settled[row.id].sums, today) // (POINT // ORDER_SHARE) / ORDER_SHARE,
                row.source,
                spent.get(row.id, 0),
                active.get(row.id),
                row.left_at,
            )
            for row in rows
        ],
        ids[-1] if len(ids) == limit else None,
    )


def _tags(session: Session, ids: Sequence[int]) -> Mapping[int, list[str]]:
    found: dict[int, list[str]] = {}
    rows = session.execute(
        select(col(FanTag.member_id), col(FanTag.tag))
        .where(col(FanTag.member_id).in_(ids))
        .order_by(col(FanTag.tag_key))
    )
    for member_id, tag in rows:
        found.setdefault(member_id, []).append(tag)
    return found


def _last_active(session: Session, ids: Sequence[int]) -> Mapping[int, date]:
    rows = session.execute(
        select(col(ActiveDay.member_id), func.max(col(ActiveDay.day)))
        .where(col(ActiveDay.member_id).in_(ids))
        .group_by(col(ActiveDay.member_id))
    ).all()
    return dict(rows)


def _spent(session: Session, place: Place, ids: Sequence[int]) -> Mapping[int, float | int]:
    """What orders in the shop's currency brought."""
    rows = session.execute(
        select(col(Order.member_id), func.sum(col(Order.value) - col(Order.refunded)))
        .where(col(Order.member_id).in_(ids), col(Order.currency) == place.currency)
        .group_by(col(Order.member_id))
    ).all()
    return {member_id: _major(int(sum_), place.currency) for member_id, sum_ in rows if member_id is not None}


def orders(session: Session, query: Query, after: int) -> Page:
    """Orders, whoever they belong to."""
    rows: Any = session.execute(
        select(Order.__table__, col(Member.user_id), col(Person.name))  # type: ignore[attr-defined]
        .outerjoin(Member, and_(col(Member.id) == col(Order.member_id), col(Member.user_id) > 0))
        .outerjoin(Person, col(Person.user_id) == col(Member.user_id))
        .where(col(Order.community_id) == query.place.community_id, col(Order.id) > after)
        .order_by(col(Order.id))
        .limit(query.limit)
    ).all()
    return Page(
        [
            (
                row.ref,
                row.at,
                _major(row.value, row.currency),
                _major(row.refunded, row.currency),
                row.currency,
                Word("order_state", row.state),
                row.user_id,
                row.name,
                Word("known_word", row.belongs),
            )
            for row in rows
        ],
        rows[-1].id if len(rows) == query.limit else None,
    )


def coins(session: Session, query: Query, after: int) -> Page:
    """All that came to fans' purses or left them, a row for each transfer and fan."""
    debit, credit = aliased(Account), aliased(Account)
    giver, taker = aliased(Member), aliased(Member)
    gave, took = aliased(Person), aliased(Person)
    rows: Any = session.execute(
        select(
            Transfer.__table__,  # type: ignore[attr-defined]
            col(giver.user_id).label("giver_id"),
            col(gave.name).label("giver"),
            col(taker.user_id).label("taker_id"),
            col(took.name).label("taker"),
            (col(debit.kind) == AccountKind.MEMBER.value).label("left"),
            (col(credit.kind) == AccountKind.MEMBER.value).label("came"),
        )
        .join(debit, col(debit.id) == col(Transfer.debit_id))
        .join(credit, col(credit.id) == col(Transfer.credit_id))
        .outerjoin(giver, and_(col(giver.id) == col(debit.member_id), col(giver.user_id) > 0))
        .outerjoin(taker, and_(col(taker.id) == col(credit.member_id), col(taker.user_id) > 0))
        .outerjoin(gave, col(gave.user_id) == col(giver.user_id))
        .outerjoin(took, col(took.user_id) == col(taker.user_id))
        .where(
            col(Transfer.community_id) == query.place.community_id,
            col(Transfer.id) > after,
            or_(col(debit.kind) == AccountKind.MEMBER.value, col(credit.kind) == AccountKind.MEMBER.value),
        )
        .order_by(col(Transfer.id))
        .limit(query.limit)
    ).all()
    told: list[Sequence[Cell]] = []
    for row in rows:
        reason = Word("coin_reason", row.reason)
        if row.left:
            told.append((row.made_at, row.giver_id, row.giver, -row.amount, reason, None))
        if row.came:
            told.append((row.made_at, row.taker_id, row.taker, row.amount, reason, row.earned_at))
    return Page(told, rows[-1].id if len(rows) == query.limit else None)


def posts(session: Session, query: Query, after: int) -> Page:
    """Posts with how often they were sent."""
    rows: Any = session.execute(
        select(Post.__table__)  # type: ignore[attr-defined]
        .where(col(Post.community_id) == query.place.community_id, col(Post.id) > after)
        .order_by(col(Post.id))
        .limit(query.limit)
    ).all()
    sent = _sent(session, [row.id for row in rows])
    return Page(
        [
            (
                row.number,
                _text(row.content) if row.content is not None else Word("starter", row.starter or ""),
                row.pillar,
                Word("yes_no", "yes" if row.on_shelf else "no"),
                row.valid_from,
                row.valid_until,
                row.made_at,
                *sent.get(row.id, (0, None)),
            )
            for row in rows
        ],
        rows[-1].id if len(rows) == query.limit else None,
    )


def _sent(session: Session, ids: Sequence[int]) -> Mapping[int, tuple[int, datetime | None]]:
    """How often posts were sent, and when last."""
    states = [SendingState.TELLING.value, SendingState.DONE.value]
    rows = session.execute(
        select(col(Sending.post_id), func.count(), func.max(col(Sending.due_at)))
        .where(col(Sending.post_id).in_(ids), col(Sending.state).in_(states))
        .group_by(col(Sending.post_id))
    ).all()
    return {post_id: (times, last) for post_id, times, last in rows}


def _text(content: Mapping[str, Any]) -> str:
    poll = content.get("poll")
    return str(content.get("text") or (poll or {}).get("question") or "")


def _major(minor: int, currency: str) -> float | int:
    """An amount in the currency's own unit."""
    decimals = decimals_of(currency)
    return minor / 10**decimals if decimals else minor


PAGES: Mapping[ExportKind, Callable[[Rx | Tx, Query, int], Page]] = {
    ExportKind.FANS: fans,
    ExportKind.ORDERS: orders,
    ExportKind.COINS: coins,
    ExportKind.POSTS: posts,
}
"""What reads a page of each kind: (session, query, the last row's id before) → a page."""
