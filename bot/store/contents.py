"""Contents of posts as rows keep them."""

from typing import Any

from pydantic import TypeAdapter, ValidationError

from bot.rules.posting import Content
from bot.store.messages.payloads import DamagedError

_CONTENT = TypeAdapter(Content)


def content_to_facts(content: Content) -> dict[str, Any]:
    """What a row keeps of a content: only what isn't as usual."""
    facts: dict[str, Any] = _CONTENT.dump_python(content, mode="json", exclude_defaults=True)
    return facts


def content_from_facts(facts: dict[str, Any]) -> Content:
    """The content that a row keeps.

    Raises:
        DamagedError: the row holds no content.
    """
    try:
        return _CONTENT.validate_python(facts)
    except ValidationError:
        raise DamagedError("content") from None
