"""Which column of a file is what: found by the header's names, else asked. No column is taken for where it stands."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from bot.rules.files import FileEmpty, FileLacksColumn, HeaderUnclear, NumbersShortened
from bot.rules.sheets.cells import find_shortened, is_shortened, name_key, unit_of, without_unit
from bot.rules.sheets.contents import could_be_code, could_be_codes, look_like_codes, look_like_statuses
from bot.rules.sheets.date_and_hour import find_date_and_hour, join_date_and_hour
from bot.rules.sheets.first_line import read_first_line
from bot.rules.sheets.many_codes import are_all_codes, ask_many_codes, split_codes
from bot.rules.sheets.names import NAMES
from bot.rules.sheets.platforms import PLATFORMS
from bot.rules.sheets.sheet import (
    NOWHERE,
    Answers,
    AskColumn,
    ColumnShown,
    Grid,
    Question,
    Role,
    Row,
    Sheet,
    SheetKind,
)
from bot.rules.sheets.table import Table, read_table

SheetProblem = FileEmpty | FileLacksColumn | NumbersShortened | HeaderUnclear

NEEDED: Mapping[SheetKind, tuple[Role, ...]] = {
    SheetKind.CODES: (Role.CODE,),
    SheetKind.ORDERS: (Role.ORDER, Role.VALUE, Role.TIME),
    SheetKind.MEMBERS: (),
}
"""Roles that a file can't be read without, in the order in which they are asked about."""
ONE_OF: Mapping[SheetKind, tuple[tuple[Role, ...], ...]] = {
    SheetKind.CODES: (),
    SheetKind.ORDERS: (),
    SheetKind.MEMBERS: ((Role.USERNAME, Role.USER_ID), (Role.POINTS, Role.TAGS, Role.JOINED, Role.TIER, Role.SCORE)),
}
"""Of each of these roles a file needs one. Without any, the first is asked about."""
KEPT_WHOLE: Mapping[SheetKind, Role] = {
    SheetKind.CODES: Role.CODE,
    SheetKind.ORDERS: Role.ORDER,
    SheetKind.MEMBERS: Role.USER_ID,
}
"""The role whose long numbers must have all their digits."""
JOINED: Mapping[SheetKind, frozenset[Role]] = {
    SheetKind.CODES: frozenset({Role.STATUS, Role.USES}),
    SheetKind.ORDERS: frozenset({Role.NOTE, Role.REFUND_STATUS}),
    SheetKind.MEMBERS: frozenset({Role.TAGS, Role.NAME}),
}
"""Roles that several columns can have together. Their cells are joined by line breaks."""
NEVER_ASKED = frozenset({Role.DISCOUNT, Role.BACK, Role.ITEM, Role.LIMIT, Role.ENDS})
"""Roles that a file goes without if two columns could have them."""
SAMPLES = 3
LONGEST_SAMPLE = 40
ENOUGH = 0.5
"""The share of a single column's cells that must look like codes, else the column is asked about."""
CURRENCIES = ("KRW", "USD", "CNY", "TWD", "HKD", "EUR", "GBP", "JPY", "SGD", "AUD", "CAD", "THB", "VND", "MYR")
"""Currencies that a header's name can say in brackets: `Total (USD)`."""


def understand(grid: Grid, kind: SheetKind, answers: Answers) -> Sheet | Question | SheetProblem:
    """The file's rows by role, the next question about it, or why it can't be used."""
    table = read_table(grid, kind)
    if isinstance(table, HeaderUnclear):
        return table
    if not table.rows and not table.guessed:
        return FileEmpty()
    shape = shape_of(table, kind)
    if kind is SheetKind.CODES:
        return _understand_codes(table, answers, shape)
    found = _found(table, kind, answers.columns, shape)
    return _sheet(table, found, shape) if isinstance(found, Mapping) else found


def _understand_codes(table: Table, answers: Answers, shape: str) -> Sheet | Question | SheetProblem:
    """The same for a file of codes, whose lines may hold several and whose first line may be a code."""
    first = read_first_line(table, answers.columns, shape)
    if isinstance(first, AskColumn):
        return first
    table, columns = first
    if are_all_codes(table) and Role.CODE not in columns:
        question = ask_many_codes(table, table.columns[0], shape) if answers.many_codes is None else None
        if question is not None:
            return question
        columns = {**columns, Role.CODE.value: table.columns[0]} if answers.many_codes else columns
    found = _found(table, SheetKind.CODES, columns, shape)
    if not isinstance(found, Mapping):
        return found
    at = found[Role.CODE][0]
    question = ask_many_codes(table, at, shape) if answers.many_codes is None else None
    if question is not None:
        return question
    return _sheet(split_codes(table, at) if answers.many_codes else table, found, shape)


def _found(
    table: Table, kind: SheetKind, answers: Mapping[str, int], shape: str
) -> Mapping[Role, Sequence[int]] | AskColumn | FileLacksColumn | NumbersShortened:
    """The columns by role, if all are known and the spreadsheet kept all digits of codes and order numbers."""
    columns = _Columns(table, kind, answers, shape)
    missing = columns.find()
    if missing is not None:
        return missing
    kept_whole = columns.found.get(KEPT_WHOLE[kind])
    return (_shortened(table, kept_whole[0]) if kept_whole else None) or columns.found


def shape_of(table: Table, kind: SheetKind) -> str:
    """A fingerprint of the header's names, or of the number of columns."""
    names = [table.keys[at] for at in table.columns] if table.header is not None else [str(len(table.columns))]
    told = "\x1f".join([kind, "named" if table.header is not None else "bare", *names])
    return hashlib.sha256(told.encode()).hexdigest()[:16]


class _Columns:
    """Finds the columns of a table, role by role."""

    def __init__(self, table: Table, kind: SheetKind, answers: Mapping[str, int], shape: str) -> None:
        self._table = table
        self._kind = kind
        self._answers = answers
        self._shape = shape
        self.found: dict[Role, tuple[int, ...]] = {}
        self._unsure: dict[Role, tuple[int, ...]] = {}
        """Roles that several columns could have."""

    def find(self) -> AskColumn | FileLacksColumn | None:
        """Fill `found`; or what has to be asked first, or what the file lacks."""
        self._find_by_names()
        self._find_by_contents()
        for role in NEEDED[self._kind]:
            if not self.found.get(role):
                return self._ask(role)
        for roles in ONE_OF[self._kind]:
            if not any(self.found.get(role) for role in roles):
                return self._ask(roles[0])
        for role in self._unsure:
            if role not in self.found and role not in NEVER_ASKED:
                return self._ask(role, can_lack=True)
        bare = self._kind is SheetKind.ORDERS and (self._table.header is None or self._table.guessed)
        if bare and Role.CODE not in self.found and self._free():
            return self._ask(Role.CODE, can_lack=True)
        return None

    def _find_by_names(self) -> None:
        for role in NAMES[self._kind]:
            answered, named = self._answered(role), self._named(role)
            pair = find_date_and_hour(self._table, self._ranks(role)) if role is Role.TIME else None
            if answered is not None:
                self.found[role] = answered
            elif pair is not None:
                self.found[role] = pair
            elif len(named) > 1 and role not in JOINED[self._kind]:
                self._unsure[role] = named
            elif named:
                self.found[role] = named

    def _answered(self, role: Role) -> tuple[int, ...] | None:
        index = self._answers.get(role)
        if index == NOWHERE:
            return ()
        return (index,) if index in self._table.columns else None

    def _named(self, role: Role) -> tuple[int, ...]:
        """The columns of the best rank that any column has. Columns with the same cells count as one."""
        if self._table.header is None:
            return ()
        keys = self._table.keys
        for one in PLATFORMS:
            if one.kind is self._kind and one.role is role and one.beside & set(keys.values()):
                named = tuple(at for at, key in keys.items() if key == one.name)
                if named:
                    return self._apart(named)
        return next((named for named in self._ranks(role) if named), ())

    def _ranks(self, role: Role) -> list[tuple[int, ...]]:
        """The columns that have a name of the role, by the names' ranks."""
        if self._table.header is None:
            return []
        keys = self._table.keys
        bare = {at: name_key(without_unit(self._table.name(at))) for at in keys}
        ranks = [[at for at in keys if keys[at] in rank or bare[at] in rank] for rank in NAMES[self._kind][role]]
        return [self._apart(named) for named in ranks]

    def _apart(self, columns: Sequence[int]) -> tuple[int, ...]:
        by_cells = {tuple(self._table.column(at)): at for at in reversed(columns)}
        return tuple(sorted(by_cells.values()))

    def _find_by_contents(self) -> None:
        """States are known by their words, and codes by their look, if no other column could be codes."""
        table, free = self._table, self._free()
        if self._kind is SheetKind.MEMBERS:
            return
        if Role.STATUS not in self.found and Role.STATUS not in self._unsure:
            states = [at for at in free if look_like_statuses(table.filled(at), self._kind)]
            if len(states) == 1:
                self.found[Role.STATUS] = (states[0],)
        if self._kind is SheetKind.ORDERS or Role.CODE in self.found or Role.CODE in self._unsure:
            return
        if len(table.columns) == 1:
            cells = table.filled(table.columns[0])
            if table.header is None or sum(could_be_code(cell) for cell in cells) >= ENOUGH * len(cells):
                self.found[Role.CODE] = table.columns
        elif table.header is None:
            could_be = [at for at in free if could_be_codes(table.filled(at))]
            if len(could_be) == 1 and look_like_codes(table.column(could_be[0])):
                self.found[Role.CODE] = (could_be[0],)

    def _free(self) -> list[int]:
        taken = {at for columns in self.found.values() for at in columns}
        return [at for at in self._table.columns if at not in taken]

    def _ask(self, role: Role, *, can_lack: bool = False) -> AskColumn | FileLacksColumn:
        if role in self.found:  # the answer was: none of these
            return FileLacksColumn(role)
        columns: Iterable[int] = self._unsure.get(role) or self._free()
        shown = tuple(show_column(self._table, at) for at in columns if self._table.filled(at))
        return AskColumn(role, shown, self._shape, can_lack) if shown else FileLacksColumn(role)


def show_column(table: Table, at: int) -> ColumnShown:
    """A column as a button shows it."""
    samples = tuple(cell[:LONGEST_SAMPLE] for cell in table.filled(at)[:SAMPLES])
    return ColumnShown(at, table.name(at)[:LONGEST_SAMPLE], samples)


def _shortened(table: Table, at: int) -> NumbersShortened | None:
    cells = table.column(at)
    first = find_shortened(cells)
    if first is None:
        return None
    count = sum(is_shortened(cell) for cell in cells) or sum(len(cell) > len("123456789012345") for cell in cells)
    return NumbersShortened(table.rows[first].number, cells[first][:LONGEST_SAMPLE], count)


def _sheet(table: Table, found: Mapping[Role, Sequence[int]], shape: str) -> Sheet:
    columns = {role: at for role, at in found.items() if at}
    currency = _currency_of(table, columns)
    rows = []
    for row in table.rows:
        cells = {role.value: _cell(row.cells, at, role) for role, at in columns.items()}
        if currency:
            cells[Role.CURRENCY] = currency
        rows.append(Row(row.number, cells))
    roles = frozenset(role.value for role in columns) | ({Role.CURRENCY.value} if currency else set())
    return Sheet(tuple(rows), roles, shape)


def _cell(cells: Sequence[str], columns: Sequence[int], role: Role) -> str:
    if len(columns) == 1:
        return cells[columns[0]] if columns[0] < len(cells) else ""
    if role is Role.TIME:
        day, hour = (cells[at] if at < len(cells) else "" for at in columns)
        return join_date_and_hour(day, hour)
    return "\n".join(cells[at] for at in columns if at < len(cells) and cells[at])


def _currency_of(table: Table, columns: Mapping[Role, Sequence[int]]) -> str:
    """The currency that the header says behind the name of the amounts, where no column tells it."""
    if Role.VALUE not in columns or Role.CURRENCY in columns:
        return ""
    said = unit_of(table.name(columns[Role.VALUE][0])).upper()
    return said if said in CURRENCIES else ""
