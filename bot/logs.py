"""Structured logs: one line for each event, with ids. A token or what somebody wrote is never logged.

Messages of libraries and of Python itself become events too: the place in the code and the kind of exception. Their
texts are left out, because they may hold an address with the token, or a database's password.

Lines are gathered for a twentieth of a second and written together: one write for each line cost a tenth of a check-in.
A warning or an error is written at once, with what came before it. A `kill -9` loses the lines that are gathered.
"""

import asyncio
import atexit
import json
import logging
import sys
import threading
import time
import warnings
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from traceback import extract_tb
from types import TracebackType
from typing import Any, TextIO

import orjson
import structlog

HERE = Path(__file__).parent

SECRETS = ("token", "text", "body", "url", "code", "password")
"""Keys whose values never reach a line."""


LEVELS = {"warn": "warning", "exception": "error", "fatal": "critical"}
"""Other names of levels that structlog's methods have."""
GATHERED_SECONDS = 0.05
MOST_GATHERED = 256
"""Lines that are gathered before they are written in any case."""


def set_up_logs(level: str, form: str) -> None:
    """Send every event to standard error as one line of JSON (`json`) or as plain text (`text`)."""
    renderer: Any = _as_json if form == "json" else structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0)
    lines = _Lines(sys.stderr)
    atexit.register(lines.flush)
    structlog.configure(
        processors=[_finish, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_names: lines,
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, handlers=[_Libraries()], force=True)
    logging.raiseExceptions = False  # a library's message that can't be formatted must not print a traceback


def log_what_python_prints() -> None:
    """Log as events what Python prints by itself: uncaught exceptions of any thread, and warnings.

    Only a process that runs the bot calls this: the hooks belong to the whole process.
    """
    sys.excepthook = _log_uncaught
    threading.excepthook = lambda hook_args: _log_uncaught(
        hook_args.exc_type, hook_args.exc_value, hook_args.exc_traceback
    )
    sys.unraisablehook = lambda hook_args: _log_uncaught(
        hook_args.exc_type, hook_args.exc_value, hook_args.exc_traceback
    )
    warnings.showwarning = _log_warning  # type: ignore[assignment]  # unused parameters begin with `_`


def get_logger(name: str) -> Any:
    """The structlog logger of this name."""
    return structlog.get_logger(name)


class _Lines:
    """Where lines go: gathered, and written together. Any thread may call it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lines: list[str] = []
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        """The loop that will write what is gathered."""

    def debug(self, line: str) -> None:
        """Write a line soon; at once where no loop runs."""
        with self._lock:
            self._lines.append(line)
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # another thread, or the start
            self.flush()
            return
        if len(self._lines) >= MOST_GATHERED:
            self.flush()
        elif self._loop is not loop:
            self._loop = loop
            loop.call_later(GATHERED_SECONDS, self.flush)

    info = debug

    def warning(self, line: str) -> None:
        """Write a line at once, behind those that are gathered."""
        with self._lock:
            self._lines.append(line)
        self.flush()

    error = critical = warn = exception = fatal = warning

    def flush(self) -> None:
        """Write what is gathered."""
        with self._lock:
            self._loop = None
            lines, self._lines = self._lines, []
            if lines:
                self._stream.write("\n".join(lines) + "\n")
                self._stream.flush()


class _Libraries(logging.Handler):
    """Logs a library's record as an event. asyncio reports exceptions of tasks that nobody awaited in this way."""

    def emit(self, record: logging.LogRecord) -> None:
        """Log the library and the place in its code, without the message."""
        level = logging.ERROR if record.levelno >= logging.ERROR else logging.WARNING
        error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
        place = f"{record.module}:{record.lineno}"
        get_logger("library").log(level, "library_told", library=record.name, place=place, exc_info=error)


def _log_uncaught(kind: type[BaseException], error: BaseException | None, _traceback: TracebackType | None) -> None:
    get_logger("python").error("uncaught", exc_info=error if error is not None else kind())


def _log_warning(
    _message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    _file: TextIO | None = None,
    _line: str | None = None,
) -> None:
    get_logger("python").warning("warned", kind=category.__name__, place=_file_and_line(Path(filename), lineno))


def _finish(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Add level and time, leave out secrets, and shorten an exception."""
    event["level"] = LEVELS.get(method, method)
    now = datetime.fromtimestamp(time.time(), UTC)  # noqa: TID251  # the log's own clock
    event["timestamp"] = now.isoformat(timespec="microseconds").replace("+00:00", "Z")
    for key in SECRETS:
        if key in event:
            event[key] = "…"
    if "exc_info" in event:
        _shorten_error(logger, method, event)
    return event


def _as_json(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> str:
    """A line of JSON, with spaces as Python's own encoder sets them: scripts search for `"event": "started"`."""
    return "{" + ", ".join([f'"{key}": {_value_as_json(value)}' for key, value in event.items()]) + "}"


def _value_as_json(value: Any) -> str:
    try:
        return orjson.dumps(value, default=repr).decode()
    except TypeError:  # half a character, or a number of more than 64 bits
        return json.dumps(value, default=repr)


def _shorten_error(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace an exception by its class and the place in our code.

    Its text may hold what somebody wrote, or an address with the token.
    """
    error = event.pop("exc_info", None)
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]  # a group has neither kind nor place of its own
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
        event["where"] = _where_raised(error)
    return event


def _where_raised(error: BaseException) -> str:
    """The last place in our own code that the exception passed; without one, the last place of all."""
    frames = [(Path(frame.filename), frame.lineno) for frame in extract_tb(error.__traceback__)]
    ours = [frame for frame in frames if HERE in frame[0].parents]
    return _file_and_line(*(ours or frames)[-1]) if frames else ""


def _file_and_line(path: Path, line: int | None) -> str:
    return f"{path.parent.name}/{path.name}:{line}"


@contextmanager
def logging_failures(log: Any, event: str, **facts: Any) -> Iterator[None]:
    """Log what fails inside the block as `event`, and go on: one shop's bad row must not stop the other shops."""
    try:
        yield
    except Exception as error:  # any failure: the caller goes on with the next item
        log.error(event, exc_info=error, **facts)
