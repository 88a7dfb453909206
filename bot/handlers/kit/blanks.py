"""Blanks of the staff's panel: a command's line with places to fill in.

What reads a blank is the form's reader; what does the act is the command's handler, with its door, its cause, its audit
entry and its *undo*. The panel only types the line for whoever pressed.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
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
from bot.rules.menus import HOSTS
from bot.rules.panel import AdminLine
from bot.rules.rights import Role, reaches
from bot.rules.times.durations import read_wait
from bot.rules.times.reading import When, read_when
from bot.store.panel import CountReach, Offered

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
    mark: str = ""
    """What must hold of them besides their state."""


@dataclass(frozen=True, slots=True)
class Parts:
    """A blank that is answered part by part, as many times as another blank has parts."""

    of: str
    """The other blank."""
    count: Callable[[str], int]
    """How many parts an answer to this blank has."""
    names: Callable[[str], tuple[str, ...]]
    """The parts of an answer to the other blank."""


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
    rare: bool = False
    """Whether few need it: the preview offers it behind *more*."""
    parts: Parts | None = None
    when: Mapping[str, Offered] = field(default_factory=dict)
    """Answers to tap that are offered only while something holds."""
    winners: bool = False
    """Whether the winners of the thing that the act is about can be tapped, by their numbers."""


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
    costs: bool = False
    """Whether it costs the shop coins whatever is filled in: an operator who has none left today can't do it."""
    unlogged: bool = False
    """Whether it leaves no entry in the audit log: it only looks something up, or finds what was there already."""
    reach: CountReach | None = None
    """Counts whom it reaches and what it can cost; None: nobody, and nothing."""
    row: int = 0
    """Its place in its section. Acts of the same row stand in the order of their domains."""
    mark: str = ""
    """What must hold of the thing besides its state."""
    offered: Offered | None = None
    """Whether it can be done in this shop now; None: always. It is asked for acts that are about no thing."""
    rare: bool = False
    """Whether few need it: it stands behind *more*."""
    fits: Callable[[Mapping[str, Any]], bool] | None = None
    """Whether values go together. An answer that doesn't fit what is filled in isn't offered."""
    some: bool = False
    """Whether at least one blank must be filled in, whichever it is: else nothing would change."""
    operators_need: tuple[str, ...] = ()
    """Blanks that only operators can't leave empty."""

    @property
    def needed(self) -> tuple[str, ...]:
        """Names of what nobody can leave empty."""
        return tuple(blank.name for blank in self.blanks if blank.needed)

    def is_for(self, role: Role) -> bool:
        """Whether the panel offers it to somebody in this role. Its command asks for their rights once more."""
        return reaches(role, Role.OWNER if self.owner else Role.HOST if self.command in HOSTS else Role.OPERATOR)

    def needed_by(self, role: Role) -> tuple[str, ...]:
        """Names of what a person in this role can't leave empty."""
        more = self.operators_need if role is not Role.OWNER else ()
        return tuple(blank.name for blank in self.blanks if blank.needed or blank.name in more)

    def is_about(self, line: AdminLine, role: Role) -> bool:
        """Whether a person in this role can do it with a thing as it stands."""
        return (
            line.state in (self.states or frozenset())
            and (not self.mark or self.mark in line.marks)
            and self.is_for(role)
        )

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
    form: Form,
    picks: Mapping[str, tuple[Pick, ...]] | None = None,
    rare: Collection[str] = (),
    **quick: tuple[str, ...],
) -> tuple[Blank, ...]:
    """A form's fields as blanks; what is one of a few words can be tapped anyway. Few need those that are `rare`."""
    return tuple(
        Blank(
            name,
            field.read,
            needed=field.needed,
            quick=quick[name] if name in quick else _options(name, field.read),
            picks=(picks or {}).get(name, ()),
            rare=name in rare,
        )
        for name, field in form.fields.items()
    )


def window_fits(values: Mapping[str, Any]) -> bool:
    """Whether a window doesn't close before it opens."""
    opens, closes = values.get("opens"), values.get("closes")
    return not isinstance(opens, datetime) or not isinstance(closes, datetime) or opens < closes


def flag(name: str, *, rare: bool = False) -> Blank:
    """A word that is said or not."""
    return Blank(name, one_of({YES: True, "no": False}), shape=Shape.FLAG, quick=(YES, "no"), rare=rare)


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
