"""Raffles: who may enter, who is on the list when it closes, and what is told of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.rules.outcome import Outcome

TIERS = ("new", "fan", "loyal", "core")
"""Lowest first: the order in which weights are written."""
EVEN = (1, 1, 1, 1)


class RaffleState(StrEnum):
    """How far a raffle is. Only `open` takes entries."""

    OPEN = "open"
    CLOSED = "closed"
    """Entering is over; conditions are being checked."""
    LISTED = "listed"
    """The list is frozen and its hash is shown; the draw waits for its moment, and for the beacon's round if any."""
    SEALED = "sealed"
    """The key is fixed; ranks are being written down."""
    DRAWN = "drawn"
    CANCELLED = "cancelled"


class Sealing(StrEnum):
    """What goes into the key beside the seed and the list. It is decided at the opening, and the card says it."""

    NONE = "none"
    """Nothing: the shop alone seals the draw."""
    OPENING = "opening"
    """A beacon's round that was named at the opening. Only raffles of before `FREEZE` was known have it."""
    FREEZE = "freeze"
    """A beacon's round that is named in the group once the list is fixed, before the round exists."""


class Need(StrEnum):
    """What a fan must have done to enter."""

    CHECK_IN = "checkin"
    """Checked in today."""
    STREAM = "stream"
    """Was at the stream that this raffle belongs to."""


class EntryState(StrEnum):
    """What became of an entry."""

    IN = "in"
    OUT = "out"
    """Not on the list: a condition wasn't met any more when it closed."""
    WON = "won"
    STRUCK = "struck"
    """Drawn, and lost the place for a reason that is told."""


class Reason(StrEnum):
    """Why an entry isn't on the list, or lost its place."""

    LEFT = "left"
    TIER = "tier"
    WON = "won"
    """Won something lately, and this raffle is for who didn't."""
    DELETED = "deleted"
    REDRAWN = "redrawn"
    """The owner had the place drawn anew."""


@dataclass(frozen=True, slots=True)
class RafflePolicy:
    """Limits of raffles, and their rhythm."""

    max_winners: int = 200
    max_reserves: int = 200
    max_prize: int = 120
    max_value: int = 40
    max_ticket: int = 1_000_000
    max_weight: int = 100
    max_days: int = 365
    """Of `fresh=` and `cap=`."""
    shortest: timedelta = timedelta(minutes=1)
    longest: timedelta = timedelta(days=90)
    card_every: timedelta = timedelta(seconds=5)
    pause: timedelta = timedelta(seconds=10)
    """Between freezing the list and a draw that the shop seals alone: the list's hash is seen before who wins."""
    naming_ahead: timedelta = timedelta(seconds=150)
    """How far ahead a round is named: the 60 s that it needs (`NAMED_AHEAD`), and 90 s for the message to arrive."""
    naming_farthest: timedelta = timedelta(hours=1)
    """Each naming that came too late doubles `naming_ahead`, up to this: the bot's clock may be behind."""
    naming_every: timedelta = timedelta(seconds=5)
    """How often it is looked at what became of a naming that is under way."""
    naming_rests: timedelta = timedelta(seconds=15)
    """Before another naming after one that couldn't be posted; doubled by each, up to `seldom`."""
    beacon_waits: timedelta = timedelta(minutes=10)
    """Without a naming, or the beacon's round, for so long the owner hears of it. A raffle whose round was named at the
    opening is drawn then, sealed by the shop alone, and says so."""
    beacon_every: timedelta = timedelta(seconds=15)
    """How often a round that is due is asked for; the longer it is overdue the less often, down to once in `seldom`."""
    seldom: timedelta = timedelta(minutes=10)
    beacon_probe: timedelta = timedelta(minutes=10)
    """At an opening the beacon is asked for a round this old: each mirror has it, even if the bot's clock is off."""
    max_reason: int = 100
    """Characters of why a place is drawn anew."""
    chunk: int = 500
    """Entries that one write touches."""
    refunds: int = 100
    """Tickets that one write gives back: each is a transfer of its own."""
    names: int = 40
    """Winners whom the card names; the others' numbers stand in the proof."""
    reserves_shown: int = 20
    shown: int = 5
    """Raffles that are over and that `/raffles` still lists."""


@dataclass(frozen=True, slots=True)
class RaffleFacts:
    """A raffle as an entry meets it. Instants are aware, UTC."""

    id: int
    number: int
    """What staff call it: `/raffle 12`."""
    prize: str
    state: RaffleState
    made_at: datetime
    closes: datetime
    ticket: int
    tier: str
    needs: tuple[Need, ...]
    weights: tuple[int, ...]
    fresh_days: int
    cap_days: int


@dataclass(frozen=True, slots=True)
class EntrantFacts:
    """Who wants to enter, or is looked at when it closes."""

    tier: str
    checked_in: bool = True
    was_there: bool = True
    won_in_fresh: bool = False
    """Whether they won within the days of `fresh=`; who came back after a deletion may have."""
    won_in_cap: bool = False
    """The same, within the days of `cap=`."""


@dataclass(frozen=True, slots=True)
class NewRaffle:
    """What staff ask for with `/newraffle`."""

    prize: str
    closes: datetime
    winners: int = 1
    reserves: int | None = None
    """Who stands in reserve, and how many places may be drawn anew at most; None: as many as winners."""
    value: str | None = None
    tier: str = "new"
    needs: tuple[Need, ...] = ()
    ticket: int = 0
    fresh_days: int = 0
    """Days within which who has won comes after all others; 0: no difference."""
    cap_days: int = 0
    """Days within which nobody may win twice, packets counted in; 0: no cap."""
    weights: tuple[int, ...] = EVEN
    beacon: bool | None = None
    """Whether the beacon seals it too; None: if it can be reached."""


@dataclass(frozen=True, slots=True)
class Paid:
    """A ticket that was paid for already: the ledger's key of the charge, to be given back if there's no draw."""

    key: str
    coins: int


@dataclass(frozen=True, slots=True)
class Entered(Outcome, name="raffles.Entered"):
    """The fan takes part."""

    raffle_id: int
    prize: str
    number: int
    """The entry's own: it stands on the list, with no name beside it."""
    closes: datetime
    price: int
    balance: int


@dataclass(frozen=True, slots=True)
class AlreadyEntered(Outcome, name="raffles.AlreadyEntered"):
    """One entry per fan: the same number again."""

    raffle_id: int
    prize: str
    number: int
    closes: datetime
    paid: int


@dataclass(frozen=True, slots=True)
class EntryClosed(Outcome, name="raffles.EntryClosed"):
    """It takes no entries any more."""

    prize: str
    state: str
    """`closed`, `drawn` or `cancelled`."""


@dataclass(frozen=True, slots=True)
class TierTooLow(Outcome, name="raffles.TierTooLow"):
    """It is for fans of a tier and above."""

    prize: str
    tier: str


@dataclass(frozen=True, slots=True)
class CheckInFirst(Outcome, name="raffles.CheckInFirst"):
    """Who enters has checked in today."""

    raffle_id: int
    prize: str


@dataclass(frozen=True, slots=True)
class ComeToStreamFirst(Outcome, name="raffles.ComeToStreamFirst"):
    """Who enters was at the stream."""

    prize: str


@dataclass(frozen=True, slots=True)
class WonLately(Outcome, name="raffles.WonLately"):
    """It is for who hasn't won in so many days."""

    prize: str
    days: int


@dataclass(frozen=True, slots=True)
class TicketTooDear(Outcome, name="raffles.TicketTooDear"):
    """The fan has fewer coins than a ticket costs; entering for nothing weighs as much."""

    raffle_id: int
    prize: str
    price: int
    balance: int


@dataclass(frozen=True, slots=True)
class NoSuchRaffle(Outcome, name="raffles.NoSuchRaffle"):
    """No such raffle here: a stale or forged press, or another shop's."""


EntryRefusal = EntryClosed | TierTooLow | CheckInFirst | ComeToStreamFirst | WonLately | TicketTooDear | NoSuchRaffle
EnterOutcome = Entered | AlreadyEntered | EntryRefusal


def may_enter(  # noqa: PLR0911  # a list of refusals, first come first told
    raffle: RaffleFacts, fan: EntrantFacts, price: int, balance: int, now: datetime
) -> EntryRefusal | None:
    """Why a fan who isn't in yet can't enter now, or None. What no wait can mend comes first."""
    if raffle.state is not RaffleState.OPEN or now >= raffle.closes:
        return EntryClosed(raffle.prize, public_state(raffle.state, raffle.closes, now))
    if TIERS.index(fan.tier) < TIERS.index(raffle.tier):
        return TierTooLow(raffle.prize, raffle.tier)
    if raffle.cap_days and fan.won_in_cap:
        return WonLately(raffle.prize, raffle.cap_days)
    if Need.STREAM in raffle.needs and not fan.was_there:
        return ComeToStreamFirst(raffle.prize)
    if Need.CHECK_IN in raffle.needs and not fan.checked_in:
        return CheckInFirst(raffle.id, raffle.prize)
    if balance < price:
        return TicketTooDear(raffle.id, raffle.prize, price, balance)
    return None


OVER = frozenset({"drawn", "cancelled"})
"""Public states in which there is nothing to wait for any more."""


def public_state(state: RaffleState, closes: datetime, now: datetime) -> str:
    """What fans are told of how far it is: `open`, `closed`, `listed`, `drawn` or `cancelled`."""
    if state is RaffleState.OPEN:
        return "open" if now < closes else "closed"
    return "listed" if state is RaffleState.SEALED else state.value


@dataclass(frozen=True, slots=True)
class OnList:
    """An entry that stays: with what it weighs, and whether it comes after those who haven't won lately."""

    weight: int
    after: bool


def check_entry(raffle: RaffleFacts, fan: EntrantFacts, *, left: bool, deleted: bool = False) -> OnList | Reason:
    """What becomes of an entry when the raffle closes. What was done on the day of entering stays done."""
    if deleted:
        return Reason.DELETED
    if left:
        return Reason.LEFT
    if TIERS.index(fan.tier) < TIERS.index(raffle.tier):
        return Reason.TIER
    if raffle.cap_days and fan.won_in_cap:
        return Reason.WON
    return OnList(raffle.weights[TIERS.index(fan.tier)], after=bool(raffle.fresh_days) and fan.won_in_fresh)


@dataclass(frozen=True, slots=True)
class Winner:
    """A winner as everybody may see them."""

    number: int
    """Of their entry, which stands in the proof."""
    name: str | None
    """None for who asked not to be shown."""


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
class LostPlace:
    """One place that went to the next in rank."""

    number: int
    reason: str


@dataclass(frozen=True, slots=True)
class DrawTold(Outcome, name="raffles.DrawTold"):
    """Under the proof in the group: who won, and who lost a place and why."""

    raffle_id: int
    prize: str
    won: tuple[Winner, ...]
    more: int
    entries: int
    alone: bool
    """Whether it was sealed by the shop alone: no beacon was named, or its round couldn't be had."""
    beacon_missed: bool
    lost: tuple[LostPlace, ...]
    again: bool
    """Whether it tells of a place that was drawn anew."""
    with_file: bool = True
    """Whether the proof could be sent; False where the room takes no files."""


@dataclass(frozen=True, slots=True)
class YouWon(Outcome, name="raffles.YouWon"):
    """To a winner alone."""

    prize: str
    shop: str
    number: int
    moved_up: bool


@dataclass(frozen=True, slots=True)
class PlaceRedrawn(Outcome, name="raffles.PlaceRedrawn"):
    """To someone whose place was drawn anew, alone."""

    prize: str
    reason: str = "unreachable"
    """As the owner wrote it, or `rules/raffles/draws.UNREACHABLE`."""


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
        """A list doesn't."""
        return not self.lines


@dataclass(frozen=True, slots=True)
class MyEntry(Outcome, name="raffles.MyEntry"):
    """All that a fan needs to find themselves on the list: to them alone."""

    prize: str
    number: int
    weight: int | None
    """None until the list is frozen: it goes by the tier then."""
    salt: str
    user_id: int
    seal: str
    state: str
    mine: str
    reason: str | None
    page: str | None = None
    """Path of the page that checks the draw, once there is a proof."""

    @property
    def fits_alert(self) -> bool:
        """The salt and the line are too long for it."""
        return False


@dataclass(frozen=True, slots=True)
class NotEntered(Outcome, name="raffles.NotEntered"):
    """The reader has no entry in this raffle."""

    prize: str


@dataclass(frozen=True, slots=True)
class RaffleMade(Outcome, name="raffles.RaffleMade"):
    """A raffle stands; its card hangs in the groups."""

    number: int
    prize: str
    winners: int
    closes: datetime
    ticket: int
    groups: int
    audit_id: int
    sealed_alone: bool = False
    """Whether the shop alone seals it: no beacon was wanted, or none could be reached."""
    untold: tuple[str, ...] = ()
    """Rooms that refuse messages now, so that they don't hear of it yet."""


@dataclass(frozen=True, slots=True)
class BeaconUnreachable(Outcome, name="raffles.BeaconUnreachable"):
    """`beacon=yes` was asked for, and the beacon doesn't answer."""


@dataclass(frozen=True, slots=True)
class ClosesWrong(Outcome, name="raffles.ClosesWrong"):
    """It would close too soon or too late."""

    closes: datetime
    minutes: int
    days: int


@dataclass(frozen=True, slots=True)
class NoStreamForIt(Outcome, name="raffles.NoStreamForIt"):
    """It needs a stream, and none is on or planned before it closes."""

    closes: datetime


MakeRaffleOutcome = RaffleMade | ClosesWrong | NoStreamForIt | BeaconUnreachable


@dataclass(frozen=True, slots=True)
class RaffleCancelled(Outcome, name="raffles.RaffleCancelled"):
    """A raffle was taken back; tickets are refunded."""

    number: int
    prize: str
    entries: int
    refunded: int
    """Coins given back, in all."""
    audit_id: int
    undoable: bool


@dataclass(frozen=True, slots=True)
class RaffleUnknown(Outcome, name="raffles.RaffleUnknown"):
    """Staff named a number that this shop doesn't have."""

    number: int


@dataclass(frozen=True, slots=True)
class RaffleNotNow(Outcome, name="raffles.RaffleNotNow"):
    """It can't be cancelled any more, or nothing can be drawn anew, or proved, yet."""

    number: int
    prize: str
    act: str
    """`cancel`, `redraw` or `proof`."""
    state: str


@dataclass(frozen=True, slots=True)
class ProofComes(Outcome, name="raffles.ProofComes"):
    """Staff asked for a raffle's proof: the file comes to them in private."""

    number: int
    prize: str
    can_write: bool
    """Whether the bot may write to them; else they are told to start it first."""


@dataclass(frozen=True, slots=True)
class RaffleShown(Outcome, name="raffles.RaffleShown"):
    """How a raffle stands, for staff."""

    number: int
    prize: str
    state: str
    winners: int
    closes: datetime
    entries: int
    tickets: int
    """Entries with a ticket."""
    coins: int
    """What the tickets brought."""
    won: tuple[Winner, ...]
    """Their entries' numbers are what `/raffle 12 redraw 47` takes."""
    more: int
    untold: tuple[str, ...] = ()
    """Rooms that refuse messages now, so that they don't hear of it yet."""


@dataclass(frozen=True, slots=True)
class Redrawn(Outcome, name="raffles.Redrawn"):
    """Places were drawn anew."""

    number: int
    prize: str
    lost: tuple[Winner, ...]
    moved_up: tuple[Winner, ...]
    empty: int
    """Places for which nobody is left."""


@dataclass(frozen=True, slots=True)
class NotAWinner(Outcome, name="raffles.NotAWinner"):
    """The named entry has no place to lose."""

    number: int
    prize: str
    entry: int


def weights_fit(weights: Sequence[int], policy: RafflePolicy) -> bool:
    """Whether these are one weight a tier, each of at least 1."""
    return len(weights) == len(TIERS) and all(1 <= weight <= policy.max_weight for weight in weights)
