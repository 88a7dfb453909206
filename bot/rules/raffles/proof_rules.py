"""What a proof contains, and the rules that a draw must follow from the close to the last redraw."""

from bisect import bisect, insort
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from bot.rules.beacons import QUICKNET, Pulse
from bot.rules.raffles.facts import Reason
from bot.rules.sealing import ListLine, key_of, order_of, standing_winners

CLOCK_TOLERANCE = timedelta(seconds=60)
"""How far Telegram's clock, which dates messages, and the bot's clock may be apart."""
LOST_WITHOUT_REDRAW = frozenset({Reason.LEFT, Reason.DELETED, Reason.WON})
"""Reasons that the bot itself finds."""


@dataclass(frozen=True, slots=True)
class Naming:
    """A message in the group that named a round of the beacon for a fixed list."""

    round: int
    chat_id: int
    message_id: int
    date: datetime
    """Telegram's date of the message."""
    counts: bool
    """Whether the message came at least a minute before the round."""


@dataclass(frozen=True, slots=True)
class Struck:
    """An entry that lost its place."""

    entry: int
    reason: str
    at: datetime | None
    """None in old proofs, which don't have it."""
    redraw: int | None
    """The number of the redraw that struck it, or None."""


@dataclass(frozen=True, slots=True)
class RedrawRecord:
    """One redraw by the owner."""

    number: int
    """Redraws of a raffle are numbered from 1."""
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Draw:
    """Everything that a proof contains, but what can be computed from it."""

    shop: str
    number: int
    prize: str
    opened: datetime
    closed: datetime
    places: int
    reserves: int
    seed: bytes
    entries: Sequence[ListLine]
    chain: str | None
    """The hash of the beacon's chain, or None if the shop alone sealed the draw."""
    namings: Sequence[Naming]
    """Oldest first. Old proofs have none."""
    pulse: Pulse | None
    """The round that goes into the key, or None if the bot could not get it."""
    struck: Sequence[Struck]
    """In the order in which they were struck."""
    redraws: Sequence[RedrawRecord]
    called_off: datetime | None
    """When the raffle was called off, after its round had been named. None if it wasn't."""
    old: bool
    """Whether the round was named at the opening. Such a draw is written in the old format."""
    round: int | None
    """The round that counts."""


def order_of_draw(draw: Draw, frozen: str) -> list[int]:
    """Entry numbers in the order that key and list give. Empty if the draw was called off before the key was known."""
    if draw.pulse is None and draw.chain is not None and not draw.old:
        return []
    randomness = bytes.fromhex(draw.pulse.randomness) if draw.pulse is not None else b""
    return order_of(key_of(draw.seed, frozen, randomness), draw.entries)


def winners_of_draw(draw: Draw, order: Sequence[int]) -> list[int]:
    """Entry numbers of the winners, best rank first."""
    if draw.called_off is not None:
        return []
    return standing_winners(order, [one.entry for one in draw.struck], draw.places)


def namings_follow_rule(draw: Draw) -> bool:
    """Whether rounds were named by the rules, and the draw uses the last one that counts.

    After a round that counts has come, no other round may be named: the shop would know already who would win.
    """
    namings = draw.namings
    last = next((one.round for one in reversed(namings) if one.counts), None)
    return (
        draw.round == last
        and (bool(namings) or draw.called_off is not None)
        and len({(one.chat_id, one.message_id) for one in namings}) == len(namings)
        and all(one.counts == QUICKNET.named_in_time(one.round, one.date) for one in namings)
        and _ascend([draw.closed - CLOCK_TOLERANCE, *(one.date for one in namings)])
        and all(
            later.date < QUICKNET.time_of(one.round)
            for nth, one in enumerate(namings, start=1)
            if one.counts
            for later in namings[nth:]
        )
    )


def losses_follow_rule(draw: Draw, order: Sequence[int]) -> bool:
    """Whether each struck entry had a place at that time, and lost it by a redraw or for a known reason."""
    rank = {number: nth for nth, number in enumerate(order)}
    if len({one.entry for one in draw.struck}) != len(draw.struck) or any(one.entry not in rank for one in draw.struck):
        return False
    gone: list[int] = []
    # Which of the entries that were struck at the same instant came first is unknown. The better rank first fits all.
    for one in sorted(draw.struck, key=lambda one: (one.at or draw.closed, rank[one.entry])):
        if rank[one.entry] - bisect(gone, rank[one.entry]) >= draw.places:
            return False
        insort(gone, rank[one.entry])
    if draw.old:
        return True
    redraws = {one.number: one.at for one in draw.redraws}
    drawn = draw.closed
    if draw.round is not None:
        drawn = max(drawn, QUICKNET.time_of(draw.round) - CLOCK_TOLERANCE)
    return _ascend([drawn, *(one.at for one in draw.struck if one.at is not None)]) and all(
        one.reason in LOST_WITHOUT_REDRAW if one.redraw is None else redraws.get(one.redraw) == one.at
        for one in draw.struck
    )


def redraws_follow_rule(draw: Draw) -> bool:
    """Whether at most as many places were drawn anew as there are reserves, and redraws are in order."""
    if draw.old:
        return True
    by_redraw = [one.redraw for one in draw.struck if one.redraw is not None]
    return (
        len(by_redraw) <= draw.reserves
        and [one.number for one in draw.redraws] == list(range(1, len(draw.redraws) + 1))
        and {one.number for one in draw.redraws} == set(by_redraw)
        and _ascend([one.at for one in draw.redraws])
    )


def call_off_follows_rule(draw: Draw) -> bool:
    """Whether the raffle wasn't called off, or was called off after a naming and before anybody had won."""
    if draw.called_off is None:
        return True
    begun = [draw.closed - CLOCK_TOLERANCE, *(one.date - CLOCK_TOLERANCE for one in draw.namings[:1])]
    return draw.chain is not None and not draw.struck and not draw.redraws and draw.called_off >= max(begun)


def _ascend(times: Sequence[datetime]) -> bool:
    return all(one <= other for one, other in pairwise(times))
