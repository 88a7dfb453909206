"""A post is sent: to rooms at once, to a segment in private chunk by chunk; how far it is, and whom it missed."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.posts import copies
from bot.logs import get_logger, logging_failures
from bot.rules.act import Act
from bot.rules.posting import Content
from bot.rules.posts.audience import Audience
from bot.rules.posts.limits import check_content
from bot.rules.posts.sendings import (
    ChangeBegun,
    ChangeDone,
    ChangeRefused,
    CopyProblem,
    NewSending,
    NoSuchSending,
    Progress,
    SendingBegun,
    SendingPolicy,
    SendingRefused,
    SendingStopped,
    SendingTerms,
    Unreached,
)
from bot.rules.segments import BadSegment, Segment, read_segment
from bot.rules.verdicts import Reason, Ruling
from bot.store import causes
from bot.store.audit import first_answer, record_act
from bot.store.contents import content_to_facts
from bot.store.engine.db import Database
from bot.store.engine.inserts import insert_into
from bot.store.engine.sessions import PLANNED, Tx
from bot.store.messages.cards import chats_of
from bot.store.messages.outbox import Terms, open_under, promise_many
from bot.store.messages.payloads import SharePost
from bot.store.messages.refused import silent_rooms
from bot.store.places import lock_shop, place_of
from bot.store.post_copies import KIND, OVER, keys_of
from bot.store.segments import count_reach, next_fans
from bot.store.tables import AuditEntry, FanGroup, Outbox
from bot.store.tables.attention import Verdict
from bot.store.tables.base import id_of
from bot.store.tables.messages import Lane
from bot.store.tables.posts import Post, PostCopy, Sending, SendingState

log = get_logger("sendings")

BREATH = 0.02
"""Seconds between two chunks, so that fans who act meanwhile don't find the writer busy all the time."""
SENT = "post.sent"
"""The audit log's name for a post that staff sent."""


class Sendings:
    """Use cases of posts on their way, and the clock's part."""

    def __init__(self, db: Database, policy: SendingPolicy) -> None:
        self._db = db
        self._policy = policy

    async def send(self, act: Act, wish: NewSending) -> SendingBegun | SendingRefused | NoSuchSending:
        """Send a post of staff."""
        return await self._db.write(send, act, wish, self._policy)

    async def progress(self, community_id: int, sending_id: int) -> Progress | NoSuchSending:
        """How far a sending is."""
        return await self._db.read(progress, community_id, sending_id)

    async def unreached(self, community_id: int, sending_id: int) -> Unreached | NoSuchSending:
        """Whom a sending didn't reach, in groups of reasons."""
        return await self._db.read(unreached, community_id, sending_id)

    async def cancel(self, act: Act, sending_id: int) -> SendingStopped | NoSuchSending:
        """What hasn't left yet doesn't leave any more; the rest stays."""
        return await self._db.write(copies.cancel, act, sending_id, self._policy)

    async def edit(self, act: Act, sending_id: int, content: Content) -> ChangeBegun | ChangeRefused | NoSuchSending:
        """Bring every copy up to date."""
        return await self._db.write(copies.edit, act, sending_id, content, self._policy)

    async def take_back(self, act: Act, sending_id: int) -> ChangeBegun | NoSuchSending:
        """Delete every copy, and send no more."""
        return await self._db.write(copies.take_back, act, sending_id, self._policy)

    async def pin(self, act: Act, sending_id: int, *, on: bool) -> ChangeBegun | NoSuchSending:
        """Pin every copy in a room, or unpin it."""
        return await self._db.write(copies.pin, act, sending_id, on=on)

    async def changed(self, community_id: int, sending_id: int) -> ChangeDone | NoSuchSending:
        """What the last change of a sending reached, and where it couldn't."""
        return await self._db.read(copies.changed, community_id, sending_id)

    async def run_due(self, now: datetime) -> datetime | None:
        """Go on with what is due: private sendings and changes of many copies, a chunk a transaction."""
        due, changing, next_at = await self._db.read(_look, now)
        for sending_id in due:
            with logging_failures(log, "sending_failed", sending=sending_id):
                while await self._db.write(continue_sending, sending_id, now, self._policy):  # noqa: ASYNC110  # it works
                    await asyncio.sleep(BREATH)
        for sending_id in changing:
            with logging_failures(log, "change_failed", sending=sending_id):
                while await self._db.write(copies.continue_change, sending_id, now, self._policy):  # noqa: ASYNC110  # it works
                    await asyncio.sleep(BREATH)
        return next_at


def begin_sending(tx: Tx, post: Post, content: Content, audience: Audience, terms: SendingTerms) -> Sending:
    """Write a sending down and promise it: to rooms at once, to fans in private by the clock when it is due.

    What makes it one and the same is `terms.posting_id` or `terms.cause`: the table refuses a second one.
    """
    sending = Sending(
        community_id=post.community_id,
        post_id=id_of(post),
        posting_id=terms.posting_id,
        pillar=terms.pillar,
        content=content_to_facts(content),
        audience=audience.to_facts(),
        due_at=terms.due_at or terms.now,
        not_after=terms.not_after,
        state=SendingState.WAITING,
        by_staff=terms.by_staff,
        made_at=terms.now,
        made_by=terms.made_by,
        cause=terms.cause,
    )
    tx.add(sending)
    tx.flush()
    if audience.private:
        tx.info[PLANNED] = True
        return sending
    chats = rooms_of_audience(tx, post.community_id, audience)
    rows = [{"chat_id": chat_id, "topic_id": audience.topic} for chat_id in chats]
    _promise(tx, sending, rows, terms.now, Lane.POST)
    sending.state = SendingState.DONE
    tx.flush()
    return sending


def rooms_of_audience(session: Session, community_id: int, audience: Audience) -> list[int]:
    """The chats of a sending to rooms, oldest first: all that are told directly, or those that were chosen."""
    if audience.rooms is None:
        return chats_of(session, community_id)
    return list(
        session.execute(
            select(col(FanGroup.chat_id))
            .where(
                col(FanGroup.community_id) == community_id,
                col(FanGroup.id).in_(audience.rooms),
                col(FanGroup.left_at).is_(None),
            )
            .order_by(col(FanGroup.id))
        ).scalars()
    )


def _promise(tx: Tx, sending: Sending, rows: Sequence[dict[str, Any]], now: datetime, lane: Lane) -> None:
    """Make a copy for each chat and promise it. A chat that has one already gets no second."""
    if not rows:
        return
    made = tx.execute(
        insert_into(tx, PostCopy)
        .values(
            [
                {
                    "community_id": sending.community_id,
                    "sending_id": sending.id,
                    "member_id": None,
                    "topic_id": None,
                    "more_ids": [],
                    **row,
                }
                for row in rows
            ]
        )
        .on_conflict_do_nothing()
        .returning(col(PostCopy.id), col(PostCopy.chat_id))
    ).all()
    terms = Terms(
        now=now,
        key=keys_of(id_of(sending)),
        due_at=sending.due_at,
        not_after=sending.not_after,
        lane=lane,
        kind=KIND,
        subject_id=sending.id,
        by_staff=sending.by_staff,
    )
    payloads = [(chat_id, SharePost(copy_id)) for copy_id, chat_id in sorted(made) if copy_id is not None]
    promise_many(tx, sending.community_id, payloads, terms)
    sending.total += len(made)


def send(tx: Tx, act: Act, wish: NewSending, policy: SendingPolicy) -> SendingBegun | SendingRefused | NoSuchSending:
    """Send a post for staff: once for an update, written down and undone by taking it back."""
    lock_shop(tx, act.community_id)
    answer = first_answer(tx, act, SendingBegun, SENT)
    if answer is not None:
        return answer
    post, audience = tx.get(Post, wish.post_id), wish.audience
    if post is None or post.community_id != act.community_id:
        return NoSuchSending()
    problem = check_content(wish.content, private=audience.private)
    if problem is not None:
        return SendingRefused(problem)
    due_at = max(wish.due_at or act.at, act.at)
    terms = SendingTerms(
        now=act.at,
        due_at=due_at,
        not_after=wish.not_after or due_at + policy.late,
        pillar=wish.pillar or post.pillar,
        by_staff=True,
        made_by=act.actor_id,
        cause=act.cause,
    )
    sending = begin_sending(tx, post, wish.content, audience, terms)
    entry = record_act(tx, act, SENT, f"#{post.number}", subject_id=sending.id, after={"audience": sending.audience})
    names = _names(tx, rooms_of_audience(tx, act.community_id, audience)) if not audience.private else ()
    silent = silent_rooms(tx, act.community_id) if names else {}
    begun = SendingBegun(
        sending_id=id_of(sending),
        at=due_at,
        rooms=names,
        silent=tuple(silent.values()),
        fans=count_reach(tx, act.place, segment_of(sending), act.at).consenting if audience.private else 0,
        audit_id=id_of(entry),
    )
    entry.answer = causes.to_json(begun)
    return begun


def undo_send(tx: Tx, act: Act, entry: AuditEntry, policy: SendingPolicy) -> bool:
    """Take a post back that staff sent; False if it was taken back already."""
    return entry.subject_id is not None and copies.withdraw_everywhere(tx, act, entry.subject_id, policy)


def _names(session: Session, chats: Sequence[int]) -> tuple[str, ...]:
    rooms = session.execute(
        select(col(FanGroup.title)).where(col(FanGroup.chat_id).in_(chats)).order_by(col(FanGroup.id))
    )
    return tuple(rooms.scalars())


def segment_of(sending: Sending) -> Segment:
    """The fans to whom a sending goes in private."""
    found = read_segment(Audience.from_facts(sending.audience).segment or "")
    return Segment() if isinstance(found, BadSegment) else found


def _look(session: Session, now: datetime) -> tuple[list[int], list[int], datetime | None]:
    """Private sendings that are due, sendings whose change goes on, and when the next private one is due."""
    return _due(session, now), copies.list_changing(session), _next_due(session, now)


def _due(session: Session, now: datetime) -> list[int]:
    """Private sendings that have fans to be promised, the longest due first."""
    found = session.execute(
        select(col(Sending.id))
        .where(col(Sending.state).in_((SendingState.WAITING, SendingState.TELLING)), col(Sending.due_at) <= now)
        .order_by(col(Sending.due_at), col(Sending.id))
    ).scalars()
    return [sending_id for sending_id in found if sending_id is not None]


def _next_due(session: Session, now: datetime) -> datetime | None:
    """When the next private sending is due."""
    found: datetime | None = session.execute(
        select(func.min(col(Sending.due_at))).where(
            col(Sending.state) == SendingState.WAITING, col(Sending.due_at) > now
        )
    ).scalar_one()
    return found


def continue_sending(tx: Tx, sending_id: int, now: datetime, policy: SendingPolicy) -> bool:
    """Promise a private sending to the next fans; False if none are left."""
    sending = copies.lock(tx, sending_id)
    if sending is None or sending.state not in {SendingState.WAITING, SendingState.TELLING} or sending.due_at > now:
        return False
    if sending.not_after is not None and now >= sending.not_after:
        sending.state = SendingState.DONE
        tx.flush()
        return False
    place = place_of(tx, sending.community_id)
    fans = next_fans(tx, place, segment_of(sending), now, sending.cursor, policy.chunk)
    left_out: Counter[str] = Counter(sending.left_out)
    rows = []
    for fan in fans:
        if not fan.consents:
            left_out[CopyProblem.NO_CONSENT.value] += 1
        elif not fan.can_write:
            left_out[CopyProblem.NEVER_STARTED.value] += 1
        else:
            rows.append({"chat_id": fan.user_id, "member_id": fan.member_id})
        sending.cursor = fan.member_id
    sending.left_out = dict(left_out)
    _promise(tx, sending, rows, now, Lane.BULK)
    sending.state = SendingState.TELLING if len(fans) == policy.chunk else SendingState.DONE
    tx.flush()
    return sending.state == SendingState.TELLING


def progress(session: Session, community_id: int, sending_id: int) -> Progress | NoSuchSending:
    """Count a sending's copies."""
    sending = session.get(Sending, sending_id)
    if sending is None or sending.community_id != community_id:
        return NoSuchSending()
    sent, promised = session.execute(
        select(func.count(col(PostCopy.sent_at)), func.count()).where(col(PostCopy.sending_id) == sending_id)
    ).one()
    return Progress(
        sending_id=sending_id,
        state=sending.state,
        private=Audience.from_facts(sending.audience).private,
        promised=promised,
        sent=sent,
        waiting=0 if sending.state in OVER else _open_copies(session, community_id, sending_id),
    )


def _open_copies(session: Session, community_id: int, sending_id: int) -> int:
    """How many copies are still to leave."""
    mine = open_under(session, community_id, keys_of(sending_id))
    return session.execute(select(func.count()).select_from(Outbox).where(*mine)).scalar_one()


def unreached(session: Session, community_id: int, sending_id: int) -> Unreached | NoSuchSending:
    """Whom a sending didn't reach: left out of the beginning, held up by the budget, or refused by Telegram."""
    sending = session.get(Sending, sending_id)
    if sending is None or sending.community_id != community_id:
        return NoSuchSending()
    groups: Counter[str] = Counter(sending.left_out)
    stopped = session.execute(
        select(col(Verdict.reason), func.count())
        .where(
            col(Verdict.subject_id) == sending_id,
            col(Verdict.kind) == KIND,
            col(Verdict.ruling).in_((Ruling.HOLD, Ruling.FOLD, Ruling.DROP)),
            col(Verdict.reason) != Reason.REFUSED,  # the copies say more of these
        )
        .group_by(col(Verdict.reason))
    )
    groups.update({str(reason): count for reason, count in stopped})
    refused = session.execute(
        select(col(PostCopy.problem), func.count())
        .where(
            col(PostCopy.sending_id) == sending_id, col(PostCopy.sent_at).is_(None), col(PostCopy.problem).is_not(None)
        )
        .group_by(col(PostCopy.problem))
    )
    groups.update({str(problem): count for problem, count in refused})
    return Unreached(dict(groups.most_common()))
