"""Check-ins: a day's pay, the streak, the month's freeze and paid make-ups.

A day is *covered* when it was checked in, made up or frozen. The streak's length is the number of
checked-in and made-up days since the last uncovered day; a frozen day holds the streak and doesn't count.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise

from bot.rules.calendar import DAY, month_of
from bot.rules.outcome import Outcome
from bot.rules.streaks import Cover, Restorable


@dataclass(frozen=True, slots=True)
class CheckInPolicy:
    """What a check-in pays and how missed days are made up. Coins are whole numbers."""

    ladder: tuple[int, ...] = (5, 6, 8, 10, 12, 15, 20)
    """Coins by the streak's length, from 1; the last step holds beyond."""
    bonuses: tuple[tuple[int, int], ...] = ((7, 50), (30, 50), (100, 50))
    """(length, coins) paid once a run, not multiplied by the tier."""
    make_up_prices: tuple[int, ...] = (20, 40, 80)
    """Coins for the first, second and third make-up paid in a calendar month."""
    make_up_window: timedelta = timedelta(days=7)
    """How old a missed day may be to be made up."""
    card_every: timedelta = timedelta(seconds=10)
    """The morning card counts at most this often: other cards of the group want their edits too."""


@dataclass(frozen=True, slots=True)
class CoveredDay:
    """One covered day, with the streak as it stood at its end."""

    day: date
    cover: Cover
    length: int
    """Checked-in and made-up days of the run, this day included."""
    milestone: int = 0
    """The longest length of this run for which a bonus was paid; 0 for none."""


@dataclass(frozen=True, slots=True)
class CheckInFacts:
    """What is known of a member when they check in or make up a day."""

    covers: tuple[CoveredDay, ...]
    """The latest covered days, oldest first: at least all in the make-up window and one before it."""
    frozen_months: frozenset[str] = frozenset()
    """Months (`YYYY-MM`) whose freeze is used, of those that the covers reach."""
    make_ups_this_month: int = 0
    """Make-ups paid in the calendar month of `today`."""
    balance: int = 0
    tier_percent: int = 100
    free_make_ups: int = 0
    """Attended streams that can make up a day for nothing."""
    done_until: date | None = None
    """The day on which someone who came back had their data deleted: up to it nothing is paid again."""


@dataclass(frozen=True, slots=True)
class CheckedIn(Outcome, name="checkins.CheckedIn"):
    """The day's check-in, paid."""

    day: date
    coins: int
    """By ladder and tier, without the bonus."""
    bonus: int
    length: int
    milestone: int
    balance: int
    tomorrow: int
    frozen: date | None = None
    """The missed day that the month's freeze closed, if any."""
    restorable: Restorable | None = None


@dataclass(frozen=True, slots=True)
class AlreadyCheckedIn(Outcome, name="checkins.AlreadyCheckedIn"):
    """Today is checked in."""

    length: int
    tomorrow: int
    balance: int
    restorable: Restorable | None = None


@dataclass(frozen=True, slots=True)
class StartsTomorrow(Outcome, name="checkins.StartsTomorrow"):
    """The fan had their data deleted today: whether they checked in before can't be told, so the day counts as done."""

    tomorrow: int


@dataclass(frozen=True, slots=True)
class MadeUp(Outcome, name="checkins.MadeUp"):
    """A missed day was made up."""

    day: date
    price: int
    balance: int
    length: int
    """The streak as of today."""
    restorable: Restorable | None = None


@dataclass(frozen=True, slots=True)
class NothingToMakeUp(Outcome, name="checkins.NothingToMakeUp"):
    """No missed day within reach."""

    length: int
    days: int
    """How many days back a missed day can be made up."""


@dataclass(frozen=True, slots=True)
class CheckInFirst(Outcome, name="checkins.CheckInFirst"):
    """Make-ups come after today's check-in, whose freeze may close a day for nothing."""


@dataclass(frozen=True, slots=True)
class MakeUpsUsed(Outcome, name="checkins.MakeUpsUsed"):
    """This month's make-ups are spent."""

    limit: int


@dataclass(frozen=True, slots=True)
class TooFewCoins(Outcome, name="checkins.TooFewCoins"):
    """The make-up costs more than the member has."""

    price: int
    balance: int


CheckInOutcome = CheckedIn | AlreadyCheckedIn | StartsTomorrow
MakeUpOutcome = MadeUp | NothingToMakeUp | CheckInFirst | MakeUpsUsed | TooFewCoins


@dataclass(frozen=True, slots=True)
class StreakNow:
    """A member's streak as seen on a day."""

    length: int
    checked_in: bool
    tomorrow: int
    """What the next check-in pays: tomorrow's if today is done, else today's."""
    restorable: Restorable | None = None


@dataclass(frozen=True, slots=True)
class Pay:
    """Coins for one check-in."""

    coins: int
    bonus: int
    milestone: int


@dataclass(frozen=True, slots=True)
class MakeUpDecision:
    """Covered days after a make-up, from the made-up day on."""

    outcome: MadeUp
    changed: tuple[CoveredDay, ...] = field(default=())


def round_half_up(amount: int, percent: int) -> int:
    """`amount` times `percent` per cent, rounded half up in integers."""
    return (amount * percent + 50) // 100


def base_pay(length: int, percent: int, policy: CheckInPolicy) -> int:
    """Coins of a check-in at a streak of `length` (from 1), without bonus."""
    return round_half_up(policy.ladder[min(length, len(policy.ladder)) - 1], percent)


def pay(length: int, paid_milestone: int, percent: int, policy: CheckInPolicy) -> Pay:
    """What a check-in at `length` pays.

    A bonus is owed for every milestone that the run has reached and not been paid for: a make-up can carry a
    streak past 7 without a check-in at exactly 7, and that bonus comes with the next check-in.
    """
    due = [(at, coins) for at, coins in policy.bonuses if paid_milestone < at <= length]
    return Pay(
        coins=base_pay(length, percent, policy),
        bonus=sum(coins for _, coins in due),
        milestone=max((at for at, _ in due), default=paid_milestone),
    )


def check_in(facts: CheckInFacts, today: date, policy: CheckInPolicy) -> tuple[CheckInOutcome, tuple[CoveredDay, ...]]:
    """Decide a check-in on `today`; also the days that it covers (a frozen one, then today).

    After a change of time zone `today` may not lie after the last check-in: then the day counts as done.
    """
    last = facts.covers[-1] if facts.covers else None
    if last is not None and today <= last.day:
        now = streak_on(facts, last.day, policy)
        return AlreadyCheckedIn(now.length, now.tomorrow, facts.balance, now.restorable), ()
    if facts.done_until is not None and today <= facts.done_until:
        return StartsTomorrow(base_pay(1, facts.tier_percent, policy)), ()
    new: list[CoveredDay] = []
    frozen = _freeze(facts, today, policy)
    if frozen is not None:
        new.append(frozen)
        last = frozen
    run_goes_on = last is not None and today - last.day == DAY
    length = last.length + 1 if last is not None and run_goes_on else 1
    due = pay(length, last.milestone if last is not None and run_goes_on else 0, facts.tier_percent, policy)
    new.append(CoveredDay(today, Cover.CHECKED, length, due.milestone))
    after = replace(facts, covers=(*facts.covers, *new))
    outcome = CheckedIn(
        day=today,
        coins=due.coins,
        bonus=due.bonus,
        length=length,
        milestone=due.milestone,
        balance=facts.balance + due.coins + due.bonus,
        tomorrow=base_pay(length + 1, facts.tier_percent, policy),
        frozen=frozen.day if frozen is not None else None,
        restorable=restorable(after, today, policy),
    )
    return outcome, tuple(new)


def _freeze(facts: CheckInFacts, today: date, policy: CheckInPolicy) -> CoveredDay | None:
    """The oldest missed day, closed by its month's freeze, if the run can still be brought back.

    A freeze isn't burnt on a run that is lost anyway: the days that stay missed must be within the window, and there
    must be make-ups for them, this month's or (if they stay in reach until then) the next one's.
    """
    if not facts.covers:
        return None
    last = facts.covers[-1]
    oldest = last.day + DAY
    rest_in_reach = oldest + DAY >= today - policy.make_up_window
    rest = (today - oldest).days - 1
    if oldest >= today or not rest_in_reach:
        return None
    in_reach_next_month = month_of(oldest + DAY + policy.make_up_window) != month_of(today)
    used = 0 if in_reach_next_month else facts.make_ups_this_month
    if rest > facts.free_make_ups + len(policy.make_up_prices[used:]):
        return None
    if month_of(oldest) in facts.frozen_months:
        return None
    return CoveredDay(oldest, Cover.FROZEN, last.length, last.milestone)


def missed_days(covers: Sequence[CoveredDay], today: date, policy: CheckInPolicy) -> tuple[date, ...]:
    """Days between covered ones that a make-up can still reach, oldest first; `today` isn't one."""
    since = today - policy.make_up_window
    days: list[date] = []
    for before, after in pairwise(covers):
        day = before.day + DAY
        while day < after.day:
            if since <= day < today:
                days.append(day)
            day += DAY
    return tuple(days)


def restorable(facts: CheckInFacts, today: date, policy: CheckInPolicy) -> Restorable | None:
    """The older streak that make-ups would join to today's, if every missed day before it is in reach."""
    missed = missed_days(facts.covers, today, policy)
    prices = (0,) * facts.free_make_ups + policy.make_up_prices[facts.make_ups_this_month :]
    if not missed or not prices:
        return None
    # The newest gap can be closed only if it begins inside the window; an older gap waits behind it.
    newest_gap = [missed[-1]]
    for day in reversed(missed[:-1]):
        if newest_gap[0] - day != DAY:
            break
        newest_gap.insert(0, day)
    if all(c.day != newest_gap[0] - DAY for c in facts.covers) or len(newest_gap) > len(prices):
        return None
    covers = facts.covers
    for day in newest_gap:
        covers = _with_day(covers, day)
    return Restorable(covers[-1].length, tuple(newest_gap), prices[0])


def _with_day(covers: tuple[CoveredDay, ...], day: date) -> tuple[CoveredDay, ...]:
    """The covers with `day` made up and the lengths after it counted anew."""
    made_up = CoveredDay(day, Cover.MADE_UP, 1)
    result = [c for c in covers if c.day < day]
    for cover in (made_up, *(c for c in covers if c.day > day)):
        before = result[-1] if result else None
        joins = before is not None and cover.day - before.day == DAY
        if before is None or not joins:
            # A run that begins outside the known days keeps the length that was stored with it.
            result.append(cover)
            continue
        counts = 0 if cover.cover is Cover.FROZEN else 1
        result.append(replace(cover, length=before.length + counts, milestone=max(before.milestone, cover.milestone)))
    return tuple(result)


def make_up(facts: CheckInFacts, today: date, policy: CheckInPolicy) -> MakeUpOutcome | MakeUpDecision:
    """Decide the make-up of the oldest missed day that leads back to a streak.

    The oldest comes first, because it is the first to fall out of reach.
    """
    if not facts.covers or facts.covers[-1].day < today:
        return CheckInFirst()
    today = facts.covers[-1].day
    spent = facts.make_ups_this_month >= len(policy.make_up_prices) and not facts.free_make_ups
    if spent and missed_days(facts.covers, today, policy):
        return MakeUpsUsed(len(policy.make_up_prices))
    target = restorable(facts, today, policy)
    if target is None:
        return NothingToMakeUp(facts.covers[-1].length, policy.make_up_window.days)
    if facts.balance < target.price:
        return TooFewCoins(target.price, facts.balance)
    day = target.missed[0]
    covers = _with_day(facts.covers, day)
    free = target.price == 0
    after = replace(
        facts,
        covers=covers,
        make_ups_this_month=facts.make_ups_this_month + (not free),
        free_make_ups=facts.free_make_ups - free,
        balance=facts.balance - target.price,
    )
    outcome = MadeUp(day, target.price, after.balance, covers[-1].length, restorable(after, today, policy))
    return MakeUpDecision(outcome, tuple(c for c in covers if c.day >= day))


def streak_on(facts: CheckInFacts, today: date, policy: CheckInPolicy) -> StreakNow:
    """The streak as a member sees it on `today`, before or after the day's check-in."""
    if not facts.covers:
        done = facts.done_until is not None and today <= facts.done_until
        return StreakNow(0, checked_in=done, tomorrow=base_pay(1, facts.tier_percent, policy))
    last = facts.covers[-1]
    if last.day >= today:
        return StreakNow(
            last.length,
            checked_in=True,
            tomorrow=base_pay(last.length + 1, facts.tier_percent, policy),
            restorable=restorable(facts, last.day, policy),
        )
    outcome, _ = check_in(facts, today, policy)
    alive = isinstance(outcome, CheckedIn) and outcome.length > 1
    return StreakNow(
        last.length if alive else 0,
        checked_in=False,
        tomorrow=outcome.coins if isinstance(outcome, CheckedIn) else outcome.tomorrow,
    )
