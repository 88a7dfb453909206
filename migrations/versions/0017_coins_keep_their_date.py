"""coins keep their date in packets; counts above nought; what a refunded order used; how long a deletion is known

Revision ID: 0017
Revises: 0015
"""

import json
import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision: str = "0017"
down_revision: str | None = "0015"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TEXT, INSTANT = sqlmodel.sql.sqltypes.AutoString, sqlmodel.sql.sqltypes.UTCDateTime


def _table(name: str, *columns: str, **typed: Any) -> Any:
    return sa.table(name, *(sa.column(one) for one in columns), *(sa.column(one, of) for one, of in typed.items()))


COMMUNITY = _table("community", "id", "timezone")
PACKET = _table("packet", "id", "community_id", "giver_id")
SHARE = _table("packet_share", "packet_id", "nth", "coins", "earned")
ACCOUNT = _table("account", "id", "member_id")
TRANSFER = _table("transfer", "id", "community_id", "key", "debit_id", "credit_id", "amount", earned_at=INSTANT())


def upgrade() -> None:
    """Add what is remembered, and work it out for what is there."""
    db = op.get_bind()
    zones = {row[0]: ZoneInfo(row[1]) for row in db.execute(sa.select(COMMUNITY.c.id, COMMUNITY.c.timezone))}
    op.add_column("packet_share", sa.Column("earned", TEXT(), nullable=True))
    _date_packets(db, zones)


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


def downgrade() -> None:
    """Forget it again; what a fan gave is one transfer a packet once more."""
    db = op.get_bind()
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
