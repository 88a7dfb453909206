"""notes of staff on fans, how often each fan visits, and lines that buttons belong to

Revision ID: 0042
Revises: 0041
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision: str = "0042"
down_revision: str | None = "0041"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sqlmodel.sql.sqltypes.UTCDateTime
TEXT = sqlmodel.sql.sqltypes.AutoString


def _shop(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_community_id_community")
    return sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=name)


def _member(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f(f"fk_{table}_member_id_member"))


def upgrade() -> None:
    """Add the tables empty. The clock fills the one of visits."""
    op.create_table(
        "fan_note",
        sa.Column("id", ID, nullable=False),
        sa.Column("community_id", ID, nullable=False),
        sa.Column("member_id", ID, nullable=False),
        sa.Column("text", TEXT(), nullable=False),
        sa.Column("by", sa.BigInteger(), nullable=False),
        sa.Column("at", INSTANT(), nullable=False),
        sa.Column("gone_at", INSTANT(), nullable=True),
        _shop("fan_note"),
        _member("fan_note"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fan_note")),
    )
    op.create_index("ix_fan_note_member_id", "fan_note", ["member_id", "id"])
    gone = sa.text("gone_at IS NOT NULL")
    op.create_index("ix_fan_note_gone", "fan_note", ["gone_at"], sqlite_where=gone, postgresql_where=gone)
    op.create_table(
        "visit_rhythm",
        sa.Column("member_id", ID, autoincrement=False, nullable=False),
        sa.Column("community_id", ID, nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("every", sa.Integer(), nullable=False),
        sa.Column("slips_on", sa.Date(), nullable=False),
        sa.Column("gone_on", sa.Date(), nullable=False),
        _shop("visit_rhythm"),
        _member("visit_rhythm"),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_visit_rhythm")),
    )
    op.create_index("ix_visit_rhythm_slips_on", "visit_rhythm", ["community_id", "slips_on"])
    op.create_table(
        "written_line",
        sa.Column("id", ID, nullable=False),
        sa.Column("community_id", ID, nullable=False),
        sa.Column("kind", TEXT(), nullable=False),
        sa.Column("line", TEXT(), nullable=False),
        sa.Column("at", INSTANT(), nullable=False),
        _shop("written_line"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_written_line")),
        sa.UniqueConstraint("community_id", "kind", "line", name=op.f("uq_written_line_community_id_kind_line")),
    )
    op.create_index("ix_written_line_at", "written_line", ["at"])


def downgrade() -> None:
    """Drop them."""
    for table in ("written_line", "visit_rhythm", "fan_note"):
        op.drop_table(table)
