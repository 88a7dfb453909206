"""Has an owner's template rendered by a process of its own, bounded in time, memory and output.

Measured: 50 ms of one core for a rendering, nearly all of it the start of Python and Jinja2. So each rendering gets a
process of its own, and none is kept warm: nothing is left of a template when the next one is rendered.
"""

import asyncio
import json
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.logs import get_logger
from bot.rules.posts.templates import END_OF_MARK, FILTERS, MARK, NAMES, TemplatePolicy, Trouble

PROCESS = Path(__file__).with_name("template_process.py")
_MARKS = str.maketrans("", "", MARK + END_OF_MARK)

log = get_logger("templates")


@dataclass(frozen=True, slots=True)
class Html:
    """A value that is HTML of ours, such as a time. Other values are escaped."""

    text: str


Value = str | Html
"""What a name stands for."""


class OwnerTemplates:
    """Renders templates of owners, a few at a time."""

    def __init__(self, policy: TemplatePolicy, process: Path = PROCESS) -> None:
        """`process`: the script that renders; tests give one with fewer walls."""
        self._policy = policy
        self._process = process
        self._turn = asyncio.Semaphore(policy.at_once)

    async def render(self, source: str, values: Mapping[str, Value | None]) -> str | Trouble:
        """The output with marks of lines (`rules/posts/templates.MARK`), or what is wrong with the source.

        `values`: what the names stand for. A name of the post's that isn't among the usual ones is a blank; None
        stands for nothing now.
        """
        wish = {
            "source": source.translate(_MARKS),
            "names": sorted({*NAMES, *values}),
            "filters": FILTERS,
            "values": {name: _plain(value) for name, value in values.items() if value is not None},
            "cpu_seconds": self._policy.cpu_seconds,
            "most_memory": self._policy.most_memory,
            "most_output": self._policy.most_output,
        }
        async with self._turn:
            return await self._run(json.dumps(wish).encode())

    async def _run(self, wish: bytes) -> str | Trouble:
        try:
            # -I: the process needs nothing of the bot. No environment: there is nothing in it to be read.
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", str(self._process)),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env={},
            )
        except OSError as error:
            log.warning("not_rendered", why=type(error).__name__)
            return Trouble("away")
        try:
            async with asyncio.timeout(self._policy.wait.total_seconds()):
                told, _ = await process.communicate(wish)
        except TimeoutError:
            log.warning("not_rendered", why="it took too long")
            return Trouble("too_much")
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if process.returncode != 0:
            log.warning("not_rendered", why=f"exit code {process.returncode}")
            return Trouble("too_much")
        return _read(json.loads(told))


def _plain(value: Value) -> str | dict[str, str]:
    """A value as the process reads it."""
    return {"html": value.text} if isinstance(value, Html) else value.translate(_MARKS)


def _read(told: dict[str, Any]) -> str | Trouble:
    if "html" in told:
        html: str = told["html"]
        return html
    return Trouble(told["trouble"], told.get("line", 1), told.get("word", ""))
