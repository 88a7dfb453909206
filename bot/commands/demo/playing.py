"""What scenes do again and again: a card is waited for, and fans tap it."""

import asyncio

from bot.commands.demo.stage import PATIENCE, Stage
from sandbox import Message, Person

CLAIM = "claim:"
CHECK_IN = "checkin"
MORNING = 3600.0
"""Seconds that a morning lasts."""


async def drop(stage: Stage, line: str) -> Message:
    """The owner offers a coupon from the private chat. Return its card in the group."""
    said = stage.owner.says(stage.bot, line)
    return await posted(stage, CLAIM, said)


async def posted(stage: Stage, data: str, after: Message) -> Message:
    """Wait for the first card after a message. Everyone sees it, and a button's data begins with `data`."""
    return await stage.owner.waits_for(stage.group, lambda m: is_card(m, data), timeout=PATIENCE, after=after)


async def morning_card(stage: Stage) -> Message:
    """Wait for the card that the bot posts by itself this morning."""
    since = stage.telegram.clock.now() - MORNING
    return await stage.owner.waits_for(stage.group, lambda m: m.at > since and is_card(m, CHECK_IN), timeout=PATIENCE)


def is_card(message: Message, data: str) -> bool:
    """Whether everyone sees the message, and it has a button whose data begins with `data`."""
    return message.only_for is None and any((one.callback_data or "").startswith(data) for one in message.buttons)


async def tap(card: Message, data: str, fans: list[Person]) -> None:
    """Let these fans tap the button whose data begins with `data`, all at once."""
    presses = [fan.presses(card, data) for fan in fans]
    await asyncio.gather(*(press.answered(PATIENCE) for press in presses))
