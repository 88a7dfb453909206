"""The starter shelf in a shop: put there once, read in the shop's language, its blanks filled by staff."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.content.starter import starter_posts
from bot.features.posts.persona import persona_of
from bot.rules.airings import OVER_PHASES, phase_of
from bot.rules.calendar import day_of
from bot.rules.place import Place
from bot.rules.posting import Content
from bot.rules.posts.seasons import season_of
from bot.rules.posts.starter import Blank, StarterPost
from bot.rules.posts.templates import TemplateFacts
from bot.rules.words import Language
from bot.store.airings import open_airings
from bot.store.contents import content_from_facts, content_to_facts
from bot.store.engine.sessions import Tx
from bot.store.posts import next_post_number
from bot.store.tables.posts import Post


def stock_shelf(tx: Tx, community_id: int, at: datetime, by: int | None = None) -> int:
    """Put the starter posts on the shop's shelf that aren't there yet; how many came new.

    Those with blanks stay off the shelf until their blanks are filled. `by`: who of the staff asked for it.
    """
    number = next_post_number(tx, community_id)
    there = set(
        tx.execute(
            select(col(Post.starter)).where(col(Post.community_id) == community_id, col(Post.starter).is_not(None))
        ).scalars()
    )
    lacking = [post for key, post in starter_posts(Language.EN).items() if key not in there]
    for nth, post in enumerate(lacking):
        tx.add(
            Post(
                community_id=community_id,
                number=number + nth,
                starter=post.key,
                pillar=post.pillar,
                season=post.season,
                on_shelf=not post.blanks,
                made_at=at,
                made_by=by,
            )
        )
    tx.flush()
    return len(lacking)


def starter_of(post: Post, language: Language) -> StarterPost | None:
    """The starter post that a post is, or was before staff changed its words; None for a post of their own."""
    return starter_posts(language).get(post.starter) if post.starter is not None else None


def content_of(post: Post, language: Language) -> Content:
    """What a post says, before its template is filled in: its own words, else those of the starter shelf.

    Raises:
        LookupError: the row has no words, and the starter shelf doesn't know its key.
    """
    if post.content is not None:
        return content_from_facts(post.content)
    starter = starter_of(post, language)
    if starter is None:
        raise LookupError(f"post {post.id} has no words")
    return starter.content


def take_over(post: Post, language: Language) -> Content:
    """Copy a starter post's words into its row, so that staff can change them; what it says now.

    From then on it stays in the language in which it was taken over.
    """
    content = content_of(post, language)
    if post.content is None:
        post.content = content_to_facts(content)
    return content


def blanks_of(post: Post, language: Language) -> tuple[Blank, ...]:
    """The blanks of a post, in their order; none for a post of the shop's own."""
    starter = starter_of(post, language)
    return starter.blanks if starter is not None else ()


def open_blanks(post: Post, language: Language) -> tuple[Blank, ...]:
    """The blanks of a post that nobody filled yet."""
    starter = starter_of(post, language)
    return starter.open_blanks(post.blanks) if starter is not None else ()


def template_facts(session: Session, place: Place, at: datetime, post: Post | None = None) -> TemplateFacts:
    """What a template's names stand for in a shop when a post is sent at this instant."""
    persona = persona_of(session, place.community_id)
    asked = blanks_of(post, place.language) if post is not None else ()
    filled: Mapping[str, str] = post.blanks if post is not None else {}
    coming = [
        one
        for one in open_airings(session, place.community_id)
        if one.starts_at > at and phase_of(one, at) not in OVER_PHASES
    ]
    stream = min(coming, key=lambda one: one.starts_at, default=None)
    day = day_of(at, place.timezone)
    return TemplateFacts(
        language=place.language,
        timezone=place.timezone,
        persona=place.persona,
        shop=place.shop,
        coin=place.coin,
        day=day,
        season=season_of(day, place.timezone),
        emoji=persona.emoji,
        sign_off=persona.sign_off,
        stream=stream.title if stream is not None else None,
        stream_at=stream.starts_at if stream is not None else None,
        blanks={blank.name: "" for blank in asked} | dict(filled),
        labels={blank.name: blank.label for blank in asked},
    )
