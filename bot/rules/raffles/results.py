"""Outcomes that announce winners and lost places."""

from dataclasses import dataclass

from bot.rules.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Winner:
    """A winner as everybody may see them: a number, and a name unless the fan hides it."""

    number: int
    """The number of the winner's entry, as in the proof."""
    name: str | None
    """None if the fan asked not to be shown."""


@dataclass(frozen=True, slots=True)
class LostPlace:
    """One place that went to the next in rank."""

    number: int
    reason: str


@dataclass(frozen=True, slots=True)
class DrawAnnounced(Outcome, name="raffles.DrawTold"):
    """The caption of the proof in the group: who won, who lost a place, and why."""

    raffle_id: int
    prize: str
    won: tuple[Winner, ...]
    more: int
    entries: int
    alone: bool
    """Whether the shop alone sealed the draw: no round was named, or the bot could not get it."""
    beacon_missed: bool
    lost: tuple[LostPlace, ...]
    again: bool
    """Whether places were drawn anew since the draw."""
    with_file: bool = True
    """Whether the proof is attached. False if the room takes no files."""
    page: str | None = None
    """The path of the page that checks the proof. None in messages of older versions."""


@dataclass(frozen=True, slots=True)
class YouWon(Outcome, name="raffles.YouWon"):
    """A winner is told alone."""

    prize: str
    shop: str
    number: int
    moved_up: bool
    """Whether the place was another winner's before."""


@dataclass(frozen=True, slots=True)
class PlaceRedrawn(Outcome, name="raffles.PlaceRedrawn"):
    """A person whose place was drawn anew is told alone."""

    prize: str
    reason: str = "unreachable"
    """The owner's words, or `rules/raffles/draws.UNREACHABLE`."""
