"""Cells as spreadsheets and platforms write them: without the marks that only keep a number from being changed."""

import re
from unicodedata import normalize

_UNSEEN = dict.fromkeys(
    [
        *(0x00AD, 0x180E, 0xFEFF),
        *range(0x200B, 0x2010),
        *range(0x202A, 0x202F),
        *range(0x2060, 0x2065),
        *range(0x2066, 0x206A),
    ]
)
"""Signs of no width: they come along when text is copied, and nobody sees them."""
_FORMULA = re.compile(r'=\s*"(.*)"', re.DOTALL)
_SHORTENED = re.compile(r"[+-]?\d(?:[.,]\d+)?E\+\d{2,}", re.IGNORECASE)
_EXACT_DIGITS = 15
"""Digits that a spreadsheet keeps of a number. It makes noughts of those that follow."""
_SURELY_LOST = 3
_LETTERS = re.compile(r"[\W_]+")
_UNIT = re.compile(r"\(([^()]*)\)\s*$")


def clean_cell(cell: str) -> str:
    """The cell's text without what only a spreadsheet needs.

    `="2026"`, `'2026` and a backtick before digits keep them as text. Signs of no width go, full width becomes usual.
    """
    if cell.isascii() and cell[:1].isalnum() and cell[-1:].isalnum():
        return cell  # nearly all cells are plain, and files have many
    text = cell.strip() if cell.isascii() else normalize("NFKC", cell.translate(_UNSEEN)).strip()
    formula = _FORMULA.fullmatch(text)
    if formula is not None:
        text = formula.group(1).replace('""', '"').strip()
    if len(text) > 1 and text[0] in "'`\u2018\u2019":
        text = text[1:].strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1].strip()
    return text


def is_shortened(cell: str) -> bool:
    """Whether a spreadsheet wrote a long number as `2.02611E+14`, so that its digits are lost."""
    return _SHORTENED.fullmatch(cell) is not None


def find_shortened(cells: list[str]) -> int | None:
    """The index of the first number of a column whose last digits a spreadsheet lost, or None.

    A spreadsheet keeps 15 digits. If all long numbers of a column have noughts after them, the column was rounded.
    """
    for at, cell in enumerate(cells):
        if is_shortened(cell):
            return at
    long = [at for at, cell in enumerate(cells) if cell.isascii() and cell.isdigit() and len(cell) > _EXACT_DIGITS]
    tails = [cells[at][_EXACT_DIGITS:] for at in long]
    lost = bool(tails) and not any(tail.strip("0") for tail in tails) and sum(map(len, tails)) >= _SURELY_LOST
    return long[0] if lost else None


def name_key(cell: str) -> str:
    """A header's name as it is compared: letters and digits only, in one case and width."""
    return _LETTERS.sub("", clean_cell(cell).casefold())


def unit_of(cell: str) -> str:
    """What stands in brackets at the end of a header's name: `Total (USD)` has `USD`. Empty without brackets."""
    found = _UNIT.search(clean_cell(cell))
    return found.group(1).strip() if found is not None else ""


def without_unit(cell: str) -> str:
    """A header's name without what stands in brackets at its end."""
    return _UNIT.sub("", clean_cell(cell))
