"""Orders that the shop's platform reports, and the secret with which it signs its reports."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, UniqueConstraint, false
from sqlmodel import Field, SQLModel

from bot.rules.orders.told import Belongs, OrderState
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
        forgets_cause("made_at"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    ref: str
    """The platform's number of the order."""
    coupon_id: int | None = Field(default=None, foreign_key="coupon.id", index=True, sa_type=Id)
    """None: it used none of ours, or its refund was reported before the order itself."""
    member_id: int | None = Field(default=None, foreign_key="member.id", index=True, sa_type=Id)
    """Whose it is, as far as is known."""
    belongs: str = Field(default=Belongs.NOBODY, sa_column_kwargs={"server_default": Belongs.NOBODY.value})
    value: int = Field(sa_type=BigInteger)
    """In minor units of the currency."""
    refunded: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})
    """What was paid back, in minor units: all of it, or a part."""
    discount: int | None = Field(default=None, sa_type=BigInteger)
    """What coupons took off, in minor units; None if nobody told that."""
    currency: str
    share: int = Field(default=0)
    """How much it counts for the tier, in thousandths of a point."""
    day: date
    """The day on which it counts."""
    at: datetime
    """When it was paid."""
    till_at: datetime | None = None
    """When the coupon was redeemed at the till, before the order was reported; None: the order redeemed it."""
    till_by: int | None = Field(default=None, sa_type=BigInteger)
    till_on: date | None = None
    """The day on which the redemption at the till counts."""
    returned: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether the refund of the order gave the coupon back to the fan."""
    state: str = Field(default=OrderState.PAID)
    made_by: int | None = Field(default=None, sa_type=BigInteger)
    """Who of the staff reported it; None: the shop's platform did."""
    made_at: datetime
    refunded_at: datetime | None = None
    cause: str | None = None
    """The cause of the file that reported it first. A call of the platform needs none: the order number is unique."""


class OrderHook(SQLModel, table=True):
    """The secret with which the shop's platform signs its calls."""

    __tablename__ = "order_hook"

    community_id: int = Field(sa_column=Column(Id, ForeignKey("community.id"), primary_key=True, autoincrement=False))
    secret: str
    made_at: datetime

    def __repr__(self) -> str:
        return f"OrderHook(community_id={self.community_id})"
