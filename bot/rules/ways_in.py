"""The names of sources: named ways in, and those that no staff made."""

from unicodedata import normalize

SOURCE_OF_GIFTS = "🎁"
"""The source of friends who come by a gift's card: a name that needs no translation, as an invite link's must."""
SOURCE_OF_OUTSIDERS = "🚪"
"""The source of those whom the bot showed the way in when they wanted to play from outside."""


def source_key(name: str) -> str:
    """A name without case, width and spaces: two that look alike are one source."""
    return "".join(normalize("NFKC", name).casefold().split())
