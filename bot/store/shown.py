"""What the bot has shown, and how many members could see it: a row for each message that it sent by itself.

A row is written in the commit that marks the promised message as sent. Answers, whispers and edits leave none.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, and_, bindparam, delete, insert, select, update
from sqlmodel import col

from bot.rules.calendar import day_of
from bot.rules.shown import ShownClass, class_of
from bot.rules.wears import wears_of
from bot.store.active_days import active_in_week
from bot.store.engine.hot import Hot
from bot.store.engine.sessions import Tx
from bot.store.tables import Community, FanGroup, Person, Shown
from bot.store.tables.base import Id

LOST_WITHIN = timedelta(hours=1)
"""Who leaves so soon after a message counts as lost by it."""
DATED = timedelta(seconds=1)
"""Telegram's dates are whole seconds, so that what follows a message at once may be dated before it."""
CHUNK = 250
"""Old rows that one transaction deletes."""

_ROOM = Hot(
    select(col(FanGroup.id), col(Community.timezone))
    .join(Community, col(Community.id) == col(FanGroup.community_id))
    .where(and_(col(FanGroup.chat_id) == bindparam("chat_id", type_=BigInteger), col(FanGroup.left_at).is_(None)))
)
_PERSON = Hot(select(col(Person.user_id)).where(col(Person.user_id) == bindparam("user_id", type_=BigInteger)))
_ADD = Hot(
    insert(Shown).values(
        community_id=bindparam("community_id"),
        chat_id=bindparam("chat_id"),
        message_id=bindparam("message_id"),
        kind=bindparam("kind"),
        shown_class=bindparam("shown_class"),
        subject_id=bindparam("subject_id"),
        verdict_id=bindparam("verdict_id", type_=Id),
        poll_id=bindparam("poll_id"),
        at=bindparam("at"),
        active=bindparam("active"),
        wears=bindparam("wears"),
        answers=0,
        lost=0,
    )
)


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """A message that Telegram has taken."""

    chat_id: int
    message_id: int | None
    """None: Telegram didn't tell."""
    kind: str
    """A kind of `rules/shown.py`."""
    subject_id: int | None = None
    """For a card or a file the id of what it shows; for a post the id of its sending."""
    wears: str | None = None
    """As what it can wear out: of a post `wears_of("post", pillar)`; for activities it needn't be given."""
    poll_id: str | None = None
    """Telegram's id of the poll that it is: votes name nothing else."""
    verdict_id: int | None = None
    """What the attention budget said of it; None if it was asked for."""


def record_shown(tx: Tx, community_id: int, message: ShownMessage, at: datetime) -> None:
    """Write down that a room, or a person in private, was shown a message."""
    active = None
    if message.chat_id < 0:
        room = tx.row(_ROOM, chat_id=message.chat_id)
        if room is not None:
            room_id, timezone = room
            active = active_in_week(tx, room_id, day_of(at, timezone))
    elif tx.row(_PERSON, user_id=message.chat_id) is None:
        return  # they had their data deleted while the message was on its way
    tx.touch(
        _ADD,
        community_id=community_id,
        chat_id=message.chat_id,
        message_id=message.message_id,
        kind=message.kind,
        shown_class=class_of(message.kind).value,
        subject_id=message.subject_id,
        verdict_id=message.verdict_id,
        poll_id=message.poll_id,
        at=at,
        active=active,
        wears=message.wears or wears_of(message.kind),
    )


def count_lost(tx: Tx, chat_id: int, at: datetime) -> None:
    """Somebody left a room, blocked the bot, or switched something off: the chat's newest message lost one reader.

    Of a room's messages those don't count that answered one person's act, such as the welcome of somebody else.
    """
    newest = select(col(Shown.id)).where(
        col(Shown.chat_id) == chat_id, col(Shown.at) > at - LOST_WITHIN, col(Shown.at) <= at + DATED
    )
    if chat_id < 0:
        newest = newest.where(col(Shown.shown_class) != ShownClass.ASKED_FOR.value)
    newest = newest.order_by(col(Shown.at).desc(), col(Shown.id).desc()).limit(1)
    shown_id = tx.execute(newest).scalar_one_or_none()
    if shown_id is not None:
        tx.execute(update(Shown).where(col(Shown.id) == shown_id).values(lost=col(Shown.lost) + 1))


def move_shown(tx: Tx, old_chat_id: int, new_chat_id: int) -> None:
    """Give a room's rows its new chat id. The ids of the messages mean nothing there."""
    tx.execute(update(Shown).where(col(Shown.chat_id) == old_chat_id).values(chat_id=new_chat_id, message_id=None))


def forget_shown(tx: Tx, user_id: int, community_id: int | None) -> None:
    """Delete what a person was shown in private, by this shop or (None) by all."""
    mine = delete(Shown).where(col(Shown.chat_id) == user_id)
    tx.execute(mine if community_id is None else mine.where(col(Shown.community_id) == community_id))


def drop_shown(tx: Tx, before: datetime) -> int:
    """Delete a chunk of what was shown before this instant; how many. Ids are in the order of time."""
    oldest = select(col(Shown.id), col(Shown.at)).order_by(col(Shown.id)).limit(CHUNK)
    old = [shown_id for shown_id, at in tx.execute(oldest) if at < before]
    if old:
        tx.execute(delete(Shown).where(col(Shown.id).in_(old)))
    return len(old)
