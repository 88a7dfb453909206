"""Every table. Import this package to have them all in `metadata`."""

from bot.store.tables.base import metadata
from bot.store.tables.cadence import Posting, Slot
from bot.store.tables.checkins import CheckIn
from bot.store.tables.coin_shop import Item, Purchase
from bot.store.tables.communities import Community, FanGroup
from bot.store.tables.coupons import Campaign, CampaignCode, CodeBatch, Coupon
from bot.store.tables.gifts import Gift, GiftOffer, GiftOpening, GiftReward, GiftSending, Invitation
from bot.store.tables.hearts import Heart, HeartCrowd, HeartGoal, HeartStep
from bot.store.tables.held import Held, Sighting
from bot.store.tables.lapse import LapseRound
from bot.store.tables.ledger import Account, Transfer
from bot.store.tables.members import Activity, Dialogue, Forgotten, Member, Person, Presence
from bot.store.tables.messages import Card, Inbox, Outbox, RefusedRoom, SetAside
from bot.store.tables.orders import Order, OrderHook
from bot.store.tables.packets import Packet, PacketShare, PacketTake
from bot.store.tables.raffles import Raffle, RaffleEntry, RaffleNaming, RaffleRedraw
from bot.store.tables.sources import FirstTouch, Source, SourceLink
from bot.store.tables.staff import AuditEntry, Denied
from bot.store.tables.streams import Airing, Attendance, ReminderRound, Stream, Subscription
from bot.store.tables.wins import Win

__all__ = [
    "Account",
    "Activity",
    "Airing",
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
    "FirstTouch",
    "Forgotten",
    "Gift",
    "GiftOffer",
    "GiftOpening",
    "GiftReward",
    "GiftSending",
    "Heart",
    "HeartCrowd",
    "HeartGoal",
    "HeartStep",
    "Held",
    "Inbox",
    "Invitation",
    "Item",
    "LapseRound",
    "Member",
    "Order",
    "OrderHook",
    "Outbox",
    "Packet",
    "PacketShare",
    "PacketTake",
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
    "SetAside",
    "Sighting",
    "Slot",
    "Source",
    "SourceLink",
    "Stream",
    "Subscription",
    "Transfer",
    "Win",
    "metadata",
]
