"""Draws one picture and ends: `python -m bot.outside.draw` reads JSON and writes a PNG.

It is a process of its own, so that no picture holds up the bot or fills its memory, whatever fonts this machine has.
"""

import json
import sys
from contextlib import suppress
from typing import Any

from bot.outside.fonts import find_fonts

NO_FONT = 3
"""The exit code where no font has the letters."""
NO_LIBRARY = 4
"""The exit code where the library that draws isn't installed."""
MOST_MEMORY = 768 << 20
"""Bytes. A Noto font of all CJK letters takes 40 MB, a picture 10 MB."""
FAMILY = "{{family}}"
"""Stands for the font's family in the SVG."""


def bound_memory() -> None:
    """Let this process take so much memory and no more, where the system can do that."""
    with suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415  # not on Windows

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))


def main() -> int:
    """Read what to draw, and draw it."""
    bound_memory()
    wish: dict[str, Any] = json.load(sys.stdin.buffer)
    fonts = find_fonts(wish["text"], wish["language"])
    if fonts is None:
        return NO_FONT
    try:
        import resvg_py  # noqa: PLC0415  # its lack has an exit code of its own
    except ImportError:
        return NO_LIBRARY
    png = resvg_py.svg_to_bytes(
        svg_string=wish["svg"].replace(FAMILY, fonts.family), skip_system_fonts=True, font_files=list(fonts.files)
    )
    sys.stdout.buffer.write(bytes(png))
    return 0


if __name__ == "__main__":
    sys.exit(main())
