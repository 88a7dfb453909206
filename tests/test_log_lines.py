"""Lines of the log: gathered for a moment, but a warning is written at once, and none is lost or out of order."""

import asyncio
import io
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from bot import logs


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What is written while the logs are set up as JSON."""
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    before = structlog.get_config()
    logs.set_up_logs("info", "json")
    yield stream
    structlog.configure(**before)


def events(stream: io.StringIO) -> list[dict[str, Any]]:
    """The lines so far."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


async def test_lines_are_gathered(written: io.StringIO) -> None:
    """Lines of the loop are written together soon after, with level and time; those below the level never."""
    log = logs.get_logger("test")
    log.debug("hidden")
    log.info("one", chat=5)
    log.info("two", name="소라")
    assert written.getvalue() == ""
    await asyncio.sleep(logs.GATHERED_SECONDS * 3)
    one, two = events(written)
    assert {**one, "timestamp": ""} == {"event": "one", "chat": 5, "level": "info", "timestamp": ""}
    assert one["timestamp"].endswith("Z")
    assert '"event": "one"' in written.getvalue()
    assert (two["event"], two["name"]) == ("two", "소라")


async def test_a_warning_is_written_at_once(written: io.StringIO) -> None:
    """With the lines before it, in their order."""
    log = logs.get_logger("test")
    log.info("one")
    log.warning("two")
    assert [line["event"] for line in events(written)] == ["one", "two"]
    log.info("three")
    log.error("four", exc_info=ValueError("a secret"))
    assert [line["event"] for line in events(written)] == ["one", "two", "three", "four"]
    assert events(written)[-1]["error"] == "ValueError"
    assert "secret" not in written.getvalue()


async def test_many_lines_do_not_wait(written: io.StringIO) -> None:
    """What is gathered is bounded."""
    log = logs.get_logger("test")
    for number in range(logs.MOST_GATHERED + 5):
        log.info("one", number=number)
    assert [line["number"] for line in events(written)] == list(range(logs.MOST_GATHERED))


def test_without_a_loop_lines_are_written_at_once(written: io.StringIO) -> None:
    """At the start, in another thread, and after a loop that ended with a line gathered."""
    log = logs.get_logger("test")
    log.info("start")
    thread = threading.Thread(target=log.info, args=("thread",))
    thread.start()
    thread.join()

    async def ends() -> None:
        log.info("gathered")

    asyncio.run(ends())
    asyncio.run(ends())
    log.info("end")
    assert [line["event"] for line in events(written)] == ["start", "thread", "gathered", "gathered", "end"]


@pytest.mark.parametrize("value", ["\ud83d", 2**80, {1: "x"}, object(), b"bytes"])
def test_any_value_makes_a_line(written: io.StringIO, value: Any) -> None:
    """Whatever an event holds, its line is JSON."""
    logs.get_logger("test").info("odd", value=value)
    assert events(written)[0]["event"] == "odd"


def test_secrets_are_left_out(written: io.StringIO) -> None:
    """Keys that may hold one never show it."""
    logs.get_logger("test").info("one", **dict.fromkeys(logs.SECRETS, "hush"))
    assert "hush" not in written.getvalue()
