"""What the Bot API answers when it refuses: a code, a description and sometimes parameters."""

from typing import Any


class ApiError(Exception):
    """A refusal, in the shape of a Bot API answer (https://core.telegram.org/bots/api#making-requests)."""

    def __init__(self, code: int, description: str, parameters: dict[str, Any] | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


class CannotDoError(Exception):
    """A person's app refuses what a test asked for: they aren't in the chat, or may not write there."""


def bad(description: str) -> ApiError:
    """A 400, in Telegram's wording."""
    return ApiError(400, f"Bad Request: {description}")


def forbidden(description: str) -> ApiError:
    """A 403, in Telegram's wording."""
    return ApiError(403, f"Forbidden: {description}")


def too_many(seconds: int) -> ApiError:
    """A 429 that asks the bot to wait whole `seconds`."""
    return ApiError(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})
