"""Structured logs: one line an event, with ids; never a token, never what somebody wrote."""

import logging
import sys
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from pathlib import Path
from traceback import extract_tb
from typing import Any

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
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s", stream=sys.stderr, force=True)


def get_logger(name: str) -> Any:
    """A logger of this house."""
    return structlog.get_logger(name)


def _without_secrets(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key in SECRETS:
        if key in event:
            event[key] = "…"
    return event


def _error_in_short(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An exception as its kind and our place: its text may hold what somebody wrote, or an address with the token."""
    error = event.pop("exc_info", None)
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
        event["where"] = _place(error)
    return event


def _place(error: BaseException) -> str:
    place = ""
    for frame in extract_tb(error.__traceback__):
        path = Path(frame.filename)
        if HERE in path.parents or not place:
            place = f"{path.parent.name}/{path.name}:{frame.lineno}"
    return place


@contextmanager
def apart(log: Any, event: str, **facts: Any) -> Iterator[None]:
    """What fails inside is told in the log and stops nothing else: one shop's bad row is no other shop's trouble."""
    try:
        yield
    except Exception as error:  # whatever it is, the others go on
        log.error(event, exc_info=error, **facts)
