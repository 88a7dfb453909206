"""Staff put posts onto the shelf, take them off, and delete those that were never sent."""

from datetime import datetime

from sqlalchemy import exists, select
from sqlmodel import col

from bot.features.posts.persona import persona_of
from bot.features.posts.posts import by_number, facts_of, locked, put_facts, was_sent
from bot.features.posts.shelf import open_blanks
from bot.rules.act import Act
from bot.rules.posts.post_pages import BlanksFirst, NoSuchPost, PostDeleted, PostShelf, SentOnceStays
from bot.store import causes
from bot.store.audit import first_answer, record_act
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.places import lock_shop
from bot.store.posts import next_post_number
from bot.store.tables import AuditEntry
from bot.store.tables.base import id_of
from bot.store.tables.posts import Post

SHELVED = "post.shelved"
UNSHELVED = "post.unshelved"
DELETED = "post.deleted"
"""The audit log's names."""


class Shelving:
    """Use cases of the shelf."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def put(self, act: Act, number: int, *, on: bool) -> PostShelf | BlanksFirst | NoSuchPost:
        """Put a post onto the shelf, or take it off."""
        return await self._db.write(put, act, number, on=on)

    async def delete(self, act: Act, number: int) -> PostDeleted | SentOnceStays | NoSuchPost:
        """Delete a post that was never sent."""
        return await self._db.write(delete, act, number)


def put(tx: Tx, act: Act, number: int, *, on: bool) -> PostShelf | BlanksFirst | NoSuchPost:
    """Let the calendar take it, or not any more."""
    name = SHELVED if on else UNSHELVED
    lock_shop(tx, act.community_id)
    before = first_answer(tx, act, PostShelf, name)
    if before is not None:
        return before
    post = locked(tx, act.community_id, number)
    if post is None:
        return NoSuchPost(number)
    blanks = len(open_blanks(post, act.place.language)) if on else 0
    if blanks:
        return BlanksFirst(act.community_id, number, blanks)
    post.on_shelf = on
    entry = record_act(tx, act, name, f"#{number}", subject_id=post.id, after={"on_shelf": on})
    outcome = PostShelf(
        act.community_id, number, on, persona_of(tx, act.community_id).is_off(post.pillar), id_of(entry)
    )
    entry.answer = causes.to_json(outcome)
    return outcome


def undo_put(tx: Tx, act: Act, entry: AuditEntry) -> bool:
    """The other way round; False if it stands so already."""
    post, on = tx.get(Post, entry.subject_id, with_for_update=True), (entry.after or {}).get("on_shelf")
    if post is None or post.community_id != act.community_id or post.on_shelf != on:
        return False
    post.on_shelf = not on
    tx.flush()
    return True


def delete(tx: Tx, act: Act, number: int) -> PostDeleted | SentOnceStays | NoSuchPost:
    """Delete it; the log keeps what it was, so that it can come back."""
    lock_shop(tx, act.community_id)
    before = first_answer(tx, act, PostDeleted, DELETED)
    if before is not None:
        return before
    post = locked(tx, act.community_id, number)
    if post is None:
        return NoSuchPost(number)
    if was_sent(tx, post):
        return SentOnceStays(act.community_id, number)
    kept = {**facts_of(post), "number": number, "starter": post.starter, "blanks": post.blanks}
    kept |= {"on_shelf": post.on_shelf, "made_at": post.made_at.isoformat(), "made_by": post.made_by}
    tx.delete(post)
    tx.flush()
    entry = record_act(tx, act, DELETED, f"#{number}", before=kept)
    outcome = PostDeleted(act.community_id, number, id_of(entry))
    entry.answer = causes.to_json(outcome)
    return outcome


def undo_delete(tx: Tx, act: Act, entry: AuditEntry) -> bool:
    """Bring it back under its number, or under the next one if that was given away since."""
    kept = dict(entry.before or {})
    fresh = next_post_number(tx, act.community_id)
    taken = by_number(tx, act.community_id, kept["number"]) is not None
    starter = kept["starter"]
    if starter is not None and _has_starter(tx, act.community_id, starter):
        return False
    post = Post(
        community_id=act.community_id,
        number=fresh if taken else kept["number"],
        starter=starter,
        blanks=kept["blanks"],
        on_shelf=kept["on_shelf"],
        made_at=datetime.fromisoformat(kept["made_at"]),
        made_by=kept["made_by"],
    )
    put_facts(post, kept)
    tx.add(post)
    tx.flush()
    return True


def _has_starter(tx: Tx, community_id: int, starter: str) -> bool:
    mine = (col(Post.community_id) == community_id, col(Post.starter) == starter)
    return bool(tx.execute(select(exists().where(*mine))).scalar())
