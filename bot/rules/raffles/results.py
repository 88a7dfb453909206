"""What is told of a raffle's winners, and of places that were lost."""

from dataclasses import dataclass

from bot.rules.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Winner:
    """A winner as everybody may see them."""

    number: int
    """Of their entry, which stands in the proof."""
    name: str | None
    """None for who asked not to be shown."""


@dataclass(frozen=True, slots=True)
class LostPlace:
    """One place that went to the next in rank."""

    number: int
    reason: str


@dataclass(frozen=True, slots=True)
class DrawAnnounced(Outcome, name="raffles.DrawTold"):
    """Under the proof in the group: who won, and who lost a place and why."""

    raffle_id: int
    prize: str
    won: tuple[Winner, ...]
    more: int
    entries: int
    alone: bool
    """Whether it was sealed by the shop alone: no beacon was named, or its round couldn't be had."""
    beacon_missed: bool
    lost: tuple[LostPlace, ...]
    again: bool
    """Whether it tells of a place that was drawn anew."""
    with_file: bool = True
    """Whether the proof could be sent; False where the room takes no files."""


@dataclass(frozen=True, slots=True)
class YouWon(Outcome, name="raffles.YouWon"):
    """To a winner alone."""

    prize: str
    shop: str
    number: int
    moved_up: bool


@dataclass(frozen=True, slots=True)
class PlaceRedrawn(Outcome, name="raffles.PlaceRedrawn"):
    """To someone whose place was drawn anew, alone."""

    prize: str
    reason: str = "unreachable"
    """As the owner wrote it, or `rules/raffles/draws.UNREACHABLE`."""
