"""What can be wrong with a one-line form: one kind sentence each."""

from dataclasses import dataclass

from bot.rules.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Missing(Outcome, name="forms.Missing"):
    """A needed `name=value` isn't there."""

    field: str
    example: str


@dataclass(frozen=True, slots=True)
class UnknownField(Outcome, name="forms.UnknownField"):
    """A name that this command doesn't take."""

    field: str
    known: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GivenTwice(Outcome, name="forms.GivenTwice"):
    """The same name twice."""

    field: str


@dataclass(frozen=True, slots=True)
class StrayWord(Outcome, name="forms.StrayWord"):
    """A word that belongs to no name: most likely quotes are missing."""

    word: str
    example: str


@dataclass(frozen=True, slots=True)
class FourWeights(Outcome, name="forms.FourWeights"):
    """Weights are four whole numbers, one a tier."""

    field: str
    value: str
    most: int


@dataclass(frozen=True, slots=True)
class OpenQuote(Outcome, name="forms.OpenQuote"):
    """A quote that never ends."""

    example: str


@dataclass(frozen=True, slots=True)
class NotANumber(Outcome, name="forms.NotANumber"):
    """A whole number was expected."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class OutOfRange(Outcome, name="forms.OutOfRange"):
    """A number outside what makes sense."""

    field: str
    value: str
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class NotATime(Outcome, name="forms.NotATime"):
    """No time that we can read."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class TimeNeverWas(Outcome, name="forms.TimeNeverWas"):
    """The clocks jump over this time of day."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class TooLong(Outcome, name="forms.TooLong"):
    """Text longer than it can be."""

    field: str
    most: int


@dataclass(frozen=True, slots=True)
class NotOneOf(Outcome, name="forms.NotOneOf"):
    """A value outside a short list."""

    field: str
    value: str
    known: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoSuchZone(Outcome, name="forms.NoSuchZone"):
    """No such IANA time zone."""

    value: str
    example: str


@dataclass(frozen=True, slots=True)
class BadCode(Outcome, name="forms.BadCode"):
    """A shared code with characters that can't be read aloud or typed."""

    value: str


@dataclass(frozen=True, slots=True)
class BadLink(Outcome, name="forms.BadLink"):
    """No web address that can be opened."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class NotADuration(Outcome, name="forms.NotADuration"):
    """No length of time that we can read."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class NoFile(Outcome, name="forms.NoFile"):
    """A file was expected, not words."""


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
    | TimeNeverWas
    | TooLong
    | NotOneOf
    | NoSuchZone
    | BadCode
    | BadLink
    | NotADuration
    | NoFile
)
