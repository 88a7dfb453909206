"""Polls, as people see them and as the Bot API writes them (https://core.telegram.org/bots/api#poll)."""

from dataclasses import dataclass, field
from typing import Any, Literal

from sandbox.accounts import User
from sandbox.errors import CannotDoError
from sandbox.text import Text

MOST_OPTIONS = 12
MOST_OPTION = 100


@dataclass(slots=True, eq=False)
class Option:
    """One option. Bots name it by its place in the list; its `persistent_id` never changes."""

    persistent_id: str
    text: Text
    added_by: User | None = None
    added_at: int | None = None


@dataclass(slots=True, eq=False)
class Poll:
    """One poll, shared by all forwards of its message. `votes` holds each voter's options by the voter's id.

    `owner` sent it. `open_period` is in seconds, `close_date` in epoch seconds.
    """

    id: str
    owner: User
    question: Text
    options: list[Option]
    kind: Literal["regular", "quiz"] = "regular"
    anonymous: bool = True
    several: bool = False
    revoting: bool = True
    growing: bool = False
    """Whether members may add options."""
    hides_results: bool = False
    members_only: bool = False
    closed: bool = False
    correct: list[int] = field(default_factory=list)
    explanation: Text = field(default_factory=Text)
    description: Text = field(default_factory=Text)
    open_period: int | None = None
    close_date: int | None = None
    votes: dict[int, list[Option]] = field(default_factory=dict)

    def json(self, *, knows: bool, whole: bool) -> dict[str, Any]:
        """The Bot API's Poll.

        `knows` adds the answers of an open quiz, `whole` the fields that only a Message holds.
        """
        written: dict[str, Any] = {"id": self.id, "question": self.question.plain}
        written |= _entities("question_entities", self.question)
        written |= {
            "options": [self._option_json(one) for one in self.options],
            "total_voter_count": len(self.votes),
            "is_closed": self.closed,
            "is_anonymous": self.anonymous,
            "type": self.kind,
            "allows_multiple_answers": self.several,
            "allows_revoting": self.revoting,
            "members_only": self.members_only,
        }
        if self.kind == "quiz" and (knows or self.closed):
            written["correct_option_ids"] = self.correct
            if self.explanation.plain:
                written["explanation"] = self.explanation.plain
                written |= _entities("explanation_entities", self.explanation)
        if self.open_period is not None:
            written["open_period"] = self.open_period
        if self.close_date is not None:
            written["close_date"] = self.close_date
        if whole and self.description.plain:
            written["description"] = self.description.plain
            written |= _entities("description_entities", self.description)
        return written

    def _option_json(self, option: Option) -> dict[str, Any]:
        count = sum(1 for chosen in self.votes.values() if option in chosen)
        written: dict[str, Any] = {"persistent_id": option.persistent_id, "text": option.text.plain}
        written |= _entities("text_entities", option.text)
        written["voter_count"] = count
        if option.added_by is not None:
            written |= {"added_by_user": option.added_by.json(), "addition_date": option.added_at}
        return written

    def option(self, wanted: str | int) -> Option:
        """An option by its text, or by its place from 0. Raises CannotDoError."""
        for place, one in enumerate(self.options):
            if wanted in (place, one.text.plain):
                return one
        raise CannotDoError("Invalid option identifier specified")


def _entities(name: str, text: Text) -> dict[str, Any]:
    found = text.entities_json(lambda number: {"id": number, "is_bot": False, "first_name": ""})
    return {name: found} if found else {}
