"""Whether a person is in a room of the shop: Telegram is asked about those of whom it isn't known, and no others."""

import asyncio
import time
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from aiogram import Bot

from bot.clock import Clock
from bot.flows.presence import Belonging, Looked
from bot.handlers.kit.look_ups import look_up_person
from bot.logs import get_logger, logging_failures
from bot.rules.act import Sender
from bot.rules.fans import FansPolicy, Found, Known, Where, combine
from bot.rules.place import Place
from bot.store.engine.peers import Peers
from bot.telegram.inbox import TryLaterError

log = get_logger("whereabouts")

MOST_REMEMBERED = 10_000
CAME = "came"
"""The word that somebody came into a shop, or isn't banned there any more."""


class Whereabouts:
    """Asks Telegram about people, and has its answers written down."""

    def __init__(self, bot: Bot, belonging: Belonging, clock: Clock, policy: FansPolicy, peers: Peers) -> None:
        self._bot = bot
        self._belonging = belonging
        self._clock = clock
        self._policy = policy
        self._outsiders: dict[tuple[int, int], tuple[Where, datetime]] = {}
        """What Telegram said of people who aren't in, and when."""
        self._peers = peers
        peers.hear(CAME, lambda whom: self._outsiders.pop((whom[0], whom[1]), None))
        peers.on_missed(self._outsiders.clear)

    async def admit(self, place: Place, sender: Sender) -> Where:
        """Whether somebody is in: as stored, else as Telegram says; who is found to be in becomes a member.

        `SILENT` where nothing is known and Telegram gave no answer.
        """
        known = await self._belonging.known(place, sender.user_id)
        if known is Known.IN:
            return Where.IN
        remembered = self._remembered(place, sender.user_id)
        if remembered is not None:
            return remembered
        asked_at = self._asked_at()
        found = await self._find(place, sender.user_id)
        await self._belonging.settle(place, [Looked(sender, found)], asked_at, comes=True)
        known = await self._belonging.known(place, sender.user_id)
        if known is Known.IN:
            return Where.IN
        if known is Known.BANNED:
            return self._remember(place, sender.user_id, Where.BANNED)
        if found.where is Where.SILENT:
            return Where.SILENT
        return self._remember(place, sender.user_id, Where.OUT)

    def came(self, place: Place, user_id: int) -> None:
        """Somebody was seen to come, or isn't banned any more: what Telegram said before is out of date."""
        self._outsiders.pop((place.community_id, user_id), None)
        self._peers.tell(CAME, [place.community_id, user_id])

    async def look_up(self, community_id: int, user_ids: Sequence[int]) -> None:
        """Ask about members before they are given something. Who isn't asked about in time stays as last known."""
        place, people = await self._belonging.people(community_id, user_ids)
        deadline = time.monotonic() + self._policy.patience.total_seconds()
        size = self._policy.at_once
        for start in range(0, len(people), size):
            began = time.monotonic()
            if began >= deadline:
                log.warning("not_all_looked_up", community=community_id, left_out=len(people) - start)
                return
            said = await self._look_at(place, people[start : start + size], deadline - began)
            if all(where is Where.SILENT for where in said):
                return  # Telegram is away: the others would wait for nothing
            if start + size < len(people):
                pause = self._policy.pace.total_seconds() - (time.monotonic() - began)
                await asyncio.sleep(max(0.0, pause))

    async def run_due(self, now: datetime) -> datetime | None:
        """Look at a few of those who acted where strangers can act; when to look at more."""
        due, next_at = await self._belonging.to_look_at(now)
        for community_id, some in groupby(due, key=lambda one: one[0]):
            senders = [sender for _, sender in some]
            with logging_failures(log, "look_failed", community=community_id):
                place, _ = await self._belonging.people(community_id, ())
                await self._look_at(place, senders, self._policy.round.total_seconds())
        return next_at

    async def _look_at(self, place: Place, people: Sequence[Sender], seconds: float) -> list[Where]:
        """Ask about some people at once and write the answers down."""
        asked_at = self._asked_at()
        found = await asyncio.gather(*(self._find_within(place, one.user_id, seconds) for one in people))
        looked = [Looked(one, what) for one, what in zip(people, found, strict=True)]
        await self._belonging.settle(place, looked, asked_at)
        return [what.where for what in found]

    def _asked_at(self) -> datetime:
        """The present second: Telegram tells of comings and goings by the second too."""
        return self._clock.now().replace(microsecond=0)

    async def _find_within(self, place: Place, user_id: int, seconds: float) -> Found:
        try:
            async with asyncio.timeout(seconds):
                return await self._find(place, user_id)
        except TimeoutError:
            return Found(Where.SILENT)

    async def _find(self, place: Place, user_id: int) -> Found:
        """What Telegram says of a person: home is asked first, and the other rooms only as far as needed."""
        home = await look_up_person(self._bot, place.home_chat, user_id) if place.home_chat is not None else None
        others: list[tuple[int, Where]] = []
        if home not in {Where.IN, Where.BANNED}:
            for chat_id in await self._belonging.rooms(place):
                others.append((chat_id, await look_up_person(self._bot, chat_id, user_id)))
                if others[-1][1] is Where.IN:
                    break
        return combine(home, tuple(others), place.home_chat)

    def _remembered(self, place: Place, user_id: int) -> Where | None:
        where, at = self._outsiders.get((place.community_id, user_id), (None, None))
        if at is None or not timedelta(0) <= self._clock.now() - at < self._policy.remembered:
            return None
        return where

    def _remember(self, place: Place, user_id: int, where: Where) -> Where:
        if len(self._outsiders) >= MOST_REMEMBERED:
            self._outsiders.clear()
        self._outsiders[place.community_id, user_id] = (where, self._clock.now())
        return where


async def is_in_any(bot: Bot, chats: Iterable[int], user_id: int) -> bool:
    """Whether a person is in one of these chats, as far as the bot can see.

    Raises:
        TryLaterError: no answer; the update is handled again.
    """
    silent = False
    for chat_id in chats:
        where = await look_up_person(bot, chat_id, user_id)
        if where is Where.IN:
            return True
        silent = silent or where is Where.SILENT
    if silent:
        raise TryLaterError("whether somebody is in isn't known")
    return False
