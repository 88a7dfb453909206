"""coins keep their date in packets; counts above nought; what a refunded order used; how long a deletion is known

Revision ID: 0017
Revises: 0016
"""

import json
import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TEXT, INSTANT = sqlmodel.sql.sqltypes.AutoString, sqlmodel.sql.sqltypes.UTCDateTime
PROMISED = timedelta(days=30)
"""How long a deletion was to be remembered until now: who was told so isn't remembered longer."""


def _table(name: str, *columns: str, **typed: Any) -> Any:
    return sa.table(name, *(sa.column(one) for one in columns), *(sa.column(one, of) for one, of in typed.items()))


COMMUNITY = _table("community", "id", "timezone")
COUPON = _table("coupon", "id", "community_id", "state", "redeemed_by", redeemed_at=INSTANT(), redeemed_on=sa.Date())
ORDER = _table(
    "shop_order",
    "id",
    "coupon_id",
    "state",
    "till_by",
    redeemed=sa.Boolean(),
    returned=sa.Boolean(),
    day=sa.Date(),
    till_at=INSTANT(),
    till_on=sa.Date(),
)
PACKET = _table("packet", "id", "community_id", "giver_id")
SHARE = _table("packet_share", "packet_id", "nth", "coins", "earned")
ACCOUNT = _table("account", "id", "member_id")
TRANSFER = _table("transfer", "id", "community_id", "key", "debit_id", "credit_id", "amount", earned_at=INSTANT())
FORGOTTEN = _table("forgotten", "community_id", "fingerprint", at=INSTANT(), until=INSTANT())


def upgrade() -> None:
    """Add what is remembered, and work it out for what is there."""
    db = op.get_bind()
    zones = {row[0]: ZoneInfo(row[1]) for row in db.execute(sa.select(COMMUNITY.c.id, COMMUNITY.c.timezone))}
    op.add_column("packet_share", sa.Column("earned", TEXT(), nullable=True))
    _date_packets(db, zones)
    op.execute("DELETE FROM activity WHERE times <= 0")
    with op.batch_alter_table("activity") as activity:
        activity.create_check_constraint(op.f("ck_activity_times_positive"), "times > 0")
    op.add_column("coupon", sa.Column("redeemed_on", sa.Date(), nullable=True))
    op.add_column("shop_order", sa.Column("till_at", INSTANT(), nullable=True))
    op.add_column("shop_order", sa.Column("till_by", sa.BigInteger(), nullable=True))
    op.add_column("shop_order", sa.Column("till_on", sa.Date(), nullable=True))
    _date_redemptions(db, zones)
    with op.batch_alter_table("shop_order") as order:
        order.drop_column("redeemed")
    op.add_column("forgotten", sa.Column("until", INSTANT(), nullable=True))
    for at in db.execute(sa.select(FORGOTTEN.c.at).distinct()).scalars().all():
        db.execute(sa.update(FORGOTTEN).where(FORGOTTEN.c.at == at).values(until=at + PROMISED))
    with op.batch_alter_table("forgotten") as forgotten:
        forgotten.alter_column("until", existing_type=INSTANT(), nullable=False)


def _date_packets(db: sa.Connection, zones: dict[int, ZoneInfo]) -> None:
    """Tell the shares of fans' packets when their coins were earned: the oldest coins of the giver's purse then."""
    for packet_id, community_id, giver_id in db.execute(
        sa.select(PACKET.c.id, PACKET.c.community_id, PACKET.c.giver_id).where(PACKET.c.giver_id.is_not(None))
    ).all():
        account = db.execute(sa.select(ACCOUNT.c.id).where(ACCOUNT.c.member_id == giver_id)).scalar_one()
        charge = db.execute(
            sa.select(TRANSFER.c.id).where(
                TRANSFER.c.community_id == community_id, TRANSFER.c.key == f"packet:{packet_id}"
            )
        ).scalar_one()
        lots = _purse(db, account, charge, zones[community_id])
        rows = db.execute(
            sa.select(SHARE.c.nth, SHARE.c.coins).where(SHARE.c.packet_id == packet_id).order_by(SHARE.c.nth)
        ).all()
        for nth, missing in rows:
            mine = []
            while missing:
                earned_at, left = lots.pop()
                taken = min(missing, left)
                mine.append({"earned_at": earned_at.isoformat(), "coins": taken})
                missing -= taken  # noqa: PLW2901  # what is left of this share
                if left > taken:
                    lots.append((earned_at, left - taken))
            share = (SHARE.c.packet_id == packet_id, SHARE.c.nth == nth)
            db.execute(sa.update(SHARE).where(*share).values(earned=json.dumps(mine)))


def _purse(db: sa.Connection, account: int, charge: int, zone: ZoneInfo) -> list[tuple[datetime, int]]:
    """The coins that a purse had before a transfer, by month, the oldest last."""
    months: defaultdict[date, list[tuple[datetime, int]]] = defaultdict(list)
    balance = 0
    for credit_id, amount, earned_at in db.execute(
        sa.select(TRANSFER.c.credit_id, TRANSFER.c.amount, TRANSFER.c.earned_at).where(
            sa.or_(TRANSFER.c.credit_id == account, TRANSFER.c.debit_id == account), TRANSFER.c.id < charge
        )
    ).all():
        balance += amount if credit_id == account else -amount
        if credit_id == account and earned_at is not None:
            months[earned_at.astimezone(zone).date().replace(day=1)].append((earned_at, amount))
    held = []
    for _, earned in sorted(months.items(), reverse=True):
        lot = min(balance, sum(amount for _, amount in earned))
        held.append((min(at for at, _ in earned), lot))
        balance -= lot
    return [(at, lot) for at, lot in held if lot]


def _date_redemptions(db: sa.Connection, zones: dict[int, ZoneInfo]) -> None:
    """Tell redeemed coupons on which day they count, and orders how their coupon was redeemed before them."""
    orders: defaultdict[int, list[Any]] = defaultdict(list)
    for order in db.execute(
        sa.select(ORDER.c.id, ORDER.c.coupon_id, ORDER.c.state, ORDER.c.redeemed, ORDER.c.day).where(
            ORDER.c.coupon_id.is_not(None)
        )
    ).all():
        orders[order.coupon_id].append(order)
    for coupon in db.execute(
        sa.select(COUPON.c.id, COUPON.c.community_id, COUPON.c.redeemed_at, COUPON.c.redeemed_by).where(
            COUPON.c.state == "redeemed", COUPON.c.redeemed_at.is_not(None)
        )
    ).all():
        at_till = coupon.redeemed_at.astimezone(zones[coupon.community_id]).date()
        paid = [order for order in orders[coupon.id] if order.state == "paid"]
        day = next((order.day for order in paid if order.redeemed), at_till)
        counts = paid or not orders[coupon.id]
        if counts:
            db.execute(sa.update(COUPON).where(COUPON.c.id == coupon.id).values(redeemed_on=day))
        for order in orders[coupon.id]:
            if not order.redeemed:
                db.execute(
                    sa.update(ORDER)
                    .where(ORDER.c.id == order.id)
                    .values(till_at=coupon.redeemed_at, till_by=coupon.redeemed_by, till_on=at_till)
                )


def downgrade() -> None:
    """Forget it again; what a fan gave is one transfer a packet once more."""
    db = op.get_bind()
    with op.batch_alter_table("forgotten") as forgotten:
        forgotten.drop_column("until")
    op.add_column("shop_order", sa.Column("redeemed", sa.Boolean(), server_default=sa.false(), nullable=False))
    db.execute(sa.update(ORDER).where(ORDER.c.coupon_id.is_not(None), ORDER.c.till_at.is_(None)).values(redeemed=True))
    with op.batch_alter_table("shop_order") as order:
        order.drop_column("till_on")
        order.drop_column("till_by")
        order.drop_column("till_at")
    with op.batch_alter_table("coupon") as coupon:
        coupon.drop_column("redeemed_on")
    with op.batch_alter_table("activity") as activity:
        activity.drop_constraint(op.f("ck_activity_times_positive"), type_="check")
    _join_charges(db)
    with op.batch_alter_table("packet_share") as share:
        share.drop_column("earned")


def _join_charges(db: sa.Connection) -> None:
    for community_id, packet_id in db.execute(
        sa.select(PACKET.c.community_id, PACKET.c.id).where(PACKET.c.giver_id.is_not(None))
    ).all():
        ours = TRANSFER.c.community_id == community_id
        key = f"packet:{packet_id}"
        parts = [
            row
            for row in db.execute(
                sa.select(TRANSFER.c.id, TRANSFER.c.key, TRANSFER.c.amount).where(ours, TRANSFER.c.key.like(f"{key}+%"))
            ).all()
            if re.fullmatch(rf"{key}\+\d+", row.key)
        ]
        more = sum(row.amount for row in parts)
        db.execute(
            sa.update(TRANSFER)
            .where(ours, TRANSFER.c.key == key)
            .values(amount=TRANSFER.c.amount + more, earned_at=None)
        )
        db.execute(sa.delete(TRANSFER).where(TRANSFER.c.id.in_([row.id for row in parts])))
