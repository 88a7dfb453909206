"""Red packets: how coins are split, who may open one, and what its card shows.

A packet is split when it is opened, by a seed that is kept; the seed's hash stands on the card from the first moment,
the seed itself when all is handed out, so that anybody can compute the split again (`docs/verify-a-packet.md`).
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.rules.giveaways import GiveawayTooMuch
from bot.rules.outcome import Outcome
from bot.rules.tiers import Tier


class PacketState(StrEnum):
    """Where a packet stands."""

    GATHERING = "gathering"
    """The fair window: whoever taps takes part in the draw."""
    DRAWING = "drawing"
    """The window is over, the list is frozen, shares are being handed out."""
    OPEN = "open"
    """First come, first served."""
    OVER = "over"
    """Every share is handed out."""
    EXPIRED = "expired"
    """Its day is over; what was left went back."""
    CANCELLED = "cancelled"


LIVE = frozenset({PacketState.GATHERING, PacketState.DRAWING, PacketState.OPEN})


@dataclass(frozen=True, slots=True)
class PacketPolicy:
    """Limits of packets and how they live."""

    most_coins: int = 100_000
    most_shares: int = 2_000
    window: timedelta = timedelta(seconds=60)
    """How long a fair packet gathers before it is drawn."""
    settle: timedelta = timedelta(seconds=3)
    """So much later the draw begins: taps of the last second are written down by then."""
    lasts: timedelta = timedelta(hours=24)
    """What nobody opened by then goes back."""
    card_every: timedelta = timedelta(seconds=5)
    """The card counts down by an edit at most this often."""
    longest_fresh: int = 365
    """Days that `fresh=` may look back."""
    giver_since: timedelta = timedelta(days=7)
    """A fan who gives coins away has been a member for so long."""
    giver_tier: Tier = Tier.FAN
    """And is this close to the shop at least."""


@dataclass(frozen=True, slots=True)
class NewPacket:
    """What `/redpacket` asks for."""

    coins: int
    shares: int
    rush: bool = False
    """First come at once, without the fair window."""
    fresh: int | None = None
    """Not for who won in so many days; a share of it counts as a win."""


@dataclass(frozen=True, slots=True)
class PacketFacts:
    """A packet as a tap meets it."""

    id: int
    state: PacketState
    coins: int
    shares: int
    taken: int
    """Shares handed out."""
    takers: int
    """Fans who tapped within the fair window."""
    opened_at: datetime
    draws_at: datetime | None
    """When the fair window ends; None: rush."""
    expires_at: datetime
    fresh: int | None
    giver: int | None
    """The member who gave it; None: the shop."""
    escrow: int
    """The account that its coins wait in."""


@dataclass(frozen=True, slots=True)
class PacketOpened(Outcome, name="packets.PacketOpened"):
    """A packet hangs in the groups."""

    packet_id: int
    coins: int
    shares: int
    draws_at: datetime | None
    expires_at: datetime
    fresh: int | None
    groups: int
    audit_id: int | None
    """None where a fan gave it: that isn't taken back."""
    balance: int | None = None
    """What the fan who gave it has left."""
    untold: tuple[str, ...] = ()
    """Rooms that refuse messages now, so that they don't hear of it yet."""


@dataclass(frozen=True, slots=True)
class PacketTooThin(Outcome, name="packets.PacketTooThin"):
    """Fewer coins than shares: somebody would get nothing."""

    coins: int
    shares: int


@dataclass(frozen=True, slots=True)
class GiverTooNew(Outcome, name="packets.GiverTooNew"):
    """Fans give packets after a week as a member, from the tier on that is named."""

    days: int
    tier: str


@dataclass(frozen=True, slots=True)
class GiverTooPoor(Outcome, name="packets.GiverTooPoor"):
    """The fan has fewer coins than they want to give."""

    coins: int
    balance: int


OpenOutcome = PacketOpened | PacketTooThin | GiverTooNew | GiverTooPoor | GiveawayTooMuch


@dataclass(frozen=True, slots=True)
class InPacket(Outcome, name="packets.InPacket"):
    """The fan takes part in the draw."""

    number: int
    draws_at: datetime


@dataclass(frozen=True, slots=True)
class ShareTaken(Outcome, name="packets.ShareTaken"):
    """A share is the fan's."""

    coins: int
    balance: int


@dataclass(frozen=True, slots=True)
class ShareYours(Outcome, name="packets.ShareYours"):
    """The fan had theirs already, or was drawn: how much it was."""

    coins: int


@dataclass(frozen=True, slots=True)
class ShareWaits(Outcome, name="packets.ShareWaits"):
    """The fan was drawn, and the share waits until the shop has had a look."""

    coins: int


@dataclass(frozen=True, slots=True)
class ShareKeptBack(Outcome, name="packets.ShareKeptBack"):
    """The shop looked at a share that waited, and didn't let it go."""


@dataclass(frozen=True, slots=True)
class NotDrawn(Outcome, name="packets.NotDrawn"):
    """More fans than shares, and the draw went past this one."""

    takers: int
    shares: int


@dataclass(frozen=True, slots=True)
class PacketDrawing(Outcome, name="packets.PacketDrawing"):
    """The window is over and the draw is on."""


@dataclass(frozen=True, slots=True)
class PacketGone(Outcome, name="packets.PacketGone"):
    """Every share is handed out."""

    shares: int


@dataclass(frozen=True, slots=True)
class PacketExpired(Outcome, name="packets.PacketExpired"):
    """Its day is over."""


@dataclass(frozen=True, slots=True)
class PacketTakenBack(Outcome, name="packets.PacketTakenBack"):
    """Staff took it back."""


@dataclass(frozen=True, slots=True)
class NoSuchPacket(Outcome, name="packets.NoSuchPacket"):
    """No such packet here: a stale or forged press, or another shop's."""


@dataclass(frozen=True, slots=True)
class PacketBefore(Outcome, name="packets.PacketBefore"):
    """The fan had their data deleted after it was opened: whether they had a share can't be told any more."""


@dataclass(frozen=True, slots=True)
class OwnPacket(Outcome, name="packets.OwnPacket"):
    """Who gives it doesn't take from it."""


@dataclass(frozen=True, slots=True)
class WonLately(Outcome, name="packets.WonLately"):
    """The packet is for who hasn't won lately, and this fan has."""

    days: int


TapRefusal = (
    PacketDrawing
    | PacketGone
    | PacketExpired
    | PacketTakenBack
    | NoSuchPacket
    | PacketBefore
    | OwnPacket
    | WonLately
    | NotDrawn
)
TapOutcome = InPacket | ShareTaken | ShareYours | ShareWaits | ShareKeptBack | TapRefusal


def may_tap(  # noqa: PLR0911  # a list of refusals, first come first told
    packet: PacketFacts, member_id: int, now: datetime, back_since: datetime | None = None
) -> TapRefusal | None:
    """Why a fan who isn't in it yet can't take part now, or None.

    `back_since` is when someone who came back had their data deleted.
    """
    if packet.state is PacketState.CANCELLED:
        return PacketTakenBack()
    if packet.state is PacketState.OVER:
        return PacketGone(packet.shares)
    if packet.state is PacketState.EXPIRED or now >= packet.expires_at:
        return PacketExpired()
    if packet.giver == member_id:
        return OwnPacket()
    if back_since is not None and packet.opened_at <= back_since:
        return PacketBefore()
    if packet.state is PacketState.DRAWING or (packet.draws_at is not None and _gathered(packet, now)):
        return PacketDrawing()
    return None


def _gathered(packet: PacketFacts, now: datetime) -> bool:
    return packet.state is PacketState.GATHERING and packet.draws_at is not None and now >= packet.draws_at


@dataclass(frozen=True, slots=True)
class PacketCard(Outcome, name="packets.PacketCard"):
    """A packet as it hangs in the group."""

    packet_id: int
    coins: int
    shares: int
    taken: int
    takers: int
    state: str
    draws_at: datetime | None
    expires_at: datetime
    fresh: int | None
    giver: str | None
    """The name of the fan who gives it; None: the shop."""
    sealed: str
    """SHA-256 of the seed."""
    seed: str | None = None
    """The seed, once nothing depends on it any more."""
    frozen: str | None = None
    """SHA-256 of the list of those who were drawn from."""
    handed: int = 0
    """Coins handed out."""
    luckiest: str | None = None
    """Who got most, if they let their name be shown."""
    most: int = 0
    """How much that was."""

    @property
    def over(self) -> bool:
        """Whether nobody can get anything any more."""
        return self.state in {PacketState.EXPIRED, PacketState.CANCELLED}


@dataclass(frozen=True, slots=True)
class PacketProof(Outcome, name="packets.PacketProof"):
    """How the reader's own share can be computed again."""

    seed: str
    sealed: str
    coins: int
    shares: int
    takers: int
    frozen: str | None
    number: int | None
    """The reader's number in the draw."""
    nth: int | None
    """Which share it was, from 1; None: none."""
    got: int | None


@dataclass(frozen=True, slots=True)
class ProofLater(Outcome, name="packets.ProofLater"):
    """The seed is told when all is handed out, else the rest could be foreseen."""

    sealed: str


def split(seed: bytes, coins: int, shares: int) -> list[int]:
    """Shares by the double-mean method: each at least 1, together `coins`, none favoured by its place.

    Each share gets 1 and an even draw between nothing and twice the mean of what is left beyond the ones; where that
    isn't whole, the upper end is one higher just so often that the mean is exact. So the first may expect as much as
    the last.
    """
    if not 1 <= shares <= coins:
        raise ValueError(f"{coins} coins can't be {shares} shares")
    beyond, parts = coins - shares, []
    for left in range(shares, 1, -1):
        most, rest = divmod(2 * beyond, left)
        most += draw(seed, f"most:{left}", left) < rest
        extra = draw(seed, f"share:{left}", most + 1)
        parts.append(1 + extra)
        beyond -= extra
    return [*parts, 1 + beyond]


def draw(seed: bytes, label: str, below: int) -> int:
    """An even draw from 0 to `below` - 1: the first that HMAC-SHA256(seed, label) is worth, of 2^256 even steps."""
    return int.from_bytes(hmac.digest(seed, label.encode(), "sha256"), "big") * below >> 256


def places(order: Sequence[int], shares: int) -> dict[int, int]:
    """Which share each drawn number gets, from 1: the first in the order the first, as far as there are shares."""
    return {number: place for place, number in enumerate(order[:shares], start=1)}
