"""Rooms that refuse what should be told there: remembered until something is taken, and told to the owner once."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, delete, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.refusals import SILENT, Refusal, RoomRefuses
from bot.store.engine.db import PROMISED, Tx
from bot.store.engine.hot import Hot
from bot.store.messages.outbox import Terms
from bot.store.messages.telling import tell_owner
from bot.store.places import place_of
from bot.store.rooms import leave_room
from bot.store.tables import Card, FanGroup, Outbox, RefusedRoom
from bot.store.tables.messages import OutboxState

TOLD_WITHIN = timedelta(days=1)
"""How long a note to the owner may be on its way."""
KEPT = timedelta(days=30)
"""How long a refusal can be looked up: one that is over, or of a room that the bot isn't in any more."""
REFUSED = "refused:"
"""How the problem of an outbox row begins that a room refused and that is tried again; its reason follows."""


_BEGIN = Hot.upsert(
    lambda insert_: (
        insert_(RefusedRoom)
        .values(
            community_id=bindparam("community_id"),
            chat_id=bindparam("chat_id"),
            reason=bindparam("reason"),
            since=bindparam("since"),
        )
        .on_conflict_do_nothing()
    )
)


def begin(tx: Tx, chat_id: int, reason: Refusal, now: datetime) -> None:
    """Write down that a room refuses messages. Its owner is told once, as soon as there is a way to reach them."""
    room = tx.execute(select(FanGroup).where(col(FanGroup.chat_id) == chat_id)).scalar_one_or_none()
    if room is None:
        return
    # The index lets only one be open. Of two that come at once, the second finds the first's row.
    tx.touch(_BEGIN, community_id=room.community_id, chat_id=chat_id, reason=reason.value, since=now)
    told = tx.execute(
        update(RefusedRoom)
        .where(_open(chat_id), col(RefusedRoom.reason) == reason.value, col(RefusedRoom.told_at).is_(None))
        .values(told_at=now)
        .returning(col(RefusedRoom.id), col(RefusedRoom.since))
    ).one_or_none()
    if told is None:
        return
    refused_id, since = told
    place = place_of(tx, room.community_id)
    key = f"refused:{refused_id}:{since.timestamp():.0f}"
    note = RoomRefuses(room.title, reason)
    if not tell_owner(tx, place, note, Terms(now=now, key=key, not_after=now + TOLD_WITHIN)):
        tx.execute(update(RefusedRoom).where(col(RefusedRoom.id) == refused_id).values(told_at=None))


def lose_room(tx: Tx, chat_id: int, now: datetime) -> None:
    """Telegram says that the bot isn't in a room any more: it counts as left, and its owner hears that."""
    leave_room(tx, chat_id, now)
    begin(tx, chat_id, Refusal.REMOVED, now)


def end(tx: Tx, chat_id: int, reasons: Collection[Refusal], now: datetime) -> None:
    """A message was taken: these refusals are over, and what waits for the room is tried at once."""
    ended = tx.execute(
        update(RefusedRoom)
        .where(_open(chat_id), col(RefusedRoom.reason).in_([reason.value for reason in reasons]))
        .values(over_at=now)
        .returning(col(RefusedRoom.id))
    ).all()
    if not ended:
        return
    hastened = tx.execute(
        update(Outbox)
        .where(
            col(Outbox.chat_id) == chat_id,
            col(Outbox.state) == OutboxState.WAITING,
            col(Outbox.problem).in_([f"{REFUSED}{reason}" for reason in reasons]),
            col(Outbox.due_at) > now,
        )
        .values(due_at=now)
        .returning(col(Outbox.id))
    ).all()
    if hastened:
        tx.info[PROMISED] = True


def end_all(tx: Tx, chat_id: int, now: datetime) -> None:
    """The bot came again, or the room has another id: whether it still refuses shows at the next message."""
    tx.execute(update(RefusedRoom).where(_open(chat_id)).values(over_at=now))


def open_refusals(session: Session) -> dict[int, set[Refusal]]:
    """Every refusal that isn't over, by chat."""
    found: dict[int, set[Refusal]] = {}
    rows = session.execute(select(col(RefusedRoom.chat_id), col(RefusedRoom.reason)).where(_not_over()))
    for chat_id, reason in rows:
        found.setdefault(chat_id, set()).add(Refusal(reason))
    return found


def refused_rooms(session: Session, community_id: int | None = None) -> list[RoomRefuses]:
    """Rooms of a shop (or of all) that refuse messages now, oldest first; each with its reasons."""
    query = (
        select(col(FanGroup.title), col(RefusedRoom.reason))
        .join(RefusedRoom, col(RefusedRoom.chat_id) == col(FanGroup.chat_id))
        .where(_not_over(), col(FanGroup.left_at).is_(None))
        .order_by(col(FanGroup.id), col(RefusedRoom.id))
    )
    if community_id is not None:
        query = query.where(col(FanGroup.community_id) == community_id)
    return [RoomRefuses(title, Refusal(reason)) for title, reason in session.execute(query)]


def silent_rooms(session: Session, community_id: int, chats: Iterable[int] | None = None) -> dict[int, str]:
    """Rooms of a shop in which nothing can be told now (of `chats`, if given): names by chat, oldest first."""
    rows = session.execute(
        select(col(FanGroup.chat_id), col(FanGroup.title))
        .join(RefusedRoom, col(RefusedRoom.chat_id) == col(FanGroup.chat_id))
        .where(
            _not_over(),
            col(FanGroup.community_id) == community_id,
            col(FanGroup.left_at).is_(None),
            col(RefusedRoom.reason).in_([reason.value for reason in SILENT]),
        )
        .order_by(col(FanGroup.id))
    )
    meant = set(chats) if chats is not None else None
    return {chat_id: title for chat_id, title in rows if meant is None or chat_id in meant}


def heard_in(session: Session, community_id: int, chats: Collection[int]) -> tuple[int, tuple[str, ...]]:
    """In how many of these rooms something can be told now, and the names of the others."""
    silent = silent_rooms(session, community_id, chats)
    return len(set(chats) - silent.keys()), tuple(silent.values())


def untold_card(session: Session, community_id: int, kind: str, subject_id: int) -> tuple[str, ...]:
    """Names of the rooms in which a card should hang, and doesn't, as the room refuses messages now."""
    chats = session.execute(
        select(col(Card.chat_id)).where(
            col(Card.kind) == kind, col(Card.subject_id) == subject_id, col(Card.message_id).is_(None)
        )
    ).scalars()
    return tuple(silent_rooms(session, community_id, chats.all()).values())


def forget_refusals(tx: Tx, now: datetime) -> None:
    """Drop what is over, and what rooms refused that the bot has left since, after a month."""
    left = select(col(FanGroup.chat_id)).where(col(FanGroup.left_at) < now - KEPT)
    tx.execute(
        delete(RefusedRoom).where(
            (col(RefusedRoom.over_at) < now - KEPT)
            | (col(RefusedRoom.over_at).is_(None) & col(RefusedRoom.chat_id).in_(left))
        )
    )


def _not_over() -> ColumnElement[bool]:
    return col(RefusedRoom.over_at).is_(None)


def _open(chat_id: int) -> ColumnElement[bool]:
    return (col(RefusedRoom.chat_id) == chat_id) & _not_over()
