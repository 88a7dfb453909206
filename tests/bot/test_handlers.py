"""How a handler is called: with what it asks for by name, and with a model of its update only if it asks for one."""

from typing import Any

import pytest
from aiogram import Bot
from aiogram.types import CallbackQuery, Message

from bot.handlers.kit.handler import Handler
from bot.handlers.kit.table import Desk
from bot.telegram.inbox import UnfitError
from bot.telegram.incoming import Incoming, must, part_in, text_in, whole_in
from tests.features.scene import NOON

MESSAGE = {"message_id": 9, "date": 1793588400, "chat": {"id": 5, "type": "private"}, "text": "/me"}


def incoming(raw: dict[str, Any], *, of_press: bool = False) -> Incoming:
    """A message or a press."""
    return Incoming(raw, Bot("42:TEST"), "42:1", NOON, of_press=of_press)


async def test_a_handler_gets_what_it_names() -> None:
    """Services by their names, parts of the update, and another service in place of one for a single call."""
    calls: list[tuple[Any, ...]] = []

    async def handle(rest: str, cause: str, voice: str, update: Incoming) -> None:
        calls.append((rest, cause, voice, update))

    handler, update = Handler(handle), incoming(MESSAGE)
    handler.bind({"voice": "usual", "unasked": 1})
    update.rest = "7"
    await handler.call(update)
    await handler.call(update, voice="another", unasked=2)
    assert calls == [("7", "42:1", "usual", update), ("7", "42:1", "another", update)]


async def test_a_model_is_built_for_who_asks() -> None:
    """A message that no model fits reaches a handler that doesn't read it, and is unfit for one that does."""

    async def reads(message: Message) -> None:
        assert message.text == "/me"

    async def does_not(rest: str) -> None:
        assert rest == ""

    odd = incoming({**MESSAGE, "entities": "bold"})
    for handler in (Handler(reads), Handler(does_not)):
        handler.bind({})
        await handler.call(incoming(MESSAGE))
    await handler.call(odd)
    reader = Handler(reads)
    reader.bind({})
    with pytest.raises(UnfitError):
        await reader.call(odd)


def test_a_command_said_again_has_its_own_message() -> None:
    """The panel says commands in the asker's name."""
    message = Message.model_validate({**MESSAGE, "text": "/drop"})
    again = incoming({}, of_press=True).again("ask", "5", message)  # type: ignore[arg-type]  # any value will do
    assert (again.message, again.rest, again.kind, again.cause) == (message, "5", "message", "42:1")
    with pytest.raises(TypeError):
        _ = again.press


def test_a_handler_that_nobody_can_serve_stops_the_start() -> None:
    """A name that no service has, a function that isn't asynchronous, a press that asks for a message."""

    async def lost(moon: object) -> None:
        """Ask for the moon."""

    async def of_press(press: CallbackQuery) -> None:
        """Ask for a press."""

    async def of_message(message: Message) -> None:
        """Ask for a message."""

    with pytest.raises(LookupError, match="moon"):
        Handler(lost).bind({"voice": 1})
    with pytest.raises(TypeError):
        Handler(lambda: None)  # type: ignore[arg-type,return-value]
    desk = Desk("test")
    with pytest.raises(ValueError, match="isn't"):
        desk.command("go", of_press)
    with pytest.raises(ValueError, match="isn't"):
        desk.press("go", of_message)


@pytest.mark.parametrize("wrong", ["word", 5, [], True, 1.5])
def test_fields_are_what_the_bot_api_says(wrong: object) -> None:
    """A field of another kind makes the update unfit; one that isn't there is None, or unfit where it must be."""
    raw = {"field": wrong}
    for read, fits in ((part_in, dict), (text_in, str), (whole_in, int)):
        if isinstance(wrong, fits) and not isinstance(wrong, bool):
            assert read(raw, "field") == wrong
        else:
            with pytest.raises(UnfitError):
                read(raw, "field")
        assert read({}, "field") is None
    with pytest.raises(UnfitError):
        must(text_in({}, "field"), "field")
