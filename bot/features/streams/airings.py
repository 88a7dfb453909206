"""Running an evening: on air, delayed, cancelled, ended, by staff's word and by the clock."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.features.streams.changes import call_off, close, locked, note, told_of
from bot.rules.place import Place
from bot.rules.streams.streams import (
    LIVE_PHASES,
    OVER_PHASES,
    AiringFacts,
    AiringState,
    BackOnNotice,
    CallOff,
    CancelNotice,
    CancelStreamOutcome,
    Delayed,
    DelayNotice,
    DelayOutcome,
    DelayPast,
    EndOutcome,
    Move,
    NoStreamThere,
    NotOnAir,
    OnAir,
    Phase,
    StreamCancelled,
    StreamEnded,
    StreamPolicy,
    StreamState,
    WentLive,
    phase_of,
)
from bot.rules.words import plain_word
from bot.store import causes
from bot.store.airings import (
    CARD,
    announce_start,
    announce_where_missing,
    begin_round,
    count_came,
    count_subscribers,
    facts_of_row,
    last_ended_airing,
    lock_airing,
    next_start,
    open_airings,
    plan_next_airing,
    update_live_cards,
    withdraw_notices,
)
from bot.store.audit import caused_by
from bot.store.engine.db import Database
from bot.store.engine.sessions import PLANNED, Tx
from bot.store.messages.cards import chats_of, hanging_in, hasten, withdraw
from bot.store.messages.outbox import Terms
from bot.store.messages.refused import heard_in
from bot.store.messages.telling import say
from bot.store.places import lock_shop
from bot.store.tables import Airing, AuditEntry, ReminderRound, Stream

LIVE = "stream.live"
DELAYED = "stream.delayed"
CANCELLED = "stream.cancelled"
ENDED = "stream.ended"


class Evenings:
    """Staff's use cases of a running (or next) evening."""

    def __init__(self, db: Database, policy: StreamPolicy) -> None:
        self._db = db
        self._policy = policy

    async def delay(self, place: Place, actor_id: int, wish: Move, at: datetime, cause: str) -> DelayOutcome:
        """Move the start."""
        return await self._db.write(delay, place, actor_id, wish, at, cause, self._policy)

    async def cancel(self, place: Place, actor_id: int, wish: CallOff, at: datetime, cause: str) -> CancelStreamOutcome:
        """Call an evening off, or all that were to come."""
        return await self._db.write(cancel, place, actor_id, wish, at, cause, self._policy)

    async def end(
        self, place: Place, actor_id: int, number: int | None, replay_url: str | None, at: datetime, cause: str
    ) -> EndOutcome:
        """Say that it is over."""
        return await self._db.write(end, place, actor_id, number, replay_url, at, cause, self._policy)


Wish = OnAir | Move | CallOff


def pick(
    session: Session, place: Place, wish: Wish, now: datetime, *, within: timedelta | None = None
) -> AiringFacts | None:
    """The airing that staff mean: the one that a button carries, or the one that is on, else the next."""
    airings = [
        one
        for one in open_airings(session, place.community_id)
        if phase_of(one, now) not in OVER_PHASES
        and wish.number in {None, one.number}
        and wish.airing_id in {None, one.id}
    ]
    on = [one for one in airings if phase_of(one, now) in LIVE_PHASES]
    if on:
        return on[-1]
    named = wish.number is not None or wish.airing_id is not None
    near = [one for one in airings if within is None or named or one.starts_at - now <= within]
    return near[0] if near else None


def _grasp(tx: Tx, place: Place, wish: Wish, at: datetime) -> tuple[Airing, Stream, AiringFacts] | None:
    """The evening that staff mean, locked, with what it was. The shop must be locked before."""
    target = pick(tx, place, wish, at)
    if target is None:
        return None
    airing, stream = locked(tx, target.id)
    facts = facts_of_row(airing, stream)
    # The clock may have closed it while we waited for it.
    return (airing, stream, facts) if phase_of(facts, at) not in OVER_PHASES else None


def go_on_air(
    tx: Tx,
    place: Place,
    actor_id: int,
    target: AiringFacts,
    wish: OnAir,
    at: datetime,
    cause: str,
    policy: StreamPolicy,
) -> WentLive:
    """Tell of a planned one at once; of one that began, or ended just now, show on its card that it is on.

    Chats that were never told (the bot came there since, or was down for too long) hear of it now.
    """
    airing, stream = locked(tx, target.id)
    before = facts_of_row(airing, stream)
    phase = phase_of(before, at)
    airing.url = wish.url or airing.url
    if wish.word is not None:
        airing.word, airing.word_key = wish.word, plain_word(wish.word)
    airing.state, airing.on_air_at, airing.closed_at, airing.posted = AiringState.LIVE, at, None, True
    if phase is Phase.ON_AIR:
        airing.on_air_at = before.on_air_at
    coming = phase in {Phase.COMING, Phase.DELAYED}
    if phase is not Phase.ON_AIR:
        withdraw_notices(tx, place.community_id, target.id, at)
    if phase not in LIVE_PHASES:
        airing.ends_at = at + timedelta(minutes=stream.length_minutes)
    if phase is Phase.ENDED:
        airing.replay_url = None
    if coming:
        airing.starts_at = at
    tx.flush()
    chats = hasten(tx, place.community_id, CARD, target.id, at, min(at + policy.late, airing.ends_at))
    chats += announce_where_missing(tx, place.community_id, airing, at, policy)
    told, untold = heard_in(tx, place.community_id, chats)
    hung, _ = heard_in(tx, place.community_id, hanging_in(tx, CARD, target.id) - set(chats))
    tx.info[PLANNED] = True
    update_live_cards(tx, place.community_id, target.id, at)
    outcome = WentLive(
        number=stream.number,
        title=stream.title,
        told=told,
        word=airing.word,
        planned=True,
        was=before.starts_at if coming else None,
        hung=hung,
        untold=untold,
    )
    note(tx, place, actor_id, LIVE, airing, stream, at, cause, before, outcome)
    return outcome


def again_on_air(
    session: Session, place: Place, number: int | None, at: datetime, policy: StreamPolicy
) -> AiringFacts | None:
    """The airing that ended just now, which `/golive` opens again."""
    closed = last_ended_airing(session, place.community_id, number)
    if closed is None or closed.closed_at is None or at - closed.closed_at > policy.reopen:
        return None
    return closed


def delay(
    tx: Tx, place: Place, actor_id: int, wish: Move, at: datetime, cause: str, policy: StreamPolicy
) -> DelayOutcome:
    """Move the start; what was told or promised of the old one is mended."""
    lock_shop(tx, place.community_id)
    done = caused_by(tx, place.community_id, cause)
    if done is not None and done.answer is not None:
        return causes.from_json(Delayed, done.answer)
    found = _grasp(tx, place, wish, at)
    if found is None:
        return NoStreamThere(wish.number)
    airing, stream, before = found
    # Of one that should be on by now, the time counts from here.
    new = wish.to if wish.to is not None else max(airing.starts_at, at) + (wish.by or timedelta(0))
    if new <= at:
        return DelayPast(new)
    entry = note(tx, place, actor_id, DELAYED, airing, stream, at, cause, before, None)
    told = _move(tx, place, airing, stream, new, at, policy, entry.id or 0)
    entry.after = {"starts_at": new.isoformat()}
    _, untold = heard_in(tx, place.community_id, told_of(tx, place.community_id, before, at))
    outcome = Delayed(stream.number, stream.title, before.starts_at, new, told, entry.id or 0, untold)
    entry.answer = causes.to_json(outcome)
    return outcome


def _move(
    tx: Tx, place: Place, airing: Airing, stream: Stream, new: datetime, at: datetime, policy: StreamPolicy, act_id: int
) -> int:
    airing_id = airing.id or 0
    chats = told_of(tx, place.community_id, facts_of_row(airing, stream), at)
    withdraw_notices(tx, place.community_id, airing_id, at)
    withdraw(tx, place.community_id, CARD, airing_id, at)
    airing.starts_at, airing.ends_at = new, new + timedelta(minutes=stream.length_minutes)
    airing.state, airing.on_air_at, airing.asked_at, airing.moved_at = AiringState.PLANNED, None, None, at
    tx.flush()
    announce_start(tx, place.community_id, airing, policy)
    notice = DelayNotice(stream.title, new)
    until = min(new, at + policy.late)
    say(
        tx,
        place.community_id,
        notice,
        Terms(now=at, key=f"air:{airing_id}:moved:{act_id}", not_after=until),
        chats=chats,
    )
    begin_round(tx, airing, f"moved:{act_id}", notice, until, at)
    update_live_cards(tx, place.community_id, airing_id, at)
    return count_subscribers(tx, airing.stream_id)


def undo_delay(tx: Tx, place: Place, entry: AuditEntry, at: datetime, policy: StreamPolicy) -> bool:
    """Put the start back and tell so; False if that time is past, or the evening has changed since."""
    airing, stream = locked(tx, entry.subject_id or 0)
    old = datetime.fromisoformat((entry.before or {})["starts_at"])
    moved_since = airing.starts_at.isoformat() != (entry.after or {})["starts_at"]
    if moved_since or airing.state != AiringState.PLANNED or old <= at or airing.starts_at <= at:
        return False
    _move(tx, place, airing, stream, old, at, policy, -(entry.id or 0))
    return True


def cancel(
    tx: Tx, place: Place, actor_id: int, wish: CallOff, at: datetime, cause: str, policy: StreamPolicy
) -> CancelStreamOutcome:
    """Call it off and say so once; a weekly one goes on with its next evening unless all are meant."""
    lock_shop(tx, place.community_id)
    done = caused_by(tx, place.community_id, cause)
    if done is not None and done.answer is not None:
        return causes.from_json(StreamCancelled, done.answer)
    found = _grasp(tx, place, wish, at)
    if found is None:
        return NoStreamThere(wish.number)
    airing, stream, before = found
    series = wish.series or stream.weekly is None
    chats = told_of(tx, place.community_id, before, at)
    call_off(tx, place, airing, at)
    others: list[int] = []
    next_at = None
    if series:
        stream.state = StreamState.CANCELLED
        # A weekly one that is on, or was taken back, has its next evening beside it.
        for one in open_airings(tx, place.community_id, stream_id=before.stream_id):
            call_off(tx, place, lock_airing(tx, one.id), at)
            others.append(one.id)
        tx.flush()
    else:
        plan_next_airing(tx, stream, place.timezone, airing.planned_at, at, policy)
        next_at = next_start(tx, stream, place.timezone, max(airing.planned_at, at))
    entry = note(tx, place, actor_id, CANCELLED, airing, stream, at, cause, before, None)
    entry.after = {"state": airing.state, "series": series, "others": others}
    notice = CancelNotice(stream.title, before.starts_at, next_at)
    until = at + policy.late
    key = f"air:{before.id}:cancelled:{entry.id}"
    say(tx, place.community_id, notice, Terms(now=at, key=key, not_after=until), chats=chats)
    begin_round(tx, airing, f"cancelled:{entry.id}", notice, until, at)
    update_live_cards(tx, place.community_id, before.id, at)
    outcome = StreamCancelled(
        number=stream.number,
        title=stream.title,
        at=before.starts_at,
        series=series,
        next_at=next_at,
        told=count_subscribers(tx, stream.id or 0),
        audit_id=entry.id or 0,
        undoable=before.starts_at > at,
        untold=heard_in(tx, place.community_id, chats)[1],
    )
    entry.answer = causes.to_json(outcome)
    return outcome


def undo_cancel(tx: Tx, place: Place, entry: AuditEntry, at: datetime, policy: StreamPolicy) -> bool:
    """Let it be after all; whoever may have heard of the cancellation hears that too. False once its start is past."""
    airing, stream = locked(tx, entry.subject_id or 0)
    if airing.state != AiringState.CANCELLED or airing.starts_at <= at:
        return False
    told = tx.get(ReminderRound, (airing.id, f"cancelled:{entry.id}"))
    fans_heard = told is not None and told.after_member_id > 0
    unsaid = withdraw_notices(tx, place.community_id, airing.id or 0, at)
    after = entry.after or {}
    if after.get("series"):
        stream.state = StreamState.OPEN
    _plan_again(tx, place, airing, policy)
    for other_id in after.get("others", ()):
        other = lock_airing(tx, other_id)
        if other.state == AiringState.CANCELLED and other.starts_at > at:
            _plan_again(tx, place, other, policy)
    if unsaid < len(chats_of(tx, place.community_id)) or fans_heard:
        # They are told of it now: reminders that were due meanwhile would only say it again.
        airing.moved_at = at
        notice = BackOnNotice(stream.title, airing.starts_at)
        until = min(airing.starts_at, at + policy.late)
        say(tx, place.community_id, notice, Terms(now=at, key=f"air:{airing.id}:back:{entry.id}", not_after=until))
        begin_round(tx, airing, f"back:{entry.id}", notice, until, at)
    update_live_cards(tx, place.community_id, airing.id or 0, at)
    return True


def _plan_again(tx: Tx, place: Place, airing: Airing, policy: StreamPolicy) -> None:
    airing.state, airing.closed_at = AiringState.PLANNED, None
    tx.flush()
    announce_start(tx, place.community_id, airing, policy)


def end(
    tx: Tx,
    place: Place,
    actor_id: int,
    number: int | None,
    replay_url: str | None,
    at: datetime,
    cause: str,
    policy: StreamPolicy,
) -> EndOutcome:
    """Close what is on and say so once; of one that the clock has closed, the recording can still be shown."""
    lock_shop(tx, place.community_id)
    done = caused_by(tx, place.community_id, cause)
    if done is not None and done.answer is not None:
        return causes.from_json(StreamEnded, done.answer)
    target = pick(tx, place, CallOff(number), at)
    if target is None or phase_of(target, at) not in LIVE_PHASES:
        closed = again_on_air(tx, place, number, at, replace(policy, reopen=policy.reach))
        if closed is None or replay_url is None:
            return NotOnAir(target.number, target.title, target.starts_at) if target else NoStreamThere(number)
        target = closed
    airing, stream = locked(tx, target.id)
    before = facts_of_row(airing, stream)
    airing.replay_url = replay_url or airing.replay_url
    if before.state is not AiringState.ENDED:
        close(tx, place, airing, stream, at, at, policy)
    else:
        tx.flush()
        update_live_cards(tx, place.community_id, target.id, at)
    outcome = StreamEnded(
        number=stream.number,
        title=stream.title,
        came=count_came(tx, target.id),
        replay_url=airing.replay_url,
        next_at=next_start(tx, stream, place.timezone, at),
    )
    note(tx, place, actor_id, ENDED, airing, stream, at, cause, before, outcome)
    return outcome
