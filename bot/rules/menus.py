"""Commands by role, in the order of the menus. A command that no desk handles is in no menu."""

from collections.abc import Set as AbstractSet

FANS = (
    "checkin",
    "me",
    "top",
    "coupons",
    "shop",
    "gift",
    "raffles",
    "streams",
    "myorder",
    "settings",
    "privacy",
    "help",
)
"""Commands of fans. In groups they are declared ephemeral, so that nobody else sees the command."""
STAFF = (
    "admin",
    "post",
    "calendar",
    "pause",
    "resume",
    "newstream",
    "golive",
    "delay",
    "cancelstream",
    "endlive",
    "newcoupon",
    "coupon",
    "redeem",
    "order",
    "orders",
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
    "fans",
    "fan",
    "tag",
    "grant",
    "report",
    "hearts",
    "tagrule",
    "welcome",
    "held",
    "quiet",
    "why",
    "setup",
    "undo",
)
"""Commands of staff. They are never ephemeral: a reply to a file would lose the file, and an anonymous administrator
couldn't be answered."""
HOSTS = ("admin", "newstream", "golive", "delay", "cancelstream", "endlive", "hearts", "undo")
"""Commands of staff that a host may use too. A new command of staff isn't for hosts until it stands here."""
OWNERS = ("staff", "persona", "pillars", "import", "export")
"""Commands of the owner alone. They are in the menu of the owner's private chat, and in their help."""
UNLISTED = frozenset({"start", "makeup", "cancel", "blanks"})
"""Commands in no menu: Telegram sends them itself, a button offers them, or a message names them when needed."""
NEXT = ("admin", "newstream", "newcoupon", "source")
"""The commands that a shop needs next, right after its set-up."""


def only_handled(commands: tuple[str, ...], listened_to: AbstractSet[str]) -> tuple[str, ...]:
    """The commands of a menu that some desk handles, in the menu's order."""
    return tuple(command for command in commands if command in listened_to)
