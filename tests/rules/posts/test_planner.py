"""The planner, by tables: which post fills which slot, and why."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rules.pillars import SHARES_AT_FIRST
from bot.rules.posts.planner import (
    Pick,
    Place,
    Planning,
    Rests,
    Sent,
    Shelved,
    after_sending,
    count_pillars,
    pick_post,
    plan,
)
from bot.rules.posts.slots import CalendarPolicy
from bot.rules.slots import Why

POLICY = CalendarPolicy()
NOW = datetime(2026, 11, 30, 11, 0, tzinfo=UTC)
"""Eight in the evening of a Monday in Seoul."""
DAY = timedelta(days=1)
SHARES = {"arrivals": 40, "tips": 30, "behind": 20, "welfare": 10}


def ago(days: float) -> datetime:
    """So many days before now."""
    return NOW - days * DAY


def post(number: int, pillar: str | None = "tips", **more: Any) -> Shelved:
    """A post of the shelf."""
    return Shelved(number, number, pillar, **more)


def planning(*shelf: Shelved, **more: Any) -> Planning:
    """A shop of Seoul."""
    return Planning(**{"timezone": "Asia/Seoul", "seed": 1, "shares": SHARES, "shelf": shelf, **more})


def sent(**counts: int) -> tuple[Sent, ...]:
    """Planned posts of the last weeks."""
    return tuple(Sent(pillar, ago(10)) for pillar, count in counts.items() for _ in range(count))


@pytest.mark.parametrize(
    ("facts", "place", "why", "picked"),
    [
        pytest.param(planning(), Place(NOW), Why.EMPTY, None, id="an empty shelf"),
        pytest.param(planning(post(1)), Place(NOW), Why.SHARE, 1, id="the only one"),
        pytest.param(
            planning(post(1, "tips"), post(2, "arrivals")), Place(NOW), Why.SHARE, 2, id="nothing sent: greatest share"
        ),
        pytest.param(
            planning(post(1, "tips"), post(2, "arrivals"), sent=sent(arrivals=5, tips=5)),
            Place(NOW),
            Why.SHARE,
            2,
            id="arrivals 50 of 40, tips 50 of 30: arrivals is less far above",
        ),
        pytest.param(
            planning(post(1, "tips"), post(2, "arrivals"), sent=sent(arrivals=9, tips=1)),
            Place(NOW),
            Why.SHARE,
            1,
            id="tips 10 of 30, arrivals 90 of 40",
        ),
        pytest.param(
            planning(post(1, last_sent=ago(60)), post(2, last_sent=ago(40))),
            Place(NOW),
            Why.SHARE,
            1,
            id="longest unused",
        ),
        pytest.param(
            planning(post(1, last_sent=ago(60)), post(2)), Place(NOW), Why.SHARE, 2, id="never used goes before"
        ),
        pytest.param(planning(post(1, last_sent=ago(27.9))), Place(NOW), Why.USED_UP, None, id="within 28 days"),
        pytest.param(planning(post(1, last_sent=ago(28))), Place(NOW), Why.SHARE, 1, id="after 28 days"),
        pytest.param(
            planning(post(1, valid_until=date(2026, 11, 29))), Place(NOW), Why.EMPTY, None, id="valid until yesterday"
        ),
        pytest.param(
            planning(post(1, valid_until=date(2026, 11, 30))), Place(NOW), Why.SHARE, 1, id="valid until today"
        ),
        pytest.param(
            planning(post(1, valid_from=date(2026, 12, 1))), Place(NOW), Why.EMPTY, None, id="valid from tomorrow"
        ),
        pytest.param(planning(post(1, season="autumn")), Place(NOW), Why.SHARE, 1, id="its season"),
        pytest.param(planning(post(1, season="spring")), Place(NOW), Why.EMPTY, None, id="another season"),
        pytest.param(
            planning(post(1, season="spring"), timezone="Australia/Sydney"),
            Place(NOW),
            Why.SHARE,
            1,
            id="southern spring",
        ),
        pytest.param(
            planning(post(1), post(2, "welfare")), Place(NOW, "welfare"), Why.OLDEST, 2, id="the slot asks for a pillar"
        ),
        pytest.param(planning(post(1)), Place(NOW, "welfare"), Why.EMPTY, None, id="nothing of that pillar"),
        pytest.param(
            planning(post(1), post(2, "behind"), resting=frozenset({"tips"})), Place(NOW), Why.SHARE, 2, id="tips rest"
        ),
        pytest.param(
            planning(post(1), resting=frozenset({"tips"})), Place(NOW), Why.WORN_OUT, None, id="all that fits rests"
        ),
        pytest.param(
            planning(post(1, None)), Place(NOW), Why.SPARE, 1, id="without a pillar, as nothing else is there"
        ),
        pytest.param(planning(post(1, None), post(2)), Place(NOW), Why.SHARE, 2, id="pillars go before"),
        pytest.param(planning(post(1, "care")), Place(NOW), Why.SPARE, 1, id="a pillar without share"),
        pytest.param(planning(post(1, "countdown")), Place(NOW), Why.EMPTY, None, id="a countdown to nothing"),
        pytest.param(
            planning(post(1), post(2, "countdown"), streams=[NOW + 3 * DAY]),
            Place(NOW),
            Why.COUNTDOWN,
            2,
            id="a stream in three days",
        ),
        pytest.param(
            planning(post(1), post(2, "countdown"), streams=[NOW + 3.1 * DAY]),
            Place(NOW),
            Why.SHARE,
            1,
            id="not yet near",
        ),
        pytest.param(
            planning(post(1), post(2, "countdown"), streams=[NOW + DAY], sent=(Sent("countdown", ago(1)),)),
            Place(NOW),
            Why.SHARE,
            1,
            id="counted down to it yesterday",
        ),
        pytest.param(
            planning(post(2, "countdown"), streams=[NOW - DAY]), Place(NOW), Why.EMPTY, None, id="the stream is over"
        ),
    ],
)
def test_what_fills_a_slot(facts: Planning, place: Place, why: Why, picked: int | None) -> None:
    """One case for each rule."""
    pick = pick_post(facts, place, POLICY)
    assert (pick.why, pick.post.id if pick.post else None) == (why, picked)


def test_the_reason_names_both_shares() -> None:
    """Tips: 18 % of 30 %."""
    facts = planning(post(1), sent=sent(arrivals=4, behind=3, welfare=2, tips=2))
    assert pick_post(facts, Place(NOW), POLICY) == Pick(Why.SHARE, facts.shelf[0], 18, 30)


def test_only_the_last_four_weeks_count() -> None:
    """What was sent before that, and what is planned for later, doesn't."""
    facts = planning(sent=(Sent("tips", ago(28)), Sent("tips", ago(27)), Sent("tips", ago(-1)), Sent("care", ago(1))))
    assert count_pillars(facts, NOW, POLICY.rest) == {"tips": 1}


def test_a_seed_decides_ties() -> None:
    """The same seed gives the same order; others give others."""
    shelf = [post(number) for number in range(20)]
    places = [Place(NOW + number * DAY) for number in range(10)]

    def picks(seed: int) -> list[int]:
        return [one.post.id for one in plan(planning(*shelf, seed=seed), places, POLICY) if one.post]

    assert picks(1) == picks(1)
    assert len({tuple(picks(seed)) for seed in range(5)}) == 5


def test_nothing_is_planned_twice() -> None:
    """Each pick counts for those after it: ten posts fill ten evenings, the eleventh stays empty."""
    picks = plan(planning(*(post(number) for number in range(10))), [Place(NOW + n * DAY) for n in range(11)], POLICY)
    assert len({one.post.id for one in picks if one.post}) == 10
    assert picks[-1] == Pick(Why.USED_UP)


@pytest.mark.parametrize(
    ("rests", "why"),
    [
        pytest.param(Rests(), None, id="none"),
        pytest.param(Rests(paused=True), Why.PAUSED, id="without an end"),
        pytest.param(Rests(paused=True, paused_until=NOW + DAY), Why.PAUSED, id="until tomorrow"),
        pytest.param(Rests(paused=True, paused_until=NOW), None, id="until now"),
        pytest.param(Rests(promotions_until=NOW + DAY), Why.PAUSED, id="promotion"),
        pytest.param(Rests(days_off=frozenset({"2026-11-30"})), Why.DAY_OFF, id="a date"),
        pytest.param(Rests(days_off=frozenset({"1"})), Why.DAY_OFF, id="Mondays"),
        pytest.param(Rests(days_off=frozenset({"2", "2026-12-01"})), None, id="another day"),
    ],
)
def test_when_posts_rest(rests: Rests, why: Why | None) -> None:
    """Pauses before days off."""
    assert rests.why(NOW, date(2026, 11, 30)) is why


@st.composite
def shares(draw: st.DrawFn) -> dict[str, int]:
    """Shares of six pillars that make 100."""
    parts = draw(st.lists(st.integers(1, 20), min_size=6, max_size=6))
    whole = [100 * part // sum(parts) for part in parts]
    whole[0] += 100 - sum(whole)
    return dict(zip(SHARES_AT_FIRST, whole, strict=True))


@given(shares=shares(), a_week=st.sampled_from([5, 10, 18]), seed=st.integers(0, 1000))
@settings(max_examples=25, deadline=None)
def test_shares_come_within_one_post(shares: dict[str, int], a_week: int, seed: int) -> None:
    """Over any 28 days, from the fourth week on, each pillar is within one post of its share where the shelf allows."""
    shelf = [post(100 * nth + number, pillar) for nth, pillar in enumerate(shares) for number in range(80)]
    facts = planning(*shelf, shares=shares, seed=seed)
    for number in range(a_week * 7):
        at = NOW + timedelta(days=7 * number / a_week)
        pick = pick_post(facts, Place(at), POLICY)
        assert pick.post is not None
        facts = after_sending(facts, pick.post, at)
        facts = replace(facts, sent=[one for one in facts.sent if one.at > at - 29 * DAY])
        if number >= 4 * a_week:
            counts = count_pillars(facts, at, POLICY.rest)
            for pillar, share in shares.items():
                assert abs(counts[pillar] - share * sum(counts.values()) / 100) <= 1
