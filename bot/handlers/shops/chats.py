"""What Telegram says of a chat: its creator, and what the bot lacks there."""

import asyncio
from dataclasses import dataclass

from aiogram import Bot
from aiogram.enums import ChatMemberStatus, ChatType
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError, TelegramMigrateToChat
from aiogram.methods import GetChat, GetChatAdministrators, GetChatMember, GetMe
from aiogram.types import ResultChatMemberUnion

from bot.features.shops.rooms import Chat
from bot.rules.act import Sender
from bot.rules.shops.arrivals import Need, Room, missing_in
from bot.telegram.who_asks import sender_of

RIGHTS = {
    "can_invite_users": Need.INVITE,
    "can_pin_messages": Need.PIN,
    "can_delete_messages": Need.DELETE,
    "can_manage_tags": Need.TAGS,
    "can_post_messages": Need.POST,
}
"""Telegram's names of what the bot asks for."""


@dataclass(frozen=True, slots=True)
class Look:
    """A chat that the bot is in."""

    chat_id: int
    owner: Sender | None
    """Its creator, if Telegram tells."""
    is_admin: bool
    """Whether the bot is an administrator there."""
    missing: tuple[str, ...]
    administrators: frozenset[int] = frozenset()
    """People who are administrators there, its creator among them."""
    linked: int | None = None
    """The discussion group of a channel, or the channel of a discussion group."""


async def look_at(bot: Bot, chat_id: int, *, is_channel: bool) -> Look | None:
    """Look at a chat; None if the bot isn't in it any more. A group that moved is looked at where it is now."""
    try:
        members = await bot(GetChatAdministrators(chat_id=chat_id, return_bots=True))
    except TelegramMigrateToChat as error:
        return await look_at(bot, error.migrate_to_chat_id, is_channel=is_channel)
    except TelegramForbiddenError:
        return None
    except TelegramBadRequest:
        members = []
    creator = next((m.user for m in members if m.status == ChatMemberStatus.CREATOR), None)
    me = next((m for m in members if m.user.id == bot.id), None)
    missing = await _missing(bot, chat_id, me, is_channel=is_channel)
    return Look(
        chat_id=chat_id,
        owner=sender_of(creator) if creator is not None else None,
        is_admin=me is not None,
        missing=missing,
        administrators=frozenset(m.user.id for m in members if not m.user.is_bot),
        linked=await linked_to(bot, chat_id),
    )


async def linked_to(bot: Bot, chat_id: int) -> int | None:
    """The discussion group of a channel, or the channel of a discussion group; None too if the bot can't see it."""
    try:
        return (await bot(GetChat(chat_id=chat_id))).linked_chat_id
    except (TelegramBadRequest, TelegramForbiddenError, TelegramMigrateToChat):
        return None


async def name_of(bot: Bot, chat_id: int) -> tuple[str, bool] | None:
    """A chat's title, and whether it is a channel; None if the bot can't look at it."""
    try:
        chat = await bot(GetChat(chat_id=chat_id))
    except (TelegramBadRequest, TelegramForbiddenError):
        return None
    return chat.title or "", chat.type == ChatType.CHANNEL


async def look_over(bot: Bot, chats: tuple[Chat, ...]) -> tuple[Room, ...]:
    """Look at several chats of a shop at once."""
    return tuple(await asyncio.gather(*(_look_over(bot, chat) for chat in chats)))


async def _look_over(bot: Bot, chat: Chat) -> Room:
    missing: tuple[str, ...] = ()
    present = True
    try:
        me = await bot(GetChatMember(chat_id=chat.chat_id, user_id=bot.id))
    except (TelegramBadRequest, TelegramForbiddenError, TelegramMigrateToChat):
        present = False
    else:
        missing = await _missing(bot, chat.chat_id, me, is_channel=chat.is_channel)
    return Room(chat.chat_id, chat.title, chat.is_channel, missing, present, chat.second, chat.topic)


async def _missing(bot: Bot, chat_id: int, me: ResultChatMemberUnion | None, *, is_channel: bool) -> tuple[str, ...]:
    is_admin = me is not None and me.status == ChatMemberStatus.ADMINISTRATOR
    held = frozenset(need for right, need in RIGHTS.items() if getattr(me, right, None))
    reads_all = is_admin or bool((await bot(GetMe())).can_read_all_group_messages)
    return missing_in(chat_id, is_admin=is_admin, rights=held, is_channel=is_channel, reads_all=reads_all)
