"""Orders that the shop's platform tells of, and the secret by which it does."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, UniqueConstraint, false
from sqlmodel import Field, SQLModel

from bot.rules.orders.orders import OrderState
from bot.store.tables.base import Id, forgets_cause, one_of


class Order(SQLModel, table=True):
    """An order that a coupon was used for: once by its own number, whoever tells of it and however often."""

    __tablename__ = "shop_order"
    __table_args__ = (
        one_of("state", OrderState),
        UniqueConstraint("community_id", "ref"),
        CheckConstraint("value >= 0", name="value_not_negative"),
        forgets_cause("made_at"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    ref: str
    """What the platform calls it."""
    coupon_id: int | None = Field(default=None, foreign_key="coupon.id", index=True, sa_type=Id)
    """None: it was taken back before it was told of."""
    value: int = Field(sa_type=BigInteger)
    """In minor units of the currency."""
    currency: str
    share: int = Field(default=0)
    """What it counts for the tier, in thousandths of a point."""
    day: date
    """The day that it counts on."""
    at: datetime
    """When it was paid."""
    till_at: datetime | None = None
    """When the coupon was redeemed at the till before; None: the order redeemed it."""
    till_by: int | None = Field(default=None, sa_type=BigInteger)
    till_on: date | None = None
    """The day on which that redemption counts."""
    returned: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether the coupon was given back when the order was taken back."""
    state: str = Field(default=OrderState.PAID)
    made_by: int | None = Field(default=None, sa_type=BigInteger)
    """The staff who handed it in; None: the shop's platform."""
    made_at: datetime
    refunded_at: datetime | None = None
    cause: str | None = None
    """Of the file that told of it first; a call needs none, as it is known by its order."""


class OrderHook(SQLModel, table=True):
    """What the shop's platform signs its calls with."""

    __tablename__ = "order_hook"

    community_id: int = Field(sa_column=Column(Id, ForeignKey("community.id"), primary_key=True, autoincrement=False))
    secret: str
    made_at: datetime

    def __repr__(self) -> str:
        return f"OrderHook(community_id={self.community_id})"
