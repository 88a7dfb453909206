"""Which coins lapse at a month's end: those that were earned more than a year before it."""

from datetime import date, datetime

from bot.rules.calendar import start_of

DECEMBER = 12
LAPSES = "lapse"
"""The name of the step by which a month's coins lapse, as its round's row has it."""


def first_of_next_month(day: date) -> date:
    """The first day after the month of a day."""
    return date(day.year + day.month // DECEMBER, day.month % DECEMBER + 1, 1)


def earned_since(today: date, timezone: str) -> datetime:
    """Coins that were earned from this instant on outlast the end of this month. (`rules/coins/lapse.py`: cut-off.)"""
    following = first_of_next_month(today)
    return start_of(date(following.year - 1, following.month, 1), timezone)
