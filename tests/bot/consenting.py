"""Fans who say yes to promotion in private by their settings."""

from sandbox import Message, Person
from tests.bot.conftest import Stage


def has_button(message: Message, data: str) -> bool:
    """Whether a button of the message carries data that begins so."""
    return any((button.callback_data or "").startswith(data) for button in message.buttons)


async def wants_promotion(stage: Stage, who: Person) -> Message:
    """A member turns promotion on in private; the page as it is then."""
    said = who.says(stage.bot, "/settings")
    page = await who.waits_for(
        who.chat_with(stage.bot),
        lambda m: m.sender is stage.bot and has_button(m, "settings:promotion"),
        timeout=10,
        after=said,
    )
    await who.presses(page, "settings:promotion:on").answered(10)
    await stage.settled()
    return page
