"""What decides a shop's picks, read from rows: the shelf, what was sent, streams, pauses."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, literal_column, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.posts.persona import persona_of
from bot.rules.airings import OVER_PHASES, phase_of
from bot.rules.posts.planner import Planning, Rests, Sent, Shelved
from bot.rules.posts.slots import CalendarPolicy, SlotFacts
from bot.rules.slots import PostingState, SlotKind
from bot.rules.verdicts import Ruling
from bot.rules.wears import pillar_of
from bot.store.airings import open_airings
from bot.store.messages.cards import chats_of
from bot.store.tables import FanGroup, Posting, Slot
from bot.store.tables.attention import Verdict
from bot.store.tables.posts import Post, PostCopy, Sending, SendingState, Week
from bot.store.wear import resting, rests_in_all

_POST: ColumnElement[str] = literal_column("'post'")
"""Said as it is, so that the index of posts' verdicts is used."""


def planning_of(session: Session, week: Week, timezone: str, now: datetime, policy: CalendarPolicy) -> Planning:
    """All that decides the picks of a shop at an instant."""
    community_id = week.community_id
    return Planning(
        timezone=timezone,
        seed=week.seed,
        shares=persona_of(session, community_id).pillars,
        shelf=shelf_of(session, community_id),
        sent=sent_of(session, community_id, now, policy),
        streams=[one.starts_at for one in open_airings(session, community_id) if phase_of(one, now) not in OVER_PHASES],
        resting=resting_pillars(session, community_id, now),
    )


def rests_of(week: Week) -> Rests:
    """When planned posts of the shop rest."""
    return Rests(
        paused=week.paused_at is not None,
        paused_until=week.paused_until,
        promotions_until=week.promotions_paused_until,
        days_off=frozenset(week.days_off),
    )


def slots_of(session: Session, community_id: int, *, active: bool = True) -> list[SlotFacts]:
    """The shop's slots that are in use, or that were taken out, oldest first."""
    rows = session.execute(
        select(Slot).where(col(Slot.community_id) == community_id, col(Slot.active).is_(active)).order_by(col(Slot.id))
    ).scalars()
    return [slot_facts(row) for row in rows]


def slot_facts(row: Slot) -> SlotFacts:
    """A slot's row as rules take it."""
    return SlotFacts(row.id or 0, SlotKind(row.kind), row.cron, row.pillar, row.command, row.since)


def shelf_of(session: Session, community_id: int) -> list[Shelved]:
    """What the calendar may take, with when each was last sent."""
    last = last_sent(session, community_id)
    rows: Any = session.execute(
        select(
            *(col(Post.id), col(Post.number), col(Post.pillar)),
            *(col(Post.valid_from), col(Post.valid_until), col(Post.season)),
        )
        .where(col(Post.community_id) == community_id, col(Post.on_shelf))
        .order_by(col(Post.number))
    ).all()
    return [
        Shelved(post_id, number, pillar, begins, ends, season, last.get(post_id))
        for post_id, number, pillar, begins, ends, season in rows
    ]


def last_sent(session: Session, community_id: int) -> Mapping[int, datetime]:
    """When each post of the shelf was last sent, or is to be sent by staff. What no room was told isn't."""
    newest = (
        select(func.max(col(Sending.due_at)))
        .where(
            col(Sending.post_id) == col(Post.id),
            col(Sending.state).not_in((SendingState.CANCELLED, SendingState.TAKEN_BACK)),
            ~_kept_back(),
        )
        .correlate(Post)
        .scalar_subquery()
    )
    rows: Any = session.execute(
        select(col(Post.id), newest).where(col(Post.community_id) == community_id, col(Post.on_shelf))
    ).all()
    return {post_id: at for post_id, at in rows if at is not None}


def sent_of(session: Session, community_id: int, now: datetime, policy: CalendarPolicy) -> Sequence[Sent]:
    """Planned posts that were sent within the last 28 days. One that no room was told counts for no pillar's share."""
    unheard = exists().where(col(Sending.posting_id) == col(Posting.id), _kept_back())
    rows: Any = session.execute(
        select(col(Posting.pillar), col(Posting.due_at))
        .where(
            col(Posting.community_id) == community_id,
            col(Posting.due_at) > now - policy.rest,
            col(Posting.due_at) <= now,
            col(Posting.state) == PostingState.POSTED,
            col(Posting.kind) == SlotKind.POST,
            ~unheard,
        )
        .order_by(col(Posting.due_at), col(Posting.id))
    ).all()
    return [Sent(pillar, at) for pillar, at in rows]


def _kept_back() -> ColumnElement[bool]:
    """Whether the attention budget kept a planned sending back from all rooms, but for a line of the morning card.

    A copy that left, or that took an older message's place, tells it; one that waits may still.
    """
    its = (col(Verdict.kind) == _POST, col(Verdict.subject_id) == col(Sending.id))
    ended = (Ruling.FOLD, Ruling.DROP)
    told = exists().where(col(PostCopy.sending_id) == col(Sending.id), col(PostCopy.sent_at).is_not(None))
    return and_(
        col(Sending.posting_id).is_not(None),
        ~told,
        exists().where(*its, col(Verdict.ruling).in_(ended)),
        ~exists().where(*its, col(Verdict.ruling).not_in(ended)),
    )


def resting_pillars(session: Session, community_id: int, now: datetime) -> frozenset[str]:
    """Pillars that rest in every room of the shop."""
    rests = resting(session, community_id, now)
    rooms = told_rooms(session, community_id)
    kinds = {kind for kinds in rests.values() for kind in kinds if rests_in_all(rests, rooms, kind)}
    return frozenset(pillar for kind in kinds if (pillar := pillar_of(kind)) is not None)


def told_rooms(session: Session, community_id: int) -> dict[int, int]:
    """Rooms that planned posts go to: their row ids, each with its chat."""
    chats = chats_of(session, community_id)
    rows: Any = session.execute(
        select(col(FanGroup.id), col(FanGroup.chat_id))
        .where(col(FanGroup.community_id) == community_id, col(FanGroup.chat_id).in_(chats))
        .order_by(col(FanGroup.id))
    ).all()
    return dict(tuple(row) for row in rows)
