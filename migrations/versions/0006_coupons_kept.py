"""coupons kept out of the group

Revision ID: 0006
Revises: 0005
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Campaigns for the coin shop, for gifts and for heart goals."""
    with op.batch_alter_table("campaign") as campaign:
        campaign.add_column(sa.Column("kept_for", sa.String(), nullable=True))
        campaign.create_check_constraint(op.f("ck_campaign_kept_for"), "kept_for IN ('shop', 'gift', 'hearts')")


def downgrade() -> None:
    """Forget what they were kept for: they are the group's again, without cards."""
    with op.batch_alter_table("campaign") as campaign:
        campaign.drop_constraint(op.f("ck_campaign_kept_for"), type_="check")
        campaign.drop_column("kept_for")
