"""The coin shop: items, and what fans bought."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from bot.rules.coin_shop.shelf import ItemKind, ItemState, Per, PurchaseState
from bot.rules.tiers import Tier
from bot.store.tables.base import Id, forgets_cause, one_of


class Item(SQLModel, table=True):
    """An item of the coin shop: something that fans can buy for coins."""

    __tablename__ = "item"
    __table_args__ = (
        one_of("kind", ItemKind),
        one_of("per", Per),
        one_of("state", ItemState),
        one_of("tier", Tier),
        UniqueConstraint("community_id", "number"),
        CheckConstraint("sold >= 0 AND (stock IS NULL OR sold <= stock)", name="sold_within_stock"),
        CheckConstraint("stock > 0", name="stock_positive"),
        CheckConstraint("price > 0", name="price_positive"),
        CheckConstraint("per_fan > 0", name="per_fan_positive"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    number: int
    """The number by which staff call it. Numbers count within the community."""
    title: str
    kind: str
    subject_id: int | None = Field(default=None, sa_type=Id)
    """The campaign whose coupons, or the raffle whose tickets, this item sells."""
    price: int
    stock: int | None = None
    sold: int = Field(default=0)
    """How many were sold, without refunded ones that can be sold again."""
    per_fan: int | None = None
    per: str | None = None
    """The period for which `per_fan` holds; None: all time."""
    tier: str = Field(default=Tier.NEW)
    segment: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    """The fans whom it is for, as `rules/segments.py` writes them; empty: for all."""
    opens: datetime | None = None
    closes: datetime | None = None
    state: str = Field(default=ItemState.OPEN)
    made_by: int = Field(sa_type=BigInteger)
    made_at: datetime


class Purchase(SQLModel, table=True):
    """A purchase: something that a fan bought."""

    __tablename__ = "purchase"
    __table_args__ = (
        one_of("kind", ItemKind),
        one_of("state", PurchaseState),
        UniqueConstraint("item_id", "member_id", "serial"),
        UniqueConstraint("item_id", "member_id", "period", "nth"),
        UniqueConstraint("member_id", "cause"),
        CheckConstraint("(state = 'refunded') = (nth IS NULL)", name="refunded_doesnt_count"),
        CheckConstraint("mended_day IS NULL OR (kind = 'makeup' AND state = 'done')", name="only_make_ups_mend"),
        Index("ix_purchase_states", "community_id", "state"),
        forgets_cause("bought_at"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    item_id: int = Field(foreign_key="item.id", sa_type=Id)
    member_id: int = Field(foreign_key="member.id", index=True, sa_type=Id)
    serial: int
    """Counts the member's purchases of this item from 1, refunded ones included. So one *yes* can't buy twice."""
    period: str
    nth: int | None = None
    """Counts the member's purchases of this item in the period, for the limit. None once it was refunded."""
    kind: str
    paid: int
    subject_id: int | None = Field(default=None, sa_type=Id)
    """The coupon or the raffle entry that the member got for it."""
    mended_day: date | None = None
    """The missed day that this make-up was used for; None: not used yet."""
    state: str
    bought_at: datetime
    settled_at: datetime | None = None
    settled_by: int | None = Field(default=None, sa_type=BigInteger)
    """Who of the staff handed it over or refunded it."""
    wish: str | None = None
    """What the buyer of a favour wishes, in their words; None: they said nothing."""
    cause: str | None = None
    answer: str | None = None
