"""Who is who in a shop: Telegram is asked at the act, of the home group and of no other."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from aiogram import Bot
from aiogram.enums import ChatMemberStatus
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError, TelegramMigrateToChat
from aiogram.methods import GetChatAdministrators

from bot.features.communities import Communities
from bot.flows.hand_over import HandOver
from bot.handlers.kit.look_ups import GONE, NO_ANSWER, look_up_person
from bot.logs import get_logger
from bot.rules.act import Sender
from bot.rules.fans import Where
from bot.rules.place import Place
from bot.rules.rights import (
    AnonymousOff,
    HomeGone,
    HomeMoved,
    HomeStaff,
    HomeStays,
    KnownAdministrator,
    Role,
    RoomChoice,
    TryAgain,
    anonymous_role,
    role_at_home,
)
from bot.telegram.ask import Ask
from bot.telegram.inbox import TryLaterError
from bot.telegram.who_asks import sender_of

log = get_logger("roles")


@dataclass(frozen=True, slots=True)
class FoundStaff:
    """What Telegram says of a group's creator and administrators."""

    creator: Sender | None
    """None if the group has lost its creator."""
    administrators: tuple[Sender, ...]
    """The others, bots left out."""

    @property
    def staff(self) -> HomeStaff:
        """The same as rules know it."""
        return HomeStaff(
            self.creator.user_id if self.creator is not None else None,
            frozenset(one.user_id for one in self.administrators),
        )


class Homes(Protocol):
    """Stores whose a shop is, and which group is its home."""

    async def rooms(self, place: Place) -> tuple[tuple[int, str], ...]:
        """Groups of the shop that aren't home: (chat, title), the oldest first."""
        ...

    async def move_home(self, place: Place, chat_id: int, owner: Sender, at: datetime) -> HomeMoved | None:
        """Make another room home; None if it isn't a room of the shop."""
        ...

    async def unsettled(self) -> list[tuple[Place, tuple[tuple[int, str], ...]]]:
        """Shops whose owner hasn't been told yet which group is home, and their other groups."""
        ...

    async def tell_home(self, place: Place, now: datetime, *, moved: bool = False) -> None:
        """Tell the owner once which group is home."""
        ...


class Denials(Protocol):
    """Stores whom an owner denies to act for the shop, and to whom the owner gave a role."""

    async def given(self, place: Place, user_id: int) -> Role | None:
        """The role that the owner gave a person; None too if they are denied."""
        ...

    async def look(self, place: Place, user_id: int) -> KnownAdministrator:
        """What is stored of an administrator."""
        ...

    async def denied_among(self, place: Place, user_ids: Iterable[int]) -> frozenset[int]:
        """Those of these people whom the owner has denied."""
        ...

    async def anybody_denied(self, place: Place) -> bool:
        """Whether the owner has denied anybody."""
        ...

    async def meet(self, sender: Sender) -> None:
        """Remember the name of an operator who was never seen as a fan."""
        ...


class Roles:
    """Asks Telegram who may steer a shop, and follows a change of its owner on the way."""

    def __init__(
        self, bot: Bot, communities: Communities, homes: Homes, handing_over: HandOver, denials: Denials
    ) -> None:
        self._bot = bot
        self._communities = communities
        self._homes = homes
        self._handing_over = handing_over
        self._denials = denials

    async def with_role(self, ask: Ask) -> Ask | TryAgain | HomeGone | AnonymousOff:
        """The ask with the asker's role in its community, as Telegram says now, unless the owner has denied them.

        Who is no administrator, and has a role by the owner's word, is looked up in the home group too.
        An anonymous administrator of the home group is an operator; of another room, nobody.
        """
        place = ask.community
        if ask.speaks_as is not None:
            at_home = ask.anonymous_admin and ask.chat_id == place.home_chat
            return await self._anonymous(ask) if at_home else replace(ask, role=Role.FAN)
        found = await self.staff_of(place)
        if isinstance(found, TryAgain):
            return found
        if found is None or found.creator is None:
            mine = ask.private and ask.sender.user_id == place.owner_id
            if found is None or mine:
                rooms = await self.created_by(place, ask.sender.user_id) if mine else ()
                return HomeGone(place.shop, mine, rooms)
        elif found.creator.user_id != place.owner_id:
            place = await self._follow(place, found.creator, ask.at)
        role = role_at_home(ask.sender.user_id, found.staff)
        if role is Role.OPERATOR:
            role = await self._operator(place, ask.sender)
        elif role is Role.FAN:
            given = await self.given_at_home(place, ask.sender.user_id)
            if isinstance(given, TryAgain):
                return given
            role = role_at_home(ask.sender.user_id, found.staff, given=given)
        return replace(ask, place=place, role=role)

    async def given_at_home(self, place: Place, user_id: int) -> Role | TryAgain | None:
        """The role that the owner gave a person, if Telegram says that they are in the home group now."""
        role = await self._denials.given(place, user_id)
        if role is None:
            return None
        where = await self.at_home(place, user_id)
        if where is Where.SILENT:
            return TryAgain()
        return role if where is Where.IN else None

    async def at_home(self, place: Place, user_id: int) -> Where:
        """Whether a person is in the home group, as Telegram says now."""
        if place.home_chat is None:
            return Where.OUT
        return await look_up_person(self._bot, place.home_chat, user_id)

    async def _operator(self, place: Place, sender: Sender) -> Role:
        """The role of an administrator of the home group: nothing more than a fan's if the owner has denied them."""
        look = await self._denials.look(place, sender.user_id)
        if look.denied:
            return Role.FAN
        if not look.known:
            await self._denials.meet(sender)
        return Role.OPERATOR

    async def _anonymous(self, ask: Ask) -> Ask | TryAgain | AnonymousOff:
        """An anonymous administrator of home. Telegram is asked who they may be only if somebody is denied."""
        if not await self._denials.anybody_denied(ask.community):
            return replace(ask, role=Role.OPERATOR)
        found = await self.staff_of(ask.community)
        if not isinstance(found, FoundStaff):
            return TryAgain()
        staff = found.staff
        denied = await self._denials.denied_among(ask.community, staff.administrators)
        role = anonymous_role(staff, denied)
        return replace(ask, role=role) if role is Role.OPERATOR else AnonymousOff()

    async def in_shop(self, place: Place, user_id: int) -> Role | None:
        """A person's role in a shop as Telegram says now; a shop without a home has no staff. None: no answer."""
        found = await self.staff_of(place)
        if isinstance(found, TryAgain):
            return None
        if found is None:
            return Role.FAN
        given = await self.given_at_home(place, user_id)
        if isinstance(given, TryAgain):
            return None
        denied = await self._denials.denied_among(place, (user_id,))
        return role_at_home(user_id, found.staff, denied=user_id in denied, given=given)

    async def staff_of(self, place: Place) -> FoundStaff | TryAgain | None:
        """The home group's creator and administrators; None if there's no home group any more."""
        if place.home_chat is None:
            return None
        return await look_up_staff(self._bot, place.home_chat)

    async def created_by(self, place: Place, user_id: int) -> tuple[RoomChoice, ...]:
        """Rooms of the shop, but for home, whose creator is this person, as far as Telegram tells."""
        found: list[RoomChoice] = []
        for chat_id, title in await self._homes.rooms(place):
            staff = await look_up_staff(self._bot, chat_id)
            if isinstance(staff, FoundStaff) and staff.staff.creator_id == user_id:
                found.append(RoomChoice(chat_id, title))
        return tuple(found)

    async def move_home(self, ask: Ask, chat_id: int) -> HomeMoved | HomeStays | TryAgain:
        """Make another room home: for the last owner, if home is gone or has no creator, and they created the room."""
        place = ask.community
        here, there = await self.staff_of(place), await look_up_staff(self._bot, chat_id)
        if isinstance(here, TryAgain) or isinstance(there, TryAgain):
            return TryAgain()
        lost = here is None or here.creator is None
        theirs = there is not None and there.staff.creator_id == ask.sender.user_id
        if not (lost and theirs and ask.sender.user_id == place.owner_id):
            return HomeStays(place.shop)
        moved = await self._homes.move_home(place, chat_id, ask.sender, ask.at)
        self._communities.forget()
        return moved or HomeStays(place.shop)

    async def follow_owner(self, place: Place, at: datetime) -> None:
        """Telegram tells that the home group changed hands: look, and write down whose it is.

        Raises:
            TryLaterError: Telegram doesn't say; the update is handled again.
        """
        found = await self.staff_of(place)
        if isinstance(found, TryAgain):
            raise TryLaterError("whose the home group is isn't known")
        if found is not None and found.creator is not None and found.creator.user_id != place.owner_id:
            await self._follow(place, found.creator, at)

    async def settle_homes(self, now: datetime) -> None:
        """Shops from before there were home groups: find a home where the founding group is gone, and tell the owner.

        Where Telegram doesn't answer, the shop is looked at again the next time.
        """
        for place, rooms in await self._homes.unsettled():
            moved = False
            if place.home_chat is None:
                owner_id = place.owner_id
                staff = {chat_id: await look_up_staff(self._bot, chat_id) for chat_id, _ in rooms}
                if any(isinstance(found, TryAgain) for found in staff.values()):
                    continue
                mine = [
                    (chat_id, found.creator)
                    for chat_id, found in staff.items()
                    if isinstance(found, FoundStaff) and found.creator and found.creator.user_id == owner_id
                ]
                moved = bool(mine)
                if mine:
                    await self._homes.move_home(place, *mine[0], now)
            await self._homes.tell_home(place, now, moved=moved)
        self._communities.forget()

    async def _follow(self, place: Place, owner: Sender, at: datetime) -> Place:
        if await self._handing_over.hand_over(place, owner, at):
            log.info("owner_changed", community=place.community_id, owner=owner.user_id)
        self._communities.forget()
        return replace(place, owner_id=owner.user_id)


async def look_up_staff(bot: Bot, chat_id: int) -> FoundStaff | TryAgain | None:
    """Ask for a group's creator and administrators, which works for bots without rights too; None if it is gone."""
    try:
        members = await bot(GetChatAdministrators(chat_id=chat_id))
    except TelegramMigrateToChat as error:
        return await look_up_staff(bot, error.migrate_to_chat_id)
    except TelegramForbiddenError:
        return None
    except TelegramBadRequest as error:
        log.info("staff_refused", chat=chat_id, reason=error.message[:80])
        return None if any(word in error.message for word in GONE) else TryAgain()
    except NO_ANSWER as error:
        log.info("staff_unknown", chat=chat_id, error=type(error).__name__)
        return TryAgain()
    creator = next((one.user for one in members if one.status == ChatMemberStatus.CREATOR), None)
    administrators = tuple(
        sender_of(one.user) for one in members if one.status == ChatMemberStatus.ADMINISTRATOR and not one.user.is_bot
    )
    return FoundStaff(sender_of(creator) if creator is not None else None, administrators)
