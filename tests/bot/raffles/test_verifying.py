"""`verify-draw`: what it says of good and bad files, and that none of them says anything in its place."""

import io
import json
import re
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.__main__ import main
from bot.commands.verify_draw import LONGEST, SENTENCES, Part, quoted, sentences_of, verify
from bot.outside import quicknet
from bot.outside.quicknet import is_signed
from bot.rules.raffles.proofs import check_proof, write_proof
from tests.rules.some_proofs import CAME, GOOD, GROUP, MALFORMED, RECORDED, TAMPERED, WRITTEN, order_in

PAGE = Path(__file__).parents[3] / "docs" / "verify.html"


def told_of(tmp_path: Path, text: str) -> tuple[int, str]:
    """What is said of a file with this text."""
    file = tmp_path / "encore-draw-12.json"
    file.write_text(text, encoding="utf-8")
    return verify(file)


def test_a_named_draw_is_told_with_all_that_happened(tmp_path: Path) -> None:
    """Losses and redraws with reasons and times, both namings with their messages, and what is left to the eye."""
    draw = GOOD["a long story"]
    order = order_in(draw)
    code, told = told_of(tmp_path, write_proof(draw))
    lines = told.splitlines()
    assert code == 0
    assert lines[0] == SENTENCES["holds"]
    assert f"Winners: #{order[3]}, #{order[5]}, #{order[6]}" in lines
    assert f"#{order[1]} lost the place 2023-09-15 11:00:06 UTC. By the file: left the group" in lines
    assert f"#{order[0]} lost the place 2023-09-15 13:00:06 UTC, by redraw 1." in lines
    assert "Redraw 1 was 2023-09-15 13:00:06 UTC. By the file: couldn't be reached" in lines
    assert f"Sealed with round {RECORDED.round} of drand's quicknet, which came {CAME:%Y-%m-%d %H:%M:%S} UTC." in lines
    assert SENTENCES["signed"] in lines
    looks = [line for line in lines if line.startswith("- ")]
    assert str(GROUP) == "-1001234567890"
    assert [line.rpartition(" ")[2] for line in looks[2:4]] == [
        "https://t.me/c/1234567890/30",
        "https://t.me/c/1234567890/31",
    ]
    assert "too late to count" in looks[2]
    assert "early enough to count" in looks[3]


def test_each_kind_is_told_as_what_it_was(tmp_path: Path) -> None:
    """What an older proof and a draw without a beacon leave open is said, and what was called off has no winner."""
    for name, names in {
        "sealed alone": ("holds", "alone"),
        "named": ("holds", "signed", "no_other"),
        "old": ("holds", "alone"),
        "old with a beacon": ("holds", "signed", "early"),
        "old without its round": ("holds", "alone"),
        "called off before the round": ("holds_off", "told_off", "no_other"),
        "nobody entered": ("holds", "signed", "no_other", "nobody"),
    }.items():
        code, told = told_of(tmp_path, write_proof(GOOD[name]))
        lines = [line.removeprefix("- ") for line in told.splitlines()]
        assert code == 0
        assert [SENTENCES[one] in lines for one in names] == [True] * len(names), name
        others = {"alone", "early", "signed", "no_other", "told_off", "holds", "holds_off", "nobody"} - set(names)
        assert not any(SENTENCES[one] in lines for one in others), name
    assert "could see who would have won" in told_of(tmp_path, write_proof(GOOD["called off after the round"]))[1]
    assert "couldn't be had in time" in told_of(tmp_path, write_proof(GOOD["old without its round"]))[1]
    assert "number 31 in chat -4321" in told_of(tmp_path, write_proof(GOOD["named in a small group"]))[1]


def test_a_signature_that_was_not_checked_is_called_so() -> None:
    """Without the means to check it, verdict and sealing say so; nothing says that it was checked."""
    checked = [one.text for one in sentences_of(check_proof(write_proof(GOOD["named"]), is_signed))]
    unchecked = [one.text for one in sentences_of(check_proof(write_proof(GOOD["named"])))]
    assert SENTENCES["signed"] in checked
    assert not any("wasn't checked" in line for line in checked)
    assert unchecked[0] == SENTENCES["holds_but"]
    assert SENTENCES["signed"] not in unchecked
    assert sum("wasn't checked here" in line for line in unchecked) == 2


def test_where_the_library_is_missing_the_command_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It checks the rest, and calls the signature unchecked."""
    monkeypatch.setattr(quicknet, "LIBRARY", "no_such_library")
    code, told = told_of(tmp_path, write_proof(GOOD["named"]))
    assert (code, told.splitlines()[0]) == (0, SENTENCES["holds_but"])


@pytest.mark.parametrize("name", TAMPERED)
def test_a_changed_proof_ends_with_one(name: str, tmp_path: Path) -> None:
    """The first thing that is wrong is said, and no winner is told."""
    tampered = TAMPERED[name]
    code, told = told_of(tmp_path, tampered.text())
    if tampered.fault in {"unreadable", "version"}:
        assert (code, told) == (2, SENTENCES[tampered.fault] + "\n")
    else:
        assert code == 1
        assert told.splitlines()[:2] == [SENTENCES["wrong"], "- " + SENTENCES[tampered.fault]]
        assert "Winners" not in told


@pytest.mark.parametrize("name", [*MALFORMED, *WRITTEN])
def test_a_file_that_is_no_proof_ends_with_two(name: str, tmp_path: Path) -> None:
    """One calm line, whatever is in it."""
    text = WRITTEN[name] if name in WRITTEN else MALFORMED[name].text()
    assert told_of(tmp_path, text) == (2, SENTENCES["unreadable"] + "\n")


def test_what_is_no_file_of_text_ends_with_two(tmp_path: Path) -> None:
    """Bytes that are no text, a folder, nothing, a device that never ends, a name that can't be."""
    file = tmp_path / "proof.json"
    file.write_bytes(b"\xff\xfe{}")
    for path in (file, tmp_path, tmp_path / "none.json", Path("/dev/zero"), Path("a\0b")):
        code, told = verify(path)
        assert code == 2
        assert told.startswith("encore: ")
        assert told.count("\n") == 1


def test_somebody_elses_text_stays_in_its_quotes(tmp_path: Path) -> None:
    """A prize, a shop or a reason can't end its quotes or its line, turn it around, or drive the terminal."""
    _, told = told_of(tmp_path, write_proof(GOOD["odd words"]))
    assert r'The file calls the prize: "\"\\\u{202E}holds\u{1B}[31m\u{2028}"' in told.split("\n")
    (shop,) = [line for line in told.split("\n") if line.startswith("The file calls the shop: ")]
    assert shop.endswith('…"')
    assert "👨‍👩‍👧" in shop
    _, told = told_of(tmp_path, write_proof(GOOD["a long story"]))
    assert r'By the file: "no address\u{202E}.\u{A}The draw holds."' in told


@given(st.text())
def test_quotes_hold_whatever_is_put_into_them(text: str) -> None:
    """It is one line of a bounded length, and no quote in it stands without its mark."""
    told = quoted(text)
    assert len(told.splitlines()) == 1
    assert len(told) <= LONGEST * len(r"\u{10FFFF}") + 2
    assert '"' not in told[1:-1].replace("\\\\", "").replace('\\"', "")


def test_the_command_line_says_it_in_any_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What holds goes to the output, what can't be read to the errors; a terminal of few characters stops nothing."""
    file = tmp_path / "encore-draw-12.json"
    file.write_text(write_proof(GOOD["odd words"]), encoding="utf-8")
    assert main(["verify-draw", str(file)]) == 0
    assert SENTENCES["holds"] in capsys.readouterr().out
    assert main(["verify-draw", str(tmp_path)]) == 2
    assert "isn't a file" in capsys.readouterr().err
    plain = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", plain)
    assert main(["verify-draw", str(file)]) == 0
    plain.seek(0)
    assert r"\uac00" in plain.read()


def test_each_part_is_used() -> None:
    """A good proof has a verdict, what is told and what is to be compared; a changed one what is wrong."""
    parts = {one.part for name in ("named", "old") for one in sentences_of(check_proof(write_proof(GOOD[name])))}
    parts |= {one.part for one in sentences_of(check_proof(TAMPERED["another seed"].text()))}
    assert parts == set(Part)


def test_the_page_holds_the_same_sentences() -> None:
    """The English ones are these, and Korean and Chinese have each of them with the same things to fill in."""
    (block,) = re.findall(
        r'<script type="application/json" id="words">(.*?)</script>', PAGE.read_text("utf-8"), re.DOTALL
    )
    words = json.loads(block)
    assert words["en"]["said"] == SENTENCES
    for language in ("ko", "zh"):
        said = words[language]["said"]
        assert list(said) == list(SENTENCES)
        assert list(words[language]["page"]) == list(words["en"]["page"])
        for name, sentence in SENTENCES.items():
            assert sorted(re.findall(r"\{\w+\}", said[name])) == sorted(re.findall(r"\{\w+\}", sentence)), (
                language,
                name,
            )
