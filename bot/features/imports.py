"""Imports: files that staff handed in wait as rows for answers and for *do it*, which acts once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.act import Act
from bot.rules.files import ImportPolicy
from bot.rules.imports import (
    Asked,
    HandedFile,
    ImportState,
    answers_from_facts,
    answers_to_facts,
    over,
    with_answer,
)
from bot.rules.sheets.sheet import Answers
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.leaving import Traces
from bot.store.messages.payloads import pack
from bot.store.tables import AlbumFile, FileImport, SheetShape
from bot.store.tables.base import id_of

OF_A_FILE = ("file_id", "name", "size")
"""What an import keeps of an album's file; posts keep more of it."""


@dataclass(frozen=True, slots=True)
class NewImport:
    """Files as they were handed in."""

    kind: str
    rest: str
    """What stood behind the command."""
    chat_id: int
    file: HandedFile
    album: str | None = None
    """The album of which the file is one; its other files belong to the import too."""


@dataclass(frozen=True, slots=True)
class AlbumPart:
    """A file of an album, as its message brought it."""

    community_id: int
    chat_id: int
    message_id: int
    user_id: int
    album: str
    file: HandedFile
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Import:
    """An import as it stands."""

    id: int
    community_id: int
    kind: str
    rest: str
    files: tuple[HandedFile, ...]
    answers: Mapping[str, Answers]
    """By shape: what was answered about an earlier file, and what was answered about this one."""
    remembered: frozenset[str]
    """Shapes of earlier files of which something is remembered and used."""
    turn: int
    asked: Asked | None
    message_id: int | None
    state: ImportState
    made_at: datetime
    done_cause: str | None
    done_by: int | None
    done_at: datetime | None
    outcome: Mapping[str, Any] | None
    """What came of it: its stored name as `outcome`, and its `facts`."""


class Imports:
    """Use cases of imports."""

    def __init__(self, db: Database, policy: ImportPolicy) -> None:
        self._db = db
        self._policy = policy

    async def hand_in(self, act: Act, new: NewImport) -> Import:
        """Write files down that were handed in; told again, the same import."""
        return await self._db.write(hand_in, act, new, self._policy)

    async def add_to_album(self, part: AlbumPart) -> Import | None:
        """Remember a file of an album; the open import of its sender that it belongs to, if there is one."""
        return await self._db.write(add_to_album, part, self._policy)

    async def find(self, import_id: int) -> Import | None:
        """The import of this number, whosever it is."""
        return await self._db.read(find, import_id)

    async def ask(self, import_id: int, turn: int, asked: Asked | None) -> None:
        """Remember what is asked now."""
        await self._db.write(ask, import_id, turn, asked)

    async def shown_in(self, import_id: int, message_id: int) -> None:
        """Remember which message in private shows it."""
        await self._db.write(shown_in, import_id, message_id)

    async def answer(self, import_id: int, turn: int, value: int) -> Import | None:
        """Take the answer to what is asked; an answer of an older turn changes nothing."""
        return await self._db.write(answer, import_id, turn, value)

    async def ask_again(self, import_id: int, turn: int) -> Import | None:
        """Forget all answers about it, those about earlier files too."""
        return await self._db.write(ask_again, import_id, turn)

    async def say_instead(self, import_id: int, turn: int, rest: str) -> Import | None:
        """Take another line behind the command."""
        return await self._db.write(say_instead, import_id, turn, rest)

    async def cancel(self, import_id: int) -> Import | None:
        """Give it up, unless somebody pressed *do it* before."""
        return await self._db.write(cancel, import_id)

    async def claim(self, act: Act, import_id: int, turn: int) -> Import | None:
        """Be who does it. Whoever was first is named in what this returns; the work is done under their cause."""
        return await self._db.write(claim, act, import_id, turn)

    async def finish(self, import_id: int, outcome: Any) -> Import | None:
        """Write down what came of it; what was written down first stays."""
        return await self._db.write(finish, import_id, outcome)


def hand_in(tx: Tx, act: Act, new: NewImport, policy: ImportPolicy) -> Import:
    """Make the row, with the files of the album that came before."""
    before = tx.execute(
        select(FileImport).where(col(FileImport.community_id) == act.community_id, col(FileImport.cause) == act.cause)
    ).scalar_one_or_none()
    if before is not None:
        return _import(tx, before)
    files = _files_of_album(tx, act.community_id, new.chat_id, new.album, policy) if new.album is not None else []
    row = FileImport(
        community_id=act.community_id,
        user_id=act.sender.user_id,
        chat_id=new.chat_id,
        album=new.album,
        kind=new.kind,
        rest=new.rest,
        files=files or [asdict(new.file)],
        answers={},
        made_at=act.at,
        cause=act.cause,
    )
    tx.add(row)
    tx.flush()
    return _import(tx, row)


def add_to_album(tx: Tx, part: AlbumPart, policy: ImportPolicy) -> Import | None:
    """Keep the file, and give it to the import that waits for the album's files."""
    if tx.get(AlbumFile, (part.chat_id, part.message_id)) is None:
        tx.add(
            AlbumFile(
                chat_id=part.chat_id,
                message_id=part.message_id,
                community_id=part.community_id,
                user_id=part.user_id,
                album=part.album,
                file=asdict(part.file),
                seen_at=part.seen_at,
            )
        )
        tx.flush()
    row = tx.execute(
        select(FileImport)
        .where(
            col(FileImport.community_id) == part.community_id,
            col(FileImport.chat_id) == part.chat_id,
            col(FileImport.album) == part.album,
            col(FileImport.user_id) == part.user_id,
            col(FileImport.state) == ImportState.OPEN,
        )
        .order_by(col(FileImport.id).desc())
        .limit(1)
        .with_for_update()
    ).scalar_one_or_none()
    if row is None:
        return None
    files = _files_of_album(tx, part.community_id, part.chat_id, part.album, policy)
    if files != row.files:
        row.files = files
        row.turn += 1
        tx.flush()
    return _import(tx, row)


def find(session: Session, import_id: int) -> Import | None:
    """How it stands."""
    row = session.get(FileImport, import_id)
    return _import(session, row) if row is not None else None


def ask(tx: Tx, import_id: int, turn: int, asked: Asked | None) -> None:
    """Keep the question with the turn that it belongs to."""
    tx.execute(
        update(FileImport)
        .where(col(FileImport.id) == import_id, col(FileImport.turn) == turn)
        .values(asked=asdict(asked) if asked is not None else None)
    )


def shown_in(tx: Tx, import_id: int, message_id: int) -> None:
    """Keep the message's number."""
    tx.execute(update(FileImport).where(col(FileImport.id) == import_id).values(message_id=message_id))


def answer(tx: Tx, import_id: int, turn: int, value: int) -> Import | None:
    """Keep the answer by the shape that it is about."""
    row = _lock(tx, import_id)
    if row is None:
        return None
    if row.state == ImportState.OPEN and row.turn == turn and row.asked is not None:
        asked = Asked(**row.asked)
        before = answers_from_facts(row.answers.get(asked.shape, {}))
        row.answers = {**row.answers, asked.shape: answers_to_facts(with_answer(before, asked, value))}
        row.turn += 1
        row.asked = None
        tx.flush()
    return _import(tx, row)


def ask_again(tx: Tx, import_id: int, turn: int) -> Import | None:
    """Forget what was answered. What is remembered of earlier files is replaced once this one is done."""
    row = _lock(tx, import_id)
    if row is None:
        return None
    if row.state == ImportState.OPEN and row.turn == turn:
        row.answers, row.fresh, row.asked = {}, True, None
        row.turn += 1
        tx.flush()
    return _import(tx, row)


def say_instead(tx: Tx, import_id: int, turn: int, rest: str) -> Import | None:
    """Keep the line; a button of an older turn changes nothing."""
    row = _lock(tx, import_id)
    if row is None:
        return None
    if row.state == ImportState.OPEN and row.turn == turn:
        row.rest = rest
        row.turn += 1
        tx.flush()
    return _import(tx, row)


def cancel(tx: Tx, import_id: int) -> Import | None:
    """Give it up."""
    row = _lock(tx, import_id)
    if row is None:
        return None
    if row.state == ImportState.OPEN:
        row.state = ImportState.CANCELLED
        tx.flush()
    return _import(tx, row)


def claim(tx: Tx, act: Act, import_id: int, turn: int) -> Import | None:
    """The first press of the preview's turn does it; the answers are remembered for the next file of their shape."""
    row = _lock(tx, import_id)
    if row is None or row.community_id != act.community_id:
        return None
    if row.state == ImportState.OPEN and row.turn == turn:
        row.state = ImportState.DOING
        row.done_cause, row.done_by, row.done_at = act.cause, act.actor_id, act.at
        _remember(tx, row, act.at)
        tx.flush()
    return _import(tx, row)


def finish(tx: Tx, import_id: int, outcome: Any) -> Import | None:
    """Keep the outcome."""
    row = _lock(tx, import_id)
    if row is None:
        return None
    if row.state == ImportState.DOING:
        row.state = ImportState.DONE
        row.outcome = pack(outcome)._asdict()
        tx.flush()
    return _import(tx, row)


def drop_old(tx: Tx, now: datetime, policy: ImportPolicy) -> None:
    """Imports and albums of yesterday; what is remembered of shapes stays."""
    before = now - policy.waits
    tx.execute(delete(FileImport).where(col(FileImport.made_at) < before))
    tx.execute(delete(AlbumFile).where(col(AlbumFile.seen_at) < before))


def drop_traces(tx: Tx, traces: Traces) -> None:
    """Somebody has their data deleted: files that they handed in are forgotten."""
    for table in (FileImport, AlbumFile):
        mine = delete(table).where(col(table.user_id) == traces.user_id)
        if traces.community_id is not None:
            mine = mine.where(col(table.community_id) == traces.community_id)
        tx.execute(mine)


ACTED_BY = (col(FileImport.done_by),)
"""Columns that say who of the staff did something."""


def follow(tx: Tx, old_chat_id: int, new_chat_id: int) -> None:
    """A group became a supergroup: imports go on there. Its messages have new numbers, so albums are forgotten."""
    tx.execute(update(FileImport).where(col(FileImport.chat_id) == old_chat_id).values(chat_id=new_chat_id))
    tx.execute(delete(AlbumFile).where(col(AlbumFile.chat_id) == old_chat_id))


def _lock(tx: Tx, import_id: int) -> FileImport | None:
    return tx.execute(select(FileImport).where(col(FileImport.id) == import_id).with_for_update()).scalar_one_or_none()


def _files_of_album(tx: Tx, community_id: int, chat_id: int, album: str, policy: ImportPolicy) -> list[dict[str, Any]]:
    found = select(col(AlbumFile.file)).where(
        col(AlbumFile.community_id) == community_id, col(AlbumFile.chat_id) == chat_id, col(AlbumFile.album) == album
    )
    files = tx.execute(found.order_by(col(AlbumFile.message_id)).limit(policy.most_files)).scalars()
    return [{name: file[name] for name in OF_A_FILE} for file in files]


def _remember(tx: Tx, row: FileImport, now: datetime) -> None:
    known = {one.shape: one for one in _shapes(tx, row, row.answers)}
    for shape, facts in row.answers.items():
        before = known.get(shape)
        if before is None:
            tx.add(SheetShape(community_id=row.community_id, kind=row.kind, shape=shape, answers=facts, updated_at=now))
        else:
            older = Answers() if row.fresh else answers_from_facts(before.answers)
            before.answers = answers_to_facts(over(older, answers_from_facts(facts)))
            before.updated_at = now


def _shapes(session: Session, row: FileImport, shapes: Collection[str] | None) -> Sequence[SheetShape]:
    """What is remembered of these shapes, or of all of the import's kind."""
    query = select(SheetShape).where(col(SheetShape.community_id) == row.community_id, col(SheetShape.kind) == row.kind)
    if shapes is not None:
        query = query.where(col(SheetShape.shape).in_(shapes))
    return session.execute(query).scalars().all()


def _import(session: Session, row: FileImport) -> Import:
    own = {shape: answers_from_facts(facts) for shape, facts in row.answers.items()}
    known = {} if row.fresh else {one.shape: answers_from_facts(one.answers) for one in _shapes(session, row, None)}
    answers = {shape: over(known.get(shape, Answers()), own.get(shape, Answers())) for shape in known | own}
    return Import(
        id=id_of(row),
        community_id=row.community_id,
        kind=row.kind,
        rest=row.rest,
        files=tuple(HandedFile(**file) for file in row.files),
        answers=answers,
        remembered=frozenset(known),
        turn=row.turn,
        asked=Asked(**row.asked) if row.asked is not None else None,
        message_id=row.message_id,
        state=ImportState(row.state),
        made_at=row.made_at,
        done_cause=row.done_cause,
        done_by=row.done_by,
        done_at=row.done_at,
        outcome=row.outcome,
    )
