"""A shop with a shelf and a week, for tests of the calendar: posts, slots, and a clock that jumps."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlmodel import col

from bot.features.posts.clock import WeeklyCalendar
from bot.features.posts.fill import FillRules
from bot.features.posts.pauses import Pauses
from bot.features.posts.slots import NewSlot, Slots
from bot.features.posts.week import Weeks
from bot.rules.act import Act
from bot.rules.place import Place
from bot.rules.posting import Content, Poll
from bot.rules.posts.slots import CalendarPolicy
from bot.rules.posts.week import CalendarShown, PostingLine
from bot.rules.quiet_room import QuietRoomPolicy
from bot.rules.slots import PostingState, SlotKind
from bot.store.contents import content_to_facts
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.slots import plan_again
from bot.store.tables import Community, FanGroup, Posting, Slot
from bot.store.tables.attention import Rest
from bot.store.tables.posts import Post, PostCopy, Sending
from tests.features.calendars import Opened, calendar_clock, run_to
from tests.features.scene import NOON, Causes, act_of, query, shop


@dataclass
class ShopsWeek:
    """One shop's week, without a morning card."""

    db: Database
    place: Place
    causes: Causes
    opens: Opened = field(default_factory=Opened)
    policies: FillRules = field(default_factory=lambda: FillRules(CalendarPolicy(), QuietRoomPolicy()))
    numbers: int = 0

    @classmethod
    async def open(cls, db: Database, causes: Causes) -> "ShopsWeek":
        """The first shop."""
        place = await shop(db)
        await db.write(lambda tx: tx.execute(delete(Slot).where(col(Slot.community_id) == place.community_id)))
        return cls(db, place, causes)

    @property
    def clock(self) -> WeeklyCalendar:
        """The clock's part."""
        return calendar_clock(self.db, self.opens, self.policies)

    @property
    def weeks(self) -> Weeks:
        """What staff do with places in the calendar."""
        return Weeks(self.db, self.policies.calendar)

    @property
    def slots(self) -> Slots:
        """What staff do with slots."""
        return Slots(self.db, self.policies.calendar)

    @property
    def pauses(self) -> Pauses:
        """Pauses and days off."""
        return Pauses(self.db, self.policies.calendar)

    def act(self, at: datetime = NOON, cause: str | None = None) -> Act:
        """An act of the owner."""
        return act_of(self.place, at=at, cause=cause or self.causes.next())

    async def has(self, *pillars: str | None, text: str = "", poll: bool = False, at: datetime = NOON) -> list[int]:
        """Posts of these pillars on the shelf; their ids."""
        return await self.db.write(self._has, pillars, text, poll, at)

    def _has(self, tx: Tx, pillars: tuple[str | None, ...], text: str, poll: bool, at: datetime) -> list[int]:
        made = []
        for pillar in pillars:
            self.numbers += 1
            words = text or f"{pillar} {self.numbers}"
            content = Content(poll=Poll(words, ("Yes", "No"))) if poll else Content(words)
            post = Post(
                community_id=self.place.community_id,
                number=self.numbers,
                content=content_to_facts(content),
                pillar=pillar,
                on_shelf=True,
                made_at=at,
            )
            tx.add(post)
            tx.flush()
            made.append(post.id or 0)
        plan_again(tx, self.place.community_id, at)
        return made

    async def slot(self, cron: str, pillar: str | None = None, command: str | None = None, at: datetime = NOON) -> None:
        """A slot of posts, or of an activity."""
        kind = SlotKind.ACTIVITY if command else SlotKind.POST
        outcome = await self.slots.add(self.act(at), NewSlot(kind, cron, pillar, command))
        assert type(outcome).__name__ == "SlotsChanged", outcome

    async def heard(self, at: datetime) -> None:
        """Somebody writes in every room."""
        await self.db.write(lambda tx: tx.execute(update(FanGroup).values(heard_at=at)))

    async def wears_out(self, kind: str, at: datetime) -> None:
        """A kind rests for a week in every room."""

        def rest(tx: Tx) -> None:
            for room_id in tx.execute(select(col(FanGroup.id))).scalars():
                tx.execute(
                    insert(Rest).values(
                        community_id=self.place.community_id,
                        room_id=room_id,
                        kind=kind,
                        since=at,
                        until=at + timedelta(days=7),
                        answers=1,
                        reach=300,
                        usual_answers=90,
                        usual_reach=300,
                    )
                )

        await self.db.write(rest)

    async def move_to(self, timezone: str, at: datetime) -> None:
        """The shop's zone becomes another one."""

        def change(tx: Tx) -> None:
            tx.execute(update(Community).values(timezone=timezone))
            plan_again(tx, self.place.community_id, at)

        await self.db.write(change)
        self.place = Place(**{**_fields(self.place), "timezone": timezone})

    async def run(self, begin: datetime, end: datetime) -> datetime:
        """Let the clock go from one due instant to the next; somebody is heard all the time."""
        now = begin
        while now <= end:
            await self.heard(now)
            at = await self.clock.run_due(now)
            await self.deliver(now)
            if at is None or at > end:
                break
            now = max(at, now)
        return now

    async def deliver(self, now: datetime) -> None:
        """The sender's part: what was promised has left."""

        def mark(tx: Tx) -> None:
            for copy in tx.execute(select(PostCopy).where(col(PostCopy.sent_at).is_(None))).scalars():
                copy.sent_at, copy.message_id = now, 1000 + (copy.id or 0)

        await self.db.write(mark)

    async def rows(self, *states: PostingState) -> list[Posting]:
        """The shop's places in the calendar, in the order of their times."""

        def read(session: Any) -> list[Posting]:
            query_ = select(Posting).order_by(col(Posting.due_at), col(Posting.id))
            if states:
                query_ = query_.where(col(Posting.state).in_(states))
            return list(session.execute(query_).scalars())

        return await self.db.read(read)

    async def sendings(self) -> list[Sending]:
        """What was sent, oldest first."""
        return await self.db.read(
            lambda session: list(session.execute(select(Sending).order_by(col(Sending.id))).scalars())
        )

    async def shown(self, at: datetime) -> CalendarShown:
        """What `/calendar` shows."""
        return await self.weeks.show(self.place, at)

    async def lines(self, at: datetime) -> list[PostingLine]:
        """All its lines."""
        return [line for day in (await self.shown(at)).days for line in day.lines]

    async def promised(self) -> Counter[str]:
        """What waits in the outbox, by what it does."""
        return Counter(act for (act,) in await query(self.db, "SELECT act FROM outbox WHERE state = 'waiting'"))


def _fields(place: Place) -> dict[str, Any]:
    return {name: getattr(place, name) for name in Place.__dataclass_fields__}


__all__ = ["ShopsWeek", "run_to"]
