"""orders that used no coupon, whose they are, and the shop's currency

Revision ID: 0025
Revises: 0024
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision: str = "0025"
down_revision: str | None = "0024"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the columns. Orders that were taken before belong to whose coupon they used; a refunded one is paid back."""
    with op.batch_alter_table("community") as community:
        community.add_column(sa.Column("currency", sqlmodel.sql.sqltypes.AutoString(), nullable=True))
    with op.batch_alter_table("shop_order") as order:
        order.add_column(sa.Column("member_id", ID, nullable=True))
        order.add_column(sa.Column("belongs", sa.String(), server_default="nobody", nullable=False))
        order.add_column(sa.Column("refunded", sa.BigInteger(), server_default="0", nullable=False))
        order.add_column(sa.Column("discount", sa.BigInteger(), nullable=True))
    op.execute("UPDATE shop_order SET refunded = value WHERE state = 'refunded'")
    op.execute(
        "UPDATE shop_order SET belongs = 'coupon', member_id ="
        " (SELECT coupon.member_id FROM coupon WHERE coupon.id = shop_order.coupon_id) WHERE coupon_id IS NOT NULL"
    )
    with op.batch_alter_table("shop_order") as order:
        order.create_foreign_key(op.f("fk_shop_order_member_id_member"), "member", ["member_id"], ["id"])
        order.create_index(op.f("ix_shop_order_member_id"), ["member_id"])
        order.create_index("ix_shop_order_at", ["community_id", "at"])
        order.drop_constraint(op.f("ck_shop_order_state"), type_="check")
        order.create_check_constraint(op.f("ck_shop_order_state"), "state IN ('paid', 'refunded', 'cancelled')")
        order.create_check_constraint(
            op.f("ck_shop_order_belongs"), "belongs IN ('nobody', 'coupon', 'shop_code', 'claim')"
        )
        order.create_check_constraint(
            op.f("ck_shop_order_refunded_within_value"), "refunded >= 0 AND refunded <= value"
        )
        order.create_check_constraint(
            op.f("ck_shop_order_belongs_to_member"), "(member_id IS NULL) = (belongs = 'nobody')"
        )


def downgrade() -> None:
    """Drop what an earlier version doesn't know: orders without a coupon, and cancelled ones, count as refunded."""
    op.execute("UPDATE shop_order SET state = 'refunded' WHERE state = 'cancelled'")
    with op.batch_alter_table("shop_order") as order:
        for name in ("belongs_to_member", "refunded_within_value", "belongs", "state"):
            order.drop_constraint(op.f(f"ck_shop_order_{name}"), type_="check")
        order.create_check_constraint(op.f("ck_shop_order_state"), "state IN ('paid', 'refunded')")
        order.drop_index("ix_shop_order_at")
        order.drop_index(op.f("ix_shop_order_member_id"))
        order.drop_constraint(op.f("fk_shop_order_member_id_member"), type_="foreignkey")
        for name in ("discount", "refunded", "belongs", "member_id"):
            order.drop_column(name)
    with op.batch_alter_table("community") as community:
        community.drop_column("currency")
