"""Cells of a file that goes out: none of them is a formula where it is opened."""

BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""How texts begin that a spreadsheet may run, with the full-width signs that some of them take for the same."""
GUARD = "'"
"""It makes a text of what follows. A file that comes in is read without it."""


def harmless(text: str) -> str:
    """A text as a cell that nothing runs. Numbers aren't texts and stay as they are."""
    return GUARD + text if text.startswith(BEGINS_FORMULA) else text
