"""The proof of a red packet: one JSON file that shows how its coins were split and who got which share.

The file has no names and no ids. A fan finds their own line by the number and the salt that they were told.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from bot.rules import strict_json as strict
from bot.rules.packets.shares import split
from bot.rules.sealing import (
    HASH_BYTES,
    SEAL_SHOWN,
    SEED_BYTES,
    ListLine,
    commitment,
    key_of,
    list_hash,
    order_of,
)

FORMATS = "encore-packet/"
FORMAT = FORMATS + "1"
NAMES = ("format", "shop", "opened", "coins", "shares", "commitment", "seed", "split", "list_hash", "order", "entries")
MAX_COUNT = 2**31 - 1
MAX_SHARES = 100_000
"""More shares than any packet has. The check of a stranger's file must end."""


class PacketFault(StrEnum):
    """What is wrong with a packet's proof."""

    UNREADABLE = "unreadable"
    VERSION = "version"
    """The file is a proof in a format that this version doesn't know."""
    SEED = "seed"
    """The seed isn't the one that was promised at the opening."""
    LIST = "list"
    """The list isn't the one that was frozen."""
    SPLIT = "split"
    """The shares aren't those that the seed gives."""
    SHARED = "shared"
    """The order of those who got a share isn't the one that seed and list give."""


@dataclass(frozen=True, slots=True)
class PacketDraw:
    """Everything that a packet's proof contains, but what can be computed from it."""

    shop: str
    opened: datetime
    coins: int
    shares: int
    seed: bytes
    entries: Sequence[ListLine] | None
    """Those who tapped within the fair window, each of weight 1. None: first come, first served."""


@dataclass(frozen=True, slots=True)
class PacketClaims:
    """The results that a proof states. The check computes each of them again."""

    commitment: str
    split: list[int]
    list_hash: str | None
    order: list[int]


@dataclass(frozen=True, slots=True)
class PacketCheck:
    """What a check found. The hashes must be compared with those on the packet's card."""

    faults: tuple[PacketFault, ...]
    draw: PacketDraw | None = None
    """What the proof contains, or None if it can't be read."""
    claims: PacketClaims | None = None


def packet_path(packet_id: int, sealed: str) -> str:
    """The path of the page that checks a packet and has its proof."""
    return f"/packets/{packet_id}/{sealed[:SEAL_SHOWN]}/"


def compute(draw: PacketDraw) -> PacketClaims:
    """All that follows from seed and list: the shares, and the numbers that got them, the first share's first."""
    parts = split(draw.seed, draw.coins, draw.shares)
    if draw.entries is None:
        return PacketClaims(commitment(draw.seed), parts, None, [])
    frozen = list_hash(draw.entries)
    order = order_of(key_of(draw.seed, frozen), draw.entries)[: draw.shares]
    return PacketClaims(commitment(draw.seed), parts, frozen, order)


def write_packet_proof(draw: PacketDraw) -> str:
    """The proof as JSON, with one entry a line so that people can read it too."""
    claims = compute(draw)
    head: dict[str, Any] = {
        "format": FORMAT,
        "shop": draw.shop,
        "opened": draw.opened.astimezone(UTC).isoformat(timespec="seconds"),
        "coins": draw.coins,
        "shares": draw.shares,
        "commitment": claims.commitment,
        "seed": draw.seed.hex(),
        "split": claims.split,
        "list_hash": claims.list_hash,
        "order": claims.order,
    }
    lines = [f'  "{name}": {json.dumps(value, ensure_ascii=False)}' for name, value in head.items()]
    by_number = sorted(draw.entries or (), key=lambda one: one.number)
    listed = ",\n".join(f'    [{one.number}, "{one.line}"]' for one in by_number)
    return "{\n" + ",\n".join(lines) + ',\n  "entries": [\n' + listed + "\n  ]\n}\n"


def check_packet_proof(text: str) -> PacketCheck:
    """Compute a packet again from its proof, whatever the text is."""
    try:
        told = strict.loads(text)
        version = told.get("format") if type(told) is dict else None
        if version != FORMAT:
            known = type(version) is str and version.startswith(FORMATS)
            return PacketCheck((PacketFault.VERSION if known else PacketFault.UNREADABLE,))
        draw, claims = _read(told)
    except ValueError:
        return PacketCheck((PacketFault.UNREADABLE,))
    again = compute(draw)
    found = {
        PacketFault.SEED: again.commitment != claims.commitment,
        PacketFault.LIST: again.list_hash != claims.list_hash,
        PacketFault.SPLIT: again.split != claims.split,
        PacketFault.SHARED: again.order != claims.order,
    }
    return PacketCheck(tuple(fault for fault, wrong in found.items() if wrong), draw, claims)


def _read(told: Any) -> tuple[PacketDraw, PacketClaims]:
    values = dict(zip(NAMES, strict.values_of(told, NAMES), strict=True))
    frozen = strict.hex_of(values["list_hash"], HASH_BYTES) if values["list_hash"] is not None else None
    entries = [_entry(one) for one in strict.list_of(values["entries"])]
    if len({one.number for one in entries}) != len(entries) or (frozen is None and entries):
        raise ValueError("an entry stands twice on the list, or there is no list")
    shares = strict.int_of(values["shares"], 1, MAX_SHARES)
    draw = PacketDraw(
        shop=strict.text_of(values["shop"]),
        opened=strict.instant_of(values["opened"]),
        coins=strict.int_of(values["coins"], shares, MAX_COUNT),
        shares=shares,
        seed=bytes.fromhex(strict.hex_of(values["seed"], SEED_BYTES)),
        entries=entries if frozen is not None else None,
    )
    return draw, PacketClaims(
        commitment=strict.hex_of(values["commitment"], HASH_BYTES),
        split=_numbers(values["split"]),
        list_hash=frozen,
        order=_numbers(values["order"]),
    )


def _entry(row: Any) -> ListLine:
    number, line = strict.list_of(row, 2)
    return ListLine(strict.int_of(number, 1, MAX_COUNT), 1, strict.hex_of(line, HASH_BYTES))


def _numbers(value: Any) -> list[int]:
    return [strict.int_of(one, 1, MAX_COUNT) for one in strict.list_of(value)]
