"""A draw that was computed again is compared with what the group was told."""

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.rules.raffles.proofs import Fault, check_proof, write_proof
from bot.rules.raffles.rechecks import Announced, Doubt, DrawChecked, DrawDoubtful, Recomputed, compare
from bot.rules.raffles.results import Winner
from tests.rules.some_proofs import GOOD, RECORDED, TAMPERED


def announced(name: str, **other: Any) -> Announced:
    """What the group was told of a good draw."""
    told = json.loads(write_proof(GOOD[name]))
    numbers = tuple(told["winners"])
    facts = {
        "prize": "Scarf",
        "commitment": told["commitment"],
        "list_hash": told["list_hash"],
        "winners": tuple(Winner(number, None) for number in numbers[:2]),
        "numbers": numbers,
        "redrawn": 0,
        "page": "/draws/1/ab/",
    }
    return Announced(**facts | other)


def recomputed(name: str) -> Recomputed:
    """What the bot finds in that draw's proof."""
    return Recomputed.of(check_proof(write_proof(GOOD[name]), lambda _round, _signature: True))


@pytest.mark.parametrize("name", GOOD)
def test_what_was_announced_is_confirmed(name: str) -> None:
    """Of every kind of good draw, with its list's hash, its entries, and its round if one counted."""
    outcome = compare(7, announced(name), recomputed(name))
    assert isinstance(outcome, DrawChecked)
    assert outcome.list_hash == announced(name).list_hash
    assert outcome.entries == len(GOOD[name].entries)
    assert outcome.called_off == (GOOD[name].called_off is not None)
    assert outcome.signed == (outcome.round is not None) == (GOOD[name].pulse is not None)
    assert len(outcome.winners) + outcome.more == len(announced(name).numbers)


def test_a_signature_that_was_not_checked_is_not_called_checked() -> None:
    """Without the means to check it the round is named, and that is all."""
    found = Recomputed.of(check_proof(write_proof(GOOD["named"])))
    outcome = compare(7, announced("named"), found)
    assert isinstance(outcome, DrawChecked)
    assert (outcome.round, outcome.signed) == (RECORDED.round, False)


@pytest.mark.parametrize(
    ("other", "doubt"),
    [
        ({"commitment": "00" * 32}, Doubt.SEAL),
        ({"list_hash": "00" * 32}, Doubt.LIST),
        ({"list_hash": None}, Doubt.LIST),
        ({"numbers": (1, 2, 3)}, Doubt.WINNERS),
    ],
)
def test_what_differs_from_the_card_is_named(other: dict[str, Any], doubt: Doubt) -> None:
    """A seal, a list or winners that the group was told otherwise."""
    outcome = compare(7, announced("named", **other), recomputed("named"))
    assert isinstance(outcome, DrawDoubtful)
    assert outcome.doubts == (doubt.value,)


@pytest.mark.parametrize(
    ("name", "doubt"),
    [
        ("another seed", Doubt.SEAL),
        ("a changed entrant", Doubt.LIST),
        ("another signature", Doubt.ROUND),
        ("another winner", Doubt.WINNERS),
        ("no such name", Doubt.LIST),
    ],
)
def test_a_proof_that_does_not_hold_is_a_doubt(name: str, doubt: Doubt) -> None:
    """Whatever is wrong in the proof itself is told in a fan's terms."""
    checked = check_proof(TAMPERED[name].text()) if name in TAMPERED else replace(check_proof("{}"))
    outcome = compare(7, announced("a long story"), Recomputed.of(checked))
    assert isinstance(outcome, DrawDoubtful)
    assert doubt.value in outcome.doubts


def test_every_fault_has_a_doubt() -> None:
    """None of them is left unsaid."""
    good = recomputed("named")
    for fault in Fault:
        outcome = compare(7, announced("named"), replace(good, faults=(fault,)))
        assert isinstance(outcome, DrawDoubtful), fault
        assert len(outcome.doubts) == 1
