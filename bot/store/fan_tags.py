"""The tags that a shop keeps of its fans: set, taken off, read, counted."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.tags import MOST, Tagging, tag_key
from bot.store.engine.inserts import insert_into
from bot.store.engine.sessions import Tx
from bot.store.tables.tags import FanTag


def set_tag(tx: Tx, community_id: int, member_id: int, tagging: Tagging, at: datetime) -> bool:
    """Give a fan a tag. Whether they have it only now: they didn't have it, and have fewer than `MOST`."""
    held = tx.execute(select(func.count()).where(col(FanTag.member_id) == member_id)).scalar_one()
    if held >= MOST:
        return False
    row = {
        "member_id": member_id,
        "tag_key": tag_key(tagging.tag),
        "community_id": community_id,
        "tag": tagging.tag,
        "origin": tagging.origin.value,
        "by": tagging.by,
        "at": at,
    }
    made = tx.execute(
        insert_into(tx, FanTag)
        .values(row)
        .on_conflict_do_nothing(index_elements=[col(FanTag.member_id), col(FanTag.tag_key)])
        .returning(col(FanTag.member_id))
    )
    return made.first() is not None


def take_tag(tx: Tx, member_id: int, tag: str) -> bool:
    """Take a tag off a fan. Whether they had it."""
    gone = tx.execute(
        delete(FanTag)
        .where(col(FanTag.member_id) == member_id, col(FanTag.tag_key) == tag_key(tag))
        .returning(col(FanTag.member_id))
    )
    return gone.first() is not None


def tags_of(session: Session, member_id: int) -> tuple[str, ...]:
    """A fan's tags, in the order of their names."""
    rows = session.execute(
        select(col(FanTag.tag)).where(col(FanTag.member_id) == member_id).order_by(col(FanTag.tag_key))
    )
    return tuple(rows.scalars())


def has_tag(session: Session, community_id: int, tag: str) -> bool:
    """Whether any fan of the shop has this tag."""
    found = session.execute(
        select(col(FanTag.member_id))
        .where(col(FanTag.community_id) == community_id, col(FanTag.tag_key) == tag_key(tag))
        .limit(1)
    )
    return found.first() is not None


def count_tags(session: Session, community_id: int, limit: int) -> Sequence[tuple[str, int]]:
    """The shop's most used tags, each with how many fans have it."""
    rows = session.execute(
        select(func.min(col(FanTag.tag)), func.count())
        .where(col(FanTag.community_id) == community_id)
        .group_by(col(FanTag.tag_key))
        .order_by(func.count().desc(), col(FanTag.tag_key))
        .limit(limit)
    )
    return [(tag, count) for tag, count in rows]
