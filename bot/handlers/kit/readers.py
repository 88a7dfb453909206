"""Readers of links and lengths of time, and the words that stand before a form's `name=value`."""

import re
from datetime import timedelta
from unicodedata import normalize
from urllib.parse import urlsplit

from bot.handlers.kit.forms import FormProblem, Moment, Reader, echo
from bot.rules.forms import BadLink, NotADuration
from bot.rules.numbers import read_number
from bot.rules.times.durations import read_length

LONGEST_LINK = 512
DAY = timedelta(days=1)
_MINUTES = re.compile(r"\+?(\d{1,5})")
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
    """A length of time: `90m`, `2 hours`, `1h30m`, `1d`; a bare number is minutes."""

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
        parts = [part.strip() for part in normalize("NFKC", text).replace("、", ",").split(",") if part.strip()]
        if not 1 <= len(parts) <= many:
            raise FormProblem(NotADuration(name, echo(text)))
        return tuple(one(name, part, moment) for part in parts)

    return read


def length_of(text: str) -> timedelta | None:
    """The length of time that a text means, or None; a bare number is minutes."""
    bare = _MINUTES.fullmatch(normalize("NFKC", text.strip()))
    return timedelta(minutes=int(bare.group(1))) if bare is not None else read_length(text)


def bare_days(text: str) -> str:
    """The number of a length in whole days (`30d`, `2 weeks`); any other text as it is."""
    length = read_length(text)
    return str(length // DAY) if length is not None and not length % DAY else text


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
