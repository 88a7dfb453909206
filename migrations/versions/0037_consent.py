"""consent: the shop's contact, a switch for service, and when a yes is reminded of

Revision ID: 0037
Revises: 0036
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision: str = "0037"
down_revision: str | None = "0036"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

INSTANT = sqlmodel.sql.sqltypes.UTCDateTime
TEXT = sqlmodel.sql.sqltypes.AutoString
SAID_YES = sa.text("promotion_remind_at IS NOT NULL")


def upgrade() -> None:
    """Who stopped all messages has stopped service too. Owners of older shops are told once that nobody said yes."""
    op.drop_column("attention_bounds", "contact")
    op.add_column("community", sa.Column("contact", TEXT(), nullable=True))
    op.add_column("community", sa.Column("consent_told_at", INSTANT(), nullable=True))
    op.add_column("member", sa.Column("service", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.execute(sa.text("UPDATE member SET service = reminders WHERE NOT reminders"))
    op.drop_column("member", "promotion_reminded_at")
    op.add_column("member", sa.Column("promotion_remind_at", INSTANT(), nullable=True))
    op.create_index(
        "ix_member_promotion_remind_at",
        "member",
        ["promotion_remind_at"],
        sqlite_where=SAID_YES,
        postgresql_where=SAID_YES,
    )


def downgrade() -> None:
    """A contact goes, and with the switch for service what it stopped."""
    op.drop_index("ix_member_promotion_remind_at", table_name="member")
    op.drop_column("member", "promotion_remind_at")
    op.add_column("member", sa.Column("promotion_reminded_at", INSTANT(), nullable=True))
    op.drop_column("member", "service")
    op.drop_column("community", "consent_told_at")
    op.drop_column("community", "contact")
    op.add_column("attention_bounds", sa.Column("contact", TEXT(), nullable=True))
