"""Samples of every outcome, made of the values by the types of its fields."""

from collections.abc import Iterable, Iterator
from dataclasses import fields
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache
from itertools import chain
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from bot.content import Said
from bot.content.catalog import OUTCOMES
from bot.features.coin_shop.items import SHOWN_WAITING
from bot.features.shops.ownership import MOST_NAMED
from bot.rules.attention.unsent import MOST_HELD, ON_A_PAGE, UnsentPolicy
from bot.rules.farming import Sign
from bot.rules.folded import MOST_FOLDED
from bot.rules.for_whom import ForWhom
from bot.rules.gift_states import GiftKind, Opens
from bot.rules.members.fan_page import NOTES_SHOWN
from bot.rules.members.tag_rules import TagRulePolicy
from bot.rules.menus import FANS, OWNERS, STAFF
from bot.rules.packets.rechecks import PacketDoubt
from bot.rules.panel import LISTED, AdminLine, AdminPerson, Reach, Section
from bot.rules.people.welcome import QuestionPolicy
from bot.rules.posts import slot_pages
from bot.rules.raffles import cards, draws, entries, facts, opening, results
from bot.rules.raffles import rechecks as raffle_rechecks
from bot.rules.rights import GIVABLE
from bot.rules.shops.setup import (
    SetupStep,
)
from bot.rules.staff import roles
from bot.rules.staff.panel import LATELY, AdminEntry, AdminPick, AdminProblem, AdminValue
from bot.rules.tiers import Deed, Tier, TierPolicy
from bot.rules.verdicts import Reason as Ruled
from bot.rules.words import Language
from tests import hostile
from tests.content.closed_choices import (
    OF_CALENDAR,
    OF_POSTS,
    choices_of_calendar,
    choices_of_posts,
    choices_of_raffles,
    choices_of_setup,
    setup_steps,
)
from tests.content.values import (
    ACTS,
    AWARE,
    CODES,
    DAY,
    DEEDS,
    EXAMPLE,
    HASHES,
    HERE,
    KINDS,
    LINKS,
    MISSING,
    ORDINARY,
    PANEL_BLANKS,
    PHASES,
    PROBLEMS,
    STATES,
    TIERS,
)
from tests.features.scene import PANEL
from tests.words import WORDS

OF_ROLES = frozenset((*vars(roles), "StaffLine", "Helper"))
MANY = 50
"""So many samples are said in the hardest place in every language; of more, each in one language in turn."""
LONGEST = 20
"""How many parts a tuple is tried with."""
MOST = {
    ("OwnerNow", "helpers"): MOST_NAMED,
    ("UnsentWeek", "held"): MOST_HELD,
    ("UnsentWeek", "days"): UnsentPolicy().days,
    ("UnsentDay", "lines"): ON_A_PAGE,
    ("UnsentCount", "reasons"): len(Ruled),
    ("MorningCard", "folded"): MOST_FOLDED,
    ("NewCore", "fans"): TierPolicy().nudge_names,
    ("CoreFan", "did"): len(Deed),
    ("ItemList", "waiting"): SHOWN_WAITING,
    ("FanShown", "notes"): NOTES_SHOWN,
    ("QuestionList", "lines"): QuestionPolicy().most,
    ("QuestionLine", "answers"): QuestionPolicy().most_answers,
    ("AskedNow", "answers"): QuestionPolicy().most_answers,
    ("RuleList", "lines"): TagRulePolicy().most,
}
"""Tuples that are shorter by what makes them: a nudge names so many fans, and tells each kind of deed once."""


WHOM = (
    ForWhom(),
    *(ForWhom(*ends) for ends in ((Tier.LOYAL, Tier.CORE), (Tier.CORE, Tier.CORE), (Tier.NEW, Tier.FAN))),
    ForWhom(Tier.FAN, Tier.LOYAL),
)
"""Both tiers or neither."""


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
        ForWhom: WHOM,
    }
    return plain[hint] if hint in plain else tuple(instances(hint))


def _closed_choices(owner: str, name: str) -> tuple[Any, ...] | None:  # noqa: PLR0911  # by whose outcome it is
    if owner.startswith("Setup"):
        return choices_of_setup(owner, name)
    if owner.startswith("Admin"):
        return _choices_of_panel(owner, name)
    if owner in OF_POSTS:
        return choices_of_posts(owner, name)
    if owner in OF_CALENDAR:
        return choices_of_calendar(owner, name)
    if name == "state":
        return STATES[owner]
    if name == "code" and owner == "Bought":
        return (*CODES, None)
    of_raffles = {
        name for module in (cards, draws, entries, facts, opening, raffle_rechecks, results) for name in vars(module)
    }
    if owner in of_raffles and (drawn := choices_of_raffles(owner, name)):
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
        "tier": TIERS if owner == "CheckedIn" else (*TIERS, hostile.MARKUP),
        **dict.fromkeys(("sealed", "seed"), HASHES),
        "doubts": (tuple(PacketDoubt), (PacketDoubt.SPLIT,), ()),
        "salt": ("6" * 64, None),
        "frozen": HASHES if owner != "CheckedIn" else (),
        "missing": MISSING,
        "currency": ("KRW", "USD", "CNY", "XYZ"),
        "username": ("ana_kim", None) if owner in {"WaitingLine", "FavourWaiting", "FavourWished"} else (),
        "command": ("newcoupon",),
        **({"role": ((*GIVABLE, None) if owner == "StaffLine" else GIVABLE)} if owner in OF_ROLES else {}),
        **({"before": (*GIVABLE, None)} if owner == "StaffGiven" else {}),
        **dict.fromkeys(("begins", "ends"), ("21:00", "09:00") if owner == "Span" else ()),
        "which": ("slipping", "core", "12", *((None,) if owner == "FanShown" else ())),
        "after": ("12", "3.739000.12", None) if owner == "FanList" else (),
        **({"line": (EXAMPLE, f"/newcoupon {hostile.LONG_MARKUP}")} if owner == "NearestCommand" else {}),
        "commands": (FANS, FANS[:1], ()),
        "staff": ((*STAFF, *OWNERS), STAFF[:1], ()),
    }
    return closed.get(name) or None


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
        "text": {"AdminPick": ("coupon:12",), "AdminOtherHour": ("2026-12-01T21:00",)}.get(
            owner, ("fan", "50", "Silk scarf", hostile.LONG_MARKUP)
        ),
        "who": ("Mina", hostile.LONG_MARKUP, None),
        "username": ("ana_kim", None),
        "marks": ((),),
        "part": ("300", ""),
        "key": (7, 0),
    }
    parts = {
        "lines": (AdminLine, LISTED),
        "entries": (AdminEntry, LATELY),
        "values": (AdminValue, 8),
        "picks": (AdminPick, LISTED),
        "people": (AdminPerson, 3),
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


def _tuples(owner: str, name: str, item: Any) -> tuple[tuple[Any, ...], ...]:
    if item is str:
        return (("title", "stock"), (hostile.MARKUP,), (hostile.LONG_MARKUP,) * 12, ())
    values = choices(owner, name, item)
    if item is date:
        return ((DAY,), (DAY, date(2026, 11, 24), date(2026, 11, 25)))
    longest = MOST.get((owner, name), LONGEST)
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
    tapped: Iterable[Any] = chain.from_iterable(map(setup_steps, Language)) if kind is SetupStep else ()
    if kind is slot_pages.SlotStep:
        tapped = (slot_pages.SlotStep("what", (2, 4), "20:00", ("any", "tips", "arrivals"), 1),)
    return iter({repr(one): one for one in chain(instances(kind), worst(kind), tapped)}.values())


def said(name: str, language: Language, place: str) -> tuple[tuple[Any, Said], ...]:
    """Everything that a language says of an outcome's samples somewhere."""
    return tuple((outcome, WORDS.say(outcome, HERE[place], language)) for outcome in samples(OUTCOMES[name]))
