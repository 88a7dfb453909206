"""codes from files, orders, reminders of held coupons

Revision ID: 0012
Revises: 0011
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")


def upgrade() -> None:
    """Files of codes and their codes; orders and the secret by which a shop's platform tells of them."""
    op.create_table(
        "code_batch",
        sa.Column("id", ID, nullable=False),
        sa.Column("community_id", ID, nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_code_batch_community_id_community")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_batch")),
        sa.UniqueConstraint("community_id", "cause", name=op.f("uq_code_batch_community_id_cause")),
    )
    op.create_table(
        "campaign_code",
        sa.Column("id", ID, nullable=False),
        sa.Column("community_id", ID, nullable=False),
        sa.Column("batch_id", ID, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("taken", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_campaign_code_community_id_community")
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["code_batch.id"], name=op.f("fk_campaign_code_batch_id_code_batch")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_code")),
        sa.UniqueConstraint("community_id", "code", name=op.f("uq_campaign_code_community_id_code")),
    )
    op.create_index(
        "ix_campaign_code_free",
        "campaign_code",
        ["batch_id", "id"],
        sqlite_where=sa.text("NOT taken"),
        postgresql_where=sa.text("NOT taken"),
    )
    op.create_table(
        "shop_order",
        sa.Column("id", ID, nullable=False),
        sa.Column("community_id", ID, nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("coupon_id", ID, nullable=True),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("redeemed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("returned", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refunded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cause", sa.String(), nullable=True),
        sa.CheckConstraint("state IN ('paid', 'refunded')", name=op.f("ck_shop_order_state")),
        sa.CheckConstraint("value >= 0", name=op.f("ck_shop_order_value_not_negative")),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_shop_order_community_id_community")),
        sa.ForeignKeyConstraint(["coupon_id"], ["coupon.id"], name=op.f("fk_shop_order_coupon_id_coupon")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_order")),
        sa.UniqueConstraint("community_id", "ref", name=op.f("uq_shop_order_community_id_ref")),
    )
    op.create_index(op.f("ix_shop_order_coupon_id"), "shop_order", ["coupon_id"])
    op.create_table(
        "order_hook",
        sa.Column("community_id", ID, autoincrement=False, nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_order_hook_community_id_community")),
        sa.PrimaryKeyConstraint("community_id", name=op.f("pk_order_hook")),
    )
    with op.batch_alter_table("campaign") as campaign:
        campaign.add_column(sa.Column("batch_id", ID, nullable=True))
        campaign.create_foreign_key(op.f("fk_campaign_batch_id_code_batch"), "code_batch", ["batch_id"], ["id"])
        campaign.create_unique_constraint(op.f("uq_campaign_batch_id"), ["batch_id"])
    with op.batch_alter_table("coupon") as coupon:
        coupon.add_column(sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Forget them; codes that were handed out stand with their coupons."""
    with op.batch_alter_table("coupon") as coupon:
        coupon.drop_column("reminded_at")
    with op.batch_alter_table("campaign") as campaign:
        campaign.drop_constraint(op.f("uq_campaign_batch_id"), type_="unique")
        campaign.drop_constraint(op.f("fk_campaign_batch_id_code_batch"), type_="foreignkey")
        campaign.drop_column("batch_id")
    op.drop_table("order_hook")
    op.drop_index(op.f("ix_shop_order_coupon_id"), table_name="shop_order")
    op.drop_table("shop_order")
    op.drop_index("ix_campaign_code_free", table_name="campaign_code")
    op.drop_table("campaign_code")
    op.drop_table("code_batch")
