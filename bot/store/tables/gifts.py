"""Gifts: offers of staff, cards that fans send on, who opened them, and rewards for friends who came."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from bot.rules.gift_states import GiftKind, GiftState, OfferState, Opens, RewardState, Stage, Who
from bot.store.tables.base import Id, forgets_cause, one_of


class GiftOffer(SQLModel, table=True):
    """A gift that staff let fans send on."""

    __tablename__ = "gift_offer"
    __table_args__ = (
        one_of("kind", GiftKind),
        one_of("opens", Opens),
        one_of("state", OfferState),
        UniqueConstraint("community_id", "number"),
        CheckConstraint("taken >= 0 AND (stock IS NULL OR taken <= stock)", name="taken_within_stock"),
        CheckConstraint("coins >= 0", name="coins_not_negative"),
        CheckConstraint("(kind = 'coupon') = (campaign_id IS NOT NULL)", name="coupons_have_a_campaign"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    number: int
    """The number by which staff call it. Numbers count within the community."""
    title: str
    kind: str
    coins: int = Field(default=0)
    campaign_id: int | None = Field(default=None, foreign_key="campaign.id", sa_type=Id)
    opens: str
    stock: int | None = None
    """How many gifts there are in all; None: no limit."""
    taken: int = Field(default=0)
    """How many gifts are reserved for open cards or were taken by a friend."""
    segment: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    """The fans who may send it on, as `rules/segments.py` writes them; empty: all may."""
    closes: datetime | None = None
    state: str = Field(default=OfferState.OPEN)
    made_by: int = Field(sa_type=BigInteger)
    made_at: datetime


class Gift(SQLModel, table=True):
    """One fan's card. Its content is copied from the offer, so closing the offer doesn't change the card."""

    __tablename__ = "gift"
    __table_args__ = (
        one_of("kind", GiftKind),
        one_of("opens", Opens),
        one_of("state", GiftState),
        UniqueConstraint("giver_id", "day", "nth"),
        UniqueConstraint("giver_id", "cause"),
        Index("ix_gift_community_id", "community_id"),
        Index(
            "ix_gift_expires",
            "expires_at",
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        forgets_cause("made_at"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    offer_id: int | None = Field(default=None, foreign_key="gift_offer.id", index=True, sa_type=Id)
    """None: a plain invitation, which every community has without an offer."""
    giver_id: int = Field(foreign_key="member.id", sa_type=Id)
    token: str = Field(unique=True)
    """The secret part of its link: 128 random bits."""
    title: str = Field(default="")
    kind: str
    coins: int = Field(default=0)
    campaign_id: int | None = Field(default=None, foreign_key="campaign.id", sa_type=Id)
    opens: str
    reserved: bool = Field(default=False)
    """Whether one of the offer's stock (and a coupon of its campaign) is reserved for this card."""
    state: str = Field(default=GiftState.OPEN)
    made_at: datetime
    day: date
    """The community's calendar day on which it was made; `nth` counts that day's cards of this giver."""
    nth: int
    shared_at: datetime | None = None
    opened_at: datetime | None = None
    opened: int = Field(default=0)
    """How many people opened it."""
    expires_at: datetime
    taken_by: int | None = Field(default=None, foreign_key="member.id", sa_type=Id)
    cause: str | None = None


class GiftSending(SQLModel, table=True):
    """A card was sent to a chat. Telegram reports that, but not which chat it was."""

    __tablename__ = "gift_sending"
    __table_args__ = (UniqueConstraint("gift_id", "cause"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    gift_id: int = Field(foreign_key="gift.id", sa_type=Id)
    giver_id: int = Field(foreign_key="member.id", index=True, sa_type=Id)
    day: date
    cause: str


class GiftOpening(SQLModel, table=True):
    """A person opened a card. The row is kept for 30 days, in which it decides who invited them."""

    __tablename__ = "gift_opening"
    __table_args__ = (
        UniqueConstraint("gift_id", "user_id"),
        Index("ix_gift_opening_community_id_user_id", "community_id", "user_id"),
        Index("ix_gift_opening_at", "at"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    gift_id: int = Field(foreign_key="gift.id", sa_type=Id)
    user_id: int = Field(sa_type=BigInteger)
    at: datetime
    outsider: bool
    """Whether they had never been a member. Only then can this opening count as an invitation."""


class Invitation(SQLModel, table=True):
    """A friend joined by a card. A friend has one inviter, for good."""

    __tablename__ = "invitation"
    __table_args__ = (
        UniqueConstraint("friend_id"),
        UniqueConstraint("inviter_id", "rewarded_month", "rewarded_nth"),
        CheckConstraint("inviter_id <> friend_id", name="never_oneself"),
        Index("ix_invitation_joined", "community_id", "joined_at"),
        Index(
            "ix_invitation_watched",
            "watched_until",
            sqlite_where=text("watched_until IS NOT NULL"),
            postgresql_where=text("watched_until IS NOT NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    gift_id: int = Field(foreign_key="gift.id", index=True, sa_type=Id)
    inviter_id: int = Field(foreign_key="member.id", sa_type=Id)
    friend_id: int = Field(foreign_key="member.id", sa_type=Id)
    joined_at: datetime
    left_at: datetime | None = None
    """When the friend left. Rewards that were pending then are cancelled, even if the friend comes back."""
    check_ins: int = Field(default=0)
    watched_until: datetime | None = None
    """Until when check-ins count for the stage *stayed*; None once that is decided."""
    rewarded_month: date | None = None
    """The calendar month in which the inviter was rewarded for this friend. `rewarded_nth` counts them within it."""
    rewarded_nth: int | None = None


class GiftReward(SQLModel, table=True):
    """What a stage pays to the inviter or to the friend, once."""

    __tablename__ = "gift_reward"
    __table_args__ = (
        one_of("stage", Stage),
        one_of("who", Who),
        one_of("state", RewardState),
        UniqueConstraint("invitation_id", "stage", "who"),
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("(state = 'due') = (due_at IS NOT NULL)", name="due_has_its_time"),
        Index("ix_gift_reward_counts", "community_id", "state", "stage", "who", "invitation_id"),
        Index(
            "ix_gift_reward_due",
            "due_at",
            sqlite_where=text("state = 'due'"),
            postgresql_where=text("state = 'due'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    invitation_id: int = Field(foreign_key="invitation.id", sa_type=Id)
    stage: str
    who: str
    amount: int
    state: str = Field(default=RewardState.WAITING)
    due_at: datetime | None = None
    settled_at: datetime | None = None
    held_at: datetime | None = None
    """When it was held for the shop's look; None: never. It stays set after the decision."""
