"""Fills the blanks of starter posts: a dialogue that asks for one after another, and keeps all of them at its end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.content.starter import starter_posts
from bot.features.posts.shelf import blanks_of, content_of, stock_shelf
from bot.rules.act import Act
from bot.rules.calendar import day_of
from bot.rules.place import Place
from bot.rules.posts.blanks import (
    BlankAsked,
    BlankLine,
    BlankPolicy,
    BlankPosts,
    BlankProblem,
    BlanksClosed,
    BlanksFilled,
    BlanksLeft,
    draft_of,
    read_answer,
)
from bot.store import causes
from bot.store.audit import first_answer, record_act
from bot.store.dialogues import close_dialogue, find_dialogue, note_dialogue_message, open_dialogue
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.tables import AuditEntry, Dialogue
from bot.store.tables.posts import Post

KIND = "blanks"
"""The dialogue's kind. Its step is the blank that is asked for."""
FILLED = "blanks.filled"
"""The audit log's name for filling a post's blanks."""

Page = BlankPosts | BlankAsked | BlanksFilled | BlanksClosed | BlanksLeft


class Blanks:
    """Use cases of blanks. `panel_id` is the message that a press came from; None for what was typed."""

    def __init__(self, db: Database, policy: BlankPolicy) -> None:
        self._db = db
        self._policy = policy

    async def look(self, act: Act) -> BlankPosts:
        """The posts with blanks. A shop without starter shelf gets one."""
        return await self._db.write(list_blanks, act)

    async def begin(self, act: Act, number: int) -> Page:
        """Ask for the first blank of a post."""
        return await self._db.write(begin, act, number)

    async def answer(self, act: Act, text: str | None) -> Page:
        """Take what was typed for the blank that is asked for, and ask for the next one."""
        return await self._db.write(answer, act, text, self._policy)

    async def keep(self, act: Act, panel_id: int | None) -> Page:
        """Leave the blank that is asked for as it was before."""
        return await self._db.write(keep, act, panel_id, self._policy)

    async def leave(self, user_id: int) -> BlanksLeft | None:
        """Give the walk up; None if none was open."""
        return await self._db.write(leave, user_id)

    async def find(self, user_id: int) -> Dialogue | None:
        """The walk that this person has open."""
        found = await self._db.read(find_dialogue, user_id)
        return found if found is not None and found.kind == KIND else None

    async def shown_in(self, user_id: int, message_id: int | None) -> None:
        """Remember which message shows the question."""
        await self._db.write(note_dialogue_message, user_id, message_id)


def list_blanks(tx: Tx, act: Act) -> BlankPosts:
    """The posts with blanks, those that wait for them first."""
    stock_shelf(tx, act.community_id, act.at, act.actor_id)
    today = act.occasion.day
    lines = [
        BlankLine(post.number, _draft(post, act.place), _filled_until(post, act.place, today))
        for post in _with_blanks(tx, act.place)
    ]
    return BlankPosts(act.community_id, tuple(sorted(lines, key=lambda line: (line.until is not None, line.number))))


def _with_blanks(session: Session, place: Place) -> Sequence[Post]:
    """The shop's posts that hold blanks."""
    keys = [key for key, post in starter_posts(place.language).items() if post.blanks]
    return (
        session.execute(
            select(Post)
            .where(col(Post.community_id) == place.community_id, col(Post.starter).in_(keys))
            .order_by(col(Post.number))
        )
        .scalars()
        .all()
    )


def _draft(post: Post, place: Place, values: dict[str, str] | None = None) -> str:
    blanks = blanks_of(post, place.language)
    return draft_of(content_of(post, place.language).text, blanks, post.blanks if values is None else values)


def _filled_until(post: Post, place: Place, today: date) -> date | None:
    """The last day on which a post may be sent as it is filled; None if it waits for its blanks."""
    names = [blank.name for blank in blanks_of(post, place.language)]
    full = post.on_shelf and all(post.blanks.get(name) for name in names)
    return post.valid_until if full and post.valid_until is not None and post.valid_until >= today else None


def begin(tx: Tx, act: Act, number: int) -> Page:
    """Open the dialogue with the first blank of a post."""
    post = tx.execute(
        select(Post).where(col(Post.community_id) == act.community_id, col(Post.number) == number)
    ).scalar_one_or_none()
    blanks = blanks_of(post, act.place.language) if post is not None else ()
    if post is None or not blanks:
        return BlanksClosed()
    step = blanks[0].name
    open_dialogue(tx, act.sender.user_id, act.community_id, KIND, step, act.at, post=post.id, values={})
    return _ask(act.place, post, _Walk(step, {}))


@dataclass(frozen=True, slots=True)
class _Walk:
    """How far the walk is."""

    step: str
    values: dict[str, str]
    problem: BlankProblem | None = None
    most: int = 0


def _ask(place: Place, post: Post, walk: _Walk) -> BlankAsked:
    """The question for the blank at which the walk is."""
    blanks = blanks_of(post, place.language)
    nth = next(nth for nth, blank in enumerate(blanks) if blank.name == walk.step)
    blank = blanks[nth]
    return BlankAsked(
        community_id=place.community_id,
        number=post.number,
        post=_draft(post, place, walk.values),
        label=blank.label,
        like=blank.example,
        nth=nth + 1,
        of=len(blanks),
        before=post.blanks.get(blank.name) or None,
        problem=walk.problem,
        most=walk.most,
    )


def answer(tx: Tx, act: Act, text: str | None, policy: BlankPolicy) -> Page:
    """Take a typed answer, or ask again with what was wrong."""
    told = first_answer(tx, act, BlanksFilled)
    if told is not None:
        return told
    opened = _open_walk(tx, act, None)
    if opened is None:
        return BlanksClosed()
    dialogue, post = opened
    if dialogue.filled.get("cause") == act.cause:
        return _ask(act.place, post, _Walk(dialogue.step, dialogue.filled["values"]))
    said = read_answer(text, policy)
    if isinstance(said, BlankProblem):
        most = policy.most if said is BlankProblem.TOO_LONG else policy.most_lines
        return _ask(act.place, post, _Walk(dialogue.step, dialogue.filled["values"], said, most))
    return _go_on(tx, act, opened, said, policy)


def keep(tx: Tx, act: Act, panel_id: int | None, policy: BlankPolicy) -> Page:
    """Take what stood in the blank before as the answer."""
    told = first_answer(tx, act, BlanksFilled)
    if told is not None:
        return told
    opened = _open_walk(tx, act, panel_id)
    if opened is not None and opened[0].filled.get("cause") == act.cause:
        return _ask(act.place, opened[1], _Walk(opened[0].step, opened[0].filled["values"]))
    before = opened[1].blanks.get(opened[0].step) if opened is not None else None
    if opened is None or not before:
        return BlanksClosed()
    return _go_on(tx, act, opened, before, policy)


def _open_walk(tx: Tx, act: Act, panel_id: int | None) -> tuple[Dialogue, Post] | None:
    """The open dialogue with its post, both locked; None if none is open, or the press came from an older message."""
    dialogue = tx.execute(
        select(Dialogue)
        .where(
            col(Dialogue.user_id) == act.sender.user_id,
            col(Dialogue.kind) == KIND,
            col(Dialogue.community_id) == act.community_id,
        )
        .with_for_update()
    ).scalar_one_or_none()
    if dialogue is None or (panel_id is not None and dialogue.message_id not in {None, panel_id}):
        return None
    post = tx.execute(
        select(Post)
        .where(col(Post.community_id) == act.community_id, col(Post.id) == dialogue.filled["post"])
        .with_for_update()
    ).scalar_one_or_none()
    names = [blank.name for blank in blanks_of(post, act.place.language)] if post is not None else []
    return (dialogue, post) if post is not None and dialogue.step in names else None


def _go_on(tx: Tx, act: Act, opened: tuple[Dialogue, Post], value: str, policy: BlankPolicy) -> Page:
    """Keep an answer in the dialogue and ask for the next blank; after the last one fill the post."""
    dialogue, post = opened
    names = [blank.name for blank in blanks_of(post, act.place.language)]
    values = {**dialogue.filled["values"], dialogue.step: value}
    rest = names[names.index(dialogue.step) + 1 :]
    if rest:
        # The cause is kept, so that an answer that comes again isn't taken for the next blank's.
        dialogue.filled = {**dialogue.filled, "values": values, "cause": act.cause}
        dialogue.step = rest[0]
        tx.flush()
        return _ask(act.place, post, _Walk(rest[0], values))
    return _fill(tx, act, post, values, policy)


def _fill(tx: Tx, act: Act, post: Post, values: dict[str, str], policy: BlankPolicy) -> BlanksFilled:
    """Write all answers into the post at once, put it on the shelf, and close the dialogue."""
    before = _state(post)
    post.blanks = values
    post.on_shelf = True
    post.valid_from = None
    post.valid_until = until = policy.last_day(day_of(act.at, act.place.timezone))
    entry = record_act(tx, act, FILLED, f"#{post.number}", subject_id=post.id, before=before, after=_state(post))
    close_dialogue(tx, act.sender.user_id)
    tx.flush()
    waiting = sum(_filled_until(one, act.place, act.occasion.day) is None for one in _with_blanks(tx, act.place))
    filled = BlanksFilled(
        act.community_id, post.number, _draft(post, act.place), until, waiting, audit_id=entry.id or 0
    )
    entry.answer = causes.to_json(filled)
    tx.flush()
    return filled


def _state(post: Post) -> dict[str, Any]:
    """What filling changes of a post, as the log keeps it."""
    return {
        "blanks": dict(post.blanks),
        "on_shelf": post.on_shelf,
        "valid_from": post.valid_from.isoformat() if post.valid_from else None,
        "valid_until": post.valid_until.isoformat() if post.valid_until else None,
    }


def undo_filling(tx: Tx, act: Act, entry: AuditEntry) -> bool:
    """Put a post back as it was before its blanks were filled; False if it was changed since."""
    post = tx.execute(
        select(Post)
        .where(col(Post.community_id) == act.community_id, col(Post.id) == entry.subject_id)
        .with_for_update()
    ).scalar_one_or_none()
    before = entry.before
    if post is None or before is None or _state(post) != entry.after:
        return False
    post.blanks = before["blanks"]
    post.on_shelf = before["on_shelf"]
    post.valid_from = date.fromisoformat(before["valid_from"]) if before["valid_from"] else None
    post.valid_until = date.fromisoformat(before["valid_until"]) if before["valid_until"] else None
    tx.flush()
    return True


def leave(tx: Tx, user_id: int) -> BlanksLeft | None:
    """Close the dialogue without a change."""
    dialogue = find_dialogue(tx, user_id)
    if dialogue is None or dialogue.kind != KIND:
        return None
    close_dialogue(tx, user_id)
    return BlanksLeft()
