"""Rooms for tests of arrivals: groups to which somebody brings the bot, and what it says there."""

from bot.store.places import find_group
from sandbox import Chat, Message, Person, Press, Rights
from tests.bot.conftest import Stage


async def shop_of(stage: Stage, chat: Chat) -> str | None:
    """The name of the shop that a chat is part of."""
    group = await stage.app.db.read(find_group, chat.id)
    return group.place.shop if group is not None else None


def of_bot(stage: Stage, chat: Chat) -> list[Message]:
    """What the bot said in a chat to everyone."""
    said = [m for m in stage.telegram.messages(chat) if m.sender is stage.bot or m.posted_by is stage.bot]
    return [m for m in said if not m.service]


async def comes_to(stage: Stage, who: Person, title: str, rights: Rights | None = None, **how: object) -> Chat:
    """Somebody makes a group and brings the bot there."""
    group = stage.telegram.add_group(title, creator=who, **how)  # type: ignore[arg-type]
    who.adds(stage.bot, group, rights)
    return group


def is_greeting(message: Message) -> bool:
    """Whether it is the greeting."""
    return any("start=setup_" in (button.url or "") for button in message.buttons)


def is_question(message: Message) -> bool:
    """Whether staff is asked whose a room is."""
    return any((button.callback_data or "").startswith("whose:") for button in message.buttons)


async def operator(stage: Stage, name: str = "Jun") -> Person:
    """An administrator of the shop's group who doesn't own it."""
    person = stage.fan(name)
    stage.owner.promotes(person, stage.group, Rights(can_manage_chat=True, can_invite_users=True))
    await stage.settled()
    return person


async def pressed(press: Press) -> str:
    """What a press was answered with."""
    return (await press.answered(10)).text
