"""Why a message came, read from what was shown and from the budget's verdict."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.attention.about import describe
from bot.rules.attention.why import About, WhyAnswer, WhyTold, WhyToldStaff, WhyTooOld
from bot.rules.memory import MemoryPolicy
from bot.rules.place import Place
from bot.rules.shown import TO_STAFF, ShownClass
from bot.rules.verdicts import Reason
from bot.store.engine.db import Database
from bot.store.folded import LineOf
from bot.store.tables import Shown
from bot.store.tables.attention import Verdict

AROUND = timedelta(minutes=30)
"""How far our clock and Telegram's date of a message may be apart."""


@dataclass(frozen=True, slots=True)
class MessageRef:
    """A message of the bot, as Telegram names it."""

    chat_id: int
    message_id: int
    date: datetime


class Why:
    """Use cases of explaining messages."""

    def __init__(self, db: Database, lines: Mapping[str, LineOf], policy: MemoryPolicy) -> None:
        """`lines` are what domains registered, by kind."""
        self._db = db
        self._lines = lines
        self._kept = policy.kept

    async def look(
        self, place: Place, message: MessageRef, now: datetime, *, staff: bool
    ) -> WhyTold | WhyToldStaff | WhyAnswer | WhyTooOld:
        """Why a message of the bot stands where it stands. Only staff see figures, and only of a room's message."""
        if now - message.date > self._kept:
            return WhyTooOld(self._kept.days)
        shown = await self._db.read(explain, place.community_id, message, now, self._lines)
        if shown is None:
            return WhyAnswer()
        return shown if staff and message.chat_id < 0 else _plain(shown, private=message.chat_id > 0)

    async def mine(self, user_id: int, verdict_id: int) -> WhyTold | None:
        """Why somebody got a private message; None if it wasn't theirs, or is forgotten."""
        return await self._db.read(explain_private, user_id, verdict_id)


def explain(
    session: Session, community_id: int, message: MessageRef, now: datetime, lines: Mapping[str, LineOf]
) -> WhyToldStaff | None:
    """What is known of a message that the bot sent by itself; None if it did not, or for another shop."""
    found: Any = session.execute(
        select(Shown, Verdict)
        .outerjoin(Verdict, col(Verdict.id) == col(Shown.verdict_id))
        .where(
            col(Shown.chat_id) == message.chat_id,
            col(Shown.at) >= message.date - AROUND,
            col(Shown.at) <= message.date + AROUND,
            col(Shown.message_id) == message.message_id,
            col(Shown.community_id) == community_id,
        )
        .order_by(col(Shown.id).desc())
        .limit(1)
    ).one_or_none()
    if found is None:
        return None
    shown, verdict = found
    reason = verdict.reason if verdict is not None else None
    return WhyToldStaff(
        community_id=community_id,
        about=describe(session, community_id, (shown.kind, shown.subject_id), now, lines),
        shown_class=ShownClass(shown.shown_class),
        reason=Reason(reason) if reason is not None else None,
        counts=verdict is not None and verdict.counts,
        at=shown.at,
        active=shown.active,
        answers=shown.answers,
        lost=shown.lost,
    )


def explain_private(session: Session, user_id: int, verdict_id: int) -> WhyTold | None:
    """Why a person got a private message: read by its verdict, which must be of their own chat."""
    verdict = session.get(Verdict, verdict_id)
    if verdict is None or verdict.chat_id != user_id:
        return None
    about = About(verdict.kind, to_staff=verdict.kind in TO_STAFF)
    return WhyTold(about, ShownClass(verdict.shown_class), private=True, by_staff=verdict.by_staff)


def _plain(shown: WhyToldStaff, *, private: bool) -> WhyTold:
    return WhyTold(shown.about, shown.shown_class, private=private, by_staff=shown.reason is Reason.STAFF)
