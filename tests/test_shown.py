"""What readers are shown in the end holds no key, no pattern and no English word in a Korean or Chinese sentence."""

import html
import re
import sys
from collections.abc import Iterator
from dataclasses import astuple
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from typing import Any
from unicodedata import category
from zoneinfo import available_timezones

import pytest
from babel.numbers import list_currencies

from bot.content.button import Rows
from bot.content.catalog import OUTCOMES
from bot.content.dates import LOCALES
from bot.content.filters import INVISIBLE, Filter, Here, all_for
from bot.rules.shops.setup import ZONES_OFFERED
from bot.rules.streams.streams import StreamPolicy
from bot.rules.tiers import Tier
from bot.rules.words import Language
from tests import hostile
from tests.content.samples import samples
from tests.content.sources import LATIN_IN_CHINESE_AND_KOREAN
from tests.content.values import CODES, HERE, ORDINARY
from tests.features.scene import PANEL
from tests.words import WORDS

KEY = re.compile(r"\{\w*\}|¤|\b[a-z]+(?:[-_][a-z]+)+\b")
"""What stands in a catalogue, not in a sentence: `duration-hour`, `{0}`, `sold_out`."""
LATIN = re.compile(r"[A-Za-z]+(?:[-_.][A-Za-z]+)*")

ENGLISH_COMPOUNDS = frozenset(
    {"check-in", "check-ins", "first-time", "kept-back", "make-up", "make-ups", "opt-out", "sign-off", "thank-you"}
)
"""Words of ours that have a hyphen."""
NOT_TRANSLATED = re.compile(
    r"\b(?:QR|CSV|PDF|UTC|Encore|English)\b|\+90m|2026-11-23T20:00|\b[A-Z]{2,3}(?=[$¥€£]|\d)|/newitem\b|https?://\S+"
)
"""Called so in every language: names, examples to type, signs of currencies."""
FOREIGN_ZONES = frozenset({"America/Coyhaique", "localtime"})
"""Zones for which CLDR has no name in Korean or Chinese: the first is new, the second is no place."""

SAMPLE_NAMES = sorted(
    {
        html.escape(name)
        for name in (
            *ORDINARY.values(),
            *CODES,
            "noon",
            "title",
            "stock",
            "Silk scarf",
            "How silk is washed",
            "Ben",
            "no answer",
        )
    }
    | set(ORDINARY.values()),
    key=len,
    reverse=True,
)
"""What somebody typed in the samples: it stays as it was typed."""
HOSTILE = re.compile("|".join(re.escape(repr(name)[1:9].rstrip("'")) for name in hostile.NAMES if name))
"""How each hostile name begins in a sample's `repr`."""
DAYS = tuple(date(2028, 1, 1) + timedelta(days=number) for number in range(366))
COUNTS = (0, 1, 2, 5, 11, 21, 100, 1_000, 12_345, 1_000_000)
LENGTHS = (
    *range(3 * 24 * 60 + 1),
    *(days * 24 * 60 for days in range(1, 32)),
    *(int(before.total_seconds() // 60) for before in StreamPolicy().remind),
)
"""In minutes."""

EXPECTED = {
    Language.KO: {0: "0분", 1: "1분", 60: "1시간", 90: "1시간 30분", 1440: "24시간", 2880: "2일"},
    Language.ZH: {0: "0 分钟", 1: "1 分钟", 60: "1 小时", 90: "1 小时 30 分钟", 1440: "24 小时", 2880: "2 天"},
    Language.EN: {
        0: "0 minutes",
        1: "1 minute",
        60: "1 hour",
        90: "1 hour 30 minutes",
        1440: "24 hours",
        2880: "2 days",
    },
}


class Speaking(dict[str, Any]):
    """As much of a template's context as a filter asks for."""


def strange(text: str, language: Language) -> list[str]:
    """What looks like a key in a text, and in Korean and Chinese each Latin word."""
    plain = NOT_TRANSLATED.sub(" ", text)
    found = [key for key in KEY.findall(plain) if key not in ENGLISH_COMPOUNDS]
    return found if language is Language.EN else [*found, *LATIN.findall(plain)]


@pytest.fixture(params=Language)
def language(request: pytest.FixtureRequest) -> Language:
    """Each of our languages."""
    return Language(request.param)


@pytest.fixture
def filters(language: Language) -> dict[str, Filter]:
    """What a language's templates format values with."""
    return all_for(language, html=False)


@pytest.mark.parametrize("text", ["24 duration-hour", "{0} 전", "sold_out", "¤100"])
def test_a_key_is_found(text: str) -> None:
    """The search itself finds what it is for."""
    assert all(strange(text, language) for language in Language)


def test_lengths_of_time(language: Language, filters: dict[str, Filter]) -> None:
    """Every length up to three days by the minute, and up to a month by the day, is said in the language."""
    assert {minutes: filters["span"](minutes) for minutes in EXPECTED[language]} == EXPECTED[language]
    for minutes in LENGTHS:
        said = filters["span"](minutes)
        unit = re.sub(r"[\d,. ]", "", said)
        assert unit, minutes
        assert strange(said, language) == [], minutes


def test_dates_and_times(language: Language, filters: dict[str, Filter]) -> None:
    """Every day of a leap year and every hour of a day is said in the language, far from today and near."""
    for day in DAYS:
        for name in ("day", "date", "month", "weekday"):
            assert strange(filters[name](day), language) == [], (name, day)
        for hour in range(24) if day.day == 1 else (day.day % 24,):
            at = datetime(day.year, day.month, day.day, hour, 5, tzinfo=UTC)
            for now in (at, at - timedelta(days=1), at - timedelta(days=3), at - timedelta(days=40)):
                context = Speaking(here=Here.of(HERE["ordinary"], language), said_at=now)
                for name in ("clock", "at", "dated"):
                    assert strange(filters[name](context, at), language) == [], (name, at, now)


def test_counts_and_coins(language: Language, filters: dict[str, Filter]) -> None:
    """Numbers, plurals and coins are said in the language, where a shop has a word of its own and where it has none."""
    places = {here: Speaking(here=Here.of(HERE[here], language)) for here in ("ordinary", "nobody's")}
    for number in COUNTS:
        assert re.fullmatch(r"[\d,]+", filters["num"](number))
        for context in places.values():
            assert strange(filters["coins"](context, number), language) == [], number
    assert filters["count"](1, "coupon", "coupons") == "1 coupon"
    assert filters["count"](0, "coupon", "coupons") == "0 coupons"


def test_sums_of_money(language: Language, filters: dict[str, Filter]) -> None:
    """Every currency is written with its sign or its code, never with a placeholder. `XXX` means that there is none."""
    for currency in sorted(list_currencies(LOCALES[language]) - {"XXX"}):
        for number in (0, 1, 99, 123_456):
            said = filters["money"](number, currency)
            assert KEY.findall(said) == [], currency
            assert re.search(r"\d", said), currency


def test_tiers(language: Language, filters: dict[str, Filter]) -> None:
    """Each tier has a name that fans call it by."""
    names = [filters["tier"](tier) for tier in Tier]
    assert len(set(names)) == len(Tier)
    assert [name for name in names if strange(name, language)] == []
    assert not set(names) & {tier.value for tier in Tier}


def test_cities(language: Language, filters: dict[str, Filter]) -> None:
    """Each time zone that can be set is called by its city, in the language's own script."""
    offered = {key for keys in ZONES_OFFERED.values() for key in keys}
    for key in sorted({*available_timezones(), *offered} - FOREIGN_ZONES):
        said = filters["city"](key)
        assert not re.search(r"[_/]", said), key
        if language is not Language.EN and not re.fullmatch(r"(?:GMT|UTC)(?:[+-]\d+)?", said):
            assert strange(said, language) == [], key


def test_what_the_panel_offers(language: Language) -> None:
    """Each blank's ready answers are said in the language, not as they are typed."""
    asks = WORDS._plain[language]["staff/panel"].environment.get_template("staff/asks.j2")
    module: Any = asks.make_module({"here": Here.of(HERE["ordinary"], language)})
    for act in PANEL.acts:
        for blank in act.blanks:
            said = [module.answer(blank.name, quick).strip() for quick in blank.quick]
            said += [module.field(blank.name).strip(), module.question(act.name, blank.name).strip()]
            assert not {key for one in said for key in KEY.findall(one)} - ENGLISH_COMPOUNDS, (act.name, blank.name)


def ordinary(kind: type[Any]) -> Iterator[Any]:
    """Samples in which nobody has typed anything hostile."""
    return (one for one in samples(kind) if not HOSTILE.search(repr(astuple(one))))


def typed_left_out(text: str) -> str:
    """A text without markup, without what is to be typed and without what somebody typed."""
    rest = re.sub(r"<code>.*?</code>", " ", text, flags=re.DOTALL)
    rest = LATIN_IN_CHINESE_AND_KOREAN.sub(" ", re.sub(r"</?[a-z-]+[^>]*>", " ", rest))
    for name in SAMPLE_NAMES:
        rest = rest.replace(name, " ")
    return re.sub(r"@\w+", " ", rest)


def labels(rows: Rows) -> list[str]:
    """What stands on buttons."""
    return [button.text for button in chain.from_iterable(rows)]


@pytest.mark.parametrize("name", OUTCOMES)
def test_whatever_is_said(name: str) -> None:
    """Every outcome with every state, kind, tier and length that it knows: message, pop-up and buttons."""
    for outcome in ordinary(OUTCOMES[name]):
        for language in Language:
            said = WORDS.say(outcome, HERE["ordinary"], language)
            for text in (said.html, said.short or "", *labels(said.buttons)):
                assert strange(typed_left_out(text), language) == [], (language, outcome, text)


def test_what_is_printable_is_cut_as_it_stands() -> None:
    """No printable character is invisible or a blank of another kind, so `cut` needn't look at each of a text's."""
    printable = [sign for sign in map(chr, range(sys.maxunicode + 1)) if sign.isprintable()]
    assert [sign for sign in printable if category(sign) in INVISIBLE or (sign.isspace() and sign != " ")] == []


def test_a_cut_text_is_one_visible_line() -> None:
    """Blanks of any kind become one, what can't be seen goes, and what is too long ends with an ellipsis."""
    cut = all_for(Language.EN, html=False)["cut"]
    said = [
        cut(text, 8)
        for text in ("Silk  scarf", "a\u2003\t b", "\u202eSilk", "Silk\nscarf for you", "\u200b", " \u200d")
    ]
    assert said == ["Silk sc…", "a b", "Silk", "Silk sc…", "…", "…"]
