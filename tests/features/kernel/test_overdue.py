"""What was promised before a backup, and is overdue after the restore."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from bot.store.engine.backup import settle
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.messages.outbox import Terms, promise
from bot.store.messages.payloads import DELETE, EDIT, POST, DeleteMessage, EditCard, PostCard, Say, Tell
from tests.features.scene import shop


async def test_overdue_promises_do_not_burst_out(db: Database) -> None:
    """After a restore, overdue words expire; cards, edits and deletions, true when they leave, and what is due stay."""
    place = await shop(db)
    now = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
    past, future = now - timedelta(hours=5), now + timedelta(hours=5)
    await db.write(promise_all, place.community_id, past, future)
    assert await db.write(settle, now) == 2
    assert await db.write(states) == {
        "past tell": "expired",
        "sending say": "expired",
        f"past {POST}": "waiting",
        f"past {EDIT}": "waiting",
        f"past {DELETE}": "waiting",
        "future tell": "waiting",
    }
    assert await db.write(settle, now) == 0


def promise_all(tx: Tx, community_id: int, past: datetime, future: datetime) -> None:
    """One promise of each kind."""
    tell = Tell("communities.Oops", {}, user_id=1, language="en", whisper=False, can_write=True)
    rows = [("past", payload, past) for payload in (tell, PostCard(1), EditCard(1), DeleteMessage(1))]
    for when, payload, due_at in (*rows, ("future", tell, future), ("sending", Say("communities.Oops", {}), past)):
        terms = Terms(now=past, key=f"{when} {payload.act}", due_at=due_at)
        promise(tx, community_id, -1, payload, terms)
    tx.execute(text("UPDATE outbox SET state = 'sending' WHERE act = 'say'"))


def states(tx: Tx) -> dict[str, str]:
    """Each promise's state."""
    return {row.key: row.state for row in tx.execute(text("SELECT key, state FROM outbox"))}
