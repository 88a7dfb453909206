"""Makes the files that owners asked for with `/export`, when they are sent."""

import asyncio
import os
import tempfile
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from bot.content import Words
from bot.features.exchange.exports import BAD_LINES, EXPORT, Exports, Wanted
from bot.features.exchange.pages import PAGES, Cell, Query, Word
from bot.handlers.exchange.member_files import BadLines
from bot.logs import get_logger
from bot.outside.sheet_files import SheetFailedError, sheet_file
from bot.rules.calendar import day_of, zone
from bot.rules.exchange.cells import harmless
from bot.rules.exchange.exports import COLUMNS, ExportFailed, ExportFile, ExportPolicy, ExportTooLarge
from bot.rules.place import Place
from bot.rules.tiers import TierPolicy
from bot.rules.words import Language
from bot.store.engine.db import Database
from bot.store.messages.telling import Attachment
from bot.store.places import find_place
from bot.telegram.deliveries import FileMaker

WORDS = "exchange/columns"
EXACT = 10**15
"""A spreadsheet keeps 15 digits of a number. A longer one is written as text."""

log = get_logger("exports")


class ExportFiles:
    """Makes exports, and the files of lines that an import can't take."""

    def __init__(
        self,
        db: Database,
        exports: Exports,
        bad_lines: BadLines,
        words: Words,
        policies: tuple[ExportPolicy, TierPolicy],
        now: Callable[[], datetime],
    ) -> None:
        self._db = db
        self._exports = exports
        self._bad_lines = bad_lines
        self._words = words
        self._policy, self._tiers = policies
        self._now = now

    @property
    def makers(self) -> dict[str, FileMaker]:
        """What makes each kind."""
        return {EXPORT: self.export, BAD_LINES: self.bad_lines}

    async def export(self, community_id: int, export_id: int) -> Attachment | None:
        """The export; None if it isn't kept any more."""
        wanted = await self._exports.wanted(export_id)
        place = await self._db.read(find_place, community_id)
        if wanted is None or place is None or wanted.community_id != community_id:
            return None
        path = new_file()
        try:
            async with asyncio.timeout(self._policy.within.total_seconds()):
                rows = await self._write(wanted, place, path)
        except (SheetFailedError, TimeoutError) as error:
            drop_file(path)
            log.error("export_failed", kind=wanted.kind, error=type(error).__name__)
            return _words_alone(ExportFailed(wanted.kind))
        except BaseException:
            drop_file(path)
            raise
        if size_of(path) > self._policy.most_bytes:
            drop_file(path)
            return _words_alone(ExportTooLarge(wanted.kind, wanted.format))
        caption = ExportFile(wanted.kind, rows, wanted.segment)
        day = day_of(wanted.at, place.timezone).isoformat()
        return Attachment(f"{wanted.kind}-{day}.{wanted.format}", b"", caption, caption, path=path)

    async def bad_lines(self, community_id: int, import_id: int) -> Attachment | None:
        """Lines that can't be taken, for the owner."""
        place = await self._db.read(find_place, community_id)
        if place is None:
            return None
        return await self._bad_lines.make(place, place.language, import_id)

    async def _write(self, wanted: Wanted, place: Place, path: Path) -> int:
        """Write all pages; how many rows there are."""
        header = [self._words.line(WORDS, block, wanted.language, place=place) for block in COLUMNS[wanted.kind]]
        query = Query(place, self._now(), wanted.segment, self._tiers, self._policy.page)
        rows = 0
        after: int | None = 0
        async with sheet_file(path, wanted.format, header) as file:
            while after is not None:
                page = await self._db.read(PAGES[wanted.kind], query, after)
                cells = Cells(self._words, place, wanted.language)
                await file.write(cells.row(row) for row in page.rows)
                rows += len(page.rows)
                after = page.after
        return rows


def new_file() -> Path:
    """An empty file that only this process's user may read."""
    handle, name = tempfile.mkstemp(prefix="encore-export-")
    os.close(handle)
    return Path(name)


def drop_file(path: Path) -> None:
    """Delete a file, if it is there."""
    path.unlink(missing_ok=True)


def size_of(path: Path) -> int:
    """Bytes of a file."""
    return path.stat().st_size


def _words_alone(outcome: Any) -> Attachment:
    return Attachment("", b"", outcome, outcome)


class Cells:
    """Cells as the writer takes them: texts harmless, instants by the shop's clock, words in a language."""

    def __init__(self, words: Words, place: Place, language: Language) -> None:
        self._words = words
        self._place = place
        self._language = language
        self._zone = zone(place.timezone)
        self._said: dict[Word, str] = {}

    def row(self, row: Sequence[Cell]) -> list[Any]:
        """A row of JSON values."""
        return [self._cell(cell) for cell in row]

    def _cell(self, cell: Cell) -> Any:
        if isinstance(cell, Word):
            return self._word(cell)
        if isinstance(cell, str):
            return harmless(cell)
        if isinstance(cell, datetime):
            return ["at", cell.astimezone(self._zone).replace(tzinfo=None, microsecond=0).isoformat()]
        if isinstance(cell, date):
            return ["day", cell.isoformat()]
        return str(cell) if isinstance(cell, int) and abs(cell) >= EXACT else cell

    def _word(self, word: Word) -> str:
        said = self._said.get(word)
        if said is None:
            said = harmless(self._words.line(WORDS, word.block, self._language, about=word.about, place=self._place))
            self._said[word] = said
        return said
