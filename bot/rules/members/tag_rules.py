"""Rules by which fans get a tag: who claimed three coupons of scarves is tagged *scarves*."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from unicodedata import normalize

from bot.rules.outcome import Outcome


class When(StrEnum):
    """What a rule counts."""

    CLAIMED = "claimed"
    """Coupons that a fan claimed and weren't taken back."""
    REDEEMED = "redeemed"
    """Coupons that were redeemed."""
    BOUGHT = "bought"
    """Items of the coin shop that weren't refunded."""
    ATTENDED = "attended"
    """Streams at which they tapped that they are there."""
    CHECKED_IN = "checkin"
    """Days with a check-in."""
    INVITED = "invited"
    """Friends who came by them and stayed."""
    SPENT = "spent"
    """Money of their orders in the shop's currency, without what was paid back."""


TITLED = frozenset({When.CLAIMED, When.REDEEMED, When.BOUGHT})
"""What has titles, so that a rule can count those that contain a word."""


class RuleState(StrEnum):
    """What becomes of a rule."""

    ON = "on"
    TAKING_OFF = "taking_off"
    """It is removed, and the tag that it gave is being taken off."""
    OFF = "off"


@dataclass(frozen=True, slots=True)
class TagRulePolicy:
    """Limits of tag rules, and how often they are looked at."""

    most: int = 20
    """Rules of one shop."""
    most_times: int = 1_000_000_000
    """The highest number that a rule may ask for. It is so high because money is counted too."""
    max_title: int = 60
    every: timedelta = timedelta(hours=6)
    """How long after a look at all fans the next one comes."""
    chunk: int = 250
    """Fans that one step looks at."""


@dataclass(frozen=True, slots=True)
class NewRule:
    """What staff ask for with `/tagrule`."""

    tag: str
    when: When
    times: int = 1
    title: str = ""
    """What a title must contain; empty: any."""


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule, as staff see it."""

    number: int
    tag: str
    when: When
    times: int
    title: str
    fans: int
    """Fans who have the tag by a rule."""
    checked: bool = True
    """Whether all fans were looked at once."""


@dataclass(frozen=True, slots=True)
class RuleMade(Outcome, name="tag_rules.RuleMade"):
    """A rule stands. Fans are looked at from now on, and get the tag within minutes."""

    line: RuleLine
    audit_id: int


@dataclass(frozen=True, slots=True)
class RuleList(Outcome, name="tag_rules.RuleList"):
    """The shop's rules, the oldest first."""

    community_id: int
    lines: tuple[RuleLine, ...]


@dataclass(frozen=True, slots=True)
class RuleLeaves(Outcome, name="tag_rules.RuleLeaves"):
    """Staff want to remove a rule: what shall become of the tags that it gave?"""

    community_id: int
    line: RuleLine


@dataclass(frozen=True, slots=True)
class RuleRemoved(Outcome, name="tag_rules.RuleRemoved"):
    """A rule gives its tag to nobody any more."""

    number: int
    tag: str
    taken_off: bool
    """Whether those who have the tag by it lose it."""
    fans: int
    audit_id: int


@dataclass(frozen=True, slots=True)
class RuleUnknown(Outcome, name="tag_rules.RuleUnknown"):
    """Staff named a rule that this shop doesn't have, or that was removed before."""

    number: int


@dataclass(frozen=True, slots=True)
class TooManyRules(Outcome, name="tag_rules.TooManyRules"):
    """The shop has as many rules as it may have."""

    most: int


@dataclass(frozen=True, slots=True)
class NoTitleThere(Outcome, name="tag_rules.NoTitleThere"):
    """`of=` was said of something that has no title, such as a check-in."""

    when: When


@dataclass(frozen=True, slots=True)
class SameRule(Outcome, name="tag_rules.SameRule"):
    """The shop has this very rule."""

    number: int
    tag: str


MakeRuleOutcome = RuleMade | TooManyRules | NoTitleThere | SameRule
RemoveRuleOutcome = RuleRemoved | RuleUnknown


@dataclass(frozen=True, slots=True)
class Counted:
    """How often a fan did something, of things with one title."""

    member_id: int
    title: str
    times: int


def contains(title: str, words: str) -> bool:
    """Whether a title contains what a rule asks for, whatever its case and width."""
    return _plain(words) in _plain(title)


def _plain(text: str) -> str:
    return " ".join(normalize("NFKC", text).casefold().split())


def earned(rule: NewRule, counted: Iterable[Counted]) -> list[int]:
    """The fans who did what a rule asks for often enough, in the order of their ids."""
    sums: dict[int, int] = {}
    for one in counted:
        if not rule.title or contains(one.title, rule.title):
            sums[one.member_id] = sums.get(one.member_id, 0) + one.times
    return sorted(member_id for member_id, times in sums.items() if times >= rule.times)


def next_look(checked_at: datetime | None, now: datetime, policy: TagRulePolicy) -> datetime:
    """When a rule is looked at next: at once if it never was."""
    return now if checked_at is None else checked_at + policy.every
