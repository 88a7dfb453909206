"""attention: what a verdict needs to be decided when its message leaves

Revision ID: 0035
Revises: 0034
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0035"
down_revision: str | None = "0034"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
REASONS = (
    *("within", "staff", "service", "stream", "asked", "quiet_hours", "most", "most_promotional", "gap", "stream_gap"),
    *("fan_day", "fan_week", "night", "paused", "no_consent", "withdrawn", "no_contact", "not_wanted", "too_late"),
    *("quiet_room", "worn_out", "cancelled"),
)
EARLY_MORNING = ("05:00", "09:00")
"""Who has the morning card between these times has quiet hours until then."""


def upgrade() -> None:
    """Add them. Nobody's morning card moves: quiet hours end with it where it comes before nine."""
    _reasons(*REASONS, "refused")
    op.add_column("verdict", sa.Column("airing_id", ID, nullable=True))
    op.add_column("verdict", sa.Column("instead", sa.Boolean(), server_default=sa.false(), nullable=False))
    slot = sa.table("slot", *(sa.column(name) for name in ("community_id", "kind", "at", "active")))
    names = ("community_id", "quiet_from", "quiet_until", "most", "most_promotional", "gap_minutes")
    bounds = sa.table("attention_bounds", *(sa.column(name) for name in names))
    early = sa.select(slot.c.community_id, sa.literal("21:00"), slot.c.at, sa.literal(6), sa.literal(3), sa.literal(90))
    before_nine = (slot.c.at >= EARLY_MORNING[0], slot.c.at < EARLY_MORNING[1])
    early = early.where(slot.c.kind == "morning", slot.c.active == sa.true(), *before_nine)
    op.execute(bounds.insert().from_select(names, early))


def _reasons(*reasons: str) -> None:
    listed = ", ".join(repr(reason) for reason in reasons)
    with op.batch_alter_table("verdict") as verdict:
        verdict.drop_constraint(op.f("ck_verdict_reason"), type_="check")
        verdict.create_check_constraint(op.f("ck_verdict_reason"), f"reason IN ({listed})")


def downgrade() -> None:
    """Drop them. What Telegram refused counts as too late; bounds stay, as they may be the owner's own."""
    with op.batch_alter_table("verdict") as verdict:
        verdict.drop_column("instead")
        verdict.drop_column("airing_id")
    op.execute("UPDATE verdict SET reason = 'too_late' WHERE reason = 'refused'")
    _reasons(*REASONS)
