"""Verdicts of the attention budget: a row for each message that nobody asked for, from its promise on."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    String,
    and_,
    bindparam,
    delete,
    func,
    insert,
    select,
    true,
    update,
)
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.calendar import day_of
from bot.rules.shown import ShownClass, class_of, file_kind
from bot.rules.verdicts import Reason, Ruling
from bot.store.engine.hot import Hot
from bot.store.engine.sessions import Tx
from bot.store.messages.payloads import Payload, PostCard, Say, SendFile, Tell
from bot.store.tables import Card, Community
from bot.store.tables.attention import Verdict
from bot.store.tables.base import Id

A_WEEK = timedelta(days=7)
CHUNK = 250
"""Old rows that one transaction deletes."""
UNHEARD = "nobody heard it"
"""The problem of a message that Telegram took for nobody: no way to its reader worked."""
OVER = "over before it was posted"
LATE = "its time is over"

_NOBODYS_WISH = frozenset({Reason.TOO_LATE, Reason.REFUSED})

_ADD = Hot(
    insert(Verdict)
    .values(
        community_id=bindparam("community_id"),
        chat_id=bindparam("chat_id", type_=BigInteger),
        kind=bindparam("kind"),
        shown_class=bindparam("shown_class"),
        subject_id=bindparam("subject_id", type_=Id),
        by_staff=bindparam("by_staff", type_=Boolean),
        airing_id=bindparam("airing_id", type_=Id),
        instead=bindparam("instead", type_=Boolean),
        counts=False,
        ruling=Ruling.WAITING.value,
        made_at=bindparam("made_at"),
    )
    .returning(col(Verdict.id))
)
_TAKE_BACK = Hot(delete(Verdict).where(col(Verdict.id) == bindparam("verdict_id", type_=Id)))
_LEFT = Hot(
    update(Verdict)
    .where(and_(col(Verdict.id) == bindparam("verdict_id", type_=Id)))
    .values(decided_at=bindparam("left_at", type_=Verdict.__table__.c.decided_at.type))  # type: ignore[attr-defined]
)
_NOT_SENT = Hot(
    update(Verdict)
    .where(and_(col(Verdict.id) == bindparam("verdict_id", type_=Id)))
    .values(ruling=Ruling.DROP.value, reason=bindparam("why", type_=String), counts=False)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unasked:
    """A message that nobody asked for, as the budget knows it from its promise on."""

    chat_id: int
    """The room, or the person who alone reads it."""
    kind: str
    """A kind of `rules/shown.py`."""
    subject_id: int | None = None
    """The id of what a card, a file or a post shows."""
    by_staff: bool = False
    """Whether staff typed what it tells of."""
    airing_id: int | None = None
    """The airing to whose stream it belongs."""
    instead: bool = False
    """Whether it takes the place of a message that is gone."""


def kind_in(session: Session, payload: Payload) -> tuple[str, int | None] | None:
    """The kind and the subject of what a payload shows; None if it is no message of its own, or an answer."""
    match payload:
        case PostCard(card_id=card_id):
            card = session.get(Card, card_id)
            return (card.kind, card.subject_id) if card is not None else None
        case Say(outcome=outcome):
            return outcome, None
        case Tell(outcome=outcome, asked=asked):
            return None if asked else (outcome, None)
        case SendFile(file=file, subject_id=subject_id):
            return file_kind(file), subject_id
    return None


def reader_in(chat_id: int, payload: Payload) -> int:
    """Who reads it: the person if it is told to one alone, else the chat."""
    alone = isinstance(payload, Tell) and (payload.whisper or payload.can_write)
    return payload.user_id if alone and isinstance(payload, Tell) else chat_id


def is_unasked(kind: str) -> bool:
    """Whether messages of a kind pass the budget. What the reader asked for doesn't."""
    return class_of(kind) is not ShownClass.ASKED_FOR


def add_verdict(tx: Tx, community_id: int, message: Unasked, now: datetime) -> int:
    """Write down that a message waits for the budget; the verdict's id."""
    row = tx.row(_ADD, community_id=community_id, made_at=now, **_columns(message))
    if row is None:
        raise LookupError("an insert gave no id")
    verdict_id: int = row[0]
    return verdict_id


def add_verdicts(tx: Tx, community_id: int, messages: Sequence[Unasked], now: datetime) -> list[int]:
    """The same for many messages in one statement; ids in their order."""
    same = {"community_id": community_id, "made_at": now, "ruling": Ruling.WAITING.value, "counts": False}
    rows = tx.execute(
        insert(Verdict).returning(col(Verdict.id), sort_by_parameter_order=True),
        [{**same, **_columns(message)} for message in messages],
    ).scalars()
    return [verdict_id for verdict_id in rows if verdict_id is not None]


def _columns(message: Unasked) -> dict[str, object]:
    return {
        "chat_id": message.chat_id,
        "kind": message.kind,
        "shown_class": class_of(message.kind).value,
        "subject_id": message.subject_id,
        "by_staff": message.by_staff,
        "airing_id": message.airing_id,
        "instead": message.instead,
    }


def take_verdict_back(tx: Tx, verdict_id: int) -> None:
    """Delete the verdict of a message that wasn't promised after all."""
    tx.touch(_TAKE_BACK, verdict_id=verdict_id)


def take_verdicts_back(tx: Tx, verdict_ids: Collection[int]) -> None:
    """The same for many."""
    if verdict_ids:
        tx.execute(delete(Verdict).where(col(Verdict.id).in_(verdict_ids)))


def note_left(tx: Tx, verdict_id: int, at: datetime) -> None:
    """A message left: gaps are counted from then."""
    tx.touch(_LEFT, verdict_id=verdict_id, left_at=at)


def note_not_sent(tx: Tx, verdict_id: int, reason: Reason) -> None:
    """A message isn't sent after all, so it doesn't count."""
    tx.touch(_NOT_SENT, verdict_id=verdict_id, why=reason.value)


def call_off(
    tx: Tx, verdict_ids: Iterable[int | None], reason: Reason, now: datetime, *, but: ColumnElement[bool] | None = None
) -> None:
    """Promises of these verdicts end before they leave; `but` says which of them don't.

    What nobody wished to end gets its day, so that the owner's log of that day names it.
    """
    ids = [one for one in verdict_ids if one is not None]
    if not ids:
        return
    which = (col(Verdict.id).in_(ids), ~but if but is not None else true())
    off = update(Verdict).where(*which)
    tx.execute(off.values(ruling=Ruling.DROP, reason=reason, counts=False, until=None, decided_at=now))
    if reason in _NOBODYS_WISH:
        new = (*which, col(Verdict.day).is_(None))
        shops = select(col(Community.id), col(Community.timezone)).where(
            col(Community.id).in_(select(col(Verdict.community_id)).where(*new))
        )
        for community_id, timezone in tx.execute(shops).all():
            theirs = update(Verdict).where(*new, col(Verdict.community_id) == community_id)
            tx.execute(theirs.values(day=day_of(now, timezone)))


def count_unsent(session: Session, community_id: int, day: date, now: datetime) -> int:
    """How many messages weren't sent on a local day of the last week. What is held isn't among them."""
    found: int = session.execute(
        select(func.count())
        .select_from(Verdict)
        .where(
            col(Verdict.community_id) == community_id,
            col(Verdict.decided_at) >= now - A_WEEK,
            col(Verdict.day) == day,
            col(Verdict.ruling).in_((Ruling.FOLD, Ruling.DROP)),
        )
    ).scalar_one()
    return found


def move_verdicts(tx: Tx, old_chat_id: int, new_chat_id: int) -> None:
    """What a room had counts in the chat that takes its place."""
    tx.execute(update(Verdict).where(col(Verdict.chat_id) == old_chat_id).values(chat_id=new_chat_id))


def forget_verdicts(tx: Tx, user_id: int, community_id: int | None) -> None:
    """Delete what was decided of a person's private messages, by this shop or (None) by all."""
    mine = delete(Verdict).where(col(Verdict.chat_id) == user_id)
    tx.execute(mine if community_id is None else mine.where(col(Verdict.community_id) == community_id))


def drop_verdicts(tx: Tx, before: datetime) -> int:
    """Delete a chunk of verdicts that were made before this instant; how many. Ids are in the order of time."""
    oldest = select(col(Verdict.id), col(Verdict.made_at)).order_by(col(Verdict.id)).limit(CHUNK)
    old = [verdict_id for verdict_id, at in tx.execute(oldest) if at < before]
    if old:
        tx.execute(delete(Verdict).where(col(Verdict.id).in_(old)))
    return len(old)
