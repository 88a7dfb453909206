"""Rights, checked at the act: Telegram is asked afresh for whatever creates, changes or pays."""

from typing import Any, Protocol, assert_never

from bot.clock import Clock
from bot.handlers.kit.invite_links import WaysIn
from bot.handlers.kit.roles import Roles
from bot.handlers.kit.whereabouts import Whereabouts
from bot.rules.fans import AskedInVain, BannedHere, ForFansOnly, Where
from bot.rules.general import AskAgain, ChannelsDontPlay, NoCommunityYet, NotOpenYet
from bot.rules.rights import ForOwnerOnly, ForStaffOnly, NotForHosts, OwnerInPerson, Role, TryAgain, reaches
from bot.store.places import Group
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice

STALE_COMMAND = 600.0
"""Seconds after which a staff command that waited for the bot is asked again, not done."""


class UnknownGroups(Protocol):
    """Finds out whose a group is that the bot doesn't know."""

    async def spoken_in(self, ask: Ask) -> Group | None:
        """The group, if it is a shop's; else its owner is asked, once."""
        ...

    def waits(self, chat_id: int) -> bool:
        """Whether the owner hasn't said yet whose this group is."""
        ...


class Doors:
    """Who may go in: gives the ask with its community and the asker's role, or tells the asker why not."""

    def __init__(
        self,
        roles: Roles,
        unknown_groups: UnknownGroups,
        voice: Voice,
        whereabouts: Whereabouts,
        ways: WaysIn,
        clock: Clock,
    ) -> None:
        self._roles = roles
        self._unknown_groups = unknown_groups
        self._voice = voice
        self._whereabouts = whereabouts
        self._ways = ways
        self._clock = clock

    async def host(self, ask: Ask) -> Ask | None:
        """The ask inside the community whose streams the asker may run now: as a host, an operator or the owner."""
        return await self._steering(ask, Role.HOST)

    async def staff(self, ask: Ask) -> Ask | None:
        """The ask inside the community that the asker may steer now, as an operator or the owner. Hosts may not."""
        return await self._steering(ask, Role.OPERATOR)

    async def owner(self, ask: Ask) -> Ask | None:
        """The ask inside the community that is the asker's own."""
        return await self._steering(ask, Role.OWNER)

    async def fan(self, ask: Ask, *, outsiders: Any = None) -> Ask | None:
        """The ask inside the community that the asker plays in; who is in no room of it is shown the way in.

        Who acts in a room is in it: nothing is looked up for them. `outsiders` is told in place of the way in where the
        community was found by a number that anybody may have guessed.
        """
        inside = await self.anyone(ask)
        if inside is None or inside.sender.room is not None:
            return inside
        return inside if await self.let_in(inside, outsiders=outsiders) else None

    async def anyone(self, ask: Ask) -> Ask | None:
        """The ask inside its community, whether the asker is a fan or not: for what is everybody's right."""
        if ask.speaks_as is not None:
            await self._voice.answer(ask, ChannelsDontPlay())
            return None
        return await self._inside(ask)

    async def let_in(self, inside: Ask, *, outsiders: Any = None) -> bool:
        """Whether the asker is in a room of the shop, as stored or as Telegram says; else they are told why not."""
        where = await self._whereabouts.admit(inside.community, inside.sender)
        match where:
            case Where.IN:
                return True
            case Where.BANNED:
                await self._voice.answer(inside, BannedHere())
            case Where.SILENT:
                await self._voice.answer(inside, AskedInVain())
            case Where.OUT | Where.REFUSED if outsiders is not None:
                await self._voice.answer(inside, outsiders)
            case Where.OUT | Where.REFUSED:
                doors = await self._ways.for_outsiders(inside.community, self._clock.now())
                await self._voice.answer(inside, ForFansOnly(doors))
            case _:
                assert_never(where)
        return False

    async def either(self, ask: Ask) -> tuple[Ask, bool] | None:
        """The ask inside the asker's community, and whether they may steer it. A host is let in as a fan."""
        if ask.anonymous_admin:
            inside = await self.staff(ask)
            return (inside, True) if inside is not None else None
        inside = await self.anyone(ask)
        if inside is None:
            return None
        asked = await self._roles.with_role(inside)
        if isinstance(asked, TryAgain):
            await self._voice.answer(inside, asked)
            return None
        if not isinstance(asked, Ask):
            asked = inside  # without a home there are no staff, but fans go on
        staff = reaches(asked.role, Role.OPERATOR)
        fan = None if staff else await self.fan(asked)
        if (fan is None and not staff) or await self._stale(asked):
            return None
        return asked, staff

    async def _steering(self, ask: Ask, least: Role) -> Ask | None:
        if ask.speaks_as is not None and not ask.anonymous_admin:
            await self._voice.answer(ask, ForStaffOnly())
            return None
        inside = await self._inside(ask)
        if inside is None:
            return None
        asked = await self._roles.with_role(inside)
        if not isinstance(asked, Ask):
            await self._voice.answer(inside, asked)
            return None
        if asked.role is Role.FAN:
            await self._voice.answer(asked, ForStaffOnly())
            return None
        if not reaches(asked.role, least):
            await self._voice.answer(asked, _refusal(asked, least))
            return None
        return None if await self._stale(asked) else asked

    async def _stale(self, inside: Ask) -> bool:
        if inside.age <= STALE_COMMAND:
            return False
        await self._voice.answer(inside, AskAgain(int(inside.age // 60)))
        return True

    async def _inside(self, ask: Ask) -> Ask | None:
        if ask.place is not None:
            return ask
        if ask.private:
            await self._voice.answer(ask, NoCommunityYet())
            return None
        # A group whose arrival was never seen (an old database, a lost update), or whose owner hasn't said yet whose
        # it is.
        group = await self._unknown_groups.spoken_in(ask)
        if group is not None:
            return ask.in_group(group)
        quiet = ask.can_write or ask.ephemeral_id is not None or ask.press_id is not None
        if self._unknown_groups.waits(ask.chat_id) and quiet:
            await self._voice.answer(ask, NotOpenYet())
        return None


def _refusal(asked: Ask, least: Role) -> ForOwnerOnly | OwnerInPerson | NotForHosts:
    """What staff are told whose role isn't enough."""
    if least is not Role.OWNER:
        return NotForHosts()
    return OwnerInPerson(asked.community.community_id) if asked.anonymous_admin else ForOwnerOnly()
