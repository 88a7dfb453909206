"""What tables say of themselves."""

from bot.store.tables import metadata
from bot.store.tables.base import CAUSE_AT


def test_every_cause_is_forgotten() -> None:
    """A table whose rows can lose their cause says when the act was: Telegram may give its number to another update."""
    keeping = [table for table in metadata.sorted_tables if "cause" in table.c and table.c.cause.nullable]
    assert len(keeping) == 12
    for table in keeping:
        assert table.info.get(CAUSE_AT, "nothing") in table.c.keys(), table.name  # noqa: SIM118  # they are columns
