"""Whose a chat is, and what the bot lacks there: tables of facts and verdicts."""

import pytest

from bot.rules.place import Shop
from bot.rules.shops.arrivals import (
    MOST_CHOICES,
    Asks,
    Comer,
    Joins,
    Knocks,
    OwnedShop,
    may_found_first,
    missing_in,
    whose,
)

SILK, WOOL, TEA = Shop(1, "Silk"), Shop(2, "Wool"), Shop(3, "Tea")
MINA, JUN, ANA = 10, 20, 30


def comer(
    adder: int | None,
    owns: tuple[Shop, ...] = (),
    *,
    helps: tuple[OwnedShop, ...] = (),
    creator: int | None = None,
    theirs: tuple[Shop, ...] = (),
    brought: bool = True,
) -> Comer:
    """Facts of one coming."""
    return Comer(adder, brought, owns, helps, creator, theirs)


MINAS, JUNS = OwnedShop(SILK, MINA), OwnedShop(TEA, JUN)


@pytest.mark.parametrize(
    ("facts", "verdict"),
    [
        # An owner brings the bot with their own id, to whomever the group belongs.
        (comer(MINA, (SILK,), creator=MINA), Joins(1)),
        (comer(MINA, (SILK,)), Joins(1)),
        (comer(MINA, (SILK,), creator=JUN), Joins(1)),
        (comer(MINA, (SILK,), creator=JUN, theirs=(WOOL,)), Joins(1)),
        (comer(MINA, (SILK, WOOL), creator=MINA), Asks(MINA, (SILK, WOOL))),
        # An owner only speaks there: somebody else may have brought the bot.
        (comer(MINA, (SILK,), creator=MINA, brought=False), Asks(MINA, (SILK,))),
        # Anonymously, in an owner's group.
        (comer(None, creator=MINA, theirs=(SILK,)), Asks(MINA, (SILK,))),
        (comer(None, creator=JUN), Knocks()),
        (comer(None), Knocks()),
        # An operator: the owner is asked, not they.
        (comer(JUN, helps=(MINAS,), creator=JUN), Asks(MINA, (SILK,))),
        (comer(JUN, creator=MINA, theirs=(SILK,)), Asks(MINA, (SILK,))),
        (comer(ANA, helps=(MINAS, OwnedShop(WOOL, MINA)), creator=ANA), Asks(MINA, (SILK, WOOL))),
        (comer(ANA, helps=(MINAS, JUNS), creator=ANA), Asks(MINA, (SILK,))),
        # Strangers.
        (comer(JUN, creator=JUN), Knocks()),
        (comer(JUN), Knocks()),
        (comer(JUN, creator=MINA), Knocks()),
    ],
)
def test_whose(facts: Comer, verdict: Joins | Asks | Knocks) -> None:
    """Who brings the bot, to whose group, decides whether it joins, who is asked, or that it knocks."""
    assert whose(facts) == verdict


def test_a_question_offers_a_few_shops() -> None:
    """Telegram's screen holds so many buttons."""
    many = tuple(Shop(number, f"Shop {number}") for number in range(20))
    verdict = whose(comer(MINA, many, creator=MINA))
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


@pytest.mark.parametrize(
    ("creator", "founder", "may"),
    [
        (MINA, None, True),
        (None, None, True),
        (MINA, MINA, True),
        (JUN, MINA, False),
        (None, MINA, False),
    ],
)
def test_who_founds_first(creator: int | None, founder: int | None, *, may: bool) -> None:
    """Anybody, unless a founder is named: then a creator whom Telegram doesn't tell is nobody."""
    assert may_found_first(creator, founder) is may
