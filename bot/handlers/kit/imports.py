"""The conversation about files that staff hand in: read, ask, preview, and only then do.

Nothing of a file is stored but Telegram's id for it: it is fetched anew for each step.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Protocol
from weakref import WeakValueDictionary

from aiogram.types import Document, Message

from bot.content.buttons.shared import ADMIN
from bot.content.catalog import OUTCOMES
from bot.features.communities import Communities
from bot.features.imports import AlbumPart, Import, Imports, NewImport
from bot.handlers.kit.file_kinds import AskInFile, FileKind, InFile, NamedSheet, Reading, Ready
from bot.handlers.kit.files import FileReader
from bot.handlers.kit.forms import Moment
from bot.handlers.kit.readers import read_id
from bot.handlers.kit.rights import Doors
from bot.rules.act import Act
from bot.rules.forms import HourStays
from bot.rules.general import OnlyInPrivate, StalePress
from bot.rules.imports import (
    Asked,
    HandedFile,
    ImportCancelled,
    ImportGone,
    ImportState,
    ProblemInFile,
    Shown,
    Verb,
    is_empty,
    question_of,
)
from bot.rules.numbers import read_number
from bot.rules.sheets.columns import understand
from bot.rules.sheets.sheet import (
    NOWHERE,
    Answers,
    AskColumn,
    AskDayOrder,
    AskManyCodes,
    Grid,
    Sheet,
    SheetKind,
)
from bot.store import causes
from bot.store.engine.peers import Peers
from bot.telegram.ask import Ask
from bot.telegram.downloads import message_with_file


class Shows(Protocol):
    """Shows a panel to one person: `Voice`, or what the staff's panel hands a command in its place."""

    async def answer(self, ask: Ask, outcome: Any, *, below: Any = None) -> None:
        """Tell the outcome, and below it another one."""
        ...

    async def panel(self, ask: Ask, outcome: Any, *, below: Any = None, instead: Any = None) -> int | None:
        """Show the outcome where the last one stood; the message's number in private."""
        ...


@dataclass(frozen=True, slots=True)
class Step:
    """What is shown next: a question, a preview, or why nothing can be done."""

    outcome: Any
    asked: Asked | None = None
    ready: Reading | None = None
    """What *do it* works with; None where there is nothing to do yet."""
    below: Any = None


class FileTalk:
    """Talks about files that were handed in."""

    def __init__(
        self, imports: Imports, reader: FileReader, communities: Communities, voice: Shows, peers: Peers
    ) -> None:
        self._peers = peers
        self._imports = imports
        self._reader = reader
        self._communities = communities
        self._voice = voice
        self._kinds: dict[str, FileKind] = {}
        self._doing: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    def take_kinds(self, kinds: Iterable[FileKind]) -> None:
        """Learn what domains take files for.

        Raises:
            ValueError: two domains registered the same kind.
        """
        for kind in kinds:
            if kind.name in self._kinds:
                raise ValueError(f"registered twice: {kind.name}")
            self._kinds[kind.name] = kind

    async def hand_in(self, inside: Ask, voice: Shows, kind: SheetKind, rest: str, message: Message) -> None:
        """Take the file of a staff's command, or its whole album, and show the first question or the preview.

        The command's line is checked before anything is read. `voice` is who answers the command.
        """
        wrong = self._kinds[kind].check(rest, inside.community, Moment(inside.at, inside.community.timezone))
        holder = message_with_file(message)
        if wrong is not None or holder is None or holder.document is None:
            await voice.answer(inside, wrong or StalePress())
            return
        if holder.media_group_id is not None and holder.message_id:
            await self.remember(inside, holder)
        file, album = _handed(holder.document), holder.media_group_id
        new = NewImport(kind, rest, inside.chat_id, file, album)
        await self._show(inside, voice, await self._imports.hand_in(inside.act, new))

    async def remember(self, ask: Ask, message: Message) -> Import | None:
        """Remember a file of an album, in private and in the home group; the import that it belongs to, if any."""
        place, album = ask.place, message.media_group_id
        if place is None or album is None or message.document is None:
            return None
        if not ask.private and ask.chat_id != place.home_chat:
            return None
        file, sender = _handed(message.document), ask.sender.user_id
        part = AlbumPart(place.community_id, ask.chat_id, message.message_id, sender, album, file, ask.at)
        return await self._imports.add_to_album(part)

    async def more_of_album(self, ask: Ask, message: Message, doors: Doors) -> None:
        """A file of an album came without a command: it belongs to the command of the album, if that came before."""
        waiting = await self.remember(ask, message)
        inside = await self._enter(ask, waiting, doors) if waiting is not None else None
        if waiting is not None and inside is not None:
            there = replace(inside, panel_id=waiting.message_id) if inside.private else inside
            await self._show(there, self._voice, waiting)

    async def pressed(self, ask: Ask, rest: str, doors: Doors) -> None:
        """A button: `<import>:<turn>:<verb>[:<value>]`. The rights are asked afresh in the import's shop."""
        number, _, said = rest.partition(":")
        turn_text, _, said = said.partition(":")
        verb, _, value = said.partition(":")
        import_id, turn = read_id(number), _whole(turn_text)
        found = await self._imports.find(import_id) if import_id is not None else None
        place = await self._communities.place(found.community_id) if found is not None else None
        if found is None or place is None or turn is None:
            await self._gone(ask, doors)
            return
        inside = await self._enter(ask.within(place), found, doors)
        if inside is None:
            return
        await self._show(inside, self._voice, await self._changed(inside, found, turn, (verb, value)))

    async def read_again(self, import_id: int) -> tuple[Import, tuple[NamedSheet, ...]] | None:
        """Files as they were handed in, read anew as far as they were answered about; None if they can't be."""
        one = await self._imports.find(import_id)
        if one is None:
            return None
        read = await self._read(one)
        return None if isinstance(read, Step) else (one, read[0])

    async def community_of(self, import_id: int) -> int | None:
        """The shop in which files were handed in."""
        one = await self._imports.find(import_id)
        return one.community_id if one is not None else None

    async def _enter(self, ask: Ask, one: Import, doors: Doors) -> Ask | None:
        return await (doors.owner(ask) if self._kinds[one.kind].owner else doors.staff(ask))

    async def _gone(self, ask: Ask, doors: Doors) -> None:
        inside = await doors.staff(ask)
        if inside is not None:
            await self._voice.answer(inside, ImportGone())

    async def _changed(self, inside: Ask, one: Import, turn: int, said: tuple[str, str]) -> Import | None:
        """The import once a button has said its word. A button of an older turn changes nothing."""
        verb, value = said
        if verb == Verb.DO or one.state is ImportState.DOING:
            return await self._do(inside, one, turn)
        match verb:
            case Verb.CANCEL:
                return await self._imports.cancel(one.id)
            case Verb.AGAIN:
                return await self._imports.ask_again(one.id, turn)
            case Verb.HOUR:
                return await self._in_the_evening(inside, one, turn)
            case _:
                number = _whole(value)
                if number is None or one.asked is None or one.asked.verb != verb:
                    return one
                return await self._imports.answer(one.id, turn, number)

    async def _in_the_evening(self, inside: Ask, one: Import, turn: int) -> Import | None:
        """Take the evening's hour in the command's line. If the line makes no sense then, that is told and it stays."""
        kind, moment = self._kinds[one.kind], Moment(one.made_at, inside.community.timezone)
        doubt = kind.doubt(one.rest, moment) if kind.doubt is not None else None
        if doubt is None or one.turn != turn:
            return one
        line = doubt.line.strip()
        wrong = kind.check(line, inside.community, moment)
        if wrong is not None:
            await self._voice.answer(inside, wrong, below=HourStays())
            return one
        return await self._imports.say_instead(one.id, turn, line)

    async def _show(self, inside: Ask, voice: Shows, one: Import | None) -> None:
        """Show how it stands."""
        if one is None:
            await voice.answer(inside, ImportGone())
            return
        step = await self._step(inside, one)
        if one.state is ImportState.OPEN:
            await self._imports.ask(one.id, one.turn, step.asked)
        instead = OnlyInPrivate(f"{ADMIN}_{one.community_id}")
        shown = await voice.panel(inside, step.outcome, below=step.below, instead=instead)
        if shown is not None and shown != one.message_id:
            await self._imports.shown_in(one.id, shown)

    async def _step(self, inside: Ask, one: Import) -> Step:
        match one.state:
            case ImportState.CANCELLED:
                return Step(ImportCancelled())
            case ImportState.DONE if one.outcome is not None:
                return Step(causes.from_facts(OUTCOMES[one.outcome["outcome"]], one.outcome["facts"]))
            case _:
                return await self._look(inside, one)

    async def _do(self, inside: Ask, one: Import, turn: int) -> Import | None:
        """Do what the preview of this turn says, once, whoever presses how often.

        What was begun goes on under the cause of the press that began it.
        """
        async with self._doing.setdefault(one.id, asyncio.Lock()), self._peers.alone(f"import:{one.id}"):
            now = await self._imports.find(one.id)
            if now is None or now.state in {ImportState.DONE, ImportState.CANCELLED}:
                return now
            step = await self._look(inside, now)
            if step.ready is None:
                return now
            claimed = await self._imports.claim(inside.act, now.id, turn)
            if claimed is None or claimed.state is not ImportState.DOING:
                return claimed
            outcome = await self._kinds[claimed.kind].do(_act_of(inside.act, claimed), step.ready)
            return await self._imports.finish(claimed.id, outcome)

    async def _look(self, inside: Ask, one: Import) -> Step:
        """What can be shown of the files, as far as what is known of them allows."""
        read = await self._read(one)
        if isinstance(read, Step):
            return read
        sheets, shown = read
        moment = Moment(one.made_at, inside.community.timezone)
        reading = Reading(inside.community, one.rest, moment, sheets, shown)
        seen = await self._kinds[one.kind].look(_act_of(inside.act, one), reading)
        if isinstance(seen, AskInFile):
            return Step(*question_of(seen.question, shown, seen.name))
        if isinstance(seen, InFile):
            return _problem(one, seen.name, seen.outcome)
        return Step(seen.preview, ready=reading) if isinstance(seen, Ready) else Step(seen)

    async def _read(self, one: Import) -> Step | tuple[tuple[NamedSheet, ...], Shown]:
        """Fetch and read the files; or what must be asked about one of them first, or is wrong with it."""
        kind, sheets = self._kinds[one.kind], list[NamedSheet]()
        shown = Shown(one.id, one.turn, tuple(file.name for file in one.files))
        for file in one.files:
            grid = await self._reader.grid(_document(file))
            if not isinstance(grid, Grid):
                return _problem(one, file.name, grid)
            read, answers, shape = _understood(grid, kind.name, one)
            shown = replace(
                shown,
                as_last_time=shown.as_last_time or shape in one.remembered,
                answered=shown.answered or not is_empty(answers),
            )
            if isinstance(read, AskColumn | AskDayOrder | AskManyCodes):
                return Step(*question_of(read, shown, file.name))
            if not isinstance(read, Sheet):
                return _problem(one, file.name, read)
            sheets.append(NamedSheet(file.name, read, answers))
        return tuple(sheets), shown


def _understood(grid: Grid, kind: SheetKind, one: Import) -> tuple[Any, Answers, str]:
    """A file's rows, or what is asked or wrong; with the answers about its shape, and the shape."""
    read = understand(grid, kind, Answers())
    shape = getattr(read, "shape", "")
    answers = one.answers.get(shape, Answers())
    return (read if is_empty(answers) else understand(grid, kind, answers)), answers, shape


def _problem(one: Import, name: str, problem: Any) -> Step:
    """What is wrong with a file; of several it is said which."""
    return Step(problem) if len(one.files) == 1 else Step(ProblemInFile(name), below=problem)


def _act_of(act: Act, one: Import) -> Act:
    """The act of the press that began it: what was interrupted goes on as that act."""
    if one.done_cause is None or one.done_by is None or one.done_at is None:
        return act
    return replace(act, cause=one.done_cause, actor_id=one.done_by, at=one.done_at)


def _handed(document: Document) -> HandedFile:
    return HandedFile(document.file_id, document.file_name or "…", document.file_size)


def _document(file: HandedFile) -> Document:
    return Document(file_id=file.file_id, file_unique_id="", file_name=file.name, file_size=file.size)


def _whole(text: str) -> int | None:
    """A number of callback data, `NOWHERE` among them; None for what is none."""
    return NOWHERE if text == str(NOWHERE) else read_number(text)
