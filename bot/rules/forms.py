"""What can be wrong with a one-line form. Each mistake is answered with one kind sentence."""

from dataclasses import dataclass
from datetime import datetime

from bot.rules.outcome import Outcome
from bot.rules.segments import BadSegment


@dataclass(frozen=True, slots=True)
class Missing(Outcome, name="forms.Missing"):
    """A needed `name=value` is missing."""

    field: str
    example: str


@dataclass(frozen=True, slots=True)
class UnknownField(Outcome, name="forms.UnknownField"):
    """The command has no field of this name."""

    field: str
    known: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GivenTwice(Outcome, name="forms.GivenTwice"):
    """The same field was given twice."""

    field: str


@dataclass(frozen=True, slots=True)
class StrayWord(Outcome, name="forms.StrayWord"):
    """A word belongs to no field. Most likely quotes are missing."""

    word: str
    example: str


@dataclass(frozen=True, slots=True)
class FourWeights(Outcome, name="forms.FourWeights"):
    """Weights must be four whole numbers, one for each tier."""

    field: str
    value: str
    most: int


@dataclass(frozen=True, slots=True)
class OpenQuote(Outcome, name="forms.OpenQuote"):
    """A quote isn't closed."""

    example: str


@dataclass(frozen=True, slots=True)
class NotANumber(Outcome, name="forms.NotANumber"):
    """A whole number was expected."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class OutOfRange(Outcome, name="forms.OutOfRange"):
    """The number is outside its bounds."""

    field: str
    value: str
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class NotATime(Outcome, name="forms.NotATime"):
    """The value can't be read as a time."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class NotAContact(Outcome, name="forms.NotAContact"):
    """The value is no way to reach somebody, or too long."""

    field: str
    most: int


@dataclass(frozen=True, slots=True)
class TimeNeverWas(Outcome, name="forms.TimeNeverWas"):
    """This time doesn't exist on that day, because the clocks skip it."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class TimeHourMissing(Outcome, name="forms.TimeHourMissing"):
    """A day was said without an hour."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class TimePassed(Outcome, name="forms.TimePassed"):
    """The time of the day that was named is over."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class TimeTooFar(Outcome, name="forms.TimeTooFar"):
    """The time is years ahead."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class OtherHour(Outcome, name="forms.OtherHour"):
    """The hour that was said was taken for one of the morning. A button takes the evening's instead."""

    at: datetime
    other: datetime
    audit_id: int
    """The act that was done with the morning's hour."""


@dataclass(frozen=True, slots=True)
class HourStays(Outcome, name="forms.HourStays"):
    """The evening's hour can't be taken, as was told just before: the morning's stays."""


@dataclass(frozen=True, slots=True)
class TooLong(Outcome, name="forms.TooLong"):
    """The text is longer than allowed."""

    field: str
    most: int


@dataclass(frozen=True, slots=True)
class NotOneOf(Outcome, name="forms.NotOneOf"):
    """The value isn't one of a short list."""

    field: str
    value: str
    known: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoSuchZone(Outcome, name="forms.NoSuchZone"):
    """There is no such IANA time zone."""

    value: str
    example: str


@dataclass(frozen=True, slots=True)
class NoSuchCurrency(Outcome, name="forms.NoSuchCurrency"):
    """There is no such currency, or several are called so."""

    value: str
    example: str


@dataclass(frozen=True, slots=True)
class BadCode(Outcome, name="forms.BadCode"):
    """A shared code has characters that can't be read aloud or typed."""

    value: str


@dataclass(frozen=True, slots=True)
class BadLink(Outcome, name="forms.BadLink"):
    """The value isn't a web address that can be opened."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class NotEmoji(Outcome, name="forms.NotEmoji"):
    """Something else than emoji stands there, or too many of them."""

    field: str
    value: str
    most: int


@dataclass(frozen=True, slots=True)
class NotADuration(Outcome, name="forms.NotADuration"):
    """The value can't be read as a length of time."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class NoFile(Outcome, name="forms.NoFile"):
    """A file was expected, but the message has none."""


@dataclass(frozen=True, slots=True)
class NotATag(Outcome, name="forms.NotATag"):
    """The value can't be a tag: it has no letter, has signs, or is too long."""

    field: str
    value: str
    most: int
    """The most characters of a tag."""


@dataclass(frozen=True, slots=True)
class NotAnswers(Outcome, name="forms.NotAnswers"):
    """The value can't be read as a few different answers with commas between."""

    field: str
    value: str
    least: int
    """How many answers there must be."""
    most: int
    """How many there may be."""


FormError = (
    Missing
    | UnknownField
    | GivenTwice
    | StrayWord
    | FourWeights
    | OpenQuote
    | NotANumber
    | OutOfRange
    | NotATime
    | NotAContact
    | TimeNeverWas
    | TimeHourMissing
    | TimePassed
    | TimeTooFar
    | TooLong
    | NotOneOf
    | NoSuchZone
    | NoSuchCurrency
    | BadCode
    | BadLink
    | NotEmoji
    | NotADuration
    | NoFile
    | NotATag
    | NotAnswers
    | BadSegment
)
