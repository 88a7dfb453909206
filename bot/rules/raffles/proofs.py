"""The proof of a draw: one JSON file that says how it came about, and the check that needs nothing else.

It holds no name and no id: a fan finds their own line by the number and salt that they were told.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from bot.rules.beacons import QUICKNET, Pulse
from bot.rules.raffles import strict_json as strict
from bot.rules.raffles.proof_rules import (
    Draw,
    Naming,
    RedrawRecord,
    Struck,
    call_off_follows_rule,
    losses_follow_rule,
    namings_follow_rule,
    order_of_draw,
    redraws_follow_rule,
    winners_of_draw,
)
from bot.rules.sealing import HASH_BYTES, MAX_WEIGHT, SEED_BYTES, ListLine, commitment, list_hash

FORMATS = "encore-draw/"
FORMAT = FORMATS + "2"
OLD_FORMAT = FORMATS + "1"
"""Of raffles whose round was named at the opening, before there was a list."""
OLD_NAMES = (
    "format",
    "shop",
    "raffle",
    "prize",
    "opened",
    "closed",
    "commitment",
    "list_hash",
    "beacon",
    "seed",
    "places",
    "winners",
    "struck",
    "order",
    "entries",
)
NEW_NAMES = ("reserves", "redraws", "called_off")
SIGNATURE_BYTES = 48
MAX_COUNT = 2**31 - 1
"""Of what is counted, and of a message's number."""
MAX_ROUND = 10**10
"""A thousand years of rounds."""
MAX_ID = 2**52
"""Telegram's ids have at most 52 bits."""

SEAL_SHOWN = 32
"""Digits of the seal in a page's address: 128 bits that nobody guesses who didn't see the raffle's card."""

Signed = Callable[[int, str], bool]
"""Whether the beacon signed a round, by its number and signature."""


class Fault(StrEnum):
    """What is wrong with a proof. The first that is found explains those after it."""

    UNREADABLE = "unreadable"
    VERSION = "version"
    """It is a proof of a format that isn't known here."""
    SEED = "seed"
    """The seed isn't the one that was promised at the opening."""
    LIST = "list"
    """The list isn't the one that was frozen."""
    CHAIN = "chain"
    """The beacon isn't one that is known here."""
    NAMING = "naming"
    """The rounds weren't named by the rule, or another one is used than the rule makes count."""
    ROUND = "round"
    """A round was named, and none is used."""
    BEACON = "beacon"
    """The beacon's randomness isn't what its signature makes."""
    SIGNATURE = "signature"
    """The signature isn't the beacon's."""
    ORDER = "order"
    """The order isn't the one that the key and the list make."""
    STRUCK = "struck"
    """A place was lost in a way that can't be."""
    REDRAWS = "redraws"
    """More places were drawn anew than there are reserves, or the redraws don't fit who was struck."""
    CALLED_OFF = "called_off"
    """It was called off, and tells of what can't come after that or before it."""
    WINNERS = "winners"
    """The winners aren't the first of the order."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What a check found. Both hashes are to be compared with those on the raffle's card."""

    faults: tuple[Fault, ...]
    draw: Draw | None = None
    """What the proof tells; None if it can't be read."""
    commitment: str = ""
    list_hash: str = ""
    winners: tuple[int, ...] = ()
    signature_checked: bool = False
    """Whether the beacon's signature was checked; what is said without that must say so."""

    @property
    def entries(self) -> int:
        """How many stand on the list."""
        return len(self.draw.entries) if self.draw is not None else 0

    @property
    def round(self) -> int | None:
        """The beacon's round that counts."""
        return self.draw.round if self.draw is not None else None

    @property
    def alone(self) -> bool:
        """Whether no beacon went into the key."""
        return self.draw is None or self.draw.pulse is None


@dataclass(frozen=True, slots=True)
class Claims:
    """What a proof says comes of it; each is computed again."""

    commitment: str
    list_hash: str
    order: list[int]
    winners: list[int]


def page_path(raffle_id: int, commitment: str) -> str:
    """Path of the page that checks a raffle's draw with the proof in hand."""
    return f"/draws/{raffle_id}/{commitment[:SEAL_SHOWN]}/"


def write_proof(draw: Draw) -> str:
    """The proof as JSON: entries one a line, so that people can read it too."""
    frozen = list_hash(draw.entries)
    order = order_of_draw(draw, frozen)
    winners = winners_of_draw(draw, order)
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
    listed = ",\n".join(f'    [{one.number}, {one.weight}, {int(one.after)}, "{one.line}"]' for one in by_number)
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


def check_proof(text: str, signed: Signed | None = None) -> CheckResult:
    """Compute a draw again from its proof, whatever the text is.

    `signed` tells whether the beacon signed a round; without it the signature isn't checked.
    """
    try:
        told = strict.loads(text)
        version = told.get("format") if type(told) is dict else None
        if version not in (FORMAT, OLD_FORMAT):
            known = type(version) is str and version.startswith(FORMATS)
            return CheckResult((Fault.VERSION if known else Fault.UNREADABLE,))
        draw, claims = _read(told, old=version == OLD_FORMAT)
    except ValueError:
        return CheckResult((Fault.UNREADABLE,))
    frozen = list_hash(draw.entries)
    order = order_of_draw(draw, frozen)
    theirs = None
    if signed is not None and draw.pulse is not None and draw.chain == QUICKNET.hash:
        theirs = signed(draw.pulse.round, draw.pulse.signature)
    found = {
        Fault.SEED: commitment(draw.seed) != claims.commitment,
        Fault.LIST: frozen != claims.list_hash,
        Fault.CHAIN: draw.chain not in (None, QUICKNET.hash),
        Fault.NAMING: not draw.old and draw.chain == QUICKNET.hash and not namings_follow_rule(draw),
        Fault.ROUND: not draw.old and draw.chain is not None and draw.pulse is None and draw.called_off is None,
        Fault.BEACON: draw.pulse is not None and not draw.pulse.is_sound,
        Fault.SIGNATURE: theirs is False,
        Fault.ORDER: order != claims.order,
        Fault.STRUCK: not losses_follow_rule(draw, order),
        Fault.REDRAWS: not redraws_follow_rule(draw),
        Fault.CALLED_OFF: not call_off_follows_rule(draw),
        Fault.WINNERS: winners_of_draw(draw, order) != claims.winners,
    }
    return CheckResult(
        faults=tuple(fault for fault, wrong in found.items() if wrong),
        draw=draw,
        commitment=claims.commitment,
        list_hash=claims.list_hash,
        winners=tuple(claims.winners),
        signature_checked=theirs is not None,
    )


def _read(told: Any, *, old: bool) -> tuple[Draw, Claims]:
    values = dict(zip(OLD_NAMES, strict.values_of(told, OLD_NAMES), strict=True)) if old else dict(told)
    if not old:
        strict.values_of(told, (*OLD_NAMES, *NEW_NAMES))
    chain, number, pulse, namings = _beacon(values["beacon"], old=old)
    called_off = values.get("called_off")
    draw = Draw(
        shop=strict.text_of(values["shop"]),
        number=strict.int_of(values["raffle"], 1, MAX_COUNT),
        prize=strict.text_of(values["prize"]),
        opened=strict.instant_of(values["opened"]),
        closed=strict.instant_of(values["closed"]),
        places=strict.int_of(values["places"], 1, MAX_COUNT),
        reserves=strict.int_of(values.get("reserves", 0), 0, MAX_COUNT),
        seed=bytes.fromhex(strict.hex_of(values["seed"], SEED_BYTES)),
        entries=_entries(values["entries"]),
        chain=chain,
        namings=namings,
        pulse=pulse,
        struck=[_struck(one, old=old) for one in strict.list_of(values["struck"])],
        redraws=[_redraw(one) for one in strict.list_of(values.get("redraws", []))],
        called_off=strict.instant_of(*strict.values_of(called_off, ("at",))) if called_off is not None else None,
        old=old,
        round=number,
    )
    if draw.opened > draw.closed:
        raise ValueError("it was closed before it was opened")
    return draw, Claims(
        commitment=strict.hex_of(values["commitment"], HASH_BYTES),
        list_hash=strict.hex_of(values["list_hash"], HASH_BYTES),
        order=_numbers(values["order"]),
        winners=_numbers(values["winners"]),
    )


def _entries(rows: Any) -> list[ListLine]:
    entries = []
    for row in strict.list_of(rows):
        number, weight, after, line_hex = strict.list_of(row, 4)
        line = strict.hex_of(line_hex, HASH_BYTES)
        entries.append(
            ListLine(
                strict.int_of(number, 1, MAX_COUNT), strict.int_of(weight, 1, MAX_WEIGHT), line, after=_after(after)
            )
        )
    if len({one.number for one in entries}) != len(entries):
        raise ValueError("an entry stands twice on the list")
    return entries


def _after(value: Any) -> bool:
    return strict.int_of(value, 0, 1) == 1


def _numbers(value: Any) -> list[int]:
    return [strict.int_of(one, 1, MAX_COUNT) for one in strict.list_of(value)]


def _beacon(told: Any, *, old: bool) -> tuple[str | None, int | None, Pulse | None, list[Naming]]:
    """The chain, the round that counts, what came of it, and how rounds were named."""
    if told is None:
        return None, None, None, []
    names = ("chain", "round", "randomness", "signature")
    values = dict(told) if type(told) is dict else {}
    namings = [] if old else [_naming(one) for one in strict.list_of(values.pop("namings", None))]
    chain, number, randomness, signature = strict.values_of(values, names)
    strict.hex_of(chain, HASH_BYTES)
    if number is not None or old:
        strict.int_of(number, 1, MAX_ROUND)
    if randomness is None and signature is None:
        return chain, number, None, namings
    if number is None:
        raise ValueError("randomness of no round")
    pulse = Pulse(number, strict.hex_of(randomness, HASH_BYTES), strict.hex_of(signature, SIGNATURE_BYTES))
    return chain, number, pulse, namings


def _naming(told: Any) -> Naming:
    number, chat_id, message_id, date, counts = strict.values_of(
        told, ("round", "chat_id", "message_id", "date", "counts")
    )
    return Naming(
        round=strict.int_of(number, 1, MAX_ROUND),
        chat_id=strict.int_of(chat_id, -MAX_ID, -1),
        message_id=strict.int_of(message_id, 1, MAX_COUNT),
        date=strict.instant_of(date),
        counts=strict.bool_of(counts),
    )


def _struck(told: Any, *, old: bool) -> Struck:
    if old:
        entry, reason = strict.list_of(told, 2)
        return Struck(strict.int_of(entry, 1, MAX_COUNT), strict.text_of(reason), None, None)
    entry, reason, at, redraw = strict.values_of(told, ("entry", "reason", "at", "redraw"))
    return Struck(
        strict.int_of(entry, 1, MAX_COUNT),
        strict.text_of(reason),
        strict.instant_of(at),
        strict.int_of(redraw, 1, MAX_COUNT) if redraw is not None else None,
    )


def _redraw(told: Any) -> RedrawRecord:
    number, at, reason = strict.values_of(told, ("number", "at", "reason"))
    return RedrawRecord(strict.int_of(number, 1, MAX_COUNT), strict.instant_of(at), strict.text_of(reason))
