"""Sets the tag beside a member's name in a group: their tier, if they asked for it, and never over one of their own.

Where the bot lacks the right, or the member is an administrator, nothing is set and nobody is told.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError, TelegramNotFound
from sqlalchemy.orm import Session

from bot.content.filters import TIER_NAMES
from bot.logs import get_logger
from bot.rules.place import Place
from bot.rules.refusals import Refusal
from bot.rules.tiers import Tier
from bot.store import tags
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.messages.departures import Departure
from bot.store.messages.payloads import ShowTag, TakeTag
from bot.store.places import place_of
from bot.telegram.calls import Outbound
from bot.telegram.refusals import refusal_of

log = get_logger("tags")

TAGGED = frozenset({"member", "restricted"})
"""Who can have a tag: administrators have a title instead, and who left has none."""


class Tags:
    """Sets and removes tags."""

    def __init__(self, out: Outbound, db: Database) -> None:
        self._out = out
        self._db = db

    async def do(self, row: Departure, asked: ShowTag | TakeTag) -> Callable[[Tx], None] | None:
        """Do what a row asks for; what is to be written down with it.

        Raises:
            HeldError: the call can't leave now.
        """
        if isinstance(asked, ShowTag):
            return await self._show(row, asked)
        await self._take(row, asked)
        return None

    async def _show(self, row: Departure, asked: ShowTag) -> partial[None] | None:
        """Bring one member's tag up to date."""
        place, wanted, ours = await self._db.read(_look, row.community_id, row.chat_id, asked.member_id)
        if wanted is None:
            return None
        user_id, tier = wanted
        tag = TIER_NAMES[place.language][tier.value] if tier is not None else ""
        note = partial(tags.note_tag, member_id=asked.member_id, chat_id=row.chat_id)
        shown = await self._shown(row.chat_id, user_id)
        if shown is None or (shown and shown not in {ours, tag}):
            return partial(note, tag="")  # it can't have one, or has one of its own
        if shown != tag and not await self._set(row.chat_id, user_id, tag):
            return None
        return partial(note, tag=tag)

    async def _take(self, row: Departure, asked: TakeTag) -> None:
        """Take a tag of the bot's off a name."""
        if await self._shown(row.chat_id, asked.of) == asked.tag:
            await self._set(row.chat_id, asked.of, "")

    async def _shown(self, chat_id: int, user_id: int) -> str | None:
        """The tag that a member has now, empty for none; None for somebody who can't have one."""
        try:
            member: Any = await self._out.call("getChatMember", chat_id=chat_id, user_id=user_id)
        except (TelegramBadRequest, TelegramForbiddenError) as error:
            if refusal_of(error) is Refusal.REMOVED:
                raise
            return None
        if not isinstance(member, dict) or member.get("status") not in TAGGED:
            return None
        return str(member.get("tag") or "")

    async def _set(self, chat_id: int, user_id: int, tag: str) -> bool:
        """Set a tag; whether Telegram took it."""
        try:
            await self._out.call("setChatMemberTag", chat_id=chat_id, user_id=user_id, tag=tag)
        except TelegramNotFound:  # an older server doesn't know the method
            return False
        except (TelegramBadRequest, TelegramForbiddenError) as error:
            if refusal_of(error) is Refusal.REMOVED:
                raise
            log.info("tag_refused", chat=chat_id, error=type(error).__name__)
            return False
        return True


def _look(
    session: Session, community_id: int, chat_id: int, member_id: int
) -> tuple[Place, tuple[int, Tier | None] | None, str | None]:
    """The shop, whose tag it is with the tier to show, and the tag that the bot set before."""
    wanted = tags.wanted_tag(session, member_id)
    return place_of(session, community_id), wanted, tags.shown_tag(session, member_id, chat_id)
