"""Proofs of draws: good ones hold, whatever was changed in one is found, and no file makes the check stumble."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.outside.quicknet import is_signed
from bot.rules.beacons import QUICKNET, Pulse
from bot.rules.raffles.proofs import Fault, check_proof, write_proof
from tests.rules.some_proofs import GOOD, MALFORMED, NOON, RECORDED, TAMPERED, WRITTEN, order_in, places_in


@pytest.mark.parametrize("name", GOOD)
def test_a_good_proof_holds(name: str) -> None:
    """A good proof of every kind passes, and reading it back gives what was written."""
    draw = GOOD[name]
    text = write_proof(draw)
    checked = check_proof(text, is_signed)
    assert checked.faults == ()
    assert checked.draw is not None
    assert write_proof(checked.draw) == text
    assert checked.signature_checked == (draw.pulse is not None)
    assert not check_proof(text).signature_checked


def test_lost_places_go_to_the_next_in_the_order() -> None:
    """In the long story four of the first were struck, so that the others won."""
    order = order_in(GOOD["a long story"])
    checked = check_proof(write_proof(GOOD["a long story"]))
    assert checked.winners == (order[3], order[5], order[6])


@pytest.mark.parametrize("name", TAMPERED)
def test_what_was_changed_is_found(name: str) -> None:
    """Each kind of change is found, and the first fault that is told explains it."""
    tampered = TAMPERED[name]
    assert check_proof(tampered.text(), is_signed).faults[:1] == (tampered.fault,)
    assert (check_proof(tampered.text()).faults == ()) == tampered.needs_key


@pytest.mark.parametrize("name", [*MALFORMED, *WRITTEN])
def test_what_is_no_proof_is_told_calmly(name: str) -> None:
    """What isn't written exactly as a proof is isn't guessed at."""
    text = WRITTEN[name] if name in WRITTEN else MALFORMED[name].text()
    assert check_proof(text, is_signed).faults == (Fault.UNREADABLE,)


def test_there_are_thirty_tamperings_and_more() -> None:
    """There are at least thirty tampered proofs, and each differs from the good one."""
    assert len(TAMPERED) >= 30
    for tampered in [*TAMPERED.values(), *MALFORMED.values()]:
        good = json.loads(write_proof(GOOD[tampered.of]))
        assert tampered.text() != json.dumps(good, ensure_ascii=False)
    assert write_proof(GOOD["named"]) not in WRITTEN.values()


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["00" * 32, NOON.isoformat()]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


@given(st.text() | ANYTHING.map(json.dumps) | st.binary().map(lambda raw: raw.decode("utf-8", "replace")))
def test_whatever_is_in_the_file_the_check_answers(text: str) -> None:
    """Arbitrary text and JSON are refused as unreadable, and the check raises nothing."""
    assert check_proof(text, is_signed).faults == (Fault.UNREADABLE,)


@given(st.sampled_from(sorted(GOOD)), st.data())
def test_a_proof_with_anything_anywhere_is_answered(name: str, data: st.DataObject) -> None:
    """With any value put anywhere into a good proof, the check answers, and passes only an equal proof."""
    told = json.loads(write_proof(GOOD[name]))
    *way, last = data.draw(st.sampled_from([place for place in places_in(told) if place]))
    inner = told
    for step in way:
        inner = inner[step]
    inner[last] = data.draw(ANYTHING)
    checked = check_proof(json.dumps(told), is_signed)
    if checked.faults == ():
        assert checked.draw is not None
        assert json.loads(write_proof(checked.draw)) == told


@given(st.sampled_from(sorted(GOOD)), st.data())
def test_a_proof_with_any_text_anywhere_is_answered(name: str, data: st.DataObject) -> None:
    """Text is cut out and put in at any place: the check answers."""
    text = write_proof(GOOD[name])
    start = data.draw(st.integers(0, len(text)))
    length = data.draw(st.integers(0, 6))
    check_proof(text[:start] + data.draw(st.text(max_size=6)) + text[start + length :], is_signed)


def test_rounds_of_the_beacon() -> None:
    """The round that is named is the first after an instant, never one that is known by then."""
    assert QUICKNET.first_round_after(NOON.replace(month=4, day=19, hour=23, minute=59, second=59)) == 27_946_612
    for number in (1, 2, RECORDED.round):
        came = QUICKNET.time_of(number)
        assert QUICKNET.first_round_after(came) == number + 1
    assert RECORDED.is_sound
    assert not Pulse(RECORDED.round, "00" * 32, RECORDED.signature).is_sound
