"""Amounts of money as people and platforms write them."""

from decimal import Decimal, InvalidOperation

from bot.rules.orders.told import OrderPolicy, OrderTrouble

WHOLE = frozenset({"KRW", "JPY", "VND", "CLP", "TWD"})
"""Currencies without minor units: their values are whole numbers."""
SIGNS = {"₩": "KRW", "원": "KRW", "$": "USD", "元": "CNY", "¥": "CNY"}


def read_money(text: str, currency: str | None, policy: OrderPolicy) -> tuple[int, str] | OrderTrouble:
    """Read an amount (`12,000`, `₩12,000`, `$19.90`, `CNY 129.00`) as minor units and currency.

    `currency` is used if the text names none. An amount that can't be read gives an `OrderTrouble`, never an error.
    """
    bare = text.replace(",", "").replace(" ", "")
    for sign, means in SIGNS.items():
        if sign in bare:
            bare, currency = bare.replace(sign, "", 1), currency or means
    if len(bare) > 3 and bare[:3].isascii() and bare[:3].isalpha():  # noqa: PLR2004  # a currency's three letters
        bare, currency = bare[3:], bare[:3]
    if currency is None or len(currency) != 3 or not (currency.isascii() and currency.isalpha()):  # noqa: PLR2004
        return OrderTrouble.BAD_CURRENCY
    currency = currency.upper()
    try:
        amount = Decimal(bare)
    except InvalidOperation:
        return OrderTrouble.BAD_VALUE
    # The bounds are checked first: arithmetic with 9e999999 raises an error.
    if not amount.is_finite() or not 0 <= amount <= policy.max_value:
        return OrderTrouble.BAD_VALUE
    minor = amount if currency in WHOLE else amount * 100
    if minor != minor.to_integral_value() or minor > policy.max_value:
        return OrderTrouble.BAD_VALUE
    return int(minor), currency
