"""tiers

Revision ID: 0005
Revises: 0004
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Remember when a member rose, and up to which day that was worked out."""
    with op.batch_alter_table("member") as member:
        member.add_column(sa.Column("tier_rose_on", sa.Date(), nullable=True))
        member.add_column(sa.Column("tier_settled_on", sa.Date(), nullable=True))
        member.create_check_constraint(op.f("ck_member_tier"), "tier IN ('new', 'fan', 'loyal', 'core')")


def downgrade() -> None:
    """Forget it."""
    with op.batch_alter_table("member") as member:
        member.drop_constraint(op.f("ck_member_tier"), type_="check")
        member.drop_column("tier_settled_on")
        member.drop_column("tier_rose_on")
