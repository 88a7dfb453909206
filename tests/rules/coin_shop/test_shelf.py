"""The coin shop's decisions, as tables: who may buy what when, and what each is told first."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.rules.coin_shop.shelf import (
    Buyer,
    BuyRefusal,
    ItemFacts,
    ItemGone,
    ItemKind,
    ItemNotYet,
    ItemSoldOut,
    ItemState,
    LimitReached,
    NoSuchItem,
    Per,
    ShelfLine,
    SoldBefore,
    TierTooLow,
    TooDear,
    may_buy,
    period_of,
    shelf_line,
)
from bot.rules.tiers import Tier

NOW = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)
"""Monday noon in Seoul."""
HOUR = timedelta(hours=1)
SEOUL = "Asia/Seoul"

SILK = ItemFacts(
    id=1,
    number=1,
    title="Silk",
    kind=ItemKind.COUPON,
    price=20,
    stock=10,
    sold=0,
    limit=None,
    per=None,
    tier=Tier.NEW,
    opens=None,
    closes=None,
    state=ItemState.OPEN,
    made_at=NOW - HOUR,
)
ANA = Buyer(balance=20, tier=Tier.NEW, bought=0)
ONE_EACH = replace(SILK, limit=1)
ONE_A_DAY = replace(SILK, limit=1, per=Per.DAY)


@pytest.mark.parametrize(
    ("item", "buyer", "expected"),
    [
        pytest.param(SILK, ANA, None, id="coins to the last one"),
        pytest.param(SILK, replace(ANA, balance=19), TooDear("Silk", 20, 19), id="a coin too few"),
        pytest.param(replace(SILK, sold=9), ANA, None, id="the last one"),
        pytest.param(replace(SILK, sold=10), ANA, ItemSoldOut("Silk"), id="all gone"),
        pytest.param(replace(SILK, stock=None, sold=9_999), ANA, None, id="no end of them"),
        pytest.param(replace(SILK, supply=0), ANA, ItemSoldOut("Silk"), id="the campaign has none left"),
        pytest.param(replace(SILK, sold=10), replace(ANA, balance=0), ItemSoldOut("Silk"), id="gone before too dear"),
        pytest.param(replace(SILK, opens=NOW), ANA, None, id="opens just now"),
        pytest.param(replace(SILK, opens=NOW + HOUR), ANA, ItemNotYet("Silk", NOW + HOUR), id="opens later"),
        pytest.param(replace(SILK, closes=NOW + HOUR), ANA, None, id="closes later"),
        pytest.param(replace(SILK, closes=NOW), ANA, ItemGone("Silk"), id="closes just now"),
        pytest.param(replace(SILK, over=True), ANA, ItemGone("Silk"), id="its campaign is over"),
        pytest.param(replace(SILK, state=ItemState.CLOSED), ANA, ItemGone("Silk"), id="closed"),
        pytest.param(replace(SILK, state=ItemState.WITHDRAWN), ANA, NoSuchItem(), id="withdrawn"),
        pytest.param(replace(SILK, tier=Tier.FAN), ANA, TierTooLow("Silk", "fan", "new"), id="for a higher tier"),
        pytest.param(replace(SILK, tier=Tier.FAN), replace(ANA, tier=Tier.CORE), None, id="for a lower tier"),
        pytest.param(ONE_EACH, replace(ANA, bought=1), LimitReached("Silk", 1, None), id="had theirs"),
        pytest.param(ONE_A_DAY, replace(ANA, bought=1), LimitReached("Silk", 1, "day"), id="had today's"),
        pytest.param(replace(ONE_EACH, limit=2), replace(ANA, bought=1), None, id="one more is allowed"),
        pytest.param(
            replace(ONE_EACH, sold=10, opens=NOW + HOUR),
            replace(ANA, bought=1, balance=0),
            LimitReached("Silk", 1, None),
            id="their limit is told before a stock, a window or a price",
        ),
        pytest.param(ONE_EACH, replace(ANA, back_since=NOW), SoldBefore("Silk"), id="came back after it was listed"),
        pytest.param(ONE_EACH, replace(ANA, back_since=NOW - 2 * HOUR), None, id="came back before it was listed"),
        pytest.param(SILK, replace(ANA, back_since=NOW), None, id="without a limit nobody had theirs"),
        pytest.param(ONE_A_DAY, replace(ANA, back_since=NOW - HOUR / 2), SoldBefore("Silk"), id="came back today"),
        pytest.param(
            replace(ONE_A_DAY, made_at=NOW - 99 * HOUR),
            replace(ANA, back_since=NOW - 24 * HOUR),
            None,
            id="came back yesterday",
        ),
    ],
)
def test_who_may_buy(item: ItemFacts, buyer: Buyer, expected: BuyRefusal | None) -> None:
    """The first reason that no wait can mend wins; a limit is told as a limit (peers told it as "expired")."""
    assert may_buy(item, buyer, NOW, SEOUL) == expected


@pytest.mark.parametrize(
    ("per", "at", "expected"),
    [
        (None, NOW, ""),
        (Per.DAY, datetime(2026, 11, 2, 15, 0, tzinfo=UTC), "2026-11-03"),
        (Per.WEEK, datetime(2026, 12, 31, 3, 0, tzinfo=UTC), "2026-W53"),
        (Per.WEEK, datetime(2027, 1, 3, 3, 0, tzinfo=UTC), "2026-W53"),
        (Per.WEEK, datetime(2027, 1, 3, 15, 0, tzinfo=UTC), "2027-W01"),
        (Per.MONTH, datetime(2026, 11, 30, 15, 0, tzinfo=UTC), "2026-12"),
    ],
)
def test_periods_are_the_communitys(per: Per | None, at: datetime, expected: str) -> None:
    """Days, weeks from Monday and months, in the shop's own zone."""
    assert period_of(at, SEOUL, per) == expected


def test_the_shelf_says_why_not() -> None:
    """An item that can't be bought now stays on the shelf with the reason; one that is gone doesn't."""
    line = ShelfLine(1, "Silk", 20, 10, "open", "new", None, None)
    assert shelf_line(SILK, ANA, NOW, SEOUL) == line
    assert shelf_line(SILK, replace(ANA, balance=0), NOW, SEOUL) == replace(line, state="dear")
    assert shelf_line(replace(SILK, sold=10), ANA, NOW, SEOUL) == replace(line, state="sold_out", left=0)
    assert shelf_line(ONE_EACH, replace(ANA, bought=1), NOW, SEOUL) == replace(line, state="limit")
    assert shelf_line(replace(SILK, over=True), ANA, NOW, SEOUL) is None
