"""The demo as it is started in a terminal: the page's server, and the evening that tells itself."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.browser.demo import Demo

ROOT = Path(__file__).resolve().parents[1]
HANGUL = re.compile(r"[가-힣]")
HAN = re.compile(r"[一-鿿]")
PUBLIC = {"ko": HANGUL, "zh": HAN, "en": re.compile(r"[A-Za-z]")}
ZONES = {"ko": "Asia/Seoul", "zh": "Asia/Shanghai", "en": "Europe/London"}


def state_of(demo: Demo) -> Any:
    """What the page shows at first."""
    with urllib.request.urlopen(f"{demo.url}/page/state") as response:  # noqa: S310  # its own, on loopback
        return json.load(response)


@pytest.mark.parametrize("language", ["ko", "zh", "en"])
def test_the_page_comes_up_with_a_history(language: str, tmp_path: Path) -> None:
    """Without a token the demo prints its address, shows a few days in its language, and stops cleanly."""
    demo = Demo(language, tmp_path, zone="UTC").comes_up()

    state = state_of(demo)
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
    group = next(one for one in state["chats"] if one["kind"] == "supergroup")
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
        demo.process.poll()
    assert demo.stop() == 0
    assert not any("Traceback" in line for line in demo.said)


def test_a_taken_port(tmp_path: Path) -> None:
    """A port that somebody else has is told in one line."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        demo = Demo("en", tmp_path, port=other.getsockname()[1]).comes_up()
        assert demo.process.wait(15) == 2
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
