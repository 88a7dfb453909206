"""figures: what a report counts is found by indexes, and what the digest and the lapse ahead remember

Revision ID: 0032
Revises: 0031
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision: str = "0032"
down_revision: str | None = "0031"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sqlmodel.sql.sqltypes.UTCDateTime


def upgrade() -> None:
    """Add the columns, the table and the indexes."""
    with op.batch_alter_table("community") as community:
        community.add_column(sa.Column("digest_day", sa.Date(), nullable=True))
        community.add_column(sa.Column("digest_off_at", INSTANT(), nullable=True))
    with op.batch_alter_table("airing") as airing:
        airing.add_column(sa.Column("reported_at", INSTANT(), nullable=True))
    op.execute("UPDATE airing SET reported_at = closed_at")
    op.create_table(
        "lapse_ahead",
        sa.Column("community_id", ID, autoincrement=False, nullable=False),
        sa.Column("month", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("coins", sa.BigInteger(), nullable=False),
        sa.Column("counted_at", INSTANT(), nullable=False),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_lapse_ahead_community_id_community")),
        sa.PrimaryKeyConstraint("community_id", name=op.f("pk_lapse_ahead")),
    )
    op.create_index("ix_member_joined", "member", ["community_id", "joined_at"])
    _make_partial("ix_member_left", "member", ["community_id", "left_at"], "left_at IS NOT NULL")
    op.create_index("ix_coupon_claimed", "coupon", ["community_id", "claimed_at"])
    _make_partial("ix_coupon_redeemed", "coupon", ["community_id", "redeemed_at"], "redeemed_at IS NOT NULL")
    _make_partial("ix_transfer_spent", "transfer", ["community_id", "made_at"], "(earned_at IS NULL) IS TRUE")
    _make_partial("ix_airing_closed", "airing", ["closed_at"], "closed_at IS NOT NULL")
    op.create_index("ix_invitation_joined", "invitation", ["community_id", "joined_at"])


def _make_partial(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def downgrade() -> None:
    """Drop them: every figure is counted from the rows."""
    for name, table in (
        ("ix_invitation_joined", "invitation"),
        ("ix_airing_closed", "airing"),
        ("ix_transfer_spent", "transfer"),
        ("ix_coupon_redeemed", "coupon"),
        ("ix_coupon_claimed", "coupon"),
        ("ix_member_left", "member"),
        ("ix_member_joined", "member"),
    ):
        op.drop_index(name, table_name=table)
    op.drop_table("lapse_ahead")
    with op.batch_alter_table("airing") as airing:
        airing.drop_column("reported_at")
    with op.batch_alter_table("community") as community:
        community.drop_column("digest_off_at")
        community.drop_column("digest_day")
