"""The bot comes to a group or a channel: which shop it belongs to, which owner is asked, what the bot lacks there."""

from dataclasses import dataclass
from enum import StrEnum

from bot.rules.outcome import Outcome
from bot.rules.place import Shop
from bot.rules.topics import RoomTopic

FIRST_SUPERGROUP = -1_000_000_000_000
"""Ids of supergroups and channels are lower than this. Basic groups can't give every right."""
MOST_CHOICES = 5
"""Shops that one question offers."""


class Need(StrEnum):
    """What the bot asks for in a chat. The words give a reason for each."""

    ADMIN = "admin"
    """Only administrators get whispers, joins and leaves."""
    WORDS = "words"
    """Privacy mode hides words such as "check in" from a bot that isn't administrator."""
    INVITE = "invite"
    PIN = "pin"
    DELETE = "delete"
    TAGS = "tags"
    POST = "post"
    """In a channel."""


@dataclass(frozen=True, slots=True)
class Room:
    """A chat of the shop, and what the bot lacks there."""

    chat_id: int
    title: str
    is_channel: bool
    missing: tuple[str, ...]
    present: bool = True
    """Whether Telegram still lets the bot look at it."""
    second: bool = False
    """Whether it is a group but not the home group, so that it may become a shop of its own."""
    topic: RoomTopic | None = None
    """Where in a forum its cards and announcements come; None for General."""


@dataclass(frozen=True, slots=True)
class OwnedShop:
    """A shop to choose, with its owner."""

    shop: Shop
    owner_id: int


@dataclass(frozen=True, slots=True)
class Comer:
    """What is known when the bot comes to a new chat. Owners and operators are those that Telegram names now."""

    adder_id: int | None
    """Who added the bot, or speaks there; None for an anonymous administrator."""
    brought: bool = True
    """Whether Telegram says that they added the bot. Somebody who only speaks in a chat may not have brought it."""
    adder_owns: tuple[Shop, ...] = ()
    adder_helps: tuple[OwnedShop, ...] = ()
    """Shops of others whose operator they are."""
    creator_id: int | None = None
    """None where Telegram doesn't tell."""
    creator_owns: tuple[Shop, ...] = ()


@dataclass(frozen=True, slots=True)
class Joins:
    """The chat belongs to this shop without a question."""

    community_id: int


@dataclass(frozen=True, slots=True)
class Asks:
    """This owner is asked which of these shops it joins."""

    user_id: int
    shops: tuple[Shop, ...]


@dataclass(frozen=True, slots=True)
class Knocks:
    """No shop of theirs is here: a new shop is made if there is none yet or all are welcome, else the bot leaves."""


def whose(comer: Comer) -> Joins | Asks | Knocks:
    """Which shop a chat belongs to. Only an owner adds a room to a shop.

    If an owner of one shop brings the bot, it is for that shop. Else an owner is asked: the one who acts there, the one
    who created the chat, or the one whose operator acts there.
    """
    if comer.adder_id is not None and comer.adder_owns:
        if comer.brought and len(comer.adder_owns) == 1:
            return Joins(comer.adder_owns[0].community_id)
        return Asks(comer.adder_id, comer.adder_owns[:MOST_CHOICES])
    if comer.creator_id is not None and comer.creator_owns:
        return Asks(comer.creator_id, comer.creator_owns[:MOST_CHOICES])
    if comer.adder_helps:
        owner_id = comer.adder_helps[0].owner_id
        theirs = tuple(one.shop for one in comer.adder_helps if one.owner_id == owner_id)
        return Asks(owner_id, theirs[:MOST_CHOICES])
    return Knocks()


def may_found_first(creator_id: int | None, founder_id: int | None) -> bool:
    """Whether a group may become the first shop. Where a founder is named, they must have created the group.

    If Telegram doesn't tell the creator, they aren't the founder.
    """
    return founder_id is None or creator_id == founder_id


def missing_in(
    chat_id: int, *, is_admin: bool, rights: frozenset[str], is_channel: bool, reads_all: bool
) -> tuple[str, ...]:
    """What the bot lacks in a chat, the most important first. `rights` are the names of `Need` that it has."""
    wanted: list[Need] = []
    if not is_admin:
        wanted = [Need.ADMIN] if reads_all or is_channel else [Need.ADMIN, Need.WORDS]
    if is_channel:
        wanted.append(Need.POST)
    else:
        wanted += [Need.INVITE, Need.PIN, Need.DELETE]
        if chat_id <= FIRST_SUPERGROUP:
            wanted.append(Need.TAGS)
    return tuple(need for need in wanted if not (is_admin and need in rights))


@dataclass(frozen=True, slots=True)
class Greeting(Outcome, name="arrivals.Greeting"):
    """Said once in a group when the bot has come."""

    shop: str
    community_id: int
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StrangersGroup(Outcome, name="arrivals.StrangersGroup"):
    """This Encore serves another shop: a polite goodbye."""


@dataclass(frozen=True, slots=True)
class ChannelNeedsShop(Outcome, name="arrivals.ChannelNeedsShop"):
    """Told to the person who added the bot to a channel before they had a shop: the bot left again."""

    title: str


@dataclass(frozen=True, slots=True)
class WhoseRoom(Outcome, name="arrivals.WhoseRoom"):
    """The question to the owner, when the bot has come to one more chat. Without an answer it leaves after a week."""

    chat_id: int
    title: str
    is_channel: bool
    shops: tuple[Shop, ...]
    may_found: bool
    """Whether the chat may become a shop of its own."""
    by: str | None = None
    """Who brought the bot; None if they are anonymous, unknown, or the reader."""


@dataclass(frozen=True, slots=True)
class RoomJoined(Outcome, name="arrivals.RoomJoined"):
    """A chat is part of a shop now."""

    title: str
    shop: str
    chat_id: int
    is_channel: bool
    may_part: bool
    """Whether the reader may take it out of the shop again by a button."""


@dataclass(frozen=True, slots=True)
class RoomFounded(Outcome, name="arrivals.RoomFounded"):
    """A chat is a shop of its own now."""

    title: str
    community_id: int


@dataclass(frozen=True, slots=True)
class RoomLeft(Outcome, name="arrivals.RoomLeft"):
    """Asked to by the owner, the bot left a chat."""

    title: str


@dataclass(frozen=True, slots=True)
class RoomGone(Outcome, name="arrivals.RoomGone"):
    """The question was about a chat that the bot isn't in any more."""


@dataclass(frozen=True, slots=True)
class AskedOfOwner(Outcome, name="arrivals.AskedOfOwner"):
    """Somebody else pressed what the shop's owner was asked."""
