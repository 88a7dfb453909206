"""The clock's work of wear-out: once a day each shop's kinds are judged, and what is worn out rests for a week."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.attention.reception import audiences, judge_audience, received
from bot.logs import get_logger, logging_failures
from bot.rules.attention.wear_out import Judged, Received, WearPolicy, WearState
from bot.rules.calendar import next_time
from bot.rules.place import Place
from bot.rules.wears import STREAM
from bot.store.engine.db import Database
from bot.store.engine.inserts import insert_into
from bot.store.engine.sessions import Tx
from bot.store.places import find_place, place_of
from bot.store.tables.attention import Rest, WearRound

SOON = timedelta(seconds=1)
"""When the next shops have their turn, if more are due than one round judges."""
LATER = timedelta(hours=1)
"""When a shop that couldn't be judged is tried again."""

log = get_logger("wear")


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What was told of one shop's kinds."""

    worn: tuple[tuple[int, str, Judged], ...]
    """Rooms' row ids, kinds, and the numbers of what is worn out."""
    shown: bool
    """Whether anything was shown in the window."""


class WearClock:
    """Judges each shop's kinds once a day."""

    def __init__(self, db: Database, policy: WearPolicy) -> None:
        self._db = db
        self._policy = policy

    async def run_due(self, now: datetime) -> datetime | None:
        """Judge the shops that are due; when the next one is."""
        due = await self._db.read(next_rounds, self._policy.shops)
        for community_id, due_at in due:
            if due_at > now:
                return due_at
            await self._judge(community_id, now)
        return now + SOON if due else None

    async def _judge(self, community_id: int, now: datetime) -> None:
        """Judge one shop, room by room. It is tried again in an hour if that fails, and others don't wait for it."""
        await self._db.write(put_off, community_id, now + LATER)
        with logging_failures(log, "judging_failed", community=community_id):
            place = await self._db.read(place_of, community_id)
            worn: list[tuple[int, str, Judged]] = []
            shown = False
            for audience in await self._db.read(audiences, community_id):
                judged = await self._db.read(judge_audience, place, audience, now, self._policy)
                shown = shown or bool(judged)
                worn.extend((audience.room_id, kind, told) for kind, told in judged.items() if _rests(kind, told))
            await self._db.write(settle, place, Verdicts(tuple(worn), shown), now, self._policy)


class Reception:
    """The use case of the page that shows how things are received."""

    def __init__(self, db: Database, policy: WearPolicy) -> None:
        self._db = db
        self._policy = policy

    async def page(self, place: Place, page: int, at: datetime) -> Received:
        """One page, from 1."""
        return await self._db.read(received, place, page, at, self._policy)

    async def place(self, community_id: int) -> Place | None:
        """A shop by an id that a button carried; None if there is no such shop."""
        return await self._db.read(find_place, community_id)


def _rests(kind: str, told: Judged) -> bool:
    """Whether a kind is to rest. A stream's start never does: who has a stream says so."""
    return told.state is WearState.RESTS and kind != STREAM


def next_rounds(session: Session, most: int) -> Sequence[tuple[int, datetime]]:
    """Shops whose kinds are judged next, the longest due first."""
    rows = session.execute(
        select(col(WearRound.community_id), col(WearRound.due_at)).order_by(col(WearRound.due_at)).limit(most)
    ).all()
    return [(community_id, due_at) for community_id, due_at in rows]


def settle(tx: Tx, place: Place, told: Verdicts, now: datetime, policy: WearPolicy) -> None:
    """Let worn kinds rest, and plan the next day's look. What rests already goes on resting as it was.

    A shop that showed nothing for 56 days isn't looked at again until somebody answers something.
    """
    for room_id, kind, judged in told.worn:
        numbers = {
            "since": now,
            "until": now + policy.rest,
            "answers": judged.answers,
            "reach": judged.reach,
            "usual_answers": judged.usual_answers,
            "usual_reach": judged.usual_reach,
        }
        tx.execute(
            insert_into(tx, Rest)
            .values(community_id=place.community_id, room_id=room_id, kind=kind, **numbers)
            .on_conflict_do_update(
                index_elements=[col(Rest.community_id), col(Rest.room_id), col(Rest.kind)],
                set_=numbers,
                where=col(Rest.until) <= now,
            )
        )
    if told.shown:
        put_off(tx, place.community_id, next_time(policy.judged_at, place.timezone, now))
    else:
        tx.execute(delete(WearRound).where(col(WearRound.community_id) == place.community_id))


def put_off(tx: Tx, community_id: int, until: datetime) -> None:
    """Plan a shop's next look."""
    tx.execute(update(WearRound).where(col(WearRound.community_id) == community_id).values(due_at=until))
