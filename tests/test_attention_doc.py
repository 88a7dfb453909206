"""docs/attention.md says what the code does."""

from bot.rules.shown import CLASSES
from tests.attention_doc import PAGE, page
from tests.conftest import FILLERS


def test_the_page_of_attention_is_up_to_date() -> None:
    """Every kind with its class, and what stops each class; `python -m tests.attention_doc --write` writes it anew."""
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_kind_stands_in_the_page() -> None:
    """No message of the bot is left out."""
    said = PAGE.read_text(encoding="utf-8")
    assert [kind for kind in CLASSES if f"| `{kind}` |" not in said and kind not in FILLERS] == []
