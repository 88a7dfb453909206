"""usernames have one holder

Revision ID: 0018
Revises: 0017
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Leave each username to who was active last, then let the index hold that."""
    op.execute("UPDATE person SET username = lower(username) WHERE username <> lower(username)")
    clear = sa.text("UPDATE person SET username = NULL WHERE user_id = :user_id")
    for user_id in _outdated(op.get_bind()):
        op.get_bind().execute(clear, {"user_id": user_id})
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_username"))
        batch_op.create_index(batch_op.f("ix_person_username"), ["username"], unique=True)


def downgrade() -> None:
    """Let several people have one again; what was cleared comes back when its holder is seen."""
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_username"))
        batch_op.create_index(batch_op.f("ix_person_username"), ["username"], unique=False)


def _outdated(connection: sa.Connection) -> list[int]:
    """People whose username others have too, but for the one who was active last.

    Where two were active on the same last day, or none ever was, nobody can tell: then all of them lose it. Whoever
    holds it gets it back with their next act.
    """
    rows = connection.execute(
        sa.text(
            "SELECT p.username, p.user_id, max(a.day) FROM person p"
            " LEFT JOIN member m ON m.user_id = p.user_id LEFT JOIN activity a ON a.member_id = m.id"
            " WHERE p.username IN (SELECT username FROM person GROUP BY username HAVING count(*) > 1)"
            " GROUP BY p.username, p.user_id"
        )
    ).all()
    holders: dict[str, list[tuple[int, Any]]] = defaultdict(list)
    for username, user_id, day in rows:
        holders[username].append((user_id, day))
    outdated: list[int] = []
    for same in holders.values():
        last = max((day for _, day in same if day is not None), default=None)
        latest = [user_id for user_id, day in same if last is not None and day == last]
        outdated += [user_id for user_id, _ in same if latest != [user_id]]
    return outdated
