"""Messages that the attention budget holds: looked at again when what holds them may have changed."""

from datetime import datetime

from sqlalchemy import select, update
from sqlmodel import col

from bot.rules.verdicts import Ruling
from bot.store.engine.sessions import PROMISED, Tx
from bot.store.tables import Outbox
from bot.store.tables.attention import Verdict
from bot.store.tables.messages import OPEN, OutboxState


def decide_again(tx: Tx, community_id: int, now: datetime) -> None:
    """Let the budget decide at once on what it holds for rooms: bounds were changed, or a pause ended."""
    held = select(col(Verdict.id)).where(col(Verdict.id) == col(Outbox.verdict_id), col(Verdict.ruling) == Ruling.HOLD)
    tx.execute(
        update(Outbox)
        .where(
            col(Outbox.community_id) == community_id,
            OPEN,
            col(Outbox.state) == OutboxState.WAITING,
            col(Outbox.chat_id) < 0,
            col(Outbox.due_at) > now,
            held.exists(),
        )
        .values(due_at=now)
    )
    tx.info[PROMISED] = True
