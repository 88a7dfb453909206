"""the week: slots by cron expression, postings that are planned ahead

Revision ID: 0039
Revises: 0038
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0039"
down_revision: str | None = "0038"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sqlmodel.sql.sqltypes.UTCDateTime
TEXT = sqlmodel.sql.sqltypes.AutoString
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
IS_MORNING = sa.text("kind = 'morning'")
KINDS = ("morning", "post", "activity")
STATES = ("planned", "posted", "skipped", "expired")
STATES_BEFORE = ("posted", "skipped")
REASONS = {
    "the shop wasn't here yet": "too_late",
    "too late in the day": "too_late",
    "in no group": "no_room",
}
"""Reasons as sentences of before, and what they are called now."""
SENTENCES = {"too_late": "too late in the day", "no_room": "in no group"}


def upgrade() -> None:
    """Give slots a cron line and postings their wall clock's time; each shop gets a week."""
    op.add_column("week", sa.Column("plan_at", INSTANT(), nullable=True))
    op.create_index("ix_week_plan_at", "week", ["plan_at"])
    _slots_up()
    _postings_up()
    op.execute(
        "INSERT INTO week (community_id, seed, days_off, plan_at) "
        "SELECT id, id, '[]', made_at FROM community WHERE id NOT IN (SELECT community_id FROM week)"
    )


def _slots_up() -> None:
    with op.batch_alter_table("slot") as slot:
        slot.add_column(sa.Column("cron", TEXT(), nullable=True))
        slot.add_column(sa.Column("pillar", TEXT(), nullable=True))
        slot.add_column(sa.Column("command", TEXT(), nullable=True))
        slot.add_column(sa.Column("since", INSTANT(), nullable=True))
        slot.drop_constraint(op.f("uq_slot_community_id_kind"), type_="unique")
    bind = op.get_bind()
    for row in bind.execute(sa.text("SELECT id, at, weekdays, active FROM slot")).all():
        hour, minute = row.at.split(":")
        days = ",".join(str(int(digit) % 7) for digit in row.weekdays)
        weekdays = "*" if len(row.weekdays) in {0, 7} else days
        values = {
            "cron": f"{int(minute)} {int(hour)} * * {weekdays}",
            "active": bool(row.active and row.weekdays),
            "id": row.id,
        }
        bind.execute(sa.text("UPDATE slot SET cron = :cron, active = :active WHERE id = :id"), values)
    op.execute("UPDATE slot SET since = (SELECT made_at FROM community WHERE community.id = slot.community_id)")
    with op.batch_alter_table("slot") as slot:
        slot.alter_column("cron", existing_type=TEXT(), nullable=False)
        slot.alter_column("since", existing_type=INSTANT(), nullable=False)
        slot.drop_column("at")
        slot.drop_column("weekdays")
        slot.drop_constraint(op.f("ck_slot_kind"), type_="check")
        slot.create_check_constraint(op.f("ck_slot_kind"), _one_of("kind", KINDS))
    op.create_index("ix_slot_community_id", "slot", ["community_id"])
    _make_morning_index("uq_slot_morning", "slot", ["community_id"])


def _postings_up() -> None:
    with op.batch_alter_table("posting") as posting:
        posting.add_column(sa.Column("wall", TEXT(), nullable=True))
        posting.add_column(sa.Column("moved_to", TEXT(), nullable=True))
        posting.add_column(sa.Column("post_id", ID, nullable=True))
        posting.add_column(sa.Column("pillar", TEXT(), nullable=True))
        posting.add_column(sa.Column("pinned", sa.Boolean(), server_default=sa.false(), nullable=False))
        posting.add_column(sa.Column("details", JSON, nullable=True))
        posting.drop_constraint(op.f("uq_posting_slot_id_day"), type_="unique")
        posting.drop_constraint(op.f("uq_posting_community_id_kind_day"), type_="unique")
    bind = op.get_bind()
    rows = sa.text("SELECT posting.id, posting.day, slot.cron FROM posting JOIN slot ON slot.id = posting.slot_id")
    for row in bind.execute(rows).all():
        minute, hour = row.cron.split()[:2]
        wall = f"{str(row.day)[:10]}T{int(hour):02d}:{int(minute):02d}"
        bind.execute(sa.text("UPDATE posting SET wall = :wall WHERE id = :id"), {"wall": wall, "id": row.id})
    for sentence, reason in REASONS.items():
        bind.execute(
            sa.text("UPDATE posting SET reason = :reason WHERE reason = :sentence"),
            {"reason": reason, "sentence": sentence},
        )
    op.execute("UPDATE posting SET details = '{}'")
    with op.batch_alter_table("posting") as posting:
        posting.alter_column("wall", existing_type=TEXT(), nullable=False)
        posting.alter_column("details", existing_type=JSON, nullable=False)
        posting.alter_column("pinned", existing_type=sa.Boolean(), server_default=None)
        posting.create_unique_constraint(op.f("uq_posting_slot_id_wall"), ["slot_id", "wall"])
        posting.drop_constraint(op.f("ck_posting_kind"), type_="check")
        posting.drop_constraint(op.f("ck_posting_state"), type_="check")
        posting.create_check_constraint(op.f("ck_posting_kind"), _one_of("kind", KINDS))
        posting.create_check_constraint(op.f("ck_posting_state"), _one_of("state", STATES))
    op.create_index("ix_posting_state_due_at", "posting", ["state", "due_at"])
    op.create_index("ix_posting_community_id_due_at", "posting", ["community_id", "due_at"])
    op.create_index("ix_posting_community_id_state_due_at", "posting", ["community_id", "state", "due_at"])
    _make_morning_index("uq_posting_morning", "posting", ["community_id", "day"])


def _make_morning_index(name: str, table: str, columns: list[str]) -> None:
    op.create_index(name, table, columns, unique=True, sqlite_where=IS_MORNING, postgresql_where=IS_MORNING)


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def downgrade() -> None:
    """Back to one morning slot a shop: other slots, their postings and what is planned go."""
    op.execute("DELETE FROM posting WHERE kind <> 'morning' OR state = 'planned'")
    op.execute("UPDATE posting SET state = 'skipped' WHERE state = 'expired'")
    op.execute("DELETE FROM slot WHERE kind <> 'morning'")
    _postings_down()
    _slots_down()
    op.drop_index("ix_week_plan_at", table_name="week")
    with op.batch_alter_table("week") as week:
        week.drop_column("plan_at")


def _postings_down() -> None:
    for name in ("uq_posting_morning", "ix_posting_state_due_at"):
        op.drop_index(name, table_name="posting")
    for name in ("ix_posting_community_id_due_at", "ix_posting_community_id_state_due_at"):
        op.drop_index(name, table_name="posting")
    bind = op.get_bind()
    for reason, sentence in SENTENCES.items():
        bind.execute(
            sa.text("UPDATE posting SET reason = :sentence WHERE reason = :reason"),
            {"reason": reason, "sentence": sentence},
        )
    with op.batch_alter_table("posting") as posting:
        posting.drop_constraint(op.f("uq_posting_slot_id_wall"), type_="unique")
        posting.drop_constraint(op.f("ck_posting_kind"), type_="check")
        posting.drop_constraint(op.f("ck_posting_state"), type_="check")
        posting.create_check_constraint(op.f("ck_posting_kind"), "kind IN ('morning')")
        posting.create_check_constraint(op.f("ck_posting_state"), _one_of("state", STATES_BEFORE))
        posting.create_unique_constraint(op.f("uq_posting_community_id_kind_day"), ["community_id", "kind", "day"])
        posting.create_unique_constraint(op.f("uq_posting_slot_id_day"), ["slot_id", "day"])
        for column in ("wall", "moved_to", "post_id", "pillar", "pinned", "details"):
            posting.drop_column(column)


def _slots_down() -> None:
    for name in ("uq_slot_morning", "ix_slot_community_id"):
        op.drop_index(name, table_name="slot")
    with op.batch_alter_table("slot") as slot:
        slot.add_column(sa.Column("at", TEXT(), nullable=True))
        slot.add_column(sa.Column("weekdays", TEXT(), nullable=True))
        slot.drop_constraint(op.f("ck_slot_kind"), type_="check")
        slot.create_check_constraint(op.f("ck_slot_kind"), "kind IN ('morning')")
        slot.create_unique_constraint(op.f("uq_slot_community_id_kind"), ["community_id", "kind"])
    bind = op.get_bind()
    for row in bind.execute(sa.text("SELECT id, cron FROM slot")).all():
        minute, hour, _day, _month, weekdays = row.cron.split()
        digits = "".join(sorted(str(int(one) or 7) for one in weekdays.split(","))) if weekdays != "*" else "1234567"
        values = {"at": f"{int(hour):02d}:{int(minute):02d}", "weekdays": digits, "id": row.id}
        bind.execute(sa.text("UPDATE slot SET at = :at, weekdays = :weekdays WHERE id = :id"), values)
    with op.batch_alter_table("slot") as slot:
        slot.alter_column("at", existing_type=TEXT(), nullable=False)
        slot.alter_column("weekdays", existing_type=TEXT(), nullable=False)
        for column in ("cron", "pillar", "command", "since"):
            slot.drop_column(column)
