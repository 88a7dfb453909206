"""What a proof tells of a draw, and the rules that a draw keeps from the close to the last redraw."""

from bisect import bisect, insort
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from bot.rules.beacons import QUICKNET, Pulse
from bot.rules.raffles.facts import Reason
from bot.rules.sealing import ListLine, key_of, order_of, standing_winners

CLOCK_TOLERANCE = timedelta(seconds=60)
"""Telegram dates messages, the bot's clock everything else: so far they may be apart."""
LOST_WITHOUT_REDRAW = frozenset({Reason.LEFT, Reason.DELETED, Reason.WON})


@dataclass(frozen=True, slots=True)
class Naming:
    """A message in the group that named a round of the beacon for the list that is fixed."""

    round: int
    chat_id: int
    message_id: int
    date: datetime
    """Telegram's date of the message."""
    counts: bool
    """Whether it came at least a minute before the round."""


@dataclass(frozen=True, slots=True)
class Struck:
    """An entry that lost its place."""

    entry: int
    reason: str
    at: datetime | None
    """None in old proofs, which don't tell it."""
    redraw: int | None
    """The redraw that struck it, if one did."""


@dataclass(frozen=True, slots=True)
class RedrawRecord:
    """Places that the owner had drawn anew, in public."""

    number: int
    """From 1."""
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Draw:
    """All that a proof tells."""

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
    """The hash of the beacon's chain; None if the shop alone has sealed it."""
    namings: Sequence[Naming]
    """Oldest first; none in old proofs."""
    pulse: Pulse | None
    """The round that goes into the key, if it was had."""
    struck: Sequence[Struck]
    """In the order in which they were struck."""
    redraws: Sequence[RedrawRecord]
    called_off: datetime | None
    """When it was called off, after its round had been named."""
    old: bool
    """Whether its round was named at the opening: such a draw is written in the old format."""
    round: int | None
    """The round that counts."""


def order_of_draw(draw: Draw, frozen: str) -> list[int]:
    """The order that the key and the list make; none if the draw was called off before the key was known."""
    if draw.pulse is None and draw.chain is not None and not draw.old:
        return []
    randomness = bytes.fromhex(draw.pulse.randomness) if draw.pulse is not None else b""
    return order_of(key_of(draw.seed, frozen, randomness), draw.entries)


def winners_of_draw(draw: Draw, order: Sequence[int]) -> list[int]:
    """Who has won."""
    if draw.called_off is not None:
        return []
    return standing_winners(order, [one.entry for one in draw.struck], draw.places)


def namings_follow_rule(draw: Draw) -> bool:
    """Whether the rounds were named by the rule, and the one that is used is the last that counts.

    Once a round counts no other may be named after it came: whoever names it would know what they give up.
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
    """Whether each that was struck had a place then, and lost it for a reason that may be, or by a redraw."""
    rank = {number: nth for nth, number in enumerate(order)}
    if len({one.entry for one in draw.struck}) != len(draw.struck) or any(one.entry not in rank for one in draw.struck):
        return False
    gone: list[int] = []
    # Of those who were struck at once nobody knows which came first: the better rank first suits every case.
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
    """Whether no more places were drawn anew than there are reserves, by redraws in their order."""
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
    """Whether it wasn't called off, or after a round was named and before anybody had won."""
    if draw.called_off is None:
        return True
    begun = [draw.closed - CLOCK_TOLERANCE, *(one.date - CLOCK_TOLERANCE for one in draw.namings[:1])]
    return draw.chain is not None and not draw.struck and not draw.redraws and draw.called_off >= max(begun)


def _ascend(times: Sequence[datetime]) -> bool:
    return all(one <= other for one, other in pairwise(times))
