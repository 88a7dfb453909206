"""What a post is called in lists: its first words."""

import re

from bot.rules.posting import Content
from bot.rules.posts.markup import visible_text

LONGEST = 48
_BLANKS = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_STATEMENTS = re.compile(r"\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_SPACES = re.compile(r"\s+")
_TRAILING = ":：,，、 "
"""What leads from a line to the next, which a title doesn't show."""


def title_of(content: Content) -> str:
    """The first line of what a post says, without tags; empty for a picture without words."""
    text = content.poll.question if content.poll is not None else words_of(content)
    lines = [_SPACES.sub(" ", line).strip() for line in text.splitlines()]
    first = next((line for line in lines if line), "").rstrip(_TRAILING)
    return first if len(first) <= LONGEST else f"{first[: LONGEST - 1].rstrip()}…"


def words_of(content: Content) -> str:
    """What a post says, without tags. A blank of a template shows as "…"."""
    if content.poll is not None:
        return "\n".join((content.poll.question, *(f"○ {option}" for option in content.poll.options)))
    source = _STATEMENTS.sub(" ", _BLANKS.sub("…", content.text)) if content.is_template else content.text
    return visible_text(source).strip()
