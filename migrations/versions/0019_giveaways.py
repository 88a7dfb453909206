"""giveaways

Revision ID: 0019
Revises: 0018
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")


def upgrade() -> None:
    """Operators' limit a day, whom the owner denies, and whether an act was the owner's.

    An act from before counts as the owner's if its actor is the owner now.
    """
    with op.batch_alter_table("community", schema=None) as batch_op:
        batch_op.add_column(sa.Column("giveaway", sa.Integer(), server_default="2000", nullable=False))
        batch_op.create_check_constraint(op.f("ck_community_giveaway_not_negative"), "giveaway >= 0")
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.add_column(sa.Column("by_owner", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.drop_index("ix_audit_entry_community_id_actor_id")
        batch_op.create_index("ix_audit_entry_community_id_actor_id_at", ["community_id", "actor_id", "at"])
    op.execute(
        "UPDATE audit_entry SET by_owner = true WHERE EXISTS (SELECT 1 FROM community "
        "WHERE community.id = audit_entry.community_id AND community.owner_id = audit_entry.actor_id)"
    )
    op.create_table(
        "denied",
        sa.Column("id", ID, nullable=False),
        sa.Column("community_id", ID, nullable=False),
        sa.Column("fingerprint", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("by", sa.BigInteger(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("lifted_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_denied_community_id_community")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_denied")),
        sa.UniqueConstraint("community_id", "fingerprint", name=op.f("uq_denied_community_id_fingerprint")),
    )
    with op.batch_alter_table("denied", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_denied_user_id"), ["user_id"], unique=False)


def downgrade() -> None:
    """Drop it all."""
    op.drop_table("denied")
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_entry_community_id_actor_id_at")
        batch_op.create_index("ix_audit_entry_community_id_actor_id", ["community_id", "actor_id"])
        batch_op.drop_column("by_owner")
    with op.batch_alter_table("community", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_community_giveaway_not_negative"), type_="check")
        batch_op.drop_column("giveaway")
