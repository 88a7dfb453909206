"""To whom a post goes, as rows keep it."""

import pytest

from bot.rules.posts.audience import Audience


@pytest.mark.parametrize(
    ("audience", "facts"),
    [
        (Audience.everywhere(), {"rooms": None}),
        (Audience.in_rooms(3, 5), {"rooms": [3, 5]}),
        (Audience.in_rooms(3, topic=7), {"rooms": [3], "topic": 7}),
        (Audience.in_private("tier>=loyal"), {"segment": "tier>=loyal"}),
        (Audience.in_private(""), {"segment": ""}),
    ],
)
def test_an_audience_comes_back_from_its_row(audience: Audience, facts: dict[str, object]) -> None:
    """What a row keeps is read as it was written."""
    assert audience.to_facts() == facts
    assert Audience.from_facts(facts) == audience
    assert audience.private == ("segment" in facts)
