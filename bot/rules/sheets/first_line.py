"""Whether the first line of a file of codes is a header that nobody knows, or a code."""

from collections.abc import Mapping

from bot.rules.sheets.contents import could_be_code
from bot.rules.sheets.sheet import AskColumn, ColumnShown, Role
from bot.rules.sheets.table import Table, is_surely_name

_SAMPLES = 3
_LONGEST_SAMPLE = 40


def read_first_line(
    table: Table, answers: Mapping[str, int], shape: str
) -> AskColumn | tuple[Table, Mapping[str, int]]:
    """The table with its first line as what it is, and the answers about columns; or the question.

    The question offers the same column twice. Its indices are those of the column, moved by once the table's width
    (the first line is a header) and by twice the width (the first line is a code).
    """
    if not table.guessed:
        return table, answers
    width = table.width
    chosen = answers.get(Role.CODE)
    at = chosen % width if chosen is not None and 0 <= chosen < 3 * width else None
    if at is None and len(table.columns) == 1:
        at = table.columns[0]
    if at is None or at not in table.columns:
        return table, answers
    settled = {**answers, Role.CODE.value: at}
    if chosen is not None and chosen >= 2 * width:
        return table.headless(), settled
    surely = not could_be_code(table.name(at)) or is_surely_name(table.name(at), table.filled(at))
    if surely or (chosen is not None and chosen >= width):
        return table, settled if chosen is not None else answers
    cells = [cell[:_LONGEST_SAMPLE] for cell in table.filled(at)[:_SAMPLES]]
    named = ColumnShown(at + width, table.name(at)[:_LONGEST_SAMPLE], tuple(cells))
    bare = ColumnShown(at + 2 * width, "", (table.name(at)[:_LONGEST_SAMPLE], *cells[:-1]))
    return AskColumn(Role.CODE, (named, bare), shape)
