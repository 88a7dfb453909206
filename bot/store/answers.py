"""Who made something of a message within a day: pressed a button of it, voted, reacted or replied. Each counts once.

They are gathered in memory (`telegram/ear.py`) and written here each minute, as signs of life are. Only members count,
because `Shown.active`, with which answers are compared, counts members too.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, and_, bindparam, delete, select, tuple_, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.store.active_days import LOCK_MEMBER
from bot.store.engine.hot import Hot
from bot.store.engine.sessions import Tx
from bot.store.tables import Shown
from bot.store.tables.attention import Answered, WearRound
from bot.store.tables.base import Id
from bot.store.tables.posts import PostCopy

WITHIN = timedelta(hours=24)
"""For how long after a message answers to it count."""
EARLY = timedelta(minutes=1)
"""A message may be marked as sent so much later than its first answer came. Dates of replies are whole seconds."""
KEPT = timedelta(hours=48)
"""For how long is remembered who answered: until nobody can answer once more."""
CHUNK = 250
"""Old rows that one transaction deletes."""
ALBUM = 10
"""The most messages of one album. Their ids follow one another."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A person answered a message."""

    chat_id: int
    message_id: int
    user_id: int
    at: datetime


_SHOWN = Hot(
    select(col(Shown.id), col(Shown.community_id), col(Shown.at))
    .where(
        and_(
            col(Shown.chat_id) == bindparam("chat_id", type_=BigInteger),
            col(Shown.at) > bindparam("after"),
            col(Shown.at) <= bindparam("until"),
            col(Shown.message_id) == bindparam("message_id", type_=BigInteger),
        )
    )
    .order_by(col(Shown.at).desc())
)
_ALBUMS = Hot(
    select(col(PostCopy.message_id), col(PostCopy.more_ids))
    .where(
        and_(
            col(PostCopy.chat_id) == bindparam("chat_id", type_=BigInteger),
            col(PostCopy.message_id) < bindparam("message_id", type_=BigInteger),
            col(PostCopy.message_id) > bindparam("lowest", type_=BigInteger),
        )
    )
    .order_by(col(PostCopy.message_id).desc())
)
_ADD = Hot.upsert(
    lambda insert_: (
        insert_(Answered)
        .values(
            shown_id=bindparam("shown_id", type_=Id),
            user_id=bindparam("user_id", type_=BigInteger),
            community_id=bindparam("community_id", type_=Id),
            at=bindparam("at"),
        )
        .on_conflict_do_nothing()
    )
)
_COUNT = Hot(
    update(Shown)
    .where(col(Shown.id) == bindparam("shown_id", type_=Id))
    .values(answers=col(Shown.answers) + bindparam("more"))
)
_BEGIN_ROUND = Hot.upsert(
    lambda insert_: (
        insert_(WearRound)
        .values(community_id=bindparam("community_id", type_=Id), due_at=bindparam("due_at"))
        .on_conflict_do_nothing()
    )
)


def note_answers(tx: Tx, answers: Sequence[Answer]) -> int:
    """Write down who answered messages that were shown within a day before; how many are new.

    Doing it twice does it once. Answers to other messages, and of people who are no members, are left out.
    """
    messages = {(one.chat_id, one.message_id) for one in answers}
    shown = {message: _shown(tx, *message, answers) for message in messages}
    known = [
        (community_id, one.user_id, shown_id, one.at)
        for one in answers
        for shown_id, community_id, at in shown[one.chat_id, one.message_id]
        if at - EARLY <= one.at < at + WITHIN
    ]
    new: Counter[int] = Counter()
    communities: dict[int, datetime] = {}
    # Members are locked in the order in which every writer of the ear locks them.
    for community_id, user_id, shown_id, at in sorted(known):
        if tx.row(LOCK_MEMBER, community_id=community_id, user_id=user_id) is not None:
            new[shown_id] += tx.touch(_ADD, shown_id=shown_id, user_id=user_id, community_id=community_id, at=at)
            communities.setdefault(community_id, at)
    for shown_id, more in sorted(new.items()):
        if more:
            tx.touch(_COUNT, shown_id=shown_id, more=more)
    for community_id, at in sorted(communities.items()):
        tx.touch(_BEGIN_ROUND, community_id=community_id, due_at=at + WITHIN)
    return new.total()


def _shown(tx: Tx, chat_id: int, message_id: int, answers: Sequence[Answer]) -> list[tuple[int, int, datetime]]:
    """Rows (id, community, at) of a message: one, but for ids that begin anew after a group became a supergroup."""
    times = [one.at for one in answers if (one.chat_id, one.message_id) == (chat_id, message_id)]
    span = {"chat_id": chat_id, "after": min(times) - WITHIN, "until": max(times) + EARLY}
    rows = tx.rows(_SHOWN, message_id=message_id, **span)
    if not rows:
        # It may be a later message of an album, of which the first one is kept.
        albums = tx.rows(_ALBUMS, chat_id=chat_id, message_id=message_id, lowest=message_id - ALBUM)
        for first_id, more_ids in albums:
            if message_id in more_ids:
                rows = tx.rows(_SHOWN, message_id=first_id, **span)
    return [(shown_id, community_id, at) for shown_id, community_id, at in rows]


def find_polls(session: Session, poll_ids: Collection[str]) -> Mapping[str, tuple[int, int]]:
    """Chats and messages in which these polls were shown. A vote names only its poll."""
    rows = session.execute(
        select(col(Shown.poll_id), col(Shown.chat_id), col(Shown.message_id)).where(
            col(Shown.poll_id).in_(list(poll_ids))
        )
    ).all()
    return {
        poll_id: (chat_id, message_id)
        for poll_id, chat_id, message_id in rows
        if poll_id is not None and message_id is not None
    }


def forget_answers(tx: Tx, community_id: int, user_id: int) -> None:
    """Delete which messages a person answered lately, who has their data deleted. The messages count one answer less.

    The member is locked. Who answered is remembered for two days; older answers are numbers without a name.
    """
    mine = (col(Answered.user_id) == user_id, col(Answered.community_id) == community_id)
    shown_ids = tx.execute(delete(Answered).where(*mine).returning(col(Answered.shown_id))).scalars().all()
    for shown_id in sorted(shown_ids):
        tx.execute(
            update(Shown)
            .where(col(Shown.id) == shown_id, col(Shown.answers) > 0)
            .values(answers=col(Shown.answers) - 1)
        )


def drop_answers(tx: Tx, now: datetime) -> bool:
    """Forget a chunk of who answered long ago; whether there may be more."""
    key = (col(Answered.shown_id), col(Answered.user_id))
    oldest = select(*key).where(col(Answered.at) < now - KEPT).order_by(col(Answered.at)).limit(CHUNK)
    old = [tuple(row) for row in tx.execute(oldest)]
    if old:
        tx.execute(delete(Answered).where(tuple_(*key).in_(old)))
    return len(old) == CHUNK
