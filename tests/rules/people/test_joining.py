"""Who is welcomed, what a source is called, what a choice is, what a fan cost."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.rules.coupon_states import CampaignState
from bot.rules.coupons.campaigns import CampaignFacts
from bot.rules.coupons.claims import Claimant, OfferedBefore, may_claim
from bot.rules.people.joining import ComingFacts, Welcome, WelcomeBack, WelcomePolicy, greeting
from bot.rules.people.preferences import Preference, read_preference
from bot.rules.ways_in import source_key

NOW = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)
POLICY = WelcomePolicy()
WEEK = timedelta(days=7)


@pytest.mark.parametrize(
    ("facts", "word"),
    [
        (ComingFacts(first=True, inside=False, away_since=None), Welcome),
        (ComingFacts(first=False, inside=True, away_since=None), None),
        (ComingFacts(first=False, inside=True, away_since=NOW - 2 * WEEK), None),
        (ComingFacts(first=False, inside=False, away_since=NOW - timedelta(hours=1)), None),
        (ComingFacts(first=False, inside=False, away_since=NOW - WEEK + timedelta(seconds=1)), None),
        (ComingFacts(first=False, inside=False, away_since=NOW - WEEK), WelcomeBack),
    ],
)
def test_which_word_a_coming_is_worth(facts: ComingFacts, word: type[object] | None) -> None:
    """The first coming is welcomed, a return after a week shortly, anything else not at all."""
    assert greeting(facts, NOW, POLICY) is word


@pytest.mark.parametrize("name", ["Autumn Poster", "autumn poster", "  AUTUMN   POSTER ", "Ａｕｔｕｍｎ　Poster"])
def test_names_that_look_alike_are_one(name: str) -> None:
    """Case, width and spaces make no other source."""
    assert source_key(name) == "autumnposter"


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("language:ko", Preference(language="ko")),
        ("language:auto", Preference(language="auto")),
        ("language:fr", None),
        ("reminders:off", Preference(reminders=False)),
        ("reminders:maybe", None),
        ("hidden:on", Preference(hidden=True)),
        ("hidden:on:x", None),
        ("", None),
        ("language", None),
    ],
)
def test_choices_out_of_presses(text: str, wish: Preference | None) -> None:
    """Only what our own buttons say is a choice."""
    assert read_preference(text) == wish


@pytest.mark.parametrize(
    ("made", "opens", "refused"),
    [
        (NOW - WEEK, None, True),
        (NOW, None, True),
        (NOW + timedelta(seconds=1), None, False),
        (NOW - WEEK, NOW - timedelta(hours=1), True),
        (NOW - WEEK, NOW + timedelta(hours=1), False),
    ],
)
def test_what_was_offered_before(made: datetime, opens: datetime | None, refused: bool) -> None:
    """Who had their data deleted can't claim what could be claimed before that; what opens later they can."""
    campaign = CampaignFacts(1, 1, "Silk", 9, 0, 0, 1, CampaignState.OPEN, opens, None, None, made)
    expected = OfferedBefore("Silk") if refused else None
    assert may_claim(campaign, Claimant(0, back_since=NOW), NOW + 2 * WEEK, {}) == expected
    assert may_claim(campaign, Claimant(0), NOW + 2 * WEEK, {}) is None
