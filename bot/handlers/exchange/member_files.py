"""Files of members that the owner hands in with `/import`: what becomes of them."""

import asyncio
import csv
import io
from typing import Any

from bot.content import Words
from bot.features.exchange.moving import MemberImports, months_of
from bot.handlers.kit.file_kinds import AskInFile, FileKind, NamedSheet, Reading, Ready
from bot.handlers.kit.forms import Form, FormProblem, Moment
from bot.handlers.kit.imports import FileTalk
from bot.rules.act import Act
from bot.rules.exchange.cells import harmless
from bot.rules.exchange.lines import MemberRows, MovePolicy, line_in_file, read_members, together
from bot.rules.exchange.moving import BadLinesFile, MembersPreview
from bot.rules.place import Place
from bot.rules.sheets.sheet import AskDayOrder, SheetKind
from bot.rules.words import Language
from bot.store.messages.telling import Attachment

IMPORT_EXAMPLE = "/import"
FILE_FORM = Form({}, IMPORT_EXAMPLE)
NAME = "lines.csv"
BOM = "\ufeff"
"""With it spreadsheets know that a CSV file is UTF-8."""


class MemberFiles:
    """Files of members: each line is taken or refused by itself."""

    def __init__(self, imports: MemberImports, policy: MovePolicy) -> None:
        self._imports = imports
        self._policy = policy

    @property
    def kind(self) -> FileKind:
        """How it is registered."""
        return FileKind(SheetKind.MEMBERS, self.check, self.look, self.do, owner=True)

    def check(self, rest: str, _place: Place, moment: Moment) -> Any:
        """What is wrong with the command's line: it takes nothing."""
        try:
            FILE_FORM.read(rest, moment)
        except FormProblem as problem:
            return problem.error
        return None

    async def look(self, _act: Act, reading: Reading) -> Ready | AskInFile | MembersPreview:
        """What the files say, summed up."""
        rows = await self.read(reading.sheets, reading.place, reading.moment)
        if isinstance(rows, AskInFile):
            return rows
        counts, again = await self._imports.count(reading.place, rows.lines)
        shown = tuple(rows.bad[: self._policy.shown])
        preview = MembersPreview(
            reading.shown, counts, rows.empty, again, months_of(self._policy), len(rows.bad), shown
        )
        return Ready(preview) if preview.can_be_done else preview

    async def do(self, act: Act, reading: Reading) -> Any:
        """Take the lines in."""
        rows = await self.read(reading.sheets, reading.place, reading.moment)
        if isinstance(rows, AskInFile):
            raise TypeError("a file is taken once everything about it is answered")
        return await self._imports.take(act, rows.lines)

    async def read(self, sheets: tuple[NamedSheet, ...], place: Place, moment: Moment) -> MemberRows | AskInFile:
        """The lines of all files, or the first question about one. Long files are read beside the event loop."""
        found: list[MemberRows] = []
        for named in sheets:
            rows = await asyncio.to_thread(
                read_members, named.sheet, place.timezone, moment.now, named.answers, self._policy
            )
            if isinstance(rows, AskDayOrder):
                return AskInFile(named.name, rows)
            found.append(rows)
        return together(found)


class BadLines:
    """Makes the file of all lines that can't be taken."""

    def __init__(self, files: MemberFiles, talk: FileTalk, words: Words) -> None:
        self._files = files
        self._talk = talk
        self._words = words

    async def make(self, place: Place, language: Language, import_id: int) -> Attachment | None:
        """The lines with their numbers and why; None if the files are gone."""
        again = await self._talk.read_again(import_id)
        if again is None:
            return None
        one, sheets = again
        rows = await self._files.read(sheets, place, Moment(one.made_at, place.timezone))
        if one.community_id != place.community_id or isinstance(rows, AskInFile) or not rows.bad:
            return None
        text = io.StringIO()
        table = csv.writer(text)
        table.writerow([self._words.line("exchange/columns", block, language) for block in ("line", "found", "reason")])
        for bad in rows.bad:
            why = self._words.line("exchange/columns", "why", language, bad=bad, place=place)
            table.writerow([line_in_file(bad.line), harmless(bad.text), harmless(why)])
        caption = BadLinesFile(len(rows.bad))
        return Attachment(NAME, (BOM + text.getvalue()).encode(), caption, caption)
