"""Read whole numbers as people write them: `1,000`, `50 pcs`, and the same with the words of three languages."""

import re
from unicodedata import category, normalize

from bot.rules.numbers import MOST_DIGITS
from bot.rules.times.vocabulary import any_of

COUNTERS = (
    *("장", "개", "코인", "명", "분", "번", "회", "매", "건", "인", "인분", "점", "하트", "배"),
    *(
        "张",
        "張",
        "个",
        "個",
        "枚",
        "份",
        "件",
        "条",
        "條",
        "金币",
        "金幣",
        "币",
        "幣",
        "人",
        "位",
        "名",
        "次",
        "颗",
        "顆",
    ),
    *("coins", "coin", "pcs", "pieces", "piece", "people", "person", "fans", "fan", "hearts", "heart", "times", "time"),
    *("coupons", "coupon", "winners", "winner", "shares", "share", "items", "item", "units", "unit", "x"),
)
"""What may be counted: it changes nothing."""
LARGE = {
    "천": 1_000,
    "만": 10_000,
    "억": 100_000_000,
    "千": 1_000,
    "万": 10_000,
    "萬": 10_000,
    "亿": 100_000_000,
    "k": 1_000,
}
"""Words for powers of ten."""
_AMOUNT = re.compile(
    rf"(?P<number>\d{{1,3}}(?:,\d{{3}})+|\d[\d_]*)(?:\.(?P<tenths>\d{{1,4}}))?\s*(?P<large>{any_of(LARGE)})?"
    rf"(?:\s*(?:{any_of(COUNTERS)}))?"
)
LONGEST = 40


def read_amount(text: str) -> int | None:
    """The whole number that a text means; None if it means none. A minus sign belongs to it.

    Parts of a power of ten are exact: 1.5 ten-thousands are 15000.
    """
    plain = normalize("NFKC", text).strip().casefold()
    if len(plain) > LONGEST or any(category(sign) == "No" for sign in text):
        return None  # a small raised 2 is no number that anybody means
    negative = plain[:1] in {"-", "\u2212"}
    found = _AMOUNT.fullmatch(plain[1:] if negative else plain)
    if found is None:
        return None
    digits = found["number"].replace(",", "").replace("_", "")
    tenths, times = found["tenths"] or "", LARGE[found["large"]] if found["large"] else 1
    if not (digits + tenths).isascii() or len(digits) > MOST_DIGITS or (tenths and times == 1):
        return None
    number, part = divmod(int(digits + tenths) * times, 10 ** len(tenths))
    return None if part else (-number if negative else number)


def join_counters(words: list[str]) -> list[str]:
    """The words of a line, with what is counted behind its number: `500 coins` is one of them."""
    joined: list[str] = []
    for word in words:
        if joined and joined[-1][-1:].isdigit() and word.casefold() in COUNTERS:
            joined[-1] += word
        else:
            joined.append(word)
    return joined
