"""Each promised message that nobody asked for has one verdict: looked at when a test is over."""

from collections import Counter
from contextlib import suppress

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.store.messages.payloads import DamagedError, read_payload
from bot.store.tables import Outbox
from bot.store.verdicts import is_unasked, kind_in


def without_verdict(session: Session) -> list[str]:
    """What is wrong: kinds of rows that should have a verdict and don't, or whose verdict is another row's too."""
    wrong: list[str] = []
    shared: Counter[int] = Counter()
    rows = session.execute(
        select(col(Outbox.act), col(Outbox.facts), col(Outbox.verdict_id), col(Outbox.sent_at)).order_by(col(Outbox.id))
    )
    for act, facts, verdict_id, sent_at in rows:
        if verdict_id is not None:
            shared[verdict_id] += 1
            continue
        with suppress(DamagedError):  # a test damaged it
            kind = kind_in(session, read_payload(act, facts)) if facts else None
            # What was told once keeps its key and nothing else. A card that is gone has no kind any more.
            if kind is not None and is_unasked(kind[0]) and sent_at is None:
                wrong.append(kind[0])
    return wrong + [f"verdict {verdict_id} of {count} rows" for verdict_id, count in shared.items() if count > 1]
