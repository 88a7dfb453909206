"""Set-up's steps, the hours that people type, and places as they call them."""

import itertools

import pytest

from bot.content.zones import city, find_zones, only_zone
from bot.rules.calendar import zone
from bot.rules.shops.setup import GUIDED, REVIEW, ZONES_OFFERED, after, before, morning_of
from bot.rules.words import Language


def test_the_walk() -> None:
    """Forwards through all steps to the overview, and back again; not guided, each step leads to the overview."""
    step, walked = GUIDED[0].value, []
    while step != REVIEW:
        walked.append(step)
        step = after(step, guided=True)
    assert walked == list(GUIDED)
    for earlier, later in itertools.pairwise(GUIDED):
        assert before(later, guided=True) == earlier
        assert before(later, guided=False) == after(earlier, guided=False) == REVIEW
    assert before(GUIDED[0], guided=True) == after(REVIEW, guided=True) == before("nonsense", guided=True) == REVIEW


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("9", "09:00"),
        ("09:00", "09:00"),
        (" 9:05 ", "09:05"),
        ("23:59", "23:59"),
        ("0", "00:00"),
        ("\uff19\uff1a\uff13\uff10", "09:30"),
        ("OFF", "off"),
        ("24", None),
        ("9:60", None),
        ("9:5", None),
        ("-9", None),
        ("nine", None),
        *(("9 am", "09:00"), ("오전 9시", "09:00"), ("早上8点半", "08:30"), ("9시", "09:00"), ("밤 12시", None)),
        ("", None),
        ("9" * 50, None),
    ],
)
def test_an_hour_as_people_type_it(text: str, kept: str | None) -> None:
    """Kept as `HH:MM`, or not understood."""
    assert morning_of(text) == kept


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("seoul", "Asia/Seoul"),
        ("서울", "Asia/Seoul"),
        ("首尔", "Asia/Seoul"),
        ("asia/tokyo", "Asia/Tokyo"),
        ("NEW  YORK", "America/New_York"),
        ("São Paulo", "America/Sao_Paulo"),
        ("北京", "Asia/Shanghai"),
        ("베이징", "Asia/Shanghai"),
        ("홍콩", "Asia/Hong_Kong"),
        ("콜카타", "Asia/Kolkata"),
        ("호치민", "Asia/Ho_Chi_Minh"),
        ("berl", "Europe/Berlin"),
        ("utc", "UTC"),
        ("한국", "Asia/Seoul"),
        ("日本", "Asia/Tokyo"),
    ],
)
def test_a_place_that_is_sure(text: str, first: str) -> None:
    """One answer alone: a city, a country with one zone, or the zone's own name, however it is written."""
    assert find_zones(text) == (first,)


@pytest.mark.parametrize(
    ("text", "among"),
    [
        ("usa", {"America/New_York", "America/Los_Angeles"}),
        ("미국", {"America/New_York", "America/Chicago"}),
        ("中国", {"Asia/Shanghai", "Asia/Hong_Kong"}),
        ("australia", {"Australia/Sydney"}),
    ],
)
def test_a_place_with_several_zones(text: str, among: set[str]) -> None:
    """They are offered, the likeliest first, and no more than fit under a message."""
    found = find_zones(text)
    assert among <= set(found)
    assert 1 < len(found) <= 6


@pytest.mark.parametrize("text", ["", " ", "x", "Atlantis", "\u200b", "<b>", "../etc/passwd", "%s", "길" * 4000])
def test_no_such_place(text: str) -> None:
    """Nothing is offered, and nothing breaks."""
    assert find_zones(text) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(("asia/seoul", "Asia/Seoul"), ("Beijing", "Asia/Shanghai"), ("KST", "Asia/Seoul"), ("UTC+9", "Asia/Seoul")),
        *(("utc + 09:00", "Asia/Seoul"), ("GMT+8", "Asia/Shanghai"), ("+0900", "Asia/Seoul"), ("ROK", "Asia/Seoul")),
        *(("us/pacific", "US/Pacific"), ("Etc/GMT-9", "Etc/GMT-9"), ("Asia/Calcutta", "Asia/Calcutta")),
        *(
            ("서울", "Asia/Seoul"),
            ("北京", "Asia/Shanghai"),
            ("北京时间", "Asia/Shanghai"),
            ("한국 시간", "Asia/Seoul"),
        ),
        *((text, None) for text in ("CST", "UTC-5", "Asia", "usa", "Mars", "GMT+25", "../../etc/passwd", "", "\u200b")),
    ],
)
def test_a_zone_that_a_line_can_name(text: str, expected: str | None) -> None:
    """What is sure is taken in one line as in the panel; what several zones are called, or may be, is not."""
    assert only_zone(text) == expected


def test_a_zone_that_has_to_be_picked() -> None:
    """An abbreviation of two countries, and an offset that summer changes, are offered by the panel."""
    assert find_zones("CST") == ("Asia/Shanghai", "America/Chicago")
    assert "America/New_York" in find_zones("UTC-5")
    assert find_zones("UTC+9") == ("Asia/Seoul", "Asia/Tokyo")


@pytest.mark.parametrize("language", Language)
def test_what_is_offered_exists(language: Language) -> None:
    """Each city on a button is a zone, and has a name in every language."""
    for key in ZONES_OFFERED[language]:
        assert zone(key).key == key
        assert find_zones(key) == (key,)
        assert all(city(key, one) for one in Language)
