"""Finds the community of a chat, and the one that a person means in private."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from bot.rules.place import DEFAULT_CURRENCIES, Place
from bot.rules.topics import RoomTopic
from bot.rules.words import Language
from bot.store.engine.hot import Hot, among
from bot.store.engine.sessions import Rx, Tx
from bot.store.tables import Account, Community, Dialogue, FanGroup, Person
from bot.store.tables.base import id_of
from bot.store.tables.ledger import OF_A_SHOP, AccountKind

_HOME = aliased(FanGroup)
# Built once, because building the query costs more than running it.
_PLACES: Any = (
    select(Community, col(Account.id).label("shop_account"), col(_HOME.chat_id).label("home_chat"))
    .join(
        Account,
        and_(col(Account.community_id) == col(Community.id), col(Account.kind) == AccountKind.SHOP, OF_A_SHOP),
    )
    .outerjoin(
        _HOME,
        (col(_HOME.community_id) == col(Community.id)) & col(_HOME.is_home) & col(_HOME.left_at).is_(None),
    )
)


@dataclass(frozen=True, slots=True)
class Group:
    """A fan group as handlers know it."""

    id: int
    """Its row's id, which it keeps when Telegram gives it a new chat id."""
    chat_id: int
    title: str
    place: Place
    is_admin: bool
    """Whether the bot is an administrator there."""
    is_channel: bool = False
    """Whether it is the shop's channel, where nobody is answered aloud."""
    linked: bool = False
    """Whether it is a channel's discussion group: every reader of the channel can comment and press there."""
    topic: RoomTopic | None = None
    """The topic for cards and announcements; None for General, and for groups without topics."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the cache of people holds of one person."""

    community_id: int | None
    language: str | None
    can_write: bool
    dialogue: str | None = None
    """The kind of their open dialogue in private, or None."""


def find_group(session: Session, chat_id: int) -> Group | None:
    """The fan group of this chat, or None if the bot isn't in it."""
    row = session.execute(
        _PLACES.add_columns(
            col(FanGroup.id).label("room_id"),
            col(FanGroup.title),
            col(FanGroup.is_admin),
            col(FanGroup.is_channel),
            col(FanGroup.linked_chat_id),
            col(FanGroup.topic_id),
            col(FanGroup.topic_name),
            col(FanGroup.topic_closed_at),
        )
        .join(FanGroup, col(FanGroup.community_id) == col(Community.id))
        .where(col(FanGroup.chat_id) == chat_id, col(FanGroup.left_at).is_(None))
    ).one_or_none()
    if row is None:
        return None
    linked = row.linked_chat_id is not None and not row.is_channel
    topic = topic_of(row.topic_id, row.topic_name, row.topic_closed_at)
    place = _place(row.Community, row.shop_account, row.home_chat)
    return Group(row.room_id, chat_id, row.title, place, row.is_admin, row.is_channel, linked, topic)


def topic_of(thread_id: int | None, name: str | None, closed_at: datetime | None) -> RoomTopic | None:
    """The topic of a room's row, or None if it has none."""
    return RoomTopic(thread_id, name or "", closed_at is not None) if thread_id is not None else None


_PEOPLE = Hot.each(
    lambda dialect: (
        select(
            col(Person.user_id),
            col(Person.community_id),
            col(Person.language),
            col(Person.can_write),
            col(Dialogue.kind),
        )
        .outerjoin(Dialogue, col(Dialogue.user_id) == col(Person.user_id))
        .where(among(col(Person.user_id), "user_ids", dialect))
    )
)


def find_people(session: Rx | Tx, user_ids: set[int]) -> dict[int, Known]:
    """What is known of these people, by user id. Unknown people get an entry with nothing in it."""
    nobody = Known(None, None, can_write=False)
    rows = session.rows(_PEOPLE, user_ids=user_ids)
    return dict.fromkeys(user_ids, nobody) | {user_id: Known(*known) for user_id, *known in rows}


def place_of(session: Session, community_id: int) -> Place:
    """A community's place by its id.

    Raises:
        LookupError: there is no such community.
    """
    place = find_place(session, community_id)
    if place is None:
        raise LookupError(f"no community {community_id}")
    return place


def find_place(session: Session, community_id: int) -> Place | None:
    """A community's place by an id that somebody sent; None if there is no such community."""
    row = session.execute(_PLACES.where(col(Community.id) == community_id)).one_or_none()
    return _place(row.Community, row.shop_account, row.home_chat) if row is not None else None


def rooms_of(session: Session, community_id: int) -> list[int]:
    """Chat ids of the groups that the bot is in, the home group first. The channel isn't one: fans don't act there."""
    return list(
        session.execute(
            select(col(FanGroup.chat_id))
            .where(
                col(FanGroup.community_id) == community_id,
                col(FanGroup.left_at).is_(None),
                col(FanGroup.is_channel).is_(False),
            )
            .order_by(col(FanGroup.is_home).desc(), col(FanGroup.id))
        ).scalars()
    )


def lock_shop(session: Session, community_id: int) -> Community:
    """The shop's row, locked until the commit: next numbers and shared codes are given one after another."""
    return session.execute(
        select(Community)
        .where(col(Community.id) == community_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).scalar_one()


def _place(community: Community, shop_account: int, home_chat: int | None) -> Place:
    return Place(
        community_id=id_of(community),
        shop=community.shop,
        language=Language(community.language),
        timezone=community.timezone,
        persona=community.persona,
        coin=community.coin,
        owner_id=community.owner_id,
        shop_account=shop_account,
        home_chat=home_chat,
        currency=community.currency or DEFAULT_CURRENCIES[Language(community.language)],
        contact=community.contact or "",
    )
