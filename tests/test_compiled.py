"""Compiled templates are kept, and never one that is out of date."""

import sys
from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment

from bot.content import Words, compiled
from bot.content.catalog import FILES
from bot.content.compiled import TemplateCache
from bot.rules.words import Language


def said(folder: Path, text: str, environment: str = "en-html") -> str:
    """What a template says in a process that has just started."""
    kept = TemplateCache(environment, folder)
    loaded = Environment(loader=DictLoader({"shop.j2": text}), bytecode_cache=kept, autoescape="html" in environment)  # noqa: S701  # as Words does
    return loaded.get_template("shop.j2").render(name="<b>")


@pytest.fixture
def times(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Texts that were compiled."""
    seen: list[str] = []
    compile_it = Environment.compile

    def compiles(environment: Environment, source: str, *rest: object) -> object:
        seen.append(source)
        return compile_it(environment, source, *rest)  # type: ignore[call-overload]

    monkeypatch.setattr(Environment, "compile", compiles)
    return seen


def test_a_template_is_compiled_once(tmp_path: Path, times: list[str]) -> None:
    """The next start reads what the last one compiled."""
    assert [said(tmp_path, "Hi {{ name }}") for _ in range(3)] == ["Hi &lt;b&gt;"] * 3
    assert times == ["Hi {{ name }}"]


def test_a_changed_template_is_compiled_again(tmp_path: Path, times: list[str]) -> None:
    """What is kept of an earlier text is replaced."""
    assert [said(tmp_path, text) for text in ("a", "b", "b")] == ["a", "b", "b"]
    assert times == ["a", "b"]
    assert len(list(tmp_path.iterdir())) == 1


def test_a_changed_filter_compiles_all_again(tmp_path: Path, times: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A filter of a constant was applied when the template was compiled."""
    assert said(tmp_path, "a") == "a"
    monkeypatch.setattr(compiled, "_code_checksum", lambda: "another version's")
    assert said(tmp_path, "a") == "a"
    assert times == ["a", "a"]


def test_plain_texts_and_html_are_kept_apart(tmp_path: Path) -> None:
    """The same template escapes in one of them and not in the other."""
    both = [said(tmp_path, "{{ name }}", environment) for environment in ("en-html", "en-plain") * 2]
    assert both == ["&lt;b&gt;", "<b>"] * 2


@pytest.mark.parametrize("left", [b"", b"\0" * 64, None])
def test_what_cant_be_read_is_compiled_again(tmp_path: Path, left: bytes | None) -> None:
    """A file that is empty, strange or cut short is no harm."""
    assert said(tmp_path, "a") == "a"
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(kept.read_bytes()[:-9] if left is None else left)
    assert said(tmp_path, "a") == "a"


def test_what_cant_be_kept_is_said_all_the_same(tmp_path: Path) -> None:
    """The folder has gone meanwhile, or the disk is full."""
    assert said(tmp_path / "gone", "a") == "a"


def test_nothing_is_kept_where_python_keeps_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that isn't there, or a Python that was told to write no bytecode."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    assert TemplateCache("en-html", tmp_path).is_of_use
    assert not TemplateCache("en-html", tmp_path / "gone").is_of_use
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert not TemplateCache("en-html", tmp_path).is_of_use
    assert said(tmp_path, "a") == "a"
    assert list(tmp_path.iterdir()) == []


def test_what_is_kept_is_read_where_nothing_can_be_written(
    tmp_path: Path, times: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Code that was compiled when it was installed, and belongs to another account than the bot's."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    assert said(tmp_path, "a") == "a"
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert TemplateCache("en-html", tmp_path).is_of_use
    assert said(tmp_path, "a") == "a"
    assert times == ["a"]


def test_all_words_are_compiled_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As an installation does, for a bot that can't write where its code is."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr("bot.content.TemplateCache", lambda environment: TemplateCache(environment, tmp_path))
    Words({}, {}).load_all()
    assert len(list(tmp_path.glob("*.j2c"))) == 2 * len(Language) * (len(FILES) + 1)
