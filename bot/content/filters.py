"""How numbers, coins, days and instants look in each language (Babel), and Telegram's date-time entity."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal
from unicodedata import category

from babel.dates import format_date, format_skeleton
from babel.numbers import format_currency, format_decimal, get_currency_name
from babel.units import format_unit
from jinja2 import Environment, pass_context, pass_environment
from jinja2.runtime import Context
from markupsafe import Markup

from bot.content import zones
from bot.content.dates import LOCALES, full_date, say_day, say_instant, time_of_day
from bot.rules.calendar import zone
from bot.rules.currencies import CODES, decimals_of
from bot.rules.lines import JOINERS, TAGS
from bot.rules.place import Place
from bot.rules.words import Language

MONDAY = date(2026, 1, 5)

_DEFAULT_COINS = {Language.KO: "코인", Language.ZH: "金币", Language.EN: "coins"}
"""The word for coins where no community is known, and where a community uses the default word of another language."""

MONTHS = {Language.KO: "LLLL", Language.ZH: "LLL", Language.EN: "LLLL"}
"""CLDR's long Chinese form writes the month in characters. People write it as a number."""

LONGEST_KEPT = 64
"""The longest text, in characters, whose cut form is cached: a name. Thousands of longer ones would fill the memory."""

TIER_NAMES = {
    Language.KO: {"new": "새싹", "fan": "팬", "loyal": "찐팬", "core": "최애"},
    Language.ZH: {"new": "新粉", "fan": "铁粉", "loyal": "钻粉", "core": "挚爱粉"},
    Language.EN: {"new": "New", "fan": "Fan", "loyal": "Loyal", "core": "Core"},
}

SEASON_NAMES = {
    Language.KO: {"spring": "봄", "summer": "여름", "autumn": "가을", "winter": "겨울"},
    Language.ZH: {"spring": "春天", "summer": "夏天", "autumn": "秋天", "winter": "冬天"},
    Language.EN: {"spring": "spring", "summer": "summer", "autumn": "autumn", "winter": "winter"},
}

UNIT_LENGTHS: dict[Language, Literal["short", "long"]] = {
    Language.KO: "short",
    Language.ZH: "short",
    Language.EN: "long",
}
"""CLDR has only `short` forms of units in Korean and Chinese. Where there is no form, Babel prints the unit's key."""

LONGEST_IN_HOURS = 24
"""Longer times are written in days, if they are whole days."""

Filter = Callable[..., Any]

INVISIBLE = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
"""Unicode categories of characters that could reverse a line or make a name invisible."""


@dataclass(frozen=True, slots=True)
class Here:
    """The community as templates see it: `here.shop`, `here.persona`, `here.coin`."""

    shop: str
    persona: str
    coin: str
    timezone: str

    @staticmethod
    def of(place: Place | None, language: Language) -> "Here":
        """The place in the reader's language. A coin name that is a default in some language is translated."""
        return _here(place, language)


@lru_cache(maxsize=4096)
def _here(place: Place | None, language: Language) -> Here:
    if place is None:
        return Here("Encore", "Encore", _DEFAULT_COINS[language], "UTC")
    coin = _DEFAULT_COINS[language] if place.coin in _DEFAULT_COINS.values() else place.coin
    return Here(place.shop, place.persona, coin, place.timezone)


@lru_cache(maxsize=4096)
def _cut(value: str, length: int) -> str:
    if not value.isprintable():  # nearly every text is printable, and to look at each character is slow
        spaced = "".join(" " if c.isspace() else c for c in value)
        value = "".join(c for c in spaced if category(c) not in INVISIBLE or c in JOINERS or ord(c) in TAGS)
    text = " ".join(value.split())
    if not text.strip(JOINERS):
        return "…"
    return text if len(text) <= length else text[: length - 1] + "…"


def all_for(language: Language, *, html: bool) -> dict[str, Filter]:  # noqa: C901, PLR0915  # a table of small functions
    """The filters of a language's templates by name. With `html`, dates become Telegram's entities."""
    locale = LOCALES[language]

    @lru_cache(maxsize=2048)
    def num(value: int) -> str:
        return format_decimal(value, locale=locale)

    @pass_context
    def coins(context: Context, value: int) -> str:
        word: str = context["here"].coin
        if language is Language.KO:
            return f"{num(value)}{word}"
        if language is Language.EN and value == 1 and word == "coins":
            word = "coin"
        return f"{num(value)} {word}"

    def count(value: int, one: str, many: str) -> str:
        return f"{num(value)} {one if value == 1 else many}"

    def day(value: date) -> str:
        return format_skeleton("MMMd", datetime(value.year, value.month, value.day), locale=locale)  # noqa: DTZ001

    def date_of(value: date) -> str:
        """The day with its year, for days that are many months away."""
        return format_skeleton("yMMMd", datetime(value.year, value.month, value.day), locale=locale)  # noqa: DTZ001

    @pass_context
    def said_day(context: Context, value: date) -> str:
        """A day as people say it: *today*, the year only if it isn't this year."""
        today = context["said_at"].astimezone(zone(context["here"].timezone)).date()
        return say_day(value, today, language)

    def month(value: date) -> str:
        return format_date(value, MONTHS[language], locale=locale)

    def weekday(value: date) -> str:
        return format_date(value, "EEE", locale=locale)

    @pass_context
    def clock(context: Context, value: datetime) -> str:
        """An instant as people say it, in the community's zone, as plain text."""
        return say_instant(value, context["said_at"], context["here"].timezone, language).text

    @pass_context
    def hour(context: Context, value: datetime) -> str:
        """The time of day in the community's zone, as plain text."""
        return time_of_day(value.astimezone(zone(context["here"].timezone)), language)

    def weekdays(days: Iterable[int]) -> str:
        """ISO weekdays by their short names."""
        return " ".join(weekday(MONDAY + timedelta(days=number - 1)) for number in days)

    @pass_context
    def at(context: Context, value: datetime) -> str:
        """An instant as people say it. Readers see the time in their own zone, in plain text in the community's."""
        spoken = say_instant(value, context["said_at"], context["here"].timezone, language)
        return spoken.day + moment(value, spoken.form, spoken.moment)

    @pass_context
    def dated(context: Context, value: datetime) -> str:
        """An instant with its date, for what staff typed: so they see which day was understood."""
        timezone = zone(context["here"].timezone)
        today = context["said_at"].astimezone(timezone).date()
        return moment(value, "wDt", full_date(value.astimezone(timezone), today, language))

    def moment(value: datetime, form: str, plain: str) -> str:
        """Telegram's date-time entity in one of its forms; in plain text `plain`."""
        if not html:
            return plain
        shown = Markup(' format="{}"').format(form) if form else Markup("")
        return Markup('<tg-time unix="{}"{}>{}</tg-time>').format(int(value.timestamp()), shown, plain)

    def length(number: int, unit: str) -> str:
        """`10 minutes`. Chinese gets a space after the number, as everywhere in our words."""
        text = format_unit(number, unit, length=UNIT_LENGTHS[language], locale=locale)
        return text.replace(num(number), f"{num(number)} ", 1) if language is Language.ZH else text

    def span(minutes: int) -> str:
        """A length of time: `24 hours`, `10 minutes`, `1 hour 30 minutes`."""
        hours, rest = divmod(minutes, 60)
        parts = [(hours, "duration-hour"), (rest, "duration-minute")]
        if hours > LONGEST_IN_HOURS and not rest and hours % 24 == 0:
            parts = [(hours // 24, "duration-day")]
        shown = [(number, unit) for number, unit in parts if number] or parts[-1:]
        return " ".join(length(number, unit) for number, unit in shown)

    def cut(value: str, length: int) -> str:
        """At most `length` characters on one line, so that a hostile name can't push the other words away."""
        text = str(value)
        return _cut(text, length) if len(text) <= LONGEST_KEPT else _cut.__wrapped__(text, length)

    def money(value: int, currency: str) -> str:
        """An amount in minor units (cents), as the language writes it."""
        digits = decimals_of(currency)
        decimals = "0." + "0" * digits if digits else "0"
        pattern = locale.currency_formats["standard"].pattern.replace("0.00", decimals)
        amount = Decimal(value).scaleb(-digits)
        return format_currency(amount, currency, pattern, locale=locale, currency_digits=False)

    def currency(value: str) -> str:
        """A currency as the language calls it."""
        return get_currency_name(value, locale=locale) if value in CODES else cut(value, 8)

    def whole_money(value: int, currency: str) -> str:
        """An amount in whole units of the currency, without decimals."""
        return format_currency(value, currency, locale=locale, format="¤#,##0", currency_digits=False)

    def tier(value: str) -> str:
        """A tier as fans call it."""
        return TIER_NAMES[language].get(value) or cut(value, 16)

    def season(value: str) -> str:
        """A season's name."""
        return SEASON_NAMES[language].get(value) or cut(value, 16)

    def city(value: str) -> str:
        """A time zone as people call it: its city."""
        return cut(zones.city(value, language), 40)

    @pass_environment
    def does(environment: Environment, command: str) -> str:
        """What a command does, as the menu says it; empty for a word that is no command."""
        template = environment.get_template("commands.j2")
        block = template.blocks.get(command)
        return "".join(block(template.new_context({}))).strip() if block is not None else ""

    return {
        "city": city,
        "does": does,
        "hour": hour,
        "weekdays": weekdays,
        "num": num,
        "coins": coins,
        "count": count,
        "day": day,
        "date": date_of,
        "said_day": said_day,
        "currency": currency,
        "money": money,
        "whole_money": whole_money,
        "month": month,
        "weekday": weekday,
        "clock": clock,
        "at": at,
        "dated": dated,
        "cut": cut,
        "span": span,
        "tier": tier,
        "season": season,
    }
