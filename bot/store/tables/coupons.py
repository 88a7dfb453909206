"""Campaigns and the coupons that fans claimed from them."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, false, text
from sqlmodel import Field, SQLModel

from bot.rules.coupon_states import CampaignState, CouponState, KeptFor
from bot.store.tables.base import Id, forgets_cause, one_of


class Campaign(SQLModel, table=True):
    """An offer of coupons with a stock."""

    __tablename__ = "campaign"
    __table_args__ = (
        one_of("state", CampaignState),
        one_of("kept_for", KeptFor),
        UniqueConstraint("community_id", "number"),
        UniqueConstraint("community_id", "cause"),
        UniqueConstraint("batch_id"),
        CheckConstraint("taken >= 0 AND taken <= stock", name="taken_within_stock"),
        CheckConstraint("stock > 0", name="stock_positive"),
        CheckConstraint("price >= 0", name="price_not_negative"),
        CheckConstraint("per_fan > 0", name="per_fan_positive"),
        Index(
            "uq_campaign_open_shared_code",
            "community_id",
            "shared_code",
            unique=True,
            sqlite_where=text("state = 'open' AND shared_code IS NOT NULL"),
            postgresql_where=text("state = 'open' AND shared_code IS NOT NULL"),
        ),
        forgets_cause("made_at"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    number: int
    """The number by which staff call it. Numbers count within the community."""
    title: str
    stock: int
    taken: int = Field(default=0)
    price: int = Field(default=0)
    per_fan: int = Field(default=1)
    tier: str = Field(default="new")
    """The lowest tier that can claim."""
    segment: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    """The fans whom it is for, as `rules/segments.py` writes them; empty: for all."""
    batch_id: int | None = Field(default=None, foreign_key="code_batch.id", sa_type=Id)
    """The file of codes that is its stock; None: codes are generated, or one is shared."""
    kept_for: str | None = None
    """What hands out its coupons while it stays out of the group; None for a campaign that is offered there."""
    opens: datetime | None = None
    closes: datetime | None = None
    shared_code: str | None = None
    """One code for all fans; None: each claim has a code of its own."""
    state: str = Field(default=CampaignState.OPEN)
    made_by: int = Field(sa_type=BigInteger)
    made_at: datetime
    cause: str | None = None
    answer: str | None = None


class CodeBatch(SQLModel, table=True):
    """A file of codes of the shop's own platform. It is staged until a campaign takes it as its stock."""

    __tablename__ = "code_batch"
    __table_args__ = (UniqueConstraint("community_id", "cause"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    cause: str
    made_at: datetime


class CampaignCode(SQLModel, table=True):
    """One code of a file. It is given to one fan only."""

    __tablename__ = "campaign_code"
    __table_args__ = (
        UniqueConstraint("community_id", "code"),
        UniqueConstraint("community_id", "code_key"),
        Index(
            "ix_campaign_code_free",
            "batch_id",
            "id",
            sqlite_where=text("NOT taken"),
            postgresql_where=text("NOT taken"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    batch_id: int = Field(foreign_key="code_batch.id", sa_type=Id)
    code: str
    """As the shop wrote it."""
    code_key: str | None = None
    """The code as it is compared (`rules/coupons/codes.py`). None for older codes that differ only in case or blanks:
    they are found as they are written."""
    taken: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


class Coupon(SQLModel, table=True):
    """A coupon that one fan claimed."""

    __tablename__ = "coupon"
    __table_args__ = (
        one_of("state", CouponState),
        UniqueConstraint("campaign_id", "member_id", "nth"),
        UniqueConstraint("community_id", "code"),
        UniqueConstraint("member_id", "cause"),
        Index("ix_coupon_claimed", "community_id", "claimed_at"),
        Index(
            "ix_coupon_redeemed",
            "community_id",
            "redeemed_at",
            sqlite_where=text("redeemed_at IS NOT NULL"),
            postgresql_where=text("redeemed_at IS NOT NULL"),
        ),
        forgets_cause("claimed_at"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    campaign_id: int = Field(foreign_key="campaign.id", sa_type=Id)
    member_id: int = Field(foreign_key="member.id", index=True, sa_type=Id)
    nth: int
    """Counts the member's coupons of this campaign from 1, up to its limit for each fan."""
    code: str | None = None
    """The coupon's own code; None if the campaign has a shared code."""
    paid: int = Field(default=0)
    state: str = Field(default=CouponState.HELD)
    claimed_at: datetime
    redeemed_at: datetime | None = None
    redeemed_by: int | None = Field(default=None, sa_type=BigInteger)
    redeemed_on: date | None = None
    """The day on which the redemption counts for the fan's tier. None while it doesn't count: the coupon isn't
    redeemed, or its order was refunded."""
    reminded_at: datetime | None = None
    """When the fan was reminded that it ends soon."""
    cause: str | None = None
    answer: str | None = None
