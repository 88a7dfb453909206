"""What can be wrong with a one-line form: one kind sentence each."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Missing:
    """A needed `name=value` isn't there."""

    field: str
    example: str


@dataclass(frozen=True, slots=True)
class UnknownField:
    """A name that this command doesn't take."""

    field: str
    known: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GivenTwice:
    """The same name twice."""

    field: str


@dataclass(frozen=True, slots=True)
class StrayWord:
    """A word that belongs to no name: most likely quotes are missing."""

    word: str
    example: str


@dataclass(frozen=True, slots=True)
class FourWeights:
    """Weights are four whole numbers, one a tier."""

    field: str
    value: str
    most: int


@dataclass(frozen=True, slots=True)
class OpenQuote:
    """A quote that never ends."""

    example: str


@dataclass(frozen=True, slots=True)
class NotANumber:
    """A whole number was expected."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class OutOfRange:
    """A number outside what makes sense."""

    field: str
    value: str
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class NotATime:
    """No time that we can read."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class TimeNeverWas:
    """The clocks jump over this time of day."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class TooLong:
    """Text longer than it can be."""

    field: str
    most: int


@dataclass(frozen=True, slots=True)
class NotOneOf:
    """A value outside a short list."""

    field: str
    value: str
    known: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoSuchZone:
    """No such IANA time zone."""

    value: str
    example: str


@dataclass(frozen=True, slots=True)
class BadCode:
    """A shared code with characters that can't be read aloud or typed."""

    value: str


@dataclass(frozen=True, slots=True)
class BadLink:
    """No web address that can be opened."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class NotADuration:
    """No length of time that we can read."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class NoFile:
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
