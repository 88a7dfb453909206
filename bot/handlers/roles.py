"""Who is who in a shop: Telegram is asked afresh."""

from collections.abc import Iterable

from aiogram import Bot
from aiogram.enums import ChatMemberStatus
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError, TelegramMigrateToChat
from aiogram.methods import GetChatMember

from bot.asking import Ask
from bot.features.communities import Communities
from bot.rules.communities import Place, Role

ADMINISTRATORS = frozenset({ChatMemberStatus.CREATOR, ChatMemberStatus.ADMINISTRATOR})
OUTSIDE = frozenset({ChatMemberStatus.LEFT, ChatMemberStatus.KICKED})


async def role_of(ask: Ask, place: Place, bot: Bot, communities: Communities) -> Role:
    """What the asker may do in this community.

    The group's creator (who founded the shop) is the owner; Telegram's administrators are operators; an anonymous
    administrator is an administrator. A channel that speaks as a user is nobody.
    """
    if ask.anonymous_admin:
        return Role.OPERATOR
    if ask.speaks_as is not None:
        return Role.FAN
    here = ask.group is not None and ask.group.place.community_id == place.community_id and not ask.group.is_channel
    chats = [ask.chat_id] if here else await communities.chats(place)
    return await role_in(bot, place, ask.sender.user_id, chats)


async def role_in(bot: Bot, place: Place, user_id: int, chats: Iterable[int]) -> Role:
    """What a person may do in a community with these groups."""
    if user_id == place.owner_id:
        return Role.OWNER
    for chat_id in chats:
        if await standing_in(bot, chat_id, user_id) in ADMINISTRATORS:
            return Role.OPERATOR
    return Role.FAN


async def is_in_any(bot: Bot, chats: Iterable[int], user_id: int) -> bool:
    """Whether a person is in one of these chats."""
    for chat_id in chats:
        if await standing_in(bot, chat_id, user_id) is not None:
            return True
    return False


async def standing_in(bot: Bot, chat_id: int, user_id: int) -> str | None:
    """A person's status in a chat; None if they aren't in it, or the bot can't see it."""
    try:
        member = await bot(GetChatMember(chat_id=chat_id, user_id=user_id))
    except TelegramMigrateToChat as error:
        return await standing_in(bot, error.migrate_to_chat_id, user_id)
    except (TelegramBadRequest, TelegramForbiddenError):
        return None
    if member.status in OUTSIDE or getattr(member, "is_member", True) is False:
        return None
    return str(member.status)
