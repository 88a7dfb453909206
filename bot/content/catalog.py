"""Every outcome by its feature and name: `coupons.SoldOut`. What rules decide is what templates say."""

from dataclasses import is_dataclass
from types import ModuleType
from typing import Any

from bot.rules import (
    admin,
    arrivals,
    attendance,
    cadence,
    checkins,
    communities,
    coupons,
    ending,
    farming,
    forms,
    gifts,
    hearts,
    imports,
    items,
    joining,
    lapse,
    members,
    orders,
    packets,
    preferences,
    privacy,
    raffles,
    reminders,
    reporting,
    rights,
    setting_up,
    shop,
    sources,
    streams,
)

FEATURES: dict[str, ModuleType] = {
    module.__name__.rsplit(".", 1)[1]: module
    for module in (
        admin,
        arrivals,
        attendance,
        cadence,
        checkins,
        communities,
        coupons,
        farming,
        ending,
        forms,
        gifts,
        items,
        imports,
        hearts,
        joining,
        lapse,
        members,
        orders,
        packets,
        preferences,
        privacy,
        raffles,
        reminders,
        reporting,
        rights,
        setting_up,
        shop,
        sources,
        streams,
    )
}

UNSPOKEN = frozenset(
    {
        # Facts, policies, wishes and parts of outcomes: nobody is told these by themselves.
        "admin.AdminEntry",
        "admin.AdminLine",
        "admin.AdminPick",
        "admin.AdminProblem",
        "admin.AdminValue",
        "admin.Reach",
        "attendance.AttendancePolicy",
        "cadence.CadencePolicy",
        "cadence.SlotFacts",
        "arrivals.Asks",
        "arrivals.Comer",
        "arrivals.Joins",
        "arrivals.Knocks",
        "arrivals.OwnedShop",
        "arrivals.Room",
        "arrivals.Shop",
        "checkins.CheckInFacts",
        "checkins.CheckInPolicy",
        "checkins.CoveredDay",
        "checkins.Mended",
        "checkins.Pay",
        "checkins.Restorable",
        "checkins.StreakNow",
        "communities.Place",
        "coupons.CampaignFacts",
        "coupons.CodeFile",
        "coupons.CouponPolicy",
        "coupons.EarlyDrop",
        "coupons.HeldCoupon",
        "coupons.NewCampaign",
        "ending.EndingCoupon",
        "ending.EndingPolicy",
        "imports.BadLine",
        "imports.Codes",
        "imports.ImportPolicy",
        "orders.OrderPolicy",
        "orders.OrderTaken",
        "orders.OrderTold",
        "orders.RefusedLine",
        "gifts.Circle",
        "gifts.FriendLine",
        "gifts.GiftOption",
        "gifts.GiftPolicy",
        "gifts.NewGift",
        "gifts.OfferLine",
        "gifts.PayFacts",
        "gifts.Progress",
        "gifts.Reward",
        "farming.FarmingFacts",
        "farming.FarmingPolicy",
        "farming.HeldLine",
        "farming.Reason",
        "hearts.Give",
        "hearts.HeartBoard",
        "hearts.HeartPolicy",
        "hearts.HeartStep",
        "joining.ComingFacts",
        "joining.WelcomePolicy",
        "items.ItemLine",
        "items.NewItem",
        "items.WaitingLine",
        "lapse.Lapse",
        "lapse.LapsePolicy",
        "members.BoardLine",
        "members.BoardPolicy",
        "packets.NewPacket",
        "packets.PacketFacts",
        "packets.PacketPolicy",
        "preferences.Preference",
        "raffles.EntrantFacts",
        "raffles.LostPlace",
        "raffles.NewRaffle",
        "raffles.OnList",
        "raffles.Paid",
        "raffles.RaffleFacts",
        "raffles.RaffleLine",
        "raffles.RafflePolicy",
        "raffles.Winner",
        "reminders.Round",
        "reporting.CameBy",
        "rights.HomeStaff",
        "rights.RoomChoice",
        "shop.Buyer",
        "shop.ItemFacts",
        "shop.ShelfLine",
        "shop.ShopPolicy",
        "shop.Yes",
        "sources.Door",
        "sources.SourceLine",
        "streams.AiringFacts",
        "streams.CallOff",
        "streams.Move",
        "streams.NewStream",
        "streams.OnAir",
        "streams.StreamLine",
        "streams.StreamPolicy",
        "setting_up.Setup",
        "setting_up.SetupPolicy",
    }
)


def feature_of(outcome: type[Any]) -> str:
    """The feature whose words tell of this outcome: its rules module's name."""
    return outcome.__module__.rsplit(".", 1)[1]


def _outcomes() -> dict[str, type[Any]]:
    found: dict[str, type[Any]] = {}
    for feature, module in FEATURES.items():
        for name, kind in vars(module).items():
            own = isinstance(kind, type) and is_dataclass(kind) and kind.__module__ == module.__name__
            if own and f"{feature}.{name}" not in UNSPOKEN:
                found[f"{feature}.{name}"] = kind
    return found


OUTCOMES = _outcomes()
