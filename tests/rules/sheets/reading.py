"""Reads files in tests as the bot does, up to rows by role."""

from datetime import date
from pathlib import Path

from bot.handlers.kit.files import read_grid
from bot.rules.coupons.code_files import Codes, check_codes
from bot.rules.files import FileProblem, ImportPolicy
from bot.rules.sheets.columns import SheetProblem, understand
from bot.rules.sheets.sheet import Answers, Grid, Question, Sheet, SheetKind

FILES = Path(__file__).parents[2] / "data" / "shop_files"
POLICY = ImportPolicy()
TODAY = date(2026, 11, 2)

Read = Sheet | Question | SheetProblem | FileProblem


def read(content: bytes | str, kind: SheetKind, answers: Answers | None = None) -> Read:
    """What a file is read as."""
    grid = read_grid(content.encode() if isinstance(content, str) else content, POLICY)
    return understand(grid, kind, answers or Answers()) if isinstance(grid, Grid) else grid


def read_codes(content: bytes | str, answers: Answers | None = None) -> Codes:
    """The codes of a file that needs no question."""
    sheet = read(content, SheetKind.CODES, answers)
    assert isinstance(sheet, Sheet), sheet
    return check_codes(sheet, POLICY, TODAY)


def good(content: bytes | str, answers: Answers | None = None) -> list[str]:
    """The same, where no line is bad."""
    codes = read_codes(content, answers)
    assert codes.bad == ()
    return [code for _, code in codes.good]


def orders(content: bytes | str, answers: Answers | None = None) -> list[dict[str, str]]:
    """The rows of a file of orders that needs no question, by role. Empty cells are left out."""
    sheet = read(content, SheetKind.ORDERS, answers)
    assert isinstance(sheet, Sheet), sheet
    return [{role: cell for role, cell in row.cells.items() if cell} for row in sheet.rows]
