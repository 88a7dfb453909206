"""The command that was most likely meant."""

import pytest

from bot.rules.menus import FANS, OWNERS, STAFF
from bot.rules.nearest import nearest_command

ALL = (*FANS, *STAFF, *OWNERS)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("/delay15m", "/delay 15m"),
        ("/delay15m #3", "/delay 15m #3"),
        ("/newcopon", "/newcoupon"),
        ('/newcopon title="Silk" stock=3', '/newcoupon title="Silk" stock=3'),
        ("/NewCopuon title=a", "/newcoupon title=a"),
        ("/chekin", "/checkin"),
        ("/newstraem", "/newstream"),
        ("/redpaket 1000 20", "/redpacket 1000 20"),
    ],
)
def test_a_slip_of_the_finger(text: str, line: str) -> None:
    """A few letters off, or a number without its blank: the whole line is offered, in private and in the group."""
    for sure in (True, False):
        found = nearest_command(text, ALL, sure=sure)
        assert found is not None
        assert found.line == line


@pytest.mark.parametrize(
    "text",
    ["/stats", "/play song", "/ban", "/start1", "/warn @ana", "/top10", "/poll", "/restart", "/roll 20", "/weather"],
)
def test_other_bots_are_left_alone_in_a_group(text: str) -> None:
    """Common commands of other bots aren't taken for ours where they listen too."""
    assert nearest_command(text, ALL, sure=True) is None


@pytest.mark.parametrize("text", ["hello", "/", "/쿠폰", "delay15m", "/zzzzzz", ""])
def test_what_is_near_to_nothing(text: str) -> None:
    """Small talk and names of no command lead nowhere."""
    assert nearest_command(text, ALL, sure=False) is None


def test_only_what_one_may_do_is_offered() -> None:
    """A fan isn't offered a command of staff."""
    assert nearest_command("/newcopon", FANS, sure=False) is None
