"""Raffles: who may enter, who is on the list at the close, and what fans are told of the state."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.rules.raffles.entries import (
    CheckInFirst,
    ComeToStreamFirst,
    EntryClosed,
    EntryRefusal,
    OnList,
    TicketTooDear,
    TierTooLow,
    WonLately,
    check_entry,
    may_enter,
)
from bot.rules.raffles.facts import (
    TIERS,
    EntrantFacts,
    Need,
    RaffleFacts,
    RaffleState,
    Reason,
    public_state,
)

NOW = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)
CLOSES = NOW + timedelta(hours=1)
OPEN = RaffleFacts(
    id=7,
    number=1,
    prize="Scarf",
    state=RaffleState.OPEN,
    made_at=NOW,
    closes=CLOSES,
    ticket=5,
    tier="new",
    needs=(),
    weights=(1, 2, 3, 4),
    fresh_days=0,
    cap_days=0,
)
FRESH_30_CAP_7 = replace(OPEN, fresh_days=30, cap_days=7)
FAN = EntrantFacts("fan")
WON_10_DAYS_AGO = replace(FAN, won_in_fresh=True)
WON_3_DAYS_AGO = replace(FAN, won_in_fresh=True, won_in_cap=True)
BOTH_NEEDS = replace(OPEN, needs=(Need.CHECK_IN, Need.STREAM))


@pytest.mark.parametrize(
    ("raffle", "fan", "price", "balance", "expected"),
    [
        pytest.param(OPEN, FAN, 0, 0, None, id="free"),
        pytest.param(OPEN, FAN, 5, 5, None, id="a ticket that the fan can pay"),
        pytest.param(OPEN, FAN, 5, 4, TicketTooDear(7, "Scarf", 5, 4), id="a ticket that they can't"),
        pytest.param(replace(OPEN, state=RaffleState.CLOSED), FAN, 0, 0, EntryClosed("Scarf", "closed"), id="closed"),
        pytest.param(replace(OPEN, state=RaffleState.DRAWN), FAN, 0, 0, EntryClosed("Scarf", "drawn"), id="drawn"),
        pytest.param(
            replace(OPEN, state=RaffleState.CANCELLED), FAN, 0, 0, EntryClosed("Scarf", "cancelled"), id="called off"
        ),
        pytest.param(
            replace(OPEN, state=RaffleState.SEALED), FAN, 0, 0, EntryClosed("Scarf", "listed"), id="being drawn"
        ),
        pytest.param(replace(OPEN, closes=NOW), FAN, 0, 0, EntryClosed("Scarf", "closed"), id="its time is over"),
        pytest.param(replace(OPEN, tier="loyal"), FAN, 0, 0, TierTooLow("Scarf", "loyal"), id="tier too low"),
        pytest.param(replace(OPEN, tier="fan"), FAN, 0, 0, None, id="just the tier"),
        pytest.param(replace(OPEN, tier="fan"), replace(FAN, tier="core"), 0, 0, None, id="a better tier"),
        pytest.param(replace(OPEN, cap_days=7), WON_3_DAYS_AGO, 0, 0, WonLately("Scarf", 7), id="won within the cap"),
        pytest.param(replace(OPEN, fresh_days=30), WON_10_DAYS_AGO, 0, 0, None, id="fresh keeps nobody out"),
        pytest.param(FRESH_30_CAP_7, WON_10_DAYS_AGO, 0, 0, None, id="won before the cap, within fresh"),
        pytest.param(FRESH_30_CAP_7, WON_3_DAYS_AGO, 0, 0, WonLately("Scarf", 7), id="won within both"),
        pytest.param(OPEN, WON_3_DAYS_AGO, 0, 0, None, id="won, and nobody asks"),
        pytest.param(BOTH_NEEDS, FAN, 0, 0, None, id="checked in and was there"),
        pytest.param(BOTH_NEEDS, replace(FAN, checked_in=False), 0, 0, CheckInFirst(7, "Scarf"), id="not checked in"),
        pytest.param(BOTH_NEEDS, replace(FAN, was_there=False), 0, 0, ComeToStreamFirst("Scarf"), id="wasn't there"),
        pytest.param(OPEN, EntrantFacts("new", checked_in=False, was_there=False), 0, 0, None, id="nothing is needed"),
        pytest.param(
            replace(BOTH_NEEDS, tier="core", cap_days=7),
            replace(WON_3_DAYS_AGO, checked_in=False, was_there=False),
            5,
            0,
            TierTooLow("Scarf", "core"),
            id="what can't be mended comes first",
        ),
        pytest.param(
            BOTH_NEEDS,
            replace(FAN, checked_in=False, was_there=False),
            5,
            0,
            ComeToStreamFirst("Scarf"),
            id="a stream before a check-in",
        ),
        pytest.param(
            BOTH_NEEDS, replace(FAN, checked_in=False), 5, 0, CheckInFirst(7, "Scarf"), id="a check-in before the price"
        ),
    ],
)
def test_who_may_enter(
    raffle: RaffleFacts, fan: EntrantFacts, price: int, balance: int, expected: EntryRefusal | None
) -> None:
    """Every refusal by itself, the first of several, and the edges of each condition."""
    assert may_enter(raffle, fan, price, balance, NOW) == expected


@pytest.mark.parametrize(
    ("raffle", "fan", "gone", "expected"),
    [
        pytest.param(OPEN, FAN, {}, OnList(2, after=False), id="weighs as its tier"),
        *(
            pytest.param(OPEN, EntrantFacts(tier), {}, OnList(weight, after=False), id=f"weight of {tier}")
            for tier, weight in zip(TIERS, (1, 2, 3, 4), strict=True)
        ),
        pytest.param(OPEN, FAN, {"left": True}, Reason.LEFT, id="left"),
        pytest.param(OPEN, FAN, {"deleted": True}, Reason.DELETED, id="deleted"),
        pytest.param(OPEN, FAN, {"left": True, "deleted": True}, Reason.DELETED, id="deleted says more than left"),
        pytest.param(replace(OPEN, tier="loyal"), FAN, {}, Reason.TIER, id="fell below the tier"),
        pytest.param(replace(OPEN, tier="loyal"), FAN, {"left": True}, Reason.LEFT, id="left says more than the tier"),
        pytest.param(replace(OPEN, cap_days=7), WON_3_DAYS_AGO, {}, Reason.WON, id="won within the cap"),
        pytest.param(replace(OPEN, cap_days=7), FAN, {}, OnList(2, after=False), id="a cap, and didn't win"),
        pytest.param(replace(OPEN, fresh_days=30), WON_10_DAYS_AGO, {}, OnList(2, after=True), id="won within fresh"),
        pytest.param(replace(OPEN, fresh_days=30), FAN, {}, OnList(2, after=False), id="fresh, and didn't win"),
        pytest.param(FRESH_30_CAP_7, WON_10_DAYS_AGO, {}, OnList(2, after=True), id="both: won within fresh alone"),
        pytest.param(FRESH_30_CAP_7, WON_3_DAYS_AGO, {}, Reason.WON, id="both: won within the cap"),
        pytest.param(
            replace(OPEN, fresh_days=7, cap_days=30),
            replace(FAN, won_in_cap=True),
            {},
            Reason.WON,
            id="both: a cap that is longer than fresh",
        ),
        pytest.param(OPEN, WON_3_DAYS_AGO, {}, OnList(2, after=False), id="won, and nobody asks"),
        pytest.param(
            BOTH_NEEDS,
            replace(FAN, checked_in=False, was_there=False),
            {},
            OnList(2, after=False),
            id="what was done on the day of entering stays done",
        ),
    ],
)
def test_who_is_on_the_list(
    raffle: RaffleFacts, fan: EntrantFacts, gone: dict[str, bool], expected: OnList | Reason
) -> None:
    """Every reason to be left out, each window for its purpose, and the weights."""
    assert check_entry(raffle, fan, **{"left": False, **gone}) == expected


@pytest.mark.parametrize(
    ("state", "now", "expected"),
    [
        (RaffleState.OPEN, CLOSES - timedelta(seconds=1), "open"),
        (RaffleState.OPEN, CLOSES, "closed"),
        (RaffleState.CLOSED, CLOSES, "closed"),
        (RaffleState.LISTED, CLOSES, "listed"),
        (RaffleState.SEALED, CLOSES, "listed"),
        (RaffleState.DRAWN, CLOSES, "drawn"),
        (RaffleState.CANCELLED, NOW, "cancelled"),
    ],
)
def test_what_fans_are_told_of_the_state(state: RaffleState, now: datetime, expected: str) -> None:
    """A raffle is told as closed as soon as its time is over, and as listed while it is ranked."""
    assert public_state(state, CLOSES, now) == expected
