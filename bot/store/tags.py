"""Tags beside members' names in the groups: promised, and what the bot set."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.tiers import Tier
from bot.store.engine.inserts import insert_into
from bot.store.engine.sessions import Tx
from bot.store.messages.cards import groups_of
from bot.store.messages.outbox import Terms, promise
from bot.store.messages.payloads import ShowTag
from bot.store.tables import Member, ShownTag
from bot.store.tables.messages import Lane


def show_tags(tx: Tx, community_id: int, member_id: int, now: datetime, *, chats: Sequence[int] | None = None) -> None:
    """Promise that a member's tag is brought up to date in each group that the bot administers, or in `chats`.

    What the tag shall be is looked up when it is set.
    """
    if chats is None:
        chats = [group.chat_id for group in groups_of(tx, community_id) if group.is_admin]
    for chat_id in chats:
        terms = Terms(now=now, fold_key=f"tag:{member_id}:{chat_id}", lane=Lane.BULK)
        promise(tx, community_id, chat_id, ShowTag(member_id), terms)


def wanted_tag(session: Session, member_id: int) -> tuple[int, Tier | None] | None:
    """Whose tag it is, and the tier that it shall say; None instead of a tier for no tag.

    None for a member who isn't there any more.
    """
    row = session.execute(
        select(col(Member.user_id), col(Member.tier), col(Member.tag_wanted), col(Member.left_at)).where(
            col(Member.id) == member_id
        )
    ).one_or_none()
    if row is None or row.user_id < 0:
        return None
    return row.user_id, Tier(row.tier) if row.tag_wanted and row.left_at is None else None


def shown_tag(session: Session, member_id: int, chat_id: int) -> str | None:
    """The tag that the bot set in a group; None if it set none."""
    return session.execute(
        select(col(ShownTag.tag)).where(col(ShownTag.member_id) == member_id, col(ShownTag.chat_id) == chat_id)
    ).scalar_one_or_none()


def note_tag(tx: Tx, *, member_id: int, chat_id: int, tag: str) -> None:
    """Write down which tag the bot set in a group; an empty one: none."""
    if not tag:
        tx.execute(delete(ShownTag).where(col(ShownTag.member_id) == member_id, col(ShownTag.chat_id) == chat_id))
        return
    tx.execute(
        insert_into(tx, ShownTag)
        .values(member_id=member_id, chat_id=chat_id, tag=tag)
        .on_conflict_do_update(index_elements=[col(ShownTag.member_id), col(ShownTag.chat_id)], set_={"tag": tag})
    )


def want_tag(tx: Tx, community_id: int, member_id: int, now: datetime, *, wanted: bool) -> None:
    """Write down whether a member wants their tier shown beside their name, and promise that it is done."""
    tx.execute(update(Member).where(col(Member.id) == member_id).values(tag_wanted=wanted))
    show_tags(tx, community_id, member_id, now)


def shown_tags(session: Session, member_id: int) -> list[tuple[int, str]]:
    """The tags that the bot set, by group."""
    rows = session.execute(
        select(col(ShownTag.chat_id), col(ShownTag.tag)).where(col(ShownTag.member_id) == member_id)
    ).all()
    return [(chat_id, tag) for chat_id, tag in rows]


def move_tags(tx: Tx, old_chat_id: int, new_chat_id: int) -> None:
    """A group became a supergroup: its tags went with it."""
    known = select(col(ShownTag.member_id)).where(col(ShownTag.chat_id) == new_chat_id)
    tx.execute(delete(ShownTag).where(col(ShownTag.chat_id) == old_chat_id, col(ShownTag.member_id).in_(known)))
    tx.execute(update(ShownTag).where(col(ShownTag.chat_id) == old_chat_id).values(chat_id=new_chat_id))
