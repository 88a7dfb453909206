"""Values of fields whose words are ours: of raffles, the set-up, posts and the calendar."""

from collections.abc import Iterator
from dataclasses import is_dataclass, replace
from datetime import date
from itertools import product
from typing import Any

from bot.content.zones import find_zones
from bot.rules.funding import Funding
from bot.rules.menus import NEXT
from bot.rules.pillars import SHARES_AT_FIRST
from bot.rules.posts import drafts, persona, post_pages, slot_pages, week
from bot.rules.posts.limits import ContentProblem
from bot.rules.posts.ready_weeks import Pace
from bot.rules.posts.seasons import Season
from bot.rules.posts.sendings import ChangeKind, CopyProblem
from bot.rules.raffles.facts import Reason, Sealing
from bot.rules.raffles.rechecks import Doubt
from bot.rules.shops.setup import (
    CURRENCIES_OFFERED,
    GIVEAWAYS_OFFERED,
    MORNINGS,
    NO_MORNING,
    ZONES_OFFERED,
    Problem,
    SetupStep,
    Step,
)
from bot.rules.slots import PostingState, SlotKind, Why
from bot.rules.verdicts import Reason as Ruled
from bot.rules.words import Language
from bot.store.tables.posts import SendingState
from tests import hostile
from tests.content.values import (
    AWARE,
    LOST_NUMBERS,
    MISSING,
    RAFFLES,
    SETTINGS,
    WHY_REDRAWN,
    WINNERS,
)

OF_POSTS = frozenset((*vars(persona), *vars(drafts), *vars(post_pages)))


KINDS_OF_POSTS = ("words", "photo", "video", "animation", "document", "album", "poll")


OF_CALENDAR = frozenset(
    kind.__name__
    for module in (week, slot_pages)
    for kind in vars(module).values()
    if isinstance(kind, type) and is_dataclass(kind)
)


MAY_LACK_A_CLOCK = frozenset({"SlotLine", "SlotStep"})


def choices_of_raffles(owner: str, name: str) -> tuple[Any, ...]:
    """What raffles tell that we made ourselves, and lists that would be tried too often otherwise."""
    closed: dict[str, tuple[Any, ...]] = {
        "act": ("cancel", "redraw"),
        **dict.fromkeys(("commitment", "seal", "salt"), ("6" * 64,)),
        **dict.fromkeys(("seed", "beacon"), ("6" * 64, None) if owner == "RaffleCard" else ()),
        "list_hash": ("6" * 64, *((None,) if owner == "RaffleCard" else ())),
        "sealing": tuple(Sealing),
        "why": ("late", "lost", None),
        **dict.fromkeys(("won", "moved_up"), WINNERS),
        "winners": WINNERS if owner == "DrawChecked" else (),
        "doubts": (tuple(Doubt), (Doubt.LIST,)),
        "lost": {"Redrawn": WINNERS, "RedrawAnnounced": LOST_NUMBERS}.get(owner, ()),
        "lines": RAFFLES,
        "needs": (("checkin", "stream"), ("checkin",), ()),
        "weights": ((1, 1, 2, 3), (1, 1, 1, 1)),
        "mine": () if owner == "TierTooLow" else ("in", "won", "out", "struck", *((None,) * (owner == "RaffleLine"))),
        "reason": WHY_REDRAWN
        if owner in {"RedrawAnnounced", "PlaceRedrawn"}
        else (*(reason.value for reason in Reason), *((None,) if owner != "LostPlace" else ())),
    }
    return closed.get(name, ())


def choices_of_setup(owner: str, name: str) -> tuple[Any, ...] | None:
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
        "currency": ("KRW", "TWD", "USD"),
        "step": (Step.SHOP, Step.PERSONA, Step.COIN),
        "timezone": ("Asia/Seoul", "America/Argentina/ComodRivadavia", "UTC"),
    }
    return closed.get(name)


def choices_of_posts(owner: str, name: str) -> tuple[Any, ...] | None:
    """What posts tell that we made ourselves."""
    problems: dict[str, tuple[Any, ...]] = {
        "PillarsPage": (None, "name", "many"),
        "PostWhen": (None, "either", "passed"),
        "PreviewRefused": tuple(CopyProblem),
        "MissedRoom": tuple(CopyProblem),
        "ChangeRefusedTold": tuple(ContentProblem),
    }
    closed: dict[str, tuple[Any, ...]] = {
        "unused": (tuple(SHARES_AT_FIRST), ()),
        "problem": problems.get(owner, ()),
        "kind": (*tuple(ContentProblem), "voice", "quiz", "story") if owner == "NotAPost" else KINDS_OF_POSTS,
        "season": (*Season, None),
        "state": tuple(SendingState),
        "change": (*ChangeKind, None),
        "reason": (*CopyProblem, *Ruled, "one_of_tomorrow"),
        "media": (1, 10),
        "topic": (False, True),
        "bad": (None, "see it", "", hostile.LONG_MARKUP),
        "quick": ((AWARE,) * 5, ()),
        "changed": (("emoji", "name", "notes", "sign_off"), ("emoji",), ()),
        "total": (100, 95, 105),
    }
    return closed.get(name) or None


def choices_of_calendar(owner: str, name: str) -> tuple[Any, ...] | None:
    """What the calendar tells that we made ourselves. A week has at most thirty slots, and a day a part of them."""
    whats: dict[str, tuple[Any, ...]] = {
        "Doing": (
            *("taken", "pinned", "unpinned", "skipped", "planned", "moved", "off", "on", "slot_added", "slot_removed"),
            *Pace,
        ),
        "RestChanged": ("paused", "already", "promotions", "resumed", "running", "off", "on"),
    }
    closed: dict[str, tuple[Any, ...]] = {
        "what": whats.get(owner, ()),
        "state": tuple(PostingState),
        "kind": tuple(SlotKind),
        "why": (*Why, None),
        **dict.fromkeys(("has", "share"), (18, 100, 0, None)),
        "held": (None, *(reason.value for reason in Ruled)),
        "pace": (*Pace, None) if owner != "SlotUnreadable" else (),
        **dict.fromkeys(
            ("clock", "other"), ("20:00", "09:30", None) if owner in MAY_LACK_A_CLOCK else ("20:00", "09:30")
        ),
        "weekday": (1, 7) if owner == "SlotTooNear" else (2, 7, None),
        **dict.fromkeys(("weekdays", "mornings"), ((2, 4), (1, 2, 3, 4, 5, 6, 7), (5, 6, 7), ())),
        "private": (True, False),
        "title": ("How silk is washed", *hostile.NAMES, "") if owner == "PostingLine" else (),
        "step": ("days", "time", "what", "activity"),
        "options": (("10:00", "20:00"), ()),
        "part": ("days", "time", "what", "cron", "command", "pace"),
        "cron": ("0 20 * * 2,4", "0 8-22/2 * * 1,2,3,4,5,6,0"),
        "days": _weeks() if owner == "CalendarShown" else (),
        **dict.fromkeys(("times", "most"), (5, 18, 30, 0) if owner != "MovesShown" else ()),
        "minutes": (30, 0),
    }
    if owner == "CalendarShown" and name == "slots":
        return (5, 0, 30)
    return closed.get(name) or None


def _weeks() -> tuple[Any, ...]:
    """Calendars: a usual one, one of thirty slots in hostile words, and an empty one."""
    days = tuple(date(2026, 11, 23 + number) for number in range(7))
    usual = week.PostingLine(1, AWARE, "post", "planned", "How silk is washed", "tips", "share", 18, 30)
    lines = [
        replace(usual, title=title, pillar=title, asks=title, why=why.value, kind=kind.value)
        for title in (hostile.LONG_MARKUP, hostile.LONG_EMOJI)
        for why in Why
        for kind in (SlotKind.POST, SlotKind.ACTIVITY)
    ]
    lines[::9] = [replace(one, state="posted", held="gap", until=AWARE) for one in lines[::9]]
    full = tuple(week.CalendarDay(day, tuple(lines[nth * 4 : nth * 4 + 4]), off=True) for nth, day in enumerate(days))
    return (
        tuple(week.CalendarDay(day, (usual, replace(usual, kind="morning", title=""))) for day in days),
        full,
        tuple(week.CalendarDay(day) for day in days),
    )


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
                (Step.CURRENCY, CURRENCIES_OFFERED),
            ),
            start=1,
        ):
            yield SetupStep(step, options[0], tuple(map(str, options)), number, guided, problem)
