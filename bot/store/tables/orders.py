"""Orders that the shop's platform reports, whose they are, and the secret with which it signs its reports."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, UniqueConstraint, false, text, true
from sqlmodel import Field, SQLModel

from bot.rules.orders.told import Belongs, OrderState
from bot.rules.orders.whose import ClaimedBy, ClaimState
from bot.store.tables.base import Id, forgets_cause, one_of


class Order(SQLModel, table=True):
    """An order of the shop's platform. It has one row, however often and by whomever it is reported."""

    __tablename__ = "shop_order"
    __table_args__ = (
        one_of("state", OrderState),
        UniqueConstraint("community_id", "ref"),
        one_of("belongs", Belongs),
        CheckConstraint("value >= 0", name="value_not_negative"),
        CheckConstraint("refunded >= 0 AND refunded <= value", name="refunded_within_value"),
        CheckConstraint("(member_id IS NULL) = (belongs = 'nobody')", name="belongs_to_member"),
        Index("ix_shop_order_at", "community_id", "at"),
        Index("ix_shop_order_key", "community_id", "key"),
        forgets_cause("made_at"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    ref: str
    """The platform's number of the order."""
    key: str
    """The same as claims are matched by it (`order_key`)."""
    member_id: int | None = Field(default=None, foreign_key="member.id", index=True, sa_type=Id)
    """Whose it is, as far as is known."""
    belongs: str = Field(default=Belongs.NOBODY, sa_column_kwargs={"server_default": Belongs.NOBODY.value})
    value: int = Field(sa_type=BigInteger)
    """In minor units of the currency."""
    refunded: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})
    """What was paid back, in minor units: a part, or all of it if it is refunded or cancelled."""
    discount: int | None = Field(default=None, sa_type=BigInteger)
    """What coupons took off, in minor units; None if nobody told that."""
    currency: str
    share: int = Field(default=0)
    """How much it counts for its member's tier, in thousandths of a point, while it is paid."""
    day: date
    """The day on which it counts."""
    at: datetime
    """When it was paid."""
    state: str = Field(default=OrderState.PAID)
    made_by: int | None = Field(default=None, sa_type=BigInteger)
    """Who of the staff reported it; None: the shop's platform did."""
    made_at: datetime
    refunded_at: datetime | None = None
    cause: str | None = None
    """The cause of the file that reported it first. A call of the platform needs none: the order number is unique."""


class OrderCoupon(SQLModel, table=True):
    """A coupon that an order used."""

    __tablename__ = "order_coupon"
    __table_args__ = (
        UniqueConstraint("order_id", "coupon_id"),
        Index(
            "uq_order_coupon_stands",
            "coupon_id",
            unique=True,
            sqlite_where=text("stands AND coupon_id IS NOT NULL"),
            postgresql_where=text("stands AND coupon_id IS NOT NULL"),
        ),
        Index(
            "uq_order_coupon_shared",
            "order_id",
            "campaign_id",
            unique=True,
            sqlite_where=text("coupon_id IS NULL"),
            postgresql_where=text("coupon_id IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    order_id: int = Field(foreign_key="shop_order.id", sa_type=Id)
    campaign_id: int = Field(foreign_key="campaign.id", index=True, sa_type=Id)
    coupon_id: int | None = Field(default=None, foreign_key="coupon.id", index=True, sa_type=Id)
    """None: the code is shared, so that it doesn't say whose coupon it is."""
    stands: bool = Field(default=True, sa_column_kwargs={"server_default": true()})
    """Whether the order is paid and wasn't taken back. A coupon stands for one order at most."""
    till_at: datetime | None = None
    """When the coupon was redeemed at the till, before the order was reported; None: the order redeemed it."""
    till_by: int | None = Field(default=None, sa_type=BigInteger)
    till_on: date | None = None
    """The day on which the redemption at the till counts."""
    returned: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether taking the order back gave the coupon back to the fan."""


class OrderClaim(SQLModel, table=True):
    """An order may be a fan's, and staff decide. The order may come later than the claim."""

    __tablename__ = "order_claim"
    __table_args__ = (
        one_of("state", ClaimState),
        one_of("how", ClaimedBy),
        UniqueConstraint("community_id", "key", "member_id"),
        Index("ix_order_claim_made", "community_id", "made_at"),
        Index(
            "ix_order_claim_open",
            "community_id",
            "id",
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index(
            "uq_order_claim_confirmed",
            "order_id",
            unique=True,
            sqlite_where=text("state = 'confirmed'"),
            postgresql_where=text("state = 'confirmed'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    ref: str
    """The order's number as the fan told it."""
    key: str
    """The same as orders are matched by it (`order_key`)."""
    member_id: int = Field(foreign_key="member.id", index=True, sa_type=Id)
    how: str = Field(default=ClaimedBy.FAN)
    state: str = Field(default=ClaimState.OPEN)
    order_id: int | None = Field(default=None, foreign_key="shop_order.id", sa_type=Id)
    """The order for which it was confirmed. One order is confirmed to one fan."""
    made_at: datetime
    settled_at: datetime | None = None
    settled_by: int | None = Field(default=None, sa_type=BigInteger)
    """Who of the staff decided; None: it is open, or what was told of the order said the same."""


class OrderHook(SQLModel, table=True):
    """The secret with which the shop's platform signs its calls."""

    __tablename__ = "order_hook"

    community_id: int = Field(sa_column=Column(Id, ForeignKey("community.id"), primary_key=True, autoincrement=False))
    secret: str
    made_at: datetime

    def __repr__(self) -> str:
        return f"OrderHook(community_id={self.community_id})"
