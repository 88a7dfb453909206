"""Deeds that tests give members, as the use cases of the domains count them."""

from datetime import UTC, date, datetime, time

from bot.rules.act import Occasion
from bot.rules.notes import Did
from bot.store.engine.sessions import Tx
from bot.store.notes import note


def count(tx: Tx, member_id: int, day: date, did: Did, times: int = 1) -> None:
    """Let a member have done something on a day."""
    note(tx, member_id, did, Occasion(datetime.combine(day, time(3), UTC), day), times=times)
