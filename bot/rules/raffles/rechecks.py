"""A fan asks the bot to compute a draw again: what it found, compared with what the group was told."""

from dataclasses import dataclass
from enum import StrEnum

from bot.rules.outcome import Outcome
from bot.rules.raffles.proofs import CheckResult, Fault
from bot.rules.raffles.results import Winner


class Doubt(StrEnum):
    """What doesn't fit, in a fan's terms."""

    SEAL = "seal"
    """The seed isn't the one whose hash stood on the card from the opening on."""
    LIST = "list"
    """The list isn't the one whose hash the group was told."""
    ROUND = "round"
    """The beacon's round isn't drand's, or isn't the one that was named."""
    WINNERS = "winners"
    """The winners aren't those that the computation gives."""


_DOUBTS = {
    Fault.SEED: Doubt.SEAL,
    Fault.LIST: Doubt.LIST,
    Fault.UNREADABLE: Doubt.LIST,
    **dict.fromkeys((Fault.CHAIN, Fault.NAMING, Fault.ROUND, Fault.BEACON, Fault.SIGNATURE), Doubt.ROUND),
}


@dataclass(frozen=True, slots=True)
class Announced:
    """What the group was told of a draw."""

    prize: str
    commitment: str
    """The seal on the card."""
    list_hash: str | None
    winners: tuple[Winner, ...]
    """The first of the winners, best rank first."""
    numbers: tuple[int, ...]
    """The numbers of all winners, best rank first."""
    redrawn: int
    page: str
    """The path of the page that checks the draw."""


@dataclass(frozen=True, slots=True)
class Recomputed:
    """What follows from the proof alone."""

    commitment: str
    list_hash: str
    winners: tuple[int, ...]
    entries: int
    round: int | None
    """The beacon's round that went into the key; None: none."""
    signed: bool
    """Whether the beacon's signature was checked, and is its own."""
    called_off: bool
    faults: tuple[Fault, ...]

    @classmethod
    def of(cls, checked: CheckResult) -> "Recomputed":
        """The little that is kept of a check."""
        pulse = checked.draw.pulse if checked.draw is not None else None
        return cls(
            commitment=checked.commitment,
            list_hash=checked.list_hash,
            winners=checked.winners,
            entries=checked.entries,
            round=pulse.round if pulse is not None else None,
            signed=pulse is not None and checked.signature_checked,
            called_off=checked.draw is not None and checked.draw.called_off is not None,
            faults=checked.faults,
        )


@dataclass(frozen=True, slots=True)
class DrawChecked(Outcome, name="raffles.DrawChecked"):
    """The draw was computed again, and it is what the group was told."""

    raffle_id: int
    prize: str
    entries: int
    commitment: str
    list_hash: str
    winners: tuple[Winner, ...]
    """The first of the winners, in the order that was computed."""
    more: int
    """Winners who aren't in `winners`."""
    round: int | None
    signed: bool
    called_off: bool
    page: str

    @property
    def fits_alert(self) -> bool:
        """The hashes are too long for an alert."""
        return False


@dataclass(frozen=True, slots=True)
class DrawDoubtful(Outcome, name="raffles.DrawDoubtful"):
    """The draw was computed again, and something isn't what the group was told."""

    raffle_id: int
    prize: str
    doubts: tuple[str, ...]
    """`Doubt`s."""
    commitment: str
    list_hash: str
    page: str

    @property
    def fits_alert(self) -> bool:
        """There is a next step, which needs buttons."""
        return False


@dataclass(frozen=True, slots=True)
class NothingToCheck(Outcome, name="raffles.NothingToCheck"):
    """The raffle isn't drawn yet, or ended without a draw."""

    prize: str
    state: str


@dataclass(frozen=True, slots=True)
class StillChecking(Outcome, name="raffles.StillChecking"):
    """The computation takes longer; the next press finds it done."""

    prize: str


@dataclass(frozen=True, slots=True)
class CheckFilesCome(Outcome, name="raffles.CheckFilesCome"):
    """The proof and the page that checks it come in private."""

    prize: str
    community_id: int
    raffle_id: int
    can_write: bool
    """Whether the bot may write to the reader. If not, a button opens the private chat first."""

    @property
    def fits_alert(self) -> bool:
        """Without the right to write there is a button that opens the chat."""
        return self.can_write


@dataclass(frozen=True, slots=True)
class CheckPage(Outcome, name="raffles.CheckPage"):
    """What stands under the page's file."""

    shop: str


CheckOutcome = DrawChecked | DrawDoubtful


def compare(raffle_id: int, told: Announced, found: Recomputed) -> CheckOutcome:
    """Compare what was computed with what the group was told."""
    doubts = {_DOUBTS.get(fault, Doubt.WINNERS) for fault in found.faults}
    if found.commitment != told.commitment:
        doubts.add(Doubt.SEAL)
    if found.list_hash != told.list_hash:
        doubts.add(Doubt.LIST)
    if found.winners != told.numbers:
        doubts.add(Doubt.WINNERS)
    if doubts:
        return DrawDoubtful(
            raffle_id=raffle_id,
            prize=told.prize,
            doubts=tuple(doubt.value for doubt in Doubt if doubt in doubts),
            commitment=told.commitment,
            list_hash=told.list_hash or "",
            page=told.page,
        )
    return DrawChecked(
        raffle_id=raffle_id,
        prize=told.prize,
        entries=found.entries,
        commitment=told.commitment,
        list_hash=found.list_hash,
        winners=told.winners,
        more=len(told.numbers) - len(told.winners),
        round=found.round,
        signed=found.signed,
        called_off=found.called_off,
        page=told.page,
    )
