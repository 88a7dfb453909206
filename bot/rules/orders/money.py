"""Amounts of money as people and platforms write them, read exactly or refused.

`1,234` and `39.000` can be read in two ways. The other amounts of a column say which one is meant. If they don't,
commas stand between thousands where the currency is always written so, and everything else is refused.
"""

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple
from unicodedata import normalize

from bot.rules.currencies import COMMA_GROUPS, MARKS, currencies_named, decimals_of
from bot.rules.orders.blanks import is_blank
from bot.rules.orders.told import OrderPolicy, OrderTrouble

UNITS = {"만": 10**4, "万": 10**4, "萬": 10**4, "천": 10**3, "千": 10**3, "억": 10**8, "亿": 10**8, "億": 10**8}
"""Words for large numbers, which stand after a number."""
_UNIT = "".join(UNITS)
_MARK = "|".join(map(re.escape, MARKS))
_MARK_BEFORE, _MARK_BEHIND = re.compile(_MARK), re.compile(rf"(?:{_MARK})$")
_LONGEST = 48
"""Characters of the longest text that is read as an amount."""
_MINUS = str.maketrans({"\N{MINUS SIGN}": "-", "\N{EN DASH}": "-", "\N{RIGHT SINGLE QUOTATION MARK}": "'"})
_GROUPED = re.compile(
    r"(?P<whole>[1-9][0-9]{0,2}(?P<sep>[,.' ])[0-9]{3}(?:(?P=sep)[0-9]{3})*)"
    r"(?:(?P<point>(?!(?P=sep))[,.])(?P<cents>[0-9]+))?"
)
_PLAIN = re.compile(r"(?P<whole>[0-9]*)(?:(?P<point>[,.])(?P<cents>[0-9]+))?")
_WITH_UNIT = re.compile(
    rf"(?P<head>[0-9][0-9,.]*) ?(?P<unit>[{_UNIT}])(?: ?(?P<rest>[0-9]{{1,4}}) ?(?P<after>[{_UNIT}])?)?"
)
_SHORTENED = re.compile(r"-?[0-9]+(?:[.,][0-9]+)?e\+?[0-9]+")
_GROUPS, _POINT = "groups", "point"
_ODD_DECIMALS = 3
"""So many decimals look like thousands."""


class Money(NamedTuple):
    """An amount in minor units. A negative one is money that went back."""

    value: int
    currency: str


@dataclass(frozen=True, slots=True)
class MoneyCell:
    """An amount as it is written, and the currency that stands in a column beside it."""

    text: str
    currency: str = ""


@dataclass(frozen=True, slots=True)
class _Reading:
    """One way to read a number: `digits` with the last `decimals` behind the point."""

    digits: int
    decimals: int
    groups: str = ""
    """The mark between its thousands."""
    point: str = ""
    """The mark before its decimals."""


@dataclass(frozen=True, slots=True)
class _Written:
    """An amount taken apart."""

    readings: tuple[_Reading, ...]
    negative: bool = False
    currency: str = ""
    unit: int = 1
    more: int = 0
    """Whole units of the currency after the word for a large number: the 5000 of `3` ten thousand `5000`."""


_Said = frozenset[tuple[str, str]]
"""What a column says of its marks: pairs of a mark and its use."""


def read_money(text: str, currency: str, policy: OrderPolicy) -> Money | OrderTrouble:
    """Read one amount. `currency` is the shop's, used if the text names none."""
    return read_amounts([MoneyCell(text)], currency, policy)[0]


def read_amounts(cells: Sequence[MoneyCell], currency: str, policy: OrderPolicy) -> list[Money | OrderTrouble]:
    """Read the amounts of a column in the light of one another. `currency` is the shop's.

    The order of the cells doesn't matter.
    """
    written = [_take_apart(cell, currency) for cell in cells]
    sure = [one for one in written if isinstance(one, _Written) and len(one.readings) == 1 and one.unit == 1]
    whole_column = _said_by(sure)
    said = {code: _said_by(one for one in sure if one.currency == code) for code in {one.currency for one in sure}}
    return [
        _amount(one, said.get(one.currency, frozenset()), whole_column, policy) if isinstance(one, _Written) else one
        for one in written
    ]


def _said_by(sure: Iterable[_Written]) -> _Said:
    """How the amounts that can be read in one way use their marks."""
    said: set[tuple[str, str]] = set()
    for one in sure:
        reading = one.readings[0]
        if reading.groups:
            said.add((reading.groups, _GROUPS))
        if reading.point:
            said.add((reading.point, _POINT))
            if reading.decimals >= _ODD_DECIMALS:
                said.add((reading.point, str(_ODD_DECIMALS)))
    return frozenset(said)


def _amount(written: _Written, said: _Said, whole_column: _Said, policy: OrderPolicy) -> Money | OrderTrouble:
    reading = _settle(written, said, whole_column)
    if reading is None:
        return OrderTrouble.VALUE_TWO_WAYS
    minor, rest = divmod(reading.digits * written.unit * 10 ** decimals_of(written.currency), 10**reading.decimals)
    minor += written.more * 10 ** decimals_of(written.currency)
    if rest or minor > policy.max_value:
        return OrderTrouble.BAD_VALUE
    return Money(-minor if written.negative else minor, written.currency)


def _settle(written: _Written, said: _Said, whole_column: _Said) -> _Reading | None:
    """The one reading that is meant; None if both can be."""
    if len(written.readings) == 1:
        return written.readings[0]
    grouped, plain = written.readings
    mark = grouped.groups
    usual = _GROUPS if mark == "," and written.currency in COMMA_GROUPS else None
    uses = _uses(mark, said)
    if not uses:
        uses = _uses(mark, whole_column) | ({usual} if usual else set())
    if uses == {_GROUPS}:
        return grouped
    # Three decimals are believed where the currency has them, or where other amounts have them for sure.
    usual_decimals = decimals_of(written.currency) >= _ODD_DECIMALS
    if uses == {_POINT} and (usual_decimals or (mark, str(_ODD_DECIMALS)) in said):
        return plain
    return None


def _uses(mark: str, said: _Said) -> set[str]:
    """What a mark is used for. What isn't said of it follows from the other one."""
    other = "." if mark == "," else ","
    uses = set()
    if (mark, _GROUPS) in said or (other, _POINT) in said:
        uses.add(_GROUPS)
    if (mark, _POINT) in said or (other, _GROUPS) in said:
        uses.add(_POINT)
    return uses


def _take_apart(cell: MoneyCell, shop_currency: str) -> _Written | OrderTrouble:
    text = normalize("NFKC", html.unescape(cell.text[: _LONGEST * 4])).translate(_MINUS).casefold().strip()
    if is_blank(text):
        return OrderTrouble.NO_VALUE
    if _SHORTENED.fullmatch(text):
        return OrderTrouble.SHORTENED
    number, negative, named = _without_marks(text if len(text) <= _LONGEST else "")
    currency = _currency(named, cell.currency, shop_currency)
    if isinstance(currency, OrderTrouble):
        return currency
    written = _with_unit(number)
    return (
        replace(written, negative=negative, currency=currency)
        if written and negative is not None
        else OrderTrouble.BAD_VALUE
    )


def _with_unit(number: str) -> _Written | None:
    """A number and the word for a large number after it; None if it is none."""
    found = _WITH_UNIT.fullmatch(number)
    readings = tuple(_readings(found["head"] if found is not None else number))
    if found is None or not readings:
        return _Written(readings) if readings else None
    unit, after = UNITS[found["unit"]], UNITS[found["after"]] if found["after"] else 1
    more = int(found["rest"] or 0) * after
    # What follows is smaller than what went before: it can't be a second amount.
    return _Written(readings, unit=unit, more=more) if more < unit else None


def _without_marks(text: str) -> tuple[str, bool | None, list[frozenset[str]]]:
    """The number, whether it is negative (None: its signs contradict one another), and what its marks can mean."""
    named: list[frozenset[str]] = []
    signs = 0
    while text:
        before = text
        if text.startswith("(") and text.endswith(")"):
            text, signs = text[1:-1].strip(), signs + 1
        elif text[0] == "-" or text[-1] == "-":
            text, signs = (text[1:] if text[0] == "-" else text[:-1]).strip(), signs + 1
        elif text[0] == "+":
            text, signs = text[1:].strip(), signs + 2 * ("-" in text)
        else:
            mark = _MARK_BEFORE.match(text) or _MARK_BEHIND.search(text)
            if mark is not None:
                named.append(MARKS[mark[0]])
                text = (text[: mark.start()] + text[mark.end() :]).strip()
        if text == before:
            break
    return text, bool(signs) if signs <= 1 else None, named


def _currency(named: list[frozenset[str]], column: str, shop: str) -> str | OrderTrouble:
    """The one currency that all that is written can mean; of several the shop's, else the usual one."""
    beside = currencies_named(column)
    if not is_blank(column) and not beside:
        return OrderTrouble.BAD_CURRENCY
    told = [*named, beside] if beside else named
    if not told:
        return shop if shop in currencies_named(shop) else OrderTrouble.BAD_CURRENCY
    fits = frozenset.intersection(*told)
    if not fits:
        return OrderTrouble.TWO_CURRENCIES
    if len(fits) == 1 or shop in fits:
        return shop if shop in fits else next(iter(fits))
    if "CNY" in fits:
        return "CNY"
    # A shop of Chinese readers that set no currency may stand in Taiwan or Hong Kong, where `$` isn't the US dollar.
    return "USD" if "USD" in fits and shop != "CNY" else OrderTrouble.CURRENCY_OPEN


def _readings(number: str) -> Iterator[_Reading]:
    """Every way to read a number: with marks between its thousands, and with a mark before its decimals only."""
    grouped = _GROUPED.fullmatch(number)
    if grouped is not None:
        cents = grouped["cents"] or ""
        whole = grouped["whole"].replace(grouped["sep"], "")
        yield _Reading(int(whole + cents), len(cents), grouped["sep"], grouped["point"] or "")
    plain = _PLAIN.fullmatch(number)
    if plain is not None and number:
        cents = plain["cents"] or ""
        yield _Reading(int(plain["whole"] + cents), len(cents), "", plain["point"] or "")
