"""Structured logs: one line an event, with ids; never a token, never what somebody wrote.

What libraries and Python itself have to say comes out as events too: where it was said and the kind of exception. Their
own words stay out, as they may hold an address with the token, or a database's password.
"""

import logging
import sys
import threading
import warnings
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from pathlib import Path
from traceback import extract_tb
from types import TracebackType
from typing import Any, TextIO

import structlog

HERE = Path(__file__).parent

SECRETS = ("token", "text", "body", "url", "code", "password")
"""Keys whose values never reach a line."""


def set_up_logs(level: str, form: str) -> None:
    """Send every event to standard error as one line of JSON (`json`) or as plain text (`text`)."""
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0)
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _without_secrets,
            _error_in_short,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, handlers=[_Libraries()], force=True)
    logging.raiseExceptions = False  # what a library can't format is no reason for a traceback


def hear_python() -> None:
    """Make events of what Python prints by itself: exceptions that nobody caught, in any thread, and warnings.

    For a process that is a bot: these hooks belong to the whole process.
    """
    sys.excepthook = _uncaught
    threading.excepthook = lambda told: _uncaught(told.exc_type, told.exc_value, told.exc_traceback)
    sys.unraisablehook = lambda told: _uncaught(told.exc_type, told.exc_value, told.exc_traceback)
    warnings.showwarning = _warned  # type: ignore[assignment]  # what it has no use for has another name


def get_logger(name: str) -> Any:
    """A logger of this house."""
    return structlog.get_logger(name)


class _Libraries(logging.Handler):
    """Makes an event of a library's record. asyncio tells so of exceptions in tasks that nobody waited for."""

    def emit(self, record: logging.LogRecord) -> None:
        """Who said it and where; not the message."""
        level = logging.ERROR if record.levelno >= logging.ERROR else logging.WARNING
        error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
        place = f"{record.module}:{record.lineno}"
        get_logger("library").log(level, "library_told", library=record.name, place=place, exc_info=error)


def _uncaught(kind: type[BaseException], error: BaseException | None, _traceback: TracebackType | None) -> None:
    get_logger("python").error("uncaught", exc_info=error if error is not None else kind())


def _warned(
    _message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    _file: TextIO | None = None,
    _line: str | None = None,
) -> None:
    get_logger("python").warning("warned", kind=category.__name__, place=_short(Path(filename), lineno))


def _without_secrets(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key in SECRETS:
        if key in event:
            event[key] = "…"
    return event


def _error_in_short(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An exception as its kind and our place: its text may hold what somebody wrote, or an address with the token."""
    error = event.pop("exc_info", None)
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]  # a group has neither kind nor place of its own
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
        event["where"] = _place(error)
    return event


def _place(error: BaseException) -> str:
    """The last place of ours that it came through, or of all if none was ours."""
    frames = [(Path(frame.filename), frame.lineno) for frame in extract_tb(error.__traceback__)]
    ours = [frame for frame in frames if HERE in frame[0].parents]
    return _short(*(ours or frames)[-1]) if frames else ""


def _short(path: Path, line: int | None) -> str:
    return f"{path.parent.name}/{path.name}:{line}"


@contextmanager
def apart(log: Any, event: str, **facts: Any) -> Iterator[None]:
    """What fails inside is told in the log and stops nothing else: one shop's bad row is no other shop's trouble."""
    try:
        yield
    except Exception as error:  # whatever it is, the others go on
        log.error(event, exc_info=error, **facts)
