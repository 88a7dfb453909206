"""the coin shop

Revision ID: 0011
Revises: 0010
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")
TEXT = sqlmodel.sql.sqltypes.AutoString
INSTANT = sqlmodel.sql.sqltypes.UTCDateTime
KINDS = "kind IN ('coupon', 'raffle', 'makeup', 'favour')"


def upgrade() -> None:
    """Make the tables; a shop counts its items."""
    op.add_column("community", sa.Column("items_made", sa.Integer(), server_default="0", nullable=False))
    op.create_table(
        "item",
        sa.Column("id", ID, nullable=False),
        sa.Column("community_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", TEXT(), nullable=False),
        sa.Column("kind", TEXT(), nullable=False),
        sa.Column("subject_id", ID, nullable=True),
        sa.Column("price", sa.Integer(), nullable=False),
        sa.Column("stock", sa.Integer(), nullable=True),
        sa.Column("sold", sa.Integer(), nullable=False),
        sa.Column("per_fan", sa.Integer(), nullable=True),
        sa.Column("per", TEXT(), nullable=True),
        sa.Column("tier", TEXT(), nullable=False),
        sa.Column("opens", INSTANT(), nullable=True),
        sa.Column("closes", INSTANT(), nullable=True),
        sa.Column("state", TEXT(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("made_at", INSTANT(), nullable=False),
        sa.CheckConstraint(KINDS, name=op.f("ck_item_kind")),
        sa.CheckConstraint("per IN ('day', 'week', 'month')", name=op.f("ck_item_per")),
        sa.CheckConstraint("state IN ('open', 'closed', 'withdrawn')", name=op.f("ck_item_state")),
        sa.CheckConstraint("tier IN ('new', 'fan', 'loyal', 'core')", name=op.f("ck_item_tier")),
        sa.CheckConstraint("sold >= 0 AND (stock IS NULL OR sold <= stock)", name=op.f("ck_item_sold_within_stock")),
        sa.CheckConstraint("stock > 0", name=op.f("ck_item_stock_positive")),
        sa.CheckConstraint("price > 0", name=op.f("ck_item_price_positive")),
        sa.CheckConstraint("per_fan > 0", name=op.f("ck_item_per_fan_positive")),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_item_community_id_community")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item")),
        sa.UniqueConstraint("community_id", "number", name=op.f("uq_item_community_id_number")),
    )
    op.create_table(
        "purchase",
        sa.Column("id", ID, nullable=False),
        sa.Column("community_id", ID, nullable=False),
        sa.Column("item_id", ID, nullable=False),
        sa.Column("member_id", ID, nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("period", TEXT(), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=True),
        sa.Column("kind", TEXT(), nullable=False),
        sa.Column("paid", sa.Integer(), nullable=False),
        sa.Column("subject_id", ID, nullable=True),
        sa.Column("mended_day", sa.Date(), nullable=True),
        sa.Column("state", TEXT(), nullable=False),
        sa.Column("bought_at", INSTANT(), nullable=False),
        sa.Column("settled_at", INSTANT(), nullable=True),
        sa.Column("settled_by", sa.BigInteger(), nullable=True),
        sa.Column("cause", TEXT(), nullable=True),
        sa.Column("answer", TEXT(), nullable=True),
        sa.CheckConstraint(KINDS, name=op.f("ck_purchase_kind")),
        sa.CheckConstraint("state IN ('waiting', 'done', 'refunded', 'void')", name=op.f("ck_purchase_state")),
        sa.CheckConstraint("(state = 'refunded') = (nth IS NULL)", name=op.f("ck_purchase_refunded_doesnt_count")),
        sa.CheckConstraint(
            "mended_day IS NULL OR (kind = 'makeup' AND state = 'done')", name=op.f("ck_purchase_only_make_ups_mend")
        ),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_purchase_community_id_community")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_purchase_item_id_item")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_purchase_member_id_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase")),
        sa.UniqueConstraint("item_id", "member_id", "serial", name=op.f("uq_purchase_item_id_member_id_serial")),
        sa.UniqueConstraint(
            "item_id", "member_id", "period", "nth", name=op.f("uq_purchase_item_id_member_id_period_nth")
        ),
        sa.UniqueConstraint("member_id", "cause", name=op.f("uq_purchase_member_id_cause")),
    )
    op.create_index(op.f("ix_purchase_community_id"), "purchase", ["community_id"])
    op.create_index(op.f("ix_purchase_member_id"), "purchase", ["member_id"])


def downgrade() -> None:
    """Take them down."""
    op.drop_table("purchase")
    op.drop_table("item")
    op.drop_column("community", "items_made")
