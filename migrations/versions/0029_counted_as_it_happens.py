"""a month's earnings, a day's check-ins and old causes are found by indexes

Revision ID: 0029
Revises: 0028
"""

from collections.abc import Sequence
from datetime import UTC
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision: str = "0029"
down_revision: str | None = "0028"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sqlmodel.sql.sqltypes.UTCDateTime
COVERED = ("outbox", "purchase")
"""Tables whose index by shop gives way to one that begins with the shop."""
PLAIN = {
    "ix_outbox_chats": ("outbox", ("community_id", "chat_id")),
    "ix_audit_entry_acts": ("audit_entry", ("community_id", "act")),
    "ix_purchase_states": ("purchase", ("community_id", "state")),
    "ix_gift_community_id": ("gift", ("community_id",)),
    "ix_gift_opening_at": ("gift_opening", ("at",)),
    "ix_gift_reward_counts": ("gift_reward", ("community_id", "state", "stage", "who", "invitation_id")),
    "ix_first_touch_at": ("first_touch", ("at",)),
    "ix_sighting_at": ("sighting", ("at",)),
    "ix_member_source": ("member", ("community_id", "source_id", "left_at")),
}
HAVE_CAUSES = {
    "attendance": "at",
    "audit_entry": "at",
    "campaign": "made_at",
    "check_in": "at",
    "coupon": "claimed_at",
    "gift": "made_at",
    "heart": "at",
    "packet": "opened_at",
    "packet_take": "at",
    "purchase": "bought_at",
    "raffle_entry": "at",
    "shop_order": "made_at",
}


def upgrade() -> None:
    """Add columns and indexes, and add up what was earned in this month of each shop."""
    with op.batch_alter_table("account") as account:
        account.add_column(sa.Column("earned_month", sa.String(), nullable=True))
        account.add_column(sa.Column("earned", sa.Integer(), server_default="0", nullable=False))
    with op.batch_alter_table("check_in") as check_in:
        check_in.add_column(sa.Column("community_id", ID, nullable=True))
    op.execute(
        "UPDATE check_in SET community_id = (SELECT member.community_id FROM member WHERE member.id = member_id)"
    )
    with op.batch_alter_table("check_in") as check_in:
        check_in.alter_column("community_id", existing_type=ID, nullable=False)
        check_in.create_foreign_key(op.f("fk_check_in_community_id_community"), "community", ["community_id"], ["id"])
    _add_up_this_month()
    _make_indexes()


def _make_indexes() -> None:
    for side in ("debit_id", "credit_id"):
        op.drop_index(op.f(f"ix_transfer_{side}"), table_name="transfer")
        op.create_index(f"ix_transfer_{side}_earned_at", "transfer", [side, "earned_at"])
    op.create_index("ix_check_in_counts", "check_in", ["community_id", "day", "cover", "member_id"])
    op.create_index("ix_account_purses", "account", ["community_id", "member_id"])
    _make_partial(
        "ix_account_board",
        "account",
        ["community_id", "earned_month", "earned"],
        "earned_month IS NOT NULL",
    )
    _make_partial("ix_member_back_since", "member", ["back_since"], "back_since IS NOT NULL")
    _make_partial("ix_member_here", "member", ["community_id"], "left_at IS NULL AND user_id > 0")
    _make_partial("ix_outbox_open", "outbox", ["community_id"], "state IN ('waiting', 'sending')")
    _make_partial("ix_outbox_done", "outbox", ["due_at"], "state NOT IN ('waiting', 'sending')")
    _make_partial("ix_outbox_untold", "outbox", ["made_at"], "state IN ('failed', 'expired', 'unknown')")
    for table in COVERED:
        op.drop_index(op.f(f"ix_{table}_community_id"), table_name=table)
    for name, (table, columns) in PLAIN.items():
        op.create_index(name, table, list(columns))
    for table, at in HAVE_CAUSES.items():
        _make_partial(f"ix_{table}_has_cause", table, [at], "cause IS NOT NULL")


def _make_partial(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def _add_up_this_month() -> None:
    """The board of the latest month in which somebody earned something, in each shop's own zone."""
    connection = op.get_bind()
    newest = sa.text(
        "SELECT community.id, community.timezone, MAX(transfer.earned_at) AS at FROM community"
        " JOIN transfer ON transfer.community_id = community.id WHERE transfer.earned_at IS NOT NULL"
        " GROUP BY community.id, community.timezone"
    ).columns(sa.column("id", ID), sa.column("timezone", sa.String()), sa.column("at", INSTANT()))
    earned = sa.text(
        "SELECT transfer.credit_id, SUM(transfer.amount) FROM transfer"
        " JOIN account ON account.id = transfer.credit_id WHERE transfer.community_id = :shop"
        " AND transfer.earned_at >= :start AND transfer.reason <> 'packet back' AND account.kind = 'member'"
        " GROUP BY transfer.credit_id"
    ).bindparams(sa.bindparam("start", type_=INSTANT()))
    for shop, timezone, at in connection.execute(newest).all():
        here = at.astimezone(ZoneInfo(timezone))
        start = here.replace(day=1, hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
        for account_id, coins in connection.execute(earned, {"shop": shop, "start": start}).all():
            connection.execute(
                sa.text("UPDATE account SET earned_month = :month, earned = :coins WHERE id = :id"),
                {"month": f"{here.year:04d}-{here.month:02d}", "coins": coins, "id": account_id},
            )


def downgrade() -> None:
    """Drop them: everything is counted from the rows again."""
    for table in reversed(HAVE_CAUSES):
        op.drop_index(f"ix_{table}_has_cause", table_name=table)
    for table in COVERED:
        op.create_index(op.f(f"ix_{table}_community_id"), table, ["community_id"])
    for name, (table, _) in reversed(PLAIN.items()):
        op.drop_index(name, table_name=table)
    for name in ("ix_outbox_untold", "ix_outbox_done", "ix_outbox_open"):
        op.drop_index(name, table_name="outbox")
    op.drop_index("ix_member_here", table_name="member")
    op.drop_index("ix_member_back_since", table_name="member")
    op.drop_index("ix_account_board", table_name="account")
    op.drop_index("ix_account_purses", table_name="account")
    op.drop_index("ix_check_in_counts", table_name="check_in")
    for side in ("debit_id", "credit_id"):
        op.drop_index(f"ix_transfer_{side}_earned_at", table_name="transfer")
        op.create_index(op.f(f"ix_transfer_{side}"), "transfer", [side])
    with op.batch_alter_table("check_in") as check_in:
        check_in.drop_constraint(op.f("fk_check_in_community_id_community"), type_="foreignkey")
        check_in.drop_column("community_id")
    with op.batch_alter_table("account") as account:
        account.drop_column("earned")
        account.drop_column("earned_month")
