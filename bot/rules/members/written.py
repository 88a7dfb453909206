"""Lines that staff write about a fan, taken apart: where the name ends, and what stands behind it."""

import re

_NOTE = re.compile(r"(?:^|\s)note\s*[=\uff1d:\uff1a]\s*", re.IGNORECASE)
_QUOTES = {'"': '"', "“": "”", "'": "'", "‘": "’", "「": "」", "『": "』"}


def split_note(line: str) -> tuple[str, str | None]:
    """The name, and the note behind `note=`; None without one."""
    found = _NOTE.search(line)
    if found is None:
        return line.strip(), None
    note = line[found.end() :].strip()
    if len(note) > 1 and _QUOTES.get(note[0]) == note[-1]:
        note = note[1:-1].strip()
    return line[: found.start()].strip(), note


def split_tags(line: str, *, named: bool) -> tuple[str, str]:
    """The name and the tags of `/tag`. `named`: the fan is named already, by a reply or a mention.

    `@name` can stand first or last. Without it, and without a reply, the first word is a part of the fan's name.
    """
    words = line.split()
    if words and words[0].startswith("@"):
        return words[0], " ".join(words[1:])
    if words and words[-1].startswith("@"):
        return words[-1], " ".join(words[:-1])
    if named or not words:
        return "", " ".join(words)
    return words[0], " ".join(words[1:])
