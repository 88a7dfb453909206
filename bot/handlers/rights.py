"""Rights, checked at the act: Telegram is asked afresh for whatever creates, changes or pays."""

from dataclasses import replace

from aiogram import Bot
from aiogram.enums import ChatMemberStatus
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError
from aiogram.methods import GetChatMember

from bot.asking import Ask
from bot.content import Words
from bot.features.communities import Communities
from bot.handlers.arrivals import adopt
from bot.rules.communities import AskAgain, ChannelsDontPlay, ForStaffOnly, NoCommunityYet, Place, Role
from bot.voice import Voice

STALE_COMMAND = 600.0
"""Seconds after which a staff command that waited for the bot is asked again, not done."""


async def role_of(ask: Ask, place: Place, bot: Bot, communities: Communities) -> Role:
    """What the asker may do in this community.

    The group's creator (who founded the shop) is the owner; Telegram's administrators are operators; an anonymous
    administrator is an administrator. A channel that speaks as a user is nobody.
    """
    if ask.anonymous_admin:
        return Role.OPERATOR
    if ask.speaks_as is not None:
        return Role.FAN
    if ask.sender.user_id == place.owner_id:
        return Role.OWNER
    chats = [ask.chat_id] if ask.group is not None else await communities.chats(place)
    for chat_id in chats:
        try:
            member = await bot(GetChatMember(chat_id=chat_id, user_id=ask.sender.user_id))
        except (TelegramBadRequest, TelegramForbiddenError):
            continue
        if member.status in {ChatMemberStatus.CREATOR, ChatMemberStatus.ADMINISTRATOR}:
            return Role.OPERATOR
    return Role.FAN


class Doors:
    """Who may go in: gives the ask with its community, or tells the asker why not."""

    def __init__(self, bot: Bot, communities: Communities, words: Words, voice: Voice) -> None:
        self._bot = bot
        self._communities = communities
        self._words = words
        self._voice = voice

    async def staff(self, ask: Ask) -> Ask | None:
        """The ask inside the community that the asker may steer now."""
        if ask.speaks_as is not None and not ask.anonymous_admin:
            await self._voice.answer(ask, ForStaffOnly())
            return None
        inside = await self._inside(ask)
        if inside is None:
            return None
        if await role_of(inside, inside.home, self._bot, self._communities) is Role.FAN:
            await self._voice.answer(inside, ForStaffOnly())
            return None
        if ask.age > STALE_COMMAND:
            await self._voice.answer(inside, AskAgain(int(ask.age // 60)))
            return None
        return inside

    async def fan(self, ask: Ask) -> Ask | None:
        """The ask inside the community that the asker plays in."""
        if ask.speaks_as is not None:
            await self._voice.answer(ask, ChannelsDontPlay())
            return None
        return ask if ask.place is not None else await self._inside(ask)

    async def _inside(self, ask: Ask) -> Ask | None:
        if ask.place is not None:
            return ask
        if ask.private:
            await self._voice.answer(ask, NoCommunityYet())
            return None
        # A group whose arrival was never seen (an old database, a lost update): take it up now.
        group = await adopt(self._bot, self._communities, self._words, ask.chat_id, ask.chat_title, ask.sender, ask.at)
        return replace(ask, group=group, place=group.place) if group is not None else None
