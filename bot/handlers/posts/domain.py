"""How the domain plugs in."""

from sqlmodel import col

from bot.handlers.kit.domain import Domain
from bot.store.tables.posts import Post, Sending

DOMAIN = Domain(
    name="posts",
    acted_by=(col(Post.made_by), col(Sending.made_by)),
)
