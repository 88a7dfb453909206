"""Outcomes that a press can lead to."""

from typing import get_args

from bot.content.catalog import OUTCOMES
from bot.rules.posts.templates import TemplateProblem

SHORT = frozenset(
    {
        *(name for name in OUTCOMES if name.startswith("checkins.")),
        *(
            f"coupons.{name}"
            for name in (
                "Claimed",
                "AlreadyClaimed",
                "SoldOut",
                "TooEarly",
                "TierTooLow",
                "TooLate",
                "Cancelled",
                "OfferedBefore",
                "PriceTooHigh",
                "NoSuchCoupon",
                "MyCoupons",
                "AlreadyCancelled",
            )
        ),
        *(
            f"communities.{name}"
            for name in (
                "ChannelsDontPlay",
                "NoCommunityYet",
                "Undone",
                "AlreadyUndone",
                "NothingToUndo",
                "TooLateToUndo",
                "Oops",
                "StalePress",
                "TelegramSilent",
                "AskAgain",
                "OwnersAct",
            )
        ),
        "members.MyCard",
        "segments.NotForYou",
        *("exchange.NothingToTake", "exchange.FileComes", "exchange.SegmentOfFans"),
        "privacy.DataComes",
        "posts.BlanksClosed",
        *(kind.stored_name for kind in get_args(TemplateProblem)),
        "attention.Received",
        *("attention.WhyTold", "attention.WaitsNow", "attention.LeftAlready"),
        *("figures.DigestOff", "figures.DigestOn"),
        *("consent.PromotionNo", "consent.NotAFanThere"),
        *(
            f"packets.{name}"
            for name in (
                *("InPacket", "ShareTaken", "ShareYours", "ShareWaits", "NotDrawn", "PacketDrawing", "PacketGone"),
                *(
                    "PacketExpired",
                    "ShareKeptBack",
                    "PacketTakenBack",
                    "NoSuchPacket",
                    "PacketBefore",
                    "OwnPacket",
                    "WonLately",
                    *("ProofLater", "PacketProof", "StillCheckingPacket", "PacketFilesCome"),
                ),
            )
        ),
        "imports.ImportGone",
        *("items.HandedOver", "items.SettledBefore"),
        *(name for name in OUTCOMES if name.startswith("attendance.")),
        *(name for name in OUTCOMES if name.startswith("reminders.") and name != "reminders.Reminder"),
        *(
            f"streams.{name}"
            for name in ("WentLive", "Delayed", "DelayPast", "StreamCancelled", "NoStreamThere", "StreamList")
        ),
        *(f"arrivals.{name}" for name in ("RoomGone", "AskedOfOwner", "NotOpenYet")),
        *(
            f"rights.{name}"
            for name in ("ForStaffOnly", "ForOwnerOnly", "OwnerInPerson", "TryAgain", "AnonymousOff", "NotForHosts")
        ),
        *(f"rights.{name}" for name in ("HomeGone", "HomeStays")),
        *(name for name in OUTCOMES if name.startswith("giveaways.")),
        *(
            name
            for name in OUTCOMES
            if name.startswith("staff.")
            and name not in {"staff.StaffList", "staff.OperatorActed", "staff.RoleGiven", "staff.RoleEnded"}
        ),
        *(f"fans.{name}" for name in ("ForFansOnly", "BannedHere", "AskedInVain")),
        "setting_up.SetupClosed",
        "admin.AdminClosed",
        *(f"gifts.{name}" for name in ("GiftChoice", "GiftCard", "EnoughForToday", "OfferGone")),
        *(f"gifts.{name}" for name in ("GiftMessage", "NoCardYet")),  # an inline result's title, a button's label
        *(f"hearts.{name}" for name in ("Hearted", "HeartAgain", "HeartsRest")),
        *(f"orders.{name}" for name in ("ClaimConfirmed", "ClaimDeclined", "ClaimSettled", "ClaimWaits", "ClaimGone")),
        *(f"posts.{name}" for name in ("PillarsClosed", "PillarsLeft", "PostClosed")),
        *(f"farming.{name}" for name in ("HeldReleased", "HeldRefused", "HeldSettled", "HeldGone")),
        *(
            f"raffles.{name}"
            for name in (
                *("Entered", "AlreadyEntered", "EntryClosed", "TierTooLow", "CheckInFirst", "ComeToStreamFirst"),
                *("WonLately", "TicketTooDear", "NoSuchRaffle", "NotEntered", "RaffleList", "MyEntry"),
                *("DrawChecked", "DrawDoubtful", "NothingToCheck", "StillChecking", "CheckFilesCome"),
            )
        ),
    }
)
"""Outcomes that a press can lead to: they need a callback's answer."""
