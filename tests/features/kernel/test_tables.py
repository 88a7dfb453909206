"""What tables say of themselves, and how instants come back from them."""

from datetime import datetime, timedelta

from sqlmodel import select

from bot.store.engine.db import Database
from bot.store.members import standing
from bot.store.tables import Member, metadata
from bot.store.tables.base import CAUSE_AT
from tests.features.scene import fan, shop


def test_every_cause_is_forgotten() -> None:
    """A table whose rows can lose their cause says when the act was: Telegram may give its number to another update."""
    keeping = [table for table in metadata.sorted_tables if "cause" in table.c and table.c.cause.nullable]
    assert len(keeping) == 15
    for table in keeping:
        assert table.info.get(CAUSE_AT, "nothing") in table.c.keys(), table.name  # noqa: SIM118  # they are columns


async def test_instants_come_back_aware_and_in_utc(db: Database) -> None:
    """Both databases keep an instant to the microsecond, whatever zone it was given in."""
    at = datetime.fromisoformat("2026-11-02T12:00:00.000001+09:00")
    place = await shop(db)
    await db.write(standing, place.community_id, fan(1), at)
    joined = await db.read(lambda rx: rx.execute(select(Member.joined_at)).scalar_one())
    assert joined == at
    assert joined.utcoffset() == timedelta(0)
