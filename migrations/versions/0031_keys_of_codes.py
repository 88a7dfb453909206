"""codes of files are compared whatever their case and blanks

Revision ID: 0031
Revises: 0029
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision: str = "0031"
down_revision: str | None = "0029"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Give each code its key. Codes of one shop that differ only in case or blanks get none."""
    with op.batch_alter_table("campaign_code") as code:
        code.add_column(sa.Column("code_key", sqlmodel.sql.sqltypes.AutoString(), nullable=True))
    op.execute("UPDATE campaign_code SET code_key = upper(replace(code, ' ', ''))")
    op.execute(
        "UPDATE campaign_code SET code_key = NULL WHERE (community_id, code_key) IN"
        " (SELECT community_id, code_key FROM campaign_code GROUP BY community_id, code_key HAVING count(*) > 1)"
    )
    with op.batch_alter_table("campaign_code") as code:
        code.create_unique_constraint(op.f("uq_campaign_code_community_id_code_key"), ["community_id", "code_key"])


def downgrade() -> None:
    """Drop the keys."""
    with op.batch_alter_table("campaign_code") as code:
        code.drop_constraint(op.f("uq_campaign_code_community_id_code_key"), type_="unique")
        code.drop_column("code_key")
