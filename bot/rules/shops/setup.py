"""Setting a shop up: what can be set, in which order it is asked, and what a panel shows of it."""

import re
from dataclasses import dataclass
from enum import StrEnum
from unicodedata import normalize

from bot.rules.amounts import read_amount
from bot.rules.currencies import USUAL
from bot.rules.funding import Funding
from bot.rules.giveaways import A_DAY_AT_FIRST
from bot.rules.lines import visible
from bot.rules.outcome import Outcome
from bot.rules.place import DEFAULT_CURRENCIES
from bot.rules.shops.arrivals import Room
from bot.rules.times.hours import read_clock
from bot.rules.times.vocabulary import tidy
from bot.rules.topics import RoomTopic
from bot.rules.words import Language

MORNING_AT_FIRST = "09:00"
"""When a new shop's morning card is posted, in its own zone."""
NO_MORNING = "off"
CURRENCY_AT_FIRST = DEFAULT_CURRENCIES[Language.EN]
"""Stands in answers that were stored before shops had a currency."""
GIVEAWAYS_OFFERED = ("0", "500", "1000", "2000", "5000", "10000")
"""Limits that the panel offers; others are typed."""
CURRENCIES_OFFERED = USUAL
"""Currencies that the panel offers; others are typed."""
MORNINGS = ("07:00", "08:00", "09:00", "10:00", "12:00", NO_MORNING)
"""Hours that the panel offers; others are typed."""

ZONES_OFFERED = {
    Language.KO: ("Asia/Seoul", "Asia/Tokyo", "America/Los_Angeles", "America/New_York"),
    Language.ZH: ("Asia/Shanghai", "Asia/Hong_Kong", "Asia/Taipei", "Asia/Singapore", "America/Los_Angeles"),
    Language.EN: (
        "America/New_York",
        "America/Chicago",
        "America/Los_Angeles",
        "Europe/London",
        "Australia/Sydney",
        "Asia/Singapore",
    ),
}
"""Where shops most likely stand, by the shop's language; others are found by typing a city."""

_HOUR = re.compile(r"\d{1,2}")
LAST_HOUR = 23
LEAST_CONTACT = 4
"""Letters and digits of a contact: shorter ones reach nobody."""


class Step(StrEnum):
    """What the set-up asks for, in this order."""

    LANGUAGE = "language"
    TIMEZONE = "timezone"
    SHOP = "shop"
    PERSONA = "persona"
    COIN = "coin"
    MORNING = "morning"
    GIVEAWAY = "giveaway"
    CURRENCY = "currency"
    CONTACT = "contact"


STEPS = tuple(Step)
GUIDED = tuple(step for step in STEPS if step not in {Step.GIVEAWAY, Step.CURRENCY, Step.CONTACT})
"""What a new shop is asked, one after another. Other settings start with a default."""
REVIEW = "review"
"""The step that shows all settings at once."""
ROOMS = "rooms"
"""The step that shows the groups and the bot's rights in them."""


class Problem(StrEnum):
    """Why what was typed isn't what the step asks for."""

    LONG = "long"
    EMPTY = "empty"
    """Not a text, or nothing that can be seen."""
    NO_ZONE = "no_zone"
    NO_TIME = "no_time"
    NO_NUMBER = "no_number"
    NO_CURRENCY = "no_currency"
    NO_CONTACT = "no_contact"
    NO_TYPING = "no_typing"
    """This step is answered by its buttons."""


@dataclass(frozen=True, slots=True)
class SetupPolicy:
    """Limits of what `/setup` takes. Lengths are in characters."""

    max_shop: int = 64
    max_persona: int = 32
    max_coin: int = 16
    max_contact: int = 64
    max_giveaway: int = 1_000_000
    """The highest limit of coins a day that an owner may set for operators."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What `/setup` changes; None leaves a thing as it is."""

    language: Language | None = None
    timezone: str | None = None
    shop: str | None = None
    persona: str | None = None
    coin: str | None = None
    morning: str | None = None
    """`HH:MM`, or `off`."""
    packets: Funding | None = None
    """Who may open red packets."""
    giveaway: int | None = None
    """Coins that each operator may give away a day."""
    currency: str | None = None
    """The ISO code of amounts that name no currency."""
    contact: str | None = None
    """How the shop can be reached; empty for nobody said."""


@dataclass(frozen=True, slots=True)
class SetupDone(Outcome, name="setting_up.SetupDone"):
    """The shop's settings after `/setup`."""

    shop: str
    language: Language
    timezone: str
    persona: str
    coin: str
    changed: tuple[str, ...]
    """Names of the settings that changed."""
    audit_id: int | None
    morning: str = NO_MORNING
    packets: str = Funding.STAFF
    giveaway: int = A_DAY_AT_FIRST
    currency: str = CURRENCY_AT_FIRST
    contact: str = ""


@dataclass(frozen=True, slots=True)
class SetupShown(Outcome, name="setting_up.SetupShown"):
    """The shop's settings, for `/setup` without changes where no panel can be shown."""

    community_id: int
    shop: str
    language: Language
    timezone: str
    persona: str
    coin: str
    morning: str
    mine: bool
    """Whether the reader may change it: then a button opens the panel in private."""
    missing: tuple[str, ...] = ()
    """What the bot lacks in this group."""
    packets: str = Funding.STAFF
    giveaway: int = A_DAY_AT_FIRST
    currency: str = CURRENCY_AT_FIRST
    contact: str = ""
    chat_id: int = 0
    forum: bool = False
    """Whether this group has topics."""
    topic: RoomTopic | None = None
    """Where in it cards and announcements come; None for General."""
    chosen: int | None = None
    """The act that chose this topic just now, for the audit log."""


@dataclass(frozen=True, slots=True)
class SetupStep(Outcome, name="setting_up.SetupStep"):
    """One question of the panel in private."""

    step: str
    value: str
    """The setting now, or as it was filled in."""
    options: tuple[str, ...]
    """Answers to tap."""
    number: int
    guided: bool
    """Whether the steps follow one another; else each leads back to the overview."""
    problem: str | None = None
    most: int = 0
    """Characters that a typed answer may have, or the highest number."""
    of: int = len(GUIDED)


@dataclass(frozen=True, slots=True)
class SetupReview(Outcome, name="setting_up.SetupReview"):
    """The panel's overview."""

    shop: str
    language: Language
    timezone: str
    persona: str
    coin: str
    morning: str
    changed: tuple[str, ...]
    """What was filled in and isn't saved yet."""
    rooms: tuple[Room, ...] = ()
    """Groups in which the bot lacks something."""
    problem: str | None = None
    """That something was typed where only buttons answer."""
    packets: str = Funding.STAFF
    giveaway: int = A_DAY_AT_FIRST
    currency: str = CURRENCY_AT_FIRST
    contact: str = ""


@dataclass(frozen=True, slots=True)
class SetupRooms(Outcome, name="setting_up.SetupRooms"):
    """The panel's list of groups, and what the bot lacks in each."""

    shop: str
    rooms: tuple[Room, ...]
    missing: tuple[str, ...] = ()
    """What it lacks in any of them: each has its reason once."""


@dataclass(frozen=True, slots=True)
class SetupFinished(Outcome, name="setting_up.SetupFinished"):
    """The panel is done."""

    shop: str
    changed: tuple[str, ...]
    audit_id: int | None
    commands: tuple[str, ...] = ()
    """What staff can do next, of what there is."""


@dataclass(frozen=True, slots=True)
class SetupGivenUp(Outcome, name="setting_up.SetupGivenUp"):
    """The panel was left; what wasn't saved is dropped."""

    unsaved: bool


@dataclass(frozen=True, slots=True)
class SetupClosed(Outcome, name="setting_up.SetupClosed"):
    """A press on a panel that isn't the open one."""


@dataclass(frozen=True, slots=True)
class NothingOpen(Outcome, name="setting_up.NothingOpen"):
    """`/cancel` where nothing was begun."""


def after(step: str, *, guided: bool) -> str:
    """Where an answered, or skipped, step leads."""
    if not guided or step not in GUIDED:
        return REVIEW
    place = GUIDED.index(Step(step)) + 1
    return GUIDED[place] if place < len(GUIDED) else REVIEW


def before(step: str, *, guided: bool) -> str:
    """Where *back* leads."""
    if not guided or step not in GUIDED:
        return REVIEW
    place = GUIDED.index(Step(step))
    return GUIDED[place - 1] if place else REVIEW


def morning_of(text: str) -> str | None:
    """An hour as people type it (`9`, `9:30`, `09:00`, `off`), as it is kept; None if it is none."""
    plain = normalize("NFKC", text).strip().lower()
    if plain == NO_MORNING:
        return NO_MORNING
    clock = read_clock(tidy(f"{plain}:00" if _HOUR.fullmatch(plain) else plain))
    if clock is None or clock.hour > LAST_HOUR or clock.second:
        return None
    return f"{clock.hour:02d}:{clock.minute:02d}"


def contact_of(text: str, policy: SetupPolicy) -> str | None:
    """A phone number, an address or a mail address as it was typed, on one line; None if it can't be any of these."""
    plain = visible(text)
    signs = sum(sign.isalnum() for sign in plain)
    return plain if signs >= LEAST_CONTACT and len(plain) <= policy.max_contact else None


def giveaway_of(text: str, policy: SetupPolicy) -> str | None:
    """A limit as people type it (`2000`, `2,000`), as it is kept; None if it isn't one that can be set."""
    number = read_amount(text)
    return str(number) if number is not None and 0 <= number <= policy.max_giveaway else None
