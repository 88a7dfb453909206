"""Tables of HTML, and of the XML of old spreadsheets, that shops' systems save under the name `.xls`."""

from html.parser import HTMLParser

from bot.rules.sheets.sheet import Grid, Line

_ROWS = frozenset({"tr", "row"})
_CELLS = frozenset({"td", "th", "cell"})
_MOST_SPANNED = 100
_UNSEEN = frozenset({"script", "style"})


def has_table(text: str) -> bool:
    """Whether the text has a table in it."""
    lower = text.lower()
    return "<table" in lower or ":table" in lower


def read_markup(text: str) -> Grid | None:
    """The cells of the table that has most of them; None if no table has any."""
    reader = _Tables()
    reader.feed(text)
    reader.close()
    reader.finish()
    largest = max(reader.tables, key=_size, default=[])
    lines = [Line(number, tuple(cells)) for number, cells in largest if any(cell.strip() for cell in cells)]
    return Grid(tuple(lines)) if lines else None


_Table = list[tuple[int, list[str]]]


def _size(table: _Table) -> int:
    return sum(1 for _, cells in table for cell in cells if cell.strip())


class _Tables(HTMLParser):
    """Collects the cells of all tables. A line's number is that of its row in the table."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[_Table] = []
        self._open: list[_Table] = []
        """The tables that aren't closed yet, the innermost last."""
        self._cell: list[str] | None = None
        self._spans = 1
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a table, a row or a cell."""
        name = tag.rpartition(":")[2]
        if name in _UNSEEN:
            self._unseen += 1
        elif name == "table":
            self._end_cell()
            self._open.append([])
            self.tables.append(self._open[-1])
        elif name in _ROWS and self._open:
            self._end_cell()
            self._open[-1].append((len(self._open[-1]) + 1, []))
        elif name in _CELLS and self._open and self._open[-1]:
            self._end_cell()
            self._begin_cell({key.rpartition(":")[2]: value or "" for key, value in attrs})
        elif name in {"br", "p", "div"} and self._cell:
            self._cell.append(" ")

    def handle_endtag(self, tag: str) -> None:
        """End a cell, a row or a table."""
        name = tag.rpartition(":")[2]
        if name in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif name in _CELLS or name in _ROWS:
            self._end_cell()
        elif name == "table" and self._open:
            self._end_cell()
            self._open.pop()

    def handle_data(self, data: str) -> None:
        """Keep what stands in a cell."""
        if self._cell is not None and not self._unseen:
            self._cell.append(data)

    def finish(self) -> None:
        """End the last cell of a file that was cut."""
        self._end_cell()

    def _begin_cell(self, attrs: dict[str, str]) -> None:
        cells = self._open[-1][-1][1]
        index, spans = attrs.get("index", ""), attrs.get("colspan", "")
        if index.isascii() and index.isdigit():  # empty cells before it were left out
            cells.extend([""] * min(int(index[:4]) - 1 - len(cells), _MOST_SPANNED))
        self._spans = min(max(int(spans[:4]), 1), _MOST_SPANNED) if spans.isascii() and spans.isdigit() else 1
        self._cell = []

    def _end_cell(self) -> None:
        if self._cell is None:
            return
        text = " ".join("".join(self._cell).split())
        self._open[-1][-1][1].extend([text, *[""] * (self._spans - 1)])
        self._cell = None
