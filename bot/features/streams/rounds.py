"""Rounds: one message to all who asked to be reminded of a stream, promised in chunks."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.streams.rows import lock_airing
from bot.rules.airings import AiringFacts
from bot.rules.streams.reminders import Reminder, Round, Start, due_round, plan_rounds, rounds_of
from bot.rules.streams.streams import StreamPolicy
from bot.rules.words import Language, language_of
from bot.store.airings import count_subscribers, count_subscribers_of, list_all_open_airings, reachable_subscribers
from bot.store.engine.sessions import PLANNED, Tx
from bot.store.messages.outbox import Terms
from bot.store.messages.payloads import Packed, pack
from bot.store.messages.telling import tell_in_private, withdraw_messages
from bot.store.places import place_of
from bot.store.private_messages import Reader
from bot.store.tables import Airing, ReminderRound, Stream, Subscription
from bot.store.tables.base import id_of
from bot.store.tables.messages import Lane


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A fan who asked to be reminded."""

    member_id: int
    user_id: int
    language: Language | None
    """None: they have chosen none, and Telegram doesn't tell."""


def begin_round(tx: Tx, airing: Airing, key: str, outcome: Any, not_after: datetime, now: datetime) -> bool:
    """Begin to tell all who asked to be reminded `outcome`, once for this key. False if that round was there.

    Without an outcome the round is only written down as left out.
    """
    airing_id = id_of(airing)
    if tx.get(ReminderRound, (airing_id, key)) is not None:
        return False
    done_at = now if outcome is None else None
    told = pack(outcome)._asdict() if outcome is not None else None
    tx.add(ReminderRound(airing_id=airing_id, key=key, outcome=told, not_after=not_after, done_at=done_at))
    tx.flush()
    tx.info[PLANNED] = True
    return True


def withdraw_notices(tx: Tx, airing: Airing, now: datetime) -> int:
    """Take back what was promised of an airing and isn't true any more: notices, reminders, rounds that go on.

    Returns how many messages never left.
    """
    airing_id = id_of(airing)
    withdrawn = withdraw_messages(tx, airing.community_id, f"air:{airing_id}")
    tx.execute(
        update(ReminderRound)
        .where(col(ReminderRound.airing_id) == airing_id, col(ReminderRound.done_at).is_(None))
        .values(done_at=now)
    )
    return withdrawn


Plan = tuple[Round, ...]
"""The rounds of one airing, the earliest first."""


def find_due(
    session: Session, now: datetime, policy: StreamPolicy
) -> tuple[list[tuple[AiringFacts, Plan]], datetime | None]:
    """Airings with a round that is due and not begun, with their rounds, and when the next round is due.

    Many shops have airings to come, and each *remind me* wakes the clock. So only what is due costs a write.
    """
    coming = [airing for _, airing in list_all_open_airings(session) if airing.starts_at > now]
    stream_ids = {airing.stream_id for airing in coming}
    fans = count_subscribers_of(session, stream_ids)
    remind = dict(
        session.execute(select(col(Stream.id), col(Stream.remind)).where(col(Stream.id).in_(stream_ids))).all()
    )
    begun = set(
        session.execute(
            select(col(ReminderRound.airing_id), col(ReminderRound.key)).where(
                col(ReminderRound.airing_id).in_({airing.id for airing in coming})
            )
        ).all()
    )
    starts = [
        Start(airing.starts_at, tuple(remind[airing.stream_id]), fans.get(airing.stream_id, 0)) for airing in coming
    ]
    due: list[tuple[AiringFacts, Plan]] = []
    waiting: list[datetime] = []
    for airing, rounds in zip(coming, plan_rounds(starts, policy), strict=True):
        waiting += [one.due_at for one in rounds if one.due_at > now]
        if any(one.due_at <= now and (airing.id, _key(one.minutes, airing.starts_at)) not in begun for one in rounds):
            due.append((airing, rounds))
    return due, min(waiting, default=None)


def begin_due(tx: Tx, airing: AiringFacts, now: datetime, policy: StreamPolicy, plan: Plan | None = None) -> None:
    """Begin the latest round that is due, and write down the earlier ones that it replaces.

    `plan` holds the airing's rounds, as `find_due` gives them; None: as if no other start were near.
    """
    locked = lock_airing(tx, airing.id)
    row, stream = locked.airing, locked.stream
    if now >= row.starts_at or row.state != airing.state:
        return
    own = rounds_of(Start(row.starts_at, tuple(stream.remind), count_subscribers(tx, airing.stream_id)), policy)
    moved = row.starts_at != airing.starts_at or plan is None or len(plan) != len(own)
    rounds = own if moved or plan is None else plan
    latest, left_out = due_round(rounds, row.starts_at, stream.made_at, row.moved_at, now, policy)
    for one in left_out:
        begin_round(tx, row, _key(one.minutes, row.starts_at), None, row.starts_at, now)
    if latest is not None:
        last = latest == rounds[-1]
        following = next((one.due_at for one in rounds if one.due_at > latest.due_at), row.starts_at)
        told = Reminder(airing.stream_id, stream.title, row.starts_at, row.url, soon=last)
        begin_round(tx, row, _key(latest.minutes, row.starts_at), told, following, now)


def _key(minutes: int, starts_at: datetime) -> str:
    return f"before:{minutes}:{starts_at.isoformat()}"


def list_unfinished(session: Session) -> list[tuple[int, str]]:
    """Rounds that still have fans to tell: (airing, key)."""
    rows: Any = session.execute(
        select(col(ReminderRound.airing_id).label("airing_id"), col(ReminderRound.key).label("key")).where(
            col(ReminderRound.done_at).is_(None)
        )
    ).all()
    return [(row.airing_id, row.key) for row in rows]


def continue_round(tx: Tx, airing_id: int, key: str, now: datetime, policy: StreamPolicy) -> bool:
    """Promise the next `policy.chunk` messages of a round; False if none are left."""
    found = tx.execute(
        select(ReminderRound)
        .where(col(ReminderRound.airing_id) == airing_id, col(ReminderRound.key) == key)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one()
    if found.done_at is not None or found.outcome is None:
        return False
    airing = tx.get_one(Airing, airing_id)
    place = place_of(tx, airing.community_id)
    fans = _next_subscribers(tx, airing.stream_id, found.after_member_id, policy.chunk)
    for fan in fans:
        reader = Reader(fan.user_id, fan.language or place.language)
        sent_key = f"air:{airing_id}:{key}:{fan.member_id}"
        terms = Terms(now=now, key=sent_key, not_after=found.not_after, lane=Lane.REMINDER)
        tell_in_private(tx, airing.community_id, reader, Packed(**found.outcome), terms)
        found.after_member_id = fan.member_id
    if len(fans) < policy.chunk or now >= found.not_after:
        found.done_at = now
    tx.flush()
    return found.done_at is None


def _next_subscribers(session: Session, stream_id: int, after_member_id: int, limit: int) -> list[Subscriber]:
    """The next fans who asked, in the order of their member ids."""
    rows = session.execute(
        reachable_subscribers()
        .where(col(Subscription.stream_id) == stream_id, col(Subscription.member_id) > after_member_id)
        .order_by(col(Subscription.member_id))
        .limit(limit)
    ).all()
    return [
        Subscriber(row.member_id, row.user_id, language_of(row.language) or language_of(row.telegram_language))
        for row in rows
    ]
