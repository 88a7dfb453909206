"""The words: every outcome in every language, with ordinary and with hostile values."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache
from html.parser import HTMLParser
from itertools import chain, product
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest

from bot.content import FOLDER, LABELS, Said
from bot.content.catalog import FILES, OUTCOMES, file_of
from bot.content.filters import Here
from bot.content.zones import find_zones
from bot.flows.heart_prizes import PRIZES
from bot.rules.airings import Phase
from bot.rules.farming import HeldState, Sign
from bot.rules.forms import FormError
from bot.rules.funding import Funding
from bot.rules.gift_states import GiftKind, Opens
from bot.rules.goal_board import StepState
from bot.rules.menus import FANS, NEXT, OWNERS, STAFF
from bot.rules.packets.packets import PacketState
from bot.rules.panel import LISTED, AdminLine, Reach, Section
from bot.rules.place import Place
from bot.rules.raffles import cards, draws, entries, facts, opening, results
from bot.rules.raffles.cards import RaffleCard, RaffleLine
from bot.rules.raffles.draws import UNREACHABLE
from bot.rules.raffles.facts import RafflePolicy, Reason, Sealing
from bot.rules.raffles.results import Winner
from bot.rules.shops import setup as setup_rules
from bot.rules.shops.arrivals import Need
from bot.rules.shops.setup import GIVEAWAYS_OFFERED, MORNINGS, NO_MORNING, ZONES_OFFERED, Problem, SetupStep, Step
from bot.rules.staff.panel import LATELY, AdminEntry, AdminPick, AdminProblem, AdminValue
from bot.rules.words import Language
from tests import hostile
from tests.features.scene import PANEL
from tests.words import WORDS

MESSAGE = 4096
CAPTION = 1024
ALERT = 200
BUTTON = 64
ORDINARY_BUTTON = 40
COPY = 256

SHORT = frozenset(
    {
        *(name for name in OUTCOMES if name.startswith("checkins.")),
        *(
            f"coupons.{name}"
            for name in (
                "Claimed",
                "AlreadyClaimed",
                "SoldOut",
                "TooEarly",
                "TierTooLow",
                "TooLate",
                "Cancelled",
                "OfferedBefore",
                "PriceTooHigh",
                "NoSuchCoupon",
                "MyCoupons",
                "AlreadyCancelled",
            )
        ),
        *(
            f"communities.{name}"
            for name in (
                "ChannelsDontPlay",
                "NoCommunityYet",
                "Undone",
                "NothingToUndo",
                "TooLateToUndo",
                "Oops",
                "StalePress",
                "TelegramSilent",
                "AskAgain",
                "OwnersAct",
            )
        ),
        "members.MyCard",
        *(
            f"packets.{name}"
            for name in (
                *("InPacket", "ShareTaken", "ShareYours", "ShareWaits", "NotDrawn", "PacketDrawing", "PacketGone"),
                *(
                    "PacketExpired",
                    "ShareKeptBack",
                    "PacketTakenBack",
                    "NoSuchPacket",
                    "PacketBefore",
                    "OwnPacket",
                    "WonLately",
                    "ProofLater",
                ),
            )
        ),
        *("items.HandedOver", "items.SettledBefore"),
        *(name for name in OUTCOMES if name.startswith("attendance.")),
        *(name for name in OUTCOMES if name.startswith("reminders.") and name != "reminders.Reminder"),
        *(
            f"streams.{name}"
            for name in ("WentLive", "Delayed", "DelayPast", "StreamCancelled", "NoStreamThere", "StreamList")
        ),
        *(f"arrivals.{name}" for name in ("RoomGone", "AskedOfOwner", "NotOpenYet")),
        *(f"rights.{name}" for name in ("ForStaffOnly", "ForOwnerOnly", "OwnerInPerson", "TryAgain", "AnonymousOff")),
        *(f"rights.{name}" for name in ("HomeGone", "HomeStays")),
        *(name for name in OUTCOMES if name.startswith("giveaways.")),
        *(
            name
            for name in OUTCOMES
            if name.startswith("staff.") and name not in {"staff.StaffList", "staff.OperatorActed"}
        ),
        *(f"fans.{name}" for name in ("ForFansOnly", "BannedHere", "AskedInVain")),
        "setting_up.SetupClosed",
        "admin.AdminClosed",
        *(f"gifts.{name}" for name in ("GiftChoice", "GiftCard", "EnoughForToday", "OfferGone")),
        *(f"gifts.{name}" for name in ("GiftMessage", "NoCardYet")),  # an inline result's title, a button's label
        *(f"hearts.{name}" for name in ("Hearted", "HeartAgain", "HeartsRest")),
        *(f"farming.{name}" for name in ("HeldReleased", "HeldRefused", "HeldSettled", "HeldGone")),
        *(
            f"raffles.{name}"
            for name in (
                *("Entered", "AlreadyEntered", "EntryClosed", "TierTooLow", "CheckInFirst", "ComeToStreamFirst"),
                *("WonLately", "TicketTooDear", "NoSuchRaffle", "NotEntered", "RaffleList", "MyEntry"),
            )
        ),
    }
)
"""Outcomes that a press can lead to: they need a callback's answer."""

STATES = {
    "DropCard": ("soon", "open", "sold_out", "closed", "cancelled"),
    "CampaignShown": ("soon", "open", "sold_out", "closed", "cancelled"),
    "OrderShown": ("paid", "refunded"),
    "HeldCoupon": ("held", "redeemed", "over", "cancelled"),
    "GiftCard": ("ready", "shared", "opened", "joined", "taken", "returned", "void"),
    "FriendLine": ("started", "new", "enough", "stayed", "held", "over", "capped", "left"),
    "OfferLine": ("open", "over", "closed"),
    "OfferShown": ("open", "over", "closed"),
    "PacketCard": tuple(state.value for state in PacketState),
    "HeldSettled": tuple(HeldState),
    "ShelfLine": ("open", "soon", "sold_out", "limit", "tier", "dear"),
    **dict.fromkeys(("ItemShown", "ItemLine"), ("open", "soon", "sold_out", "closed", "withdrawn")),
    **dict.fromkeys(
        ("RaffleCard", "RaffleLine", "RaffleShown", "RaffleNotNow", "MyEntry"),
        ("open", "closed", "listed", "drawn", "cancelled"),
    ),
    "EntryClosed": ("closed", "listed", "drawn", "cancelled"),
    "GoalStep": tuple(StepState),
}
PHASES = tuple(phase.value for phase in Phase)
ACTS = (
    "order.refunded",
    *("campaign.made", "campaign.cancelled", "coupon.redeemed", "setup.changed"),
    *("item.made", "item.closed", "item.opened", "item.handed_over"),
    *("stream.made", "stream.delayed", "stream.cancelled", "one.of.tomorrow"),
    "packet.opened",
    "held.refused",
    *("gift.made", "gift.closed", "raffle.made", "raffle.cancelled"),
    *("hearts.made", "hearts.cancelled"),
    *("staff.denied", "staff.lifted"),
    "room.topic",
)
TIERS = ("new", "fan", "loyal", "core")
KINDS = {
    **dict.fromkeys(("HeldLine", "HeldSettled"), ("gift", "packet", "raffle", "something")),
    **dict.fromkeys(("GoalStep", "StepFailed"), tuple(prize.name for prize in PRIZES)),
    **dict.fromkeys(
        ("BuyAsked", "Bought", "ItemMade", "ItemShown", "Refunded"), ("coupon", "raffle", "makeup", "favour")
    ),
}
"""What a `kind` can be, by outcome."""
LINKS = ("https://example.com/live", "https://example.com/" + "w" * 490, None)
"""A link was read by us: at most 512 characters, no spaces."""
CODES = ("K7M2-QX4P", "SILK20", "W" * 32)
"""A coupon's own code was made or checked by us (`CouponPolicy.max_shared_code`), whatever staff type at the till."""
HASHES = ("5e" * 32,)
"""Made by us."""
SETTINGS = ("coin", "giveaway", "language", "morning", "packets", "persona", "shop", "timezone")

DEEDS = (
    *ACTS,
    "raffle.called_off",
    "stream.live",
    "stream.ended",
    "setup.kept",
    "source.made",
    "source.priced",
    "room.came",
    "held.released",
    "orders.imported",
    "hook.turned",
    "hook.closed",
)
PANEL_BLANKS = tuple(sorted({blank.name for act in PANEL.acts for blank in act.blanks}))
PROBLEMS = (*(kind.__name__ for kind in get_args(FormError)), "NoTyping", "OneOfTomorrow")
WINNERS = tuple(
    (Winner(number, name),) * many
    for number, name, many in (
        *((7, "Mina", 1), (7, None, 20), (hostile.HUGE, hostile.LONG_EMOJI, 20)),
        *((hostile.HUGE, hostile.LONG_MARKUP, 20), (7, "", 0)),
    )
)
"""Who won a raffle; that names are cut and escaped is tried in each of these."""
LOST_NUMBERS = ((7,), (hostile.HUGE,) * 4)
WHY_REDRAWN = (UNREACHABLE, "no answer", *hostile.NAMES)
RAFFLES = tuple(
    (RaffleLine(1, prize, state, datetime(2026, 11, 23, 11, 0, tzinfo=UTC), number, mine, reason, 5),) * many
    for prize, state, number, mine, reason, many in (
        *(("Silk scarf", "open", None, None, None, 2), ("Silk scarf", "drawn", 7, "won", None, 1)),
        *((hostile.LONG_MARKUP, state, hostile.HUGE, "in", None, 15) for state in ("open", "listed", "drawn")),
        *((hostile.LONG_EMOJI, "drawn", 7, mine, reason.value, 15) for mine in ("out", "struck") for reason in Reason),
        *(("Silk scarf", "cancelled", 7, "in", None, 15), ("Silk scarf", "drawn", None, None, None, 0)),
    )
)
"""What `/raffles` lists: at most fifteen."""

MISSING = (tuple(Need), *((need,) for need in Need), ())

LATIN_IN_CHINESE_AND_KOREAN = re.compile(
    r"/(?:start|admin|checkin|me|top|coupons|streams|settings|privacy|newcoupon|coupon|redeem|order|hook|setup|undo|source|report|help)\b"
    r"|/(?:gift|gifts|newgift|held|raffles?|newraffle)\b|\bclose\b"
    r"/(?:admin|checkin|me|top|coupons|streams|settings|privacy|newcoupon|coupon|redeem|setup|undo|source|report|help)\b"
    r"|/(?:gift|gifts|newgift|held|hearts|raffles?|newraffle)\b|\bclose\b"
    r"|/(?:redpacket|shop|items?|makeup)\b"
    r"|/staff\b(?: (?:add|remove)\b)?"
    r"|/(?:newstream|golive|delay|cancelstream|endlive)\b(?: 15m\b)?|\bcancel\b|\bQR(?=코드)"
)
"""Commands stay in English letters, as does what nobody calls otherwise; field names, codes and examples stand in
`<code>`."""

AWARE = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
DAY = date(2026, 11, 23)

EXAMPLE = '/newcoupon title="Silk scarf" stock=100'
ORDINARY: dict[str, str] = {
    "title": "Silk scarf −20%",
    "code": "K7M2-QX4P",
    "shared_code": "SILK20",
    "link": "https://t.me/encore_bot?start=src_kq3J9x_Tf-2Lw8aB",
    "url": "https://t.me/+AbCdEfGh12345678",
    "page": "/draws/12/00112233445566778899aabbccddeeff/",
    "name": "Mina",
    "fan": "mina_k",
    "shown": "@mina_k",
    "said": "@mina_k",
    "by": "Jun",
    "shop": "Silk Live",
    "persona": "Lumi",
    "coin": "coins",
    "timezone": "Asia/Seoul",
    "subject": "#12 Silk scarf −20%",
    "field": "stock",
    "value": "many",
    "word": "scarf",
    "example": EXAMPLE,
    "order": "20261123-0042",
    "text": "SILK-0042",
    "secret": "kq3J9x_Tf-2Lw8aBkq3J9x_Tf-2Lw8aBkq3J9x_Tf-2",
    **dict.fromkeys(("first_code", "last_code"), "SILK-0001"),
    "stream": "Silk night",
    "benefit": "Silk scarf −20%",
    "coupon": "Silk scarf −20%",
    "giver": "Mina",
    "friend": "Jun",
    "luckiest": "Ben",
    **dict.fromkeys(("who", "username", "said", "home"), "Mina"),
    "prize": "Silk scarf −20%",
    "room": "Silk room",
    "topic": "Drops",
}

HERE = {
    "ordinary": Place(1, "Silk Live", Language.KO, "Asia/Seoul", "Lumi", "코인", 1, 1),
    "nobody's": None,
    "hostile": Place(
        1,
        hostile.LONG_MARKUP,
        Language.EN,
        "America/New_York",
        hostile.MARKUP * 200,
        ("<i>&" * 4)[: setup_rules.SetupPolicy().max_coin],
        1,
        1,
    ),
    "strange": Place(1, hostile.RIGHT_TO_LEFT, Language.ZH, "Asia/Shanghai", hostile.BRACES, hostile.BRACES[:16], 1, 1),
}
"""Where something happens. The coin's name is at most as long as `/setup` lets it be: it stands in every sum."""


Sample = tuple[str, Any]


def choices(owner: str, name: str, hint: Any) -> tuple[Any, ...]:
    """Values that a field is tried with: ordinary ones first, then hostile ones."""
    closed = _closed_choices(owner, name)
    if closed is not None:
        return closed
    if get_origin(hint) in {Union, UnionType}:
        inner = [part for part in get_args(hint) if part is not NoneType]
        values = tuple(chain.from_iterable(choices(owner, name, part) for part in inner))
        return (*values, None) if len(inner) < len(get_args(hint)) else values
    if get_origin(hint) is tuple:
        return _tuples(owner, name, get_args(hint)[0])
    if hint is str:
        return (ORDINARY[name], *hostile.NAMES)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return tuple(hint)
    plain: dict[Any, tuple[Any, ...]] = {
        int: (3, 1, 0, hostile.HUGE),
        bool: (False, True),
        date: (DAY, date(2026, 1, 1), date(2026, 12, 31)),
        datetime: (AWARE, datetime(1970, 1, 2, tzinfo=UTC), datetime(2999, 12, 31, 23, 59, tzinfo=UTC)),
        Language: tuple(Language),
    }
    return plain[hint] if hint in plain else tuple(instances(hint))


def _closed_choices(owner: str, name: str) -> tuple[Any, ...] | None:  # noqa: PLR0911  # by whose outcome it is
    if owner.startswith("Setup"):
        return _choices_of_setup(owner, name)
    if owner.startswith("Admin"):
        return _choices_of_panel(owner, name)
    if name == "state":
        return STATES[owner]
    if name == "code" and owner == "Bought":
        return (*CODES, None)
    of_raffles = {name for module in (cards, draws, entries, facts, opening, results) for name in vars(module)}
    if owner in of_raffles and (drawn := _choices_of_raffles(owner, name)):
        return drawn
    if name == "code" and owner in {"Claimed", "AlreadyClaimed", "HeldCoupon"}:
        return CODES
    closed: dict[str, tuple[Any, ...]] = {
        "deed": ("done", "refund", "redeem"),
        "phase": PHASES,
        "repeat": ("once", "weekly"),
        "remind": ((1440, 60, 10), (90,), ()),
        "length": (180, 1, 30) if owner == "StreamMade" else (),
        "payload": ("g_kq3J9x_Tf-2Lw8aBkq3J9x",) if owner.startswith("Gift") else ("remind_12",),
        "kind": KINDS[owner] if owner in KINDS else tuple(GiftKind),
        "opens": tuple(Opens) if owner.startswith("Offer") or owner == "GiftCard" else (),
        "stage": ("stayed", "joined", "redeemed"),
        "per": ("week", "day", "month", None),
        "mine": TIERS if owner != "Board" else (),
        **dict.fromkeys(("url", "replay_url"), LINKS),
        "act": ACTS,
        "sign": tuple(Sign),
        "tier": (*TIERS, hostile.MARKUP),
        **dict.fromkeys(("sealed", "seed"), HASHES),
        "frozen": HASHES if owner != "CheckedIn" else (),
        "missing": MISSING,
        "currency": ("KRW", "USD", "CNY", "XYZ"),
        "commands": (FANS, FANS[:1], ()),
        "staff": ((*STAFF, *OWNERS), STAFF[:1], ()),
    }
    return closed.get(name) or None


def _choices_of_raffles(owner: str, name: str) -> tuple[Any, ...]:
    """What raffles tell that we made ourselves, and lists that would be tried too often otherwise."""
    closed: dict[str, tuple[Any, ...]] = {
        "act": ("cancel", "redraw"),
        **dict.fromkeys(("commitment", "seal", "salt"), ("6" * 64,)),
        **dict.fromkeys(("seed", "beacon"), ("6" * 64, None) if owner == "RaffleCard" else ()),
        "list_hash": ("6" * 64, *((None,) if owner == "RaffleCard" else ())),
        "sealing": tuple(Sealing),
        "why": ("late", "lost", None),
        **dict.fromkeys(("won", "moved_up"), WINNERS),
        "lost": {"Redrawn": WINNERS, "RedrawTold": LOST_NUMBERS}.get(owner, ()),
        "lines": RAFFLES,
        "needs": (("checkin", "stream"), ("checkin",), ()),
        "weights": ((1, 1, 2, 3), (1, 1, 1, 1)),
        "mine": () if owner == "TierTooLow" else ("in", "won", "out", "struck", *((None,) * (owner == "RaffleLine"))),
        "reason": WHY_REDRAWN
        if owner in {"RedrawTold", "PlaceRedrawn"}
        else (*(reason.value for reason in Reason), *((None,) if owner != "LostPlace" else ())),
    }
    return closed.get(name, ())


def _choices_of_setup(owner: str, name: str) -> tuple[Any, ...] | None:
    """The set-up's steps, and what each is answered with: made by us, or checked when they were typed."""
    if owner == "SetupStep" and name == "options":
        return ((),)
    closed: dict[str, tuple[Any, ...]] = {
        "changed": (SETTINGS, *((setting,) for setting in SETTINGS), ()),
        "missing": MISSING,
        "commands": (NEXT, NEXT[:1], ()),
        "morning": ("09:00", NO_MORNING),
        "packets": tuple(Funding),
        "problem": (None, *Problem),
        "step": tuple(step for step in Step if step not in {Step.LANGUAGE, Step.TIMEZONE, Step.MORNING, Step.GIVEAWAY}),
        "timezone": ("Asia/Seoul", "America/Argentina/ComodRivadavia", "UTC"),
    }
    return closed.get(name)


def _choices_of_panel(owner: str, name: str) -> tuple[Any, ...] | None:
    """The panel's names are ours; what was typed is anything."""
    if owner == "AdminReview" and name == "line":
        return ('/newcoupon title="Silk scarf" stock=50', hostile.LONG_MARKUP)
    closed: dict[str, tuple[Any, ...]] = {
        "section": tuple(Section),
        "sections": (tuple(Section), ()),
        "act": DEEDS if owner == "AdminEntry" else tuple(act.name for act in PANEL.acts),
        "acts": (tuple(act.name for act in PANEL.acts), ()),
        "blank": PANEL_BLANKS,
        "blanks": (PANEL_BLANKS[:12], ()),
        "quick": (("20", "50", "100"), ("24h,1h,10m", "off"), ()),
        "kind": PROBLEMS,
        "state": (*STATES["DropCard"], *PHASES, "one_of_tomorrow"),
        "said": ("noon", hostile.MARKUP[:60], ""),
        "text": ("coupon:12",) if owner == "AdminPick" else ("fan", "50", "Silk scarf", hostile.LONG_MARKUP),
        "who": ("Mina", hostile.LONG_MARKUP, None),
    }
    parts = {
        "lines": (AdminLine, LISTED),
        "entries": (AdminEntry, LATELY),
        "values": (AdminValue, 8),
        "picks": (AdminPick, LISTED),
    }
    if name in parts:
        return _some_of(*parts[name])
    single = {"line": AdminLine, "about": AdminLine, "problem": AdminProblem, "value": AdminValue, "reach": Reach}
    if name in single:
        found = (
            *(values[0] for values in _some_of(single[name], 1) if values),
            *(some for some in _some_of(single[name], 12)[1]),
        )
        return found if name in {"line", "reach"} else (*found, None)
    return closed.get(name)


@cache
def _some_of(kind: type[Any], most: int) -> tuple[tuple[Any, ...], ...]:
    """A few tuples of a part of an outcome, for tests that would else try each with each."""
    values = tuple(instances(kind))
    return (values[:1], values[1 : most + 1], *((value,) * most for value in values[-3:]), ())


def setup_steps(language: Language) -> Iterator[SetupStep]:
    """The steps that are answered by tapping, with the answers that they offer."""
    for guided, problem in product((True, False), (None, *Problem)):
        for number, (step, options) in enumerate(
            (
                (Step.LANGUAGE, tuple(Language)),
                (Step.TIMEZONE, ZONES_OFFERED[language]),
                (Step.TIMEZONE, find_zones("Argentina")),
                (Step.MORNING, MORNINGS),
                (Step.GIVEAWAY, GIVEAWAYS_OFFERED),
            ),
            start=1,
        ):
            yield SetupStep(step, options[0], tuple(map(str, options)), number, guided, problem)


def _tuples(owner: str, name: str, item: Any) -> tuple[tuple[Any, ...], ...]:
    if item is str:
        return (("title", "stock"), (hostile.MARKUP,), (hostile.LONG_MARKUP,) * 12, ())
    values = choices(owner, name, item)
    if item is date:
        return ((DAY,), (DAY, date(2026, 11, 24), date(2026, 11, 25)))
    longest = 20
    return (values[:1], values[:longest], *((value,) * longest for value in values[1:]), ())


def instances(kind: type[Any]) -> Iterator[Any]:
    """Samples of a dataclass: each field's values by turns, the others ordinary; then all hostile at once."""
    hints = get_type_hints(kind)
    tried = {field.name: choices(kind.__name__, field.name, hints[field.name]) for field in fields(kind)}
    first = {name: values[0] for name, values in tried.items()}
    yield kind(**first)
    for name, values in tried.items():
        for value in values[1:]:
            yield kind(**{**first, name: value})
    for turn in range(max((len(values) for values in tried.values()), default=0)):
        yield kind(**{name: values[-1 - turn % len(values)] for name, values in tried.items()})
        yield kind(**{name: values[(turn + at) % len(values)] for at, (name, values) in enumerate(tried.items())})


def worst(kind: type[Any]) -> Iterator[Any]:
    """Samples with every field at its longest, once for each closed choice and each kind of long text."""
    hints = get_type_hints(kind)
    for long in (hostile.LONG_TEXT, hostile.LONG_MARKUP, hostile.LONG_EMOJI):
        longest = {f.name: _longest(kind.__name__, f.name, hints[f.name], long) for f in fields(kind)}
        yield kind(**longest)
        for name in longest:
            for value in _closed_choices(kind.__name__, name) or ():
                yield kind(**{**longest, name: value})
            for value in (True, False) if hints[name] is bool else ():
                yield kind(**{**longest, name: value})


def _longest(owner: str, name: str, hint: Any, text: str) -> Any:
    values = choices(owner, name, hint)
    if str in {hint, *get_args(hint)} and get_origin(hint) is not tuple and _closed_choices(owner, name) is None:
        return text
    if int in {hint, *get_args(hint)} and get_origin(hint) is not tuple:
        return hostile.HUGE
    return next((value for value in reversed(values) if value is not None and value != ()), values[0])


def samples(kind: type[Any]) -> Iterator[Any]:
    """All samples of an outcome, none of them twice."""
    tapped = chain.from_iterable(map(setup_steps, Language)) if kind is SetupStep else ()
    return iter({repr(one): one for one in chain(instances(kind), worst(kind), tapped)}.values())


def said(name: str, language: Language, place: str) -> tuple[tuple[Any, Said], ...]:
    """Everything that a language says of an outcome's samples somewhere."""
    return tuple((outcome, WORDS.say(outcome, HERE[place], language)) for outcome in samples(OUTCOMES[name]))


@dataclass(frozen=True)
class Spoken:
    """All that is said of one outcome, in every language and place."""

    name: str
    said: dict[tuple[Language, str], tuple[tuple[Any, Said], ...]]

    def everywhere(self) -> Iterator[tuple[Any, Said]]:
        """Each sample's words, after what tells which they are."""
        for (language, place), every in self.said.items():
            for outcome, words in every:
                yield (str(language), place, outcome), words

    def first(self, *places: str) -> Iterator[tuple[Any, Said]]:
        """The first sample's words in these places."""
        for (language, place), every in self.said.items():
            if place in places:
                yield (str(language), place, every[0][0]), every[0][1]


@pytest.fixture(params=OUTCOMES, scope="module")
def spoken(request: pytest.FixtureRequest) -> Spoken:
    """Said once for all tests that look at it, and then forgotten: so many words slow down who keeps them."""
    name = str(request.param)
    return Spoken(name, {(language, place): said(name, language, place) for language in Language for place in HERE})


OTHER_FILES = ("staff/asks", "commands", "demo", "doctor", "needs", LABELS)
"""Words that belong to no outcome: the panel's, the menus', the demo's, the doctor's, what the bot needs, labels."""
CASES = [pytest.param(file, language, id=f"{language}/{file}") for file in FILES for language in Language]


class Strict(HTMLParser):
    """Reads Telegram's HTML and complains of what Telegram would refuse or show wrongly."""

    TAGS: dict[str, set[str]] = {  # noqa: RUF012  # a table
        **{tag: set() for tag in ("b", "i", "u", "s", "code", "pre", "blockquote", "tg-spoiler")},
        "a": {"href"},
        "tg-time": {"unix", "format"},
    }

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=False)
        self.text: list[str] = []
        self.links = 0
        self._open: list[str] = []
        self.feed(source)
        self.close()
        if self._open:
            raise ValueError(f"never closed: {self._open}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Only Telegram's tags and their attributes; nothing inside `code`."""
        if tag not in self.TAGS or {name for name, _ in attrs} != self.TAGS[tag]:
            raise ValueError(f"not Telegram's: <{tag} {attrs}>")
        if "code" in self._open or tag in self._open:
            raise ValueError(f"<{tag}> inside {self._open}")
        self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """No self-closing tags."""
        raise ValueError(f"<{tag}/> {attrs}")

    def handle_endtag(self, tag: str) -> None:
        """Closes what was opened last."""
        if not self._open or self._open.pop() != tag:
            raise ValueError(f"</{tag}> doesn't fit")

    def handle_data(self, data: str) -> None:
        """Text must be escaped."""
        if any(sign in data for sign in "<>&"):
            raise ValueError(f"not escaped: {data[:80]}")
        self.text.append(data)

    def handle_entityref(self, name: str) -> None:
        """Telegram knows four named entities."""
        if name not in {"lt", "gt", "amp", "quot"}:
            raise ValueError(f"&{name};")
        self.text.append(html.unescape(f"&{name};"))

    def handle_charref(self, name: str) -> None:
        """Any numeric entity."""
        self.text.append(html.unescape(f"&#{name};"))

    def handle_comment(self, data: str) -> None:
        """No comments."""
        raise ValueError(f"<!--{data}")

    def handle_decl(self, decl: str) -> None:
        """No declarations."""
        raise ValueError(f"<!{decl}")

    def handle_pi(self, data: str) -> None:
        """No processing instructions."""
        raise ValueError(f"<?{data}")

    def unknown_decl(self, data: str) -> None:
        """No marked sections."""
        raise ValueError(f"<![{data}")


def utf16(text: str) -> int:
    """Length as Telegram counts it."""
    return len(text.encode("utf-16-le")) // 2


def test_messages_are_telegrams_html(spoken: Spoken) -> None:
    """A message of any sample is balanced, escaped, not empty and fits into one message of Telegram's."""
    for which, words in spoken.everywhere():
        try:
            text = "".join(Strict(words.html).text)
        except ValueError as wrong:
            raise AssertionError(which) from wrong
        assert text.strip(), which
        assert utf16(text) <= MESSAGE, which


def test_messages_keep_their_lines(spoken: Spoken) -> None:
    """No message has trailing blanks, doubled blanks or more than one empty line, and no `None` where a value lacks."""
    for which, words in spoken.first(*HERE):
        for line in words.html.split("\n"):
            assert line == line.rstrip(), which
        assert "\n\n\n" not in words.html, which
        assert "None" not in words.html, which
    for which, words in spoken.first("ordinary", "nobody's"):
        assert "  " not in words.html, which


def test_pressed_outcomes_have_a_short_answer(spoken: Spoken) -> None:
    """Where a press can lead, there is an answer of at most 200 characters; elsewhere there is none."""
    for which, words in spoken.everywhere():
        if spoken.name not in SHORT:
            assert words.short is None, which
            continue
        assert words.short, which
        assert utf16(words.short) <= ALERT, (which, words.short)


def test_short_answers_are_plain(spoken: Spoken) -> None:
    """A short answer has no markup and no entities of its own: an alert would show them as they are."""
    for which, words in spoken.first("ordinary"):
        assert not re.search(r"[<>]|&\w+;|&#", words.short or ""), which


def test_buttons_have_readable_labels(spoken: Spoken) -> None:
    """Every button of every sample has one line of 1 to 64 characters, and data that Telegram takes."""
    for which, words in spoken.everywhere():
        for button in chain.from_iterable(words.buttons):
            assert 1 <= utf16(button.text) <= BUTTON, (which, button.text)
            assert "\n" not in button.text, (which, button.text)
            assert len((button.press or "").encode()) <= BUTTON, (which, button.press)


def test_ordinary_labels_fit_a_phone(spoken: Spoken) -> None:
    """With ordinary values a label is at most 40 characters, so that a phone doesn't cut it."""
    for which, words in spoken.first("ordinary"):
        for button in chain.from_iterable(words.buttons):
            assert utf16(button.text) <= ORDINARY_BUTTON, (which, button.text)


@pytest.mark.parametrize(("file", "language"), CASES)
def test_blocks_and_outcomes_match(file: str, language: Language) -> None:
    """Every outcome and label has its block, and no block is left that nothing says."""
    kinds = {name: kind for name, kind in OUTCOMES.items() if file_of(kind) == file}
    names = {kind.__name__ for kind in kinds.values()}
    shorts = {f"{kind.__name__}_short" for name, kind in kinds.items() if name in SHORT}
    blocks = WORDS.blocks(file, language)
    own = {block for block in blocks if block.startswith("label_")}
    assert blocks - own == names | shorts
    assert own <= labels_of(file) <= own | WORDS.blocks(LABELS, language)


@cache
def labels_of(file: str) -> frozenset[str]:
    """Blocks of the labels that the outcomes of a file carry."""
    return frozenset(
        f"label_{button.label}"
        for kind in OUTCOMES.values()
        if file_of(kind) == file
        for outcome in samples(kind)
        for button in chain.from_iterable(WORDS.buttons_of(outcome))
    )


@pytest.mark.parametrize("language", Language)
def test_shared_labels_are_used(language: Language) -> None:
    """Each label of `labels.j2` stands under outcomes of several files that have none of their own."""
    for block in WORDS.blocks(LABELS, language):
        assert sum(block in labels_of(file) and block not in WORDS.blocks(file, language) for file in FILES) > 1, block


def label_in(file: str, block: str, language: Language) -> str:
    """A label as its file has it."""
    found = re.search(rf"{{% block {block} %}}(.*?){{% endblock", source_of(file, language), re.DOTALL)
    assert found is not None
    return found[1]


def source_of(file: str, language: Language) -> str:
    """A file of words as it is written."""
    return (FOLDER / language / f"{file}.j2").read_text(encoding="utf-8")


@pytest.mark.parametrize("file", FILES)
def test_no_label_is_a_copy_of_a_shared_one(file: str) -> None:
    """A file has a label of its own only where it says something else in some language."""
    for block in labels_of(file) & WORDS.blocks(LABELS, Language.EN) & WORDS.blocks(file, Language.EN):
        assert any(label_in(file, block, one) != label_in(LABELS, block, one) for one in Language), block


def test_every_file_of_rules_has_its_words_in_every_language() -> None:
    """A file for each file of rules with outcomes, the others that are named here, and no more."""
    for language in Language:
        folder = FOLDER / language
        files = {path.relative_to(folder).as_posix() for path in folder.rglob("*.j2")}
        assert files == {f"{file}.j2" for file in (*FILES, *OTHER_FILES)}


def literal(file: str, language: Language) -> str:
    """What a file says by itself, without comments, expressions, markup and what stands in `<code>`."""
    source = re.sub(r"\{#.*?#\}", "", source_of(file, language), flags=re.DOTALL)
    source = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", " ", source, flags=re.DOTALL)
    source = re.sub(r"<code>.*?</code>", " ", source, flags=re.DOTALL)
    return re.sub(r"</?[a-z-]+>", " ", source)


@pytest.mark.parametrize("file", [*FILES, LABELS])
@pytest.mark.parametrize("language", [Language.KO, Language.ZH])
def test_no_english_in_korean_and_chinese(file: str, language: Language) -> None:
    """Korean and Chinese sentences hold no Latin words but commands."""
    rest = LATIN_IN_CHINESE_AND_KOREAN.sub("", literal(file, language))
    assert not re.findall(r"[A-Za-z]+", rest)


@pytest.mark.parametrize("file", [*FILES, LABELS])
def test_scripts_stay_in_their_language(file: str) -> None:
    """No Hangul in Chinese and English files, no Chinese characters in Korean and English ones."""
    hangul, han = re.compile(r"[가-힣]"), re.compile(r"[一-鿿]")
    assert not hangul.search(literal(file, Language.ZH))
    assert not hangul.search(literal(file, Language.EN))
    assert not han.search(literal(file, Language.KO))
    assert not han.search(literal(file, Language.EN))


@pytest.mark.parametrize("file", [*FILES, LABELS])
def test_chinese_punctuation_is_full_width(file: str) -> None:
    """Next to a Chinese character stands Chinese punctuation."""
    assert not re.findall(r"[一-鿿][,.!?:;()]|[,!?;(][一-鿿]", literal(file, Language.ZH))


@pytest.mark.parametrize("file", [*FILES, LABELS])
def test_korean_particles_dont_depend_on_values(file: str) -> None:
    """No particle whose form depends on the last sound follows a value, unless a date, which ends in 일."""
    source = (FOLDER / Language.KO / f"{file}.j2").read_text(encoding="utf-8")
    source = re.sub(r"\{#.*?#\}", "", source, flags=re.DOTALL)
    source = re.sub(r"</(?:b|code|i)>", "", source)
    ends = re.findall(r"\{\{([^}]*)\}\} ?(?:을|를|이|가|은|는|과|와|으로|로|이에요|예요|이라|라)(?![가-힣])", source)
    assert [end for end in ends if not end.strip().endswith("|day")] == []


@pytest.mark.parametrize(("file", "language"), CASES)
def test_nobody_shouts(file: str, language: Language) -> None:
    """No chains of exclamation marks, and at most one emoji a line beside the medals."""
    for line in literal(file, language).split("\n"):
        assert not re.search(r"[!！]\s*[!！]", line), line
        emoji = re.findall(r"[\U0001f300-\U0001faff⏰✅⚙↩]", line)
        assert len(emoji) <= 1, line


@pytest.mark.parametrize("language", Language)
def test_a_claim_shows_its_code_to_copy(language: Language) -> None:
    """A claimed coupon's code stands in the message, in the alert and behind the copy button."""
    kind = OUTCOMES["coupons.Claimed"]
    words = WORDS.say(kind("Silk scarf", "K7M2-QX4P", 0, 8, AWARE), HERE["ordinary"], language)
    assert "<code>K7M2-QX4P</code>" in words.html
    assert words.short is not None
    assert "K7M2-QX4P" in words.short
    assert [button.copy for button in chain.from_iterable(words.buttons)] == ["K7M2-QX4P"]


@pytest.mark.parametrize("place", HERE)
@pytest.mark.parametrize("language", Language)
def test_captions_fit_under_their_files(language: Language, place: str) -> None:
    """The words under a QR code, and under a draw's proof, are captions, whatever the names."""
    for name in ("sources.SourceShown", "raffles.DrawTold", "draws.RedrawTold", "draws.CallOffTold"):
        for outcome, words in said(name, language, place):
            assert utf16("".join(Strict(words.html).text)) <= CAPTION, outcome


@pytest.mark.parametrize("place", HERE)
@pytest.mark.parametrize("language", Language)
def test_as_many_winners_as_a_card_names_fit_on_it(language: Language, place: str) -> None:
    """With every winner's name at its longest, and every rule, a raffle's card is one message."""
    policy, longest = RafflePolicy(), next(kind for kind in worst(RaffleCard) if kind.state == "drawn")
    won = tuple(Winner(99_999 - number, hostile.LONG_EMOJI) for number in range(policy.names))
    full = replace(longest, won=won, more=160, reserve_numbers=(99_999,) * policy.reserves_shown, lost=200)
    assert utf16("".join(Strict(WORDS.html(full, HERE[place], language)).text)) <= MESSAGE


@pytest.mark.parametrize("language", Language)
def test_a_free_coupon_speaks_of_no_price(language: Language) -> None:
    """A free drop's card and button name no sum of coins, a priced one's do."""
    kind = OUTCOMES["coupons.DropCard"]
    free = kind(1, "Silk scarf", 0, 1, 88, 100, "open", None, None)
    priced = kind(1, "Silk scarf", 30, 1, 88, 100, "open", None, None)
    for outcome, named in ((free, False), (priced, True)):
        words = WORDS.say(outcome, HERE["ordinary"], language)
        assert ("30" in words.html) is named
        assert ("30" in words.buttons[0][0].text) is named
        assert "88" in words.buttons[0][0].text


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", ["Undone", "TooLateToUndo"])
def test_each_act_has_its_own_words(language: Language, kind: str) -> None:
    """Taking back is told differently for each act that can be taken back."""
    outcomes = [OUTCOMES[f"communities.{kind}"](act, "#12 Silk scarf") for act in ACTS]
    assert len({WORDS.html(outcome, HERE["ordinary"], language) for outcome in outcomes}) == len(ACTS)


@pytest.mark.parametrize("language", Language)
def test_tiers_are_called_by_their_names(language: Language) -> None:
    """A drop for a tier says which, in the fans' own word; one for everybody doesn't speak of them."""
    kind = OUTCOMES["coupons.CampaignMade"]
    told = [
        WORDS.html(kind(12, "Silk", 10, 0, 1, tier, None, None, None, 1, 1), HERE["ordinary"], language)
        for tier in TIERS
    ]
    assert len(set(told)) == len(TIERS)
    if language is not Language.EN:
        assert not any(tier in words for tier, words in zip(TIERS, told, strict=True))


LANGUAGES_SHARE = re.compile(r"[\d,.:]+")
"""Answers that read the same in every language."""


@pytest.mark.parametrize("language", Language)
def test_the_panel_has_a_word_for_everything(language: Language) -> None:
    """Sections, acts, questions, short names, answers to tap, what the log tells: all have words of their own."""
    asks = WORDS._plain[language]["staff/panel"].environment.get_template("staff/asks.j2")
    module: Any = asks.make_module({"here": Here.of(None, language)})
    for act in PANEL.acts:
        assert module.section(act.section).strip() != act.section
        assert module.act(act.name).strip() != act.name
        for blank in act.blanks:
            assert module.field(blank.name).strip() != blank.name, blank.name
            assert module.question(act.name, blank.name).strip() != module.field(blank.name).strip(), (act.name, blank)
            for text in blank.quick:
                said = module.answer(blank.name, text).strip()
                assert said != text or LANGUAGES_SHARE.fullmatch(text), (blank.name, text)
    other = module.deed("one.of.tomorrow")
    assert not [deed for deed in DEEDS if module.deed(deed) == other and deed != "one.of.tomorrow"]


@pytest.mark.parametrize("language", [Language.KO, Language.ZH])
def test_the_panels_words_hold_no_english(language: Language) -> None:
    """What stands in the tables of the panel's words is in its language; codes and times to type stay as they are."""
    source = (FOLDER / language / "staff" / "asks.j2").read_text(encoding="utf-8")
    examples = re.compile(
        r"SILK20|https://|\+90m|2026-11-23T20:00|\b(?:15m|2h|1h30m)\b|\bQR\b|CSV|\b(?:code|order|value|time)\b"
    )
    for said in re.findall(r': "([^"]+)"', source):
        assert not re.search(r"[A-Za-z]+", examples.sub("", said)), said


def test_the_checker_is_strict() -> None:
    """The checker refuses what Telegram refuses, so that the tests above mean something."""
    for wrong in ("<b>x", "x</b>", "<b><i>x</b></i>", "a & b", "1 < 2", "<script>x</script>", "&nbsp;", "<br/>"):
        with pytest.raises(ValueError, match=r"."):
            Strict(wrong)
    assert "".join(Strict('<b>1 &lt; 2</b> <tg-time unix="1" format="t">x</tg-time>').text) == "1 < 2 x"
