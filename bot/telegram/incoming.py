"""A message or a press as it came: JSON, of which the way to its handler reads a few fields.

aiogram's model of it is built only for a handler that asks for it: building one costs more than all look-ups together.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from aiogram import Bot
from aiogram.types import CallbackQuery, Message
from pydantic import BaseModel

from bot.plain_json import is_whole
from bot.telegram.ask import Ask
from bot.telegram.inbox import UnfitError

T = TypeVar("T", bound=BaseModel)
V = TypeVar("V")

Raw = Mapping[str, Any]

BORROWED = frozenset({"forward_origin", "via_bot", "sender_business_bot"})
"""Fields that show that somebody else wrote a message: it was forwarded, or came through a bot, in whosever name."""


class Incoming:
    """One message or press, and what is known of it when its handler is called."""

    __slots__ = ("_model", "_of_press", "ask", "bot", "cause", "raw", "received_at", "rest")

    ask: Ask
    """Who asks, where, in which community: set before a handler is looked up."""

    def __init__(self, raw: Raw, bot: Bot, cause: str, received_at: datetime, *, of_press: bool = False) -> None:
        self.raw = raw
        self.bot = bot
        self.cause = cause
        self.received_at = received_at
        self.rest = ""
        """What the table found behind the command, or behind the first colon of a press."""
        self._of_press = of_press
        self._model: Any = None

    @property
    def kind(self) -> str:
        """The update's kind, as the Bot API names it."""
        return "callback_query" if self._of_press else "message"

    @property
    def message(self) -> Message:
        """The message, as aiogram's model.

        Raises:
            UnfitError: the JSON doesn't fit the model.
        """
        return self._as(Message)

    @property
    def press(self) -> CallbackQuery:
        """The press, as aiogram's model.

        Raises:
            UnfitError: the JSON doesn't fit the model.
        """
        return self._as(CallbackQuery)

    def again(self, ask: Ask, rest: str, message: Message) -> "Incoming":
        """The same for a command that is said in the asker's name: another message, with an `ask` of its own."""
        said = Incoming({}, self.bot, self.cause, self.received_at)
        said.ask, said.rest, said._model = ask, rest, message  # one of its own
        return said

    def _as(self, model: type[T]) -> T:
        if self._model is None:
            self._model = read_model(model, self.raw, self.bot)
        if not isinstance(self._model, model):
            raise TypeError(f"a {self.kind} is no {model.__name__}")
        return self._model


def read_model(model: type[T], raw: Any, bot: Bot) -> T:
    """Read an update, or a part of it, into aiogram's model.

    Raises:
        UnfitError: the JSON doesn't fit the model.
    """
    try:
        return model.model_validate(raw, context={"bot": bot})
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise UnfitError(f"no {model.__name__}") from error


def part_in(raw: Raw, name: str) -> dict[str, Any] | None:
    """An object in an object of the Bot API; None if it isn't there.

    Raises:
        UnfitError: it is something else.
    """
    part = raw.get(name)
    if part is not None and not isinstance(part, dict):
        raise UnfitError(f"no {name}")
    return part


def text_in(raw: Raw, name: str) -> str | None:
    """A text in an object of the Bot API; None if it isn't there.

    Raises:
        UnfitError: it is something else.
    """
    text = raw.get(name)
    if text is not None and not isinstance(text, str):
        raise UnfitError(f"no {name}")
    return text


def whole_in(raw: Raw, name: str) -> int | None:
    """A whole number in an object of the Bot API; None if it isn't there.

    Raises:
        UnfitError: it is something else.
    """
    number = raw.get(name)
    if number is not None and not is_whole(number):
        raise UnfitError(f"no {name}")
    return number


def must(value: V | None, name: str) -> V:
    """A value that every such object has.

    Raises:
        UnfitError: it isn't there.
    """
    if value is None:
        raise UnfitError(f"no {name}")
    return value
