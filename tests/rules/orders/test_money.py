"""Money as people and platforms write it: read to the minor unit, or refused."""

import html
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rules.currencies import CODES, COMMA_GROUPS, NAMES, USUAL, currency_of, decimals_of
from bot.rules.orders.money import Money, MoneyCell, read_amounts, read_money
from bot.rules.orders.told import OrderPolicy, OrderTrouble

POLICY = OrderPolicy()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("39000", (39_000, "KRW")),
        ("12,000", (12_000, "KRW")),
        ("₩12,000", (12_000, "KRW")),
        ("￦12,000", (12_000, "KRW")),
        ("12000원", (12_000, "KRW")),
        ("１２，０００원", (12_000, "KRW")),
        ("39000 KRW", (39_000, "KRW")),
        ("KRW39000", (39_000, "KRW")),
        ("39000.00", (39_000, "KRW")),
        ("1.234.567", (1_234_567, "KRW")),
        ("12\u00a0000 ₩", (12_000, "KRW")),
        ("12\u2009000", (12_000, "KRW")),
        ("3.9만원", (39_000, "KRW")),
        ("3.9万", (39_000, "KRW")),
        ("3만9천원", (39_000, "KRW")),
        ("3만 9000원", (39_000, "KRW")),
        ("39천원", (39_000, "KRW")),
        ("1,200만", (12_000_000, "KRW")),
        ("1.5억", (150_000_000, "KRW")),
        ("¥1200", (120_000, "CNY")),
        ("￥129.5", (12_950, "CNY")),
        ("129.00元", (12_900, "CNY")),
        ("人民币 129", (12_900, "CNY")),
        ("1.2万元", (1_200_000, "CNY")),
        ("RMB 129.00", (12_900, "CNY")),
        ("¥1,200 JPY", (1_200, "JPY")),
        ("1200円", (1_200, "JPY")),
        ("NT$1,200", (1_200, "TWD")),
        ("新台幣 1200 元", (1_200, "TWD")),
        ("HK$99.90", (9_990, "HKD")),
        ("US$19.90", (1_990, "USD")),
        ("$19.9", (1_990, "USD")),
        ("&#36;49.90", (4_990, "USD")),
        ("$19.90 USD", (1_990, "USD")),
        ("19.90 US Dollar", OrderTrouble.BAD_VALUE),
        ("€49,90", (4_990, "EUR")),
        ("1.234,50 €", (123_450, "EUR")),
        ("1 234,5 €", (123_450, "EUR")),
        ("£ 5", (500, "GBP")),
        ("CHF 1'234.50", (123_450, "CHF")),
        ("CHF 1’234.50", (123_450, "CHF")),
        ("1.000.000 ₫", (1_000_000, "VND")),
        ("KWD 1234.500", (1_234_500, "KWD")),
        ("0", (0, "KRW")),
        ("-39000", (-39_000, "KRW")),
        ("−39,000", (-39_000, "KRW")),
        ("₩-39,000", (-39_000, "KRW")),
        ("-₩39,000", (-39_000, "KRW")),
        ("(39,000)", (-39_000, "KRW")),
        ("39,000-", (-39_000, "KRW")),
        ("+39,000", (39_000, "KRW")),
    ],
)
def test_amounts(text: str, expected: tuple[int, str] | OrderTrouble) -> None:
    """A shop in won reads each of these: the sign or the name decides; blanks, points and commas have their place."""
    assert read_money(text, "KRW", POLICY) == expected


@pytest.mark.parametrize(
    ("text", "currency", "trouble"),
    [
        ("", "KRW", OrderTrouble.NO_VALUE),
        ("-", "KRW", OrderTrouble.NO_VALUE),
        (" — ", "KRW", OrderTrouble.NO_VALUE),
        ("없음", "KRW", OrderTrouble.NO_VALUE),
        ("无", "CNY", OrderTrouble.NO_VALUE),
        ("39.000", "KRW", OrderTrouble.VALUE_TWO_WAYS),
        ("39.500", "KRW", OrderTrouble.VALUE_TWO_WAYS),
        ("19.999", "USD", OrderTrouble.VALUE_TWO_WAYS),
        ("1,234", "EUR", OrderTrouble.VALUE_TWO_WAYS),
        ("1.234", "EUR", OrderTrouble.VALUE_TWO_WAYS),
        ("1,234", "KWD", OrderTrouble.VALUE_TWO_WAYS),
        ("390.000₫", "USD", OrderTrouble.VALUE_TWO_WAYS),
        ("1.234만", "KRW", OrderTrouble.VALUE_TWO_WAYS),
        ("$5", "CNY", OrderTrouble.CURRENCY_OPEN),
        ("5 kr", "USD", OrderTrouble.CURRENCY_OPEN),
        ("₩5 USD", "KRW", OrderTrouble.TWO_CURRENCIES),
        ("US$5 원", "KRW", OrderTrouble.TWO_CURRENCIES),
        ("5", "won", OrderTrouble.BAD_CURRENCY),
        ("5", "", OrderTrouble.BAD_CURRENCY),
        ("5 XXX", "KRW", OrderTrouble.BAD_VALUE),
        ("1.5", "KRW", OrderTrouble.BAD_VALUE),
        ("19.9999", "USD", OrderTrouble.BAD_VALUE),
        ("1,23", "KRW", OrderTrouble.BAD_VALUE),
        ("12,34,567", "USD", OrderTrouble.BAD_VALUE),
        ("1 2", "KRW", OrderTrouble.BAD_VALUE),
        ("39000 39000", "KRW", OrderTrouble.BAD_VALUE),
        ("3만 4만", "KRW", OrderTrouble.BAD_VALUE),
        ("5.", "USD", OrderTrouble.BAD_VALUE),
        ("-(5)", "USD", OrderTrouble.BAD_VALUE),
        ("+-5", "USD", OrderTrouble.BAD_VALUE),
        ("10%", "USD", OrderTrouble.BAD_VALUE),
        ("many", "KRW", OrderTrouble.BAD_VALUE),
        ("NaN", "KRW", OrderTrouble.NO_VALUE),
        ("Infinity", "KRW", OrderTrouble.BAD_VALUE),
        ("3.9E+4", "KRW", OrderTrouble.SHORTENED),
        ("9e999999", "KRW", OrderTrouble.SHORTENED),
        ("9" * 30, "KRW", OrderTrouble.BAD_VALUE),
        ("9" * 5_000, "KRW", OrderTrouble.BAD_VALUE),
    ],
)
def test_amounts_that_are_refused(text: str, currency: str, trouble: OrderTrouble) -> None:
    """What isn't an amount, or could be two, is told by its reason and never read as nought."""
    assert read_money(text, currency, POLICY) is trouble


@pytest.mark.parametrize(
    ("text", "shop", "expected"),
    [
        ("$5", "TWD", (5, "TWD")),
        ("$5", "HKD", (500, "HKD")),
        ("$5", "USD", (500, "USD")),
        ("5 dollars", "AUD", (500, "AUD")),
        ("¥5", "JPY", (5, "JPY")),
        ("¥5", "USD", (500, "CNY")),
        ("5元", "TWD", (5, "TWD")),
        ("5元", "KRW", (500, "CNY")),
        ("5 kr", "SEK", (500, "SEK")),
        ("₩5", "USD", (5, "KRW")),
        ("5", "EUR", (500, "EUR")),
    ],
)
def test_a_shared_sign_means_the_shops_currency(text: str, shop: str, expected: tuple[int, str]) -> None:
    """Of the currencies that share a sign the shop's own is meant; another sign decides over the shop's currency."""
    assert read_money(text, shop, POLICY) == expected


@pytest.mark.parametrize(
    ("text", "column", "expected"),
    [
        ("39000", "KRW", (39_000, "KRW")),
        ("19.90", "usd", (1_990, "USD")),
        ("19.90", "미국 달러", (1_990, "USD")),
        ("129", "人民币", (12_900, "CNY")),
        ("$19.90", "HKD", (1_990, "HKD")),
        ("¥5", "JPY", (5, "JPY")),
        ("19.90", "", OrderTrouble.BAD_VALUE),
        ("₩39000", "USD", OrderTrouble.TWO_CURRENCIES),
        ("¥5", "KRW", OrderTrouble.TWO_CURRENCIES),
        ("5", "shells", OrderTrouble.BAD_CURRENCY),
    ],
)
def test_a_column_of_currencies(text: str, column: str, expected: tuple[int, str] | OrderTrouble) -> None:
    """The column beside an amount names its currency; if the amount's own sign says another, nothing is believed."""
    assert read_amounts([MoneyCell(text, column)], "KRW", POLICY) == [expected]


@pytest.mark.parametrize(
    ("shop", "texts", "expected"),
    [
        ("EUR", ["1,234", "1.234.567,00"], [OrderTrouble.VALUE_TWO_WAYS, (123_456_700, "EUR")]),
        ("EUR", ["1.234", "19,90"], [(123_400, "EUR"), (1_990, "EUR")]),
        ("EUR", ["1,234", "19.90"], [(123_400, "EUR"), (1_990, "EUR")]),
        ("KRW", ["39.000", "1.239.000"], [(39_000, "KRW"), (1_239_000, "KRW")]),
        ("KRW", ["39.000", "1250.000"], [(39, "KRW"), (1_250, "KRW")]),
        ("KRW", ["39.000", "39000.00"], [OrderTrouble.VALUE_TWO_WAYS, (39_000, "KRW")]),
        ("KRW", ["39.000", "3.9만"], [OrderTrouble.VALUE_TWO_WAYS, (39_000, "KRW")]),
        ("USD", ["1,200", "19,90"], [OrderTrouble.VALUE_TWO_WAYS, (1_990, "USD")]),
        ("USD", ["1,200", "19,90", "19.90"], [OrderTrouble.VALUE_TWO_WAYS, (1_990, "USD"), (1_990, "USD")]),
        ("KRW", ["12,000", "€49,90"], [OrderTrouble.VALUE_TWO_WAYS, (4_990, "EUR")]),
        ("KRW", ["12,000", "€49.90"], [(12_000, "KRW"), (4_990, "EUR")]),
        ("KWD", ["1.250", "12.50"], [(1_250, "KWD"), (12_500, "KWD")]),
    ],
)
def test_a_column_settles_what_is_open(
    shop: str, texts: list[str], expected: list[tuple[int, str] | OrderTrouble]
) -> None:
    """An amount that can be read in one way says what its marks mean in the others; contradictions settle nothing."""
    assert read_amounts([MoneyCell(text) for text in texts], shop, POLICY) == expected
    backwards = read_amounts([MoneyCell(text) for text in reversed(texts)], shop, POLICY)
    assert backwards[::-1] == expected


@given(st.text(max_size=60), st.sampled_from(sorted(CODES)) | st.text(max_size=4), st.text(max_size=4))
def test_no_text_breaks_the_reader(text: str, column: str, shop: str) -> None:
    """Whatever stands in a column of amounts is an amount within the bounds, or a trouble."""
    [found] = read_amounts([MoneyCell(text, column)], shop, POLICY)
    assert isinstance(found, OrderTrouble) or (abs(found.value) <= POLICY.max_value and found.currency in CODES)


@dataclass(frozen=True)
class Style:
    """How one shop's system writes all amounts."""

    groups: str
    point: str
    decimals: int | None
    """None: as many as the currency has, or none."""
    mark: int
    """Which of a currency's signs and names, counted from its code."""
    before: bool
    blank: str
    minus: str
    escaped: bool

    def writes(self, minor: int, currency: str) -> str:
        """An amount in this style."""
        digits = decimals_of(currency)
        whole, cents = divmod(abs(minor), 10**digits)
        number = f"{whole:,}".replace(",", self.groups)
        if digits and (self.decimals is None or cents):
            number += f"{self.point}{cents:0{digits}}"
        elif self.decimals:
            number += self.point + "0" * self.decimals
        names = [currency, currency.lower(), *NAMES.get(currency, ())]
        name = names[self.mark % len(names)]
        text = f"{name}{self.blank}{number}" if self.before else f"{number}{self.blank}{name}"
        if minor < 0:
            text = f"({text})" if self.minus == "(" else f"{self.minus}{text}"
        return html.escape(text).replace("$", "&#36;") if self.escaped else text


STYLES = st.builds(
    Style,
    groups=st.sampled_from(["", ",", ".", " ", "\u00a0", "\u202f", "'", "’"]),
    point=st.sampled_from([".", ","]),
    decimals=st.sampled_from([None, 0, 2]),
    mark=st.integers(0, 20),
    before=st.booleans(),
    blank=st.sampled_from(["", " ", "\u00a0"]),
    minus=st.sampled_from(["-", "−", "("]),
    escaped=st.booleans(),
).filter(lambda style: style.groups != style.point)
AMOUNTS = st.integers(0, 10**9) | st.integers(0, 10**4).map(lambda thousands: thousands * 1_000)
ROWS = st.lists(
    st.tuples(AMOUNTS, st.sampled_from((*USUAL, "VND", "CHF", "KWD", "SEK")), st.booleans()), min_size=1, max_size=6
)


@settings(max_examples=500)
@given(STYLES, ROWS, st.sampled_from(USUAL))
def test_a_column_in_any_style_is_read_exactly_or_refused(
    style: Style, rows: list[tuple[int, str, bool]], shop: str
) -> None:
    """Amount × currency × style: each is the exact minor units or a trouble, never another amount."""
    amounts = [(-minor if negative else minor, currency) for minor, currency, negative in rows]

    found = read_amounts([MoneyCell(style.writes(*amount)) for amount in amounts], shop, POLICY)

    wrong = [(amount, one) for amount, one in zip(amounts, found, strict=True) if isinstance(one, Money)]
    assert [(amount, one) for amount, one in wrong if amount != one] == []


@given(st.sampled_from(sorted(COMMA_GROUPS)), st.integers(0, 10**9))
def test_the_usual_style_is_always_read(currency: str, minor: int) -> None:
    """Commas between thousands, a point before the decimals: where that is the custom, no column is needed."""
    style = Style(",", ".", None, 0, before=True, blank=" ", minus="-", escaped=False)
    assert read_money(style.writes(minor, currency), currency, POLICY) == Money(minor, currency)


@pytest.mark.parametrize(
    ("text", "usual", "code"),
    [
        ("KRW", "", "KRW"),
        ("krw", "", "KRW"),
        ("₩", "", "KRW"),
        ("원", "", "KRW"),
        ("대한민국 원", "", "KRW"),
        ("人民币", "", "CNY"),
        ("新台幣", "", "TWD"),
        ("$", "", None),
        ("$", "HKD", "HKD"),
        ("¥", "JPY", "JPY"),
        ("shells", "USD", None),
        ("", "USD", None),
    ],
)
def test_currencies_by_their_names(text: str, usual: str, code: str | None) -> None:
    """A code, a sign or a name means one currency, or none for sure."""
    assert currency_of(text, usual) == code
