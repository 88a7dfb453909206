"""The doors of a source: its invite link into each group, made when first needed and again when it is void."""

import asyncio
from datetime import datetime, timedelta
from typing import Protocol
from weakref import WeakValueDictionary

from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError, TelegramMigrateToChat
from aiogram.methods import CreateChatInviteLink, EditChatInviteLink, GetChat

from bot.bounded import Bounded
from bot.handlers.kit.whereabouts import is_in_any
from bot.logs import get_logger
from bot.rules.fans import Door
from bot.rules.place import Place
from bot.store.engine.peers import Peers
from bot.store.sources import FoundSource, GroupDoor

log = get_logger("ways")

REFUSED = (TelegramBadRequest, TelegramForbiddenError, TelegramMigrateToChat)
"""A group that moved has no link under its old id; the word of its move is on its way."""
LOOKED_AT = timedelta(minutes=10)
"""For so long a link that Telegram confirmed isn't asked about again: a QR code is opened by hundreds at once."""
LINKS_KEPT = 10_000
NO_RIGHT = ("not enough rights", "CHAT_ADMIN_REQUIRED")


class SourceDoors(Protocol):
    """Stores the invite links of sources."""

    async def doors(self, source: FoundSource) -> list[GroupDoor]:
        """The community's groups, with the source's link into each."""
        ...

    async def for_outsiders(self, place: Place, at: datetime) -> FoundSource:
        """The source by which those come who wanted to play and weren't in."""
        ...

    async def keep_link(self, source_id: int, chat_id: int, url: str) -> None:
        """Store a fresh invite link in place of the one before."""
        ...

    async def hint(self, place: Place, groups: tuple[str, ...], now: datetime) -> None:
        """Tell the owner, now and then, that people stand before closed doors."""
        ...


class WaysIn:
    """Makes and remembers invite links."""

    def __init__(self, bot: Bot, sources: SourceDoors, peers: Peers) -> None:
        self._bot = bot
        self._sources = sources
        self._peers = peers
        self._locks: WeakValueDictionary[tuple[int, int], asyncio.Lock] = WeakValueDictionary()
        """Of links that are being looked at now."""
        self._confirmed: Bounded[tuple[int, int], tuple[str | None, datetime]] = Bounded(LINKS_KEPT)

    async def inside(self, source: FoundSource, user_id: int) -> bool:
        """Whether Telegram says that the person is in one of the community's groups."""
        chats = [group.chat_id for group in await self._sources.doors(source)]
        return await is_in_any(self._bot, chats, user_id)

    async def for_outsiders(self, place: Place, now: datetime) -> tuple[Door, ...]:
        """The open doors of a shop for who wanted to play and isn't in, by a source of their own."""
        opened, _ = await self.doors(await self._sources.for_outsiders(place, now), now)
        return opened

    async def hint(self, place: Place, closed: tuple[str, ...], now: datetime) -> None:
        """Tell the owner, now and then, that people stand before these closed doors."""
        await self._sources.hint(place, closed, now)

    async def doors(self, source: FoundSource, now: datetime) -> tuple[tuple[Door, ...], tuple[str, ...]]:
        """The open doors, and the titles of the groups that have none."""
        opened: list[Door] = []
        closed: list[str] = []
        for group in await self._sources.doors(source):
            url = await self._url(source, group, now)
            if url is None:
                closed.append(group.title)
            else:
                opened.append(Door(group.title, url))
        return tuple(opened), tuple(closed)

    async def _url(self, source: FoundSource, group: GroupDoor, now: datetime) -> str | None:
        key = (source.source_id, group.chat_id)
        async with self._locks.setdefault(key, asyncio.Lock()):
            url, looked_at = self._confirmed.get(key, (None, None))
            if looked_at is not None and timedelta(0) <= now - looked_at < LOOKED_AT:
                return url
            async with self._peers.alone(f"link:{source.source_id}:{group.chat_id}"):
                # Another may have made it while this one waited for the lock.
                stored = {door.chat_id: door.url for door in await self._sources.doors(source)}.get(group.chat_id)
                url = await self._look(source, group.chat_id, stored)
            self._confirmed[key] = (url, now)
            return url

    async def _look(self, source: FoundSource, chat_id: int, stored: str | None) -> str | None:
        """The stored link if it still lets people in, else a fresh one, else the group's public address."""
        if stored is not None:
            try:
                link = await self._bot(EditChatInviteLink(chat_id=chat_id, invite_link=stored, name=source.name))
            except REFUSED as error:
                if any(reason in error.message for reason in NO_RIGHT):
                    return stored  # the right is gone, the link may still be good: better a try than nothing
                log.info("link_void", chat=chat_id, source=source.source_id)
            else:
                if not link.is_revoked:
                    return link.invite_link
        try:
            link = await self._bot(CreateChatInviteLink(chat_id=chat_id, name=source.name))
        except REFUSED as error:
            log.info("link_refused", chat=chat_id, error=type(error).__name__)
            return await self._public(chat_id)
        await self._sources.keep_link(source.source_id, chat_id, link.invite_link)
        return link.invite_link

    async def _public(self, chat_id: int) -> str | None:
        """A public group's own address: then the opened link alone tells the source."""
        try:
            chat = await self._bot(GetChat(chat_id=chat_id))
        except REFUSED:
            return None
        return f"https://t.me/{chat.username}" if chat.username else None
