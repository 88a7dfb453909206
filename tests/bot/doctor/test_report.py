"""How `doctor` says what it found: every finding in every language, and lines that fit a terminal."""

import pkgutil
import re
from dataclasses import fields
from importlib import import_module
from typing import Any, get_type_hints

import pytest

from bot.commands.doctor.report import columns, fold, report
from bot.content import FOLDER
from bot.rules import doctor
from bot.rules.doctor.chats import GROUP_RIGHTS
from bot.rules.doctor.database import NoDatabaseYet
from bot.rules.doctor.findings import Finding, Level, Part
from bot.rules.doctor.machine import ClockUnknown, SettingsFine
from bot.rules.doctor.telegram import TokenRefused
from bot.rules.refusals import Refusal
from bot.rules.webhook import Hindrance
from bot.rules.words import Language
from tests.hostile import RIGHT_TO_LEFT
from tests.words import WORDS

LATIN_IN_SENTENCES = re.compile(
    r"https?://\S+(?: \S+/deleteWebhook)?"
    r"|@BotFather|/mybots|/setjoingroups|/setinline(?:feedback)?|/setup timezone=\S+"
    r"|python -m bot shops home|python -m bot \w+(?: --\w+)?|/start|pip install -r \S+"
    r"|apt install fonts-noto-cjk|macOS|Windows"
    r"|chmod 600|timedatectl set-ntp true|requirements\.txt|sqlite3|tzdata|\.env|books_unsound|\(chown\)|（chown）"
    r"|\bdate\b|[A-Z]{2,}(?:_[A-Z]+)+=?|\d ?MB|Bot API|API Token|Enable|SQLite|PostgreSQL|Telegram|Encore|MiB"
)
"""Names, commands and switches that stand in Latin letters in every language."""
FINDINGS = tuple(
    kind
    for file in pkgutil.iter_modules(doctor.__path__, f"{doctor.__name__}.")
    for name, kind in vars(import_module(file.name)).items()
    if isinstance(kind, type) and issubclass(kind, Finding) and kind.__module__ == file.name
    if kind is not Finding and not name.startswith("_")
)
"""Every kind of finding, from all files of `bot/rules/doctor/`."""
ORDINARY: dict[Any, Any] = {
    str: "Silk room",
    int: 3,
    bool: True,
    tuple[str, ...]: GROUP_RIGHTS,
    Refusal: Refusal.MUTED,
    Hindrance: Hindrance.GATEWAY,
}
PLACED: dict[str, Any] = {"zones": ("Asia/Seoul",)}
NOTHING: dict[str, Any] = {
    **dict.fromkeys(("title", "path", "host", "reason", "username", "revision", "kind"), ""),
    "zones": (),
}
"""Facts that put no word into a sentence."""
EVERY = [pytest.param(kind, language, id=f"{kind.__name__}-{language}") for kind in FINDINGS for language in Language]


def sample(what: type[Finding], /, **other: Any) -> Finding:
    """One finding of a kind, with ordinary facts."""
    hints = get_type_hints(what)
    facts = {one.name: PLACED.get(one.name, ORDINARY[hints[one.name]]) for one in fields(what)}
    return what(**{**facts, **{name: value for name, value in other.items() if name in facts}})


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_every_finding_is_said(kind: type[Finding], language: Language) -> None:
    """Each finding has a sentence, and advice exactly if there is something to do; a name can't break the lines."""
    for other in ({}, {"fast": False, "privacy": False, "wrong": 1, "count": 1, "title": RIGHT_TO_LEFT + "\n\x1b[31m"}):
        lines = list(report(WORDS, [sample(kind, **other)], language, width=None, color=False))
        heading, said, *todo = lines[: lines.index("")]
        assert heading
        assert said[:4] == {Level.FINE: "  ✓ ", Level.WARNING: "  ! ", Level.WRONG: "  ✗ "}[kind.level]
        assert bool(todo) is (kind.level is not Level.FINE)
        assert all(line.startswith("    → ") and line[6:].strip() for line in todo)
        for line in lines:
            assert "None" not in line
            assert "  " not in line.lstrip()
            assert line == line.rstrip()
            assert "\x1b" not in line


@pytest.mark.parametrize("language", Language)
def test_no_words_are_left_over(language: Language) -> None:
    """The file holds the findings' blocks, the headings and the sum, and no others."""
    names = {kind.__name__ for kind in FINDINGS}
    todos = {f"{kind.__name__}_todo" for kind in FINDINGS if kind.level is not Level.FINE}
    parts = {f"part_{part}" for part in Part}
    source = (FOLDER / language / "doctor.j2").read_text(encoding="utf-8")
    assert set(re.findall(r"{% block (\w+) %}", source)) == names | todos | parts | {"sum"}


@pytest.mark.parametrize("language", [Language.KO, Language.ZH])
def test_scripts_stay_in_their_language(language: Language) -> None:
    """Korean and Chinese sentences hold no Latin words but names, commands and switches."""
    for kind in FINDINGS:
        lines = report(WORDS, [sample(kind, **NOTHING)], language, width=None, color=False)
        rest = LATIN_IN_SENTENCES.sub("", "\n".join(lines))
        assert not re.findall(r"[A-Za-z]+", rest), rest


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("width", [40, 60, 100])
def test_lines_fit_a_terminal(language: Language, width: int) -> None:
    """No line is wider than the terminal, whatever the script, and folding loses nothing but spaces."""
    everything = [sample(kind) for kind in FINDINGS]
    folded = list(report(WORDS, everything, language, width=width, color=False))
    plain = list(report(WORDS, everything, language, width=None, color=False))
    long_words = [line for line in folded if columns(line) > width]
    assert [line for line in long_words if " " in line.strip().removeprefix("→ ")] == []
    assert "".join("".join(folded).split()) == "".join("".join(plain).split())


def test_folding_chinese_minds_its_marks() -> None:
    """A line of Chinese breaks between characters, and never before a comma or a closing bracket."""
    assert fold("磁盘快满了，只剩一点", 10) == ["磁盘快满", "了，只剩一", "点"]
    assert fold("a word and another", 10) == ["a word and", "another"]


def test_colors_are_for_terminals() -> None:
    """With colour, the signs and headings carry it and the words don't."""
    lines = list(report(WORDS, [TokenRefused()], Language.EN, width=80, color=True))
    assert lines[0].startswith("\x1b[1m")
    assert lines[1].startswith("  \x1b[31m✗\x1b[0m Telegram refuses")
    assert lines[-1] == "1 thing to fix. Fix and run this again."


def test_the_sum_counts_what_is_to_do() -> None:
    """The last line tells how much is wrong, how much is worth a look, or that all is well."""
    assert list(report(WORDS, [SettingsFine()], Language.EN, width=None, color=False))[-1] == "All is well."
    some: list[Finding] = [NoDatabaseYet(), ClockUnknown()]
    assert list(report(WORDS, some, Language.EN, width=None, color=False))[-1].startswith(
        "Nothing is broken; 2 warnings"
    )
