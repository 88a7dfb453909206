"""Blanks of the staff's panel: a command's line with places to fill in.

What reads a blank is the form's reader; what does the act is the command's handler, with its door, its cause, its audit
entry and its *undo*. The panel only types the line for whoever pressed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from aiogram.types import Document, User
from pydantic import ValidationError

from bot.handlers.kit.forms import (
    Form,
    FormProblem,
    Moment,
    Reader,
    either_hour,
    instant,
    one_of,
    quoted,
    wall_clock,
    words,
)
from bot.rules.calendar import zone
from bot.rules.forms import NoFile, NotOneOf
from bot.rules.times.durations import read_wait
from bot.rules.times.reading import When, read_when
from bot.store.panel import CountReach

YES = "yes"
LONGEST_NAME = 64
MOST_OPTIONS = 8
SEGMENTS = ("tier>=fan", "tier>=loyal", "tier=core")
"""Fans to tap for a thing that is for some only; other segments are typed."""
_NEVER = Moment(datetime(2000, 1, 1, tzinfo=UTC), "UTC")


class Shape(StrEnum):
    """How a blank stands in its line."""

    PAIR = "pair"
    """`name=value`."""
    BARE = "bare"
    """The value alone."""
    FLAG = "flag"
    """Its name alone, or nothing."""
    FILE = "file"
    """A document that comes with the line."""
    PERSON = "person"
    """Somebody, by `@name`, or by the name that Telegram shows with a mention that carries their id."""


@dataclass(frozen=True, slots=True)
class Pick:
    """Things of the shop that a blank can name: what stands before the number, where they are listed, in what state."""

    prefix: str
    section: str
    states: frozenset[str]


@dataclass(frozen=True, slots=True)
class Blank:
    """Something to fill in."""

    name: str
    read: Reader[Any]
    needed: bool = False
    shape: Shape = Shape.PAIR
    quick: tuple[str, ...] = ()
    """Answers to tap; others are typed."""
    picks: "tuple[Pick, ...]" = ()
    time: bool = False
    """Whether the answer can be an instant, although its reader gives something else."""


@dataclass(frozen=True, slots=True)
class PanelAct:
    """Something that the panel can do: a command with blanks."""

    name: str
    section: str
    command: str
    blanks: tuple[Blank, ...] = ()
    head: str = ""
    """What stands before the blanks; `{number}` is the thing's."""
    tail: str = ""
    states: frozenset[str] | None = None
    """States of a thing in which it can be done; None: it is about no thing."""
    danger: bool = False
    """Whether it takes something away."""
    owner: bool = False
    """Whether only the owner may; the command asks again."""
    gives: bool = False
    """Whether the shop can owe coins by it, of which an operator gives away so many a day."""
    unlogged: bool = False
    """Whether it leaves no entry in the audit log: it only looks something up, or finds what was there already."""
    reach: CountReach | None = None
    """Counts whom it reaches and what it can cost; None: nobody, and nothing."""
    row: int = 0
    """Its place in its section. Acts of the same row stand in the order of their domains."""

    @property
    def needed(self) -> tuple[str, ...]:
        """Names of what can't be left empty."""
        return tuple(blank.name for blank in self.blanks if blank.needed)

    def blank(self, name: str) -> Blank | None:
        """The blank of this name."""
        return next((blank for blank in self.blanks if blank.name == name), None)

    def line(self, number: int | None, filled: Mapping[str, str]) -> str:
        """What stands behind the command."""
        said = {
            shape: [blank for blank in self.blanks if blank.shape is shape and blank.name in filled] for shape in Shape
        }
        parts = [
            self.head.format(number=number),
            *(in_line(filled[blank.name]) for blank in (*said[Shape.BARE], *said[Shape.PERSON])),
            *(blank.name for blank in said[Shape.FLAG] if filled[blank.name] == YES),
            *(f"{blank.name}={quoted(filled[blank.name])}" for blank in said[Shape.PAIR]),
            self.tail.format(number=number),
        ]
        return " ".join(part for part in parts if part)

    def file(self, filled: Mapping[str, str]) -> Document | None:
        """The document that comes with the line."""
        return next(
            (
                Document.model_validate_json(filled[blank.name])
                for blank in self.blanks
                if blank.shape is Shape.FILE and blank.name in filled
            ),
            None,
        )

    def mentioned(self, filled: Mapping[str, str]) -> User | None:
        """The person whose mention stands in the line."""
        people = (kept_person(filled[blank.name]) for blank in self.blanks if blank.name in filled and is_person(blank))
        return next((person for person in people if person is not None), None)

    def read(self, filled: Mapping[str, str], moment: Moment) -> dict[str, Any]:
        """What the answers mean now.

        Raises:
            FormProblem: the first that means nothing (any more).
        """
        return {b.name: b.read(b.name, filled[b.name], moment) for b in self.blanks if b.name in filled}


def blanks_of(
    form: Form, picks: Mapping[str, tuple[Pick, ...]] | None = None, **quick: tuple[str, ...]
) -> tuple[Blank, ...]:
    """A form's fields as blanks; what is one of a few words can be tapped anyway."""
    return tuple(
        Blank(
            name,
            field.read,
            needed=field.needed,
            quick=quick[name] if name in quick else _options(name, field.read),
            picks=(picks or {}).get(name, ()),
        )
        for name, field in form.fields.items()
    )


def flag(name: str) -> Blank:
    """A word that is said or not."""
    return Blank(name, one_of({YES: True, "no": False}), shape=Shape.FLAG, quick=(YES, "no"))


def file(name: str) -> Blank:
    """A document."""
    return Blank(name, read_document, needed=True, shape=Shape.FILE)


def read_document(_name: str, text: str, _moment: Moment) -> Document:
    """A document as it was kept when it came."""
    try:
        return Document.model_validate_json(text)
    except ValidationError:
        raise FormProblem(NoFile()) from None


def bare(name: str, read: Reader[Any], *quick: str, needed: bool = True, time: bool = False) -> Blank:
    """A value that stands in its line without a name."""
    return Blank(name, read, needed=needed, shape=Shape.BARE, quick=quick, time=time)


def _options(name: str, read: Reader[Any]) -> tuple[str, ...]:
    """What a reader takes, by its own account, if that is one of a few words."""
    try:
        read(name, "", _NEVER)
    except FormProblem as problem:
        known = problem.error.known if isinstance(problem.error, NotOneOf) else ()
        return known if len(known) <= MOST_OPTIONS else ()
    return ()


def person(name: str, *, needed: bool = True) -> Blank:
    """Somebody: typed as `@name`, mentioned, or tapped in a list."""
    return Blank(name, read_somebody, needed=needed, shape=Shape.PERSON)


def is_person(blank: Blank) -> bool:
    """Whether somebody is asked for."""
    return blank.shape is Shape.PERSON


def read_somebody(name: str, text: str, moment: Moment) -> str:
    """`@fan`, a name as Telegram shows it, or a person as they were picked."""
    return text if kept_person(text) is not None else words(LONGEST_NAME, "@fan")(name, text, moment)


def keep_person(user_id: int, name: str) -> str:
    """A person as they are kept until the line is said."""
    return User(id=user_id, is_bot=False, first_name=name).model_dump_json(include={"id", "is_bot", "first_name"})


def kept_person(text: str) -> User | None:
    """A person who was kept, or None for what somebody typed."""
    try:
        return User.model_validate_json(text)
    except ValidationError:
        return None


def in_line(text: str) -> str:
    """An answer as it stands in the line."""
    person = kept_person(text)
    return person.first_name if person is not None else text


def doubt_about(blank: Blank, text: str, moment: Moment) -> When | None:
    """What an answer means whose hour may be of the morning or of the evening; None for any other answer."""
    return either_hour(instant if blank.time else blank.read, text, moment)


def keep_answer(value: Any, text: str, moment: Moment) -> str:
    """An answer as it is kept until it is read again: a time keeps the day that it meant, and its doubt."""
    if isinstance(value, str):
        return value
    if not isinstance(value, datetime) or read_wait(text) is not None:
        return " ".join(text.split())
    return keep_time(text, moment)


def keep_time(text: str, moment: Moment) -> str:
    """A time with the day that it meant; any other text, such as a length of time, as it is."""
    found = read_when(text, moment.now, moment.timezone) if read_wait(text) is None else None
    if not isinstance(found, When):
        return " ".join(text.split())
    if found.other is None:
        return wall_clock(found.at, moment)
    local = found.at.astimezone(zone(moment.timezone))
    return f"{local:%Y-%m-%d} {local.hour}:{local:%M}"
