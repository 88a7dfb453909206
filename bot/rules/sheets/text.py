"""Files of text as cells: CSV in any usual encoding and with any usual separator, tables of HTML, lists of JSON."""

import csv
import io
import json
import re
from collections import Counter
from itertools import islice
from typing import Any

from bot.rules.sheets.cells import name_key
from bot.rules.sheets.encodings import decode
from bot.rules.sheets.markup import has_table, read_markup
from bot.rules.sheets.names import NAMES
from bot.rules.sheets.sheet import Grid, Line

SEPARATORS = ",;\t|\uff0c"
_SEPARATOR_LINE = re.compile(r'\s*"?sep=(.)"?[\s,;]*', re.IGNORECASE)
_JSON = re.compile(r'\s*(?:\[\s*(?:["{\[\d]|\])|\{\s*")')
"""How JSON begins. A title in brackets doesn't."""
_LARGEST_CELL = 10_000
_SAMPLE_LINES = 200
_STEADY = 0.8
"""The share of lines that have equally many cells if a sign separates the columns."""
_KNOWN = frozenset(name for roles in NAMES.values() for ranks in roles.values() for rank in ranks for name in rank)


def read_text(content: bytes) -> Grid | None:
    """The file's cells; None if it isn't text in lines and columns."""
    text = decode(content)
    if text is None:
        return None
    text = text.lstrip("\ufeff")
    start = text.lstrip()[:1]
    if start == "<":
        return read_markup(text) if has_table(text) else None
    return _read_json(text) if _JSON.match(text) else _read_csv(text)


def _read_csv(text: str) -> Grid | None:
    """The lines of a CSV. A first line `sep=;` names the separator and is no data."""
    first, _, rest = text.partition("\n")
    named = _SEPARATOR_LINE.fullmatch(first.strip("\r\ufeff"))
    separator = named.group(1) if named is not None else _separator(text)
    lines: list[Line] = []
    before = 0
    skipped = 1 if named is not None else 0
    reader = csv.reader(io.StringIO(rest if skipped else text, newline=""), delimiter=separator, strict=True)
    try:
        for cells in reader:
            number, before = before + 1 + skipped, reader.line_num
            if any(len(cell) > _LARGEST_CELL for cell in cells):
                return None
            if any(cell.strip() for cell in cells):
                lines.append(Line(number, tuple(cells)))
    except csv.Error:
        return None
    return Grid(tuple(lines))


def _separator(text: str) -> str:
    """The sign that separates the columns: the one that shows a known header, else the one that most lines have."""
    return max(SEPARATORS, key=lambda sign: _fit(text, sign))


def _fit(text: str, sign: str) -> tuple[int, bool, bool, int]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign)
    try:
        lines = [cells for cells in islice(reader, _SAMPLE_LINES) if any(cell.strip() for cell in cells)]
    except csv.Error:
        return 0, False, False, 0
    if not lines:
        return 0, False, False, 0
    known = max(sum(name_key(cell) in _KNOWN for cell in cells) for cells in lines)
    columns, how_many = Counter(len(cells) for cells in lines).most_common(1)[0]
    steady = columns > 1 and how_many >= _STEADY * len(lines)
    # A comma that a blank follows stands in a sentence: in `red, blue;A1` the semicolon separates.
    tight = not any(cell.startswith(" ") for cells in lines for cell in cells)
    return known, steady, tight and columns > 1, columns if columns > 1 else 0


def _read_json(text: str) -> Grid | None:
    """A list of codes, or of objects whose keys are the header. Lines are counted by what stands in the list."""
    try:
        told = _load(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(told, dict):
        lists = [one for one in told.values() if isinstance(one, list)]
        told = lists[0] if len(lists) == 1 else None
    if not isinstance(told, list) or not told:
        return None
    if all(isinstance(one, dict) for one in told):
        return _read_objects(told)
    if all(_is_plain(one) for one in told):
        return Grid(tuple(Line(number, (_cell(one),)) for number, one in enumerate(told, start=1)))
    return None


def _load(text: str) -> Any:
    """One value, or one for each line."""
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return [json.loads(line) for line in text.splitlines() if line.strip()]


def _read_objects(told: list[dict[str, Any]]) -> Grid | None:
    header = list(dict.fromkeys(key for one in told for key in one))
    if not all(_is_plain(value) for one in told for value in one.values()):
        return None
    lines = [Line(1, tuple(header))]
    for number, one in enumerate(told, start=2):
        lines.append(Line(number, tuple(_cell(one.get(key)) for key in header)))
    return Grid(tuple(lines))


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float)


def _cell(value: Any) -> str:
    return "" if value is None else str(value)
