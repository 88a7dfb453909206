"""What the clock does to airings: they begin, their owner is asked, they end by their length."""

from datetime import datetime

from bot.features.streams.announcements import announce_start, list_unannounced
from bot.features.streams.changes import End, close
from bot.features.streams.rows import lock_airing, lock_row
from bot.logs import get_logger, logging_failures
from bot.rules.airings import AiringState
from bot.rules.streams.airings import AskOwner, due_times, must_ask
from bot.rules.streams.streams import StreamPolicy
from bot.store.airings import list_all_open_airings
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.messages.outbox import Terms
from bot.store.messages.telling import tell_owner
from bot.store.places import place_of

log = get_logger("stream_clock")


class StreamClock:
    """Runs what the clock does to airings."""

    def __init__(self, db: Database, policy: StreamPolicy) -> None:
        self._db = db
        self._policy = policy

    async def run_due(self, now: datetime) -> datetime | None:
        """Do what is due for every airing; when something is due next."""
        for airing_id in await self._db.read(list_unannounced):
            with logging_failures(log, "airing_failed", airing=airing_id):
                await self._db.write(announce_to_new_chats, airing_id, self._policy)
        for community_id, airing in await self._db.read(list_all_open_airings):
            if any(at <= now for at in due_times(airing, self._policy)):
                with logging_failures(log, "airing_failed", airing=airing.id):
                    await self._db.write(advance, community_id, airing.id, now, self._policy)
        waiting = [
            at
            for _, airing in await self._db.read(list_all_open_airings)
            for at in due_times(airing, self._policy)
            if at > now
        ]
        return min(waiting, default=None)


def announce_to_new_chats(tx: Tx, airing_id: int, policy: StreamPolicy) -> None:
    """Promise a planned start also in chats that joined the shop after it was planned."""
    airing = lock_row(tx, airing_id)
    if airing.state == AiringState.PLANNED:
        announce_start(tx, airing, policy)


def advance(tx: Tx, community_id: int, airing_id: int, now: datetime, policy: StreamPolicy) -> None:
    """Do what is due for one airing: it begins, its owner is asked, it ends by its length."""
    locked = lock_airing(tx, airing_id)
    airing, stream, before = locked.airing, locked.stream, locked.before
    if before.state not in {AiringState.PLANNED, AiringState.LIVE}:
        return
    place = place_of(tx, community_id)
    if now >= airing.ends_at:
        close(tx, place, locked, End(airing.ends_at, now), policy)
        return
    if before.state is AiringState.PLANNED and now >= airing.starts_at:
        airing.state = AiringState.LIVE
        airing.posted = airing.posted or now <= airing.starts_at + policy.late
    if must_ask(before, now, policy):
        airing.asked_at = now
        question = AskOwner(airing_id, stream.number, stream.title, airing.starts_at)
        until = min(airing.starts_at + policy.late, airing.ends_at)
        key = f"air:{airing_id}:ask:{airing.starts_at.isoformat()}"
        tell_owner(tx, place, question, Terms(now=now, key=key, not_after=until))
    tx.flush()
