"""Members by file: what the owner sees before and after, and what those hear who come later."""

from dataclasses import dataclass
from datetime import date, datetime

from bot.rules.exchange.lines import BadLine
from bot.rules.imports import Shown
from bot.rules.outcome import Outcome
from bot.rules.tiers import Tier


@dataclass(frozen=True, slots=True)
class MoveCounts:
    """What would become of a file's lines, or became of them."""

    here: int
    """People who are here, known by their Telegram id."""
    here_coins: int
    awaited: int
    """People who aren't here yet and are known by their id."""
    awaited_coins: int
    named: int
    """People who are known by a username only, here or not: each says for themselves that it is theirs."""
    named_coins: int
    tagged: int = 0
    """Lines that bring tags."""
    dated: int = 0
    """Lines that bring a date of joining."""
    ranked: int = 0
    """Lines that bring a tier, or points of one."""

    @property
    def lines(self) -> int:
        """All people."""
        return self.here + self.awaited + self.named

    @property
    def coins(self) -> int:
        """All coins."""
        return self.here_coins + self.awaited_coins + self.named_coins


@dataclass(frozen=True, slots=True)
class MembersPreview(Outcome, name="exchange.MembersPreview"):
    """What would come of a file of members. Nothing is done yet."""

    shown: Shown
    counts: MoveCounts
    empty: int
    """Lines that bring nothing, and are left out."""
    again: int
    """People who had something of an earlier file already, or wait for it."""
    months: int
    """Months for which what is brought waits."""
    count: int
    """Lines that can't be taken."""
    bad: tuple[BadLine, ...]
    """The first of them."""

    @property
    def can_be_done(self) -> bool:
        """Whether there is anything to take in."""
        return self.counts.lines > 0


@dataclass(frozen=True, slots=True)
class MembersTaken(Outcome, name="exchange.MembersTaken"):
    """A file of members was taken in."""

    community_id: int
    audit_id: int
    counts: MoveCounts
    months: int


@dataclass(frozen=True, slots=True)
class MembersReturned(Outcome, name="exchange.MembersReturned"):
    """An import was undone as a whole. Told to the owner once it is done."""

    people: int
    """People who had got something."""
    coins: int
    """Coins that were taken back."""
    short: int
    """Coins that couldn't be: they are spent."""
    short_people: int
    waited: int
    """People who weren't here yet and get nothing any more."""


@dataclass(frozen=True, slots=True)
class BadLinesFile(Outcome, name="exchange.BadLinesFile"):
    """The words under a file with all lines that can't be taken."""

    count: int


@dataclass(frozen=True, slots=True)
class Moved(Outcome, name="exchange.Moved"):
    """What was brought along is theirs. Told to a fan who came later, or who said that it is theirs."""

    shop: str
    coins: int
    joined: date | None = None
    """The day on which they joined before; None: it isn't known, or not earlier than here."""
    tier: Tier | None = None
    """Their tier, if they brought one above the lowest."""


@dataclass(frozen=True, slots=True)
class YoursAsked(Outcome, name="exchange.YoursAsked"):
    """Are these coins yours? Asked of whoever has the username now."""

    line_id: int
    shop: str
    username: str
    coins: int


@dataclass(frozen=True, slots=True)
class NotYours(Outcome, name="exchange.NotYours"):
    """They said that it isn't theirs: they get nothing, and aren't asked again."""


@dataclass(frozen=True, slots=True)
class NothingToTake(Outcome, name="exchange.NothingToTake"):
    """There is nothing (any more) that is theirs to take."""


@dataclass(frozen=True, slots=True)
class AwaitedPerson:
    """Somebody who isn't here yet, with what waits for them."""

    line_id: int
    name: str
    """What the file calls them; empty: nothing."""
    username: str | None
    coins: int
    until: datetime


@dataclass(frozen=True, slots=True)
class AwaitedPeople(Outcome, name="exchange.AwaitedPeople"):
    """Who is waited for, a page of it."""

    community_id: int
    people: tuple[AwaitedPerson, ...]
    count: int
    """All of them."""
    coins: int
    after: int | None
    """Where the next page begins; None: this is the last one."""


@dataclass(frozen=True, slots=True)
class NobodyAwaited(Outcome, name="exchange.NobodyAwaited"):
    """Nobody is waited for, and how members are brought in."""

    community_id: int


@dataclass(frozen=True, slots=True)
class AwaitedDropped(Outcome, name="exchange.AwaitedDropped"):
    """What waited for somebody is given up."""

    community_id: int
    audit_id: int
    name: str
    coins: int
