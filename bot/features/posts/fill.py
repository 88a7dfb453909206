"""Filling a slot at its time: the pick is made once more and sent in the same transaction, or the reason is kept."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from bot.features.posts.plan import lock_week, note_pick, pick_for
from bot.features.posts.plan_facts import planning_of, rests_of, slot_facts, told_rooms
from bot.features.posts.sendings import begin_sending
from bot.features.posts.shelf import content_of, template_facts
from bot.rules.calendar import wall_instant
from bot.rules.place import Place
from bot.rules.posting import Content
from bot.rules.posts.audience import Audience
from bot.rules.posts.morning import RoomHeard, is_asleep
from bot.rules.posts.planner import Pick
from bot.rules.posts.sendings import SendingTerms
from bot.rules.posts.slots import CalendarPolicy, as_wall
from bot.rules.posts.templates import TemplateFacts
from bot.rules.quiet_room import QuietRoomPolicy, Replace, Send, decide
from bot.rules.slots import PostingState, SlotKind, Why
from bot.rules.wears import POST, wears_of, wears_of_line
from bot.store.engine.sessions import Tx
from bot.store.folded import drop_lines, take_folded
from bot.store.messages.cards import CardSubject, groups_of, hang_card
from bot.store.messages.outbox import Terms
from bot.store.messages.payloads import EditPost
from bot.store.mornings import CARD
from bot.store.places import place_of
from bot.store.post_copies import promise_change
from bot.store.quiet_rooms import replace_copy, room_facts
from bot.store.slots import plan_again
from bot.store.tables import Posting, Slot
from bot.store.tables.base import id_of
from bot.store.tables.posts import Post, Sending, Week
from bot.store.wear import resting

AGAIN = timedelta(minutes=5)
"""After how long it is tried again to fill a slot that couldn't be filled."""


@dataclass(frozen=True, slots=True)
class FillRules:
    """The numbers by which slots are filled."""

    calendar: CalendarPolicy
    quiet: QuietRoomPolicy


@dataclass(frozen=True, slots=True)
class Wanted:
    """A post is picked: what it says must be rendered before it can be sent."""

    post_id: int
    content: Content
    facts: TemplateFacts


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was rendered outside of the transaction."""

    wanted: Wanted
    content: Content


@dataclass(frozen=True, slots=True)
class Opening:
    """An activity whose time has come. It is opened by the use case of its own domain."""

    posting_id: int
    place: Place
    command: str


@dataclass(frozen=True, slots=True)
class _Filling:
    """A posting that is due, with what decides about it."""

    row: Posting
    slot: Slot
    week: Week
    place: Place
    now: datetime
    policies: FillRules

    @property
    def not_after(self) -> datetime:
        return self.row.due_at + self.policies.calendar.late


def fill_posting(
    tx: Tx,
    posting_id: int,
    prepared: Prepared | None,
    broken: frozenset[int],
    now: datetime,
    policies: FillRules,
) -> Wanted | Opening | None:
    """Fill a posting that is due, or write down why not.

    A post that must be rendered first is *wanted*; an activity is opened by whoever called. None: it is settled, or it
    isn't due any more. `broken` are posts whose templates have a fault: others are picked.
    """
    filling = _find(tx, posting_id, now, policies)
    if filling is None:
        return None
    row, calendar = filling.row, policies.calendar
    if filling.not_after < now:
        row.state, row.reason = PostingState.EXPIRED, row.details.get("tried") or Why.TOO_LATE
        tx.flush()
        return None
    planning = planning_of(tx, filling.week, filling.place.timezone, now, calendar)
    planning = replace(planning, shelf=[one for one in planning.shelf if one.id not in broken])
    pick = pick_for(row, slot_facts(filling.slot), planning, rests_of(filling.week), calendar)
    if pick is not None and pick.post is None:
        if broken and pick.why not in {Why.PAUSED, Why.DAY_OFF}:
            _try_later(tx, row, Why.BROKEN, now)
        else:
            _skip(tx, row, pick.why)
        return None
    if pick is None and row.kind == SlotKind.MORNING:
        _hang_morning(tx, filling)
        return None
    if pick is None:
        return _opening(tx, filling)
    return _send_or_want(tx, filling, pick, prepared)


def _find(tx: Tx, posting_id: int, now: datetime, policies: FillRules) -> _Filling | None:
    """The posting with its slot and week, all locked; None if it isn't due (any more)."""
    community_id = tx.execute(
        select(col(Posting.community_id)).where(col(Posting.id) == posting_id)
    ).scalar_one_or_none()
    week = lock_week(tx, community_id) if community_id is not None else None
    if community_id is None or week is None:
        return None
    found = tx.execute(
        select(Posting, Slot)
        .join(Slot, col(Slot.id) == col(Posting.slot_id))
        .where(col(Posting.id) == posting_id)
        .with_for_update(of=Posting)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        return None
    row, slot = found
    place = place_of(tx, community_id)
    # The zone may have changed since the week was planned.
    row.due_at = wall_instant(as_wall(row.moved_to or row.wall), place.timezone)
    tx.flush()
    if row.state != PostingState.PLANNED or row.due_at > now:
        return None
    if not slot.active:
        tx.delete(row)  # the slot was taken out a moment ago: nothing is planned for it any more
        tx.flush()
        return None
    return _Filling(row, slot, week, place, now, policies)


def _skip(tx: Tx, row: Posting, why: Why) -> None:
    row.state, row.reason = PostingState.SKIPPED, why
    tx.flush()


def _try_later(tx: Tx, row: Posting, why: Why, now: datetime) -> None:
    """Leave it due: it is tried again until its time is over, and this is its reason then."""
    row.details = {**row.details, "tried": why.value, "tried_at": now.isoformat()}
    tx.flush()


def waits(row_details: dict[str, Any], now: datetime) -> bool:
    """Whether a posting was tried just now, so that it isn't tried again yet."""
    tried = row_details.get("tried_at")
    return tried is not None and now < datetime.fromisoformat(tried) + AGAIN


def _hang_morning(tx: Tx, filling: _Filling) -> None:
    """Hang the morning card in every group where somebody is awake."""
    row, asleep = filling.row, filling.policies.calendar.asleep
    groups = groups_of(tx, row.community_id)
    awake = [
        group.chat_id
        for group in groups
        if not is_asleep(RoomHeard(group.chat_id, group.is_admin, group.joined_at, group.heard_at), filling.now, asleep)
    ]
    rests = resting(tx, row.community_id, filling.now)
    tired = {group.chat_id for group in groups if CARD in rests.get(id_of(group), frozenset())}
    chats = [chat_id for chat_id in awake if chat_id not in tired]
    if not chats:
        _skip(tx, row, Why.NO_ROOM if not groups else Why.WORN_OUT if awake else Why.ASLEEP)
        return
    row.state, row.reason = PostingState.POSTED, None
    tx.flush()
    terms = Terms(now=filling.now, not_after=filling.not_after)
    for chat_id in chats:
        hang_card(tx, CardSubject(row.community_id, CARD, id_of(row)), chat_id, terms)
    take_folded(tx, row.community_id, id_of(row))


def _opening(tx: Tx, filling: _Filling) -> Opening | None:
    """An activity is opened if a room has been heard since the last planned post, and isn't tired of it."""
    rooms = told_rooms(tx, filling.row.community_id)
    kind = wears_of_line(filling.slot.command or "")
    rests = resting(tx, filling.row.community_id, filling.now)
    fresh = {room_id: chat for room_id, chat in rooms.items() if kind not in rests.get(room_id, frozenset())}
    answers = _answers(tx, filling, fresh, plain=False)
    if not any(isinstance(answer, Send) for answer in answers.values()):
        _skip(tx, filling.row, Why.QUIET if fresh else Why.WORN_OUT if rooms else Why.NO_ROOM)
        return None
    return Opening(id_of(filling.row), filling.place, filling.slot.command or "")


def _answers(tx: Tx, filling: _Filling, rooms: dict[int, int], *, plain: bool) -> dict[int, Any]:
    """What each room gets: a message, an edit, or nothing, by its row id."""
    facts = {one.room_id: one for one in room_facts(tx, filling.row.community_id, filling.now)}
    return {
        room_id: decide(facts[room_id], plain=plain, policy=filling.policies.quiet)
        for room_id in rooms
        if room_id in facts
    }


def _send_or_want(tx: Tx, filling: _Filling, pick: Pick, prepared: Prepared | None) -> Wanted | None:
    """Send the post that was rendered, if it is still the pick and says the same; else say which is wanted."""
    row, picked = filling.row, pick.post
    post = tx.get(Post, picked.id) if picked is not None else None
    if picked is None or post is None:
        _skip(tx, row, Why.GONE)
        return None
    wanted = Wanted(
        picked.id,
        content_of(post, filling.place.language),
        template_facts(tx, filling.place, filling.now, post),
    )
    if prepared is None or (prepared.wanted.post_id, prepared.wanted.content) != (wanted.post_id, wanted.content):
        return wanted
    if prepared.wanted.facts.blanks != wanted.facts.blanks:
        return wanted
    note_pick(row, pick)
    _send(tx, filling, post, prepared.content)
    return None


def _send(tx: Tx, filling: _Filling, post: Post, content: Content) -> None:
    row = filling.row
    rooms = told_rooms(tx, row.community_id)
    if not rooms:
        _skip(tx, row, Why.NO_ROOM)
        return
    kind = wears_of(POST, post.pillar)
    rests = resting(tx, row.community_id, filling.now)
    fresh = {room_id: chat for room_id, chat in rooms.items() if kind not in rests.get(room_id, frozenset())}
    answers = _answers(tx, filling, fresh, plain=content.plain)
    sends = [room_id for room_id, answer in answers.items() if isinstance(answer, Send)]
    replaces = [answer.copy.copy_id for answer in answers.values() if isinstance(answer, Replace)]
    if not sends and not replaces:
        _skip(tx, row, Why.QUIET if fresh else Why.WORN_OUT)
        return
    row.state = PostingState.POSTED
    tx.flush()
    _promise(tx, filling, post, content, (sends, replaces))
    plan_again(tx, row.community_id, filling.now)


def _promise(
    tx: Tx, filling: _Filling, post: Post, content: Content, where: tuple[Sequence[int], Sequence[int]]
) -> None:
    """Promise the post to rooms, and the edits by which it takes the place of older ones."""
    sends, replaces = where
    before = select(col(Sending.id)).where(col(Sending.post_id) == post.id)
    drop_lines(tx, filling.row.community_id, POST, before)
    terms = SendingTerms(
        now=filling.now,
        due_at=filling.now,
        not_after=filling.not_after,
        posting_id=id_of(filling.row),
        pillar=post.pillar,
        cause=f"posting:{filling.row.id}",
    )
    sending = begin_sending(tx, post, content, Audience.in_rooms(*sends), terms)
    for copy_id in replaces:
        copy = replace_copy(tx, copy_id, id_of(sending), filling.now)
        if copy is not None:
            promise_change(tx, copy, EditPost(id_of(copy), anew=True), filling.now)


def mark_opened(tx: Tx, posting_id: int, why: Why | None) -> None:
    """Write down that an activity was opened, or why not."""
    row = tx.execute(
        select(Posting).where(col(Posting.id) == posting_id).with_for_update().execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if row is not None and row.state == PostingState.PLANNED:
        row.state = PostingState.POSTED if why is None else PostingState.SKIPPED
        row.reason = why
        tx.flush()


def note_failure(tx: Tx, posting_id: int, now: datetime) -> None:
    """Write down that an error kept a posting from being filled; it is tried again."""
    row = tx.execute(
        select(Posting).where(col(Posting.id) == posting_id).with_for_update().execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if row is not None and row.state == PostingState.PLANNED:
        _try_later(tx, row, Why.FAILED, now)
