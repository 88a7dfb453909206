"""Posts that aren't said yet: each person's draft is a row, which a restart keeps."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.act import Act
from bot.rules.posting import Content
from bot.rules.posts.drafts import PostDraft, Step
from bot.store.dialogues import close_dialogue, find_dialogue, note_dialogue_message, open_dialogue
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.tables import Dialogue

KIND = "post"
"""The dialogue's kind."""
KEPT = {"community_id", "step", "message_id"}
"""Parts of a draft that have columns of their own."""
MOST_IN_ALBUM = 10

Change = Callable[[PostDraft], PostDraft]
_DRAFT = TypeAdapter(PostDraft)


class PostDrafts:
    """Use cases of drafts."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def find(self, user_id: int, panel_id: int | None = None) -> PostDraft | None:
        """The draft that this person has open, unless another message than `panel_id` shows it."""
        return await self._db.read(find, user_id, panel_id)

    async def begin(self, act: Act, draft: PostDraft) -> PostDraft:
        """Open a draft; what else was half-filled is given up."""
        return await self._db.write(begin, act, draft)

    async def change(self, act: Act, panel_id: int | None, change: Change) -> PostDraft | None:
        """Change the draft; None if none is open there. An update that comes again changes nothing more."""
        return await self._db.write(change_draft, act, panel_id, change)

    async def take_part(self, act: Act, album: str, chat_id: int, part: Content) -> PostDraft | None:
        """Add a part of an album to the draft that waits for it."""
        return await self._db.write(take_part, act, album, chat_id, part)

    async def shown_in(self, user_id: int, message_id: int | None, preview: tuple[int, ...] | None = None) -> None:
        """Remember which messages show the panel and the preview."""
        await self._db.write(shown_in, user_id, message_id, preview)

    async def close(self, user_id: int) -> PostDraft | None:
        """Give it up; what it was."""
        return await self._db.write(close, user_id)


def find(session: Session, user_id: int, panel_id: int | None = None) -> PostDraft | None:
    """The draft as it stands."""
    return _draft(find_dialogue(session, user_id), panel_id)


def begin(tx: Tx, act: Act, draft: PostDraft) -> PostDraft:
    """Open it; the same update opens it once."""
    user_id = act.sender.user_id
    before = find(tx, user_id)
    if before is not None and before.cause == act.cause:
        return before
    fresh = replace(draft, cause=act.cause, message_id=None, preview=())
    open_dialogue(tx, user_id, act.community_id, KIND, fresh.step.value, act.at, **_filled(fresh))
    return fresh


def change_draft(tx: Tx, act: Act, panel_id: int | None, change: Change) -> PostDraft | None:
    """Change it and count its turn up."""
    row = lock_draft(tx, act.sender.user_id)
    draft = _draft(row, panel_id)
    if row is None or draft is None or draft.community_id != act.community_id:
        return None
    if draft.cause == act.cause:
        return draft
    changed = replace(change(draft), turn=draft.turn + 1, cause=act.cause)
    _keep(tx, row, changed)
    return changed


def take_part(tx: Tx, act: Act, album: str, chat_id: int, part: Content) -> PostDraft | None:
    """Add the medium; a part that came before is there already."""
    row = lock_draft(tx, act.sender.user_id)
    draft = _draft(row, None)
    if row is None or draft is None or (draft.album, draft.album_chat) != (album, chat_id):
        return None
    content = draft.content
    known = {media.file_id for media in content.media}
    media = tuple(one for one in part.media if one.file_id not in known)
    if draft.cause == act.cause or not media or len(content.media) >= MOST_IN_ALBUM:
        return draft
    content = replace(content, media=(*content.media, *media), text=content.text or part.text)
    changed = replace(draft, content=content, turn=draft.turn + 1, cause=act.cause)
    _keep(tx, row, changed)
    return changed


def shown_in(tx: Tx, user_id: int, message_id: int | None, preview: tuple[int, ...] | None) -> None:
    """Keep the messages' numbers."""
    row = lock_draft(tx, user_id)
    if row is None:
        return
    if preview is not None:
        row.filled = {**row.filled, "preview": list(preview)}
        tx.flush()
    note_dialogue_message(tx, user_id, message_id)


def close(tx: Tx, user_id: int) -> PostDraft | None:
    """Forget it."""
    draft = _draft(lock_draft(tx, user_id), None)
    if draft is not None:
        close_dialogue(tx, user_id)
    return draft


def finish(tx: Tx, act: Act, turn: int, panel_id: int | None = None) -> PostDraft | None:
    """Take the draft to do what it says, and close it; None if it was changed or done since."""
    draft = _draft(lock_draft(tx, act.sender.user_id), panel_id)
    if draft is None or draft.turn != turn or draft.community_id != act.community_id:
        return None
    close_dialogue(tx, act.sender.user_id)
    return draft


def lock_draft(tx: Tx, user_id: int) -> Dialogue | None:
    """The row of a person's draft, locked."""
    return tx.execute(
        select(Dialogue)
        .where(col(Dialogue.user_id) == user_id, col(Dialogue.kind) == KIND)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()


def _keep(tx: Tx, row: Dialogue, draft: PostDraft) -> None:
    row.filled, row.step = _filled(draft), draft.step.value
    tx.flush()


def _filled(draft: PostDraft) -> dict[str, Any]:
    return _DRAFT.dump_python(draft, mode="json", exclude=KEPT)  # type: ignore[no-any-return]


def _draft(row: Dialogue | None, panel_id: int | None) -> PostDraft | None:
    """None too if the press came from an older message than the one that shows it."""
    if row is None or row.kind != KIND:
        return None
    if panel_id is not None and row.message_id not in {None, panel_id}:
        return None
    kept = {"community_id": row.community_id, "step": Step(row.step), "message_id": row.message_id}
    return _DRAFT.validate_python({**row.filled, **kept})
