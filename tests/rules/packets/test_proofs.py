"""The proof of a red packet: written, computed again, and whatever is changed in it is found."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest

from bot.rules.packets.proofs import PacketDraw, PacketFault, check_packet_proof, compute, write_packet_proof
from bot.rules.packets.rechecks import Handed, PacketDoubt, doubts_of
from bot.rules.packets.shares import split
from bot.rules.sealing import ListLine, line_of

SEED = bytes(range(32))
FAIR = PacketDraw(
    shop="Silk Live",
    opened=datetime(2026, 11, 2, 3, 0, tzinfo=UTC),
    coins=100,
    shares=4,
    seed=SEED,
    entries=[ListLine(n, 1, line_of(sha256(b"%d" % n).digest()[:16], 700 + n)) for n in range(1, 8)],
)
GOOD = {
    "fair": FAIR,
    "rush": replace(FAIR, entries=None),
    "fewer than shares": replace(FAIR, entries=list(FAIR.entries or ())[:2]),
    "nobody tapped": replace(FAIR, entries=[]),
    "one coin each": replace(FAIR, coins=4),
    "one share": replace(FAIR, shares=1),
}
Change = Callable[[dict[str, Any]], Any]
TAMPERED: dict[str, tuple[Change, PacketFault]] = {
    "another seed": (lambda told: told.update(seed="00" * 32), PacketFault.SEED),
    "another seal": (lambda told: told.update(commitment="00" * 32), PacketFault.SEED),
    "another line": (lambda told: told["entries"][0].__setitem__(1, "00" * 32), PacketFault.LIST),
    "one less": (lambda told: told["entries"].pop(), PacketFault.LIST),
    "another list's hash": (lambda told: told.update(list_hash="00" * 32), PacketFault.LIST),
    "another share": (lambda told: told["split"].reverse(), PacketFault.SPLIT),
    "another's turn": (lambda told: told["order"].reverse(), PacketFault.SHARED),
    "one share more": (lambda told: told.update(shares=5), PacketFault.SPLIT),
    "a newer format": (lambda told: told.update(format="encore-packet/2"), PacketFault.VERSION),
    "another format": (lambda told: told.update(format="encore-bag/1"), PacketFault.UNREADABLE),
    "a name too many": (lambda told: told.update(note="checked"), PacketFault.UNREADABLE),
    "an entry twice": (lambda told: told["entries"].append(told["entries"][0]), PacketFault.UNREADABLE),
    "a list without a hash": (lambda told: told.update(list_hash=None), PacketFault.UNREADABLE),
    "more shares than coins": (lambda told: told.update(shares=101), PacketFault.UNREADABLE),
    "true coins": (lambda told: told.update(coins=True), PacketFault.UNREADABLE),
}


def changed(change: Change) -> str:
    """The fair packet's proof with one thing changed."""
    told = json.loads(write_packet_proof(FAIR))
    change(told)
    return json.dumps(told)


@pytest.mark.parametrize("name", GOOD)
def test_a_good_proof_holds(name: str) -> None:
    """What is written is read again, and its results are computed again."""
    checked = check_packet_proof(write_packet_proof(GOOD[name]))
    assert checked.faults == ()
    assert checked.draw == GOOD[name]
    assert checked.claims == compute(GOOD[name])
    assert checked.claims is not None
    assert sum(checked.claims.split) == GOOD[name].coins
    assert len(checked.claims.order) == min(len(GOOD[name].entries or ()), GOOD[name].shares)


@pytest.mark.parametrize("name", TAMPERED)
def test_what_was_changed_is_found(name: str) -> None:
    """The first fault is the one that was made."""
    change, fault = TAMPERED[name]
    assert check_packet_proof(changed(change)).faults[0] is fault


@pytest.mark.parametrize("text", ["", "[]", "null", "{}", "nonsense", "\ud800"])
def test_what_is_no_proof_is_told_calmly(text: str) -> None:
    """It is unreadable, whatever it is."""
    assert check_packet_proof(text).faults == (PacketFault.UNREADABLE,)


def handed(**other: Any) -> Handed:
    """What the fair packet handed out, with a late tap beside those who were drawn."""
    parts, order = split(SEED, 100, 4), compute(FAIR).order
    taken = [(number, nth, parts[nth - 1]) for nth, number in enumerate(order[:3], start=1)]
    facts: dict[str, Any] = {"split": tuple(parts), "frozen": compute(FAIR).list_hash}
    return Handed(**facts | {"taken": (*taken, (None, 4, parts[3]))} | other)


def test_what_was_handed_out_is_compared() -> None:
    """Shares, list and who got which: each that isn't what the proof gives is a doubt of its own."""
    checked = check_packet_proof(write_packet_proof(FAIR))
    order, parts = compute(FAIR).order, split(SEED, 100, 4)
    assert doubts_of(checked, handed()) == ()
    assert doubts_of(checked, handed(frozen="00" * 32)) == (PacketDoubt.LIST,)
    assert doubts_of(checked, handed(split=(25, 25, 25, 25))) == (PacketDoubt.SPLIT,)
    assert doubts_of(checked, handed(taken=((order[1], 1, parts[0]),))) == (PacketDoubt.SHARED,)
    assert doubts_of(checked, handed(taken=((None, 1, parts[0] + 1),))) == (PacketDoubt.SHARED,)
    assert doubts_of(checked, handed(taken=((None, 5, 1),))) == (PacketDoubt.SHARED,)
    assert doubts_of(check_packet_proof(changed(TAMPERED["another seed"][0])), handed())[0] is PacketDoubt.SEAL
