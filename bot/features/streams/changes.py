"""How an evening's rows change, for staff and clock alike: locked, closed, written down."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.place import Place
from bot.rules.streams.streams import AiringFacts, AiringState, EndNotice, StreamPolicy
from bot.store import causes
from bot.store.airings import (
    CARD,
    count_came,
    lock_airing,
    next_start,
    plan_next_airing,
    update_live_cards,
    withdraw_notices,
)
from bot.store.audit import record
from bot.store.engine.sessions import PLANNED, Tx
from bot.store.messages.cards import chats_of, hanging_in, withdraw
from bot.store.messages.outbox import Terms
from bot.store.messages.telling import say
from bot.store.tables import Airing, AuditEntry, Stream


def locked(tx: Tx, airing_id: int) -> tuple[Airing, Stream]:
    """An evening and its plan, locked."""
    airing = lock_airing(tx, airing_id)
    stream = tx.execute(
        select(Stream)
        .where(col(Stream.id) == airing.stream_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one()
    return airing, stream


def told_of(session: Session, community_id: int, airing: AiringFacts, now: datetime) -> list[int]:
    """Chats that hear what becomes of an evening: all before its start, from then on those in which its card hangs."""
    chats = chats_of(session, community_id)
    if airing.starts_at > now:
        return chats
    hanging = hanging_in(session, CARD, airing.id)
    return [chat_id for chat_id in chats if chat_id in hanging]


def close(
    tx: Tx, place: Place, airing: Airing, stream: Stream, ended_at: datetime, now: datetime, policy: StreamPolicy
) -> None:
    """It is over: its cards say so, and where it really was on, one message; a weekly one gets its next evening.

    An end isn't told where the start never was: only where the card hangs.
    """
    airing_id = airing.id or 0
    came = count_came(tx, airing_id)
    was_on = airing.on_air_at is not None or came > 0
    airing.state, airing.closed_at = AiringState.ENDED, ended_at
    heard_of_start = hanging_in(tx, CARD, airing_id)
    withdraw_notices(tx, place.community_id, airing_id, now)
    withdraw(tx, place.community_id, CARD, airing_id, now)
    tx.flush()
    plan_next_airing(tx, stream, place.timezone, airing.planned_at, now, policy)
    tx.info[PLANNED] = True
    if was_on and airing.posted:
        notice = EndNotice(
            stream.title, came, airing.replay_url, next_start(tx, stream, place.timezone, max(airing.planned_at, now))
        )
        terms = Terms(now=now, key=f"air:{airing_id}:ended", not_after=ended_at + policy.late)
        say(tx, place.community_id, notice, terms, chats=heard_of_start)
    update_live_cards(tx, place.community_id, airing_id, now)


def call_off(tx: Tx, place: Place, airing: Airing, at: datetime) -> None:
    """It won't be: what was promised of it is taken back, in silence."""
    airing.state, airing.closed_at = AiringState.CANCELLED, at
    withdraw_notices(tx, place.community_id, airing.id or 0, at)
    withdraw(tx, place.community_id, CARD, airing.id or 0, at)
    tx.info[PLANNED] = True
    tx.flush()


def note(
    tx: Tx,
    place: Place,
    actor_id: int,
    act: str,
    airing: Airing,
    stream: Stream,
    at: datetime,
    cause: str,
    before: AiringFacts,
    outcome: object | None,
) -> AuditEntry:
    """Write one act of staff down, with how the evening stood before."""
    entry = record(
        tx,
        community_id=place.community_id,
        actor_id=actor_id,
        act=act,
        subject_id=airing.id,
        subject=f"#{stream.number} {stream.title}",
        at=at,
        cause=cause,
        before={"state": before.state.value, "starts_at": before.starts_at.isoformat()},
        after={"state": airing.state, "starts_at": airing.starts_at.isoformat()},
    )
    if outcome is not None:
        entry.answer = causes.to_json(outcome)
    return entry
