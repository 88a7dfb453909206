"""Has a report's picture drawn by a process of its own."""

import asyncio
import json
import os
import sys
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.logs import get_logger
from bot.outside.draw import FAMILY, NO_FONT, NO_LIBRARY
from bot.rules.figures.drawing import Drawing, lines_for, size_for

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
WIDTH = 1080
AT_ONCE = 1
"""Pictures that are drawn at the same time."""
PNG = b"\x89PNG\r\n\x1a\n"
PROBLEMS = {NO_FONT: "no font has the letters", NO_LIBRARY: "resvg-py isn't installed"}

log = get_logger("pictures")


class Painter:
    """Draws pictures, one after another."""

    def __init__(self, limit: timedelta) -> None:
        """`limit`: how long one drawing may take, its turn not counted."""
        self._limit = limit.total_seconds()
        self._turn = asyncio.Semaphore(AT_ONCE)
        environment = Environment(loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined)
        environment.filters["size"] = size_for
        environment.filters["lines"] = lines_for
        self._template = environment.get_template("report.svg.j2")

    async def draw(self, drawing: Drawing, language: str) -> bytes | None:
        """The picture as a PNG; None if it can't be drawn here: no font has the letters, or it takes too long."""
        svg = self._template.render(drawing=drawing, width=WIDTH, family=FAMILY)
        wish = json.dumps({"svg": svg, "text": drawing.text, "language": language}).encode()
        async with self._turn:
            return await self._run(wish)

    async def _run(self, wish: bytes) -> bytes | None:
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot.outside.draw"),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
            )
        except OSError as error:
            log.warning("not_drawn", why=type(error).__name__)
            return None
        try:
            async with asyncio.timeout(self._limit):
                png, _ = await process.communicate(wish)
        except TimeoutError:
            log.warning("not_drawn", why="it took too long")
            return None
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if process.returncode == 0 and png.startswith(PNG):
            return png
        log.warning("not_drawn", why=PROBLEMS.get(process.returncode or 0, f"exit code {process.returncode}"))
        return None
