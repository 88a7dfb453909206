"""The bot comes to a chat: found or make its community, or ask whose it is; strangers' groups are politely left."""

import contextlib
from dataclasses import dataclass
from datetime import datetime

from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError
from aiogram.methods import LeaveChat

from bot.asking import Ask
from bot.content import Words
from bot.content.panels import NEW, NO
from bot.features.communities import Communities
from bot.features.rooms import Rooms
from bot.handlers.looking import Look, look_at, name_of
from bot.handlers.roles import ADMINISTRATORS, role_in, standing_in
from bot.logs import get_logger
from bot.outbound import Outbound
from bot.rules.arrivals import (
    AskedOfStaff,
    Asks,
    ChannelNeedsShop,
    Comer,
    Joins,
    RoomFounded,
    RoomGone,
    RoomJoined,
    RoomLeft,
    Shop,
    StrangersGroup,
    WhoseRoom,
    whose,
)
from bot.rules.communities import SPEAKING_FOR_OTHERS, Role, StalePress
from bot.rules.words import Language, language_of
from bot.store.members import Sender
from bot.store.places import Group

log = get_logger("arrivals")

MOST_WAITING = 10_000

Decided = RoomJoined | RoomFounded | RoomLeft | RoomGone | AskedOfStaff | StalePress


@dataclass(frozen=True, slots=True)
class Coming:
    """A chat that the bot has come to, as an update tells of it."""

    chat_id: int
    title: str
    is_channel: bool = False


class Arrivals:
    """Takes chats up, and asks whose they are."""

    def __init__(self, bot: Bot, communities: Communities, rooms: Rooms, words: Words, out: Outbound) -> None:
        self._bot = bot
        self._communities = communities
        self._rooms = rooms
        self._words = words
        self._out = out
        self._waiting: dict[int, int] = {}
        """Chats whose question isn't answered, and who was asked: their fans needn't be looked into each time."""

    def waits(self, chat_id: int) -> bool:
        """Whether nobody has said yet whose this group is."""
        return chat_id in self._waiting

    async def adopt(self, room: Coming, adder: Sender, at: datetime, cause: str, *, asks: bool | None) -> Group | None:
        """Take up a chat; None if it is a stranger's (after a goodbye), or if its staff must say whose it is first.

        The creator is the owner; the language is guessed from the owner's, then from who added the bot. `asks` tells
        whether the question may be asked; None: if it is the one who is asked that speaks.
        """
        if not asks and self._waiting.get(room.chat_id, adder.user_id) != adder.user_id:
            return None
        look = await look_at(self._bot, room.chat_id, is_channel=room.is_channel)
        if look is not None and adder.user_id in SPEAKING_FOR_OTHERS:
            # An anonymous administrator: whoever it is, the group is its creator's.
            adder = look.owner or adder
        if look is None or adder.user_id in SPEAKING_FOR_OTHERS:
            return None
        here = await self._rooms.standing(look.chat_id)
        if here is not None and not (room.is_channel and here.left):
            return await self._take_up(room, look, adder, at)
        if not asks and not await self._may_speak(look.chat_id, adder):
            return None
        return await self._sort_out(room, look, adder, at, cause, asks=asks)

    async def _sort_out(
        self, room: Coming, look: Look, adder: Sender, at: datetime, cause: str, *, asks: bool | None
    ) -> Group | None:
        match whose(await self._comer(look, adder)):
            case Joins(community_id=community_id):
                return await self._take_up(room, look, adder, at, into=community_id)
            case Asks(user_id=user_id, shops=shops):
                asked = adder if user_id == adder.user_id else look.owner
                if asked is not None and (asks or (asks is None and user_id == adder.user_id)):
                    await self._ask(room, look, asked, shops, at, cause)
                self._note_waiting(look.chat_id, user_id)
                return None
        return await self._take_up(room, look, adder, at)

    async def _may_speak(self, chat_id: int, speaker: Sender) -> bool:
        """Whether what somebody says in an unknown group takes it up: not while somebody else is asked about it."""
        asked = await self._rooms.asked_about(chat_id)
        if asked is None or asked == speaker.user_id:
            return True
        self._note_waiting(chat_id, asked)
        return False

    async def _comer(self, look: Look, adder: Sender) -> Comer:
        creator_id = look.owner.user_id if look.owner is not None else None
        owns = await self._rooms.owned_by(adder.user_id)
        theirs = owns
        if creator_id is not None and creator_id != adder.user_id:
            theirs = await self._rooms.owned_by(creator_id)
        runs = await self._run_by(adder.user_id) if not owns or creator_id != adder.user_id else ()
        return Comer(adder.user_id, creator_id, owns, runs, theirs)

    async def _run_by(self, user_id: int) -> tuple[Shop, ...]:
        """Shops of others whose staff this person is, as Telegram says now."""
        found: list[Shop] = []
        for shop in await self._rooms.perhaps_run_by(user_id):
            place = await self._communities.place(shop.community_id)
            if place is None:
                continue
            chats = await self._communities.chats(place)
            if await role_in(self._bot, place, user_id, chats) is not Role.FAN:
                found.append(shop)
        return tuple(found)

    async def _ask(
        self, room: Coming, look: Look, asked: Sender, shops: tuple[Shop, ...], at: datetime, cause: str
    ) -> None:
        may_found = not room.is_channel and await self._may_found(look, asked)
        question = WhoseRoom(look.chat_id, room.title, room.is_channel, shops, may_found)
        await self._rooms.ask(question, asked, at, cause)
        log.info("whose", chat=look.chat_id, asked=asked.user_id)

    async def _may_found(self, look: Look, asker: Sender) -> bool:
        """A new shop is for owners who have one here already, and for everybody if all are welcome."""
        if self._communities.open_to_all:
            return True
        return bool(await self._rooms.owned_by((look.owner or asker).user_id))

    def _note_waiting(self, chat_id: int, user_id: int) -> None:
        if len(self._waiting) >= MOST_WAITING:
            self._waiting.clear()
        self._waiting[chat_id] = user_id

    async def _take_up(
        self,
        room: Coming,
        look: Look,
        adder: Sender,
        at: datetime,
        *,
        into: int | None = None,
        alone: bool = False,
        tell: bool = True,
    ) -> Group | None:
        owner = look.owner or adder
        language = language_of(owner.language) or language_of(adder.language) or Language.EN
        arrived = await self._communities.arrive(
            look.chat_id,
            room.title,
            owner,
            language,
            at,
            is_admin=look.is_admin,
            is_channel=room.is_channel,
            missing=look.missing,
            into=into,
            alone=alone,
            by=adder.user_id,
            tell=tell and into is not None,
        )
        self._waiting.pop(look.chat_id, None)
        if arrived is None:
            await self._go_away(room, look, adder, language)
            return None
        if arrived.fresh:
            log.info("arrived", chat=look.chat_id, community=arrived.group.place.community_id)
        return arrived.group

    async def _go_away(self, room: Coming, look: Look, adder: Sender, language: Language) -> None:
        """Nobody's shop to promise this in: said at once, then the bot leaves. Again after a crash between the two."""
        log.info("stranger", chat=look.chat_id)
        outcome = ChannelNeedsShop(room.title) if room.is_channel else StrangersGroup()
        chat_id = adder.user_id if room.is_channel else look.chat_id
        said = self._words.html(outcome, None, language)
        with contextlib.suppress(TelegramForbiddenError, TelegramBadRequest):
            await self._out.call("sendMessage", chat_id=chat_id, text=said, parse_mode="HTML")
        await self._bot(LeaveChat(chat_id=look.chat_id))

    async def decide(self, ask: Ask, choice: str, chat_id: int) -> Decided:
        """Do what staff answered to the question whose a chat is; rights are checked now, whoever was asked then."""
        named = await name_of(self._bot, chat_id)
        look = await look_at(self._bot, chat_id, is_channel=named[1]) if named is not None else None
        if named is None or look is None:
            return RoomGone()
        if not await self._may_decide(ask, choice, look):
            return AskedOfStaff()
        return await self._decided(ask, choice, Coming(look.chat_id, *named), look)

    async def _decided(self, ask: Ask, choice: str, room: Coming, look: Look) -> Decided:
        group = await self._communities.group(look.chat_id)
        if group is None and choice == NO:
            await self._bot(LeaveChat(chat_id=look.chat_id))
            self._waiting.pop(look.chat_id, None)
            return RoomLeft(room.title)
        if group is None:
            into = None if choice == NEW else int(choice)
            group = await self._take_up(room, look, ask.sender, ask.at, into=into, alone=choice == NEW, tell=False)
        if group is None:
            return RoomGone()
        if choice == NEW and group.place.shop == room.title:
            return RoomFounded(room.title, group.place.community_id)
        return RoomJoined(room.title, group.place.shop, look.chat_id, is_channel=room.is_channel, may_part=False)

    async def _may_decide(self, ask: Ask, choice: str, look: Look) -> bool:
        user_id = ask.sender.user_id
        standing = await standing_in(self._bot, look.chat_id, user_id)
        if standing is None:
            return False
        if choice == NO:
            return standing in ADMINISTRATORS or bool(
                await self._rooms.owned_by(user_id) or await self._run_by(user_id)
            )
        if choice == NEW:
            return standing in ADMINISTRATORS and await self._may_found(look, ask.sender)
        place = await self._communities.place(int(choice))
        if place is None:
            return False
        chats = await self._communities.chats(place)
        return await role_in(self._bot, place, user_id, chats) is not Role.FAN
