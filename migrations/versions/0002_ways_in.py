"""ways in, presence, dialogues, being forgotten

Revision ID: 0002
Revises: 0001
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "source",
        sa.Column("id", ID, nullable=False),
        sa.Column("community_id", ID, nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("name_key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("token", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("cost", sa.Integer(), nullable=True),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_source_community_id_community")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source")),
        sa.UniqueConstraint("community_id", "name_key", name=op.f("uq_source_community_id_name_key")),
        sa.UniqueConstraint("token", name=op.f("uq_source_token")),
    )

    op.create_table(
        "source_link",
        sa.Column("source_id", ID, autoincrement=False, nullable=False),
        sa.Column("chat_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("url", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_source_link_source_id_source")),
        sa.PrimaryKeyConstraint("source_id", "chat_id", name=op.f("pk_source_link")),
        sa.UniqueConstraint("url", name=op.f("uq_source_link_url")),
    )

    op.create_table(
        "first_touch",
        sa.Column("community_id", ID, autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("source_id", ID, nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_first_touch_community_id_community")),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_first_touch_source_id_source")),
        sa.PrimaryKeyConstraint("community_id", "user_id", name=op.f("pk_first_touch")),
    )

    op.create_table(
        "presence",
        sa.Column("member_id", ID, autoincrement=False, nullable=False),
        sa.Column("chat_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("joined_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("left_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_presence_member_id_member")),
        sa.PrimaryKeyConstraint("member_id", "chat_id", name=op.f("pk_presence")),
    )

    op.create_table(
        "forgotten",
        sa.Column("community_id", ID, autoincrement=False, nullable=False),
        sa.Column("fingerprint", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_forgotten_community_id_community")),
        sa.PrimaryKeyConstraint("community_id", "fingerprint", name=op.f("pk_forgotten")),
    )

    op.create_table(
        "dialogue",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("community_id", ID, nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("step", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("filled", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("updated_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_dialogue_community_id_community")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_dialogue")),
    )

    op.add_column("fan_group", sa.Column("is_channel", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column(
        "community", sa.Column("salt", sqlmodel.sql.sqltypes.AutoString(), server_default="-", nullable=False)
    )
    postgres = op.get_bind().dialect.name == "postgresql"
    random_hex = (
        "md5(random()::text || clock_timestamp()::text || id::text)" if postgres else "lower(hex(randomblob(16)))"
    )
    op.execute(f"UPDATE community SET salt = {random_hex}")  # noqa: S608
    with op.batch_alter_table("member", schema=None) as batch_op:
        batch_op.add_column(sa.Column("source_id", ID, nullable=True))
        batch_op.add_column(sa.Column("hidden", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("reminders", sa.Boolean(), server_default=sa.true(), nullable=False))
        batch_op.add_column(sa.Column("back_since", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_member_source_id_source"), "source", ["source_id"], ["id"])


def downgrade() -> None:
    """Take them down."""
    with op.batch_alter_table("member", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_member_source_id_source"), type_="foreignkey")
        for name in ("back_since", "reminders", "hidden", "source_id"):
            batch_op.drop_column(name)
    op.drop_column("community", "salt")
    op.drop_column("fan_group", "is_channel")
    op.drop_table("dialogue")
    op.drop_table("forgotten")
    op.drop_table("presence")
    op.drop_table("first_touch")
    op.drop_table("source_link")
    op.drop_table("source")
