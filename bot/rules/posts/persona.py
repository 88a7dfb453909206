"""The persona that speaks: name, voice notes, emoji, sign-off, and pillars with their shares."""

from collections.abc import Mapping
from dataclasses import dataclass
from unicodedata import category

from bot.rules.outcome import Outcome
from bot.rules.pillars import SHARES_AT_FIRST, Pillar

WHOLE = 100
"""Shares add up to this many per cent."""
STEP = 5
"""By how many per cent a press changes a share."""
_JOINER, _EMOJI_STYLE, _KEYCAP = "\u200d", "\ufe0f", "\u20e3"
_SKINS = range(0x1F3FB, 0x1F400)
_FLAGS = range(0x1F1E6, 0x1F200)
_TAGS = range(0xE0020, 0xE0080)


@dataclass(frozen=True, slots=True)
class PersonaPolicy:
    """Limits of what a shop says of its persona."""

    max_name: int = 32
    """Characters."""
    max_notes: int = 500
    """Characters."""
    max_sign_off: int = 120
    """Characters. They are part of each post, whose captions have 1,024 at most."""
    max_emoji: int = 10
    """How many emoji."""
    max_pillars: int = 12
    max_pillar: int = 24
    """Characters of a pillar's name."""


@dataclass(frozen=True, slots=True)
class PersonaFacts:
    """How a shop speaks."""

    name: str
    notes: str
    """What to keep to, for those who write."""
    emoji: tuple[str, ...]
    """Emoji that templates may use, most liked first."""
    sign_off: str
    """Plain text that stands below each post; empty for none."""
    pillars: Mapping[str, int]
    """Shares in per cent by pillar: a `Pillar`, or a name of the owner's. A pillar without share isn't here."""

    def is_off(self, pillar: str | None) -> bool:
        """Whether a post of this pillar is off-position: it has none, or one without share."""
        return is_off_position(pillar, self.pillars)


def is_off_position(pillar: str | None, shares: Mapping[str, int]) -> bool:
    """Whether a post has no pillar, or one that has no share. A countdown has none, as it is chosen near streams."""
    return pillar is None or (pillar != Pillar.COUNTDOWN and not shares.get(pillar))


def in_order(shares: Mapping[str, int]) -> dict[str, int]:
    """Shares without empty ones, the largest first; rows keep no order of their own."""
    known = {pillar.value: nth for nth, pillar in enumerate(Pillar)}
    kept = sorted(shares.items(), key=lambda one: (-one[1], known.get(one[0], len(known)), one[0]))
    return {pillar: share for pillar, share in kept if share}


def split_emoji(text: str) -> tuple[str, ...] | None:
    """The emoji of a text, in their order and each once; None if something else stands there."""
    found: list[str] = []
    for sign in text:
        if sign.isspace() or sign in ",，、;；·":
            found.append("")
        elif found and found[-1] and (_joins(sign) or found[-1][-1] == _JOINER or _ends_flag(found[-1], sign)):
            found[-1] += sign
        elif category(sign) in {"So", "Sk", "Sm"} or ord(sign) in _FLAGS:
            found.append(sign)
        else:
            return None
    return tuple(dict.fromkeys(one for one in found if one))


def _joins(sign: str) -> bool:
    """Whether a sign belongs to the emoji before it."""
    return sign in {_JOINER, _EMOJI_STYLE, _KEYCAP} or ord(sign) in _SKINS or ord(sign) in _TAGS


def _ends_flag(before: str, sign: str) -> bool:
    return len(before) == 1 and ord(before) in _FLAGS and ord(sign) in _FLAGS


def scaled(shares: Mapping[str, int]) -> dict[str, int]:
    """The shares in the same proportions, whole numbers that add up to 100; the largest remainders are rounded up."""
    total = sum(shares.values())
    if total <= 0:
        return dict(SHARES_AT_FIRST)
    kept = {name: WHOLE * share // total for name, share in shares.items()}
    rest = sorted(shares, key=lambda name: (-(WHOLE * shares[name] % total), list(shares).index(name)))
    for name in rest[: WHOLE - sum(kept.values())]:
        kept[name] += 1
    return {name: share for name, share in kept.items() if share}


@dataclass(frozen=True, slots=True)
class PillarShare:
    """A pillar with its share in per cent."""

    pillar: str
    share: int


@dataclass(frozen=True, slots=True)
class PersonaShown(Outcome, name="posts.PersonaShown"):
    """How the shop speaks now."""

    community_id: int
    name: str
    notes: str
    emoji: tuple[str, ...]
    sign_off: str
    pillars: tuple[PillarShare, ...]
    owner: bool
    """Whether the reader may change it."""
    private: bool = False
    """Whether it is shown in private, where buttons can work on it."""


@dataclass(frozen=True, slots=True)
class PersonaChanged(Outcome, name="posts.PersonaChanged"):
    """The owner changed the persona."""

    name: str
    notes: str
    emoji: tuple[str, ...]
    sign_off: str
    changed: tuple[str, ...]
    """Names of what changed; empty if it was so before."""
    audit_id: int | None

    @property
    def undoable(self) -> bool:
        """Whether there is something to take back."""
        return self.audit_id is not None


@dataclass(frozen=True, slots=True)
class PillarsPage(Outcome, name="posts.PillarsPage"):
    """The shares, to be changed by buttons. Nothing is kept before *save*."""

    community_id: int
    pillars: tuple[PillarShare, ...]
    total: int
    unused: tuple[str, ...] = ()
    """Pillars that every shop begins with and that have no share here."""
    problem: str | None = None
    """`name`, `many`: why the name that was written makes no pillar."""


@dataclass(frozen=True, slots=True)
class PillarsChanged(Outcome, name="posts.PillarsChanged"):
    """The shares are kept."""

    pillars: tuple[PillarShare, ...]
    audit_id: int | None

    @property
    def undoable(self) -> bool:
        """Whether there is something to take back."""
        return self.audit_id is not None


@dataclass(frozen=True, slots=True)
class PillarsOff(Outcome, name="posts.PillarsOff"):
    """The shares don't add up to 100; what they would be in the same proportions."""

    total: int
    suggested: tuple[PillarShare, ...]


@dataclass(frozen=True, slots=True)
class PillarsUnread(Outcome, name="posts.PillarsUnread"):
    """The line makes no sense: the first word that does not, empty if nothing was found."""

    word: str


@dataclass(frozen=True, slots=True)
class TooManyPillars(Outcome, name="posts.TooManyPillars"):
    """More pillars than can be kept in mind."""

    most: int


@dataclass(frozen=True, slots=True)
class PillarsClosed(Outcome, name="posts.PillarsClosed"):
    """A press on a page of shares that isn't open any more."""


@dataclass(frozen=True, slots=True)
class PillarsLeft(Outcome, name="posts.PillarsLeft"):
    """The page of shares was left; nothing changed."""
