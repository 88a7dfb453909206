"""Coupons: who may claim when, what the card shows, what the till honours."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.rules.coupons.coupons import (
    CampaignFacts,
    CampaignState,
    Cancelled,
    ClaimRefusal,
    CouponOver,
    CouponState,
    CouponVoid,
    PriceTooHigh,
    SoldOut,
    TierTooLow,
    TooEarly,
    TooLate,
    WindowPast,
    WindowUpsideDown,
    asks_for_tier,
    check_window,
    drop_card,
    fate_of,
    may_claim,
    may_redeem,
)
from bot.rules.tiers import Tier

NOW = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)
TICK = timedelta(microseconds=1)
HOUR = timedelta(hours=1)

SILK = CampaignFacts(
    id=1,
    number=1,
    title="Silk",
    stock=10,
    taken=0,
    price=20,
    limit=1,
    state=CampaignState.OPEN,
    opens=None,
    closes=None,
    shared_code=None,
)
EMPTY = replace(SILK, taken=10)
GONE = replace(SILK, state=CampaignState.CANCELLED)


@pytest.mark.parametrize(
    ("campaign", "balance", "expected"),
    [
        pytest.param(SILK, 20, None, id="coins to the last one"),
        pytest.param(SILK, 19, PriceTooHigh("Silk", 20, 19), id="a coin too few"),
        pytest.param(replace(SILK, price=0), 0, None, id="free"),
        pytest.param(replace(SILK, taken=9), 20, None, id="the last one"),
        pytest.param(EMPTY, 20, SoldOut("Silk"), id="all gone"),
        pytest.param(EMPTY, 0, SoldOut("Silk"), id="all gone is told before the price"),
        pytest.param(replace(SILK, opens=NOW), 20, None, id="opens just now"),
        pytest.param(replace(SILK, opens=NOW + TICK), 20, TooEarly("Silk", NOW + TICK), id="opens in a moment"),
        pytest.param(
            replace(EMPTY, opens=NOW + HOUR), 0, TooEarly("Silk", NOW + HOUR), id="early is told before the stock"
        ),
        pytest.param(replace(SILK, closes=NOW), 20, TooLate("Silk"), id="closes just now"),
        pytest.param(replace(SILK, closes=NOW + TICK), 20, None, id="closes in a moment"),
        pytest.param(replace(EMPTY, closes=NOW - HOUR), 0, TooLate("Silk"), id="late is told before the stock"),
        pytest.param(GONE, 20, Cancelled("Silk"), id="cancelled"),
        pytest.param(replace(GONE, closes=NOW - HOUR, taken=10), 0, Cancelled("Silk"), id="cancelled is told first"),
    ],
)
def test_who_may_claim(campaign: CampaignFacts, balance: int, expected: ClaimRefusal | None) -> None:
    """The reason that no wait can mend is told first."""
    assert may_claim(campaign, balance, NOW) == expected


EARLY = replace(SILK, opens=NOW)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(("tier", "minutes"), [(Tier.NEW, 0), (Tier.FAN, 0), (Tier.LOYAL, 5), (Tier.CORE, 10)], ids=str)
def test_who_comes_first(tier: Tier, minutes: int) -> None:
    """Core fans claim 10 minutes before the public, loyal ones 5; a moment before that they hear when."""
    yours = NOW - minutes * MINUTE
    assert may_claim(EARLY, 20, yours, tier=tier) is None
    told = TooEarly("Silk", NOW, yours if minutes else None)
    assert may_claim(EARLY, 20, yours - TICK, tier=tier) == told
    assert drop_card(EARLY, yours - TICK).state == "soon"


@pytest.mark.parametrize("lowest", Tier)
@pytest.mark.parametrize("tier", Tier)
def test_the_lowest_tier(lowest: Tier, tier: Tier) -> None:
    """A lower tier hears which one is needed, a better one claims; the card is open to be looked at by all."""
    campaign = replace(SILK, tier=lowest)
    expected = None if tier.at_least(lowest) else TierTooLow("Silk", lowest, tier)
    assert may_claim(campaign, 20, NOW, tier=tier) == expected
    assert drop_card(campaign, NOW).state == "open"


def test_most_claims_need_no_tier() -> None:
    """Only a lowest tier, or a public opening that is still to come, asks for it."""
    assert not asks_for_tier(SILK, NOW)
    assert not asks_for_tier(EARLY, NOW)
    assert asks_for_tier(EARLY, NOW - TICK)
    assert asks_for_tier(replace(SILK, tier=Tier.FAN), NOW)


@pytest.mark.parametrize(
    ("campaign", "state", "over"),
    [
        (SILK, "open", False),
        (replace(SILK, opens=NOW, closes=NOW + HOUR), "open", False),
        (replace(SILK, opens=NOW + HOUR), "soon", False),
        (EMPTY, "sold_out", False),
        (replace(SILK, closes=NOW), "closed", True),
        (replace(EMPTY, closes=NOW), "closed", True),
        (GONE, "cancelled", True),
    ],
)
def test_what_the_card_shows(campaign: CampaignFacts, state: str, *, over: bool) -> None:
    """A card's state follows what a fan with enough coins would hear."""
    card = drop_card(campaign, NOW)
    assert (card.state, card.over, card.left) == (state, over, campaign.stock - campaign.taken)
    assert (card.campaign_id, card.title, card.price, card.limit) == (1, "Silk", 20, 1)


@pytest.mark.parametrize(
    ("opens", "closes", "expected"),
    [
        (None, None, None),
        (None, NOW + TICK, None),
        (NOW + HOUR, None, None),
        (NOW - HOUR, NOW + HOUR, None),
        (NOW + HOUR, NOW + 2 * HOUR, None),
        (None, NOW, WindowPast(NOW)),
        (NOW - 2 * HOUR, NOW - HOUR, WindowPast(NOW - HOUR)),
        (NOW + HOUR, NOW + HOUR, WindowUpsideDown(NOW + HOUR, NOW + HOUR)),
        (NOW + 2 * HOUR, NOW + HOUR, WindowUpsideDown(NOW + 2 * HOUR, NOW + HOUR)),
    ],
)
def test_windows_that_make_sense(
    opens: datetime | None, closes: datetime | None, expected: WindowPast | WindowUpsideDown | None
) -> None:
    """A campaign closes after it opens, and not before now."""
    assert check_window(opens, closes, NOW) == expected


@pytest.mark.parametrize(
    ("state", "closes", "expected"),
    [
        (CouponState.HELD, None, None),
        (CouponState.HELD, NOW + TICK, None),
        (CouponState.HELD, NOW, CouponOver("Silk", "CODE", NOW)),
        (CouponState.CANCELLED, None, CouponVoid("Silk", "CODE")),
        (CouponState.CANCELLED, NOW - HOUR, CouponVoid("Silk", "CODE")),
    ],
)
def test_what_the_till_honours(
    state: CouponState, closes: datetime | None, expected: CouponVoid | CouponOver | None
) -> None:
    """A held coupon is honoured until its window ends, a void one never."""
    assert may_redeem("Silk", "CODE", state, closes, NOW) == expected


@pytest.mark.parametrize(
    ("state", "campaign", "closes", "fate"),
    [
        (CouponState.HELD, CampaignState.OPEN, None, "held"),
        (CouponState.HELD, CampaignState.OPEN, NOW + TICK, "held"),
        (CouponState.HELD, CampaignState.OPEN, NOW, "over"),
        (CouponState.HELD, CampaignState.ENDED, NOW - HOUR, "over"),
        (CouponState.HELD, CampaignState.ENDED, None, "over"),
        (CouponState.HELD, CampaignState.CANCELLED, NOW + HOUR, "cancelled"),
        (CouponState.CANCELLED, CampaignState.OPEN, NOW + HOUR, "cancelled"),
        (CouponState.CANCELLED, CampaignState.CANCELLED, NOW - HOUR, "cancelled"),
        (CouponState.REDEEMED, CampaignState.OPEN, NOW + HOUR, "redeemed"),
        (CouponState.REDEEMED, CampaignState.ENDED, NOW - HOUR, "redeemed"),
        (CouponState.REDEEMED, CampaignState.CANCELLED, NOW - HOUR, "redeemed"),
    ],
)
def test_what_became_of_a_coupon(
    state: CouponState, campaign: CampaignState, closes: datetime | None, fate: str
) -> None:
    """A coupon is a fan's to use until its window ends or its campaign is cancelled; what was used stays used."""
    assert fate_of(state, campaign, closes, NOW) == fate
