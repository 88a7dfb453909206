"""Refusals: those of the Bot API, and those of a person's app."""

from typing import Any


class ApiError(Exception):
    """A refusal by the Bot API (https://core.telegram.org/bots/api#making-requests)."""

    def __init__(self, code: int, description: str, parameters: dict[str, Any] | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


class CannotDoError(Exception):
    """A person's app doesn't let them do what a test asked for; they aren't in the chat, for example."""


def bad(description: str) -> ApiError:
    """A 400, in Telegram's wording."""
    return ApiError(400, f"Bad Request: {description}")


def forbidden(description: str) -> ApiError:
    """A 403, in Telegram's wording."""
    return ApiError(403, f"Forbidden: {description}")


def too_many(seconds: int) -> ApiError:
    """A 429 that asks the bot to wait whole `seconds`."""
    return ApiError(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})
