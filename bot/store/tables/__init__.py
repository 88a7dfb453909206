"""Every table. Import this package to have them all in `metadata`."""

from bot.store.tables.base import metadata
from bot.store.tables.checkins import CheckIn
from bot.store.tables.communities import Community, FanGroup
from bot.store.tables.coupons import Campaign, Coupon
from bot.store.tables.ledger import Account, Transfer
from bot.store.tables.members import Activity, Member, Person
from bot.store.tables.messages import Card, Inbox, Outbox
from bot.store.tables.staff import AuditEntry

__all__ = [
    "Account",
    "Activity",
    "AuditEntry",
    "Campaign",
    "Card",
    "CheckIn",
    "Community",
    "Coupon",
    "FanGroup",
    "Inbox",
    "Member",
    "Outbox",
    "Person",
    "Transfer",
    "metadata",
]
