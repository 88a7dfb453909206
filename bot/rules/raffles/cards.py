"""A raffle as its card shows it, and as a line of a list."""

from dataclasses import dataclass
from datetime import datetime

from bot.rules.outcome import Outcome
from bot.rules.raffles.facts import OVER
from bot.rules.raffles.results import Winner


@dataclass(frozen=True, slots=True)
class RaffleCard(Outcome, name="raffles.RaffleCard"):
    """A raffle as it hangs in the group, with all its rules: what it is is true when it is shown."""

    raffle_id: int
    shop: str
    prize: str
    value: str | None
    winners: int
    reserves: int
    opened: datetime
    closes: datetime
    ticket: int
    tier: str
    needs: tuple[str, ...]
    weights: tuple[int, ...]
    fresh_days: int
    cap_days: int
    commitment: str
    sealing: str
    """A `Sealing`."""
    state: str
    """As `public_state` tells it."""
    entries: int
    """Entries so far; once the list is frozen, those on it."""
    beacon_round: int | None = None
    """The round that was named: at the opening, or in the group once the list was fixed."""
    round_at: datetime | None = None
    """When that round comes."""
    list_hash: str | None = None
    seed: str | None = None
    beacon: str | None = None
    """The beacon's randomness, once it went into the key."""
    won: tuple[Winner, ...] = ()
    """Who won, in rank; the first of them where there are very many."""
    more: int = 0
    reserve_numbers: tuple[int, ...] = ()
    lost: int = 0
    """Places that were lost and went to the next in rank."""

    @property
    def over(self) -> bool:
        """Whether there is nothing to wait for any more."""
        return self.state in OVER


@dataclass(frozen=True, slots=True)
class RaffleLine:
    """One raffle of `/raffles`."""

    raffle_id: int
    prize: str
    state: str
    closes: datetime
    number: int | None
    """The reader's own entry, or None."""
    mine: str | None
    """What became of it: `in`, `out`, `won` or `struck`."""
    reason: str | None
    ticket: int


@dataclass(frozen=True, slots=True)
class RaffleList(Outcome, name="raffles.RaffleList"):
    """What runs, and what was drawn lately, with the reader's own part in it."""

    lines: tuple[RaffleLine, ...]

    @property
    def fits_alert(self) -> bool:
        """Of a list the short form tells only how many there are."""
        return not self.lines
