"""The bot comes to a chat: its shop is found or made, or an owner is asked; strangers' groups are politely left."""

import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError
from aiogram.methods import LeaveChat

from bot.content import Words
from bot.content.buttons.shops import NEW, NO
from bot.features.communities import FORGET, Communities
from bot.features.shops.arrivals import Arrival
from bot.features.shops.rooms import Rooms
from bot.handlers.kit.roles import Roles
from bot.handlers.shops.chats import Look, linked_to, look_at, name_of
from bot.logs import get_logger
from bot.rules.act import Sender
from bot.rules.place import Shop
from bot.rules.rights import Role, TryAgain
from bot.rules.shops.arrivals import (
    AskedOfOwner,
    Asks,
    ChannelNeedsShop,
    Comer,
    Joins,
    OwnedShop,
    RoomFounded,
    RoomGone,
    RoomJoined,
    RoomLeft,
    StrangersGroup,
    WhoseRoom,
    may_found_first,
    whose,
)
from bot.rules.words import Language, language_of
from bot.store.places import Group
from bot.telegram.ask import Ask
from bot.telegram.engine import Engine
from bot.telegram.inbox import TryLaterError
from bot.telegram.pacer import HeldError

log = get_logger("arrivals")

MOST_WAITING = 10_000

Decided = RoomJoined | RoomFounded | RoomLeft | RoomGone | AskedOfOwner | TryAgain


@dataclass(frozen=True, slots=True)
class Coming:
    """A chat that the bot has come to, as an update tells of it."""

    chat_id: int
    title: str
    is_channel: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """A chat that the bot has come to, as Telegram shows it now."""

    room: Coming
    look: Look
    owner: Sender
    """Its creator, if Telegram tells; else who brought the bot."""
    by: Sender | None
    """Who brought the bot; None for an anonymous administrator."""
    at: datetime


@dataclass(frozen=True, slots=True)
class Founding:
    """Who may found the first shop, and what follows each that is founded."""

    founder_id: int | None
    """Only a group of this person founds the first shop (`OWNER_ID`); None: anybody's."""
    on_founded: Callable[[], Awaitable[None]] | None
    """Called after each new shop that a group has founded."""


class Arrivals:
    """Takes chats up, and asks owners whose they are."""

    def __init__(
        self,
        engine: Engine,
        communities: Communities,
        rooms: Rooms,
        roles: Roles,
        words: Words,
        founding: Founding,
    ) -> None:
        self._bot = engine.bot
        self._communities = communities
        self._rooms = rooms
        self._roles = roles
        self._words = words
        self._out = engine.out
        self._founding = founding
        self._waiting: set[int] = set()
        """Chats whose owner hasn't answered yet: their messages are ignored without a query."""
        engine.hold.peers.hear(FORGET, lambda _: self._waiting.clear())
        engine.hold.peers.on_missed(self._waiting.clear)

    def waits(self, chat_id: int) -> bool:
        """Whether the owner hasn't said yet whose this group is."""
        return chat_id in self._waiting

    async def changed(self, room: Coming, by: Sender | None, at: datetime, cause: str) -> Group | None:
        """The bot's rights in a chat changed. Where its arrival was never seen, an owner is asked."""
        if await self._rooms.standing(room.chat_id) is None and room.chat_id in self._waiting:
            return None
        return await self._adopt(room, by, at, cause, brought=False)

    async def added(self, room: Coming, adder: Sender | None, at: datetime, cause: str) -> Group | None:
        """The bot was added to a chat.

        None if it is a stranger's (after a goodbye), or if an owner must say first whose it is. `adder` is None for
        an anonymous administrator.
        """
        return await self._adopt(room, adder, at, cause, brought=True)

    async def spoken_in(self, ask: Ask) -> Group | None:
        """Somebody speaks in a group that isn't known: its arrival was never seen, or isn't answered yet.

        Words join no shop: who spoke needn't be who added the bot. The owner is asked, once.
        """
        room = Coming(ask.chat_id, ask.chat_title)
        if room.chat_id in self._waiting:
            return None
        if await self._rooms.asked_about(room.chat_id) is not None:
            self._note_waiting(room.chat_id)
            return None
        speaker = None if ask.anonymous_admin else ask.sender
        return await self._adopt(room, speaker, ask.at, ask.cause, brought=False)

    async def _adopt(
        self, room: Coming, adder: Sender | None, at: datetime, cause: str, *, brought: bool
    ) -> Group | None:
        look = await look_at(self._bot, room.chat_id, is_channel=room.is_channel)
        if look is None:
            return None
        owner = look.owner or adder
        if owner is None:
            return None  # an anonymous administrator, and Telegram doesn't say whose the group is
        seen = Seen(room, look, owner, adder, at)
        here = await self._rooms.standing(look.chat_id)
        if here is not None and (not here.left or here.is_home):
            return await self._take_up(seen)
        match whose(await self._comer(look, adder, brought=brought)):
            case Joins(community_id=community_id):
                return await self._take_up(seen, into=community_id)
            case Asks() as asks:
                await self._ask(seen, asks, cause)
                self._note_waiting(look.chat_id)
                return None
        return await self._take_up(seen)

    async def _comer(self, look: Look, adder: Sender | None, *, brought: bool) -> Comer:
        creator_id = look.owner.user_id if look.owner is not None else None
        owns = await self._owned_by(adder.user_id) if adder is not None else ()
        theirs: tuple[Shop, ...] = ()
        if creator_id is not None and (adder is None or creator_id != adder.user_id):
            theirs = await self._owned_by(creator_id)
        helps = await self._helped_by(adder.user_id) if adder is not None and not owns and not theirs else ()
        return Comer(adder.user_id if adder is not None else None, brought, owns, helps, creator_id, theirs)

    async def _owned_by(self, user_id: int) -> tuple[Shop, ...]:
        """Shops of this person, as Telegram says now.

        Raises:
            TryLaterError: Telegram doesn't say; the update is handled again.
        """
        return tuple(
            [shop for shop in await self._rooms.owned_by(user_id) if await self._is(Role.OWNER, shop, user_id)]
        )

    async def _helped_by(self, user_id: int) -> tuple[OwnedShop, ...]:
        """Shops of others whose operator this person is, as Telegram says now."""
        return tuple(
            [
                one
                for one in await self._rooms.perhaps_helped_by(user_id)
                if await self._is(Role.OPERATOR, one.shop, user_id)
            ]
        )

    async def _is(self, role: Role, shop: Shop, user_id: int) -> bool:
        place = await self._communities.place(shop.community_id)
        if place is None:
            return False
        now = await self._roles.in_shop(place, user_id)
        if now is None:
            raise TryLaterError("who steers the shop isn't known")
        return now is role

    async def _ask(self, seen: Seen, asks: Asks, cause: str) -> None:
        room, look, adder = seen.room, seen.look, seen.by
        by = adder.name if adder is not None and adder.user_id != asks.user_id else None
        may_found = not room.is_channel
        question = WhoseRoom(look.chat_id, room.title, room.is_channel, asks.shops, may_found=may_found, by=by)
        await self._rooms.ask(question, asks.user_id, seen.at, cause)
        log.info("whose", chat=look.chat_id, asked=asks.user_id)

    def _note_waiting(self, chat_id: int) -> None:
        if len(self._waiting) >= MOST_WAITING:
            self._waiting.clear()
        self._waiting.add(chat_id)

    async def _take_up(
        self, seen: Seen, *, into: int | None = None, alone: bool = False, tell: bool = True
    ) -> Group | None:
        room, look, owner, by, at = seen.room, seen.look, seen.owner, seen.by, seen.at
        language = language_of(owner.language) or language_of(by.language if by is not None else None) or Language.EN
        creator_id = look.owner.user_id if look.owner is not None else None
        arrived = await self._communities.arrive(
            Arrival(
                look.chat_id,
                room.title,
                owner,
                language,
                at,
                is_admin=look.is_admin,
                is_channel=room.is_channel,
                missing=look.missing,
                linked=look.linked,
                by=by.user_id if by is not None else look.chat_id,
                into=into,
                alone=alone,
                may_found=may_found_first(creator_id, self._founding.founder_id),
                tell=tell,
            )
        )
        self._waiting.discard(look.chat_id)
        if arrived is None:
            await self._go_away(room, look, by or owner, language)
            return None
        if arrived.fresh:
            log.info("arrived", chat=look.chat_id, community=arrived.group.place.community_id)
        if arrived.founded:
            await self._tell_founded(arrived.group)
        return arrived.group

    async def _tell_founded(self, group: Group) -> None:
        """The log says whose the new shop is, and how to undo that: whoever came first may have been a stranger."""
        place = group.place
        undo = f"python -m bot shops remove {place.community_id}"
        log.info("founded", community=place.community_id, chat=group.chat_id, owner=place.owner_id, undo=undo)
        if self._founding.on_founded is not None:
            await self._founding.on_founded()

    async def _go_away(self, room: Coming, look: Look, adder: Sender, language: Language) -> None:
        """Say goodbye and leave. Both happen again after a crash between the two.

        No shop could promise the goodbye, so it is said at once. One that can't be sent now is dropped.
        """
        log.info("stranger", chat=look.chat_id)
        outcome = ChannelNeedsShop(room.title) if room.is_channel else StrangersGroup()
        chat_id = adder.user_id if room.is_channel else look.chat_id
        said = self._words.html(outcome, None, language)
        with contextlib.suppress(TelegramForbiddenError, TelegramBadRequest, HeldError):
            await self._out.call("sendMessage", chat_id=chat_id, text=said, parse_mode="HTML")
        await self.leave_chat(look.chat_id)

    async def leave_chat(self, chat_id: int) -> None:
        """Leave a chat; Telegram may refuse where the bot is out already."""
        with contextlib.suppress(TelegramForbiddenError, TelegramBadRequest):
            await self._bot(LeaveChat(chat_id=chat_id))

    async def part(self, inside: Ask, chat_id: int) -> RoomFounded | None:
        """Make a group a shop of its own, of its creator's; None if there is nothing to part."""
        look = await look_at(self._bot, chat_id, is_channel=False)
        owner = (look.owner if look is not None else None) or inside.sender
        founded = await self._rooms.part(inside.act, chat_id, owner)
        self._communities.forget()
        return founded

    async def take_out(self, inside: Ask, chat_id: int) -> RoomLeft | None:
        """Take a room out of its shop and leave it; None if it is home, or isn't the shop's."""
        left = await self._rooms.leave(inside.act, chat_id)
        self._communities.forget()
        if left is not None:
            await self.leave_chat(chat_id)
        return left

    async def look_at_links(self) -> None:
        """Ask of each channel which group is linked to it: Telegram sends no word when that changes."""
        for channel_id in await self._communities.channels():
            await self._communities.linked(channel_id, await linked_to(self._bot, channel_id))

    async def decide(self, ask: Ask, choice: str, chat_id: int) -> Decided:
        """Do what an owner answered to the question whose a chat is; rights are checked now, whoever was asked then."""
        named = await name_of(self._bot, chat_id)
        look = await look_at(self._bot, chat_id, is_channel=named[1]) if named is not None else None
        if named is None or look is None:
            return RoomGone()
        may = await self._may_decide(ask, choice, look)
        if may is None:
            return TryAgain()
        if not may:
            return AskedOfOwner()
        return await self._decided(ask, choice, Coming(look.chat_id, *named), look)

    async def _decided(self, ask: Ask, choice: str, room: Coming, look: Look) -> Decided:
        group = await self._communities.group(look.chat_id)
        if group is None and choice == NO:
            await self.leave_chat(look.chat_id)
            self._waiting.discard(look.chat_id)
            return RoomLeft(room.title)
        if group is None:
            into = None if choice == NEW else int(choice)
            seen = Seen(room, look, look.owner or ask.sender, ask.sender, ask.at)
            group = await self._take_up(seen, into=into, alone=choice == NEW, tell=False)
        if group is None:
            return RoomGone()
        if choice == NEW and group.place.home_chat == look.chat_id:
            return RoomFounded(room.title, group.place.community_id)
        return RoomJoined(room.title, group.place.shop, look.chat_id, is_channel=room.is_channel, may_part=True)

    async def _may_decide(self, ask: Ask, choice: str, look: Look) -> bool | None:
        """None: Telegram doesn't say. An owner decides about a chat of which they were asked, or which they created."""
        user_id = ask.sender.user_id
        creator = look.owner is not None and look.owner.user_id == user_id
        if not creator and await self._rooms.asked_about(look.chat_id) != user_id:
            return False
        owned = await self._rooms.owned_by(user_id)
        if choice not in {NEW, NO}:
            owned = tuple(shop for shop in owned if shop.community_id == int(choice))
        for shop in owned:
            place = await self._communities.place(shop.community_id)
            role = await self._roles.in_shop(place, user_id) if place is not None else Role.FAN
            if role is None or role is Role.OWNER:
                return None if role is None else True
        return False
