"""Check-ins and make-ups."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.act import Sender
from bot.rules.calendar import DAY, day_of, month_of, start_of
from bot.rules.checkins import checkins as rules
from bot.rules.checkins.checkins import (
    CheckedIn,
    CheckInFacts,
    CheckInOutcome,
    CheckInPolicy,
    CoveredDay,
    MadeUp,
    MakeUpOutcome,
    Mended,
)
from bot.rules.place import Place
from bot.rules.streaks import Cover
from bot.store import causes, ledger
from bot.store.engine.db import Database, Tx
from bot.store.engine.hot import Hot
from bot.store.make_ups import unused_mends, use_mend
from bot.store.members import Standing, note, standing
from bot.store.mornings import count_on_card
from bot.store.tables import CheckIn
from bot.store.tables.base import Id

Checks = Callable[[Tx, Place, Sender, datetime, str, CheckInPolicy], CheckInOutcome]

_KNOWN_DAYS = 13
"""Covered days to look at: the make-up window, today, one before, and the days in which an update may come again."""

_COVERS = Hot(
    select(
        col(CheckIn.day),
        col(CheckIn.cover),
        col(CheckIn.length),
        col(CheckIn.milestone),
        col(CheckIn.cause),
        col(CheckIn.answer),
        col(CheckIn.at),
    )
    .where(col(CheckIn.member_id) == bindparam("member_id", type_=Id))
    .order_by(col(CheckIn.day).desc())
    .limit(_KNOWN_DAYS)
)
_COVER = Hot(
    insert(CheckIn).values(
        member_id=bindparam("member_id"),
        day=bindparam("day"),
        cover=bindparam("cover"),
        length=bindparam("length"),
        milestone=bindparam("milestone"),
        coins=bindparam("coins"),
        freeze_month=bindparam("freeze_month"),
        at=bindparam("at"),
        cause=bindparam("cause"),
        answer=bindparam("answer"),
    )
)


class CheckIns:
    """Use cases of check-ins."""

    def __init__(self, db: Database, policy: CheckInPolicy, checks_in: Checks | None = None) -> None:
        """`checks_in` is a flow that does more than this feature's own `check_in`."""
        self._db = db
        self._policy = policy
        self._check_in: Checks = checks_in or check_in

    async def check_in(self, place: Place, sender: Sender, at: datetime, cause: str) -> CheckInOutcome:
        """Check the sender in for the community's day of `at`."""
        return await self._db.write(self._check_in, place, sender, at, cause, self._policy)

    async def make_up(self, place: Place, sender: Sender, at: datetime, cause: str) -> MakeUpOutcome:
        """Make up the oldest missed day that leads back to the sender's streak."""
        return await self._db.write(make_up, place, sender, at, cause, self._policy)


def check_in(tx: Tx, place: Place, sender: Sender, at: datetime, cause: str, policy: CheckInPolicy) -> CheckInOutcome:
    """Check in whoever the sender is."""
    return check_in_as(tx, place, standing(tx, place.community_id, sender, at), at, cause, policy)


def check_in_as(
    tx: Tx, place: Place, member: Standing, at: datetime, cause: str, policy: CheckInPolicy
) -> CheckInOutcome:
    """Decide, cover the day (and a frozen one), pay."""
    rows = tx.rows(_COVERS, member_id=member.member_id)
    told = _told(rows, cause, at)
    if told is not None:
        return causes.from_json(CheckedIn, told)
    today = day_of(at, place.timezone)
    facts = _facts(tx, member, rows, at, place.timezone, policy)
    outcome, new = rules.check_in(facts, today, policy)
    if not isinstance(outcome, CheckedIn):
        return outcome
    for cover in new:
        is_today = cover.day == today
        tx.touch(
            _COVER,
            member_id=member.member_id,
            day=cover.day,
            cover=cover.cover.value,
            length=cover.length,
            milestone=cover.milestone,
            coins=outcome.coins + outcome.bonus if is_today else 0,
            freeze_month=month_of(cover.day) if cover.cover is Cover.FROZEN else None,
            at=at,
            cause=cause if is_today else None,
            answer=causes.to_json(outcome) if is_today else None,
        )
    for reason, coins in (("checkin", outcome.coins), ("bonus", outcome.bonus)):
        if coins:
            ledger.pay(
                tx,
                community_id=place.community_id,
                key=f"{reason}:{member.member_id}:{today}",
                member_account=member.account_id,
                shop=place.shop_account,
                amount=coins,
                reason=reason,
                at=at,
            )
    note(tx, member.member_id, today, "checkin")
    count_on_card(tx, place.community_id, today, at, policy.card_every)
    return outcome


def make_up(tx: Tx, place: Place, sender: Sender, at: datetime, cause: str, policy: CheckInPolicy) -> MakeUpOutcome:
    """Decide, charge, cover the missed day, and count the days after it anew."""
    member = standing(tx, place.community_id, sender, at)
    rows = tx.rows(_COVERS, member_id=member.member_id)
    told = _told(rows, cause, at)
    if told is not None:
        return causes.from_json(MadeUp, told)
    today = day_of(at, place.timezone)
    facts = _facts(tx, member, rows, at, place.timezone, policy)
    decided = rules.make_up(facts, today, policy)
    if not isinstance(decided, Mended):
        return decided
    outcome = decided.outcome
    made_up = decided.changed[0]
    _cover_mended(tx, member, decided, at, cause)
    if outcome.price:
        ledger.charge(
            tx,
            community_id=place.community_id,
            key=f"makeup:{member.member_id}:{made_up.day}",
            member_account=member.account_id,
            shop=place.shop_account,
            amount=outcome.price,
            reason="makeup",
            at=at,
        )
    else:
        use_mend(tx, member.member_id, at - policy.make_up_window, made_up.day)
    return outcome


def mend_free(tx: Tx, place: Place, member: Standing, at: datetime, policy: CheckInPolicy) -> tuple[date, int] | None:
    """Make up the oldest missed day for nothing, as an attended stream does; that day and the streak after it.

    None if nothing is missed, or today isn't checked in yet: then the attended stream keeps this for a week.
    """
    today = day_of(at, place.timezone)
    facts = _facts(tx, member, tx.rows(_COVERS, member_id=member.member_id), at, place.timezone, policy)
    decided = rules.make_up(replace(facts, free_mends=facts.free_mends + 1), today, policy)
    if not isinstance(decided, Mended):
        return None
    _cover_mended(tx, member, decided, at, None)
    return decided.outcome.day, decided.outcome.length


def _cover_mended(tx: Tx, member: Standing, decided: Mended, at: datetime, cause: str | None) -> None:
    made_up, *later = decided.changed
    tx.touch(
        _COVER,
        member_id=member.member_id,
        day=made_up.day,
        cover=made_up.cover.value,
        length=made_up.length,
        milestone=made_up.milestone,
        coins=decided.outcome.price,
        freeze_month=None,
        at=at,
        cause=cause,
        answer=causes.to_json(decided.outcome) if cause is not None else None,
    )
    for cover in later:
        tx.execute(
            update(CheckIn)
            .where(col(CheckIn.member_id) == member.member_id, col(CheckIn.day) == cover.day)
            .values(length=cover.length, milestone=cover.milestone)
        )


def facts_of(session: Session, member: Standing, now: datetime, timezone: str, policy: CheckInPolicy) -> CheckInFacts:
    """What `/me` needs to show a streak, read through any session."""
    rows = session.execute(
        select(CheckIn.day, CheckIn.cover, CheckIn.length, CheckIn.milestone)  # type: ignore[call-overload]
        .where(col(CheckIn.member_id) == member.member_id)
        .order_by(col(CheckIn.day).desc())
        .limit(_KNOWN_DAYS)
    ).all()
    return _facts(session, member, [tuple(row) for row in rows], now, timezone, policy)


def _told(rows: list[tuple[Any, ...]], cause: str, at: datetime) -> str | None:
    for *_, known_cause, answer, known_at in rows:
        if known_cause == cause and at - known_at < causes.KEPT:
            told: str | None = answer
            return told
    return None


def _facts(
    session: Session,
    member: Standing,
    rows: list[tuple[Any, ...]],
    now: datetime,
    timezone: str,
    policy: CheckInPolicy,
) -> CheckInFacts:
    today = day_of(now, timezone)
    covers = tuple(CoveredDay(row[0], Cover(row[1]), row[2], row[3]) for row in reversed(rows))
    done_until = day_of(member.back_since, timezone) if member.back_since is not None else None
    facts = CheckInFacts(covers=covers, balance=member.balance, done_until=done_until)
    if not _has_gap(covers, today):
        return facts
    frozen = session.execute(
        select(col(CheckIn.freeze_month)).where(
            col(CheckIn.member_id) == member.member_id, col(CheckIn.freeze_month).is_not(None)
        )
    ).scalars()
    month = today.replace(day=1)
    make_ups = session.execute(
        select(func.count())
        .select_from(CheckIn)
        .where(
            col(CheckIn.member_id) == member.member_id,
            col(CheckIn.cover) == Cover.MADE_UP,
            col(CheckIn.coins) > 0,
            col(CheckIn.at) >= start_of(month, timezone),
        )
    ).scalar_one()
    return replace(
        facts,
        frozen_months=frozenset(m for m in frozen if m is not None),
        make_ups_this_month=make_ups,
        free_mends=unused_mends(session, member.member_id, now - policy.make_up_window),
    )


def _has_gap(covers: tuple[CoveredDay, ...], today: date) -> bool:
    """Whether any day between the first known cover and `today` is uncovered: only then more need be read."""
    if not covers:
        return False
    # After a change of time zone the last covered day may lie after `today`.
    until = max(today, covers[-1].day + DAY)
    return (until - covers[0].day).days > len(covers)
