"""files that staff handed in wait for answers

Revision ID: 0028
Revises: 0027
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0028"
down_revision: str | None = "0027"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
TEXT = sqlmodel.sql.sqltypes.AutoString
INSTANT = sqlmodel.sql.sqltypes.UTCDateTime


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "file_import",
        sa.Column("id", ID, nullable=False),
        sa.Column("community_id", ID, nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("album", TEXT(), nullable=True),
        sa.Column("kind", TEXT(), nullable=False),
        sa.Column("rest", TEXT(), nullable=False),
        sa.Column("files", JSON, nullable=False),
        sa.Column("answers", JSON, nullable=False),
        sa.Column("fresh", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("asked", JSON, nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("state", TEXT(), nullable=False),
        sa.Column("made_at", INSTANT(), nullable=False),
        sa.Column("cause", TEXT(), nullable=False),
        sa.Column("done_cause", TEXT(), nullable=True),
        sa.Column("done_by", sa.BigInteger(), nullable=True),
        sa.Column("done_at", INSTANT(), nullable=True),
        sa.Column("outcome", JSON, nullable=True),
        sa.CheckConstraint("state IN ('open', 'doing', 'done', 'cancelled')", name=op.f("ck_file_import_state")),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_file_import_community_id_community")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_import")),
        sa.UniqueConstraint("community_id", "cause", name=op.f("uq_file_import_community_id_cause")),
        sa.UniqueConstraint("community_id", "done_cause", name=op.f("uq_file_import_community_id_done_cause")),
    )
    op.create_index("ix_file_import_album", "file_import", ["chat_id", "album"])
    op.create_table(
        "album_file",
        sa.Column("chat_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("message_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("community_id", ID, nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("album", TEXT(), nullable=False),
        sa.Column("file", JSON, nullable=False),
        sa.Column("seen_at", INSTANT(), nullable=False),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_album_file_community_id_community")),
        sa.PrimaryKeyConstraint("chat_id", "message_id", name=op.f("pk_album_file")),
    )
    op.create_index("ix_album_file_album", "album_file", ["chat_id", "album"])
    op.create_table(
        "sheet_shape",
        sa.Column("community_id", ID, autoincrement=False, nullable=False),
        sa.Column("kind", TEXT(), nullable=False),
        sa.Column("shape", TEXT(), nullable=False),
        sa.Column("answers", JSON, nullable=False),
        sa.Column("updated_at", INSTANT(), nullable=False),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_sheet_shape_community_id_community")),
        sa.PrimaryKeyConstraint("community_id", "kind", "shape", name=op.f("pk_sheet_shape")),
    )


def downgrade() -> None:
    """Drop them with what they hold: files are handed in again."""
    for name in ("sheet_shape", "album_file", "file_import"):
        op.drop_table(name)
