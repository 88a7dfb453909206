"""Names of sources, and the two sources that staff didn't make."""

from unicodedata import normalize

SOURCE_OF_GIFTS = "🎁"
"""The source of friends who come by a gift's card. It names invite links, so it must need no translation."""
SOURCE_OF_OUTSIDERS = "🚪"
"""The source of outsiders who wanted to play, and whom the bot showed the way in."""


def source_key(name: str) -> str:
    """A name without case, width and spaces. Two names with the same key are the same source."""
    return "".join(normalize("NFKC", name).casefold().split())
