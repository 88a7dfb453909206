"""What staff do for one fan: tags, notes, and coins with a reason."""

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from bot.rules.amounts import read_amount
from bot.rules.lines import visible
from bot.rules.outcome import Outcome
from bot.rules.tags import read_tag, tag_key


@dataclass(frozen=True, slots=True)
class CarePolicy:
    """The limits of what staff do for one fan."""

    most_notes: int = 20
    """Notes on one fan."""
    longest_note: int = 500
    """Characters."""
    gone_kept: timedelta = timedelta(days=3)
    """For how long a deleted note can be brought back. Then it is gone for good."""
    most_coins: int = 100_000
    """Coins of one grant."""
    longest_reason: int = 200
    """Characters."""
    line_kept: timedelta = timedelta(days=7)
    """For how long buttons find the line that they belong to again."""


@dataclass(frozen=True, slots=True)
class TagChange:
    """Tags that a fan is given, and tags that are taken off."""

    added: tuple[str, ...]
    removed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grant:
    """Coins for a fan, and why."""

    coins: int
    reason: str


class GrantTrouble(StrEnum):
    """What lacks in a grant."""

    COINS = "coins"
    """No whole number of coins, or too many."""
    REASON = "reason"
    LONG = "long"
    """The reason is too long."""


@dataclass(frozen=True, slots=True)
class GrantHow(Outcome, name="members.GrantHow"):
    """A grant that can't be read: staff are shown how it is written."""

    trouble: GrantTrouble
    most: int
    """The most coins, or characters of the reason."""


@dataclass(frozen=True, slots=True)
class TagHow(Outcome, name="members.TagHow"):
    """`/tag` without a tag, or with something that can't be one."""

    said: str
    """What can't be a tag; empty: nothing was said."""


@dataclass(frozen=True, slots=True)
class FanTagged(Outcome, name="members.FanTagged"):
    """A fan's tags were changed."""

    community_id: int
    member_id: int
    name: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    audit_id: int


@dataclass(frozen=True, slots=True)
class TagsSame(Outcome, name="members.TagsSame"):
    """A fan's tags were like that already."""

    name: str


@dataclass(frozen=True, slots=True)
class TagsFull(Outcome, name="members.TagsFull"):
    """A fan would have too many tags."""

    name: str
    most: int


@dataclass(frozen=True, slots=True)
class FanNoted(Outcome, name="members.FanNoted"):
    """A note was written down."""

    community_id: int
    member_id: int
    name: str
    audit_id: int


@dataclass(frozen=True, slots=True)
class FanNoteGone(Outcome, name="members.FanNoteGone"):
    """A note was deleted. For some days it can be brought back."""

    community_id: int
    member_id: int
    name: str
    audit_id: int
    days: int


@dataclass(frozen=True, slots=True)
class NotesFull(Outcome, name="members.NotesFull"):
    """A fan has as many notes as there can be."""

    name: str
    most: int


@dataclass(frozen=True, slots=True)
class NoteHow(Outcome, name="members.NoteHow"):
    """A note without words, or with too many."""

    most: int
    """Characters of a note."""
    long: bool


@dataclass(frozen=True, slots=True)
class FanGranted(Outcome, name="members.FanGranted"):
    """A fan got coins of the shop."""

    community_id: int
    member_id: int
    name: str
    coins: int
    reason: str
    told: bool
    """Whether a message to them was promised."""
    left: int | None
    """Coins that the operator can still give away today; None for the owner."""
    audit_id: int


@dataclass(frozen=True, slots=True)
class NoGrantOutside(Outcome, name="members.NoGrantOutside"):
    """Who isn't in a room of the shop gets no coins."""

    name: str


@dataclass(frozen=True, slots=True)
class GrantTold(Outcome, name="members.GrantTold"):
    """To the fan: the shop gave them coins, and why."""

    coins: int
    reason: str
    balance: int


@dataclass(frozen=True, slots=True)
class GrantBack(Outcome, name="members.GrantBack"):
    """To the fan, who was told of the coins: the shop has taken them back."""

    coins: int
    balance: int


_OFF = re.compile(r"[-‐‑–—−－]\s*(?=\S)")
_ON = re.compile(r"[+＋]\s*(?=\S)")


def read_tags(words: str) -> TagChange | TagHow:
    """`silk -wool`: the tags of a line that are set, and those with a minus before them that are taken off."""
    added: dict[str, str] = {}
    removed: dict[str, str] = {}
    for word in re.split(r"[\s,，、;；]+", words.strip()):
        if not word:
            continue
        off = _OFF.match(word)
        on = _ON.match(word)
        tag = read_tag(word[off.end() :] if off is not None else word[on.end() :] if on is not None else word)
        if tag is None:
            return TagHow(word[:60])
        (removed if off is not None else added)[tag_key(tag)] = tag
    if not added and not removed:
        return TagHow("")
    return TagChange(
        tuple(tag for key, tag in added.items() if key not in removed),
        tuple(removed.values()),
    )


def read_grant(coins: str, reason: str, policy: CarePolicy) -> Grant | GrantHow:
    """Coins and a reason as staff wrote them."""
    number = read_amount(coins)
    if number is None or not 1 <= number <= policy.most_coins:
        return GrantHow(GrantTrouble.COINS, policy.most_coins)
    said = visible(reason)
    if not said:
        return GrantHow(GrantTrouble.REASON, policy.most_coins)
    if len(said) > policy.longest_reason:
        return GrantHow(GrantTrouble.LONG, policy.longest_reason)
    return Grant(number, said)


def read_note(text: str, policy: CarePolicy) -> str | NoteHow:
    """A note as staff wrote it, on one line."""
    said = visible(text)
    if not said or len(said) > policy.longest_note:
        return NoteHow(policy.longest_note, long=bool(said))
    return said


@dataclass(frozen=True, slots=True)
class GrantLine:
    """A line of a grant, taken apart."""

    said: str
    """What stands where a fan is named: `@name`, or a part of a name; empty: nothing."""
    coins: str
    reason: str


def split_grant(line: str) -> GrantLine:
    """`@ana 50 for the photos`, `50 for the photos @ana`, `Ana Kim 50 for the photos`, `50 for the photos`.

    The first word that is a number says how many coins, and what stands before it names a fan.
    """
    words = line.split()
    named = ""
    if words and words[0].startswith("@"):
        named, words = words[0], words[1:]
    elif words and words[-1].startswith("@"):
        named, words = words[-1], words[:-1]
    place = next((nth for nth, word in enumerate(words) if read_amount(word) is not None), None)
    if place is None:
        return GrantLine(named or " ".join(words), "", "")
    before = " ".join(words[:place])
    if named and before:
        # `@ana thanks 50`: there is no number where one must stand.
        return GrantLine(named, "", "")
    return GrantLine(named or before, words[place], " ".join(words[place + 1 :]))
