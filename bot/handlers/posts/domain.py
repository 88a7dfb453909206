"""How the domain plugs in."""

from sqlmodel import col

from bot.features.posts.lines import POST, line_of
from bot.handlers.kit.domain import Domain
from bot.store.tables.posts import Post, Sending

DOMAIN = Domain(
    name="posts",
    lines={POST: line_of},
    acted_by=(col(Post.made_by), col(Sending.made_by)),
)
