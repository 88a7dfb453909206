"""Spreadsheets and CSV files that go out, written row by row by a process of their own."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

_WRITER = Path(__file__).with_name("sheet_process.py")
ENDS_WITHIN = 300
"""Seconds that the writer has to close its file after the last row."""


class SheetFailedError(Exception):
    """The file couldn't be written."""


class SheetFile:
    """A file that is being written. It takes rows of JSON values, and `["at", text]` or `["day", text]` for times."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def write(self, rows: Iterable[Sequence[Any]]) -> None:
        """Hand rows on. It waits while the writer is behind, so that no rows pile up.

        Raises:
            SheetFailedError: the writer has ended.
        """
        stdin = self._process.stdin
        if stdin is None:
            raise SheetFailedError
        try:
            for row in rows:
                stdin.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
            await stdin.drain()
        except (BrokenPipeError, ConnectionResetError) as error:
            raise SheetFailedError from error


@asynccontextmanager
async def sheet_file(path: Path, form: str, header: Sequence[str]) -> AsyncIterator[SheetFile]:
    """Write a file of these columns. It is whole at the end of the block.

    Raises:
        SheetFailedError: it couldn't be written.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", str(_WRITER)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        file = SheetFile(process)
        await file.write(({"path": str(path), "format": form}, list(header)))  # type: ignore[arg-type]
        yield file
        if process.stdin is not None:
            process.stdin.close()
        async with asyncio.timeout(ENDS_WITHIN):
            if await process.wait() != 0:
                raise SheetFailedError
    except TimeoutError as error:
        raise SheetFailedError from error
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
