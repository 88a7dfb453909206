"""Check-ins and make-ups."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import String, bindparam, case, func, insert, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.act import Act, Occasion
from bot.rules.calendar import DAY, day_of, month_of, start_of
from bot.rules.checkins import checkins as rules
from bot.rules.checkins import make_ups
from bot.rules.checkins.checkins import (
    CheckedIn,
    CheckInFacts,
    CheckInOutcome,
    CheckInPolicy,
    CoveredDay,
    MadeUp,
    MakeUpDecision,
    MakeUpOutcome,
)
from bot.rules.notes import Did
from bot.rules.place import Place
from bot.rules.streaks import Cover
from bot.rules.tiers import Tier, TierPolicy
from bot.rules.tiers_ahead import Opens, Rise, Untold
from bot.store import causes, ledger
from bot.store.engine.hot import Hot
from bot.store.engine.sessions import Tx
from bot.store.make_ups import unused_free_make_ups, use_free_make_up
from bot.store.members import Standing, standing
from bot.store.mornings import update_count_on_card
from bot.store.notes import note
from bot.store.tables import CheckIn
from bot.store.tables.base import Id
from bot.store.tiers import When, may_change, set_untold, settle_some, tier_at_act

_KNOWN_DAYS = 13
"""Covered days to look at: the make-up window, today, one before, and the days in which an update may come again."""

_SAME_CAUSE = col(CheckIn.cause) == bindparam("cause", type_=String)
_COVERS = Hot(
    select(
        col(CheckIn.day),
        col(CheckIn.cover),
        col(CheckIn.length),
        col(CheckIn.milestone),
        # Only the answer to this act is wanted, so that thirteen others aren't read.
        case((_SAME_CAUSE, col(CheckIn.answer))),
        case((_SAME_CAUSE, col(CheckIn.at))),
    )
    .where(col(CheckIn.member_id) == bindparam("member_id", type_=Id))
    .order_by(col(CheckIn.day).desc())
    .limit(_KNOWN_DAYS)
)
_COVER = Hot(
    insert(CheckIn).values(
        member_id=bindparam("member_id"),
        community_id=bindparam("community_id"),
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


class _Row(NamedTuple):
    """The columns of `_COVERS`, in their order."""

    day: date
    cover: str
    length: int
    milestone: int
    answer: str | None = None
    """What the act that is done now got as its answer, if it made this row."""
    at: datetime | None = None


Counted = Callable[[Tx, Standing, Act, int], None]
"""(tx, member, act, times) → does what the `times`-th check-in sets off. More than a dozen aren't counted exactly."""


@dataclass(frozen=True, slots=True)
class CheckInTools:
    """What check-ins go by."""

    policy: CheckInPolicy
    tiers: TierPolicy
    opens: Mapping[Tier, Opens]
    """What each tier opens, for who rises."""
    counted: Counted
    """What else a check-in sets off."""


def check_in(tx: Tx, member: Standing, act: Act, tools: CheckInTools) -> CheckInOutcome:
    """Decide, cover the day (and a frozen one), pay. `member` is the act's sender, locked (`standing`).

    The tier before the check-in multiplies its coins. Its deed may raise the tier, which pays from tomorrow on.
    """
    place, at, policy = act.place, act.at, tools.policy
    rows = _known_days(tx, member, act.cause)
    told = _first_answer(rows, act)
    if told is not None:
        return causes.from_json(CheckedIn, told)
    today = day_of(at, place.timezone)
    tier = tier_at_act(tx, place, member, at, tools.tiers)
    percent = tools.tiers.check_in_percent[tier]
    facts = _facts(tx, member, rows, at, place.timezone, policy)
    if (tier, percent) != (facts.tier, facts.tier_percent):
        facts = replace(facts, tier=tier, tier_percent=percent)
    outcome, new = rules.check_in(facts, today, policy)
    if not isinstance(outcome, CheckedIn):
        return outcome
    note(tx, member.member_id, Did.CHECK_IN, Occasion(at, today, act.origin))
    if member.tier_untold is not None or may_change(member, place, today, tools.tiers):
        outcome = _with_news(tx, member, act, outcome, tools)
    for cover in new:
        _cover(tx, member, cover, act, outcome if cover.day == today else None)
    _pay(tx, member, act, today, outcome)
    update_count_on_card(tx, place.community_id, today, at, policy.card_every)
    tools.counted(tx, member, act, 1 + sum(row.cover == Cover.CHECKED for row in rows))
    return outcome


def _with_news(tx: Tx, member: Standing, act: Act, outcome: CheckedIn, tools: CheckInTools) -> CheckedIn:
    """The check-in with the rise that it brought, and with what couldn't be told before."""
    place, tiers = act.place, tools.tiers
    when = When(act.at, outcome.day, told=True)
    settled = settle_some(tx, place, [member.member_id], when, tiers)[member.member_id]
    now, falling = settled.now.tier, settled.falling(outcome.day, tiers)
    risen = now if (settled.rose or member.tier_untold == Untold.RISE) and now is not Tier.NEW else None
    if member.tier_untold is not None:
        set_untold(tx, member.member_id, None)
    tomorrow = now.below if settled.falls_on == outcome.day else now
    return rules.with_news(
        outcome,
        Rise(risen, tools.opens[risen]) if risen is not None else None,
        falling if member.tier_untold == Untold.FALL and risen is None else None,
        tiers.check_in_percent[tomorrow],
        tools.policy,
    )


def _cover(tx: Tx, member: Standing, cover: CoveredDay, act: Act, outcome: CheckedIn | None) -> None:
    """Write one covered day down; the frozen one has no outcome."""
    tx.touch(
        _COVER,
        member_id=member.member_id,
        community_id=act.community_id,
        day=cover.day,
        cover=cover.cover.value,
        length=cover.length,
        milestone=cover.milestone,
        coins=outcome.coins + outcome.bonus if outcome is not None else 0,
        freeze_month=month_of(cover.day) if cover.cover is Cover.FROZEN else None,
        at=act.at,
        cause=act.cause if outcome is not None else None,
        answer=causes.to_json(outcome) if outcome is not None else None,
    )


def add_gift(tx: Tx, member: Standing, outcome: CheckedIn, coins: int, giver: str) -> CheckedIn:
    """The check-in with coins of a gift that it set free, and that are paid.

    It is answered so if it comes again, but without a name: the giver may have their data deleted.
    """
    told = replace(outcome, gift=coins, balance=outcome.balance + coins)
    tx.execute(
        update(CheckIn)
        .where(col(CheckIn.member_id) == member.member_id, col(CheckIn.day) == outcome.day)
        .values(answer=causes.to_json(told))
    )
    return replace(told, giver=giver)


def _pay(tx: Tx, member: Standing, act: Act, today: date, outcome: CheckedIn) -> None:
    zone = act.place.timezone
    for reason, coins in (("checkin", outcome.coins), ("bonus", outcome.bonus)):
        if coins:
            ledger.pay(
                tx,
                ledger.TransferHeader(act.community_id, f"{reason}:{member.member_id}:{today}", reason, act.at, zone),
                member_account=member.account_id,
                shop=act.place.shop_account,
                amount=coins,
            )


def make_up(tx: Tx, act: Act, policy: CheckInPolicy) -> MakeUpOutcome:
    """Decide, charge, cover the missed day, and count the days after it anew."""
    place, at = act.place, act.at
    member = standing(tx, act.community_id, act.sender, at)
    rows = _known_days(tx, member, act.cause)
    told = _first_answer(rows, act)
    if told is not None:
        return causes.from_json(MadeUp, told)
    facts = _facts(tx, member, rows, at, place.timezone, policy)
    decided = make_ups.make_up(facts, day_of(at, place.timezone), policy)
    if not isinstance(decided, MakeUpDecision):
        return decided
    outcome = decided.outcome
    _cover_missed(tx, place, member, decided, at, act.cause)
    if outcome.price:
        ledger.charge(
            tx,
            ledger.TransferHeader(act.community_id, f"makeup:{member.member_id}:{outcome.day}", "makeup", at),
            member_account=member.account_id,
            shop=place.shop_account,
            amount=outcome.price,
        )
    else:
        use_free_make_up(tx, member.member_id, at - policy.make_up_window, outcome.day)
    note(tx, member.member_id, Did.MAKE_UP, act.occasion)
    return outcome


def make_up_free(
    tx: Tx, place: Place, member: Standing, at: datetime, policy: CheckInPolicy
) -> tuple[date, int] | None:
    """Make up the oldest missed day for nothing, as an attended stream does; that day and the streak after it.

    None if nothing is missed, or today isn't checked in yet: then the attended stream keeps this for a week.
    """
    today = day_of(at, place.timezone)
    facts = _facts(tx, member, _known_days(tx, member, None), at, place.timezone, policy)
    decided = make_ups.make_up(replace(facts, free_make_ups=facts.free_make_ups + 1), today, policy)
    if not isinstance(decided, MakeUpDecision):
        return None
    _cover_missed(tx, place, member, decided, at, None)
    return decided.outcome.day, decided.outcome.length


def _cover_missed(
    tx: Tx, place: Place, member: Standing, decided: MakeUpDecision, at: datetime, cause: str | None
) -> None:
    made_up, *later = decided.changed
    tx.touch(
        _COVER,
        member_id=member.member_id,
        community_id=place.community_id,
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
    found = session.execute(
        select(col(CheckIn.day), col(CheckIn.cover), col(CheckIn.length), col(CheckIn.milestone))
        .where(col(CheckIn.member_id) == member.member_id)
        .order_by(col(CheckIn.day).desc())
        .limit(_KNOWN_DAYS)
    )
    return _facts(session, member, [_Row(*row) for row in found], now, timezone, policy)


def _known_days(tx: Tx, member: Standing, cause: str | None) -> list[_Row]:
    """The latest covered days, the newest first."""
    return [_Row(*row) for row in tx.rows(_COVERS, member_id=member.member_id, cause=cause)]


def _first_answer(rows: list[_Row], act: Act) -> str | None:
    """The answer that this act's update got when it came first."""
    for row in rows:
        if row.at is not None and act.at - row.at < causes.KEPT:
            return row.answer
    return None


def _facts(
    session: Session,
    member: Standing,
    rows: list[_Row],
    now: datetime,
    timezone: str,
    policy: CheckInPolicy,
) -> CheckInFacts:
    today = day_of(now, timezone)
    covers = tuple(CoveredDay(row.day, Cover(row.cover), row.length, row.milestone) for row in reversed(rows))
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
        free_make_ups=unused_free_make_ups(session, member.member_id, now - policy.make_up_window),
    )


def _has_gap(covers: tuple[CoveredDay, ...], today: date) -> bool:
    """Whether any day between the first known cover and `today` is uncovered: only then more need be read."""
    if not covers:
        return False
    # After a change of time zone the last covered day may lie after `today`.
    until = max(today, covers[-1].day + DAY)
    return (until - covers[0].day).days > len(covers)
