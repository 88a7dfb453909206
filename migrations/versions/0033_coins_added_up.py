"""figures: coins by quarters of an hour, and each account's last check-in, as far as transfers are folded

Revision ID: 0033
Revises: 0032
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision: str = "0033"
down_revision: str | None = "0032"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sqlmodel.sql.sqltypes.UTCDateTime
FOLDED = sa.text("checked_in_at IS NOT NULL")


def upgrade() -> None:
    """Add them empty: the clock folds what there is within the first hours."""
    op.add_column("account", sa.Column("checked_in_at", INSTANT(), nullable=True))
    op.create_index(
        "ix_account_checked_in",
        "account",
        ["community_id", "checked_in_at"],
        sqlite_where=FOLDED,
        postgresql_where=FOLDED,
    )
    op.drop_index("ix_member_joined", table_name="member")
    op.create_index("ix_member_joined", "member", ["community_id", "joined_at", "source_id", "left_at"])
    _make_board_index(["community_id", "earned_month", "earned", "member_id"])
    op.create_table(
        "coin_sum",
        sa.Column("community_id", ID, autoincrement=False, nullable=False),
        sa.Column("quarter", INSTANT(), nullable=False),
        sa.Column("issued", sa.BigInteger(), nullable=False),
        sa.Column("spent", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_coin_sum_community_id_community")),
        sa.PrimaryKeyConstraint("community_id", "quarter", name=op.f("pk_coin_sum")),
    )
    op.create_table(
        "coin_fold",
        sa.Column("community_id", ID, autoincrement=False, nullable=False),
        sa.Column("upto", ID, nullable=False),
        sa.Column("seen", ID, nullable=False),
        sa.Column("seen_at", INSTANT(), nullable=False),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_coin_fold_community_id_community")),
        sa.PrimaryKeyConstraint("community_id", name=op.f("pk_coin_fold")),
    )


def _make_board_index(columns: list[str]) -> None:
    op.drop_index("ix_account_board", table_name="account")
    where = sa.text("earned_month IS NOT NULL")
    op.create_index("ix_account_board", "account", columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    """Drop them: reports read each transfer again."""
    op.drop_table("coin_fold")
    op.drop_table("coin_sum")
    op.drop_index("ix_member_joined", table_name="member")
    op.create_index("ix_member_joined", "member", ["community_id", "joined_at"])
    _make_board_index(["community_id", "earned_month", "earned"])
    op.drop_index("ix_account_checked_in", table_name="account")
    with op.batch_alter_table("account") as account:
        account.drop_column("checked_in_at")
