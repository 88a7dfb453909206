"""Files of codes whose lines hold several codes each."""

from dataclasses import replace

from bot.rules.sheets.contents import codes_within, look_like_codes
from bot.rules.sheets.sheet import AskManyCodes, Line
from bot.rules.sheets.table import Table

_LONGEST_SAMPLE = 100


def are_all_codes(table: Table) -> bool:
    """Whether a file without a header has several columns, and each holds what looks like codes."""
    several = table.header is None and len(table.columns) > 1
    return several and all(look_like_codes(table.filled(at)) for at in table.columns)


def ask_many_codes(table: Table, at: int, shape: str) -> AskManyCodes | None:
    """The question whether each line is several codes; None if no line looks so."""
    found = _codes_by_line(table, at)
    if all(len(codes) < 2 for codes in found):  # noqa: PLR2004  # two are several
        return None
    several = next(codes for codes in found if len(codes) > 1)
    return AskManyCodes(", ".join(several)[:_LONGEST_SAMPLE], sum(max(len(codes), 1) for codes in found), shape)


def split_codes(table: Table, at: int) -> Table:
    """The table with each code in a line of its own."""
    rows: list[Line] = []
    for row, codes in zip(table.rows, _codes_by_line(table, at), strict=True):
        for code in codes or [row.cells[at] if at < len(row.cells) else ""]:
            cells = [*row.cells, *[""] * (at + 1 - len(row.cells))]
            rows.append(Line(row.number, (*cells[:at], code, *cells[at + 1 :])))
    return replace(table, rows=tuple(rows))


def _codes_by_line(table: Table, at: int) -> list[list[str]]:
    """For each row the codes that stand in the column, and in columns beside it that have no name."""
    nameless = [other for other in table.columns if other != at and not table.name(other)]
    if table.header is not None and not table.name(at):
        nameless = []
    columns = [at, *(other for other in nameless if look_like_codes(table.filled(other)))]
    found = []
    for row in table.rows:
        cells = [row.cells[one] for one in columns if one < len(row.cells) and row.cells[one]]
        found.append([code for cell in cells for code in codes_within(cell) or [cell]])
    return found
