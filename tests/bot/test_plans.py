"""No statement walks over rows that grow with members or with time: each one's plan on a filled database."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from benchmarks.filled import fill
from bot.store.engine.db import Database
from bot.store.engine.hot import Cursor, Hot
from bot.store.engine.schema import migrate
from bot.store.tables import metadata
from tests.bot.conftest import Play
from tests.who_may import who_may

MEMBERS = 2_000
LEAST = 400
"""Different statements that are played at least."""
SMALL = frozenset(
    {
        *(
            "community",
            "fan_group",
            "source",
            "source_link",
            "order_hook",
            "denied",
            "staff_role",
            "refused_room",
            "slot",
        ),
        *("stream", "airing", "reminder_round", "campaign", "code_batch", "item", "raffle", "raffle_naming"),
        *("raffle_redraw", "packet", "gift_offer", "heart_goal", "lapse_round", "card"),
        *("inbox", "set_aside", "dialogue", "forgotten", "alembic_version", "file_import", "album_file", "coin_fold"),
        "export",
        *("tier_pending", "room_activity", "attention_bounds", "week", "rest", "wear_round"),
        *("post", "staff_role", "tag_rule", "welcome_question"),
    }
)
"""Tables that stay small: what staff make by hand, what is deleted once it is handled, rows for rooms and deletions.

`tier_pending` is emptied within seconds; `room_activity` has a row for each room and day of three months, `rest` one
for each room and kind of message, `wear_round` one for each shop. `export` has what owners asked for within a week."""
FEW_ROWS = (
    *("uq_account_one_of_a_kind", "uq_outbox_waiting_fold", "ix_outbox_open", "ix_held_waiting"),
    *(
        "ix_raffle_entry_unreturned",
        "ix_tier_rise_untold",
        "ix_tier_rise_unthanked",
        "ix_order_claim_open",
        "ix_order_claim_made",
    ),
    *("ix_moved_line_waits", "ix_moved_line_come", "ix_member_import_returning"),
    *("ix_member_here", "ix_gift_community_id", "ix_invitation_community_id", "ix_invitation_joined"),
)
"""Indexes that may be walked: of the few rows that wait for something, or counted without their tables."""
REASONS = {
    "SELECT CAST(": "the look for damaged rows reads everything, once a day, and not on the writer",
    "SELECT sum(coalesce(anon_1.coins": "the books are added up once a day, and not on the writer",
    "SELECT account.id FROM account LEFT OUTER JOIN": "the books, as above",
    "SELECT count(transfer.id)": "the books, as above",
    "SELECT user_id FROM person WHERE community_id = 1": "a question of the test's own",
    "SELECT note.id, note.at FROM note ORDER BY note.id LIMIT": "the oldest by their numbers: it ends at its limit",
    "SELECT shown.id, shown.at FROM shown ORDER BY shown.id LIMIT": "as above",
    "SELECT verdict.id, verdict.made_at FROM verdict ORDER BY verdict.id LIMIT": "as above",
    "SELECT coalesce(sum(account.balance)": "what fans hold is added up on a reader: 6 ms for 100,000",
    "SELECT min(fan_tag.tag)": "a shop's tags are counted on a reader when staff look: 30 ms for 30,000",
    "DELETE FROM outbox WHERE outbox.community_id = ? AND outbox.state !=": "the deletion of a person's data",
    "UPDATE presence SET left_at": "the bot was removed from a room: everybody who was there is touched",
}
"""How a statement begins that may walk, and why."""
_WHOLE_SHOP = re.compile(r"^SEARCH (\w+?)(?:_\d+)? USING .*\(community_id=\?\)$")
"""A search by the shop alone is a walk over all that the shop has."""
_SCAN = re.compile(r"^SCAN (\w+?)(?:_\d+)?(?: |$)")


class _Noting:
    """A driver's cursor that notes what it is given."""

    def __init__(self, cursor: Cursor, found: dict[str, Any]) -> None:
        self._cursor = cursor
        self._found = found
        self.description = cursor.description

    @property
    def rowcount(self) -> int:
        """Rows that the last statement touched."""
        return self._cursor.rowcount

    def execute(self, sql: str, parameters: Any = (), /) -> Any:
        """Note one statement, and run it."""
        self._found[sql] = parameters
        return self._cursor.execute(sql, parameters)

    def executemany(self, sql: str, parameters: Any, /) -> Any:
        """Note one statement with its first values, and run it with all of them."""
        self._found[sql] = parameters[0]
        return self._cursor.executemany(sql, parameters)

    def fetchall(self) -> list[Any]:
        """All rows of the result."""
        return self._cursor.fetchall()


@contextmanager
def recorded() -> Iterator[dict[str, Any]]:
    """Every statement that SQLite is given in this block, each with the values that it had last."""
    found: dict[str, Any] = {}

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, _context: Any, many: bool) -> None:
        # Rows whose ids come back are inserted one by one, though they are meant as many.
        found[statement] = values[0] if many and isinstance(values[0], tuple) else values

    run, run_many = Hot._execute, Hot.touched_by_many

    def noted(self: Hot, cursor: Cursor, dialect: Any, parameters: dict[str, Any]) -> Any:
        return run(self, _Noting(cursor, found), dialect, parameters)

    def noted_many(self: Hot, cursor: Cursor, dialect: Any, parameters: Any) -> Any:
        return run_many(self, _Noting(cursor, found), dialect, parameters)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Hot, "_execute", noted)
            patch.setattr(Hot, "touched_by_many", noted_many)
            yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def scans(connection: sqlite3.Connection, statement: str, values: Any) -> list[str]:
    """What of a statement's plan walks over a table that grows."""
    plan = connection.execute(f"EXPLAIN QUERY PLAN {statement}", values).fetchall()
    grows = {table.name for table in metadata.sorted_tables} - SMALL
    aliases = dict(re.findall(r"\b(\w+) AS (\w+)\b", statement))
    named = {alias: table for table, alias in aliases.items()}
    found = []
    for *_, step in plan:
        scan = _SCAN.match(step) or _WHOLE_SHOP.match(step)
        if (
            scan is not None
            and not any(f" {index}" in step for index in FEW_ROWS)
            and named.get(scan.group(1), scan.group(1)) in grows
        ):
            found.append(step)
    return found


async def test_no_statement_walks_over_what_grows(play_sqlite: Play, tmp_path: Path) -> None:
    """Everything that anybody can say or press, the clock's work and the night's: each row is found by an index."""
    with recorded() as statements:
        await who_may(play_sqlite)
    url = f"sqlite:///{tmp_path / 'filled.db'}"
    await migrate(url)
    async with Database.open(url) as db:
        await fill(db, MEMBERS)
    with closing(sqlite3.connect(tmp_path / "filled.db")) as connection:
        walking = {
            statement: steps
            for statement, values in ((" ".join(sql.split()), values) for sql, values in statements.items())
            if statement.upper().startswith(("SELECT", "INSERT", "UPDATE", "DELETE", "WITH"))
            and not statement.startswith(tuple(REASONS))
            and (steps := scans(connection, statement, values))
        }
    assert len(statements) > LEAST, "too little was played"
    assert not walking, "\n".join(f"{steps} {statement}" for statement, steps in walking.items())
