"""raffles

Revision ID: 0013
Revises: 0012
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")
STRING = sqlmodel.sql.sqltypes.AutoString()
INSTANT = sqlmodel.sql.sqltypes.UTCDateTime()
JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql")
UNFINISHED = sa.text("state IN ('open', 'closed', 'listed', 'sealed')")
UNRETURNED = sa.text("paid > 0 AND NOT returned")


def upgrade() -> None:
    """Make the tables."""
    op.add_column("community", sa.Column("raffles_made", sa.Integer(), server_default="0", nullable=False))
    op.create_table(
        "raffle",
        sa.Column("id", ID, nullable=False),
        sa.Column("community_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("prize", STRING, nullable=False),
        sa.Column("value", STRING, nullable=True),
        sa.Column("winners", sa.Integer(), nullable=False),
        sa.Column("reserves", sa.Integer(), nullable=False),
        sa.Column("ticket", sa.Integer(), nullable=False),
        sa.Column("tier", STRING, nullable=False),
        sa.Column("needs", JSON, nullable=False),
        sa.Column("airing_id", ID, nullable=True),
        sa.Column("weights", JSON, nullable=False),
        sa.Column("fresh_days", sa.Integer(), nullable=False),
        sa.Column("cap_days", sa.Integer(), nullable=False),
        sa.Column("state", STRING, nullable=False),
        sa.Column("closes", INSTANT, nullable=False),
        sa.Column("seed", STRING, nullable=False),
        sa.Column("commitment", STRING, nullable=False),
        sa.Column("beacon_round", sa.BigInteger(), nullable=True),
        sa.Column("beacon_randomness", STRING, nullable=True),
        sa.Column("beacon_signature", STRING, nullable=True),
        sa.Column("entered", sa.Integer(), nullable=False),
        sa.Column("checked_to", sa.Integer(), nullable=False),
        sa.Column("listed", sa.Integer(), nullable=True),
        sa.Column("list_hash", STRING, nullable=True),
        sa.Column("draw_at", INSTANT, nullable=True),
        sa.Column("ranked_to", sa.Integer(), nullable=False),
        sa.Column("drawn_at", INSTANT, nullable=True),
        sa.Column("redrawn", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.CheckConstraint("entered >= 0", name=op.f("ck_raffle_entered_not_negative")),
        sa.CheckConstraint(
            "state IN ('open', 'closed', 'listed', 'sealed', 'drawn', 'cancelled')", name=op.f("ck_raffle_state")
        ),
        sa.CheckConstraint("ticket >= 0", name=op.f("ck_raffle_ticket_not_negative")),
        sa.CheckConstraint("winners BETWEEN 1 AND 200", name=op.f("ck_raffle_winners_within_bounds")),
        sa.ForeignKeyConstraint(["airing_id"], ["airing.id"], name=op.f("fk_raffle_airing_id_airing")),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_raffle_community_id_community")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_raffle")),
        sa.UniqueConstraint("community_id", "number", name=op.f("uq_raffle_community_id_number")),
    )
    op.create_index(
        "ix_raffle_unfinished",
        "raffle",
        ["closes"],
        sqlite_where=UNFINISHED,
        postgresql_where=UNFINISHED,
    )
    op.create_table(
        "raffle_entry",
        sa.Column("id", ID, nullable=False),
        sa.Column("community_id", ID, nullable=False),
        sa.Column("raffle_id", ID, nullable=False),
        sa.Column("member_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("salt", STRING, nullable=True),
        sa.Column("seal", STRING, nullable=False),
        sa.Column("state", STRING, nullable=False),
        sa.Column("reason", STRING, nullable=True),
        sa.Column("weight", sa.Integer(), nullable=True),
        sa.Column("after", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("paid", sa.Integer(), nullable=False),
        sa.Column("paid_key", STRING, nullable=True),
        sa.Column("returned", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("cause", STRING, nullable=True),
        sa.Column("answer", STRING, nullable=True),
        sa.CheckConstraint("state IN ('in', 'out', 'won', 'struck')", name=op.f("ck_raffle_entry_state")),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_raffle_entry_community_id_community")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_raffle_entry_member_id_member")),
        sa.ForeignKeyConstraint(["raffle_id"], ["raffle.id"], name=op.f("fk_raffle_entry_raffle_id_raffle")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_raffle_entry")),
        sa.UniqueConstraint("member_id", "cause", name=op.f("uq_raffle_entry_member_id_cause")),
        sa.UniqueConstraint("raffle_id", "member_id", name=op.f("uq_raffle_entry_raffle_id_member_id")),
        sa.UniqueConstraint("raffle_id", "number", name=op.f("uq_raffle_entry_raffle_id_number")),
        sa.UniqueConstraint("raffle_id", "place", name=op.f("uq_raffle_entry_raffle_id_place")),
    )
    op.create_index(op.f("ix_raffle_entry_member_id"), "raffle_entry", ["member_id"])
    op.create_index(
        "ix_raffle_entry_unreturned",
        "raffle_entry",
        ["raffle_id"],
        sqlite_where=UNRETURNED,
        postgresql_where=UNRETURNED,
    )


def downgrade() -> None:
    """Take them down."""
    op.drop_table("raffle_entry")
    op.drop_table("raffle")
    op.drop_column("community", "raffles_made")
