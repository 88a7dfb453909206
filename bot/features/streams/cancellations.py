"""`/cancelstream`: an airing, or all that were to come, are cancelled; and that is taken back."""

from datetime import datetime

from bot.features.streams.announcements import announce_start
from bot.features.streams.changes import call_off, chats_to_tell
from bot.features.streams.meant import lock_meant_airing
from bot.features.streams.rounds import begin_round, withdraw_notices
from bot.features.streams.rows import LockedAiring, lock_row, lock_subject, record_change
from bot.features.streams.schedule import make_next_airing, next_start
from bot.rules.act import Act
from bot.rules.airings import AiringState, StreamState
from bot.rules.streams.airings import CallOff, CancelStreamOutcome, NoStreamThere, StreamCancelled
from bot.rules.streams.notices import BackOnNotice, CancelNotice
from bot.rules.streams.streams import StreamPolicy
from bot.store import causes
from bot.store.airings import count_subscribers, open_airings, update_live_cards
from bot.store.audit import first_answer
from bot.store.engine.sessions import Tx
from bot.store.messages.cards import chats_of
from bot.store.messages.outbox import Terms
from bot.store.messages.refused import heard_in
from bot.store.messages.telling import say
from bot.store.places import lock_shop
from bot.store.tables import Airing, AuditEntry, ReminderRound
from bot.store.tables.base import id_of

CANCELLED = "stream.cancelled"
"""The audit log's name for a cancellation."""


def cancel(tx: Tx, act: Act, wish: CallOff, policy: StreamPolicy) -> CancelStreamOutcome:
    """Cancel an airing and announce that once. A weekly stream goes on with its next airing unless all are meant."""
    lock_shop(tx, act.community_id)
    answer = first_answer(tx, act, StreamCancelled)
    if answer is not None:
        return answer
    locked = lock_meant_airing(tx, act, wish)
    if locked is None:
        return NoStreamThere(wish.number)
    airing, stream, before = locked.airing, locked.stream, locked.before
    series = wish.series or stream.weekly is None
    chats = chats_to_tell(tx, act.community_id, before, act.at)
    call_off(tx, airing, act.at)
    others = _cancel_series(tx, act, locked) if series else []
    next_at = None if series else _plan_next(tx, act, locked, policy)
    entry = record_change(tx, act, CANCELLED, locked)
    entry.after = {"state": airing.state, "series": series, "others": others}
    notice, until = CancelNotice(stream.title, before.starts_at, next_at), act.at + policy.late
    key = f"cancelled:{entry.id}"
    own_key = f"air:{before.id}:{key}"
    terms = Terms(now=act.at, key=own_key, not_after=until, by_staff=act.typed, airing_id=before.id)
    say(tx, act.community_id, notice, terms, chats=chats)
    begin_round(tx, airing, key, notice, until, act.at)
    update_live_cards(tx, act.community_id, before.id, act.at)
    outcome = StreamCancelled(
        number=stream.number,
        title=stream.title,
        at=before.starts_at,
        series=series,
        next_at=next_at,
        told=count_subscribers(tx, before.stream_id),
        audit_id=id_of(entry),
        undoable=before.starts_at > act.at,
        untold=heard_in(tx, act.community_id, chats)[1],
    )
    entry.answer = causes.to_json(outcome)
    return outcome


def _cancel_series(tx: Tx, act: Act, locked: LockedAiring) -> list[int]:
    """Cancel the stream and its other open airings; their ids.

    A weekly stream that is on, or whose cancellation was undone, has its next airing already.
    """
    locked.stream.state = StreamState.CANCELLED
    others = [one.id for one in open_airings(tx, act.community_id, stream_id=locked.before.stream_id)]
    for airing_id in others:
        call_off(tx, lock_row(tx, airing_id), act.at)
    tx.flush()
    return others


def _plan_next(tx: Tx, act: Act, locked: LockedAiring, policy: StreamPolicy) -> datetime | None:
    """Make the weekly stream's next airing; when it is on."""
    planned_at, timezone = locked.airing.planned_at, act.place.timezone
    make_next_airing(tx, locked.stream, timezone, planned_at, act.at, policy)
    return next_start(tx, locked.stream, timezone, max(planned_at, act.at))


def undo_cancel(tx: Tx, act: Act, entry: AuditEntry, policy: StreamPolicy) -> bool:
    """Let the airing be on after all; False once its start is past. Who may have heard that it is off hears of it."""
    locked = lock_subject(tx, entry)
    airing, stream = locked.airing, locked.stream
    if airing.state != AiringState.CANCELLED or airing.starts_at <= act.at:
        return False
    told = tx.get(ReminderRound, (airing.id, f"cancelled:{entry.id}"))
    fans_heard = told is not None and told.after_member_id > 0
    withdrawn = withdraw_notices(tx, airing, act.at)
    after = entry.after or {}
    if after.get("series"):
        stream.state = StreamState.OPEN
    _reopen(tx, airing, policy)
    for other_id in after.get("others", ()):
        other = lock_row(tx, other_id)
        if other.state == AiringState.CANCELLED and other.starts_at > act.at:
            _reopen(tx, other, policy)
    if withdrawn < len(chats_of(tx, act.community_id)) or fans_heard:
        # They hear of it now. Reminders that fell due meanwhile would only repeat it.
        airing.moved_at = act.at
        notice, until = BackOnNotice(stream.title, airing.starts_at), min(airing.starts_at, act.at + policy.late)
        key = f"back:{entry.id}"
        own_key = f"air:{airing.id}:{key}"
        terms = Terms(now=act.at, key=own_key, not_after=until, by_staff=act.typed, airing_id=airing.id)
        say(tx, act.community_id, notice, terms)
        begin_round(tx, airing, key, notice, until, act.at)
    update_live_cards(tx, act.community_id, locked.before.id, act.at)
    return True


def _reopen(tx: Tx, airing: Airing, policy: StreamPolicy) -> None:
    airing.state, airing.closed_at = AiringState.PLANNED, None
    tx.flush()
    announce_start(tx, airing, policy)
