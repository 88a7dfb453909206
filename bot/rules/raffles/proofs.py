"""The proof of a draw: one JSON file that shows how the winners follow, and the check of such a file.

The file has no names and no ids. A fan finds their own line by the number and the salt that they were told.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from bot.rules import strict_json as strict
from bot.rules.beacons import QUICKNET, Pulse
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
from bot.rules.sealing import HASH_BYTES, MAX_WEIGHT, SEAL_SHOWN, SEED_BYTES, ListLine, commitment, list_hash

FORMATS = "encore-draw/"
FORMAT = FORMATS + "2"
OLD_FORMAT = FORMATS + "1"
"""The format of raffles whose round was named at the opening, before there was a list."""
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
"""The largest count, and the largest number of a message."""
MAX_ROUND = 10**10
"""The largest number of a round: nearly a thousand years of rounds."""
MAX_ID = 2**52
"""The largest id of Telegram's: they have at most 52 bits."""

Signed = Callable[[int, str], bool]
"""(round, signature) → whether the beacon made this signature."""


class Fault(StrEnum):
    """What is wrong with a proof. The first fault that is found explains those after it."""

    UNREADABLE = "unreadable"
    VERSION = "version"
    """The file is a proof in a format that this version doesn't know."""
    SEED = "seed"
    """The seed isn't the one that was promised at the opening."""
    LIST = "list"
    """The list isn't the one that was frozen."""
    CHAIN = "chain"
    """The beacon isn't one that this version knows."""
    NAMING = "naming"
    """The rounds weren't named by the rules, or the draw uses another round than the rules say."""
    ROUND = "round"
    """A round was named, and the draw uses none."""
    BEACON = "beacon"
    """The beacon's randomness isn't the hash of its signature."""
    SIGNATURE = "signature"
    """The signature isn't the beacon's."""
    ORDER = "order"
    """The order isn't the one that key and list give."""
    STRUCK = "struck"
    """A place was lost in a way that the rules don't allow."""
    REDRAWS = "redraws"
    """More places were drawn anew than there are reserves, or the redraws don't fit who was struck."""
    CALLED_OFF = "called_off"
    """The raffle was called off, and the file has what can't happen before or after that."""
    WINNERS = "winners"
    """The winners aren't the first of the order."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What a check found. Both hashes must be compared with those on the raffle's card."""

    faults: tuple[Fault, ...]
    draw: Draw | None = None
    """What the proof contains, or None if it can't be read."""
    commitment: str = ""
    list_hash: str = ""
    winners: tuple[int, ...] = ()
    signature_checked: bool = False
    """Whether the beacon's signature was checked. If not, the reader must be told so."""

    @property
    def entries(self) -> int:
        """The number of entries on the list."""
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
    """The results that a proof states. The check computes each of them again."""

    commitment: str
    list_hash: str
    order: list[int]
    winners: list[int]


def page_path(raffle_id: int, commitment: str) -> str:
    """The path of the page that checks a raffle's draw and has its proof."""
    return f"/draws/{raffle_id}/{commitment[:SEAL_SHOWN]}/"


def write_proof(draw: Draw) -> str:
    """The proof as JSON, with one entry a line so that people can read it too."""
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
    """The chain, the round that counts, its randomness and signature, and the namings."""
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
