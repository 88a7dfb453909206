"""Proofs of draws: a good one holds, whatever was changed in one is found, and strangers can check by ten lines."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.__main__ import main
from bot.rules.beacons import QUICKNET, Pulse
from bot.rules.proofs import Draw, Fault, Struck, check_proof, write_proof
from bot.rules.sealing import Sealed, seal_of

DOCUMENT = Path(__file__).parents[2] / "docs" / "verify-a-draw.md"
NOON = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)
RECORDED = Pulse(
    657_413,
    "fc1873a13f3545aeade8401532ef5519920652eee6b0d2b19ca12643b87b3587",
    "b713718a38ae728dfd477991af2822e08d2f305e47718cef9f7848ce4050e7be41076862b98fad56e91a6b85b89cd97b",
)
"""A round of quicknet as drand told it."""


def a_draw(count: int = 12, *, pulse: Pulse | None = None, struck: tuple[tuple[int, str], ...] = ()) -> Draw:
    """A draw of so many entries with weights 1 to 3, every fifth of them after the others."""
    entries = [
        Sealed(n, n % 3 + 1, seal_of(sha256(b"%d" % n).digest()[:16], 700 + n), after=n % 5 == 0)
        for n in range(1, count + 1)
    ]
    number = pulse.round if pulse is not None else None
    return Draw(
        shop="Silk Live",
        number=12,
        prize="Silk “scarf”",
        opened=NOON,
        closed=NOON + timedelta(hours=1),
        places=3,
        reserves=0,
        seed=bytes(range(32)),
        entries=entries,
        chain=QUICKNET.hash if number else None,
        namings=(),
        pulse=pulse,
        struck=[Struck(entry, reason, None, None) for entry, reason in struck],
        redraws=(),
        called_off=None,
        old=True,
        round=number,
    )


def proof(**how: Any) -> dict[str, Any]:
    """A proof as anybody reads it."""
    told: dict[str, Any] = json.loads(write_proof(a_draw(**how)))
    return told


@pytest.mark.parametrize("pulse", [None, RECORDED])
def test_a_good_proof_holds(pulse: Pulse | None) -> None:
    """With and without a beacon, with places that were lost and without."""
    first = check_proof(write_proof(a_draw(pulse=pulse)))
    assert (first.faults, first.alone, len(first.winners)) == ((), pulse is None, 3)
    lost = check_proof(write_proof(a_draw(pulse=pulse, struck=((first.winners[0], "left"),))))
    assert lost.faults == ()
    assert lost.winners[:2] == first.winners[1:]


def swap_lines(told: dict[str, Any]) -> None:
    """Give one entrant another's line."""
    told["entries"][0][3], told["entries"][1][3] = told["entries"][1][3], told["entries"][0][3]


TAMPERED: dict[str, tuple[Callable[[dict[str, Any]], Any], Fault]] = {
    "another seed": (lambda told: told.update(seed="00" * 32), Fault.SEED),
    "another seal": (lambda told: told.update(commitment="00" * 32), Fault.SEED),
    "a changed entrant": (swap_lines, Fault.LIST),
    "one entrant more": (lambda told: told["entries"].append([99, 1, 0, "00" * 32]), Fault.LIST),
    "one entrant less": (lambda told: told["entries"].pop(), Fault.LIST),
    "a heavier entrant": (lambda told: told["entries"][0].__setitem__(1, 9), Fault.LIST),
    "another list's hash": (lambda told: told.update(list_hash="00" * 32), Fault.LIST),
    "another order": (lambda told: told["order"].reverse(), Fault.ORDER),
    "another winner": (lambda told: told["winners"].__setitem__(0, told["order"][5]), Fault.WINNERS),
    "a place too many": (lambda told: told.update(places=4), Fault.WINNERS),
    "a lost place that isn't told": (lambda told: told["struck"].append([told["order"][0], "left"]), Fault.WINNERS),
    "another randomness": (lambda told: told["beacon"].update(randomness="00" * 32), Fault.BEACON),
    "no beacon any more": (lambda told: told.update(beacon=None), Fault.ORDER),
    "no such thing": (lambda told: told.pop("order"), Fault.UNREADABLE),
    "a number twice": (lambda told: told["entries"].append(told["entries"][0]), Fault.UNREADABLE),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_what_was_changed_is_found(name: str) -> None:
    """Each kind of change is found, and the first fault that is told explains it."""
    tamper, fault = TAMPERED[name]
    told = proof(pulse=RECORDED)
    tamper(told)
    assert check_proof(json.dumps(told)).faults[0] is fault


@given(st.text() | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps))
def test_what_is_no_proof_is_told_calmly(text: str) -> None:
    """Whatever is in the file, the check answers."""
    assert check_proof(text).faults == (Fault.UNREADABLE,)


def test_ten_lines_of_a_stranger_agree(tmp_path: Path) -> None:
    """The program that the document prints finds the same winners, seal and list as ours."""
    (program,) = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), flags=re.DOTALL)
    script, file = tmp_path / "check.py", tmp_path / "proof.json"
    script.write_text(program, encoding="utf-8")
    for pulse in (None, RECORDED):
        first = check_proof(write_proof(a_draw(pulse=pulse))).winners[0]
        text = write_proof(a_draw(pulse=pulse, struck=((first, "left"),)))
        file.write_text(text, encoding="utf-8")
        said = subprocess.run([sys.executable, script, file], capture_output=True, text=True, check=True).stdout
        ours = check_proof(text)
        assert said == f"seal {ours.commitment} list {ours.list_hash}\nwinners {list(ours.winners)}\n"


def test_the_command_line_checks_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`verify-draw` says what holds, what is wrong, or that it can't be read, by its exit code too."""
    file = tmp_path / "encore-draw-12.json"
    file.write_text(write_proof(a_draw(pulse=RECORDED)), encoding="utf-8")
    assert main(["verify-draw", str(file)]) == 0
    said = capsys.readouterr().out
    assert "holds" in said
    assert "round 657413" in said
    assert proof()["commitment"] in said
    told = proof()
    told["winners"] = told["winners"][::-1]
    file.write_text(json.dumps(told), encoding="utf-8")
    assert main(["verify-draw", str(file)]) == 1
    assert "WRONG: the winners" in capsys.readouterr().out
    file.write_text("[]", encoding="utf-8")
    assert main(["verify-draw", str(file)]) == 2
    assert main(["verify-draw", str(tmp_path / "none.json")]) == 2


def test_rounds_of_the_beacon() -> None:
    """The round that is named is the first after the close, never one that is known by then."""
    assert QUICKNET.first_after(datetime(2026, 4, 19, 23, 59, 59, tzinfo=UTC)) == 27_946_612
    for instant in (NOON, NOON + timedelta(seconds=1.5), QUICKNET.time_of(7), QUICKNET.genesis - timedelta(days=1)):
        number = QUICKNET.first_after(instant)
        assert QUICKNET.time_of(number) > instant
        assert number == 1 or QUICKNET.time_of(number - 1) <= instant
    assert RECORDED.sound
    assert not Pulse(RECORDED.round, "00" * 32, RECORDED.signature).sound
