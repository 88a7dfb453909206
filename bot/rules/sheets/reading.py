"""Read files of lines and columns (CSV) as shops' platforms write them: any usual encoding, delimiter and header."""

import csv
import io
from unicodedata import normalize

from bot.rules.sheets.sheet import Row, Sheet

COLUMNS = {
    "code": (
        *("code", "coupon", "coupon code"),
        *("코드", "쿠폰", "쿠폰코드", "쿠폰 코드"),
        *("优惠码", "券码", "优惠券码", "优惠券"),
    ),
    "order": (
        *("order", "order id", "order no"),
        *("주문", "주문번호", "주문 번호"),
        *("订单", "订单号", "订单编号"),
    ),
    "value": (
        *("value", "amount", "total"),
        *("금액", "주문금액", "주문 금액", "결제금액"),
        *("金额", "订单金额", "实付金额"),
    ),
    "time": (
        *("time", "at", "date", "paid at"),
        *("시간", "일시", "주문일시", "결제일시"),
        *("时间", "日期", "下单时间", "付款时间"),
    ),
    "currency": ("currency", "통화", "币种", "货币"),
}
"""The columns that are read → the names that platforms give them."""
DELIMITERS = ",;\t"
_ASIAN = ("cp949", "gb18030")
_LARGEST_CELL = 10_000


def read_sheet(content: bytes, without_header: tuple[str, ...]) -> Sheet | None:
    """The lines of a file; None if the file isn't text in lines and columns.

    The first line is a header if it names at least one known column. A file without a header has the columns
    `without_header`, in this order. If the header names no `code`, the first column holds the codes. Empty lines are
    skipped.
    """
    text = _decoded(content)
    if text is None or "\x00" in text:
        return None
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    columns: dict[str, int] | None = None
    rows: list[Row] = []
    try:
        before = 0
        for cells in reader:
            line, before = before + 1, reader.line_num
            if any(len(cell) > _LARGEST_CELL for cell in cells):
                return None
            clean = [_clean(cell) for cell in cells]
            if not any(clean):
                continue
            if columns is None:
                columns = _header(clean)
                if columns:
                    columns.setdefault("code", 0)
                    continue
                columns = {name: at for at, name in enumerate(without_header)}
            found = {name: clean[at] for name, at in columns.items() if at < len(clean)}
            rows.append(Row(line, found))
    except csv.Error:
        return None
    return Sheet(tuple(rows), frozenset(columns or {}))


def _decoded(content: bytes) -> str | None:
    """The text, decoded by its byte order mark, else by the first encoding that fits. A known header decides first."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _try(content, "utf-16")
    nulls = content[:4096].count(0)
    if nulls:
        # In UTF-16 without a mark every second byte of plain text is null. Anything else with nulls isn't text.
        odd = content[1:4096:2].count(0) * 2 >= nulls
        return _try(content, "utf-16-le" if odd else "utf-16-be") if nulls * 3 > min(len(content), 4096) else None
    text = _try(content, "utf-8-sig")
    if text is not None:
        return text
    found = [text for text in (_try(content, encoding) for encoding in _ASIAN) if text is not None]
    known = {name for names in COLUMNS.values() for name in names if not name.isascii()}
    named = [text for text in found if any(name in text.partition("\n")[0] for name in known)]
    return next(iter(named or found), None)


def _try(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def _delimiter(text: str) -> str:
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(DELIMITERS, key=first.count)


def _header(cells: list[str]) -> dict[str, int]:
    """The index of each known column, by the names in the first line; empty if the line isn't a header."""
    found: dict[str, int] = {}
    for at, cell in enumerate(cells):
        word = cell.casefold().replace("_", " ").strip()
        for column, names in COLUMNS.items():
            if word in names and column not in found:
                found[column] = at
    return found


def _clean(cell: str) -> str:
    return normalize("NFKC", cell.strip().lstrip("\ufeff")).strip()
