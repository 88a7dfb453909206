"""orders of all kinds: without a coupon, with several, and whose they are; the shop's currency

Revision ID: 0025
Revises: 0024
"""

import re
from collections.abc import Sequence
from unicodedata import normalize

import sqlalchemy as sa
from alembic import op

revision: str = "0025"
down_revision: str | None = "0024"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OPEN, CONFIRMED = "state = 'open'", "state = 'confirmed'"
STANDS, SHARED = "stands AND coupon_id IS NOT NULL", "coupon_id IS NULL"
SIGNS = re.compile(r"[\W_]+")
MOVED = ("coupon_id", "till_at", "till_by", "till_on", "returned")
"""Columns of an order that its coupons have now."""


def upgrade() -> None:
    """Add columns and tables. Orders that were taken before belong to whose coupon they used; a refunded one is paid
    back."""
    with op.batch_alter_table("community") as community:
        community.add_column(sa.Column("currency", sa.String(), nullable=True))
    with op.batch_alter_table("member") as member:
        member.add_column(sa.Column("shop_code", sa.String(), nullable=True))
        member.create_unique_constraint(op.f("uq_member_community_id_shop_code"), ["community_id", "shop_code"])
    with op.batch_alter_table("shop_order") as order:
        order.add_column(sa.Column("key", sa.String(), server_default="", nullable=False))
        order.add_column(sa.Column("member_id", ID, nullable=True))
        order.add_column(sa.Column("belongs", sa.String(), server_default="nobody", nullable=False))
        order.add_column(sa.Column("refunded", sa.BigInteger(), server_default="0", nullable=False))
        order.add_column(sa.Column("discount", sa.BigInteger(), nullable=True))
    _make_order_coupon()
    _make_order_claim()
    _fill()
    _constrain_orders()


def _make_order_coupon() -> None:
    op.create_table(
        "order_coupon",
        sa.Column("id", ID, nullable=False),
        sa.Column("community_id", ID, nullable=False),
        sa.Column("order_id", ID, nullable=False),
        sa.Column("campaign_id", ID, nullable=False),
        sa.Column("coupon_id", ID, nullable=True),
        sa.Column("stands", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("till_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("till_by", sa.BigInteger(), nullable=True),
        sa.Column("till_on", sa.Date(), nullable=True),
        sa.Column("returned", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_order_coupon_community_id_community")
        ),
        sa.ForeignKeyConstraint(["order_id"], ["shop_order.id"], name=op.f("fk_order_coupon_order_id_shop_order")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_order_coupon_campaign_id_campaign")),
        sa.ForeignKeyConstraint(["coupon_id"], ["coupon.id"], name=op.f("fk_order_coupon_coupon_id_coupon")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_coupon")),
        sa.UniqueConstraint("order_id", "coupon_id", name=op.f("uq_order_coupon_order_id_coupon_id")),
    )
    op.create_index(op.f("ix_order_coupon_campaign_id"), "order_coupon", ["campaign_id"])
    op.create_index(op.f("ix_order_coupon_coupon_id"), "order_coupon", ["coupon_id"])
    _make_partial("uq_order_coupon_shared", "order_coupon", ["order_id", "campaign_id"], SHARED, unique=True)


def _make_order_claim() -> None:
    op.create_table(
        "order_claim",
        sa.Column("id", ID, nullable=False),
        sa.Column("community_id", ID, nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("member_id", ID, nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("order_id", ID, nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("state IN ('open', 'confirmed', 'declined')", name=op.f("ck_order_claim_state")),
        sa.CheckConstraint("how IN ('fan', 'shop_code', 'coupon')", name=op.f("ck_order_claim_how")),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_order_claim_community_id_community")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_order_claim_member_id_member")),
        sa.ForeignKeyConstraint(["order_id"], ["shop_order.id"], name=op.f("fk_order_claim_order_id_shop_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_claim")),
        sa.UniqueConstraint("community_id", "key", "member_id", name=op.f("uq_order_claim_community_id_key_member_id")),
    )
    op.create_index(op.f("ix_order_claim_member_id"), "order_claim", ["member_id"])
    op.create_index("ix_order_claim_made", "order_claim", ["community_id", "made_at"])
    _make_partial("ix_order_claim_open", "order_claim", ["community_id", "id"], OPEN)
    _make_partial("uq_order_claim_confirmed", "order_claim", ["order_id"], CONFIRMED, unique=True)


def _make_partial(name: str, table: str, columns: Sequence[str], where: str, *, unique: bool = False) -> None:
    op.create_index(name, table, columns, unique=unique, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def _fill() -> None:
    """What old rows have in the new columns and tables."""
    op.execute("UPDATE shop_order SET refunded = value WHERE state = 'refunded'")
    op.execute(
        "UPDATE shop_order SET belongs = 'coupon', member_id ="
        " (SELECT coupon.member_id FROM coupon JOIN member ON member.id = coupon.member_id"
        " WHERE coupon.id = shop_order.coupon_id AND member.user_id > 0)"
        " WHERE coupon_id IN (SELECT coupon.id FROM coupon JOIN member ON member.id = coupon.member_id"
        " WHERE member.user_id > 0)"
    )
    op.execute(
        "INSERT INTO order_coupon (community_id, order_id, campaign_id, coupon_id, stands, till_at, till_by, till_on,"
        " returned) SELECT shop_order.community_id, shop_order.id, coupon.campaign_id, coupon.id,"
        " shop_order.state = 'paid', shop_order.till_at, shop_order.till_by, shop_order.till_on, shop_order.returned"
        " FROM shop_order JOIN coupon ON coupon.id = shop_order.coupon_id"
    )
    _make_partial("uq_order_coupon_stands", "order_coupon", ["coupon_id"], STANDS, unique=True)
    connection = op.get_bind()
    for order_id, ref in connection.execute(sa.text("SELECT id, ref FROM shop_order")).all():
        key = SIGNS.sub("", normalize("NFKC", ref)).upper() or ref
        connection.execute(sa.text("UPDATE shop_order SET key = :key WHERE id = :id"), {"key": key, "id": order_id})


def _constrain_orders() -> None:
    with op.batch_alter_table("shop_order") as order:
        order.alter_column("key", server_default=None)
        order.drop_index(op.f("ix_shop_order_coupon_id"))
        order.drop_constraint(op.f("fk_shop_order_coupon_id_coupon"), type_="foreignkey")
        for name in MOVED:
            order.drop_column(name)
        order.create_foreign_key(op.f("fk_shop_order_member_id_member"), "member", ["member_id"], ["id"])
        order.create_index(op.f("ix_shop_order_member_id"), ["member_id"])
        order.create_index("ix_shop_order_at", ["community_id", "at"])
        order.create_index("ix_shop_order_key", ["community_id", "key"])
        order.drop_constraint(op.f("ck_shop_order_state"), type_="check")
        order.create_check_constraint(op.f("ck_shop_order_state"), "state IN ('paid', 'refunded', 'cancelled')")
        order.create_check_constraint(
            op.f("ck_shop_order_belongs"), "belongs IN ('nobody', 'coupon', 'shop_code', 'claim', 'staff')"
        )
        order.create_check_constraint(
            op.f("ck_shop_order_refunded_within_value"), "refunded >= 0 AND refunded <= value"
        )
        order.create_check_constraint(
            op.f("ck_shop_order_belongs_to_member"), "(member_id IS NULL) = (belongs = 'nobody')"
        )


def downgrade() -> None:
    """Drop what an earlier version doesn't know. A cancelled order counts as refunded, and an order has one coupon."""
    op.execute("UPDATE shop_order SET state = 'refunded' WHERE state = 'cancelled'")
    with op.batch_alter_table("shop_order") as order:
        order.add_column(sa.Column("coupon_id", ID, nullable=True))
        order.add_column(sa.Column("till_at", sa.DateTime(timezone=True), nullable=True))
        order.add_column(sa.Column("till_by", sa.BigInteger(), nullable=True))
        order.add_column(sa.Column("till_on", sa.Date(), nullable=True))
        order.add_column(sa.Column("returned", sa.Boolean(), server_default=sa.false(), nullable=False))
    for name in MOVED:
        op.execute(
            f"UPDATE shop_order SET {name} = (SELECT {name} FROM order_coupon WHERE id ="  # noqa: S608  # our own names
            " (SELECT MIN(id) FROM order_coupon WHERE order_id = shop_order.id AND coupon_id IS NOT NULL))"
            " WHERE id IN (SELECT order_id FROM order_coupon WHERE coupon_id IS NOT NULL)"
        )
    op.drop_table("order_claim")
    op.drop_table("order_coupon")
    with op.batch_alter_table("shop_order") as order:
        for name in ("belongs_to_member", "refunded_within_value", "belongs", "state"):
            order.drop_constraint(op.f(f"ck_shop_order_{name}"), type_="check")
        order.create_check_constraint(op.f("ck_shop_order_state"), "state IN ('paid', 'refunded')")
        order.drop_index("ix_shop_order_key")
        order.drop_index("ix_shop_order_at")
        order.drop_index(op.f("ix_shop_order_member_id"))
        order.drop_constraint(op.f("fk_shop_order_member_id_member"), type_="foreignkey")
        order.create_foreign_key(op.f("fk_shop_order_coupon_id_coupon"), "coupon", ["coupon_id"], ["id"])
        order.create_index(op.f("ix_shop_order_coupon_id"), ["coupon_id"])
        for name in ("discount", "refunded", "belongs", "member_id", "key"):
            order.drop_column(name)
    with op.batch_alter_table("member") as member:
        member.drop_constraint(op.f("uq_member_community_id_shop_code"), type_="unique")
        member.drop_column("shop_code")
    with op.batch_alter_table("community") as community:
        community.drop_column("currency")
