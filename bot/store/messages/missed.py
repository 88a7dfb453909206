"""Tells the owner what a room was never told, because it refused messages until the time was over."""

from contextlib import suppress
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlmodel import col

from bot.rules.refusals import RoomMessage, RoomMissed, room_message_of
from bot.store.engine.sessions import Tx
from bot.store.messages.outbox import Terms
from bot.store.messages.payloads import (
    DamagedError,
    DeleteMessage,
    EditCard,
    EditPost,
    LeaveChat,
    PinPost,
    PostCard,
    Say,
    SendFile,
    SharePost,
    ShowTag,
    TakePostBack,
    TakeTag,
    Tell,
    read_payload,
)
from bot.store.messages.refused import TOLD_WITHIN
from bot.store.messages.telling import tell_owner
from bot.store.places import place_of
from bot.store.tables import Airing, Campaign, Card, FanGroup, Outbox, Raffle, RaffleRedraw, Stream

REDRAW = "redraw"
"""The kind of file that tells of a redraw."""


def tell_missed(tx: Tx, row_id: int, now: datetime) -> None:
    """Tell the owner that a room refused this message until its time was over. A morning card is worth no note."""
    row = tx.get_one(Outbox, row_id)
    room = tx.execute(
        select(FanGroup).where(col(FanGroup.chat_id) == row.chat_id, col(FanGroup.left_at).is_(None))
    ).scalar_one_or_none()
    missed = None
    with suppress(DamagedError):
        missed = _missed(tx, row, room.title) if room is not None else None
    if missed is None or missed.what is RoomMessage.MORNING:
        return
    place = place_of(tx, row.community_id)
    tell_owner(tx, place, missed, Terms(now=now, key=f"missed:{row.id}", not_after=now + TOLD_WITHIN))


def _missed(tx: Tx, row: Outbox, room: str) -> RoomMissed | None:
    match read_payload(row.act, row.facts):
        case PostCard(card_id=card_id):
            return _missed_card(tx, tx.get(Card, card_id), room)
        case Say(outcome=outcome, facts=told):
            return RoomMissed(room, room_message_of(outcome), told.get("title") or told.get("prize"))
        case SendFile(file=kind, subject_id=subject_id):
            raffle = _raffle(tx, kind, subject_id)
            return RoomMissed(room, RoomMessage.PROOF, raffle.prize, raffle.number) if raffle is not None else None
        case SharePost():
            return RoomMissed(room, RoomMessage.OTHER, None)
        case EditCard() | Tell() | DeleteMessage() | LeaveChat() | ShowTag() | TakeTag():
            return None
        case EditPost() | TakePostBack() | PinPost():
            return None


def _missed_card(tx: Tx, card: Card | None, room: str) -> RoomMissed | None:
    if card is None:
        return None
    what = room_message_of(card.kind)
    return RoomMissed(room, what, _title(tx, what, card.subject_id))


def _title(tx: Tx, what: RoomMessage, subject_id: int) -> str | None:
    titles: dict[RoomMessage, Select[Any]] = {
        RoomMessage.START: select(col(Stream.title))
        .join(Airing, col(Airing.stream_id) == col(Stream.id))
        .where(col(Airing.id) == subject_id),
        RoomMessage.DROP: select(col(Campaign.title)).where(col(Campaign.id) == subject_id),
        RoomMessage.RAFFLE: select(col(Raffle.prize)).where(col(Raffle.id) == subject_id),
    }
    query = titles.get(what)
    title: str | None = tx.execute(query).scalar_one_or_none() if query is not None else None
    return title


def _raffle(tx: Tx, kind: str, subject_id: int) -> Raffle | None:
    """The raffle that a proof is about: its own, or that of a redraw."""
    redraw = tx.get(RaffleRedraw, subject_id) if kind == REDRAW else None
    return tx.get(Raffle, redraw.raffle_id if redraw is not None else subject_id)
