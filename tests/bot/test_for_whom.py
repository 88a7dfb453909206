"""What is for some fans only, as staff and fans meet it."""

import pytest

from sandbox import Message
from tests.bot.conftest import Play, Stage


def card(stage: Stage, words: str) -> Message:
    """The newest message of the group that says this."""
    return next(one for one in reversed(stage.telegram.messages(stage.group)) if words in one.text and one.buttons)


@pytest.mark.parametrize(
    ("line", "label", "hears", "stands"),
    [
        ('/newcoupon title="Silk" stock=5 for="tier>=loyal"', "Claim", "for Loyal and up", "for Loyal and up"),
        (
            '/newraffle prize="Silk" winners=1 closes=+1h for="tier=core"',
            "Enter",
            "for Core fans",
            "Only for Core fans",
        ),
        ('/redpacket 20 2 rush for="tier>=fan"', "", "for Fan and up", "For Fan and up"),
        ("/redpacket 20 2 rush for=spent>=50000", "", "some fans the shop picked", "fans the shop picked"),
    ],
)
async def test_the_card_says_for_whom_and_others_are_told(
    play_sqlite: Play, line: str, label: str, hears: str, stands: str
) -> None:
    """Staff hear how many it is for, the card says for whom, and who isn't meant hears it kindly."""
    stage = await play_sqlite(language="en")
    ana = stage.fan("Ana")
    await stage.ask(ana, "/checkin")
    assert "no fan fits right now" in (await stage.ask(stage.owner, line)).text
    await stage.all_sent()
    shown = card(stage, stands)
    press = ana.presses(shown, label or shown.buttons[0].text)
    answer = await press.answered(10)
    assert hears in answer.text
    assert ">=" not in answer.text
    assert ">=" not in shown.text


async def test_a_segment_that_cant_be_read(play_sqlite: Play) -> None:
    """Unknown tags and pieces are refused in one kind sentence, and nothing is made."""
    stage = await play_sqlite(language="en")
    for line in (
        '/newcoupon title="Silk" stock=5 for="tag=nobody"',
        '/newitem title="Silk" price=5 kind=favour for="tag=nobody"',
        '/newgift title="Silk" kind=coins:5 for="tag=nobody"',
        '/newraffle prize="Silk" winners=1 closes=+1h for="tag=nobody"',
        '/redpacket 20 2 for="tag=nobody"',
    ):
        assert "nobody" in (await stage.ask(stage.owner, line)).text, line


async def test_kept_for_the_shop_still_works(play_sqlite: Play) -> None:
    """`for=shop` keeps a campaign out of the group, as before."""
    stage = await play_sqlite(language="en")
    assert "Silk" in (await stage.ask(stage.owner, '/newcoupon title="Silk" stock=5 for=shop')).text
    await stage.all_sent()
    assert not [one for one in stage.telegram.messages(stage.group) if any("Claim" in b.text for b in one.buttons)]
