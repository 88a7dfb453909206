"""The evening that plays itself."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
HANGUL = re.compile(r"[가-힣]")
HAN = re.compile(r"[一-鿿]")
PUBLIC = {"ko": HANGUL, "zh": HAN, "en": re.compile(r"[A-Za-z]")}


@pytest.mark.parametrize("language", ["ko", "zh", "en"])
def test_an_evening_plays_to_its_end(language: str, tmp_path: Path) -> None:
    """The demo needs no token, tells its story in the chosen language, and its books balance."""
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
