"""verdicts are found by the card that carries their line, and by the act that they came from

Revision ID: 0036
Revises: 0035
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision: str = "0036"
down_revision: str | None = "0035"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ON_A_CARD = sa.text("card_id IS NOT NULL")
HAS_CAUSE = sa.text("cause IS NOT NULL")


def upgrade() -> None:
    """Add a column for the act, and two indexes of the few rows that have a card or an act."""
    op.add_column("verdict", sa.Column("cause", sqlmodel.sql.sqltypes.AutoString(), nullable=True))
    op.create_index("ix_verdict_card_id", "verdict", ["card_id"], sqlite_where=ON_A_CARD, postgresql_where=ON_A_CARD)
    op.create_index("ix_verdict_has_cause", "verdict", ["made_at"], sqlite_where=HAS_CAUSE, postgresql_where=HAS_CAUSE)
    op.create_index("ix_verdict_cause", "verdict", ["cause"], sqlite_where=HAS_CAUSE, postgresql_where=HAS_CAUSE)


def downgrade() -> None:
    """Drop them."""
    for name in ("ix_verdict_cause", "ix_verdict_has_cause", "ix_verdict_card_id"):
        op.drop_index(name, "verdict")
    op.drop_column("verdict", "cause")
