"""Read pillars with their shares as people write them: `arrivals=40 tips=30`, `"our cat" 10%`."""

import re
from collections.abc import Mapping
from unicodedata import normalize

from bot.rules.lines import CLOSERS, SEPARATORS, echo, visible
from bot.rules.posts.persona import PersonaPolicy, PillarShare, PillarsUnread, TooManyPillars

_MARKS = "".join(dict.fromkeys((*CLOSERS, *"".join(CLOSERS.values()))))
_QUOTED = re.compile(rf"[{re.escape(_MARKS)}]([^{re.escape(_MARKS)}]+)[{re.escape(_MARKS)}]")
_BARE = re.compile(r"[^\s=:]+(?:\s+[^\s=:\d]+)*")
_SHARE = re.compile(r"\s*[=:]?\s*(\d{1,3})\s*%?")
_GAP = re.compile(rf"[\s{re.escape(SEPARATORS)}+]*")


def read_shares(
    line: str, known: Mapping[str, str], policy: PersonaPolicy
) -> tuple[PillarShare, ...] | PillarsUnread | TooManyPillars:
    """The shares of a line. `known` are names of pillars in all languages, as `name_key` gives them, and their keys.

    A name that comes twice counts once, with its last share.
    """
    text = normalize("NFKC", line)
    shares: dict[str, int] = {}
    at = _skip(text, 0)
    while at < len(text):
        found = _QUOTED.match(text, at)
        name, ends = (found.group(1), found.end()) if found else _bare(text, at)
        share = _SHARE.match(text, ends)
        pillar = pillar_of(name, known, policy)
        if share is None or pillar is None or int(share.group(1)) > 100:  # noqa: PLR2004  # per cent
            return PillarsUnread(echo(text[at:].split(maxsplit=1)[0]))
        shares[pillar] = int(share.group(1))
        at = _skip(text, share.end())
    if not shares:
        return PillarsUnread("")
    if len(shares) > policy.max_pillars:
        return TooManyPillars(policy.max_pillars)
    return tuple(PillarShare(pillar, share) for pillar, share in shares.items())


def pillar_of(name: str, known: Mapping[str, str], policy: PersonaPolicy) -> str | None:
    """The pillar that is called so, else a new one of this name; None if the name can't be one."""
    clean = visible(name)
    if not clean or len(clean) > policy.max_pillar or not any(sign.isalpha() for sign in clean):
        return None
    return known.get(name_key(clean), clean)


def name_key(name: str) -> str:
    """A pillar's name as it is compared: without case and blanks."""
    return "".join(normalize("NFKC", name).casefold().split())


def _bare(text: str, at: int) -> tuple[str, int]:
    found = _BARE.match(text, at)
    return (found.group(), found.end()) if found is not None else ("", at)


def _skip(text: str, at: int) -> int:
    found = _GAP.match(text, at)
    return found.end() if found is not None else at
