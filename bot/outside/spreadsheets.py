"""Spreadsheets (.xlsx, .xls, .ods) as cells, read by python-calamine in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path

from bot.rules.sheets.sheet import Grid, Line

SECONDS = 30
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_READER = Path(__file__).with_name("workbook_process.py")


def is_spreadsheet(content: bytes) -> bool:
    """Whether the bytes begin as a spreadsheet's do."""
    return content.startswith((_ZIP, _OLE))


def read_spreadsheet(content: bytes) -> Grid | None:
    """The cells of the first visible sheet that has any; None if the file is encrypted, broken, or far too large.

    Dates are ISO text, and whole numbers have no point. It takes a tenth of a second and more: not for the event loop.
    """
    if not is_spreadsheet(content):
        return None
    try:
        # -I: the reader needs nothing of the bot, and no settings of the environment.
        done = subprocess.run(  # noqa: S603  # a fixed command; the file comes by standard input
            [sys.executable, "-I", str(_READER)], input=content, capture_output=True, timeout=SECONDS, check=True
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        return None
    return Grid(tuple(Line(number, tuple(cells)) for number, cells in json.loads(done.stdout)))
