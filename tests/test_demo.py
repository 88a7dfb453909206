"""The demo as it is started in a terminal: the page's server, and the evening that tells itself."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.content.filters import TIER_NAMES
from bot.rules.words import Language
from sandbox.rich import words_of
from tests.browser.demo import Demo

ROOT = Path(__file__).resolve().parents[1]
HANGUL = re.compile(r"[가-힣]")
HAN = re.compile(r"[一-鿿]")
PUBLIC = {"ko": HANGUL, "zh": HAN, "en": re.compile(r"[A-Za-z]")}
EARNED = {"ko": "₩276,600", "zh": "¥1,383.00", "en": "$206.60"}
"""What the stream that is on earns until the visitor comes."""
FOREIGN = re.compile(r"[A-Za-z]{3,}")
"""A Latin word, which no sentence of a Korean or Chinese shop has."""
REPORTED_WITHIN = 60.0
"""Seconds in which the report of a stream must have come after its end."""
ZONES = {"ko": "Asia/Seoul", "zh": "Asia/Shanghai", "en": "Europe/London"}


def state_of(demo: Demo, person: int | None = None) -> Any:
    """What the page shows at first: to this person, or to the one whom a visitor plays."""
    url = f"{demo.url}/page/state?as={person or ''}"
    with urllib.request.urlopen(url) as response:  # noqa: S310  # its own, on loopback
        return json.load(response)


def acts(demo: Demo, person: int, act: str, **body: str) -> Any:
    """Do what a visitor does by a tap on the page."""
    told = json.dumps({"as": str(person), "act": act, **body}).encode()
    wish = urllib.request.Request(f"{demo.url}/page/acts", told, {"Content-Type": "application/json"})  # noqa: S310
    with urllib.request.urlopen(wish) as response:  # noqa: S310  # its own, on loopback
        return json.load(response)


def read(demo: Demo, person: int, chat: str, fits: Callable[[Any], object]) -> Any:
    """Wait for the newest message of a chat that fits, and return it."""
    deadline = time.monotonic() + REPORTED_WITHIN
    messages: list[Any] = []
    while time.monotonic() < deadline:
        messages = state_of(demo, person)["messages"][chat]
        found = next((one for one in reversed(messages) if fits(one)), None)
        if found is not None:
            return found
        time.sleep(0.2)
    raise AssertionError(f"nothing that fits came: {messages[-3:]}")


def key(message: Any, starts: str) -> str | None:
    """The data of the message's button that starts so."""
    keys = (one.get("data", "") for row in message.get("keyboard", ()) for one in row)
    return next((data for data in keys if data.startswith(starts)), None)


def a_fan_reads_why(demo: Demo, state: Any, group: str, language: str) -> None:
    """The fan's card leads to the points behind the tier, in the shop's language."""
    fan = state["me"]
    acts(demo, fan, "say", chat=group, text="/me")
    card = read(demo, fan, group, lambda one: one.get("whisper") and key(one, "tier"))
    acts(demo, fan, "press", message=card["key"], data=key(card, "tier") or "")
    why = read(demo, fan, group, lambda one: one["key"] == card["key"] and one["text"] != card["text"])
    names = TIER_NAMES[Language(language)]
    assert names["fan"] in why["text"].splitlines()[0]
    assert names["loyal"] in why["text"]
    assert re.search(r"(?<!\d)50(?!\d)", why["text"]), why["text"]  # the points of the orders
    assert language == "en" or not FOREIGN.search(why["text"])


def the_owner_reads_what_it_earned(demo: Demo, state: Any, language: str) -> None:
    """The owner ends the stream: a table without a foreign word comes, and a picture."""
    owner, chat = state["people"][0]["id"], f"p{state['bot']['id']}"
    acts(demo, owner, "say", chat=chat, text="/endlive")
    report = read(demo, owner, chat, lambda one: "rich" in one)
    table = next(one for one in report["rich"] if "cells" in one)
    rows = [[words_of(cell["text"]) for cell in row] for row in table["cells"]]
    words = json.dumps(report["rich"], ensure_ascii=False)
    assert EARNED[language] in words
    assert language == "en" or not any(FOREIGN.search(text) for row in rows for text in row)
    assert len(rows) >= 12
    read(demo, owner, chat, lambda one: one["seq"] > report["seq"] and one.get("file", {}).get("kind") == "photo")


@pytest.mark.parametrize("language", ["ko", "zh", "en"])
def test_the_page_comes_up_with_a_history(language: str, tmp_path: Path) -> None:
    """Without a token the demo prints its address, shows a few days in its language, and stops cleanly.

    A fan reads why they are *fan*, and the owner what the stream earned.
    """
    demo = Demo(language, tmp_path, zone="UTC", own_python=language == "ko").comes_up()

    state = state_of(demo)
    group = next(one for one in state["chats"] if one["kind"] == "supergroup")
    a_fan_reads_why(demo, state, group["key"], language)
    the_owner_reads_what_it_earned(demo, state, language)
    watched = f"{demo.url}/page/events?as={state['me']}&after=0&world={state['world']}"
    with urllib.request.urlopen(watched) as stream:  # noqa: S310  # its own, on loopback
        assert stream.readline().startswith(b"id: ")
        assert demo.stop(signal.SIGTERM) == 0
    assert demo.said[3:] == []
    assert all(PUBLIC[language].search(line) for line in demo.said)
    assert list(tmp_path.iterdir()) == []
    assert [one["role"] for one in state["people"]] == ["owner", "fan", "fan", "fan", "newcomer", "newcomer"]
    assert (state["zone"], state["me"]) == (ZONES[language], state["people"][1]["id"])
    assert state["clock"]["next"]["at"] > state["clock"]["now"]
    told = [one["text"] for one in state["messages"][group["key"]] if "text" in one]
    assert len(told) >= 12
    assert sum(bool(PUBLIC[language].search(text)) for text in told) >= 10
    assert group["unread"] == 0


def test_the_shop_is_where_the_visitor_is(tmp_path: Path) -> None:
    """The evening begins at seven in this machine's time zone, if it can be told."""
    demo = Demo("en", tmp_path, zone="America/New_York").comes_up()
    assert state_of(demo)["zone"] == "America/New_York"
    assert demo.stop() == 0


def test_it_can_be_stopped_while_it_opens(tmp_path: Path) -> None:
    """Ctrl-C before the page is ready ends it too, without a word."""
    demo = Demo("en", tmp_path)
    while not demo.said:
        time.sleep(0.01)
    assert demo.stop() == 0
    assert not any("Traceback" in line for line in demo.said)


def test_a_taken_port(tmp_path: Path) -> None:
    """A port that somebody else has is told in one line."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        demo = Demo("en", tmp_path, port=other.getsockname()[1]).comes_up()
        assert demo.process.wait(60) == 2
    demo.close()
    assert "taken" in "".join(demo.said)


@pytest.mark.parametrize("language", ["ko", "zh", "en"])
def test_an_evening_plays_to_its_end(language: str, tmp_path: Path) -> None:
    """The story needs no token, is told in the chosen language, and its books balance."""
    environment = {key: value for key, value in os.environ.items() if key != "BOT_TOKEN"}
    done = subprocess.run(
        [sys.executable, "-m", "bot", "demo", "--story", "--language", language, "--fans", "200"],
        cwd=tmp_path,
        env={**environment, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    story = [line for line in done.stdout.splitlines() if line.startswith("──")]
    assert len(story) >= 12
    assert all(PUBLIC[language].search(line) for line in story)
    assert re.search(r"(?<!\d)50(?!\d).*(?<!\d)150(?!\d)", "\n".join(story))
    assert (tmp_path / "data" / "demo.db").exists()
