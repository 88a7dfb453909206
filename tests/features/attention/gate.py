"""A shop whose messages pass the budget, without Telegram: rounds as the sender makes them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.attention.budget import Budget
from bot.rules.attention.budget import AttentionPolicy
from bot.rules.place import Place
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.members import standing
from bot.store.messages import departures
from bot.store.messages.outbox import Terms, promise
from bot.store.messages.payloads import Payload, PostCard, Say, Tell
from bot.store.tables import Airing, Community, Member, Outbox, Stream
from bot.store.tables.attention import Verdict
from bot.store.tables.base import id_of
from bot.store.tables.messages import OutboxState
from tests.features.scene import NOON, fan, shop

ROOM = -1001
SENDER = "me"


@dataclass
class Gate:
    """One shop with one room."""

    db: Database
    place: Place
    budget: Budget
    made: int = 0

    async def promise(self, payload: Payload, chat_id: int = ROOM, **terms: Any) -> int:
        """Promise something now, under a key of its own; its row."""
        self.made += 1
        wish = Terms(**{"now": NOON, "key": f"key:{self.made}", **terms})
        assert await self.db.write(promise, self.place.community_id, chat_id, payload, wish)
        return await self.db.read(_newest)

    async def drop(self, at: datetime = NOON, *, kind: str = "drop", **terms: Any) -> int:
        """The clock opens a drop, or something like it, in the room."""
        return await self.promise(PostCard(1), kind=kind, subject_id=1, now=at, **terms)

    async def notice(self, at: datetime = NOON, **terms: Any) -> int:
        """Something that the whole room is told and that offers nothing."""
        return await self.promise(Say("streams.EndNotice", {}), now=at, **terms)

    async def coupon_ends(self, who: int, at: datetime = NOON, **terms: Any) -> int:
        """Promotion in private."""
        user_id = fan(who).user_id
        told = Tell("ending.CouponsEnd", {}, user_id, "en", whisper=False, can_write=True)
        return await self.promise(told, user_id, now=at, **terms)

    async def note(self, who: int, at: datetime = NOON, **terms: Any) -> int:
        """Something of the fan's own, in private."""
        user_id = fan(who).user_id
        return await self.promise(
            Tell("lapse.LapseNotice", {}, user_id, "en", whisper=False, can_write=True), user_id, now=at, **terms
        )

    async def round(self, at: datetime, *, sift: bool = True) -> list[int]:
        """One round of the sender: what left, in its order."""
        seen = await self.db.read(departures.look, at)
        if seen.late:
            await self.db.write(departures.expire, at)
        held = await self.db.write(self.budget.hold_back, seen.due, at) if sift else set()
        due = [row for row in seen.due if row.id not in held]
        taken = await self.db.write(self.budget.take, due, SENDER, at)
        for row_id in taken:
            await self.db.write(departures.write_mark, row_id, departures.Mark(OutboxState.SENT), at)
        return [row.id for row in due if row.id in taken]

    async def verdict(self, row_id: int) -> Verdict:
        """What was said of a row."""
        return await self.db.read(_verdict_of, row_id)

    async def said(self, row_id: int) -> tuple[str, str | None]:
        """Ruling and reason of a row's verdict."""
        verdict = await self.verdict(row_id)
        return verdict.ruling, verdict.reason

    async def due_at(self, row_id: int) -> datetime:
        """When a row falls due."""
        return await self.db.read(lambda rx: rx.get_one(Outbox, row_id).due_at)

    async def member(self, who: int, since: datetime | None = NOON, left_at: datetime | None = None) -> int:
        """A fan who says yes to promotion since then, or doesn't."""
        return await self.db.write(_member, self.place, who, since, left_at)

    async def set(self, **values: Any) -> None:
        """Change the shop."""
        await self.db.write(_set, self.place.community_id, values)

    async def add(self, row: Any) -> int | None:
        """Add a row of the shop's."""
        return await self.db.write(_add, row)

    async def airing(self, starts_at: datetime, length: timedelta = timedelta(hours=2)) -> int:
        """A stream that is on from then."""
        self.made += 1
        return await self.db.write(_airing, self.place.community_id, self.made, starts_at, length)


async def gate(db: Database, policy: AttentionPolicy | None = None, **more: Any) -> Gate:
    """A Korean shop with a contact."""
    opened = Gate(db, await shop(db, **more), Budget(policy or AttentionPolicy()))
    await opened.set(contact="02-123-4567")
    return opened


def _newest(session: Session) -> int:
    found = session.execute(select(col(Outbox.id)).order_by(col(Outbox.id).desc()).limit(1)).scalar_one()
    assert found is not None
    return found


def _verdict_of(session: Session, row_id: int) -> Verdict:
    verdict_id = session.get_one(Outbox, row_id).verdict_id
    assert verdict_id is not None
    return session.get_one(Verdict, verdict_id)


def _member(tx: Tx, place: Place, who: int, since: datetime | None, left_at: datetime | None) -> int:
    member = standing(tx, place.community_id, fan(who), NOON)
    tx.execute(update(Member).where(col(Member.id) == member.member_id).values(promotion_since=since, left_at=left_at))
    return member.member_id


def _set(tx: Tx, community_id: int, values: dict[str, Any]) -> None:
    tx.execute(update(Community).where(col(Community.id) == community_id).values(**values))


def _add(tx: Tx, row: Any) -> int | None:
    tx.add(row)
    tx.flush()
    return getattr(row, "id", None)


def _airing(tx: Tx, community_id: int, number: int, starts_at: datetime, length: timedelta) -> int:
    stream = Stream(
        community_id=community_id,
        number=number,
        title="Silk",
        first_at=starts_at,
        length_minutes=int(length.total_seconds() // 60),
        remind=[],
        made_by=1,
        made_at=NOON,
    )
    tx.add(stream)
    tx.flush()
    airing = Airing(
        community_id=community_id,
        stream_id=id_of(stream),
        planned_at=starts_at,
        starts_at=starts_at,
        ends_at=starts_at + length,
    )
    tx.add(airing)
    tx.flush()
    return id_of(airing)
