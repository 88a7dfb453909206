"""Claims of coupons: who may claim when, and what the card shows."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.rules.coupon_states import CampaignState
from bot.rules.coupons.campaigns import CampaignFacts, CouponPolicy
from bot.rules.coupons.claims import (
    Cancelled,
    Claimant,
    ClaimRefusal,
    PriceTooHigh,
    SoldOut,
    TierTooLow,
    TooEarly,
    TooLate,
    asks_for_tier,
    may_claim,
)
from bot.rules.coupons.drop_card import drop_card
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
COME_FIRST = CouponPolicy().early
EARLY = replace(SILK, opens=NOW)
MINUTE = timedelta(minutes=1)


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
    assert may_claim(campaign, Claimant(balance), NOW, COME_FIRST) == expected


@pytest.mark.parametrize(("tier", "minutes"), [(Tier.NEW, 0), (Tier.FAN, 0), (Tier.LOYAL, 5), (Tier.CORE, 10)], ids=str)
def test_who_comes_first(tier: Tier, minutes: int) -> None:
    """Core fans claim 10 minutes before the public, loyal ones 5; a moment before that they hear when."""
    yours = NOW - minutes * MINUTE
    assert may_claim(EARLY, Claimant(20, tier), yours, COME_FIRST) is None
    told = TooEarly("Silk", NOW, yours if minutes else None)
    assert may_claim(EARLY, Claimant(20, tier), yours - TICK, COME_FIRST) == told
    assert drop_card(EARLY, yours - TICK).state == "soon"


@pytest.mark.parametrize("lowest", Tier)
@pytest.mark.parametrize("tier", Tier)
def test_the_lowest_tier(lowest: Tier, tier: Tier) -> None:
    """A lower tier hears which one is needed, a better one claims; the card is open to be looked at by all."""
    campaign = replace(SILK, tier=lowest)
    expected = None if tier.at_least(lowest) else TierTooLow("Silk", lowest, tier)
    assert may_claim(campaign, Claimant(20, tier), NOW, COME_FIRST) == expected
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
