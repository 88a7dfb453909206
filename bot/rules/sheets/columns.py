"""From a grid of cells to named columns, or the question which column is which."""

import csv
import io
from hashlib import sha256

from bot.rules.sheets.reading import _clean, _decoded, _delimiter, _header
from bot.rules.sheets.sheet import (
    NOWHERE,
    Answers,
    AskColumn,
    AskManyCodes,
    ColumnShown,
    Grid,
    Line,
    Question,
    Role,
    Row,
    Sheet,
    SheetKind,
)

_NEEDED = {SheetKind.CODES: (Role.CODE,), SheetKind.ORDERS: (Role.ORDER, Role.VALUE, Role.TIME)}


def read_text(content: bytes) -> Grid | None:
    """The cells of a text; None if it isn't one."""
    text = _decoded(content)
    if text is None or "\x00" in text:
        return None
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    lines = [Line(number, tuple(map(_clean, cells))) for number, cells in enumerate(reader, 1)]
    return Grid(tuple(line for line in lines if any(line.cells)))


def understand(grid: Grid, kind: SheetKind, answers: Answers) -> Sheet | Question:
    """The rows with their roles, or what must be asked first."""
    found: dict[str, int] = dict(_header(list(grid.lines[0].cells)))
    data = grid.lines[1:] if found else grid.lines
    names = grid.lines[0].cells if found else ("",) * len(grid.lines[0].cells)
    shape = sha256("\t".join((kind, *names)).encode()).hexdigest()[:16]
    if kind is SheetKind.CODES and len(grid.lines) == 1 and len(names) > 1:
        if answers.many_codes is None:
            return AskManyCodes(",".join(grid.lines[0].cells), len(names), shape)
        cells = grid.lines[0].cells if answers.many_codes else (",".join(grid.lines[0].cells),)
        return Sheet(tuple(Row(1, {"code": cell}) for cell in cells), frozenset({"code"}), shape)
    if not found and len(names) == 1:
        found = {"code": 0}
    found |= {role: index for role, index in answers.columns.items() if NOWHERE <= index < len(names)}
    for role in _NEEDED[kind]:
        if role not in found:
            shown = tuple(
                ColumnShown(index, name, tuple(line.cells[index] for line in data[:3] if index < len(line.cells)))
                for index, name in enumerate(names)
            )
            return AskColumn(role, shown, shape)
    rows = tuple(
        Row(line.number, {role: line.cells[at] for role, at in found.items() if 0 <= at < len(line.cells)})
        for line in data
    )
    return Sheet(rows, frozenset(found), shape)
