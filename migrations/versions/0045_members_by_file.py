"""members that come in by file, and what owners export

Revision ID: 0045
Revises: 0041
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0045"
down_revision: str | None = "0044"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sqlmodel.sql.sqltypes.UTCDateTime
TEXT = sqlmodel.sql.sqltypes.AutoString
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
DEEDS = ("checkin", "message", "stream", "redeem", "order", "friend", "answer", "feedback")
IMPORT_STATES = ("taking", "done", "returning", "returned")
LINE_STATES = ("waiting", "come", "asked", "given", "refused", "dropped", "expired", "returned")
PARTLY = {
    "ix_moved_line_waits": (["community_id", "id"], "until IS NOT NULL"),
    "ix_moved_line_until": (["until"], "until IS NOT NULL"),
    "ix_moved_line_user": (["user_id", "community_id"], "user_id IS NOT NULL"),
    "ix_moved_line_username": (["username", "community_id"], "username IS NOT NULL"),
    "ix_moved_line_come": (["community_id", "id"], "state = 'come'"),
}


def upgrade() -> None:
    """Add the tables empty; what a file brings along counts for the tier."""
    with op.batch_alter_table("tier_pending") as pending:
        pending.drop_constraint(op.f("ck_tier_pending_kind"), type_="check")
        pending.create_check_constraint(op.f("ck_tier_pending_kind"), _one_of("kind", (*DEEDS, "brought")))
    op.create_table(
        "member_import",
        sa.Column("id", ID, nullable=False),
        sa.Column("community_id", ID, nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("at", INSTANT(), nullable=False),
        sa.Column("cause", TEXT(), nullable=False),
        sa.Column("state", TEXT(), nullable=False),
        sa.CheckConstraint(_one_of("state", IMPORT_STATES), name=op.f("ck_member_import_state")),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_member_import_community_id_community")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_import")),
        sa.UniqueConstraint("community_id", "cause", name=op.f("uq_member_import_community_id_cause")),
    )
    returning = sa.text("state = 'returning'")
    op.create_index(
        "ix_member_import_returning", "member_import", ["id"], sqlite_where=returning, postgresql_where=returning
    )
    _create_lines()
    op.create_table(
        "export",
        sa.Column("id", ID, nullable=False),
        sa.Column("community_id", ID, nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("at", INSTANT(), nullable=False),
        sa.Column("cause", TEXT(), nullable=False),
        sa.Column("kind", TEXT(), nullable=False),
        sa.Column("format", TEXT(), nullable=False),
        sa.Column("segment", TEXT(), nullable=False),
        sa.Column("language", TEXT(), nullable=False),
        sa.CheckConstraint(_one_of("kind", ("fans", "orders", "coins", "posts")), name=op.f("ck_export_kind")),
        sa.CheckConstraint(_one_of("format", ("xlsx", "csv")), name=op.f("ck_export_format")),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_export_community_id_community")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export")),
        sa.UniqueConstraint("community_id", "cause", name=op.f("uq_export_community_id_cause")),
    )


def _create_lines() -> None:
    op.create_table(
        "moved_line",
        sa.Column("id", ID, nullable=False),
        sa.Column("import_id", ID, nullable=False),
        sa.Column("community_id", ID, nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("username", TEXT(), nullable=True),
        sa.Column("name", TEXT(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("joined_at", INSTANT(), nullable=True),
        sa.Column("tags", JSON, nullable=False),
        sa.Column("tier", TEXT(), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("state", TEXT(), nullable=False),
        sa.Column("until", INSTANT(), nullable=True),
        sa.Column("member_id", ID, nullable=True),
        sa.Column("given_at", INSTANT(), nullable=True),
        sa.Column("before", JSON, nullable=True),
        sa.Column("returned", sa.Integer(), nullable=False),
        sa.CheckConstraint(_one_of("state", LINE_STATES), name=op.f("ck_moved_line_state")),
        sa.CheckConstraint(_one_of("tier", ("new", "fan", "loyal", "core")), name=op.f("ck_moved_line_tier")),
        sa.CheckConstraint("points >= 0", name=op.f("ck_moved_line_points_not_negative")),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_moved_line_community_id_community")),
        sa.ForeignKeyConstraint(
            ["import_id"], ["member_import.id"], name=op.f("fk_moved_line_import_id_member_import")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_moved_line_member_id_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moved_line")),
        sa.UniqueConstraint("import_id", "line", name=op.f("uq_moved_line_import_id_line")),
    )
    for name, (columns, where) in PARTLY.items():
        some = sa.text(where)
        op.create_index(name, "moved_line", columns, sqlite_where=some, postgresql_where=some)
    op.create_index("ix_moved_line_member", "moved_line", ["member_id"])


def downgrade() -> None:
    """Drop them. What a file brought to tiers is forgotten, as the version before doesn't know it."""
    op.drop_table("export")
    op.drop_table("moved_line")
    op.drop_table("member_import")
    op.execute("DELETE FROM activity WHERE kind = 'brought'")
    op.execute("DELETE FROM tier_pending WHERE kind = 'brought'")
    with op.batch_alter_table("tier_pending") as pending:
        pending.drop_constraint(op.f("ck_tier_pending_kind"), type_="check")
        pending.create_check_constraint(op.f("ck_tier_pending_kind"), _one_of("kind", DEEDS))


def _one_of(column: str, values: Sequence[str]) -> str:
    listed = ", ".join(f"'{value}'" for value in values)
    return f"{column} IN ({listed})"
