"""Whether a missed day can be made up, and if not, why. What can't be made up isn't offered."""

from dataclasses import replace
from datetime import date, timedelta

from bot.rules.checkins.checkins import (
    CheckedIn,
    CheckInFacts,
    CheckInFirst,
    CheckInPolicy,
    MadeUp,
    MakeUpDecision,
    MakeUpOutcome,
    MakeUpsUsed,
    MissedTooLong,
    NothingToMakeUp,
    TooFewCoins,
    check_in,
    find_restorable,
    is_whole,
    missed_days,
    newest_gap_of,
    with_made_up_day,
)


def make_up(facts: CheckInFacts, today: date, policy: CheckInPolicy) -> MakeUpOutcome | MakeUpDecision:
    """Decide the make-up of the oldest missed day that leads back to a streak.

    The oldest day comes first, because it is the first that can't be made up any more.
    """
    if not facts.covers or facts.covers[-1].day < today:
        return _before_check_in(facts, today, policy)
    today = facts.covers[-1].day
    target = find_restorable(facts, today, policy)
    if target is None:
        return _why_none(facts, today, policy)
    if facts.balance < target.price:
        return TooFewCoins(target.price, facts.balance)
    day = target.missed[0]
    covers = with_made_up_day(facts.covers, day)
    free = target.price == 0
    after = replace(
        facts,
        covers=covers,
        make_ups_this_month=facts.make_ups_this_month + (not free),
        free_make_ups=facts.free_make_ups - free,
        balance=facts.balance - target.price,
    )
    outcome = MadeUp(day, target.price, after.balance, covers[-1].length, find_restorable(after, today, policy))
    return MakeUpDecision(outcome, tuple(c for c in covers if c.day >= day))


def _before_check_in(facts: CheckInFacts, today: date, policy: CheckInPolicy) -> MakeUpOutcome:
    """Who isn't checked in today hears that this comes first, unless nothing could be made up then."""
    outcome, new = check_in(facts, today, policy)
    if not isinstance(outcome, CheckedIn) or outcome.frozen is not None or outcome.restorable is not None:
        return CheckInFirst()
    why = _why_none(replace(facts, covers=(*facts.covers, *new)), today, policy)
    return replace(why, checked_in=False) if isinstance(why, MissedTooLong) else why


def _why_none(facts: CheckInFacts, today: date, policy: CheckInPolicy) -> MakeUpOutcome:
    """Why no make-up leads back to an older streak. Today is checked in."""
    length, days = facts.covers[-1].length, policy.make_up_window.days
    missed = missed_days(facts.covers, today, policy)
    if not missed:
        return NothingToMakeUp(length, days)
    gap = newest_gap_of(missed)
    if not is_whole(gap, facts.covers):
        return MissedTooLong(length, days, checked_in=True)
    left = facts.free_make_ups + max(0, len(policy.make_up_prices) - facts.make_ups_this_month)
    if left:
        return MissedTooLong(length, days, checked_in=True, missed=len(gap), left=left)
    next_month = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    return MakeUpsUsed(len(policy.make_up_prices), in_time=gap[0] >= next_month - policy.make_up_window)
