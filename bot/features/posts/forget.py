"""Somebody has their data deleted: the posts that they got in private, and those that they made as staff."""

from sqlmodel import col

from bot.store.engine.sessions import Tx
from bot.store.leaving import Leaving
from bot.store.post_copies import forget_copies
from bot.store.tables.posts import Post, Sending

ACTED_BY = (col(Post.made_by), col(Sending.made_by))
"""Columns that say who of the staff did something."""


def forget(tx: Tx, leaving: Leaving) -> None:
    """Delete which posts they got in private."""
    forget_copies(tx, leaving.community_id, leaving.member_id)
