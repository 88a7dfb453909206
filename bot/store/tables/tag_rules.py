"""Rules of a shop by which fans get a tag."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from bot.rules.members.tag_rules import RuleState, When
from bot.store.tables.base import Id, one_of


class TagRule(SQLModel, table=True):
    """A rule of staff: who did something often enough gets a tag."""

    __tablename__ = "tag_rule"
    __table_args__ = (
        one_of("counts", When),
        one_of("state", RuleState),
        UniqueConstraint("community_id", "number"),
        CheckConstraint("times > 0", name="times_positive"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    number: int
    """The number by which staff call it. Numbers count within the community."""
    tag: str
    tag_key: str
    """The tag as it is compared (`rules/tags.py`)."""
    counts: str
    """What is counted: a `When`."""
    times: int = Field(sa_type=BigInteger)
    """How often it must have happened; of money, whole units of the shop's currency."""
    title: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    """What the title of a coupon or an item must contain; empty: any."""
    state: str
    checked_at: datetime | None = None
    """When all fans were looked at last; None: never."""
    looked_to: int = Field(default=0, sa_type=Id, sa_column_kwargs={"server_default": "0"})
    """The member at whom the look at all fans stands; 0: none is under way."""
    made_by: int = Field(sa_type=BigInteger)
    made_at: datetime
