"""A stranger's verifier: the program that the document prints, run as it stands there, on good and changed proofs."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from bot.rules.raffles.proofs import check_proof, write_proof
from tests.rules.some_proofs import GOOD, TAMPERED

DOCUMENT = Path(__file__).parents[3] / "docs" / "verify-a-draw.md"
REFUSED = [name for name, tampered in TAMPERED.items() if not tampered.needs_key]


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program as a file."""
    (lines,) = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), flags=re.DOTALL)
    script = tmp_path_factory.mktemp("stranger") / "check.py"
    script.write_text(lines, encoding="utf-8")
    return script


def run(program: Path, file: Path, text: str) -> subprocess.CompletedProcess[str]:
    """What the program does with a proof."""
    file.write_text(text, encoding="utf-8")
    return subprocess.run([sys.executable, program, file], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", GOOD)
def test_a_stranger_finds_what_we_find(name: str, program: Path, tmp_path: Path) -> None:
    """The same seal, list and winners of every kind of proof, old ones too."""
    text = write_proof(GOOD[name])
    ours = check_proof(text)
    said = run(program, tmp_path / "proof.json", text)
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout == f"seal {ours.commitment} list {ours.list_hash} winners {list(ours.winners)}\n"


@pytest.mark.parametrize("name", REFUSED)
def test_a_stranger_refuses_what_was_changed(name: str, program: Path, tmp_path: Path) -> None:
    """Each tampered proof ends the program with an error."""
    said = run(program, tmp_path / "proof.json", TAMPERED[name].text())
    assert said.returncode == 1
    assert "Error" in said.stderr.splitlines()[-1]


def test_thirty_and_more_are_refused() -> None:
    """The only tampered proofs that the program accepts have an invented signature."""
    assert len(REFUSED) >= 30
    assert set(TAMPERED) - set(REFUSED) == {"a round that was made up"}
