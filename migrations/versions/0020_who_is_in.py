"""who is in

Revision ID: 0020
Revises: 0019
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Remember who is banned, and about whom Telegram is to be asked. Who is a member now counts as in."""
    with op.batch_alter_table("member") as member:
        member.add_column(sa.Column("banned_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        member.add_column(sa.Column("look_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        member.create_check_constraint(op.f("ck_member_banned_is_out"), "banned_at IS NULL OR left_at IS NOT NULL")
        member.create_index(
            "ix_member_look_at",
            ["look_at"],
            sqlite_where=sa.text("look_at IS NOT NULL"),
            postgresql_where=sa.text("look_at IS NOT NULL"),
        )


def downgrade() -> None:
    """Forget both; who was banned has left."""
    with op.batch_alter_table("member") as member:
        member.drop_index(
            "ix_member_look_at",
            sqlite_where=sa.text("look_at IS NOT NULL"),
            postgresql_where=sa.text("look_at IS NOT NULL"),
        )
        member.drop_constraint(op.f("ck_member_banned_is_out"), type_="check")
        member.drop_column("look_at")
        member.drop_column("banned_at")
