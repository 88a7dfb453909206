"""A fan asks the bot to compute a packet again: what it found, compared with what was handed out."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from bot.rules.outcome import Outcome
from bot.rules.packets.proofs import PacketCheck, PacketFault


class PacketDoubt(StrEnum):
    """What doesn't fit, in a fan's terms."""

    SEAL = "seal"
    """The seed isn't the one whose hash stood on the card."""
    LIST = "list"
    """The list isn't the one whose hash is on the card."""
    SPLIT = "split"
    """The shares aren't those that the seed gives."""
    SHARED = "shared"
    """Somebody got another share than the draw gives."""


_DOUBTS = {
    PacketFault.SEED: PacketDoubt.SEAL,
    PacketFault.LIST: PacketDoubt.LIST,
    PacketFault.UNREADABLE: PacketDoubt.LIST,
    PacketFault.SPLIT: PacketDoubt.SPLIT,
}


@dataclass(frozen=True, slots=True)
class Handed:
    """What was handed out."""

    split: tuple[int, ...]
    """Coins of each share, the first share's first."""
    frozen: str | None
    """The list's hash on the card."""
    taken: tuple[tuple[int | None, int, int], ...]
    """(number in the draw, share, coins) of each share that somebody got. None: taken after the draw, or in a rush."""


def doubts_of(checked: PacketCheck, handed: Handed) -> tuple[PacketDoubt, ...]:
    """What doesn't fit, the first reason first. Nothing: all was handed out as the seed and the list say."""
    found = set(_found(checked, handed))
    return tuple(doubt for doubt in PacketDoubt if doubt in found)


def _found(checked: PacketCheck, handed: Handed) -> Iterator[PacketDoubt]:
    for fault in checked.faults:
        yield _DOUBTS.get(fault, PacketDoubt.SHARED)
    if checked.claims is None:
        return
    if tuple(checked.claims.split) != handed.split:
        yield PacketDoubt.SPLIT
    if checked.claims.list_hash != handed.frozen:
        yield PacketDoubt.LIST
    place_of = {number: nth for nth, number in enumerate(checked.claims.order, start=1)}
    for number, nth, coins in handed.taken:
        if number is not None and place_of.get(number) != nth:
            yield PacketDoubt.SHARED
        if not 1 <= nth <= len(checked.claims.split) or checked.claims.split[nth - 1] != coins:
            yield PacketDoubt.SHARED


@dataclass(frozen=True, slots=True)
class StillCheckingPacket(Outcome, name="packets.StillCheckingPacket"):
    """The computation takes longer; the next press finds it done."""


@dataclass(frozen=True, slots=True)
class PacketFilesCome(Outcome, name="packets.PacketFilesCome"):
    """The proof and the page that checks it come in private."""

    community_id: int
    packet_id: int
    can_write: bool
    """Whether the bot may write to the reader. If not, a button opens the private chat first."""

    @property
    def fits_alert(self) -> bool:
        """Without the right to write there is a button that opens the chat."""
        return self.can_write


@dataclass(frozen=True, slots=True)
class PacketFile(Outcome, name="packets.PacketFile"):
    """What stands under a packet's proof."""

    page: str
    """The path of the page that checks it."""


@dataclass(frozen=True, slots=True)
class PacketCheckPage(Outcome, name="packets.PacketCheckPage"):
    """What stands under the page's file."""

    shop: str
