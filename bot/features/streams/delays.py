"""`/delay`: the start of an airing is moved, and what fans were told of the old start is corrected."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.features.streams.announcements import announce_start
from bot.features.streams.changes import chats_to_tell
from bot.features.streams.meant import lock_meant_airing
from bot.features.streams.rounds import begin_round, withdraw_notices
from bot.features.streams.rows import LockedAiring, lock_subject, record_change
from bot.rules.act import Act
from bot.rules.airings import AiringState
from bot.rules.streams.airings import Delayed, DelayOutcome, DelayPast, Move, NoStreamThere
from bot.rules.streams.notices import DelayNotice
from bot.rules.streams.streams import StreamPolicy
from bot.store import causes
from bot.store.airings import CARD, count_subscribers, update_live_cards
from bot.store.audit import first_answer
from bot.store.engine.sessions import Tx
from bot.store.messages.cards import withdraw
from bot.store.messages.outbox import Terms
from bot.store.messages.refused import heard_in
from bot.store.messages.telling import say
from bot.store.places import lock_shop
from bot.store.tables import AuditEntry
from bot.store.tables.base import id_of

DELAYED = "stream.delayed"
"""The audit log's name for a delay."""


@dataclass(frozen=True, slots=True)
class NewStart:
    """Where a start is moved to."""

    at: datetime
    key: str
    """Tells the notices of this move from those of others."""


def delay(tx: Tx, act: Act, wish: Move, policy: StreamPolicy) -> DelayOutcome:
    """Move the start; what was told or promised of the old start is corrected."""
    lock_shop(tx, act.community_id)
    answer = first_answer(tx, act, Delayed)
    if answer is not None:
        return answer
    locked = lock_meant_airing(tx, act, wish)
    if locked is None:
        return NoStreamThere(wish.number)
    # If its time has come already, the delay counts from now.
    new = wish.to if wish.to is not None else max(locked.airing.starts_at, act.at) + (wish.by or timedelta(0))
    if new <= act.at:
        return DelayPast(new)
    entry = record_change(tx, act, DELAYED, locked)
    entry_id = id_of(entry)
    _move_start(tx, act, locked, NewStart(new, f"moved:{entry_id}"), policy)
    entry.after = {"starts_at": new.isoformat()}
    outcome = Delayed(
        number=locked.stream.number,
        title=locked.stream.title,
        old=locked.before.starts_at,
        new=new,
        told=count_subscribers(tx, locked.before.stream_id),
        audit_id=entry_id,
        untold=heard_in(tx, act.community_id, chats_to_tell(tx, act.community_id, locked.before, act.at))[1],
    )
    entry.answer = causes.to_json(outcome)
    return outcome


def _move_start(tx: Tx, act: Act, locked: LockedAiring, new: NewStart, policy: StreamPolicy) -> None:
    airing, stream, at = locked.airing, locked.stream, act.at
    airing_id = locked.before.id
    chats = chats_to_tell(tx, act.community_id, locked.before, at)
    withdraw_notices(tx, airing, at)
    withdraw(tx, act.community_id, CARD, airing_id, at)
    airing.starts_at, airing.ends_at = new.at, new.at + timedelta(minutes=stream.length_minutes)
    airing.state, airing.on_air_at, airing.asked_at, airing.moved_at = AiringState.PLANNED, None, None, at
    tx.flush()
    announce_start(tx, airing, policy)
    notice, until = DelayNotice(stream.title, new.at), min(new.at, at + policy.late)
    key = f"air:{airing_id}:{new.key}"
    terms = Terms(now=at, key=key, not_after=until, by_staff=act.typed, airing_id=airing_id)
    say(tx, act.community_id, notice, terms, chats=chats)
    begin_round(tx, airing, new.key, notice, until, at)
    update_live_cards(tx, act.community_id, airing_id, at)


def undo_delay(tx: Tx, act: Act, entry: AuditEntry, policy: StreamPolicy) -> bool:
    """Move the start back and announce that; False if the old start is past, or the airing has changed since."""
    locked = lock_subject(tx, entry)
    airing = locked.airing
    old = datetime.fromisoformat((entry.before or {})["starts_at"])
    moved_since = airing.starts_at.isoformat() != (entry.after or {})["starts_at"]
    if moved_since or airing.state != AiringState.PLANNED or old <= act.at or airing.starts_at <= act.at:
        return False
    _move_start(tx, act, locked, NewStart(old, f"moved:{-id_of(entry)}"), policy)
    return True
