"""the beacon's round is named at the freeze

Revision ID: 0016
Revises: 0015
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")
STRING = sqlmodel.sql.sqltypes.AutoString()
INSTANT = sqlmodel.sql.sqltypes.UTCDateTime()
PROMISED = sa.text("state = 'promised'")


def upgrade() -> None:
    """Make the tables; raffles that are there keep the rule and the proof that their cards promised."""
    # SQLite takes a column with its own check, where Alembic would make the table anew without the others.
    op.execute(
        "ALTER TABLE raffle ADD COLUMN sealing VARCHAR DEFAULT 'none' NOT NULL "
        "CONSTRAINT ck_raffle_sealing CHECK (sealing IN ('none', 'opening', 'freeze'))"
    )
    op.add_column("raffle", sa.Column("called_off_at", INSTANT, nullable=True))
    op.add_column("raffle", sa.Column("proof_format", sa.Integer(), server_default="2", nullable=False))
    op.execute("UPDATE raffle SET proof_format = 1")
    op.execute("UPDATE raffle SET sealing = 'opening' WHERE beacon_round IS NOT NULL")
    op.add_column("raffle_entry", sa.Column("struck_at", INSTANT, nullable=True))
    op.add_column("raffle_entry", sa.Column("redraw", sa.Integer(), nullable=True))
    op.create_table(
        "raffle_naming",
        sa.Column("id", ID, nullable=False),
        sa.Column("raffle_id", ID, nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("state", STRING, nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("posted_at", INSTANT, nullable=True),
        sa.Column("named_at", INSTANT, nullable=False),
        sa.CheckConstraint("state IN ('promised', 'posted', 'lost')", name=op.f("ck_raffle_naming_state")),
        sa.CheckConstraint(
            "(state = 'posted') = (message_id IS NOT NULL)", name=op.f("ck_raffle_naming_posted_has_message")
        ),
        sa.CheckConstraint(
            "(message_id IS NULL) = (posted_at IS NULL)", name=op.f("ck_raffle_naming_message_has_date")
        ),
        sa.ForeignKeyConstraint(["raffle_id"], ["raffle.id"], name=op.f("fk_raffle_naming_raffle_id_raffle")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_raffle_naming")),
        sa.UniqueConstraint("raffle_id", "nth", name=op.f("uq_raffle_naming_raffle_id_nth")),
    )
    op.create_index(
        "uq_raffle_naming_promised",
        "raffle_naming",
        ["raffle_id"],
        unique=True,
        sqlite_where=PROMISED,
        postgresql_where=PROMISED,
    )
    op.create_table(
        "raffle_redraw",
        sa.Column("id", ID, nullable=False),
        sa.Column("raffle_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reason", STRING, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["raffle_id"], ["raffle.id"], name=op.f("fk_raffle_redraw_raffle_id_raffle")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_raffle_redraw")),
        sa.UniqueConstraint("raffle_id", "number", name=op.f("uq_raffle_redraw_raffle_id_number")),
    )


def downgrade() -> None:
    """Take them down. The round that counts stays in the raffle's row, where the older code looks for it."""
    op.drop_table("raffle_redraw")
    op.drop_table("raffle_naming")
    op.drop_column("raffle_entry", "redraw")
    op.drop_column("raffle_entry", "struck_at")
    op.drop_column("raffle", "proof_format")
    op.drop_column("raffle", "called_off_at")
    op.drop_column("raffle", "sealing")
