"""The bot comes to a chat: its community is found or made, greeted, and the owner is told."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select, text, update
from sqlmodel import col

from bot.features.shops.founding import GREETED_WITHIN, found, greet
from bot.rules.act import Sender
from bot.rules.shops.arrivals import RoomJoined
from bot.rules.words import Language
from bot.store.audit import Deed, record_deed
from bot.store.engine.sessions import Tx
from bot.store.members import meet
from bot.store.messages.outbox import Terms
from bot.store.messages.refused import end_all
from bot.store.messages.telling import tell_owner
from bot.store.places import Group, find_group
from bot.store.rooms import clear_room, forget_leaving, note_link
from bot.store.tables import Community, FanGroup, Person

CAME = "room.came"
"""The audit log's name for the bot's coming to a chat."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A chat that the bot has come to, or in which its rights changed."""

    chat_id: int
    title: str
    owner: Sender
    """The chat's creator, if Telegram tells; else who brought the bot."""
    language: Language
    at: datetime
    is_admin: bool = field(kw_only=True)
    """Whether the bot is an administrator there."""
    is_channel: bool = field(default=False, kw_only=True)
    missing: tuple[str, ...] = field(default=(), kw_only=True)
    """What the bot lacks there."""
    linked: int | None = field(default=None, kw_only=True)
    """The discussion group of a channel, or the channel of a discussion group."""
    by: int | None = field(default=None, kw_only=True)
    """Who brought the bot, for the audit log; None: the owner."""
    into: int | None = field(default=None, kw_only=True)
    """The community that it joins."""
    alone: bool = field(default=False, kw_only=True)
    """Whether it becomes a shop of its own."""
    may_found: bool = field(default=True, kw_only=True)
    """Whether it may make the first shop."""
    tell: bool = field(default=True, kw_only=True)
    """Whether the owner is told that it joins; False where they have just wished so."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A group that the bot is in now."""

    group: Group
    fresh: bool
    """Whether it wasn't there before: then it is greeted."""
    is_home: bool
    """Whether it is the shop's home group."""
    founded: bool = False
    """Whether the shop was made just now."""


def take_up(tx: Tx, arrival: Arrival, *, open_to_all: bool) -> Arrived | None:
    """Take up a chat; the greeting, and the note to the owner, are promised in the same commit.

    None for a stranger's group. A group is greeted once.
    """
    arrived = arrive(tx, arrival, open_to_all=open_to_all)
    if arrived is None:
        return None
    chat_id, at = arrival.chat_id, arrival.at
    if arrival.is_channel:
        note_link(tx, chat_id, arrival.linked)
    elif arrival.linked is not None:
        note_link(tx, arrival.linked, chat_id)
    if not arrived.fresh:
        return arrived
    place = arrived.group.place
    forget_leaving(tx, chat_id)
    by = arrival.by if arrival.by is not None else arrival.owner.user_id
    record_deed(tx, Deed(place.community_id, by, at), CAME, arrival.title)
    if not arrival.is_channel:
        greet(tx, place, chat_id, at, arrival.missing)
    if arrival.tell and not arrived.is_home:
        joined = RoomJoined(arrival.title, place.shop, chat_id, is_channel=arrival.is_channel, may_part=True)
        key = f"joined:{chat_id}:{at.timestamp():.0f}"
        tell_owner(tx, place, joined, Terms(now=at, key=key, not_after=at + GREETED_WITHIN))
    return arrived


def arrive(tx: Tx, arrival: Arrival, *, open_to_all: bool) -> Arrived | None:
    """Find or make the community of a chat that the bot has come to; None for a stranger's group.

    A room of a shop is taken up again, unless it is meant to join another one now. Else it joins the shop `into`.
    Without that a new shop is made, whose home group the chat is: if this is the first shop (and the group `may_found`
    it), if it is to stand `alone`, or if strangers are welcome (`OPEN=true`). A channel makes no shop.
    """
    if tx.get_bind().dialect.name == "postgresql":
        # Two updates tell of one arrival at the same time (the membership, the first message): take them one by one.
        tx.execute(text("LOCK TABLE fan_group IN SHARE ROW EXCLUSIVE MODE"))
    known = tx.execute(
        select(FanGroup).where(col(FanGroup.chat_id) == arrival.chat_id).with_for_update()
    ).scalar_one_or_none()
    meet(tx, arrival.owner, None)
    if known is not None:
        return _return_to_room(tx, known, arrival)
    community_id = arrival.into
    if community_id is None:
        first = tx.execute(select(func.count()).select_from(Community)).scalar_one() == 0
        welcome = arrival.may_found if first else open_to_all
        if arrival.is_channel or not (welcome or arrival.alone):
            return None
        community_id = found(tx, arrival.title, arrival.owner.user_id, arrival.language, arrival.at)
    is_home = arrival.into is None
    tx.add(
        FanGroup(
            community_id=community_id,
            chat_id=arrival.chat_id,
            title=arrival.title,
            is_admin=arrival.is_admin,
            is_channel=arrival.is_channel,
            is_home=is_home,
            joined_at=arrival.at,
        )
    )
    tx.execute(
        update(Person)
        .where(col(Person.user_id) == arrival.owner.user_id, col(Person.community_id).is_(None))
        .values(community_id=community_id)
    )
    return _arrived(tx, arrival.chat_id, fresh=True, is_home=is_home, founded=is_home)


def _return_to_room(tx: Tx, room: FanGroup, arrival: Arrival) -> Arrived | None:
    """Update the row of a known room, and let it join another shop if that is meant."""
    fresh = room.left_at is not None
    room.left_at, room.is_admin, room.title = None, arrival.is_admin, arrival.title
    if fresh:
        end_all(tx, arrival.chat_id, arrival.at)
    if fresh and arrival.into is not None and room.community_id != arrival.into and not room.is_home:
        clear_room(tx, room.community_id, arrival.into, arrival.chat_id, arrival.at)
        room.community_id = arrival.into
    return _arrived(tx, arrival.chat_id, fresh=fresh, is_home=room.is_home)


def _arrived(tx: Tx, chat_id: int, *, fresh: bool, is_home: bool, founded: bool = False) -> Arrived | None:
    tx.flush()
    group = find_group(tx, chat_id)
    return Arrived(group, fresh, is_home, founded) if group is not None else None
