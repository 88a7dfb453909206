"""What a raffle's card shows, and what `/raffles` lists."""

from dataclasses import dataclass
from datetime import datetime

from bot.rules.for_whom import ForWhom
from bot.rules.outcome import Outcome
from bot.rules.raffles.facts import OVER
from bot.rules.raffles.results import Winner


@dataclass(frozen=True, slots=True)
class RaffleCard(Outcome, name="raffles.RaffleCard"):
    """The card of a raffle in the group, with all its rules.

    It is computed when it is shown, so it is always current.
    """

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
    """A result of `public_state`."""
    entries: int
    """The number of entries so far. Once the list is frozen, the number of entries on it."""
    beacon_round: int | None = None
    """The round of the beacon that was named: at the opening (old raffles), or in the group after the list was
    fixed."""
    round_at: datetime | None = None
    """The instant of that round."""
    list_hash: str | None = None
    seed: str | None = None
    beacon: str | None = None
    """The beacon's randomness in hexadecimal, once it is part of the key."""
    won: tuple[Winner, ...] = ()
    """The winners, best rank first. If there are very many, only the first."""
    more: int = 0
    """Winners who aren't in `won`."""
    reserve_numbers: tuple[int, ...] = ()
    lost: int = 0
    """The number of places that were lost and went to the next in rank."""
    whom: ForWhom | None = None
    """For whom it is; None: for all fans."""

    @property
    def over(self) -> bool:
        """Whether the raffle has ended."""
        return self.state in OVER


@dataclass(frozen=True, slots=True)
class RaffleLine:
    """One raffle in the answer to `/raffles`."""

    raffle_id: int
    prize: str
    state: str
    closes: datetime
    number: int | None
    """The number of the reader's own entry, or None."""
    mine: str | None
    """What became of that entry: an `EntryState`, or None."""
    reason: str | None
    ticket: int


@dataclass(frozen=True, slots=True)
class RaffleList(Outcome, name="raffles.RaffleList"):
    """Raffles that are running and those that ended recently, with the reader's own entries."""

    lines: tuple[RaffleLine, ...]

    @property
    def fits_alert(self) -> bool:
        """Only an empty list fits: the short form says no more than how many raffles there are."""
        return not self.lines
