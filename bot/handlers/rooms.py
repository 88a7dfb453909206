"""The bot's own membership of chats, and what staff answers about a room."""

from datetime import datetime

from aiogram import Bot
from aiogram.enums import ChatMemberStatus, ChatType
from aiogram.types import CallbackQuery, ChatMemberUnion, ChatMemberUpdated

from bot.asking import Ask
from bot.content.panels import NEW, NO, PART, WHOSE
from bot.features.communities import Communities
from bot.features.rooms import Rooms
from bot.handlers.arrivals import Arrivals, Coming
from bot.handlers.coupons import LARGEST_ID, read_id
from bot.handlers.roles import role_of
from bot.handlers.table import Desk
from bot.middleware import sender_of
from bot.rules.arrivals import AskedOfStaff, RoomGone
from bot.rules.communities import ForOwnerOnly, Role, StalePress
from bot.voice import Voice

PRESENT = {ChatMemberStatus.MEMBER, ChatMemberStatus.ADMINISTRATOR, ChatMemberStatus.RESTRICTED}


def setup() -> Desk:
    """Everything about the chats that a shop is made of."""
    desk = Desk("rooms")
    desk.press(WHOSE, whose)
    desk.press(PART, part)
    desk.my_chat_member.register(my_membership)
    return desk


async def my_membership(
    event: ChatMemberUpdated, communities: Communities, arrivals: Arrivals, received_at: datetime, cause: str
) -> None:
    """The bot was added, promoted, demoted or removed; or a person opened or blocked the private chat."""
    by, chat = sender_of(event.from_user), event.chat
    if chat.type == ChatType.PRIVATE:
        await communities.started(by, can_write=_inside(event.new_chat_member))
    elif _inside(event.new_chat_member):
        room = Coming(chat.id, chat.title or "", chat.type == ChatType.CHANNEL)
        await arrivals.adopt(room, by, received_at, cause, asks=not _inside(event.old_chat_member))
    else:
        await communities.leave(chat.id, received_at)


def _inside(member: ChatMemberUnion) -> bool:
    return member.status in PRESENT and getattr(member, "is_member", True)


async def whose(
    _press: CallbackQuery, ask: Ask, rest: str, arrivals: Arrivals, communities: Communities, voice: Voice
) -> None:
    """Staff says to which shop a chat belongs. Its data may be forged: every right is asked for again."""
    choice, _, chat = rest.partition(":")
    chat_id = read_chat(chat)
    if chat_id is None or (choice not in {NEW, NO} and read_id(choice) is None):
        await voice.answer(ask, StalePress())
        return
    outcome = await arrivals.decide(ask, choice, chat_id)
    if isinstance(outcome, AskedOfStaff):
        await voice.answer(ask, outcome)
        return
    group = await communities.group(chat_id)
    await voice.panel(ask.within(group.place) if group is not None else ask, outcome, aloud=True)


async def part(
    _press: CallbackQuery, ask: Ask, rest: str, bot: Bot, communities: Communities, rooms: Rooms, voice: Voice
) -> None:
    """The owner makes a group a shop of its own."""
    chat_id = read_chat(rest)
    group = await communities.group(chat_id) if chat_id is not None else None
    if chat_id is None or group is None:
        await voice.answer(ask, RoomGone())
        return
    if await role_of(ask, group.place, bot, communities) is not Role.OWNER:
        await voice.answer(ask.within(group.place), ForOwnerOnly())
        return
    founded = await rooms.part(group.place, chat_id, ask.actor_id, ask.at, ask.cause)
    communities.forget()
    if founded is None:
        await voice.answer(ask.within(group.place), StalePress())
        return
    await voice.panel(ask.within(group.place), founded)


def read_chat(text: str) -> int | None:
    """A group's or channel's id out of callback data, or None if it can't be one."""
    if not text.startswith("-") or not text[1:].isascii() or not text[1:].isdigit():
        return None
    chat_id = int(text) if len(text) <= len(str(-LARGEST_ID)) else 0
    return chat_id if -LARGEST_ID <= chat_id < 0 else None
