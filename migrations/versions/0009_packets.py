"""red packets, and who won what

Revision ID: 0009
Revises: 0008
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

LIVE = sa.text("state IN ('gathering', 'drawing', 'open')")


def _id(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=nullable)


def upgrade() -> None:
    """Make the tables."""
    op.add_column(
        "community", sa.Column("packets", sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default="staff")
    )
    text, instant = sqlmodel.sql.sqltypes.AutoString, sqlmodel.sql.sqltypes.UTCDateTime
    op.create_table(
        "win",
        _id("member_id"),
        sa.Column("kind", text(), nullable=False),
        _id("subject_id"),
        _id("community_id"),
        sa.Column("at", instant(), nullable=False),
        sa.CheckConstraint("kind IN ('raffle', 'packet')", name=op.f("ck_win_kind")),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_win_community_id_community")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_win_member_id_member")),
        sa.PrimaryKeyConstraint("member_id", "kind", "subject_id", name=op.f("pk_win")),
    )
    op.create_index("ix_win_community_id_at", "win", ["community_id", "at"])

    op.create_table(
        "packet",
        _id("id"),
        _id("community_id"),
        sa.Column("coins", sa.Integer(), nullable=False),
        sa.Column("shares", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("takers", sa.Integer(), nullable=False),
        sa.Column("state", text(), nullable=False),
        sa.Column("draws_at", instant(), nullable=True),
        sa.Column("expires_at", instant(), nullable=False),
        sa.Column("fresh", sa.Integer(), nullable=True),
        _id("giver_id", nullable=True),
        _id("escrow_id"),
        sa.Column("seed", text(), nullable=False),
        sa.Column("frozen", text(), nullable=True),
        sa.Column("opened_by", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", instant(), nullable=False),
        sa.Column("done_at", instant(), nullable=True),
        sa.Column("cause", text(), nullable=True),
        sa.Column("answer", text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('gathering', 'drawing', 'open', 'over', 'expired', 'cancelled')", name=op.f("ck_packet_state")
        ),
        sa.CheckConstraint("taken >= 0 AND taken <= shares", name=op.f("ck_packet_taken_within_shares")),
        sa.CheckConstraint("shares >= 1 AND shares <= coins", name=op.f("ck_packet_a_coin_a_share")),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_packet_community_id_community")),
        sa.ForeignKeyConstraint(["giver_id"], ["member.id"], name=op.f("fk_packet_giver_id_member")),
        sa.ForeignKeyConstraint(["escrow_id"], ["account.id"], name=op.f("fk_packet_escrow_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_packet")),
        sa.UniqueConstraint("community_id", "cause", name=op.f("uq_packet_community_id_cause")),
    )
    op.create_index("ix_packet_live", "packet", ["expires_at"], sqlite_where=LIVE, postgresql_where=LIVE)

    op.create_table(
        "packet_share",
        _id("packet_id"),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("coins", sa.Integer(), nullable=False),
        sa.CheckConstraint("coins >= 1", name=op.f("ck_packet_share_coins_positive")),
        sa.ForeignKeyConstraint(["packet_id"], ["packet.id"], name=op.f("fk_packet_share_packet_id_packet")),
        sa.PrimaryKeyConstraint("packet_id", "nth", name=op.f("pk_packet_share")),
    )

    op.create_table(
        "packet_take",
        _id("member_id"),
        _id("packet_id"),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("seal", text(), nullable=True),
        sa.Column("salt", text(), nullable=True),
        sa.Column("nth", sa.Integer(), nullable=True),
        sa.Column("coins", sa.Integer(), nullable=True),
        sa.Column("balance", sa.Integer(), nullable=True),
        sa.Column("at", instant(), nullable=False),
        sa.Column("cause", text(), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_packet_take_member_id_member")),
        sa.ForeignKeyConstraint(["packet_id"], ["packet.id"], name=op.f("fk_packet_take_packet_id_packet")),
        sa.PrimaryKeyConstraint("member_id", "packet_id", name=op.f("pk_packet_take")),
        sa.UniqueConstraint("packet_id", "nth", name=op.f("uq_packet_take_packet_id_nth")),
        sa.UniqueConstraint("packet_id", "number", name=op.f("uq_packet_take_packet_id_number")),
    )


def downgrade() -> None:
    """Take them down."""
    op.drop_table("packet_take")
    op.drop_table("packet_share")
    op.drop_index("ix_packet_live", table_name="packet")
    op.drop_table("packet")
    op.drop_index("ix_win_community_id_at", table_name="win")
    op.drop_table("win")
    with op.batch_alter_table("community") as batch:
        batch.drop_column("packets")
