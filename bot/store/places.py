"""Which community a chat or a person means."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.communities import Place
from bot.rules.words import Language
from bot.store.tables import Account, Community, FanGroup, Person
from bot.store.tables.ledger import AccountKind


@dataclass(frozen=True, slots=True)
class Group:
    """A fan group as handlers know it."""

    chat_id: int
    title: str
    place: Place
    is_admin: bool
    """Whether the bot is an administrator there."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is cached of a person."""

    community_id: int | None
    language: str | None
    can_write: bool


def find_group(session: Session, chat_id: int) -> Group | None:
    """The fan group with this chat, if the bot is in it."""
    row = session.execute(
        _places()
        .add_columns(col(FanGroup.title), col(FanGroup.is_admin))
        .join(FanGroup, col(FanGroup.community_id) == col(Community.id))
        .where(col(FanGroup.chat_id) == chat_id, col(FanGroup.left_at).is_(None))
    ).one_or_none()
    if row is None:
        return None
    return Group(chat_id, row.title, _place(row[0], row[1]), row.is_admin)


def find_people(session: Session, user_ids: set[int]) -> dict[int, Known]:
    """What is known of people; strangers too, with nothing."""
    rows = session.execute(
        select(col(Person.user_id), col(Person.community_id), col(Person.language), col(Person.can_write)).where(
            col(Person.user_id).in_(user_ids)
        )
    ).all()
    nobody = Known(None, None, can_write=False)
    return dict.fromkeys(user_ids, nobody) | {
        row.user_id: Known(row.community_id, row.language, row.can_write) for row in rows
    }


def place_of(session: Session, community_id: int) -> Place:
    """A community's place by its id."""
    row = session.execute(_places().where(col(Community.id) == community_id)).one()
    return _place(row[0], row[1])


def groups_chats(session: Session, community_id: int) -> list[int]:
    """Chats of the community that the bot is in."""
    return list(
        session.execute(
            select(col(FanGroup.chat_id)).where(
                col(FanGroup.community_id) == community_id, col(FanGroup.left_at).is_(None)
            )
        ).scalars()
    )


def lock_shop(session: Session, community_id: int) -> Community:
    """The shop's row, locked: who wants its next number or a shared code comes one by one."""
    return session.execute(
        select(Community)
        .where(col(Community.id) == community_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).scalar_one()


def _places() -> Any:
    return select(Community, col(Account.id).label("shop_account")).join(
        Account,
        (col(Account.community_id) == col(Community.id)) & (col(Account.kind) == AccountKind.SHOP),
    )


def _place(community: Community, shop_account: int) -> Place:
    if community.id is None:
        raise LookupError("a community without id was read")
    return Place(
        community_id=community.id,
        shop=community.shop,
        language=Language(community.language),
        timezone=community.timezone,
        persona=community.persona,
        coin=community.coin,
        owner_id=community.owner_id,
        shop_account=shop_account,
    )
