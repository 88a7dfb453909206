"""The staff's panel: a half-filled form of each person, as a row that a restart keeps."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.act import Act
from bot.rules.place import Place
from bot.rules.staff.panel import next_step
from bot.store.audit import caused_by
from bot.store.dialogues import close_dialogue, find_dialogue, note_dialogue_message, open_dialogue
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.tables import Dialogue

KIND = "admin"
"""The dialogue's kind."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person has filled in so far."""

    community_id: int
    act: str
    number: int | None
    """Of the thing that the act is about."""
    values: Mapping[str, str]
    """Answers by blank, as they were typed: they are read again when it is done."""
    step: str
    message_id: int | None
    """The message that shows it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to one question of a form."""

    blank: str
    text: str | None
    """None: the blank is left empty again."""
    needed: tuple[str, ...]
    """What can't be left empty, in the order in which it is asked for."""
    stays: bool = False
    """Whether the same question is asked again, as the answer is only a part."""
    empties: str | None = None
    """Another blank whose answer means nothing any more."""


class Drafts:
    """Use cases of half-filled forms."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def find(self, user_id: int, panel_id: int | None = None) -> Draft | None:
        """The form that this person has open, unless it is shown by another message than `panel_id`."""
        return await self._db.read(find, user_id, panel_id)

    async def begin(self, act: Act, name: str, number: int | None, needed: tuple[str, ...]) -> Draft:
        """Open an empty form for the panel's act of this name; what was open before is given up."""
        return await self._db.write(begin, act, name, number, needed)

    async def fill(self, user_id: int, panel_id: int | None, answer: Answer) -> Draft | None:
        """Take an answer; None if no such form is open."""
        return await self._db.write(fill, user_id, panel_id, answer)

    async def go_to(self, user_id: int, panel_id: int | None, step: str) -> Draft | None:
        """Go to a question, or to the preview."""
        return await self._db.write(go_to, user_id, panel_id, step)

    async def close(self, user_id: int, panel_id: int | None) -> Draft | None:
        """Be done with it; what it was."""
        return await self._db.write(close, user_id, panel_id)

    async def shown_in(self, user_id: int, message_id: int | None) -> None:
        """Remember which message shows the form."""
        await self._db.write(note_dialogue_message, user_id, message_id)

    async def was_done(self, place: Place, cause: str) -> bool:
        """Whether this update did something that is in the audit log."""
        return await self._db.read(was_done, place, cause)


def find(session: Session, user_id: int, panel_id: int | None) -> Draft | None:
    """The form that is open, as it stands."""
    return _draft(find_dialogue(session, user_id), panel_id)


def begin(tx: Tx, act: Act, name: str, number: int | None, needed: tuple[str, ...]) -> Draft:
    """Open it at its first question."""
    step = next_step(needed, {})
    user_id, values = act.sender.user_id, dict[str, str]()
    open_dialogue(tx, user_id, act.community_id, KIND, step, act.at, act=name, number=number, values=values)
    return Draft(act.community_id, name, number, values, step, None)


def fill(tx: Tx, user_id: int, panel_id: int | None, answer: Answer) -> Draft | None:
    """Keep the answer and go on to what is still needed."""
    dialogue = _lock_dialogue(tx, user_id)
    if dialogue is None or _draft(dialogue, panel_id) is None:
        return None
    said = dialogue.filled["values"].items()
    values = {name: text for name, text in said if name not in {answer.blank, answer.empties}}
    if answer.text is not None:
        values[answer.blank] = answer.text
    dialogue.filled = {**dialogue.filled, "values": values}
    dialogue.step = answer.blank if answer.stays else next_step(answer.needed, values)
    tx.flush()
    return _draft(dialogue, panel_id)


def go_to(tx: Tx, user_id: int, panel_id: int | None, step: str) -> Draft | None:
    """Show another step."""
    dialogue = _lock_dialogue(tx, user_id)
    if dialogue is None or _draft(dialogue, panel_id) is None:
        return None
    dialogue.step = step
    tx.flush()
    return _draft(dialogue, panel_id)


def close(tx: Tx, user_id: int, panel_id: int | None) -> Draft | None:
    """Forget it."""
    draft = _draft(_lock_dialogue(tx, user_id), panel_id)
    if draft is not None:
        close_dialogue(tx, user_id)
    return draft


def was_done(session: Session, place: Place, cause: str) -> bool:
    """Whether this update is in the audit log."""
    return caused_by(session, place.community_id, cause) is not None


def _lock_dialogue(tx: Tx, user_id: int) -> Dialogue | None:
    return tx.execute(
        select(Dialogue).where(col(Dialogue.user_id) == user_id, col(Dialogue.kind) == KIND).with_for_update()
    ).scalar_one_or_none()


def _draft(dialogue: Dialogue | None, panel_id: int | None) -> Draft | None:
    """None too if the press came from an older message than the one that shows it."""
    if dialogue is None or dialogue.kind != KIND:
        return None
    if panel_id is not None and dialogue.message_id not in {None, panel_id}:
        return None
    return Draft(
        community_id=dialogue.community_id,
        act=dialogue.filled["act"],
        number=dialogue.filled["number"],
        values=dialogue.filled["values"],
        step=dialogue.step,
        message_id=dialogue.message_id,
    )
