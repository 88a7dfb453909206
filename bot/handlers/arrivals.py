"""The bot comes to a group: found or make its community, greet; strangers' groups are politely left."""

from datetime import datetime

from aiogram import Bot
from aiogram.enums import ChatMemberStatus
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError
from aiogram.methods import GetChatAdministrators, LeaveChat, SendMessage

from bot.content import Words
from bot.features.communities import Communities
from bot.logs import get_logger
from bot.middleware import sender_of
from bot.rules.communities import Greeting, StrangersGroup
from bot.rules.words import Language, language_of
from bot.store.members import Sender
from bot.store.places import Group

log = get_logger("arrivals")


async def adopt(
    bot: Bot, communities: Communities, words: Words, chat_id: int, title: str, adder: Sender, at: datetime
) -> Group | None:
    """Take up a group; None (after a goodbye) if it is a stranger's.

    The creator is the owner; the language is guessed from the owner's, then from who added the bot.
    """
    owner, is_admin = await _owner_and_rights(bot, chat_id)
    language = language_of((owner or adder).language) or language_of(adder.language) or Language.EN
    arrived = await communities.arrive(chat_id, title, owner or adder, language, at, is_admin=is_admin)
    if arrived is None:
        log.info("stranger", chat=chat_id)
        await bot(SendMessage(chat_id=chat_id, text=words.html(StrangersGroup(), None, language), parse_mode="HTML"))
        await bot(LeaveChat(chat_id=chat_id))
        return None
    if arrived.fresh:
        place = arrived.group.place
        log.info("arrived", chat=chat_id, community=place.community_id)
        greeting = words.html(Greeting(place.shop, arrived.group.is_admin), place, place.language)
        await bot(SendMessage(chat_id=chat_id, text=greeting, parse_mode="HTML"))
    return arrived.group


async def _owner_and_rights(bot: Bot, chat_id: int) -> tuple[Sender | None, bool]:
    """The creator, if Telegram tells, and whether the bot is an administrator."""
    try:
        members = await bot(GetChatAdministrators(chat_id=chat_id, return_bots=True))
    except (TelegramBadRequest, TelegramForbiddenError):
        return None, False
    creator = next((m.user for m in members if m.status == ChatMemberStatus.CREATOR), None)
    is_admin = any(m.user.id == bot.id for m in members)
    return (sender_of(creator) if creator is not None else None), is_admin
