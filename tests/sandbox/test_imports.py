"""No circle of imports, neither among the stand-in's modules nor among its page's scripts."""

import re
from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest

from sandbox.page.web import STATIC

DOCUMENTED = Path(__file__).parents[2] / "docs" / "stand-in.md"
IMPORT = re.compile(r'^\s*(?:import|export)\b[^"\';]*["\']\./([\w.-]+)["\']', re.MULTILINE)
KNOWN_FOR_TYPES = frozenset({("sandbox.chats", "sandbox.messages")})
"""A chat holds its messages, and a message names its chat: a chat's module imports messages for their type."""
WORLD = "sandbox.world"
"""The world makes the parts of the stand-in; each part holds the world, and imports it for its type."""


def circle(imports: Mapping[str, Iterable[str]]) -> list[str]:
    """The names of one circle, its first name again at its end; empty if there is none."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        found: list[str] = error.args[1]
        return found
    return []


def modules(*, with_types: bool) -> dict[str, set[str]]:
    """What each module of the stand-in imports of the others; `with_types` adds what it imports for types only."""
    graph = grimp.build_graph("sandbox", exclude_type_checking_imports=not with_types, cache_dir=None)
    return {name: graph.find_modules_directly_imported_by(name) for name in graph.modules}


def scripts(folder: Path) -> dict[str, set[str]]:
    """What each script of a folder imports of the others."""
    return {path.name: set(IMPORT.findall(path.read_text("utf-8"))) for path in folder.glob("*.js")}


def test_modules_import_one_another_in_one_direction() -> None:
    """When the stand-in runs, no module imports one that imports it, over however many steps."""
    imports = modules(with_types=False)
    assert "sandbox.page.page" in imports["sandbox.page.web"]
    assert circle(imports) == []


def test_types_make_no_circle_but_the_two_that_are_known() -> None:
    """Imports for types go in one direction too, but those of the world and that of a chat's messages."""
    running = modules(with_types=False)
    imports = {
        name: {one for one in imported if one in running[name] or (one != WORLD and (name, one) not in KNOWN_FOR_TYPES)}
        for name, imported in modules(with_types=True).items()
    }
    assert circle(imports) == []


def test_scripts_import_one_another_in_one_direction() -> None:
    """No script of the page imports one that imports it, over however many steps."""
    imports = scripts(STATIC)
    assert {"navigation.js", "overlay.js"} <= imports["links.js"]
    assert circle(imports) == []


def test_scripts_import_as_the_documentation_says() -> None:
    """Each script is in the table of docs/stand-in.md, and imports only scripts that stand after it there."""
    rows = [row.split("|")[1] for row in DOCUMENTED.read_text("utf-8").splitlines() if row.startswith("| `")]
    order = re.findall(r"`([\w.-]+\.js)`", " ".join(rows))
    imports = scripts(STATIC)
    assert sorted(order) == sorted(imports)
    wrong = [(name, one) for name in order for one in imports[name] if order.index(one) < order.index(name)]
    assert wrong == []


@pytest.mark.parametrize(
    "line",
    [
        'import { one } from "./one.js";',
        "import * as all from './one.js';",
        'import "./one.js";',
        'import {\n  one,\n  two,\n} from "./one.js";',
        'export { one } from "./one.js";',
    ],
)
def test_a_circle_of_scripts_is_found(tmp_path: Path, line: str) -> None:
    """Two scripts that import each other are a circle, however the import is written."""
    (tmp_path / "one.js").write_text('import { two } from "./two.js";\n')
    (tmp_path / "two.js").write_text(f"// A comment.\n\n{line}\n")
    assert set(circle(scripts(tmp_path))) == {"one.js", "two.js"}
