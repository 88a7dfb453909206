"""Rights, checked at the act: Telegram is asked afresh for whatever creates, changes or pays."""

from dataclasses import replace

from aiogram import Bot

from bot.asking import Ask
from bot.features.communities import Communities
from bot.handlers.arrivals import Arrivals, Coming
from bot.handlers.roles import role_of
from bot.rules.arrivals import NotOpenYet
from bot.rules.communities import AskAgain, ChannelsDontPlay, ForOwnerOnly, ForStaffOnly, NoCommunityYet, Role
from bot.voice import Voice

__all__ = ["Doors", "role_of"]

STALE_COMMAND = 600.0
"""Seconds after which a staff command that waited for the bot is asked again, not done."""


class Doors:
    """Who may go in: gives the ask with its community, or tells the asker why not."""

    def __init__(self, bot: Bot, communities: Communities, arrivals: Arrivals, voice: Voice) -> None:
        self._bot = bot
        self._communities = communities
        self._arrivals = arrivals
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

    async def owner(self, ask: Ask) -> Ask | None:
        """The ask inside the community that is the asker's own; an anonymous administrator may be its owner."""
        inside = await self.staff(ask)
        if inside is None or inside.anonymous_admin:
            return inside
        if await role_of(inside, inside.home, self._bot, self._communities) is not Role.OWNER:
            await self._voice.answer(inside, ForOwnerOnly())
            return None
        return inside

    async def fan(self, ask: Ask) -> Ask | None:
        """The ask inside the community that the asker plays in."""
        if ask.speaks_as is not None:
            await self._voice.answer(ask, ChannelsDontPlay())
            return None
        return ask if ask.place is not None else await self._inside(ask)

    async def either(self, ask: Ask) -> tuple[Ask, bool] | None:
        """The ask inside the asker's community, and whether they may steer it now; a fan is let in as a fan."""
        if ask.anonymous_admin:
            inside = await self.staff(ask)
            return (inside, True) if inside is not None else None
        inside = await self.fan(ask)
        if inside is None:
            return None
        staff = await role_of(inside, inside.home, self._bot, self._communities) is not Role.FAN
        if ask.age > STALE_COMMAND:
            await self._voice.answer(inside, AskAgain(int(ask.age // 60)))
            return None
        return inside, staff

    async def _inside(self, ask: Ask) -> Ask | None:
        if ask.place is not None:
            return ask
        if ask.private:
            await self._voice.answer(ask, NoCommunityYet())
            return None
        # A group whose arrival was never seen (an old database, a lost update), or whose staff hasn't said yet whose
        # it is.
        room = Coming(ask.chat_id, ask.chat_title)
        group = await self._arrivals.adopt(room, ask.sender, ask.at, ask.cause, asks=None)
        if group is not None:
            return replace(ask, group=group, place=group.place)
        quiet = ask.can_write or ask.ephemeral_id is not None or ask.press_id is not None
        if self._arrivals.waits(ask.chat_id) and quiet:
            await self._voice.answer(ask, NotOpenYet())
        return None
