"""a check-in's unique keys hold only the rows that need them: freezes and make-ups

Each index of a table whose rows come in no order costs a page of the log for each row: these two cost a check-in more
than its transfer does. A check-in itself is once a day by its primary key, and its update is of one day.

Revision ID: 0049
Revises: 0048
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0049"
down_revision: str | None = "0048"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_FREEZES = sa.text("freeze_month IS NOT NULL")
_MAKE_UPS = sa.text("cover = 'made_up'")


def upgrade() -> None:
    """Replace the constraints by partial indexes."""
    with op.batch_alter_table("check_in") as check_in:
        check_in.drop_constraint("uq_check_in_member_id_freeze_month", type_="unique")
        check_in.drop_constraint("uq_check_in_member_id_cause", type_="unique")
    for name, column, rows in (("freezes", "freeze_month", _FREEZES), ("make_ups", "cause", _MAKE_UPS)):
        op.create_index(
            f"uq_check_in_{name}",
            "check_in",
            ["member_id", column],
            unique=True,
            sqlite_where=rows,
            postgresql_where=rows,
        )


def downgrade() -> None:
    """Put the constraints back."""
    op.drop_index("uq_check_in_make_ups", "check_in")
    op.drop_index("uq_check_in_freezes", "check_in")
    with op.batch_alter_table("check_in") as check_in:
        check_in.create_unique_constraint("uq_check_in_member_id_cause", ["member_id", "cause"])
        check_in.create_unique_constraint("uq_check_in_member_id_freeze_month", ["member_id", "freeze_month"])
