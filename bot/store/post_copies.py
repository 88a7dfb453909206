"""A post's message in one chat: what the sender asks of it, and what it writes down about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.place import Place
from bot.rules.posting import Content
from bot.rules.posts.sendings import CopyProblem, PostFailed
from bot.rules.wears import wears_of
from bot.rules.words import Language
from bot.store.contents import content_from_facts
from bot.store.engine.sessions import Tx
from bot.store.messages.outbox import Terms, promise
from bot.store.messages.payloads import SHARE_POST, EditPost, Payload, SharePost, TakePostBack
from bot.store.messages.telling import tell_owner
from bot.store.places import place_of
from bot.store.private_messages import reader_of
from bot.store.tables import FanGroup, Outbox, Person
from bot.store.tables.messages import Lane, OutboxState
from bot.store.tables.posts import PostCopy, Sending, SendingState

KIND = "post"
"""The kind of a post where kinds of messages are listed."""
OVER = frozenset({SendingState.CANCELLED, SendingState.TAKEN_BACK})
"""States in which nothing more is sent."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A post's message in one chat, with what the post says now."""

    id: int
    community_id: int
    sending_id: int
    chat_id: int
    topic_id: int | None
    message_id: int | None
    more_ids: tuple[int, ...]
    sent_at: datetime | None
    content: Content
    version: datetime | None
    """When the post was last changed."""
    over: bool
    """Whether the sending was cancelled or taken back."""
    pillar: str | None
    place: Place
    language: Language
    """Of a room the community's, in private the reader's."""
    verdict_id: int | None
    not_after: datetime | None = None
    """After this it isn't sent any more."""

    @property
    def private(self) -> bool:
        """Whether it is told to a fan alone."""
        return self.chat_id > 0

    @property
    def wears(self) -> str | None:
        """As what it wears out."""
        return wears_of(KIND, self.pillar)


def find_copy(session: Session, copy_id: int) -> Copy | None:
    """A copy, with what its post says now.

    Raises:
        DamagedError: the sending holds no content.
    """
    row = session.execute(
        select(PostCopy, Sending)
        .join(Sending, col(Sending.id) == col(PostCopy.sending_id))
        .where(col(PostCopy.id) == copy_id, col(PostCopy.gone_at).is_(None))
    ).one_or_none()
    if row is None:
        return None
    copy, sending = row
    place = place_of(session, copy.community_id)
    person = session.get(Person, copy.chat_id) if copy.chat_id > 0 else None
    return Copy(
        id=copy_id,
        community_id=copy.community_id,
        sending_id=copy.sending_id,
        chat_id=copy.chat_id,
        topic_id=copy.topic_id,
        message_id=copy.message_id,
        more_ids=tuple(copy.more_ids),
        sent_at=copy.sent_at,
        content=content_from_facts(sending.content),
        version=sending.changed_at,
        over=sending.state in OVER,
        pillar=sending.pillar,
        place=place,
        language=reader_of(person, place.language).language if person is not None else place.language,
        verdict_id=copy.verdict_id,
        not_after=sending.not_after,
    )


def keys_of(sending_id: int) -> str:
    """How the keys begin under which copies of a sending are promised. The chat follows."""
    return f"post:{sending_id}"


def mark_sent(tx: Tx, copy: Copy, message_ids: Sequence[int], now: datetime, verdict_id: int | None = None) -> None:
    """Write down which messages a copy became, and by which verdict.

    What was changed while it was on its way is promised now.
    """
    # Staff's changes lock the sending too: they find the message, or their change is found here.
    sending = tx.execute(
        select(Sending).where(col(Sending.id) == copy.sending_id).with_for_update(read=True)
    ).scalar_one_or_none()
    first, *more = message_ids or (None,)
    tx.execute(
        update(PostCopy)
        .where(col(PostCopy.id) == copy.id)
        .values(message_id=first, more_ids=more, sent_at=now, problem=None, verdict_id=verdict_id)
    )
    if sending is None or first is None:
        return
    if sending.state == SendingState.TAKEN_BACK:
        promise_change(tx, copy, TakePostBack(copy.id), now)
    elif sending.changed_at != copy.version:
        promise_change(tx, copy, EditPost(copy.id), now)


def promise_change(tx: Tx, copy: Copy | PostCopy, payload: Payload, now: datetime) -> None:
    """Promise a change of one copy. Of those of one kind that wait only one is kept."""
    lane = Lane.BULK if copy.chat_id > 0 else Lane.POST
    terms = Terms(now=now, fold_key=f"{payload.act}:{copy.id}", lane=lane)
    promise(tx, copy.community_id, copy.chat_id, payload, terms)


def share_anew(tx: Tx, copy: Copy, now: datetime) -> None:
    """Promise a post as a message of its own, because the one whose place it was to take was deleted."""
    tx.execute(
        update(PostCopy)
        .where(col(PostCopy.id) == copy.id, col(PostCopy.message_id) == copy.message_id)
        .values(message_id=None, sent_at=None, problem=None)
    )
    terms = Terms(
        now=now,
        key=f"{keys_of(copy.sending_id)}:{copy.chat_id}",
        not_after=copy.not_after,
        lane=Lane.POST,
        kind=KIND,
        subject_id=copy.sending_id,
    )
    promise(tx, copy.community_id, copy.chat_id, SharePost(copy.id), terms)


def mark_edited(tx: Tx, copy_id: int, now: datetime) -> None:
    """Write down that a copy was brought up to date."""
    tx.execute(update(PostCopy).where(col(PostCopy.id) == copy_id).values(edited_at=now, problem=None))


def mark_gone(tx: Tx, copy_id: int, now: datetime) -> None:
    """Write down that a copy was taken back."""
    tx.execute(update(PostCopy).where(col(PostCopy.id) == copy_id).values(gone_at=now, pinned_at=None, problem=None))


def mark_pinned(tx: Tx, copy_id: int, now: datetime | None) -> None:
    """Write down that a copy is pinned, or (None) that it isn't any more."""
    tx.execute(update(PostCopy).where(col(PostCopy.id) == copy_id).values(pinned_at=now, problem=None))


def mark_problem(tx: Tx, copy_id: int, problem: CopyProblem) -> None:
    """Write down why a change couldn't reach a copy."""
    tx.execute(update(PostCopy).where(col(PostCopy.id) == copy_id).values(problem=problem.value))


def mark_failed(tx: Tx, copy: Copy, problem: CopyProblem, now: datetime) -> None:
    """Write down why a copy wasn't sent. What is wrong with the post itself is told to the owner, once a sending."""
    mark_problem(tx, copy.id, problem)
    if problem not in {CopyProblem.BAD_MEDIA, CopyProblem.REFUSED}:
        return
    room = tx.execute(select(col(FanGroup.title)).where(col(FanGroup.chat_id) == copy.chat_id)).scalar_one_or_none()
    terms = Terms(now=now, key=f"post:{copy.sending_id}:failed", once=True)
    tell_owner(tx, place_of(tx, copy.community_id), PostFailed(room, problem), terms)


def follow_copies(tx: Tx, old_chat_id: int, new_chat_id: int) -> None:
    """A group became a supergroup, where the ids of messages mean nothing. What waits for it is sent there."""
    copies = tx.execute(select(PostCopy).where(col(PostCopy.chat_id) == old_chat_id)).scalars().all()
    there = set(tx.execute(select(col(PostCopy.sending_id)).where(col(PostCopy.chat_id) == new_chat_id)).scalars())
    for copy in copies:
        if copy.sending_id in there:
            drop_promises(tx, [copy])
            tx.delete(copy)
            continue
        copy.chat_id, copy.message_id, copy.more_ids, copy.topic_id, copy.pinned_at = new_chat_id, None, [], None, None
        if copy.sent_at is not None:
            copy.problem = CopyProblem.MOVED
    tx.flush()


def drop_promises(tx: Tx, copies: Sequence[PostCopy]) -> list[tuple[int, int | None]]:
    """Withdraw what was promised of copies and isn't on its way: the chat and the verdict of each that never left."""
    community = {copy.community_id for copy in copies}
    keys = [f"{keys_of(copy.sending_id)}:{copy.chat_id}" for copy in copies]
    rows = tx.execute(
        delete(Outbox)
        .where(
            col(Outbox.key).in_(keys),
            col(Outbox.community_id).in_(community),
            col(Outbox.act) == SHARE_POST,
            col(Outbox.state) == OutboxState.WAITING,
        )
        .returning(col(Outbox.chat_id), col(Outbox.verdict_id))
    ).all()
    return [(chat_id, verdict_id) for chat_id, verdict_id in rows]


def forget_copies(tx: Tx, community_id: int, member_id: int) -> None:
    """Delete a member's private copies. Their messages stay in the member's own chat."""
    tx.execute(delete(PostCopy).where(col(PostCopy.member_id) == member_id, col(PostCopy.community_id) == community_id))
