"""The sealed draw: fixed bytes, fair shares, and an order that no change survives."""

import hmac
from collections import Counter
from hashlib import sha256
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.rules.sealing import (
    ListLine,
    commitment,
    key_of,
    line_of,
    list_hash,
    list_text,
    order_of,
    rank_of,
    standing_winners,
)

SEED = bytes(range(32))


def entry(number: int, weight: int = 1, *, after: bool = False) -> ListLine:
    """An entry of the fan with this number."""
    return ListLine(number, weight, line_of(bytes(16), number), after)


def test_the_bytes_are_what_was_promised() -> None:
    """Every hash is taken over exactly the bytes that the document names; numbers here were computed by hand."""
    assert commitment(SEED) == "630dcd2966c4336691125448bbb25b4ff412a49c732db2c8abc1b8581bd710dd"
    assert line_of(b"\x01" * 16, 42) == sha256(b"\x01" * 16 + b"42").hexdigest()
    listed = [ListLine(2, 3, "bb", after=True), ListLine(1, 1, "aa")]
    assert list_text(listed) == "1,1,0,aa\n2,3,1,bb\n"
    frozen = list_hash(listed)
    assert frozen == sha256(b"1,1,0,aa\n2,3,1,bb\n").hexdigest()
    assert key_of(SEED, frozen) == sha256(SEED + bytes.fromhex(frozen)).digest()
    assert key_of(SEED, frozen, b"\x07" * 32) == sha256(SEED + bytes.fromhex(frozen) + b"\x07" * 32).digest()
    key = key_of(SEED, frozen)
    one, two = (hmac.new(key, text, sha256).digest() for text in (b"2:0", b"2:1"))
    assert rank_of(key, 2, 2) == min(one, two)


def test_each_weight_wins_its_share() -> None:
    """Over 4,000 seeds the first place goes to weights 1, 1, 2 and 4 as often as they weigh, within 4 sigma."""
    listed = [entry(1), entry(2), entry(3, 2), entry(4, 4)]
    frozen, seeds = list_hash(listed), 4000
    first = Counter(order_of(key_of(sha256(b"%d" % seed).digest(), frozen), listed)[0] for seed in range(seeds))
    for one in listed:
        share = one.weight / 8
        sigma = (seeds * share * (1 - share)) ** 0.5
        assert abs(first[one.number] - seeds * share) < 4 * sigma, (one, first)


def test_old_accounts_are_not_favoured() -> None:
    """Who moves up for a lost winner is next in rank, whatever their number: low numbers gain nothing by it."""
    listed = [entry(number) for number in range(1, 11)]
    frozen, seeds = list_hash(listed), 3000
    moved_up: Counter[int] = Counter()
    for seed in range(seeds):
        order = order_of(key_of(sha256(b"%d" % seed).digest(), frozen), listed)
        before, after = (set(standing_winners(order, struck, 2)) for struck in ((), order[:1]))
        moved_up.update(after - before)
    sigma = (seeds * 0.1 * 0.9) ** 0.5
    assert all(abs(moved_up[one.number] - seeds / 10) < 4 * sigma for one in listed), moved_up


def test_who_won_lately_comes_after_all_others() -> None:
    """An entry that is set behind never stands before one that isn't, however heavy it is."""
    listed = [entry(number, 5 if number % 2 else 1, after=bool(number % 2)) for number in range(1, 21)]
    order = order_of(key_of(SEED, list_hash(listed)), listed)
    assert all(number % 2 == 0 for number in order[:10])
    assert all(number % 2 == 1 for number in order[10:])


@given(st.binary(min_size=32, max_size=32), st.lists(st.integers(1, 5), min_size=1, max_size=30), st.randoms())
def test_the_order_is_the_lists_alone(seed: bytes, weights: list[int], dice: object) -> None:
    """Every entry stands in the order once, and in which order the list was read changes nothing."""
    listed = [entry(number, weight) for number, weight in enumerate(weights, start=1)]
    order = order_of(key_of(seed, list_hash(listed)), listed)
    assert sorted(order) == list(range(1, len(weights) + 1))
    backwards = listed[::-1]
    assert list_hash(backwards) == list_hash(listed)
    assert order_of(key_of(seed, list_hash(backwards)), backwards) == order
    ranks = [rank_of(key_of(seed, list_hash(listed)), number, weights[number - 1]) for number in order]
    assert all(low <= high for low, high in pairwise(ranks))


@given(st.permutations(list(range(1, 13))), st.sets(st.integers(1, 12)), st.integers(1, 12))
def test_places_go_down_the_order(order: list[int], struck: set[int], places: int) -> None:
    """Winners are the first that weren't struck; striking one more keeps all the others and never brings one back."""
    winners = standing_winners(order, struck, places)
    assert winners == [number for number in order if number not in struck][:places]
    if winners:
        again = standing_winners(order, {*struck, winners[0]}, places)
        assert winners[0] not in again
        assert again[: len(winners) - 1] == winners[1:]
