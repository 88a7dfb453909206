"""What stands behind `/post`: options, a number with a verb, and the words of the post itself."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.handlers.kit.forms import Field, Form, FormProblem, FreeText, Moment, echo, instant, words
from bot.handlers.kit.other_hours import Doubt, doubt_in
from bot.handlers.kit.readers import link
from bot.rules.forms import BadLink
from bot.rules.posting import LinkButton
from bot.rules.posts.limits import MOST_BUTTON_TEXT

EXAMPLE = '/post at=20:00 pillar=tips button="See it https://…"'
NOW, SHELF, HERE, LIST, SENT = "now", "shelf", "here", "list", "sent"
SHOW, OFF, DELETE, BACK, PIN, UNPIN, EDIT = "show", "off", "delete", "back", "pin", "unpin", "edit"
VERBS = (SHOW, NOW, SHELF, OFF, DELETE, BACK, PIN, UNPIN, EDIT)
BUTTONS = ("button", "button2", "button3")
_OPTION = re.compile(
    rf"(?:(?:{NOW}|{SHELF}|{HERE})(?=\s|$)|(?:pillar|at|for|button[23]?)\s*[=:\uff1d\uff1a])", re.IGNORECASE
)
_FLAG = re.compile(rf"({NOW}|{SHELF}|{HERE})(?:\s+|$)", re.IGNORECASE)
_NUMBERED = re.compile(r"#?(\d{1,6})(?:\s+|$)")
_ADDRESS = re.compile(r"\S+$")
_DASH = re.compile(r"\s*[-–—:|]\s*$")  # people type them
LONGEST_SEGMENT = 200


@dataclass(frozen=True, slots=True)
class PostLine:
    """A line that was read."""

    now: bool = False
    shelf: bool = False
    here: bool = False
    """Whether only the room, or the topic, in which it was said shall hear it."""
    pillar: str | None = None
    at: datetime | None = None
    segment: str | None = None
    buttons: tuple[LinkButton, ...] = ()
    doubt: Doubt | None = None
    skip: int = 0
    """How many characters of the rest are options; the post's own words begin there."""

    @property
    def acts(self) -> bool:
        """Whether it says so much that it is done at once."""
        return (
            self.now or self.shelf or self.here or self.at is not None or self.pillar is not None or bool(self.buttons)
        )


@dataclass(frozen=True, slots=True)
class NumberedLine:
    """A post by its number, with what to do."""

    number: int
    verb: str | None
    rest: str
    """What stands behind, for sending it: options again."""


def post_form() -> Form:
    """The fields of `/post`."""
    return Form(
        {
            "pillar": Field(words(24, EXAMPLE)),
            "at": Field(instant),
            "for": Field(FreeText(LONGEST_SEGMENT, '/post for="tier>=loyal"')),
            **{name: Field(_button) for name in BUTTONS},
        },
        EXAMPLE,
    )


def numbered(rest: str) -> NumberedLine | None:
    """`12`, `12 pin`, `#12 at=20:00`; None if the line begins otherwise, or goes on in words."""
    found = _NUMBERED.match(rest)
    if found is None or "\n" in rest:
        return None
    behind = rest[found.end() :].strip()
    verb, _, more = behind.partition(" ")
    if verb.lower() in VERBS:
        return NumberedLine(int(found.group(1)), verb.lower(), behind if verb.lower() == NOW else more)
    return NumberedLine(int(found.group(1)), None, behind) if not behind or _OPTION.match(behind) else None


def read_line(rest: str, moment: Moment, *, has_message: bool) -> PostLine:
    """Options at the head of a line. Where there is no other message, the post's own words stand behind them.

    Raises:
        FormProblem: the first option that is wrong.
    """
    if _OPTION.match(rest) is None:
        return PostLine()
    line, breaks, _ = rest.partition("\n")
    head = line if breaks or has_message else line[: _end_of_options(line)]
    flags, at = set[str](), 0
    while (found := _FLAG.match(head, at)) is not None:
        flags.add(found.group(1).lower())
        at = found.end()
    values = FORM.read(head[at:], moment)
    return PostLine(
        now=NOW in flags,
        shelf=SHELF in flags,
        here=HERE in flags,
        pillar=values.get("pillar"),
        at=values.get("at"),
        segment=values.get("for"),
        buttons=tuple(values[name] for name in BUTTONS if name in values),
        doubt=doubt_in("post", FORM, head[at:], moment),
        skip=len(head),
    )


def _end_of_options(line: str) -> int:
    """Where the options of a line end whose own words follow: each value is one word, or stands in quotes."""
    at = 0
    while (found := _OPTION.match(line, at)) is not None:
        at = found.end()
        if found.group()[-1].isalpha():
            at += len(line[at:]) - len(line[at:].lstrip())
            continue
        closed = re.compile(r"\s*(?:\"[^\"]*\"|“[^”]*”|「[^」]*」|'[^']*'|\S+)\s*").match(line, at)
        at = closed.end() if closed is not None else len(line)
    return at


def _button(name: str, text: str, moment: Moment) -> LinkButton:
    """`See it https://…`, or the link first."""
    made = button_in(text, moment)
    if made is None:
        raise FormProblem(BadLink(name, echo(text)))
    return made


def button_in(line: str, moment: Moment) -> LinkButton | None:
    """The button of a line `text - link`; None if it has no link that opens, or no text that fits."""
    text = " ".join(line.split())
    found = _ADDRESS.search(text)
    if found is None:
        return None
    try:
        url: Any = link("button", found.group(), moment)
    except FormProblem:
        return None
    label = _DASH.sub("", text[: found.start()].rstrip()).strip()
    return LinkButton(label, url) if 0 < len(label) <= MOST_BUTTON_TEXT else None


FORM = post_form()
