"""For whom something is, as fans may hear it: tiers are named, everything else isn't."""

import pytest

from bot.rules.for_whom import ForWhom, for_whom, segment_of
from bot.rules.tiers import Tier

CHOSEN = ForWhom()


@pytest.mark.parametrize(
    ("segment", "whom"),
    [
        ("", None),
        ("tier>=loyal", ForWhom(Tier.LOYAL, Tier.CORE)),
        ("tier=core", ForWhom(Tier.CORE, Tier.CORE)),
        ("tier<=fan", ForWhom(Tier.NEW, Tier.FAN)),
        ("tier>new tier<core", ForWhom(Tier.FAN, Tier.LOYAL)),
        ("tier<new", CHOSEN),
        ("tag=silk", CHOSEN),
        ("tier>=loyal tag=silk", CHOSEN),
        ("spent>=50000", CHOSEN),
        ("quiet=14d joined<30d", CHOSEN),
    ],
)
def test_what_fans_hear_of_a_segment(segment: str, whom: ForWhom | None) -> None:
    """Only tiers are told; tags, money and visits are the shop's business."""
    assert for_whom(segment) == whom


def test_a_row_that_holds_no_segment_is_a_fault() -> None:
    """What no form let through isn't taken for all fans."""
    with pytest.raises(ValueError, match="no segment"):
        segment_of("everyone who")
