"""The page that checks proofs, as a file that the bot sends. It works on the reader's own device, without a network."""

from functools import cache
from pathlib import Path
from typing import Any

from bot.store.messages.telling import Attachment

PAGE = Path(__file__).parents[3] / "docs" / "verify.html"
NAME = "encore-verify.html"


def page_file(caption: Any) -> Attachment:
    """The page as a file, with what is told under it."""
    return Attachment(NAME, _page(), caption, caption)


@cache
def _page() -> bytes:
    return PAGE.read_bytes()
