"""Staff say something: a message becomes a post, which is sent, put onto the shelf, changed or deleted."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.posts import drafts
from bot.features.posts.copies import edit
from bot.features.posts.persona import persona_of
from bot.features.posts.sendings import SENT, send
from bot.rules.act import Act
from bot.rules.place import Place
from bot.rules.posting import Content
from bot.rules.posts.audience import Audience
from bot.rules.posts.drafts import Mode, NotAPost, PostChanged, PostClosed, PostDraft, PostSent, PostShelved
from bot.rules.posts.limits import check_content
from bot.rules.posts.post_pages import NoSuchPost
from bot.rules.posts.sendings import (
    ChangeBegun,
    ChangeRefused,
    NewSending,
    NoSuchSending,
    SendingBegun,
    SendingPolicy,
    SendingRefused,
)
from bot.store import causes
from bot.store.audit import first_answer, record_act
from bot.store.contents import content_to_facts
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.places import lock_shop
from bot.store.posts import next_post_number
from bot.store.tables import AuditEntry
from bot.store.tables.base import id_of
from bot.store.tables.posts import Post, Sending

MADE = "post.made"
CHANGED = "post.changed"
"""The audit log's names."""

Sent = PostSent | NotAPost | NoSuchPost
Done = Sent | PostShelved | PostChanged | PostClosed | ChangeBegun | ChangeRefused | NoSuchSending


@dataclass(frozen=True, slots=True)
class NewPost:
    """A message that becomes a post."""

    content: Content
    """As it was written: a template, before its sign-off."""
    pillar: str | None = None
    season: str | None = None
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class ToSay:
    """How a post is sent."""

    rendered: Content
    """As it will be sent."""
    audience: Audience
    due_at: datetime | None = None
    or_said: Callable[[int], str] | None = None
    """(the post's number) → the command that was perhaps meant instead."""


class Posts:
    """Use cases of posts."""

    def __init__(self, db: Database, policy: SendingPolicy) -> None:
        self._db = db
        self._policy = policy

    async def find(self, place: Place, number: int) -> Post | None:
        """The shop's post of this number."""
        return await self._db.read(by_number, place.community_id, number)

    async def say(self, act: Act, new: NewPost, how: ToSay) -> Sent:
        """Make a post of a message and send it."""
        return await self._db.write(say, act, new, how, self._policy)

    async def say_again(self, act: Act, number: int, how: ToSay) -> Sent:
        """Send a post that is there."""
        return await self._db.write(say_again, act, number, how, self._policy)

    async def shelve(self, act: Act, new: NewPost) -> PostShelved | NotAPost:
        """Make a post of a message and put it onto the shelf."""
        return await self._db.write(shelve, act, new)

    async def finish(self, act: Act, turn: int, how: ToSay | None) -> Done:
        """Do what the draft says, once: send it, keep it on the shelf, or keep what was changed."""
        return await self._db.write(finish, act, turn, how, self._policy)

    async def was_done(self, act: Act) -> PostSent | PostShelved | PostChanged | ChangeBegun | None:
        """What this update did, if it comes again."""
        return await self._db.read(done_before, act)


def by_number(session: Session, community_id: int, number: int) -> Post | None:
    """The shop's post of this number."""
    return session.execute(
        select(Post).where(col(Post.community_id) == community_id, col(Post.number) == number)
    ).scalar_one_or_none()


def locked(tx: Tx, community_id: int, number: int) -> Post | None:
    """The same, locked."""
    return tx.execute(
        select(Post)
        .where(col(Post.community_id) == community_id, col(Post.number) == number)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()


def done_before(session: Session, act: Act) -> PostSent | PostShelved | PostChanged | ChangeBegun | None:
    """The answer that this update got when it came first."""
    begun = first_answer(session, act, SendingBegun, SENT)
    if begun is not None:
        return _sent(session, act, begun)
    edited = first_answer(session, act, ChangeBegun, "post.edited")
    return edited or first_answer(session, act, PostShelved, MADE) or first_answer(session, act, PostChanged, CHANGED)


def say(tx: Tx, act: Act, new: NewPost, how: ToSay, policy: SendingPolicy) -> Sent:
    """Make the post and its sending in one transaction."""
    lock_shop(tx, act.community_id)
    before = done_before(tx, act)
    if isinstance(before, PostSent):
        return before
    problem = check_content(how.rendered)
    if problem is not None:
        return NotAPost(problem.value)
    return _send(tx, act, _add(tx, act, new, on_shelf=False), how, policy)


def say_again(tx: Tx, act: Act, number: int, how: ToSay, policy: SendingPolicy) -> Sent:
    """Send a post that is there, once for an update."""
    lock_shop(tx, act.community_id)
    before = done_before(tx, act)
    if isinstance(before, PostSent):
        return before
    post = by_number(tx, act.community_id, number)
    return NoSuchPost(number) if post is None else _send(tx, act, post, how, policy)


def _send(tx: Tx, act: Act, post: Post, how: ToSay, policy: SendingPolicy) -> Sent:
    if how.or_said is not None:
        act = replace(act, or_said=how.or_said(post.number))
    wish = NewSending(
        post_id=id_of(post), content=how.rendered, audience=how.audience, due_at=how.due_at, pillar=post.pillar
    )
    begun = send(tx, act, wish, policy)
    if isinstance(begun, SendingRefused):
        return NotAPost(begun.problem.value)
    return NoSuchPost(post.number) if isinstance(begun, NoSuchSending) else _sent(tx, act, begun)


def _sent(session: Session, act: Act, begun: SendingBegun) -> PostSent:
    number, audience = session.execute(
        select(col(Post.number), col(Sending.audience))
        .join(Sending, col(Sending.post_id) == col(Post.id))
        .where(col(Sending.id) == begun.sending_id)
    ).one()
    return PostSent(
        community_id=act.community_id,
        number=number,
        sending_id=begun.sending_id,
        at=begun.at,
        now=begun.at <= act.at,
        rooms=begun.rooms,
        silent=begun.silent,
        private=Audience.from_facts(audience).private,
        fans=begun.fans,
        audit_id=begun.audit_id or 0,
    )


def shelve(tx: Tx, act: Act, new: NewPost) -> PostShelved | NotAPost:
    """Put it onto the shelf."""
    lock_shop(tx, act.community_id)
    before = first_answer(tx, act, PostShelved, MADE)
    if before is not None:
        return before
    problem = None if new.content.is_template else check_content(new.content)
    if problem is not None:
        return NotAPost(problem.value)
    post = _add(tx, act, new, on_shelf=True)
    entry = record_act(tx, act, MADE, f"#{post.number}", subject_id=post.id)
    off = persona_of(tx, act.community_id).is_off(post.pillar)
    outcome = PostShelved(act.community_id, post.number, post.pillar, off, id_of(entry))
    entry.answer = causes.to_json(outcome)
    return outcome


def undo_made(tx: Tx, act: Act, entry: AuditEntry) -> bool:
    """Take a fresh post off the shelf for good; False once it was sent."""
    post = tx.get(Post, entry.subject_id)
    if post is None or post.community_id != act.community_id or was_sent(tx, post):
        return False
    tx.delete(post)
    tx.flush()
    return True


def finish(tx: Tx, act: Act, turn: int, how: ToSay | None, policy: SendingPolicy) -> Done:
    """Take the draft; whoever presses twice, or later, finds it closed."""
    lock_shop(tx, act.community_id)
    before = done_before(tx, act)
    draft = drafts.finish(tx, act, turn) if before is None else None
    if draft is None:
        return before or PostClosed()
    new = NewPost(draft.content, draft.pillar, draft.season, day_of_text(draft.valid_until))
    if draft.mode is Mode.NEW:
        return shelve(tx, act, new) if how is None else say(tx, act, new, how, policy)
    if draft.mode is Mode.SEND and how is not None and draft.number is not None:
        return say_again(tx, act, draft.number, how, policy)
    if draft.mode is Mode.SENT and how is not None:
        return _edit_everywhere(tx, act, draft, how.rendered, policy)
    return change(tx, act, draft.number, new)


def _edit_everywhere(
    tx: Tx, act: Act, draft: PostDraft, rendered: Content, policy: SendingPolicy
) -> ChangeBegun | ChangeRefused | NoSuchSending:
    """Change the copies of a sending, and what the post says the next time."""
    begun = edit(tx, act, draft.sending_id or 0, rendered, policy)
    post = tx.get(Post, draft.post_id) if draft.post_id is not None else None
    if isinstance(begun, ChangeBegun) and post is not None:
        post.content = content_to_facts(draft.content)
        tx.flush()
    return begun


def change(tx: Tx, act: Act, number: int | None, new: NewPost) -> PostChanged | NoSuchPost:
    """Keep what was changed of a post, and what it was before."""
    lock_shop(tx, act.community_id)
    before = first_answer(tx, act, PostChanged, CHANGED)
    if before is not None:
        return before
    post = locked(tx, act.community_id, number) if number is not None else None
    if post is None:
        return NoSuchPost(number)
    stood = facts_of(post)
    if content_to_facts(new.content) != post.content:
        post.content = content_to_facts(new.content)
    post.pillar, post.season, post.valid_until = new.pillar, new.season, new.valid_until
    tx.flush()
    entry = record_act(tx, act, CHANGED, f"#{post.number}", subject_id=post.id, before=stood, after=facts_of(post))
    outcome = PostChanged(act.community_id, post.number, id_of(entry))
    entry.answer = causes.to_json(outcome)
    return outcome


def undo_change(tx: Tx, act: Act, entry: AuditEntry) -> bool:
    """Put a post back as it was; False if it was changed again since."""
    post = tx.get(Post, entry.subject_id, with_for_update=True)
    if post is None or post.community_id != act.community_id or facts_of(post) != (entry.after or {}):
        return False
    put_facts(post, entry.before or {})
    tx.flush()
    return True


def _add(tx: Tx, act: Act, new: NewPost, *, on_shelf: bool) -> Post:
    post = Post(
        community_id=act.community_id,
        number=next_post_number(tx, act.community_id),
        content=content_to_facts(new.content),
        pillar=new.pillar,
        season=new.season,
        valid_until=new.valid_until,
        on_shelf=on_shelf,
        made_at=act.at,
        made_by=act.actor_id,
        cause=act.cause,
    )
    tx.add(post)
    tx.flush()
    return post


def was_sent(session: Session, post: Post) -> bool:
    """Whether it was ever sent, or will be."""
    return bool(session.execute(select(exists().where(col(Sending.post_id) == post.id))).scalar())


def facts_of(post: Post) -> dict[str, Any]:
    """What of a post can be changed."""
    until = post.valid_until.isoformat() if post.valid_until is not None else None
    return {"content": post.content, "pillar": post.pillar, "season": post.season, "valid_until": until}


def put_facts(post: Post, facts: dict[str, Any]) -> None:
    """Give a post these facts."""
    post.content, post.pillar, post.season = facts["content"], facts["pillar"], facts["season"]
    post.valid_until = day_of_text(facts["valid_until"])


def day_of_text(text: str | None) -> date | None:
    """The day of an ISO date."""
    return date.fromisoformat(text) if text else None
