"""All tables. Importing this package loads every file of this folder, so that `metadata` has all tables.

A table that only one domain reads is imported from its own file.
"""

from importlib import import_module
from pkgutil import iter_modules

from bot.store.tables.base import index_causes, metadata
from bot.store.tables.cadence import Posting, Slot
from bot.store.tables.checkins import CheckIn
from bot.store.tables.coin_shop import Item, Purchase
from bot.store.tables.communities import Community, FanGroup
from bot.store.tables.coupons import Campaign, CampaignCode, CodeBatch, Coupon
from bot.store.tables.gifts import Gift, GiftOffer, GiftOpening, GiftReward, GiftSending, Invitation
from bot.store.tables.held import Held, Sighting
from bot.store.tables.imports import AlbumFile, FileImport, SheetShape
from bot.store.tables.lapse import LapseRound
from bot.store.tables.ledger import Account, Transfer
from bot.store.tables.members import Activity, Dialogue, Forgotten, Member, Person, Presence
from bot.store.tables.memory import ActiveDay, Note, RoomActivity, Shown
from bot.store.tables.messages import Card, Inbox, Outbox, RefusedRoom, SetAside
from bot.store.tables.orders import Order, OrderClaim, OrderCoupon, OrderHook
from bot.store.tables.raffles import Raffle, RaffleEntry, RaffleNaming, RaffleRedraw
from bot.store.tables.sources import FirstTouch, Source, SourceLink
from bot.store.tables.staff import AuditEntry, Denied, StaffRole
from bot.store.tables.streams import Airing, Attendance, ReminderRound, Stream, Subscription
from bot.store.tables.tiers import ShownTag, TierPending, TierRise
from bot.store.tables.wins import Win

for _file in iter_modules(__path__):
    import_module(f"{__name__}.{_file.name}")
index_causes()

__all__ = [
    "Account",
    "ActiveDay",
    "Activity",
    "Airing",
    "AlbumFile",
    "Attendance",
    "AuditEntry",
    "Campaign",
    "CampaignCode",
    "Card",
    "CheckIn",
    "CodeBatch",
    "Community",
    "Coupon",
    "Denied",
    "Dialogue",
    "FanGroup",
    "FileImport",
    "FirstTouch",
    "Forgotten",
    "Gift",
    "GiftOffer",
    "GiftOpening",
    "GiftReward",
    "GiftSending",
    "Held",
    "Inbox",
    "Invitation",
    "Item",
    "LapseRound",
    "Member",
    "Note",
    "Order",
    "OrderClaim",
    "OrderCoupon",
    "OrderHook",
    "Outbox",
    "Person",
    "Posting",
    "Presence",
    "Purchase",
    "Raffle",
    "RaffleEntry",
    "RaffleNaming",
    "RaffleRedraw",
    "RefusedRoom",
    "ReminderRound",
    "RoomActivity",
    "SetAside",
    "SheetShape",
    "Shown",
    "ShownTag",
    "Sighting",
    "Slot",
    "Source",
    "SourceLink",
    "StaffRole",
    "Stream",
    "Subscription",
    "TierPending",
    "TierRise",
    "Transfer",
    "Win",
    "metadata",
]
