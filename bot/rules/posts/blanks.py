"""Blanks of starter posts: what only the shop knows, asked for one after another."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from bot.rules.outcome import Outcome
from bot.rules.posts.markup import visible_text
from bot.rules.posts.starter import Blank

_NAME = re.compile(r"\{\{ *(\w+) *\}\}")


@dataclass(frozen=True, slots=True)
class BlankPolicy:
    """How blanks are filled."""

    most: int = 200
    """Characters of one answer."""
    most_lines: int = 4
    fresh: timedelta = timedelta(days=28)
    """For how long a post whose blanks were filled may be sent. Then they are asked for anew: a new arrival of two
    months ago isn't new."""

    def last_day(self, day: date) -> date:
        """The last day on which a post may be sent whose blanks are filled on this day."""
        return day + self.fresh - timedelta(days=1)


class BlankProblem(StrEnum):
    """Why an answer can't stand in a blank."""

    NO_TEXT = "no_text"
    """It has no words: a picture, a sticker."""
    TOO_LONG = "too_long"
    TOO_MANY_LINES = "too_many_lines"


@dataclass(frozen=True, slots=True)
class BlankLine:
    """A post with blanks, in the list of them."""

    number: int
    post: str
    """Its words, with what the blanks ask for in brackets."""
    until: date | None
    """The last day on which it may be sent as it is filled; None: it waits for its blanks."""


@dataclass(frozen=True, slots=True)
class BlankPosts(Outcome, name="posts.BlankPosts"):
    """The posts that hold blanks, those that wait for them first."""

    community_id: int
    lines: tuple[BlankLine, ...]


@dataclass(frozen=True, slots=True)
class BlankAsked(Outcome, name="posts.BlankAsked"):
    """The question for one blank."""

    community_id: int
    number: int
    """The post's."""
    post: str
    """Its words as far as they are filled, with what the open blanks ask for in brackets."""
    label: str
    like: str
    """An example of an answer."""
    nth: int
    of: int
    before: str | None = None
    """What stood in the blank before."""
    problem: BlankProblem | None = None
    """What was wrong with the answer before."""
    most: int = 0
    """How much the answer may hold at most, in characters or lines, where that was the problem."""


@dataclass(frozen=True, slots=True)
class BlanksFilled(Outcome, name="posts.BlanksFilled"):
    """All blanks of a post are filled: the calendar may take it."""

    community_id: int
    number: int
    post: str
    until: date
    waiting: int
    """Posts that still wait for their blanks."""
    audit_id: int


@dataclass(frozen=True, slots=True)
class BlanksClosed(Outcome, name="posts.BlanksClosed"):
    """A press or an answer for a question that isn't open any more, or for a post without blanks."""


@dataclass(frozen=True, slots=True)
class BlanksLeft(Outcome, name="posts.BlanksLeft"):
    """The walk was given up. Nothing changed."""


@dataclass(frozen=True, slots=True)
class BlanksDoor(Outcome, name="posts.BlanksDoor"):
    """Asked for in a group: blanks are filled in private."""

    community_id: int


def read_answer(text: str | None, policy: BlankPolicy) -> str | BlankProblem:
    """What somebody typed for a blank, without needless space; or what is wrong with it."""
    lines = [" ".join(line.split()) for line in (text or "").strip().splitlines()]
    kept = [line for line in lines if line]
    answer = "\n".join(kept)
    if not answer:
        return BlankProblem.NO_TEXT
    if len(answer) > policy.most:
        return BlankProblem.TOO_LONG
    return answer if len(kept) <= policy.most_lines else BlankProblem.TOO_MANY_LINES


def draft_of(source: str, blanks: Iterable[Blank], filled: Mapping[str, str]) -> str:
    """The words of a post as staff see them while they fill it: plain text, open blanks in brackets."""
    labels = {blank.name: f"[{blank.label}]" for blank in blanks}

    def shown(name: re.Match[str]) -> str:
        return filled.get(name[1], "") or labels.get(name[1], name[0])

    return _NAME.sub(shown, visible_text(source))
