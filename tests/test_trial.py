"""The trial's knife: what names a domain that isn't there is cut out of a file, and nothing else."""

import ast
from pathlib import Path

from tests.trial import TRIED, Cut, broken_imports, without

BEFORE = """from bot.handlers.hearts.domain import DOMAIN as HEARTS
from bot.handlers.packets.domain import DOMAIN as PACKETS

DOMAINS = (
    HEARTS,
    PACKETS,
)
NAMES = {"hearts": HEARTS.name, "packets": PACKETS.name, **dict.fromkeys(HEARTS.more)}
FIRST = HEARTS
"""
AFTER = """from bot.handlers.packets.domain import DOMAIN as PACKETS

DOMAINS = (
    PACKETS,
)
NAMES = {"packets": PACKETS.name}
"""


def write(path: Path, text: str) -> Path:
    """A file of a small tree."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def squeezed(text: str | None) -> str:
    """A file's code without its layout."""
    return ast.unparse(ast.parse(text or ""))


def test_what_used_the_domain_is_cut_out(tmp_path: Path) -> None:
    """Imports, elements of tuples and dictionaries, and statements go; what names another domain stays."""
    write(tmp_path / "bot/handlers/packets/domain.py", "DOMAIN = None\n")
    path = write(tmp_path / "bot/domains.py", BEFORE)
    assert squeezed(without(path, tmp_path)) == squeezed(AFTER)
    assert without(write(tmp_path / "bot/other.py", AFTER), tmp_path) is None


def test_a_file_that_must_not_name_it_is_told(tmp_path: Path) -> None:
    """The list of domains may name one, a kernel file may not."""
    for name in TRIED:
        write(tmp_path / f"bot/handlers/{name}/domain.py", "DOMAIN = None\n")
    write(tmp_path / "bot/domains.py", BEFORE)
    write(tmp_path / "bot/store/kernel.py", "from bot.handlers.hearts.domain import DOMAIN\n\nUSED = [DOMAIN]\n")
    for name in ("pyproject.toml", "Makefile"):
        write(tmp_path / name, "")
    cut = Cut("hearts", tmp_path)
    cut.out()
    assert cut.touched == {"bot/domains.py", "bot/store/kernel.py"}
    assert cut.too_far == ["bot/store/kernel.py"]
    left = ast.parse((tmp_path / "bot/store/kernel.py").read_text(encoding="utf-8"))
    assert not list(broken_imports(left, tmp_path))
