"""The clock's part in the week: plan what is to be planned, fill what is due, and say when more is."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.posts.fill import (
    AGAIN,
    FillRules,
    Opening,
    Prepared,
    Wanted,
    fill_posting,
    mark_opened,
    note_failure,
    waits,
)
from bot.features.posts.plan import plan_week
from bot.logs import get_logger
from bot.rules.act import Act, Sender
from bot.rules.posting import Content
from bot.rules.posts.templates import TemplateFacts
from bot.rules.rights import Role
from bot.rules.slots import PostingState, Why
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.tables import Posting
from bot.store.tables.posts import Week

AT_ONCE = 20
"""Shops that are planned, and postings that are filled, in one round. The others follow at once, in the next."""
TRIES = 5
"""How often a posting's pick may change while its post is rendered."""

log = get_logger("calendar")


class Renders(Protocol):
    """Makes of a post what is sent, outside of any transaction."""

    async def render(self, content: Content, facts: TemplateFacts) -> Any:
        """The content as it is sent, or what is wrong with it."""


class Opens(Protocol):
    """Opens activities by their commands' lines."""

    async def open(self, act: Act, line: str) -> bool:
        """Open what a line says; whether it was opened. Under one cause it acts once."""


async def _nothing() -> None:
    """Nobody has to be heard out first."""


class WeeklyCalendar:
    """Plans and fills the week of every shop."""

    def __init__(
        self,
        db: Database,
        policies: FillRules,
        renders: Renders,
        activities: Opens,
        hear_out: Callable[[], Awaitable[None]] = _nothing,
    ) -> None:
        """`hear_out` writes down who was heard until now, before rooms are judged."""
        self._db = db
        self._policies = policies
        self._renders = renders
        self._activities = activities
        self._hear_out = hear_out

    async def run_due(self, now: datetime) -> datetime | None:
        """Plan and fill what is due; when more is."""
        seen = await self._db.read(look, now)
        if not seen.shops and not seen.postings:
            return seen.next_at
        for community_id in seen.shops:
            await self._plan(community_id, now)
        due = await self._db.read(due_postings, now)  # planning may have moved what is due
        if due:
            await self._hear_out()
        for posting_id in due:
            await self._fill(posting_id, now)
        return await self._db.read(next_due, now)

    async def _plan(self, community_id: int, now: datetime) -> None:
        try:
            await self._db.write(plan_week, community_id, now, self._policies.calendar)
        except Exception as error:  # other shops go on; this one is tried again, and not at once
            log.error("plan_failed", shop=community_id, exc_info=error)
            await self._db.write(put_off, community_id, now + AGAIN)

    async def _fill(self, posting_id: int, now: datetime) -> None:
        try:
            await self._fill_once(posting_id, now)
        except Exception as error:  # other slots go on; this one is tried again
            log.error("slot_failed", posting=posting_id, exc_info=error)
            await self._db.write(note_failure, posting_id, now)

    async def _fill_once(self, posting_id: int, now: datetime) -> None:
        prepared: Prepared | None = None
        broken: frozenset[int] = frozenset()
        for _ in range(TRIES):
            found = await self._db.write(fill_posting, posting_id, prepared, broken, now, self._policies)
            if isinstance(found, Opening):
                await self._open(found, now)
            if not isinstance(found, Wanted):
                return
            rendered = await self._renders.render(found.content, found.facts)
            if isinstance(rendered, Content):
                prepared = Prepared(found, rendered)
            else:
                log.info("post_broken", post=found.post_id, problem=type(rendered).__name__)
                broken |= {found.post_id}
        await self._db.write(note_failure, posting_id, now)

    async def _open(self, opening: Opening, now: datetime) -> None:
        """Open an activity in the owner's name, within what an operator may. Its cause lets it act once."""
        place = opening.place
        act = Act(
            place=place,
            sender=Sender(place.owner_id, "", None, None),
            at=now,
            cause=f"posting:{opening.posting_id}",
            actor_id=place.owner_id,
            role=Role.OPERATOR,
            by_clock=True,
        )
        opened = await self._activities.open(act, opening.command)
        await self._db.write(mark_opened, opening.posting_id, None if opened else Why.REFUSED)


def put_off(tx: Tx, community_id: int, until: datetime) -> None:
    """Plan a shop's week later, because it failed."""
    tx.execute(update(Week).where(col(Week.community_id) == community_id).values(plan_at=until))


@dataclass(frozen=True, slots=True)
class Seen:
    """The calendar of all shops at an instant."""

    shops: list[int]
    """Shops whose week is to be planned."""
    postings: list[int]
    """Postings that are to be filled."""
    next_at: datetime | None
    """When more is due."""


def look(session: Session, now: datetime) -> Seen:
    """What is due, and when more is: one read for a tick with nothing due."""
    return Seen(shops_to_plan(session, now), due_postings(session, now), next_due(session, now))


def shops_to_plan(session: Session, now: datetime) -> list[int]:
    """Shops whose week is to be planned now, some of them."""
    return list(
        session.execute(
            select(col(Week.community_id))
            .where(col(Week.plan_at) <= now)
            .order_by(col(Week.plan_at), col(Week.community_id))
            .limit(AT_ONCE)
        ).scalars()
    )


def due_postings(session: Session, now: datetime) -> list[int]:
    """Postings that are to be filled now, in the order of their times, some of them."""
    rows: Any = session.execute(
        select(col(Posting.id), col(Posting.details))
        .where(col(Posting.state) == PostingState.PLANNED, col(Posting.due_at) <= now)
        .order_by(col(Posting.due_at), col(Posting.id))
        .limit(10 * AT_ONCE)
    ).all()
    return [posting_id for posting_id, details in rows if not waits(details, now)][:AT_ONCE]


def next_due(session: Session, now: datetime) -> datetime | None:
    """When the next posting is to be filled, or the next week planned."""
    planned = select(func.min(col(Posting.due_at))).where(col(Posting.state) == PostingState.PLANNED)
    reads = (select(func.min(col(Week.plan_at))), planned.where(col(Posting.due_at) > now))
    times: list[datetime] = [at for read in reads if (at := _instant(session, read)) is not None]
    if _instant(session, planned.where(col(Posting.due_at) <= now)) is not None:
        times.append(now if due_postings(session, now) else now + AGAIN)
    return min(times, default=None)


def _instant(session: Session, query: Any) -> datetime | None:
    found: datetime | None = session.execute(query).scalar_one()
    return found
