"""Commands by who may say them, in the order of the menus. What no desk listens to is in no menu."""

from collections.abc import Set as AbstractSet

FANS = ("checkin", "me", "top", "coupons", "shop", "gift", "raffles", "streams", "settings", "privacy", "help")
"""Declared ephemeral in groups: nobody else sees that a fan asked."""
STAFF = (
    "admin",
    "newstream",
    "golive",
    "delay",
    "cancelstream",
    "endlive",
    "newcoupon",
    "coupon",
    "redeem",
    "order",
    "hook",
    "newgift",
    "gifts",
    "redpacket",
    "newitem",
    "item",
    "items",
    "newraffle",
    "raffle",
    "source",
    "report",
    "hearts",
    "held",
    "setup",
    "undo",
)
"""Never ephemeral: a reply to a file would lose its reply, and an anonymous administrator couldn't be answered."""
OWNERS = ("staff",)
"""What only the owner may say; in the menu of their private chat, and in their help."""
UNLISTED = frozenset({"start", "makeup", "cancel"})
"""Said by Telegram itself, offered by a button, or named where it is of use."""
NEXT = ("admin", "newstream", "newcoupon", "source")
"""What a shop that was just set up does next."""


def built(commands: tuple[str, ...], listened_to: AbstractSet[str]) -> tuple[str, ...]:
    """Those of a menu's commands that some desk listens to."""
    return tuple(command for command in commands if command in listened_to)
