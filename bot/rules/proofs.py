"""The proof of a draw: one JSON file that says how it came about, and the check that needs nothing else.

It holds no name and no id: a fan finds their own line by the number and salt that they were told.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from bot.rules.beacons import Pulse
from bot.rules.sealing import (
    MOST_WEIGHT,
    SEED_BYTES,
    Sealed,
    commitment,
    key_of,
    list_hash,
    order_of,
    standing_winners,
)

FORMAT = "encore-draw/2"
OLD_FORMAT = "encore-draw/1"
"""Of raffles whose round was named at the opening, before there was a list."""
DIGITS = 64
"""Of a SHA-256 hash in hexadecimal."""


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
class RedrawNoted:
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
    entries: Sequence[Sealed]
    chain: str | None
    """The hash of the beacon's chain; None if the shop alone has sealed it."""
    namings: Sequence[Naming]
    """Oldest first; none in old proofs."""
    pulse: Pulse | None
    """The round that goes into the key, if it was had."""
    struck: Sequence[Struck]
    """In the order in which they were struck."""
    redraws: Sequence[RedrawNoted]
    called_off: datetime | None
    """When it was called off, after its round had been named."""
    old: bool
    """Whether its round was named at the opening: such a draw is written in the old format."""
    round: int | None
    """The round that counts."""


class Fault(StrEnum):
    """What is wrong with a proof. The first that is found explains those after it."""

    UNREADABLE = "unreadable"
    SEED = "seed"
    """The seed isn't the one that was promised at the opening."""
    LIST = "list"
    """The list isn't the one that was frozen."""
    BEACON = "beacon"
    """The beacon's randomness isn't what its signature makes."""
    ORDER = "order"
    """The order isn't the one that the seed and the list make."""
    WINNERS = "winners"
    """The winners aren't the first of the order."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found. Both hashes are to be compared with those on the raffle's card."""

    faults: tuple[Fault, ...]
    prize: str = ""
    commitment: str = ""
    list_hash: str = ""
    entries: int = 0
    winners: tuple[int, ...] = ()
    round: int | None = None
    alone: bool = True
    """Whether no beacon went into the key."""


def write_proof(draw: Draw) -> str:
    """The proof as JSON: entries one a line, so that people can read it too."""
    frozen = list_hash(draw.entries)
    order: list[int] = []
    if draw.pulse is not None or draw.chain is None or draw.old:
        randomness = bytes.fromhex(draw.pulse.randomness) if draw.pulse is not None else b""
        order = order_of(key_of(draw.seed, frozen, randomness), draw.entries)
    winners: list[int] = []
    if draw.called_off is None:
        winners = standing_winners(order, [one.entry for one in draw.struck], draw.places)
    head: dict[str, Any] = {
        "format": OLD_FORMAT if draw.old else FORMAT,
        "shop": draw.shop,
        "raffle": draw.number,
        "prize": draw.prize,
        "opened": _iso(draw.opened),
        "closed": _iso(draw.closed),
        "commitment": commitment(draw.seed),
        "list_hash": frozen,
        "beacon": _beacon_of(draw),
        "seed": draw.seed.hex(),
        "places": draw.places,
    }
    if draw.old:
        head |= {"winners": winners, "struck": [[one.entry, one.reason] for one in draw.struck]}
    else:
        head |= {
            "reserves": draw.reserves,
            "winners": winners,
            "struck": [_struck_of(one) for one in draw.struck],
            "redraws": [{"number": one.number, "at": _iso(one.at), "reason": one.reason} for one in draw.redraws],
            "called_off": {"at": _iso(draw.called_off)} if draw.called_off is not None else None,
        }
    head["order"] = order
    lines = [f'  "{name}": {json.dumps(value, ensure_ascii=False)}' for name, value in head.items()]
    by_number = sorted(draw.entries, key=lambda one: one.number)
    listed = ",\n".join(f'    [{one.number}, {one.weight}, {int(one.after)}, "{one.seal}"]' for one in by_number)
    return "{\n" + ",\n".join(lines) + ',\n  "entries": [\n' + listed + "\n  ]\n}\n"


def _beacon_of(draw: Draw) -> dict[str, Any] | None:
    if draw.chain is None:
        return None
    beacon: dict[str, Any] = {"chain": draw.chain}
    if not draw.old:
        beacon["namings"] = [
            {
                "round": one.round,
                "chat_id": one.chat_id,
                "message_id": one.message_id,
                "date": _iso(one.date),
                "counts": one.counts,
            }
            for one in draw.namings
        ]
    beacon |= {"round": draw.round, "randomness": None, "signature": None}
    if draw.pulse is not None:
        beacon |= {"randomness": draw.pulse.randomness, "signature": draw.pulse.signature}
    return beacon


def _struck_of(one: Struck) -> dict[str, Any]:
    at = _iso(one.at) if one.at is not None else None
    return {"entry": one.entry, "reason": one.reason, "at": at, "redraw": one.redraw}


def _iso(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="seconds")


def check_proof(text: str) -> Checked:
    """Compute a draw again from its proof."""
    try:
        told = json.loads(text)
        entries = _entries(told["entries"])
        seed, order, winners = bytes.fromhex(told["seed"]), list(told["order"]), list(told["winners"])
        struck, places = [int(number) for number, _ in told["struck"]], int(told["places"])
        beacon, prize = told["beacon"], str(told["prize"])
        pulse, ours = _pulse(beacon), told["format"] == OLD_FORMAT and len(seed) == SEED_BYTES
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return Checked((Fault.UNREADABLE,))
    if not ours:
        return Checked((Fault.UNREADABLE,))
    frozen = list_hash(entries)
    randomness = bytes.fromhex(pulse.randomness) if pulse is not None else b""
    true_order = order_of(key_of(seed, frozen, randomness), entries)
    found = {
        Fault.SEED: commitment(seed) != told.get("commitment"),
        Fault.LIST: frozen != told.get("list_hash"),
        Fault.BEACON: pulse is not None and not pulse.sound,
        Fault.ORDER: true_order != order,
        Fault.WINNERS: standing_winners(order, struck, places) != winners,
    }
    return Checked(
        faults=tuple(fault for fault, wrong in found.items() if wrong),
        prize=prize,
        commitment=str(told.get("commitment")),
        list_hash=str(told.get("list_hash")),
        entries=len(entries),
        winners=tuple(winners),
        round=beacon["round"] if beacon else None,
        alone=pulse is None,
    )


def _entries(rows: list[Any]) -> list[Sealed]:
    entries = [Sealed(int(number), int(weight), str(seal), bool(after)) for number, weight, after, seal in rows]
    if len({one.number for one in entries}) != len(entries):
        raise ValueError("an entry stands twice on the list")
    if not all(1 <= one.weight <= MOST_WEIGHT and len(one.seal) == DIGITS for one in entries):
        raise ValueError("an entry is malformed")
    return entries


def _pulse(beacon: dict[str, Any] | None) -> Pulse | None:
    if not beacon or beacon["randomness"] is None:
        return None
    pulse = Pulse(int(beacon["round"]), str(beacon["randomness"]), str(beacon["signature"]))
    if len(pulse.randomness) != DIGITS:
        raise ValueError("the randomness isn't 32 bytes")
    bytes.fromhex(pulse.randomness)
    return pulse
