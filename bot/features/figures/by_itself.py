"""What comes by itself: a stream's report after its end, and the morning digest. The owner alone gets them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.figures.reports import day_figures, stream_report
from bot.logs import get_logger, logging_failures
from bot.rules.airings import AiringState
from bot.rules.calendar import DAY
from bot.rules.figures.digest import Digest, DigestFacts, day_to_tell, next_digest
from bot.rules.figures.reports import Figures, StreamReport
from bot.rules.figures.windows import FiguresPolicy
from bot.rules.slots import SlotKind, clock_of
from bot.store.airings import airing_of
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.messages.outbox import Terms, promise
from bot.store.messages.payloads import SendFile
from bot.store.messages.telling import tell_owner
from bot.store.places import lock_shop, place_of
from bot.store.private_messages import is_reachable
from bot.store.tables import Airing, Community, Person, Slot
from bot.store.verdicts import count_unsent
from bot.store.wear import turns_between

REPORT = "stream.report"
"""The kind of the promised report. It is counted when it is sent."""
PICTURE = "stream.picture"
"""The kind of the promised picture of a report."""
DIGEST_WITHIN = timedelta(hours=8)
"""A digest that can't be delivered so long isn't delivered any more."""

log = get_logger("figures")


@dataclass(frozen=True, slots=True)
class EndedAiring:
    """An airing that ended lately and whose figures nobody was told yet."""

    community_id: int
    airing_id: int
    was_on: bool
    """Whether staff said that it is on."""


class FiguresClock:
    """The clock's use cases of figures."""

    def __init__(self, db: Database, policy: FiguresPolicy) -> None:
        self._db = db
        self._policy = policy

    async def run_due(self, now: datetime) -> datetime | None:
        """Promise what is due; when the next digest comes."""
        for ended in await self._db.read(ended_lately, now, self._policy):
            with logging_failures(log, "report_failed", airing=ended.airing_id):
                told = await self._db.read(figures_after_end, ended, now, self._policy)
                await self._db.write(promise_report, ended, told, now, self._policy)
        waiting: list[datetime] = []
        for community_id, facts in await self._db.read(digest_facts, self._policy):
            day = day_to_tell(facts, now, self._policy)
            if day is not None:
                with logging_failures(log, "digest_failed", community=community_id):
                    figures = await self._db.read(figures_before, community_id, day, now, self._policy)
                    await self._db.write(promise_digest, community_id, day, figures, now)
            following = next_digest(facts, now)
            if following is not None:
                waiting.append(following)
        return min(waiting, default=None)


def ended_lately(session: Session, now: datetime, policy: FiguresPolicy) -> list[EndedAiring]:
    """Airings that ended lately and weren't reported since. One that was taken up again ends once more."""
    closed = col(Airing.closed_at)
    rows: Any = session.execute(
        select(col(Airing.community_id), col(Airing.id), col(Airing.on_air_at).is_not(None)).where(
            closed.is_not(None),
            closed >= now - policy.told_within,
            col(Airing.state) == AiringState.ENDED,
            or_(col(Airing.reported_at).is_(None), col(Airing.reported_at) < closed),
        )
    ).all()
    return [EndedAiring(*row) for row in rows]


def figures_after_end(
    session: Session, ended: EndedAiring, now: datetime, policy: FiguresPolicy
) -> StreamReport | None:
    """The report of an airing; None if it never was on and nothing happened."""
    airing = airing_of(session, ended.community_id, ended.airing_id)
    if airing is None:
        return None
    told = stream_report(session, place_of(session, ended.community_id), airing, now, policy)
    return told if ended.was_on or not told.figures.empty else None


def promise_report(tx: Tx, ended: EndedAiring, told: StreamReport | None, now: datetime, policy: FiguresPolicy) -> bool:
    """Promise the owner the report and its picture, once for each end; whether there was something to tell.

    Both are made when they are sent. An owner who has no private chat with the bot gets `told` as a whisper.
    """
    airing = tx.execute(
        select(Airing)
        .where(col(Airing.id) == ended.airing_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one()
    closed = airing.closed_at
    reported = airing.reported_at
    if airing.state != AiringState.ENDED or closed is None or (reported is not None and reported >= closed):
        return False
    airing.reported_at = now
    tx.flush()
    if told is None:
        return False
    place = place_of(tx, ended.community_id)
    key, until = f"report:{ended.airing_id}:{closed.isoformat()}", now + policy.told_within
    if not is_reachable(tx.get(Person, place.owner_id)):
        return tell_owner(tx, place, told, Terms(now=now, key=key, not_after=until))
    for kind in (REPORT, PICTURE):
        payload = SendFile(kind, ended.airing_id)
        terms = Terms(now=now, key=f"{kind}:{key}", not_after=until)
        promise(tx, ended.community_id, place.owner_id, payload, terms)
    return True


def digest_facts(session: Session, policy: FiguresPolicy) -> list[tuple[int, DigestFacts]]:
    """What decides whether a digest is due, for every shop."""
    rows: Any = session.execute(
        select(
            col(Community.id),
            col(Community.timezone),
            col(Slot.cron),
            col(Community.made_at),
            col(Community.digest_day),
            col(Community.digest_off_at).is_not(None),
        )
        .outerjoin(Slot, (col(Slot.community_id) == col(Community.id)) & (col(Slot.kind) == SlotKind.MORNING))
        .order_by(col(Community.id))
    ).all()
    return [
        (community_id, DigestFacts(timezone, clock_of(cron or "") or policy.digest_at, since, told, bool(off)))
        for community_id, timezone, cron, since, told, off in rows
    ]


def figures_before(session: Session, community_id: int, day: date, now: datetime, policy: FiguresPolicy) -> Figures:
    """The figures of the day before a day."""
    return day_figures(session, place_of(session, community_id), day - DAY, now, policy)


def promise_digest(tx: Tx, community_id: int, day: date, figures: Figures, now: datetime) -> bool:
    """Promise the owner yesterday's digest, once a day; nothing if nothing happened. Whether it was promised."""
    shop = lock_shop(tx, community_id)
    if shop.digest_off_at is not None or (shop.digest_day is not None and shop.digest_day >= day):
        return False
    shop.digest_day = day
    tx.flush()
    if figures.empty:
        return False
    terms = Terms(now=now, key=f"digest:{community_id}:{day}", not_after=now + DIGEST_WITHIN)
    turns = turns_between(tx, community_id, now - DAY, now)
    unsent = count_unsent(tx, community_id, day - DAY, now)
    digest = Digest(community_id, day - DAY, figures, turns.rests, turns.wakes, unsent)
    return tell_owner(tx, place_of(tx, community_id), digest, terms)
