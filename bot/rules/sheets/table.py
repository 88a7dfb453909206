"""A file's cells as a table: its header, below titles, and its rows, above sums."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from bot.rules.files import HeaderUnclear
from bot.rules.sheets.cells import clean_cell, name_key, without_unit
from bot.rules.sheets.contents import could_be_code, has_digit, is_number
from bot.rules.sheets.names import NAMES, SUMS
from bot.rules.sheets.platforms import PLATFORMS
from bot.rules.sheets.sheet import Grid, Line, SheetKind

_SUM_INITIALS = frozenset(word[0] for word in SUMS)
_TITLES = 30
"""Among the first lines the header is looked for."""


@dataclass(frozen=True)
class Table:
    """A file's clean cells. Columns are counted from 0 as they stand in the file."""

    header: tuple[str, ...] | None
    rows: tuple[Line, ...]
    header_line: int = 0
    """The number of the header's line; 0 without one."""
    guessed: bool = False
    """Whether no name of the header is known: it was taken for one because its cells are unlike those below."""

    @cached_property
    def width(self) -> int:
        """How many columns the longest line has."""
        return max(len(cells) for cells in (self.header or (), *(row.cells for row in self.rows)))

    @cached_property
    def columns(self) -> tuple[int, ...]:
        """The columns in which anything stands."""
        header = self.header or ()
        filled = {at for at, name in enumerate(header) if name}
        for row in self.rows:
            filled.update(at for at, cell in enumerate(row.cells) if cell)
        return tuple(sorted(filled))

    @cached_property
    def keys(self) -> Mapping[int, str]:
        """The header's names as they are compared."""
        return {at: name_key(self.name(at)) for at in self.columns}

    def name(self, at: int) -> str:
        """The header's name of a column; empty without one."""
        return self.header[at] if self.header is not None and at < len(self.header) else ""

    def column(self, at: int) -> list[str]:
        """All cells of a column."""
        return [row.cells[at] if at < len(row.cells) else "" for row in self.rows]

    def filled(self, at: int) -> list[str]:
        """The cells of a column that aren't empty."""
        return [cell for cell in self.column(at) if cell]

    def headless(self) -> "Table":
        """The same with the header as the first row of data."""
        first = Line(self.header_line, self.header or ())
        return replace(self, header=None, header_line=0, guessed=False, rows=(first, *self.rows))


def read_table(grid: Grid, kind: SheetKind) -> Table | HeaderUnclear:
    """The file as a table; or that it has a line of names below a line of data."""
    lines = [Line(line.number, tuple(clean_cell(cell) for cell in line.cells)) for line in grid.lines]
    lines = [line for line in lines if any(line.cells)]
    if not lines:
        return Table(None, ())
    at = _find_header(lines, kind)
    above = _find_data_above(lines, at)
    if at is not None and above is not None:
        return HeaderUnclear(lines[at].number, above)
    if at is None:
        lines = _without_titles(lines)
    guessed = at is None and _is_unlike(lines)
    if guessed:
        at = 0
    header = lines[at].cells if at is not None else None
    rows = lines[at + 1 :] if at is not None else lines
    rows = [row for row in rows if row.cells != header and not _is_sum(row, kind)]
    return Table(header, tuple(rows), lines[at].number if at is not None else 0, guessed)


def _find_header(lines: Sequence[Line], kind: SheetKind) -> int | None:
    """The index of the line that names columns: the first one, unless a longer one below it names more of them."""
    best: tuple[int, int, int] | None = None
    for at, line in enumerate(lines[:_TITLES]):
        known, filled = _count_known(line, kind), sum(1 for cell in line.cells if cell)
        if not known or any(is_number(cell) for cell in line.cells if cell):
            continue
        if best is None or (known > best[1] and filled > best[2]):
            best = at, known, filled
    return best[0] if best is not None else None


def _count_known(line: Line, kind: SheetKind) -> int:
    """How many roles a line's cells name."""
    keys = {name_key(cell) for cell in line.cells} | {name_key(without_unit(cell)) for cell in line.cells}
    roles = {role for role, ranks in NAMES[kind].items() for rank in ranks if keys & set(rank)}
    roles |= {one.role for one in PLATFORMS if one.kind is kind and one.name in keys and one.beside & keys}
    return len(roles)


def _find_data_above(lines: Sequence[Line], at: int | None) -> int | None:
    """The number of a line above the header that is as long as it and holds a code or an order's number."""
    if at is None:
        return None
    filled = sum(1 for cell in lines[at].cells if cell)
    for line in lines[:at]:
        cells = [cell for cell in line.cells if cell]
        if len(cells) >= filled and any(could_be_code(cell) and has_digit(cell) for cell in cells):
            return line.number
    return None


def _without_titles(lines: list[Line]) -> list[Line]:
    """The lines without those at the top that have one cell, which is no code, above longer ones."""
    longest = max(sum(1 for cell in line.cells if cell) for line in lines)
    for at, line in enumerate(lines):
        cells = [cell for cell in line.cells if cell]
        if len(cells) > 1 or longest == 1 or could_be_code(cells[0]):
            return lines[at:]
    return lines


def _is_unlike(lines: Sequence[Line]) -> bool:
    """Whether the first line is unlike all others, as an unknown header is: words above numbers."""
    first, rest = lines[0], lines[1:]
    if not rest or any(has_digit(cell) for cell in first.cells):
        return False
    for at, name in enumerate(first.cells):
        cells = [line.cells[at] for line in rest if at < len(line.cells) and line.cells[at]]
        if name and cells and (all(has_digit(cell) for cell in cells) or is_surely_name(name, cells)):
            return True
    return False


def is_surely_name(name: str, cells: Sequence[str]) -> bool:
    """Whether a first cell can't be a code as those below it: it has other letters than they, or a blank."""
    if not name.isascii():
        return all(cell.isascii() for cell in cells)
    return " " in name and not any(" " in cell for cell in cells)


def _is_sum(row: Line, kind: SheetKind) -> bool:
    """Whether a line is a sum below the data: its first cell says so, and a number or nothing follows."""
    first = next(cell for cell in row.cells if cell)
    if first[0].casefold() not in _SUM_INITIALS:
        return False
    cells = [cell for cell in row.cells if cell]
    head, _, tail = first.partition(":")
    if name_key(head) not in SUMS or not all(is_number(cell) for cell in ([tail] if tail else []) + cells[1:]):
        return False
    return kind is SheetKind.ORDERS or bool(tail) or len(cells) > 1 or not cells[0].isascii()
