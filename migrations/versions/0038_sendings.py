"""sendings: how far an edit or a deletion is, and indexes for many messages that are due at once

Revision ID: 0038
Revises: 0037
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0038"
down_revision: str | None = "0037"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sqlmodel.sql.sqltypes.UTCDateTime
TEXT = sqlmodel.sql.sqltypes.AutoString
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
WAITING = sa.text("state = 'waiting'")
CHANGING = sa.text("change_after IS NOT NULL")
POSTS = sa.text("kind = 'post'")


def upgrade() -> None:
    """Add the columns empty: nothing was sent before."""
    op.add_column("sending", sa.Column("left_out", JSON, server_default="{}", nullable=False))
    op.add_column("sending", sa.Column("change", TEXT(), nullable=True))
    op.add_column("sending", sa.Column("changed_at", INSTANT(), nullable=True))
    op.add_column("sending", sa.Column("change_after", sa.BigInteger(), nullable=True))
    op.add_column("post_copy", sa.Column("pinned_at", INSTANT(), nullable=True))
    op.add_column("post_copy", sa.Column("verdict_id", ID, nullable=True))
    op.create_index(
        "ix_sending_changing", "sending", ["change_after"], sqlite_where=CHANGING, postgresql_where=CHANGING
    )
    op.create_index("ix_outbox_lane", "outbox", ["lane", "due_at"], sqlite_where=WAITING, postgresql_where=WAITING)
    op.create_index("ix_verdict_posts", "verdict", ["subject_id"], sqlite_where=POSTS, postgresql_where=POSTS)


def downgrade() -> None:
    """Forget how far a change is."""
    op.drop_index("ix_verdict_posts", table_name="verdict")
    op.drop_index("ix_outbox_lane", table_name="outbox")
    op.drop_index("ix_sending_changing", table_name="sending")
    with op.batch_alter_table("post_copy") as copies:
        copies.drop_column("verdict_id")
        copies.drop_column("pinned_at")
    with op.batch_alter_table("sending") as sendings:
        for name in ("change_after", "changed_at", "change", "left_out"):
            sendings.drop_column(name)
