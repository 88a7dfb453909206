"""Rows of an airing and its stream, locked for a change."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import col

from bot.rules.act import Act
from bot.rules.airings import AiringFacts, AiringState, Repeat
from bot.store import causes
from bot.store.audit import record_act
from bot.store.engine.sessions import Tx
from bot.store.tables import Airing, AuditEntry, Stream
from bot.store.tables.base import id_of


@dataclass(frozen=True, slots=True)
class LockedAiring:
    """An airing and its stream, locked."""

    airing: Airing
    stream: Stream
    before: AiringFacts
    """The facts when it was locked."""


def lock_row(tx: Tx, airing_id: int) -> Airing:
    """The airing's row alone, locked: changes of one airing come one after another."""
    return tx.execute(
        select(Airing).where(col(Airing.id) == airing_id).with_for_update().execution_options(populate_existing=True)
    ).scalar_one()


def lock_airing(tx: Tx, airing_id: int) -> LockedAiring:
    """An airing, then its stream, locked."""
    airing = lock_row(tx, airing_id)
    stream = tx.execute(
        select(Stream)
        .where(col(Stream.id) == airing.stream_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one()
    return LockedAiring(airing, stream, facts_of_rows(airing, stream))


def lock_subject(tx: Tx, entry: AuditEntry) -> LockedAiring:
    """The airing that an entry of the audit log tells of, locked."""
    if entry.subject_id is None:
        raise LookupError(f"audit entry {entry.id} names no airing")
    return lock_airing(tx, entry.subject_id)


def facts_of_rows(airing: Airing, stream: Stream) -> AiringFacts:
    """Facts of rows that are at hand."""
    return AiringFacts(
        id=id_of(airing),
        stream_id=airing.stream_id,
        number=stream.number,
        title=stream.title,
        repeat=Repeat(stream.repeat),
        planned_at=airing.planned_at,
        starts_at=airing.starts_at,
        ends_at=airing.ends_at,
        state=AiringState(airing.state),
        url=airing.url,
        word=airing.word,
        replay_url=airing.replay_url,
        on_air_at=airing.on_air_at,
        asked_at=airing.asked_at,
        closed_at=airing.closed_at,
        posted=airing.posted,
    )


def record_change(tx: Tx, act: Act, name: str, locked: LockedAiring, outcome: object | None = None) -> AuditEntry:
    """Write a change of an airing into the audit log under `name`, with its state and start before and after."""
    airing, stream, before = locked.airing, locked.stream, locked.before
    entry = record_act(
        tx,
        act,
        name,
        f"#{stream.number} {stream.title}",
        subject_id=airing.id,
        before={"state": before.state.value, "starts_at": before.starts_at.isoformat()},
        after={"state": airing.state, "starts_at": airing.starts_at.isoformat()},
    )
    if outcome is not None:
        entry.answer = causes.to_json(outcome)
    return entry
