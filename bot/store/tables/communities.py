"""Shops, and their groups and channels."""

import secrets
from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, false, text
from sqlmodel import Field, SQLModel

from bot.rules.funding import Funding
from bot.rules.giveaways import A_DAY_AT_FIRST
from bot.rules.words import Language
from bot.store.tables.base import Id, one_of


def new_salt() -> str:
    """Thirty-two hexadecimal digits that nobody can guess."""
    return secrets.token_hex(16)


class Community(SQLModel, table=True):
    """One shop with its settings. Its fans, groups and ledger refer to this row."""

    __tablename__ = "community"
    __table_args__ = (
        one_of("language", Language),
        CheckConstraint("giveaway >= 0", name="giveaway_not_negative"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    shop: str
    language: str
    timezone: str
    persona: str
    coin: str
    owner_id: int = Field(sa_type=BigInteger, index=True)
    """The home group's creator, according to the last answer of Telegram."""
    made_at: datetime
    campaigns_made: int = Field(default=0)
    """The number of this shop's newest campaign."""
    salt: str = Field(default_factory=new_salt, sa_column_kwargs={"server_default": "-"})
    """Salt of this shop's fingerprints: they differ from those of other shops."""
    streams_made: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """The number of this shop's newest stream."""
    packets: str = Field(default=Funding.STAFF, sa_column_kwargs={"server_default": Funding.STAFF.value})
    """Who may open red packets: only staff, or fans too with their own coins. A `Funding`."""
    giveaway: int = Field(default=A_DAY_AT_FIRST, sa_column_kwargs={"server_default": str(A_DAY_AT_FIRST)})
    """Coins that each operator may give away on a local day."""
    items_made: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """The number of this shop's newest item."""
    raffles_made: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """The number of this shop's newest raffle."""
    currency: str | None = None
    """The ISO code that the owner chose; None: the usual one of the shop's language (`DEFAULT_CURRENCIES`)."""
    home_told_at: datetime | None = None
    """When the owner was told which group is the home group. None: the owner of an older shop has yet to be told."""
    digest_day: date | None = None
    """The last day on which the owner was told of the day before, or on which there was nothing to tell."""
    digest_off_at: datetime | None = None
    """When the owner switched the morning digest off; None: it comes."""
    contact: str | None = None
    """How the shop can be reached. It stands below promotion in Korean communities, which isn't sent without it."""
    consent_told_at: datetime | None = None
    """When the owner was told that fans of before haven't said yes to promotion. None: the owner of an older shop has
    yet to be told."""


class FanGroup(SQLModel, table=True):
    """A Telegram group or channel of a community. `left_at` is set while the bot isn't in it."""

    __tablename__ = "fan_group"
    __table_args__ = (
        Index(
            "uq_fan_group_home",
            "community_id",
            unique=True,
            sqlite_where=text("is_home"),
            postgresql_where=text("is_home"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    community_id: int = Field(foreign_key="community.id", index=True, sa_type=Id)
    chat_id: int = Field(unique=True, sa_type=BigInteger)
    title: str
    is_admin: bool = Field(default=False)
    """Whether the bot is an administrator there."""
    is_channel: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether it is the shop's channel: streams are announced there, and fans don't act there."""
    is_home: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether it is the shop's home group: its creator is the owner, its administrators are operators."""
    linked_chat_id: int | None = Field(default=None, sa_type=BigInteger)
    """A channel's discussion group, or a discussion group's channel, as far as is known."""
    topic_id: int | None = Field(default=None, sa_type=BigInteger)
    """The topic for cards and announcements; None for General, and for groups without topics."""
    topic_name: str | None = None
    topic_closed_at: datetime | None = None
    """When Telegram refused a message in the topic and the owner was told; None once it takes messages again."""
    heard_at: datetime | None = None
    """When somebody last wrote, pressed or reacted there, to the minute. None: not since that is noted."""
    joined_at: datetime
    left_at: datetime | None = None
