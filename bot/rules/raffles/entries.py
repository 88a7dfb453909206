"""Entering a raffle: who may, and who is on the list when it closes."""

from dataclasses import dataclass
from datetime import datetime

from bot.rules.for_whom import NotForYou, Offered, for_whom
from bot.rules.outcome import Outcome
from bot.rules.raffles.facts import TIERS, EntrantFacts, Need, RaffleFacts, RaffleState, Reason, public_state


@dataclass(frozen=True, slots=True)
class Paid:
    """A ticket that was paid for elsewhere, as in the coin shop. It is given back if there is no draw."""

    key: str
    """The ledger's key of the charge."""
    coins: int


@dataclass(frozen=True, slots=True)
class Entered(Outcome, name="raffles.Entered"):
    """The fan takes part."""

    raffle_id: int
    prize: str
    number: int
    """The entry's number. The list shows it without a name."""
    closes: datetime
    price: int
    balance: int


@dataclass(frozen=True, slots=True)
class AlreadyEntered(Outcome, name="raffles.AlreadyEntered"):
    """A fan has one entry, so the answer repeats its number."""

    raffle_id: int
    prize: str
    number: int
    closes: datetime
    paid: int


@dataclass(frozen=True, slots=True)
class EntryClosed(Outcome, name="raffles.EntryClosed"):
    """The raffle takes no entries any more."""

    prize: str
    state: str
    """`closed`, `drawn` or `cancelled`."""


@dataclass(frozen=True, slots=True)
class TierTooLow(Outcome, name="raffles.TierTooLow"):
    """The raffle is for fans of this tier and above."""

    prize: str
    tier: str


@dataclass(frozen=True, slots=True)
class CheckInFirst(Outcome, name="raffles.CheckInFirst"):
    """The raffle is for fans who checked in today."""

    raffle_id: int
    prize: str


@dataclass(frozen=True, slots=True)
class ComeToStreamFirst(Outcome, name="raffles.ComeToStreamFirst"):
    """The raffle is for fans who were at its stream."""

    prize: str


@dataclass(frozen=True, slots=True)
class WonLately(Outcome, name="raffles.WonLately"):
    """The raffle is for fans who haven't won anything within so many days."""

    prize: str
    days: int


@dataclass(frozen=True, slots=True)
class TicketTooDear(Outcome, name="raffles.TicketTooDear"):
    """The fan has fewer coins than a ticket costs. A free entry weighs the same."""

    raffle_id: int
    prize: str
    price: int
    balance: int


@dataclass(frozen=True, slots=True)
class NoSuchRaffle(Outcome, name="raffles.NoSuchRaffle"):
    """This shop has no such raffle: the press is old or forged, or belongs to another shop."""


EntryRefusal = (
    EntryClosed | TierTooLow | NotForYou | CheckInFirst | ComeToStreamFirst | WonLately | TicketTooDear | NoSuchRaffle
)
EnterOutcome = Entered | AlreadyEntered | EntryRefusal


def may_enter(  # noqa: PLR0911  # one return for each refusal; the first that applies is told
    raffle: RaffleFacts, fan: EntrantFacts, price: int, balance: int, now: datetime
) -> EntryRefusal | None:
    """Why a fan without an entry can't enter now, or None. Refusals that the fan can't change come first."""
    if raffle.state is not RaffleState.OPEN or now >= raffle.closes:
        return EntryClosed(raffle.prize, public_state(raffle.state, raffle.closes, now))
    if TIERS.index(fan.tier) < TIERS.index(raffle.tier):
        return TierTooLow(raffle.prize, raffle.tier)
    whom = for_whom(raffle.segment)
    if whom is not None and not fan.is_meant:
        return NotForYou(Offered.RAFFLE, raffle.prize, whom)
    if raffle.cap_days and fan.won_in_cap:
        return WonLately(raffle.prize, raffle.cap_days)
    if Need.STREAM in raffle.needs and not fan.was_there:
        return ComeToStreamFirst(raffle.prize)
    if Need.CHECK_IN in raffle.needs and not fan.checked_in:
        return CheckInFirst(raffle.id, raffle.prize)
    if balance < price:
        return TicketTooDear(raffle.id, raffle.prize, price, balance)
    return None


@dataclass(frozen=True, slots=True)
class OnList:
    """An entry that stays on the list."""

    weight: int
    """Its chances: 1 or more."""
    after: bool
    """Whether it comes after all entries of fans who haven't won recently."""


def check_entry(raffle: RaffleFacts, fan: EntrantFacts, *, left: bool, deleted: bool = False) -> OnList | Reason:
    """What becomes of an entry when the raffle closes. A check-in or a stream is not asked for again."""
    if deleted:
        return Reason.DELETED
    if left:
        return Reason.LEFT
    if TIERS.index(fan.tier) < TIERS.index(raffle.tier):
        return Reason.TIER
    if not fan.is_meant:
        return Reason.NOT_MEANT
    if raffle.cap_days and fan.won_in_cap:
        return Reason.WON
    return OnList(raffle.weights[TIERS.index(fan.tier)], after=bool(raffle.fresh_days) and fan.won_in_fresh)


@dataclass(frozen=True, slots=True)
class MyEntry(Outcome, name="raffles.MyEntry"):
    """All that a fan needs to find their own line on the list. Only that fan is told it."""

    prize: str
    number: int
    weight: int | None
    """None until the list is frozen. Then the tier decides it."""
    salt: str
    user_id: int
    seal: str
    state: str
    mine: str
    reason: str | None
    page: str | None = None
    """The path of the page that checks the draw, once there is a proof."""
    raffle_id: int = 0

    @property
    def fits_alert(self) -> bool:
        """The salt and the line are too long for an alert."""
        return False


@dataclass(frozen=True, slots=True)
class NotEntered(Outcome, name="raffles.NotEntered"):
    """The reader has no entry in this raffle."""

    prize: str
