"""The double-entry ledger: accounts and the transfers between them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from bot.store.tables.base import Id, one_of


class AccountKind(StrEnum):
    """Whose coins an account counts."""

    MEMBER = "member"
    SHOP = "shop"
    """Where a shop's coins come from and return to. Its sum is minus what all other accounts hold."""
    ESCROW = "escrow"
    LAPSE = "lapse"


OF_A_SHOP = text("account.kind IN ('shop', 'lapse')")
"""Say this beside an account's kind: as a literal it lets both databases use the index of these accounts."""


class Account(SQLModel, table=True):
    """One side of transfers. Only members' accounts store a balance: every payment would change the shop's."""

    __tablename__ = "account"
    __table_args__ = (
        one_of("kind", AccountKind),
        CheckConstraint("balance >= 0", name="balance_not_negative"),
        CheckConstraint("(kind = 'member') = (balance IS NOT NULL)", name="only_members_keep_balance"),
        CheckConstraint("(kind = 'member') = (member_id IS NOT NULL)", name="only_members_have_member"),
        Index(
            "uq_account_one_of_a_kind",
            "community_id",
            "kind",
            unique=True,
            sqlite_where=text("kind IN ('shop', 'lapse')"),
            postgresql_where=text("kind IN ('shop', 'lapse')"),
        ),
        Index("ix_account_purses", "community_id", "member_id"),
        Index(
            "ix_account_board",
            "community_id",
            "earned_month",
            "earned",
            "member_id",
            sqlite_where=text("earned_month IS NOT NULL"),
            postgresql_where=text("earned_month IS NOT NULL"),
        ),
        Index(
            "ix_account_checked_in",
            "community_id",
            "checked_in_at",
            sqlite_where=text("checked_in_at IS NOT NULL"),
            postgresql_where=text("checked_in_at IS NOT NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    kind: str
    member_id: int | None = Field(default=None, foreign_key="member.id", unique=True, sa_type=Id)
    balance: int | None = None
    earned_month: str | None = None
    """The calendar month (`YYYY-MM`, in the shop's zone) in which the member earned something last."""
    earned: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """What they earned in that month. Spending takes nothing of it: the month's board is made from this."""
    checked_in_at: datetime | None = None
    """The last check-in of those whose transfers are folded (`CoinFold`)."""


NOT_EARNED = text("(transfer.earned_at IS NULL) IS TRUE")
"""Transfers by which no fan earned anything. In these words SQLite takes the index of their times; with `IS NULL` alone
it takes the other one, and reads all spending that there ever was."""


class Transfer(SQLModel, table=True):
    """Coins that moved between two accounts. Rows are only added, never changed or deleted."""

    __tablename__ = "transfer"
    __table_args__ = (
        UniqueConstraint("community_id", "key"),
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("debit_id <> credit_id", name="two_accounts"),
        Index("ix_transfer_community_id_earned_at", "community_id", "earned_at"),
        # The shop's account has nearly all transfers: without the second column SQLite may avoid these indexes.
        Index("ix_transfer_debit_id_earned_at", "debit_id", "earned_at"),
        Index("ix_transfer_credit_id_earned_at", "credit_id", "earned_at"),
        Index(
            "ix_transfer_spent",
            "community_id",
            "made_at",
            sqlite_where=text("(earned_at IS NULL) IS TRUE"),
            postgresql_where=text("(earned_at IS NULL) IS TRUE"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    key: str
    """The reason key, which makes sure that it happens once: `checkin:{member}:{day}`, `claim:{coupon}`."""
    debit_id: int = Field(foreign_key="account.id", sa_type=Id)
    """The account that coins leave."""
    credit_id: int = Field(foreign_key="account.id", sa_type=Id)
    """The account that coins reach."""
    amount: int
    reason: str
    made_at: datetime
    earned_at: datetime | None = None
    """When a fan earned these coins, which decides when they lapse; None for spending. Coins of a fan's packet keep it,
    both in the transfer from the giver and in the transfer to the taker."""
    reverses_id: int | None = Field(default=None, foreign_key="transfer.id", unique=True, sa_type=Id)
