"""Questions at the welcome: newcomers pick an answer, and each answer is a tag that the shop keeps of them."""

from dataclasses import dataclass

from bot.rules.outcome import Outcome


@dataclass(frozen=True, slots=True)
class QuestionPolicy:
    """Limits of questions."""

    most: int = 3
    """Questions that a shop asks at once."""
    least_answers: int = 2
    most_answers: int = 4
    max_text: int = 120
    """Characters of a question."""
    max_answer: int = 24
    """Characters of an answer: it is a button."""


@dataclass(frozen=True, slots=True)
class NewAnswer:
    """An answer that staff offer, and the tag that it gives."""

    label: str
    tag: str


@dataclass(frozen=True, slots=True)
class NewQuestion:
    """What staff ask for with `/welcome`."""

    text: str
    answers: tuple[NewAnswer, ...]


@dataclass(frozen=True, slots=True)
class AskedNow:
    """A question as a newcomer reads it."""

    community_id: int
    question_id: int
    text: str
    answers: tuple[str, ...]
    nth: int
    """It is question `nth` of `of`."""
    of: int


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """An answer, as staff see it."""

    label: str
    tag: str
    fans: int
    """Newcomers who picked it."""


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """A question, as staff see it."""

    number: int
    text: str
    answers: tuple[AnswerLine, ...]


@dataclass(frozen=True, slots=True)
class QuestionMade(Outcome, name="welcome.QuestionMade"):
    """From now on newcomers are asked."""

    line: QuestionLine
    left: int
    """Questions that can still be added."""
    audit_id: int


@dataclass(frozen=True, slots=True)
class QuestionList(Outcome, name="welcome.QuestionList"):
    """What newcomers are asked, in the order in which they are."""

    community_id: int
    lines: tuple[QuestionLine, ...]
    owner: bool
    """Whether the reader may change them."""


@dataclass(frozen=True, slots=True)
class QuestionRemoved(Outcome, name="welcome.QuestionRemoved"):
    """Newcomers aren't asked this any more. The tags that it gave stay."""

    number: int
    text: str
    audit_id: int


@dataclass(frozen=True, slots=True)
class QuestionUnknown(Outcome, name="welcome.QuestionUnknown"):
    """The shop asks no question of this number, or not any more."""

    number: int


@dataclass(frozen=True, slots=True)
class TooManyQuestions(Outcome, name="welcome.TooManyQuestions"):
    """The shop asks as many questions as it may."""

    most: int


@dataclass(frozen=True, slots=True)
class NextAsked(Outcome, name="welcome.NextAsked"):
    """A newcomer's next question. It stands where the one before was."""

    question: AskedNow
    thanks: bool
    """Whether they have just answered one."""


@dataclass(frozen=True, slots=True)
class AllAsked(Outcome, name="welcome.AllAsked"):
    """A newcomer was asked everything."""

    community_id: int
    answered: int
    """How many they answered."""


MakeQuestionOutcome = QuestionMade | TooManyQuestions
RemoveQuestionOutcome = QuestionRemoved | QuestionUnknown
AnswerOutcome = NextAsked | AllAsked
