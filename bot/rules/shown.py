"""What the bot shows is of a class, by its kind: asked for, a service, a stream's start, or promotion.

A kind is a card's kind, an outcome's stored name, or `file.` with a file's kind. Every kind that is promised stands
here: a test that promises another one fails.
"""

from collections.abc import Mapping
from enum import StrEnum


class ShownClass(StrEnum):
    """Why somebody is shown a message. The values stand in rows and never change."""

    ASKED_FOR = "asked_for"
    """It answers something that the reader did: they asked to be reminded, entered, came in, or sent a gift on."""
    SERVICE = "service"
    """It tells the reader what became of something of theirs, or tells staff of their shop. It offers nothing."""
    STREAM_START = "stream_start"
    """It tells that a stream is on."""
    PROMOTION = "promotion"
    """All the rest."""


_TO_STAFF = (
    *("arrivals.Greeting", "arrivals.RoomJoined", "arrivals.WhoseRoom", "communities.NoWhispers"),
    *(
        "draws.DrawWaits",
        "farming.HeldNotice",
        "hearts.StepFailed",
        "items.FavourWaiting",
        "items.FavourWished",
        "sources.DoorsClosed",
    ),
    *("refusals.RoomMissed", "refusals.RoomRefuses", "rights.HomeTold", "rights.OwnerBefore", "rights.OwnerNow"),
    *("staff.OperatorActed", "streams.AskOwner", "topics.TopicLost", "members.NewCore"),
    *("staff.RoleGiven", "staff.RoleEnded"),
    *("orders.ClaimsNotice", "sendings.PostFailed", "posts.ShelfRunsOut"),
    *("consent.NobodySaidYes", "consent.ContactMissing", "exchange.MembersReturned"),
    *("figures.Digest", "figures.StreamReport", "file.stream.report", "file.stream.picture"),
)
_KINDS: Mapping[ShownClass, tuple[str, ...]] = {
    ShownClass.ASKED_FOR: (
        "gift",  # the giver's own card, in their private chat
        *("joining.Welcome", "joining.WelcomeBack", "joining.WelcomeAll", "gifts.GiftWelcome"),
        "reminders.Reminder",
        # Who entered a raffle asked to hear how it is drawn.
        *("draws.RoundNamed", "file.raffle", "file.redraw"),
        # Whoever gets these files asked for them just now.
        *("file.export", "file.members.bad_lines", "file.my_data"),
        *("file.raffle.check_page", "file.packet", "file.packet.check_page"),
    ),
    ShownClass.SERVICE: (
        *("lapse.LapseNotice", "shop.FavourDone", "shop.RefundTold", "raffles.YouWon", "raffles.PlaceRedrawn"),
        *("gifts.FriendRewarded", "gifts.InviterRewarded", "gifts.InviterCapped", "gifts.GiftReturned"),
        "gifts.RewardHeld",
        *("members.Risen", "members.FallComing", "orders.OrderIsYours"),
        *("members.GrantTold", "members.GrantBack"),
        *("exchange.Moved", "exchange.YoursAsked"),
        # They offer nothing and name no product: what may be sent is the fan's to say.
        *("consent.PromotionQuestion", "consent.PromotionReminder"),
        # A change of what was announced, and the end, are told once and invite nobody.
        *("streams.DelayNotice", "streams.CancelNotice", "streams.BackOnNotice", "streams.EndNotice"),
        *_TO_STAFF,
    ),
    ShownClass.STREAM_START: ("stream",),
    ShownClass.PROMOTION: ("drop", "packet", "raffle", "morning", "ending.CouponsEnd", "post"),
}
CLASSES: Mapping[str, ShownClass] = {kind: its for its, kinds in _KINDS.items() for kind in kinds}
"""The class of each kind."""
TO_STAFF = frozenset(_TO_STAFF)
"""Notes to the owner and the staff about their shop. Nobody else gets them."""


def class_of(kind: str) -> ShownClass:
    """The class of a kind. One that isn't listed counts as promotion, which has the strictest limits."""
    return CLASSES.get(kind, ShownClass.PROMOTION)


def is_listed(kind: str) -> bool:
    """Whether a kind has a class."""
    return kind in CLASSES


def file_kind(file: str) -> str:
    """The kind of a message that brings a file of this kind."""
    return f"file.{file}"
