"""Writes `bot-api-10.3.json` from an unpacked npm package `@gramio/types`.

Usage: `python -m sandbox.schema.generate FOLDER`, where FOLDER holds `out/params.d.ts` and `out/objects.d.ts`.

A type is written as
- `"number"`, `"string"`, `"boolean"`, `"true"`, `"file"`, or the name of an object or of a union of objects;
- `{"array": type}`, `{"any": [types]}` or `{"is": [literals]}`.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ATOMS = {"number": "number", "string": "string", "boolean": "boolean", "true": "true", "InputFile": "file"}
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
INTERFACE = re.compile(r"export interface (\w+) \{(\}|.*?\n\})", re.DOTALL)
ALIAS = re.compile(r"export type (\w+) =(.*?)(?=\nexport |\Z)", re.DOTALL)
FIELD = re.compile(r"^    (\w+)(\??): ?(.*?)(?=^    \w+\??:|^\}|\Z)", re.DOTALL | re.MULTILINE)
METHOD = re.compile(r"^    (\w+): CallAPI", re.MULTILINE)
OPENING = "([{"
CLOSING = ")]}"
# The package's type lacks what its documentation says: "a String for plain text, an Array of RichText, or …".
ALSO: dict[str, list[Any]] = {"RichText": ["string", {"array": "RichText"}]}
OUTPUT = Path(__file__).with_name("bot-api-10.3.json")

Fields = dict[str, dict[str, Any]]


def split_union(text: str) -> Iterator[str]:
    """Yield the members of a union type. Unions inside brackets aren't split."""
    depth, start = 0, 0
    for index, letter in enumerate(text):
        if letter in OPENING:
            depth += 1
        elif letter in CLOSING:
            depth -= 1
        elif letter == "|" and depth == 0:
            yield text[start:index].strip()
            start = index + 1
    yield text[start:].strip()


class Reader:
    """Turns the package's TypeScript into the types listed in the module's docstring."""

    def __init__(self, params: str, objects: str, methods: str) -> None:
        self.params = self._interfaces(params)
        self.objects = self._interfaces(objects)
        aliases = ALIAS.findall(COMMENT.sub("", objects)) + ALIAS.findall(COMMENT.sub("", params))
        self.aliases = {self._bare(name): body for name, body in aliases}
        self.methods: list[str] = METHOD.findall(methods)
        self.reached: dict[str, Any] = {}

    @staticmethod
    def _bare(name: str) -> str:
        return name.removeprefix("Objects.").removeprefix("Telegram")

    def _interfaces(self, source: str) -> dict[str, list[tuple[str, str, str]]]:
        found = INTERFACE.findall(COMMENT.sub("", source))
        return {self._bare(name): FIELD.findall(body) for name, body in found}

    def read(self) -> dict[str, Any]:
        """Return the whole schema, with only those objects that a method's parameter needs."""
        methods = {name: self._fields(self._params_of(name)) for name in sorted(self.methods)}
        update = [name for name, _, _ in self.objects["Update"] if name != "update_id"]
        return {
            "source": "npm @gramio/types 10.3.1 (MIT)",
            "api": "10.3",
            "updates": update,
            "methods": methods,
            "objects": dict(sorted(self.reached.items())),
        }

    def _params_of(self, method: str) -> list[tuple[str, str, str]]:
        return self.params.get(f"{method[0].upper()}{method[1:]}Params", [])

    def _fields(self, fields: list[tuple[str, str, str]]) -> Fields:
        return {
            name: {"type": self._type(" ".join(text.split()))} | ({} if optional else {"required": True})
            for name, optional, text in fields
        }

    def _type(self, text: str) -> Any:
        members = [part for part in split_union(text) if part and not part.startswith("{")]
        if all(part.startswith('"') or part.lstrip("-").isdigit() for part in members):
            return {"is": [json.loads(part) for part in members]}
        types = [self._single(part) for part in members]
        return types[0] if len(types) == 1 else {"any": types}

    def _single(self, part: str) -> Any:
        if part.endswith("[]"):
            return {"array": self._single(part.removesuffix("[]"))}
        if part.startswith("("):
            return self._type(part[1:-1].strip())
        if part.startswith("Exclude<keyof"):
            return "string"
        if part.startswith('"'):
            return {"is": [json.loads(part)]}
        return self._named(self._bare(part))

    def _named(self, name: str) -> Any:
        if name in ATOMS:
            return ATOMS[name]
        if name in self.reached:
            return name
        if name in self.objects:
            self.reached[name] = {}
            self.reached[name] = self._fields(self.objects[name])
            return name
        self.reached[name] = None
        union = self._type(" ".join(self.aliases[name].split()))
        if isinstance(union, dict) and "is" in union:
            del self.reached[name]
            return union
        self.reached[name] = {"any": [*union["any"], *ALSO[name]]} if name in ALSO else union
        return name


def main(folder: Path) -> None:
    """Reads the package in `folder` and writes the schema beside this file."""
    sources = [(folder / "out" / f"{name}.d.ts").read_text("utf-8") for name in ("params", "objects", "methods")]
    schema = Reader(*sources).read()
    OUTPUT.write_text(json.dumps(schema, ensure_ascii=False, separators=(",", ":")) + "\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
