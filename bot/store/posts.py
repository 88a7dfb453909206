"""What several parts need of posts: their numbers."""

from sqlalchemy import func, select
from sqlmodel import col

from bot.store.engine.sessions import Tx
from bot.store.places import lock_shop
from bot.store.tables.posts import Post


def next_post_number(tx: Tx, community_id: int) -> int:
    """The number of the shop's next post. The shop is locked until the commit, so that nobody else gets it."""
    lock_shop(tx, community_id)
    newest = tx.execute(
        select(func.coalesce(func.max(col(Post.number)), 0)).where(col(Post.community_id) == community_id)
    ).scalar_one()
    return int(newest) + 1
