"""What the handlers of posts are given."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.features.communities import Communities
from bot.features.posts.albums import Albums
from bot.features.posts.drafts import PostDrafts
from bot.features.posts.lists import PostLists
from bot.features.posts.posts import Posts
from bot.features.posts.sendings import Sendings
from bot.features.posts.shelf_acts import Shelving
from bot.features.posts.templates import Templates
from bot.handlers.kit.domain import Core
from bot.handlers.posts.persona_services import names_of_pillars
from bot.handlers.posts.post_talk import PostTalk
from bot.rules.posts.persona import PersonaPolicy
from bot.rules.posts.sendings import SendingPolicy


@dataclass(frozen=True, slots=True)
class PostServices:
    """Use cases of posts, and the conversation about one."""

    posts: Posts
    shelving: Shelving
    drafts: PostDrafts
    albums: Albums
    lists: PostLists
    sendings: Sendings
    talk: PostTalk
    communities: Communities
    names: Mapping[str, str]
    """Names of pillars in all languages, and their keys."""
    persona_policy: PersonaPolicy

    @classmethod
    def of(cls, core: Core, sendings: Sendings, templates: Templates) -> "PostServices":
        """Made once for all handlers."""
        posts, drafts, lists = Posts(core.db, core.policies[SendingPolicy]), PostDrafts(core.db), PostLists(core.db)
        return cls(
            posts=posts,
            shelving=Shelving(core.db),
            drafts=drafts,
            albums=Albums(core.db),
            lists=lists,
            sendings=sendings,
            talk=PostTalk(core, posts, drafts, lists, templates),
            communities=core.communities,
            names=names_of_pillars(core.words),
            persona_policy=core.policies[PersonaPolicy],
        )
