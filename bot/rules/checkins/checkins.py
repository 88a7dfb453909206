"""Check-ins: the coins of a day, the streak, the month's freeze and make-ups.

A day is *covered* when it was checked in, made up or frozen. The streak's length is the number of checked-in and
made-up days since the last uncovered day. A frozen day holds the streak and doesn't count.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise

from bot.rules.calendar import DAY, month_of
from bot.rules.outcome import Outcome
from bot.rules.streaks import Cover, Restorable, StreakNow
from bot.rules.tiers import Tier
from bot.rules.tiers_ahead import FallAhead, Rise


@dataclass(frozen=True, slots=True)
class CheckInPolicy:
    """What a check-in pays and how missed days are made up. Coins are whole numbers."""

    ladder: tuple[int, ...] = (5, 6, 8, 10, 12, 15, 20)
    """Coins by the streak's length, from 1. A longer streak pays the last number."""
    bonuses: tuple[tuple[int, int], ...] = ((7, 50), (30, 50), (100, 50))
    """(length, coins): each bonus is paid once in a run, and the tier doesn't multiply it."""
    make_up_prices: tuple[int, ...] = (20, 40, 80)
    """Coins for the first, second and third paid make-up in a calendar month."""
    make_up_window: timedelta = timedelta(days=7)
    """The greatest age of a missed day that can be made up."""
    card_every: timedelta = timedelta(seconds=10)
    """The morning card's count is edited at most this often, so that the group's other cards can be edited too."""


@dataclass(frozen=True, slots=True)
class CoveredDay:
    """One covered day, with the streak at its end."""

    day: date
    cover: Cover
    length: int
    """Checked-in and made-up days of the run up to this day, which is included."""
    milestone: int = 0
    """The greatest length for which this run was paid a bonus; 0 for none."""


@dataclass(frozen=True, slots=True)
class CheckInFacts:
    """What is known of a member when they check in or make up a day."""

    covers: tuple[CoveredDay, ...]
    """The latest covered days, oldest first: at least all days in the make-up window and one before it."""
    frozen_months: frozenset[str] = frozenset()
    """The months (`YYYY-MM`) of `covers` whose freeze is used."""
    make_ups_this_month: int = 0
    """Paid make-ups in the calendar month of today."""
    balance: int = 0
    tier: Tier = Tier.NEW
    tier_percent: int = 100
    """What a check-in of this day pays, in per cent of the ladder."""
    next_percent: int | None = None
    """The same for the day after, where the tier is another one by then; None: the same."""
    free_make_ups: int = 0
    """Free make-ups that the member still has."""
    done_until: date | None = None
    """For a member who came back, the day on which their data was deleted. Up to this day nothing is paid again."""


@dataclass(frozen=True, slots=True)
class CheckedIn(Outcome, name="checkins.CheckedIn"):
    """The day is checked in, and its coins are paid."""

    day: date
    coins: int
    """Coins by ladder and tier, without the bonus."""
    bonus: int
    length: int
    milestone: int
    balance: int
    tomorrow: int
    """Coins of the next check-in, its bonus included."""
    frozen: date | None = None
    """The missed day that the month's freeze covered; None if it covered none."""
    restorable: Restorable | None = None
    tomorrow_bonus: int = 0
    """How many coins of `tomorrow` are a bonus."""
    tier: Tier = Tier.NEW
    """The tier by which this check-in was paid."""
    percent: int = 100
    """What the tier paid, in per cent of the ladder."""
    risen: Rise | None = None
    """The tier to which this check-in brought them, or one to which they rose before and weren't told."""
    falling: FallAhead | None = None
    """A fall ahead that they couldn't be told of before."""
    gift: int = 0
    """Coins of a friend's gift that this check-in set free. They are in `balance`."""
    giver: str | None = None
    """Who gave them."""

    @property
    def fits_alert(self) -> bool:
        """A rise, a fall ahead and a gift are said in full."""
        return self.risen is None and self.falling is None and not self.gift


@dataclass(frozen=True, slots=True)
class AlreadyCheckedIn(Outcome, name="checkins.AlreadyCheckedIn"):
    """Today is checked in already."""

    length: int
    tomorrow: int
    """Coins of the next check-in, its bonus included."""
    balance: int
    restorable: Restorable | None = None
    tomorrow_bonus: int = 0
    """How many coins of `tomorrow` are a bonus."""


@dataclass(frozen=True, slots=True)
class StartsTomorrow(Outcome, name="checkins.StartsTomorrow"):
    """The fan had their data deleted today. They may have checked in before, so the day counts as done."""

    tomorrow: int
    """Coins of the next check-in, its bonus included."""
    tomorrow_bonus: int = 0


@dataclass(frozen=True, slots=True)
class MadeUp(Outcome, name="checkins.MadeUp"):
    """A missed day was made up."""

    day: date
    price: int
    balance: int
    length: int
    """The streak's length today."""
    restorable: Restorable | None = None


@dataclass(frozen=True, slots=True)
class NothingToMakeUp(Outcome, name="checkins.NothingToMakeUp"):
    """There is no missed day that can still be made up."""

    length: int
    days: int
    """How many days back a missed day can be made up."""


@dataclass(frozen=True, slots=True)
class CheckInFirst(Outcome, name="checkins.CheckInFirst"):
    """Today must be checked in before a make-up, because its freeze may cover the missed day for free."""


@dataclass(frozen=True, slots=True)
class MissedTooLong(Outcome, name="checkins.MissedTooLong"):
    """Days are missed, but no make-up leads back over them any more."""

    length: int
    """The streak's length after today's check-in."""
    days: int
    """How many days back a missed day can be made up."""
    checked_in: bool
    """Whether today is checked in."""
    missed: int = 0
    """How many missed days there are, if they are too many for this month's make-ups; 0: they are too old."""
    left: int = 0
    """How many make-ups there were for them, if they are too many."""


@dataclass(frozen=True, slots=True)
class MakeUpsUsed(Outcome, name="checkins.MakeUpsUsed"):
    """This month's make-ups are used."""

    limit: int
    in_time: bool = True
    """Whether the missed days can still be made up when the next month begins."""


@dataclass(frozen=True, slots=True)
class TooFewCoins(Outcome, name="checkins.TooFewCoins"):
    """The make-up costs more than the member has."""

    price: int
    balance: int


CheckInOutcome = CheckedIn | AlreadyCheckedIn | StartsTomorrow
MakeUpOutcome = MadeUp | NothingToMakeUp | MissedTooLong | CheckInFirst | MakeUpsUsed | TooFewCoins


@dataclass(frozen=True, slots=True)
class Pay:
    """What one check-in pays."""

    coins: int
    """By ladder and tier."""
    bonus: int
    milestone: int
    """The greatest length of the run for which a bonus is paid by now."""

    @property
    def total(self) -> int:
        """Coins of the check-in with its bonus."""
        return self.coins + self.bonus


@dataclass(frozen=True, slots=True)
class MakeUpDecision:
    """A make-up and the rows that it changes."""

    outcome: MadeUp
    changed: tuple[CoveredDay, ...] = field(default=())
    """The covered days from the made-up day on."""


def round_half_up(amount: int, percent: int) -> int:
    """`amount` times `percent` per cent, rounded half up in integers."""
    return (amount * percent + 50) // 100


def base_pay(length: int, percent: int, policy: CheckInPolicy) -> int:
    """Coins of a check-in that makes the streak `length` long (from 1), without bonus. `percent` is the tier's."""
    return round_half_up(policy.ladder[min(length, len(policy.ladder)) - 1], percent)


def pay(length: int, paid_milestone: int, percent: int, policy: CheckInPolicy) -> Pay:
    """What a check-in pays that makes the streak `length` long.

    The run gets a bonus for every milestone that it has reached and wasn't paid for. A make-up can carry a streak past
    7 without a check-in at exactly 7: then the next check-in pays that bonus.
    """
    due = [(at, coins) for at, coins in policy.bonuses if paid_milestone < at <= length]
    return Pay(
        coins=base_pay(length, percent, policy),
        bonus=sum(coins for _, coins in due),
        milestone=max((at for at, _ in due), default=paid_milestone),
    )


def check_in(facts: CheckInFacts, today: date, policy: CheckInPolicy) -> tuple[CheckInOutcome, tuple[CoveredDay, ...]]:
    """Decide a check-in on `today`. Return the outcome and the days that it covers: a frozen day, if any, then today.

    After a change of time zone `today` may be before the last check-in. Then the day counts as done.
    """
    last = facts.covers[-1] if facts.covers else None
    if last is not None and today <= last.day:
        now = streak_on(facts, last.day, policy)
        return AlreadyCheckedIn(now.length, now.tomorrow, facts.balance, now.restorable, now.tomorrow_bonus), ()
    if facts.done_until is not None and today <= facts.done_until:
        first = _next_pay(facts, 0, 0, policy)
        return StartsTomorrow(first.total, first.bonus), ()
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
    following = _next_pay(facts, length, due.milestone, policy)
    outcome = CheckedIn(
        day=today,
        coins=due.coins,
        bonus=due.bonus,
        length=length,
        milestone=due.milestone,
        balance=facts.balance + due.coins + due.bonus,
        tomorrow=following.total,
        frozen=frozen.day if frozen is not None else None,
        restorable=find_restorable(after, today, policy),
        tomorrow_bonus=following.bonus,
        tier=facts.tier,
        percent=facts.tier_percent,
    )
    return outcome, tuple(new)


def _next_pay(facts: CheckInFacts, length: int, milestone: int, policy: CheckInPolicy) -> Pay:
    """What the check-in of the day after pays to a run that is `length` days long today."""
    percent = facts.tier_percent if facts.next_percent is None else facts.next_percent
    return pay(length + 1, milestone, percent, policy)


def with_news(
    outcome: CheckedIn, risen: Rise | None, falling: FallAhead | None, next_percent: int, policy: CheckInPolicy
) -> CheckedIn:
    """The check-in with what the fan hears of their tier. `next_percent` is what the tier pays tomorrow."""
    following = pay(outcome.length + 1, outcome.milestone, next_percent, policy)
    return replace(outcome, risen=risen, falling=falling, tomorrow=following.total, tomorrow_bonus=following.bonus)


def _freeze(facts: CheckInFacts, today: date, policy: CheckInPolicy) -> CoveredDay | None:
    """The oldest missed day, covered by its month's freeze; None if there is nothing to freeze.

    A freeze isn't used for a run that is lost anyway. The other missed days must be in the make-up window, and there
    must be make-ups for them: this month's, or next month's if the days are still in the window then.
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
    """The uncovered days before `today` that can still be made up, the oldest first. They lie between covered days."""
    since = today - policy.make_up_window
    days: list[date] = []
    for before, after in pairwise(covers):
        day = before.day + DAY
        while day < after.day:
            if since <= day < today:
                days.append(day)
            day += DAY
    return tuple(days)


def find_restorable(facts: CheckInFacts, today: date, policy: CheckInPolicy) -> Restorable | None:
    """The older streak that make-ups would join to today's; None if a missed day between them can't be made up."""
    missed = missed_days(facts.covers, today, policy)
    prices = (0,) * facts.free_make_ups + policy.make_up_prices[facts.make_ups_this_month :]
    if not missed or not prices:
        return None
    newest_gap = newest_gap_of(missed)
    if not is_whole(newest_gap, facts.covers) or len(newest_gap) > len(prices):
        return None
    covers = facts.covers
    for day in newest_gap:
        covers = with_made_up_day(covers, day)
    return Restorable(covers[-1].length, tuple(newest_gap), prices[0])


def newest_gap_of(missed: Sequence[date]) -> list[date]:
    """The last missed days that follow one another. An older gap must wait for them."""
    newest_gap = [missed[-1]]
    for day in reversed(missed[:-1]):
        if newest_gap[0] - day != DAY:
            break
        newest_gap.insert(0, day)
    return newest_gap


def is_whole(gap: Sequence[date], covers: Sequence[CoveredDay]) -> bool:
    """Whether a gap begins behind a covered day. Else its first days are too old, and it can't be closed."""
    return any(cover.day == gap[0] - DAY for cover in covers)


def with_made_up_day(covers: tuple[CoveredDay, ...], day: date) -> tuple[CoveredDay, ...]:
    """The covered days with `day` made up, and with new lengths for the days after it."""
    made_up = CoveredDay(day, Cover.MADE_UP, 1)
    result = [c for c in covers if c.day < day]
    for cover in (made_up, *(c for c in covers if c.day > day)):
        before = result[-1] if result else None
        joins = before is not None and cover.day - before.day == DAY
        if before is None or not joins:
            # A run that begins before the known days keeps its stored length.
            result.append(cover)
            continue
        counts = 0 if cover.cover is Cover.FROZEN else 1
        result.append(replace(cover, length=before.length + counts, milestone=max(before.milestone, cover.milestone)))
    return tuple(result)


def streak_on(facts: CheckInFacts, today: date, policy: CheckInPolicy) -> StreakNow:
    """The streak that a member sees on `today`, before or after the day's check-in."""
    if not facts.covers:
        done = facts.done_until is not None and today <= facts.done_until
        first = _next_pay(facts, 0, 0, policy) if done else pay(1, 0, facts.tier_percent, policy)
        return StreakNow(0, checked_in=done, tomorrow=first.total, tomorrow_bonus=first.bonus)
    last = facts.covers[-1]
    if last.day >= today:
        following = _next_pay(facts, last.length, last.milestone, policy)
        return StreakNow(
            last.length,
            checked_in=True,
            tomorrow=following.total,
            restorable=find_restorable(facts, last.day, policy),
            tomorrow_bonus=following.bonus,
        )
    outcome, _ = check_in(facts, today, policy)
    if not isinstance(outcome, CheckedIn):
        return StreakNow(0, checked_in=False, tomorrow=outcome.tomorrow, tomorrow_bonus=outcome.tomorrow_bonus)
    return StreakNow(
        last.length if outcome.length > 1 else 0,
        checked_in=False,
        tomorrow=outcome.coins + outcome.bonus,
        tomorrow_bonus=outcome.bonus,
    )
