"""Gifts that fans send on to friends outside: what a card is, who came by it, and what is paid when.

A bot sees no forwards. A card travels as an inline result; that it was *shared* is all that Telegram tells, and only a
new person who opens its token proves that it *arrived*.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.rules.fans import Door
from bot.rules.outcome import Outcome

START = "g"
"""The prefix of a card's `start` payload: `g_` and its token."""
ASK = "gift"
"""The `start` payload that says `/gift` in private."""
MAX_TITLE = 80
MAX_COINS = 1_000
MAX_STOCK = 100_000
SHOWN = 20
"""Offers that one list holds."""
FRIENDS_SHOWN = 6
"""Friends that a card names."""


class GiftKind(StrEnum):
    """What a friend finds in a gift, beside what every new friend gets."""

    INVITATION = "invitation"
    """Nothing more: it is there in every community before staff make an offer."""
    COINS = "coins"
    COUPON = "coupon"
    RELAY = "relay"
    """It grows, for who sends it on, with each friend who stays."""


PAYS_COINS = frozenset({GiftKind.COINS, GiftKind.RELAY})
"""Kinds by which somebody is paid what staff have named."""


class Opens(StrEnum):
    """For how many friends one card is."""

    SINGLE = "single"
    MANY = "many"


class OfferState(StrEnum):
    """Whether fans may still make cards of an offer."""

    OPEN = "open"
    CLOSED = "closed"


class GiftState(StrEnum):
    """How far a card is."""

    OPEN = "open"
    TAKEN = "taken"
    """The one friend that it was for has come."""
    RETURNED = "returned"
    """Nobody opened it in time: what it held went back to the shop."""
    VOID = "void"
    """Its giver is no member any more."""


class Stage(StrEnum):
    """What a friend has done, and a reward is for."""

    JOINED = "joined"
    GIFT = "gift"
    """The coins in the gift itself; they wait for the first check-in as those for joining do."""
    STAYED = "stayed"
    """The third check-in in time and seven full days as a member, whichever is later."""
    GREW = "grew"
    """What a relay gift grows by; it falls due with the second stage."""
    REDEEMED = "redeemed"


ON_FIRST_CHECK_IN = (Stage.JOINED, Stage.GIFT)
ON_STAYING = (Stage.STAYED, Stage.GREW)


class Who(StrEnum):
    """Whose reward it is."""

    FRIEND = "friend"
    INVITER = "inviter"


class RewardState(StrEnum):
    """Where a reward stands."""

    WAITING = "waiting"
    DUE = "due"
    HELD = "held"
    """The owner looks at it first."""
    PAID = "paid"
    CANCELLED = "cancelled"
    """The friend left before it was paid, or who would get it isn't here."""
    LAPSED = "lapsed"
    """The check-ins didn't come in time."""
    CAPPED = "capped"
    """The month's rewarded friends were all counted."""
    REFUSED = "refused"


class Quirk(StrEnum):
    """Why an invitation looks like one that only feeds itself."""

    PAIR = "pair"
    """The two have opened each other's cards."""
    RING = "ring"
    """Cards go round in a circle of three or more."""
    CHAIN = "chain"
    """A friend of a friend of a friend, none of whom does anything but check in and claim."""
    QUIET_FRIENDS = "quiet_friends"
    """All friends of one inviter do nothing but check in and claim, and they are many."""


@dataclass(frozen=True, slots=True)
class GiftPolicy:
    """Rewards in coins, times, and caps."""

    friend_joined: int = 10
    friend_stayed: int = 20
    inviter_stayed: int = 30
    inviter_redeemed: int = 100
    grows_by: int = 10
    """A relay gift's growth with each friend who stays, unless the offer says otherwise."""
    check_ins: int = 3
    within: timedelta = timedelta(days=10)
    """From joining: in this time the check-ins of the second stage count."""
    full_time: timedelta = timedelta(days=7)
    """As a member, for the second stage."""
    late: timedelta = timedelta(days=1)
    """A check-in may be heard of this much later: so long the second stage isn't given up."""
    attribution: timedelta = timedelta(days=30)
    unopened: timedelta = timedelta(days=7)
    cards_a_day: int = 5
    friends_a_month: int = 20
    """Friends for whom one inviter is rewarded in a calendar month of the community."""
    card_every: timedelta = timedelta(seconds=5)
    quiet_friends: int = 5
    """So many friends of one inviter, none of whom does more than check in and claim, are looked at."""


@dataclass(frozen=True, slots=True)
class Reward:
    """Something to be paid when a stage is reached."""

    stage: Stage
    who: Who
    amount: int


def rewards_of(kind: GiftKind, coins: int, policy: GiftPolicy, *, with_gift: bool) -> tuple[Reward, ...]:
    """All that an invitation by such a card may pay; `with_gift` says whether the gift itself is this friend's."""
    listed = [
        Reward(Stage.JOINED, Who.FRIEND, policy.friend_joined),
        Reward(Stage.STAYED, Who.FRIEND, policy.friend_stayed),
        Reward(Stage.STAYED, Who.INVITER, policy.inviter_stayed),
        Reward(Stage.REDEEMED, Who.INVITER, policy.inviter_redeemed),
    ]
    if kind is GiftKind.COINS and with_gift:
        listed.append(Reward(Stage.GIFT, Who.FRIEND, coins))
    if kind is GiftKind.RELAY:
        listed.append(Reward(Stage.GREW, Who.INVITER, coins))
    return tuple(reward for reward in listed if reward.amount > 0)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a friend's check-ins have brought them."""

    check_ins: int
    """Those that count for the second stage, at most as many as it takes."""
    started: bool
    """Whether they checked in at all: what they got for joining can be spent."""
    stays_at: datetime | None
    """When the second stage is reached; None as long as check-ins lack."""
    watching: bool
    """Whether another check-in can change something."""


def progress(joined_at: datetime, check_ins: Sequence[datetime], now: datetime, policy: GiftPolicy) -> Progress:
    """What the instants of a friend's check-ins since they joined, in order, come to at `now`."""
    counted = [at for at in check_ins if joined_at <= at <= joined_at + policy.within]
    enough = len(counted) >= policy.check_ins
    stays_at = max(counted[policy.check_ins - 1], joined_at + policy.full_time) if enough else None
    started = bool(check_ins)
    over = enough or now > joined_at + policy.within
    return Progress(min(len(counted), policy.check_ins), started, stays_at, watching=not (started and over))


@dataclass(frozen=True, slots=True)
class PayFacts:
    """A reward that fell due, looked at again when it is to be paid."""

    who: Who
    friend_inside: bool
    inviter_inside: bool
    counted: bool
    """Whether this friend is among the inviter's rewarded ones already."""
    this_month: int
    """Friends for whom the inviter was first rewarded in this calendar month."""
    reached: bool = True
    """Whether the stage is still reached: a redeemed coupon or its order may have been taken back."""


def settled(facts: PayFacts, policy: GiftPolicy) -> RewardState:
    """What becomes of a due reward unless the shop must look first: paid, waiting for its stage again, or not paid."""
    if not facts.friend_inside:
        return RewardState.CANCELLED
    if facts.who is Who.INVITER:
        if not facts.inviter_inside:
            return RewardState.CANCELLED
        if not facts.reached:
            return RewardState.WAITING
        if not facts.counted and facts.this_month >= policy.friends_a_month:
            return RewardState.CAPPED
    return RewardState.PAID


@dataclass(frozen=True, slots=True)
class Circle:
    """Who opened whose card, and who does only what is easy: what a ring is known by. Members by their ids."""

    inviter: int
    friend: int
    opened: frozenset[tuple[int, int]]
    """(giver, who opened it), the invitations among them."""
    quiet: frozenset[int]
    """Those who did nothing in the shop but check in and claim."""
    friends: frozenset[int] = frozenset()
    """All who came by this inviter's cards."""
    brought_by: int | None = None
    """Who brought the inviter, if a card did."""


def quirks_of(circle: Circle, policy: GiftPolicy) -> tuple[Quirk, ...]:
    """Why the owner should look at this invitation first; empty for one like any other.

    Nobody is refused by it: two friends who opened each other's cards are a pair by this measure, and people.
    """
    found = []
    if (circle.friend, circle.inviter) in circle.opened:
        found.append(Quirk.PAIR)
    elif _leads(circle.opened, circle.friend, circle.inviter):
        found.append(Quirk.RING)
    if circle.brought_by is not None and {circle.brought_by, circle.inviter, circle.friend} <= circle.quiet:
        found.append(Quirk.CHAIN)
    if len(circle.friends) >= policy.quiet_friends and circle.friends <= circle.quiet:
        found.append(Quirk.QUIET_FRIENDS)
    return tuple(found)


def ring_size(circle: Circle, quirks: tuple[Quirk, ...]) -> int:
    """How many accounts such a circle has, at least."""
    sizes = {Quirk.PAIR: 2, Quirk.RING: 3, Quirk.CHAIN: 3, Quirk.QUIET_FRIENDS: 1 + len(circle.friends)}
    return max((sizes[quirk] for quirk in quirks), default=0)


def _leads(opened: frozenset[tuple[int, int]], start: int, goal: int) -> bool:
    """Whether cards went on from `start` until they came to `goal`."""
    seen, edge = {start}, {start}
    while edge:
        edge = {opener for giver, opener in opened if giver in edge} - seen
        if goal in edge:
            return True
        seen |= edge
    return False


# What staff ask for and hear.


@dataclass(frozen=True, slots=True)
class NewGift:
    """What staff ask for with `/newgift`."""

    title: str
    kind: GiftKind
    coins: int = 0
    campaign: int | None = None
    """A campaign's number."""
    opens: Opens | None = None
    """None: a relay is for many, the others for one."""
    stock: int | None = None
    closes: datetime | None = None


@dataclass(frozen=True, slots=True)
class OfferMade(Outcome, name="gifts.OfferMade"):
    """Fans can send it on from now."""

    number: int
    title: str
    kind: str
    coins: int
    coupon: str | None
    opens: str
    stock: int | None
    closes: datetime | None
    audit_id: int


@dataclass(frozen=True, slots=True)
class OfferClosesPast(Outcome, name="gifts.OfferClosesPast"):
    """It would close before now."""

    closes: datetime


@dataclass(frozen=True, slots=True)
class NoSuchCampaign(Outcome, name="gifts.NoSuchCampaign"):
    """There is no open campaign with this number."""

    number: int


@dataclass(frozen=True, slots=True)
class OfferLine:
    """One offer in the staff's list."""

    number: int
    title: str
    kind: str
    coins: int
    state: str
    """`open`, `over` (out of stock or time) or `closed`."""
    cards: int
    joined: int


@dataclass(frozen=True, slots=True)
class OfferList(Outcome, name="gifts.OfferList"):
    """All offers, newest first, and what cards have brought."""

    lines: tuple[OfferLine, ...]
    cards: int
    joined: int
    stayed: int
    held: int
    """Rewards that wait for the shop's look."""
    more: int = 0


@dataclass(frozen=True, slots=True)
class OfferShown(Outcome, name="gifts.OfferShown"):
    """How one offer stands."""

    number: int
    title: str
    kind: str
    coins: int
    coupon: str | None
    opens: str
    stock: int | None
    left: int | None
    closes: datetime | None
    state: str
    cards: int
    shared: int
    opened: int
    joined: int
    stayed: int


@dataclass(frozen=True, slots=True)
class OfferUnknown(Outcome, name="gifts.OfferUnknown"):
    """Staff named a number that this shop doesn't have."""

    number: int


@dataclass(frozen=True, slots=True)
class OfferClosed(Outcome, name="gifts.OfferClosed"):
    """No new cards; those that were made go on."""

    number: int
    title: str
    cards: int
    audit_id: int


@dataclass(frozen=True, slots=True)
class OfferClosedBefore(Outcome, name="gifts.OfferClosedBefore"):
    """It was closed already."""

    number: int
    title: str


# What a giver sees.


@dataclass(frozen=True, slots=True)
class GiftOption:
    """One offer that a fan can choose."""

    offer_id: int
    """0: the plain invitation."""
    title: str
    kind: str
    coins: int


@dataclass(frozen=True, slots=True)
class GiftChoice(Outcome, name="gifts.GiftChoice"):
    """Which gift shall it be?"""

    options: tuple[GiftOption, ...]
    left: int
    """Cards that may still be made today."""


@dataclass(frozen=True, slots=True)
class FriendLine:
    """One friend on a card."""

    name: str
    check_ins: int
    state: str
    """`new`, `started`, `enough` (the week isn't full), `stayed`, `held`, `over`, `capped` or `left`."""


@dataclass(frozen=True, slots=True)
class GiftCard(Outcome, name="gifts.GiftCard"):
    """A giver's living card: shared, opened, joined, checked in, rewarded."""

    gift_id: int
    payload: str
    """What its link says to the bot."""
    title: str
    """Empty for the plain invitation."""
    kind: str
    coins: int
    opens: str
    state: str
    """`ready`, `shared`, `opened`, `joined`, `taken`, `returned` or `void`."""
    opened: int
    friends: tuple[FriendLine, ...]
    more: int
    """Friends whom the card doesn't name."""
    earned: int
    """Coins that it has brought its giver."""
    grown: int
    """What a relay gift has grown to."""
    back_at: datetime | None
    """When it goes back unless somebody opens it; None once somebody has."""
    check_ins: int
    """How many the second stage takes."""
    joined_pays: int
    stayed_pays: int
    redeemed_pays: int

    @property
    def live(self) -> bool:
        """Whether it can still be sent on."""
        return self.state not in {"taken", "returned", "void"}


@dataclass(frozen=True, slots=True)
class EnoughForToday(Outcome, name="gifts.EnoughForToday"):
    """All of the day's cards are made."""

    cards: int


@dataclass(frozen=True, slots=True)
class OfferGone(Outcome, name="gifts.OfferGone"):
    """The offer is closed, out of stock, or was never this shop's."""


@dataclass(frozen=True, slots=True)
class GiftMessage(Outcome, name="gifts.GiftMessage"):
    """The card as it lands at the friend's, in the giver's name."""

    giver: str
    title: str
    kind: str
    coins: int
    payload: str
    joined_pays: int


@dataclass(frozen=True, slots=True)
class NoCardYet(Outcome, name="gifts.NoCardYet"):
    """Someone asks for a card to send and has none: the words of the button that leads to one."""


@dataclass(frozen=True, slots=True)
class InviterRewarded(Outcome, name="gifts.InviterRewarded"):
    """A friend has come so far that their inviter is paid."""

    friend: str
    stage: str
    """`stayed` or `redeemed`."""
    coins: int
    grown: int
    """What of it a relay gift grew by."""
    balance: int


@dataclass(frozen=True, slots=True)
class InviterCapped(Outcome, name="gifts.InviterCapped"):
    """The month's rewarded friends are all counted: this one's reward isn't paid, but the friend got theirs."""

    friend: str
    friends: int


@dataclass(frozen=True, slots=True)
class GiftReturned(Outcome, name="gifts.GiftReturned"):
    """Nobody opened it: it went back to the shop."""

    title: str


# What a friend sees.


@dataclass(frozen=True, slots=True)
class GiftOpened(Outcome, name="gifts.GiftOpened"):
    """Someone from outside opened a card: what it is, from whom, and the way in."""

    giver: str
    title: str
    kind: str
    coins: int
    joined_pays: int
    stayed_pays: int
    doors: tuple[Door, ...]


@dataclass(frozen=True, slots=True)
class GiftOpenedOutside(Outcome, name="gifts.GiftOpenedOutside"):
    """The same while no group can be opened: it waits."""

    giver: str
    days: int


@dataclass(frozen=True, slots=True)
class GiftGone(Outcome, name="gifts.GiftGone"):
    """No such gift, or none any more: one answer for whatever the reason is."""


@dataclass(frozen=True, slots=True)
class OwnGift(Outcome, name="gifts.OwnGift"):
    """The giver opened their own card."""


@dataclass(frozen=True, slots=True)
class InsideWithGift(Outcome, name="gifts.InsideWithGift"):
    """A member opened a friend's card: gifts are for those who aren't here yet."""

    giver: str


@dataclass(frozen=True, slots=True)
class BackWithGift(Outcome, name="gifts.BackWithGift"):
    """Someone who was a member before opened a card: it isn't for them, the door is open all the same."""

    giver: str
    doors: tuple[Door, ...]


@dataclass(frozen=True, slots=True)
class GiftWelcome(Outcome, name="gifts.GiftWelcome"):
    """To a friend who came by a card: a welcome, and what waits for them."""

    name: str
    giver: str
    title: str
    kind: str
    waiting: int
    """Coins that the first check-in sets free."""
    code: str | None
    """Of the coupon in the gift."""
    missed: bool
    """Whether the gift itself went to another friend who was quicker."""
    first_coins: int
    """What today's check-in pays."""


@dataclass(frozen=True, slots=True)
class FriendRewarded(Outcome, name="gifts.FriendRewarded"):
    """Coins of a gift have become the friend's."""

    giver: str
    stage: str
    """`joined` or `stayed`."""
    coins: int
    balance: int


@dataclass(frozen=True, slots=True)
class RewardHeld(Outcome, name="gifts.RewardHeld"):
    """A reward waits for the shop's look."""

    coins: int
