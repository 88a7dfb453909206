"""What installs the bot names what is there: Dockerfile, compose.yaml, units of systemd, and examples of settings."""

import os
import re
import shutil
import subprocess
import sys
import threading
import tomllib
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from bot.running import DRAIN_SECONDS, STOP_SECONDS
from bot.settings import Settings
from tests.test_architecture import ROOT, short

DEPLOY = ROOT / "deploy"
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = (ROOT / "compose.yaml").read_text(encoding="utf-8")
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
SETTINGS = {name.upper() for name in Settings.model_fields}
NOT_OURS = {"PATH", "PYTHONPATH", "PYTHONUNBUFFERED", "POSTGRES_PASSWORD", "POSTGRES_USER", "POSTGRES_DB"}
"""Variables of Python and of PostgreSQL's image."""
UNITS = sorted(DEPLOY.glob("*.service"))
COPIED = re.findall(r"^COPY (?!--from)(\S+) ", DOCKERFILE, re.MULTILINE)
WORKS_ON = Path("/opt/encore")


def values_of(unit: Path, key: str) -> list[str]:
    """What a unit says behind a key, once for each line."""
    return re.findall(rf"^{key}=(.*)$", unit.read_text(encoding="utf-8"), re.MULTILINE)


def seconds(text: str) -> float:
    """`15` or `15s`."""
    return float(text.removesuffix("s"))


def variables_in(text: str) -> set[str]:
    """Names of variables that are set at the beginning of a line, commented out or not."""
    return set(re.findall(r"^\s*#?(?:ENV )?([A-Z][A-Z0-9_]+)[=:]", text, re.MULTILINE))


@pytest.mark.parametrize(
    "path", [*sorted(DEPLOY.glob("*.example")), ROOT / "Dockerfile", ROOT / "compose.yaml"], ids=short
)
def test_settings_that_are_named_exist(path: Path) -> None:
    """A variable that the bot doesn't know would be set in vain."""
    named = variables_in(path.read_text(encoding="utf-8")) - NOT_OURS
    assert named <= SETTINGS


def test_the_image_gets_what_it_copies() -> None:
    """Each path that is copied is there, and .dockerignore lets it through."""
    let_through = [line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line[:1] == "!"]
    assert COPIED
    for name in COPIED:
        assert (ROOT / name).exists()
    assert sorted(COPIED) == sorted(let_through)


def test_the_image_has_all_that_the_bot_reads(tmp_path: Path) -> None:
    """With the copied files alone the bot makes its database, compiles its words, and finds the page that it sends."""
    for name in COPIED:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, tmp_path / name)
    data = tmp_path / "data"
    data.mkdir()
    inherited = {
        name: value for name, value in os.environ.items() if name not in {*SETTINGS, "PYTHONDONTWRITEBYTECODE"}
    }
    env = {
        **inherited,
        "PYTHONPATH": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{data}/encore.db",
        "BOT_TOKEN": "42:TEST",
    }
    code = (
        "from bot.store.messages.check_page import PAGE; from bot.web.draws import PAGE as SAME; print(PAGE.resolve())"
    )
    said = [
        subprocess.run([sys.executable, *command], cwd=data, env=env, check=True, capture_output=True, text=True).stdout
        for command in (["-m", "bot", "migrate"], ["-m", "bot.content"], ["-c", f"import bot.app; {code}; SAME.stat()"])
    ]
    assert said[-1].strip() == str(tmp_path / "docs" / "verify.html")
    assert (data / "encore.db").exists()
    assert list((tmp_path / "bot" / "content" / "__pycache__").glob("*.j2c"))


def test_the_images_python_is_new_enough() -> None:
    """The image's Python is one that pyproject.toml allows and that the tests run on."""
    oldest = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["requires-python"]
    (version,) = re.findall(r"^ARG PYTHON=\S+python:(\d+\.\d+)-", DOCKERFILE, re.MULTILINE)
    assert oldest == f">={version}"


def test_requirements_are_pinned() -> None:
    """The image is built from exact versions."""
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    assert [line for line in lines if line and not re.match(r"[\w.-]+(\[[\w,]+\])?==\S+", line)] == []


def test_a_stop_has_the_time_that_it_needs() -> None:
    """Neither systemd nor a container runtime kills a bot that stops as it should."""
    needed = DRAIN_SECONDS + STOP_SECONDS
    (of_unit,) = values_of(DEPLOY / "encore.service", "TimeoutStopSec")
    (of_bot, _) = re.findall(r"stop_grace_period: (\w+)", COMPOSE)
    (of_page,) = re.findall(r"--stop-timeout (\d+)", OPERATIONS)
    assert min(seconds(of_unit), seconds(of_bot), seconds(of_page)) >= needed + 4


def test_codes_that_need_somebody_end_the_service() -> None:
    """The unit doesn't start the bot again after the codes of which docs/operations.md says no."""
    row = re.compile(r"^\| (\d) \|.*\| (no|yes|–)[^|]*\|$", re.MULTILINE)
    stays_down = {code for code, again in row.findall(OPERATIONS) if again == "no"}
    (prevented,) = values_of(DEPLOY / "encore.service", "RestartPreventExitStatus")
    assert set(prevented.split()) == stays_down == {"2", "3"}
    assert values_of(DEPLOY / "encore.service", "Restart") == ["on-failure"]


@pytest.mark.parametrize("unit", UNITS, ids=short)
def test_units_run_what_is_there(unit: Path) -> None:
    """A unit starts verbs that the bot has, in the folder that systemd makes for it."""
    (folder,) = values_of(unit, "WorkingDirectory")
    states = [f"/var/lib/{one}" for line in values_of(unit, "StateDirectory") for one in line.split()]
    assert folder in states
    assert values_of(unit, "RequiresMountsFor") == [folder]
    assert values_of(unit, "Environment") == [f"PYTHONPATH={WORKS_ON}"]
    verbs = re.findall(rf"{WORKS_ON}/\.venv/bin/python -m bot (\w+)", unit.read_text("utf-8"))
    assert verbs
    said = subprocess.run([sys.executable, "-m", "bot", "--help"], cwd=ROOT, check=True, capture_output=True, text=True)
    for verb in verbs:
        assert re.search(rf"^ +{verb} ", said.stdout, re.MULTILINE)


def test_what_the_page_installs_is_there() -> None:
    """Files of this repository that docs/operations.md copies exist."""
    named = set(re.findall(rf"{WORKS_ON}/((?:deploy|\.env)[\w./-]*)", OPERATIONS)) | set(
        re.findall(r"cp (\S+)", OPERATIONS)
    )
    ours = {name for name in named if name.startswith(("deploy/", ".env"))}
    assert {"deploy/encore", "deploy/encore.service", "deploy/encore-backup.timer", ".env.example"} <= ours
    for name in ours:
        assert (ROOT / name).exists(), name
    assert os.access(DEPLOY / "encore", os.X_OK)


def test_settings_of_containers_stay_out_of_git_and_image() -> None:
    """A filled-in file with the token is neither committed nor sent to the builder."""
    assert "/deploy/*.env" in (ROOT / ".gitignore").read_text("utf-8").splitlines()
    assert set(re.findall(r"env_file: (\S+)", COMPOSE)) == {"deploy/bot.env", "deploy/database.env"}
    assert (ROOT / ".dockerignore").read_text("utf-8").splitlines()[1] == "*"


class Page(BaseHTTPRequestHandler):
    """Answers `/healthz` as its server says."""

    def do_GET(self) -> None:
        """Answer."""
        self.send_response(200 if self.path == "/healthz" and self.server.alive else 503)  # type: ignore[attr-defined]
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.mark.parametrize("alive", [True, False, None], ids=["alive", "not well", "away"])
def test_the_health_check(alive: bool | None) -> None:
    """It ends with 0 only if the page says 200. A bare Python runs it, as in the image."""
    with HTTPServer(("127.0.0.1", 0), Page) as server:
        server.alive = alive  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        port = server.server_address[1] if alive is not None else 1
        code = subprocess.run(
            [sys.executable, "-I", "-S", DEPLOY / "healthy.py"], env={"METRICS_PORT": str(port)}, check=False
        ).returncode
        server.shutdown()
        thread.join()
    assert (code == 0) == (alive is True)
    checked = re.search(r'HEALTHCHECK .*\\\n +CMD \["python", "-I", "-S", "(\S+)"\]', DOCKERFILE)
    assert checked is not None
    assert checked[1] == f"{WORKS_ON}/deploy/healthy.py"
