"""Red packets: who may open one, who may take a share, and what its card shows.

A packet is split when it is opened, by a secret seed. The card shows the seed's hash from the first moment, and the
seed itself when all is handed out. So anybody can compute the split again (`docs/verify-a-packet.md`).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.rules.for_whom import Aimed, ForWhom, NotForYou
from bot.rules.giveaways import GiveawayTooMuch
from bot.rules.outcome import Outcome
from bot.rules.segments import BadSegment
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
SEED_SHOWN = frozenset({PacketState.OVER, PacketState.EXPIRED, PacketState.CANCELLED})
"""States in which nothing depends on the seed any more: it is shown."""


@dataclass(frozen=True, slots=True)
class PacketPolicy:
    """Limits of packets and how they live."""

    most_coins: int = 100_000
    most_shares: int = 2_000
    window: timedelta = timedelta(seconds=60)
    """How long a fair packet gathers before it is drawn."""
    settle: timedelta = timedelta(seconds=3)
    """The draw begins so long after the window: taps of its last second are written down by then."""
    lasts: timedelta = timedelta(hours=24)
    """What nobody has taken by then goes back."""
    card_every: timedelta = timedelta(seconds=5)
    """The card counts down by an edit at most this often."""
    longest_fresh: int = 365
    """Days that `fresh=` may look back."""
    giver_since: timedelta = timedelta(days=7)
    """How long a fan must have been a member to give a packet."""
    giver_tier: Tier = Tier.FAN
    """The lowest tier of a fan who gives a packet."""


@dataclass(frozen=True, slots=True)
class NewPacket:
    """What `/redpacket` asks for."""

    coins: int
    shares: int
    rush: bool = False
    """First come at once, without the fair window."""
    fresh: int | None = None
    """Only for fans who won nothing in so many days. A share of it counts as a win."""
    segment: str = ""
    """The fans who may take a share, as `rules/segments.py` writes them; empty: all."""


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
    segment: str = ""
    """The fans who may take a share; empty: all."""


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
    aimed: Aimed | None = None
    """The fans who may take a share; None: all."""


@dataclass(frozen=True, slots=True)
class PacketTooThin(Outcome, name="packets.PacketTooThin"):
    """There are fewer coins than shares, so somebody would get nothing."""

    coins: int
    shares: int


@dataclass(frozen=True, slots=True)
class GiverTooNew(Outcome, name="packets.GiverTooNew"):
    """The fan hasn't been a member for long enough, or is below the tier that is named."""

    days: int
    tier: str


@dataclass(frozen=True, slots=True)
class GiverTooPoor(Outcome, name="packets.GiverTooPoor"):
    """The fan has fewer coins than they want to give."""

    coins: int
    balance: int


OpenOutcome = PacketOpened | PacketTooThin | GiverTooNew | GiverTooPoor | GiveawayTooMuch | BadSegment


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
    """The fan has a share already: how much it is."""

    coins: int


@dataclass(frozen=True, slots=True)
class ShareWaits(Outcome, name="packets.ShareWaits"):
    """The fan was drawn, and the share waits for the shop's look."""

    coins: int


@dataclass(frozen=True, slots=True)
class ShareKeptBack(Outcome, name="packets.ShareKeptBack"):
    """The shop looked at the fan's share and kept it back."""


@dataclass(frozen=True, slots=True)
class NotDrawn(Outcome, name="packets.NotDrawn"):
    """There were more fans than shares, and this fan wasn't drawn."""

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
    """The fan had their data deleted after the packet was opened. Nobody can tell whether they had a share."""


@dataclass(frozen=True, slots=True)
class OwnPacket(Outcome, name="packets.OwnPacket"):
    """The fan who gives a packet takes no share of it."""


@dataclass(frozen=True, slots=True)
class WonLately(Outcome, name="packets.WonLately"):
    """The packet is for fans who haven't won lately, and this fan has."""

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
    | NotForYou
    | NotDrawn
)
TapOutcome = InPacket | ShareTaken | ShareYours | ShareWaits | ShareKeptBack | TapRefusal


def may_tap(  # noqa: PLR0911  # a list of refusals, first come first told
    packet: PacketFacts, member_id: int, now: datetime, back_since: datetime | None = None
) -> TapRefusal | None:
    """Why a fan who isn't in the packet yet can't take part now, or None.

    `back_since` is when a fan who came back had their data deleted.
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
    """The name of who got most; None if they hide it."""
    most: int = 0
    """How many coins that was."""
    whom: ForWhom | None = None
    """For whom it is; None: for all fans."""

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
    packet_id: int = 0
    page: str | None = None
    """The path of the page that checks the packet."""
    doubts: tuple[str, ...] = ()
    """What the bot found wrong when it computed the packet again: `PacketDoubt`s. Empty: all of it fits."""
    salt: str | None = None
    line: str | None = None
    """The reader's line on the list: a hash of salt and id."""
    user_id: int = 0

    @property
    def fits_alert(self) -> bool:
        """The hashes are too long for an alert."""
        return False


@dataclass(frozen=True, slots=True)
class ProofLater(Outcome, name="packets.ProofLater"):
    """The seed is told when all is handed out, else the rest could be foreseen."""

    sealed: str
