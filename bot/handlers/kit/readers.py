"""Readers of links and lengths of time, and the words that stand before a form's `name=value`."""

import re
from datetime import timedelta
from unicodedata import normalize
from urllib.parse import urlsplit

from bot.handlers.kit.forms import FormProblem, Moment, Reader, echo
from bot.rules.forms import BadLink, NotADuration
from bot.rules.numbers import read_number

LONGEST_LINK = 512
_LENGTH = re.compile(r"\+?(?:(\d{1,4})d)?(?:(\d{1,4})h)?(?:(\d{1,5})m?)?", re.IGNORECASE)
_NUMBER = re.compile(r"#?(\d{1,6})")
_HOST = re.compile(r"[\w-]+(\.[\w-]+)+")
_SCHEMES = ("http://", "https://")
_BARE = ("t.me/", "www.", "youtu.be/", "youtube.com/")


def link(name: str, text: str, _moment: Moment) -> str:
    """A web address that Telegram takes under a button; `t.me/…` and `www.…` need no scheme."""
    url = f"https://{text}" if text.lower().startswith(_BARE) else text
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise FormProblem(BadLink(name, echo(text))) from None
    bare = host if port is None else f"{host}:{port}"
    fits = parts.scheme in {"http", "https"} and _HOST.fullmatch(host) and port != 0 and len(url) <= LONGEST_LINK
    fits = fits and parts.netloc.lower() == bare  # neither a name before an @ nor a colon without its port
    if not fits or any(c.isspace() or not c.isprintable() for c in url):
        raise FormProblem(BadLink(name, echo(text)))
    return url


def is_link(word: str) -> bool:
    """Whether a word looks as if a link was meant."""
    return word.lower().startswith((*_SCHEMES, *_BARE))


def duration(least: timedelta, most: timedelta) -> Reader[timedelta]:
    """A length of time: `90m`, `2h`, `1h30m`, `1d`; a bare number is minutes."""

    def read(name: str, text: str, _moment: Moment) -> timedelta:
        found = length_of(text)
        if found is None or not least <= found <= most:
            raise FormProblem(NotADuration(name, echo(text)))
        return found

    return read


def durations(longest: timedelta, many: int, none: str) -> Reader[tuple[timedelta, ...]]:
    """Several lengths, with commas between; the word `none` means none of them."""
    one = duration(timedelta(minutes=1), longest)

    def read(name: str, text: str, moment: Moment) -> tuple[timedelta, ...]:
        if text.strip().lower() == none:
            return ()
        parts = [part.strip() for part in normalize("NFKC", text).split(",") if part.strip()]
        if not 1 <= len(parts) <= many:
            raise FormProblem(NotADuration(name, echo(text)))
        return tuple(one(name, part, moment) for part in parts)

    return read


def length_of(text: str) -> timedelta | None:
    """The length of time that a word means, or None."""
    bare = normalize("NFKC", text.strip())
    found = _LENGTH.fullmatch(bare)
    if found is None or not any(found.groups()):
        return None
    days, hours, minutes = (int(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes)


def number_of(word: str) -> int | None:
    """A number as staff write it: `3` or `#3`."""
    found = _NUMBER.fullmatch(word)
    return int(found.group(1)) if found is not None else None


def split_head(rest: str) -> tuple[list[str], str]:
    """The words before the first `name=value`, links among them, and what comes after."""
    head: list[str] = []
    rest = rest.strip()
    while rest:
        word, _, tail = rest.partition(" ")
        if not is_link(word) and re.match(r"[A-Za-z_]{1,24}\s*[=\uff1d]", rest):
            break
        head.append(word)
        rest = tail.strip()
    return head, rest


def read_id(text: str) -> int | None:
    """A row id out of callback data, or None if it can't be one."""
    return read_number(text)
