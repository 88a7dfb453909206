"""The generator, and the independence of the stand-in."""

import ast
import json
from pathlib import Path

import pytest

import sandbox
from sandbox.schema import generate

PARAMS = """
/** Sends. */
export interface SendThingParams {
    /**
     * Text */
    text: string | { toString(): string }
    reply_markup?:
        | Objects.TelegramMarkup
        | { toJSON(): Objects.TelegramMarkup }
    kind?: SendThingKind
    media?: (
        | Objects.TelegramThing
        | Objects.TelegramInputFile
    )[]
}

export type SendThingKind = "a" | "b"
"""
OBJECTS = """
export interface TelegramUpdate {
    update_id: number
    message?: TelegramUnreached
}
export interface TelegramMarkup {
    rows: TelegramThing[][]
}
export interface TelegramEmpty {}
export interface TelegramThing {
    type: "thing"
    inner?: TelegramThing
    flag?: true
    empty?: TelegramEmpty
}
export interface TelegramUnreached {
    id: number
}
"""
METHODS = """
export interface APIMethods {
    sendThing: CallAPI<Params.SendThingParams, true>
    getThing: CallAPIWithoutParams<true>
}
"""


def test_generator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """TypeScript becomes methods, and those objects that a parameter reaches."""
    (tmp_path / "out").mkdir()
    for name, text in (("params", PARAMS), ("objects", OBJECTS), ("methods", METHODS)):
        (tmp_path / "out" / f"{name}.d.ts").write_text(text, "utf-8")
    monkeypatch.setattr(generate, "OUTPUT", tmp_path / "schema.json")

    generate.main(tmp_path)

    schema = json.loads((tmp_path / "schema.json").read_text("utf-8"))
    assert schema["updates"] == ["message"]
    assert schema["methods"] == {
        "getThing": {},
        "sendThing": {
            "text": {"type": "string", "required": True},
            "reply_markup": {"type": "Markup"},
            "kind": {"type": {"is": ["a", "b"]}},
            "media": {"type": {"array": {"any": ["Thing", "file"]}}},
        },
    }
    assert schema["objects"] == {
        "Empty": {},
        "Markup": {"rows": {"type": {"array": {"array": "Thing"}}, "required": True}},
        "Thing": {
            "type": {"type": {"is": ["thing"]}, "required": True},
            "inner": {"type": "Thing"},
            "flag": {"type": "true"},
            "empty": {"type": "Empty"},
        },
    }


def test_independence() -> None:
    """The stand-in imports neither the bot nor a library for bots."""
    assert sandbox.__file__ is not None
    for path in Path(sandbox.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not {name.split(".")[0] for name in names} & {"bot", "aiogram", "telegram"}, path
