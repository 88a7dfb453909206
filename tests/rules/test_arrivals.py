"""Whose a chat is, and what the bot lacks there: tables of facts and verdicts."""

import pytest

from bot.rules.arrivals import MOST_CHOICES, Asks, Comer, Joins, Knocks, Shop, missing_in, whose

SILK, WOOL, TEA = Shop(1, "Silk"), Shop(2, "Wool"), Shop(3, "Tea")
MINA, JUN = 10, 20


def comer(
    adder: int, creator: int | None, owns: tuple[Shop, ...], runs: tuple[Shop, ...], theirs: tuple[Shop, ...]
) -> Comer:
    """Facts of one coming."""
    return Comer(adder, creator, owns, runs, theirs)


@pytest.mark.parametrize(
    ("facts", "verdict"),
    [
        # An owner brings the bot to a group of their own.
        (comer(MINA, MINA, (SILK,), (), (SILK,)), Joins(1)),
        (comer(MINA, None, (SILK,), (), ()), Joins(1)),
        (comer(MINA, MINA, (SILK,), (TEA,), (SILK,)), Joins(1)),
        (comer(MINA, MINA, (SILK, WOOL), (), (SILK, WOOL)), Asks(MINA, (SILK, WOOL))),
        # To somebody else's group.
        (comer(MINA, JUN, (SILK,), (), ()), Asks(MINA, (SILK,))),
        (comer(MINA, JUN, (SILK,), (TEA,), (WOOL,)), Asks(MINA, (SILK, TEA))),
        # An operator.
        (comer(JUN, JUN, (), (SILK,), ()), Asks(JUN, (SILK,))),
        (comer(JUN, MINA, (), (SILK,), (SILK,)), Asks(JUN, (SILK,))),
        # Somebody else brings it to an owner's group.
        (comer(JUN, MINA, (), (), (SILK,)), Asks(MINA, (SILK,))),
        # Strangers.
        (comer(JUN, JUN, (), (), ()), Knocks()),
        (comer(JUN, None, (), (), ()), Knocks()),
        (comer(JUN, MINA, (), (), ()), Knocks()),
    ],
)
def test_whose(facts: Comer, verdict: Joins | Asks | Knocks) -> None:
    """Who brings the bot, to whose group, decides whether it joins, who is asked, or that it knocks."""
    assert whose(facts) == verdict


def test_a_question_offers_a_few_shops() -> None:
    """Telegram's screen holds so many buttons."""
    many = tuple(Shop(number, f"Shop {number}") for number in range(20))
    verdict = whose(Comer(MINA, MINA, many, (), many))
    assert isinstance(verdict, Asks)
    assert len(verdict.shops) == MOST_CHOICES


FULL = ("invite", "pin", "delete", "tags")
ALL = frozenset({"invite", "pin", "delete", "tags", "post"})


@pytest.mark.parametrize(
    ("chat_id", "is_admin", "rights", "is_channel", "reads_all", "missing"),
    [
        (-1_002_000_000_001, False, frozenset(), False, False, ("admin", "words", *FULL)),
        (-1_002_000_000_001, False, frozenset(), False, True, ("admin", *FULL)),
        (-1_002_000_000_001, True, frozenset(), False, False, FULL),
        (-1_002_000_000_001, True, frozenset({"pin", "tags"}), False, False, ("invite", "delete")),
        (-1_002_000_000_001, True, ALL, False, False, ()),
        (-5, True, frozenset({"invite", "pin", "delete"}), False, False, ()),
        (-1_002_000_000_001, True, frozenset(), True, False, ("post",)),
        (-1_002_000_000_001, True, frozenset({"post"}), True, False, ()),
        (-1_002_000_000_001, False, frozenset(), True, False, ("admin", "post")),
    ],
)
def test_what_is_missing(
    chat_id: int,
    is_admin: bool,  # a table's column
    rights: frozenset[str],
    is_channel: bool,
    reads_all: bool,
    missing: tuple[str, ...],
) -> None:
    """By kind of chat: tags can't be managed in a basic group, and a channel needs only posting."""
    found = missing_in(chat_id, is_admin=is_admin, rights=rights, is_channel=is_channel, reads_all=reads_all)
    assert found == missing
