"""Signatures of drand's quicknet: its own rounds verify, and nothing else does."""

import subprocess
import sys
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from py_arkworks_bls12381 import G1Point, Scalar

from bot.outside.quicknet import DOMAIN, is_signed

ROUNDS = {
    123: "b75c69d0b72a5d906e854e808ba7e2accb1542ac355ae486d591aa9d43765482e26cd02df835d3546d23c4b13e0dfc92",
    1000: "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39",
    1001: "b33bf3667cbd5a82de3a24b4e0e9fe5513cc1a0e840368c6e31f5fcfa79bea03f73896b25883abf2853d10337fb8fa41",
    1002: "ab066f9c12dd6de1336fca0f925192fb0c72a771c3e4c82ede1fd362c1a770f9eb05843c6308ce2530b53a99c0281a6e",
    657_413: "b713718a38ae728dfd477991af2822e08d2f305e47718cef9f7848ce4050e7be41076862b98fad56e91a6b85b89cd97b",
    10_024_141: "8c87caf26bb4f5e9fdfad5ddf739ff8683344f8cf04a8c381225ff067557b5d9d51937eed765fcef21971bf5ddef44bb",
}
"""Rounds as drand told them."""
GOOD = ROUNDS[1000]
FIELD = 0x1A0111EA397FE69A4B1BA7B6434BACD764774B84F38512BF6730D2A0F6B0F6241EABFFFEB153FFFFB9FEFFFFFFFFAAAB


def at(x: int) -> str:
    """The compressed point with this x, in hexadecimal."""
    return (x | 1 << 383).to_bytes(48, "big").hex()


def by_a_key_of_ours() -> str:
    """A well-made signature of round 1000, with a key that isn't quicknet's."""
    message = sha256((1000).to_bytes(8, "big")).digest()
    return (G1Point.hash_to_curve(message, DOMAIN) * Scalar(12345)).to_compressed_bytes().hex()


@pytest.mark.parametrize("number", ROUNDS)
def test_quicknets_own_rounds_verify(number: int) -> None:
    """Each recorded round verifies with its own signature and with no other's."""
    assert [other for other, signature in ROUNDS.items() if is_signed(number, signature)] == [number]


def test_points_that_are_not_usable_are_what_they_are_said_to_be() -> None:
    """x = 4 lies on the curve outside the subgroup, x = 1 isn't on the curve: so the table below tests both."""
    assert not G1Point.from_compressed_bytes_unchecked(bytes.fromhex(at(4))).is_in_subgroup()
    with pytest.raises(ValueError, match="invalid"):
        G1Point.from_compressed_bytes_unchecked(bytes.fromhex(at(1)))


REFUSED = {
    "round zero": (0, GOOD),
    "a round below zero": (-1000, GOOD),
    "a round too large to be written": (1 << 64, GOOD),
    "a huge round": (10**5000, GOOD),
    "another sign": (1000, "9" + GOOD[1:]),
    "another last bit": (1000, GOOD[:-1] + "8"),
    "another key": (1000, by_a_key_of_ours()),
    "a point off the curve": (1000, at(1)),
    "a point outside the subgroup": (1000, at(4)),
    "an x beyond the field": (1000, at(FIELD)),
    "infinity": (1000, "c0" + "00" * 47),
    "infinity with a sign": (1000, "e0" + "00" * 47),
    "infinity with a tail": (1000, "c0" + "00" * 46 + "01"),
    "all ones": (1000, "ff" * 48),
    "not compressed": (1000, "34" + GOOD[2:]),
    "nothing": (1000, ""),
    "too short": (1000, GOOD[:-2]),
    "too long": (1000, GOOD + "00"),
    "a line feed behind": (1000, GOOD + "\n"),
    "upper case": (1000, GOOD.upper()),
    "not hexadecimal": (1000, "g" + GOOD[1:]),
    "full-width digits": (1000, GOOD[:-1] + "９"),
    "blanks between": (1000, GOOD[:46] + " " * 4 + GOOD[50:]),
}


@pytest.mark.parametrize("name", REFUSED)
def test_anything_else_is_refused(name: str) -> None:
    """The answer is no, and nothing is raised."""
    assert is_signed(*REFUSED[name]) is False


@given(st.integers(), st.text() | st.binary(min_size=48, max_size=48).map(bytes.hex))
def test_whatever_is_given_is_answered(number: int, signature: str) -> None:
    """Nobody but quicknet signs."""
    assert is_signed(number, signature) is False


@given(st.integers(0, 383))
def test_no_bit_may_differ(bit: int) -> None:
    """A signature with any one bit flipped is refused."""
    assert not is_signed(1000, (int(GOOD, 16) ^ 1 << bit).to_bytes(48, "big").hex())


def test_the_start_loads_no_bls() -> None:
    """The module costs the start nothing: the library comes with the first check."""
    program = "import sys, bot.outside.quicknet; print('py_arkworks_bls12381' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "False\n"
    )
