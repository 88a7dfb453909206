"""Find the command that was most likely meant by one that doesn't exist."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from bot.rules.general import NearestCommand

LIKE, VERY_LIKE = 0.75, 0.85
"""How alike two names must be, from 0 to 1; the second where other bots listen too."""
SHORTEST_SURE = 6
"""Characters of the shortest name that is recognised where other bots listen too."""
_TYPED = re.compile(r"/(?P<name>\w{2,32})(?:@\w+)?(?:\s+(?P<rest>.*))?", re.DOTALL | re.ASCII)
_GLUED = re.compile(r"(?P<name>[a-z_]+?)(?P<rest>\d\w*)")
"""A name and its first word without a blank between, as in `/delay15m`."""


def nearest_command(text: str, commands: Sequence[str], *, sure: bool) -> NearestCommand | None:
    """The nearest of these commands to the one that a text begins with; None if none is near.

    `sure`: it must be very near, and no short name, as it may be meant for another bot.
    """
    found = _TYPED.fullmatch(text)
    if found is None:
        return None
    typed, rest = found["name"].lower(), found["rest"] or ""
    glued = _GLUED.fullmatch(typed)
    if glued is not None and glued["name"] in commands and not (sure and len(typed) < SHORTEST_SURE):
        return NearestCommand(typed, glued["name"], f"/{glued['name']} {glued['rest']} {rest}".strip())
    if sure and len(typed) < SHORTEST_SURE:
        return None
    alike = {name: SequenceMatcher(None, typed, name).ratio() for name in commands}
    best = max(alike, key=alike.__getitem__, default=None)
    if best is None or alike[best] < (VERY_LIKE if sure else LIKE):
        return None
    return NearestCommand(typed, best, f"/{best} {rest}".strip())
