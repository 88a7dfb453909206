"""Verdicts for tests, as the budget would write them."""

from datetime import datetime, timedelta
from typing import Any

from bot.rules.calendar import day_of
from bot.rules.place import Place
from bot.rules.shown import class_of
from bot.rules.verdicts import Reason, Ruling
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.messages.payloads import PostCard
from bot.store.tables import Outbox
from bot.store.tables.attention import Verdict
from bot.store.tables.base import id_of
from bot.store.tables.messages import Lane, OutboxState
from tests.features.scene import NOON


async def add_verdict(
    db: Database,
    place: Place,
    ruling: Ruling,
    reason: Reason | None,
    *,
    at: datetime = NOON,
    waits: bool = False,
    **more: Any,
) -> int:
    """A verdict of a drop's card in the first room, unless told otherwise; with `waits` its row waits. Its id."""
    return await db.write(lambda tx: _add(tx, place, (ruling, reason, at), waits=waits, **more))


def _add(
    tx: Tx, place: Place, said: tuple[Ruling, Reason | None, datetime], *, waits: bool, kind: str = "drop", **more: Any
) -> int:
    ruling, reason, at = said
    decided = {"decided_at": at, "day": day_of(at, place.timezone)} if ruling is not Ruling.WAITING else {}
    until = {"until": at + timedelta(hours=9)} if ruling is Ruling.HOLD else {}
    columns = {
        "community_id": place.community_id,
        "chat_id": -1001,
        "kind": kind,
        "subject_id": 1,
        "made_at": at,
        "shown_class": class_of(kind),
        "ruling": ruling,
        "reason": reason,
        **decided,
        **until,
        **more,
    }
    verdict = Verdict(**columns)
    tx.add(verdict)
    tx.flush()
    if waits:
        tx.add(
            Outbox(
                community_id=place.community_id,
                chat_id=verdict.chat_id,
                lane=Lane.POST,
                act=PostCard.act,
                facts=PostCard(1).to_facts(),
                due_at=verdict.until or at,
                state=OutboxState.WAITING,
                made_at=at,
                verdict_id=id_of(verdict),
            )
        )
        tx.flush()
    return id_of(verdict)
