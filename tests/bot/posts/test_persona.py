"""How a shop speaks, and what about: `/persona`, `/pillars`, and the page of shares."""

import pytest

from sandbox import Rights
from tests.bot.conftest import Play
from tests.bot.posts.saying import Desk
from tests.bot.staff.test_admin import opens_panel, taps
from tests.features.scene import query

LINES = [
    (
        "ko",
        '/persona sign_off="오늘 밤에 만나요" emoji="🌸✨" notes=밝게',
        "바꿨어요",
        "/pillars 신상=60 꿀팁=40",
        "저장했어요",
    ),
    ("zh", '/persona sign_off="今晚见" emoji="🌸✨" notes=轻快', "改好啦", "/pillars 上新=60 干货=40", "保存好啦"),
    ("en", '/persona sign_off="See you" emoji="🌸✨" notes=cheerful', "Done", "/pillars Tips=40 arrivals=60", "Saved"),
]


@pytest.mark.parametrize(("language", "persona", "changed", "pillars", "saved"), LINES)
async def test_by_one_line(
    play_sqlite: Play, language: str, persona: str, changed: str, pillars: str, saved: str
) -> None:
    """The owner changes words and shares by a line in their language, and undoes both."""
    desk = await Desk.open(play_sqlite, language)
    answer = await desk.stage.ask(desk.who, persona)
    assert changed in answer.text
    assert "🌸 ✨" in answer.text
    shares = await desk.stage.ask(desk.who, pillars)
    assert saved in shares.text
    assert "60%" in shares.text
    await desk.toast(shares, "↩️")
    await desk.toast(answer, "↩️")
    rows = await query(desk.stage.app.db, "SELECT notes, emoji, sign_off FROM persona")
    assert rows == [("", "", "")]
    assert "25%" in (await desk.stage.ask(desk.who, "/pillars")).text


async def test_shares_that_are_off(play_sqlite: Play) -> None:
    """A sum of 110 is named with the same shares scaled; the page scales them by one tap and saves."""
    desk = await Desk.open(play_sqlite)
    page = await desk.says("/pillars arrivals=66 tips=44", "10% too much")
    assert '"New arrivals"=60 "Tips"=40' in page.text
    page = await desk.taps(page, "Make it 100%", "Together 100%")
    page = await desk.taps(page, "Save", "Saved")
    assert "New arrivals 60% · Tips 40%" in page.text


async def test_the_page_of_shares(play_sqlite: Play) -> None:
    """Plus and minus change a share, a name that is written joins, and saving waits for 100."""
    desk = await Desk.open(play_sqlite)
    page = await desk.says("/pillars", "Together 100%")
    page = await desk.taps(page, "−5", "5% to go")
    assert not any("Save" in button.text for button in page.buttons)
    page = await desk.says("Our cat", "Together 100%")
    assert any("Our cat 5%" in button.text for button in page.buttons)
    page = await desk.taps(page, "Save", "Our cat 5%")
    await desk.taps(await desk.says("/pillars", "Together"), "Leave it", "Left as it was")


async def test_the_persona_by_buttons(play_sqlite: Play) -> None:
    """The panel asks for each part; a part is left out by a tap."""
    desk = await Desk.open(play_sqlite)
    panel = await opens_panel(desk.stage, desk.who)
    await taps(desk.stage, desk.who, panel, "Posts", "Posts")
    await taps(desk.stage, desk.who, panel, "Name, emoji", "Nothing has happened yet")
    await taps(desk.stage, desk.who, panel, "Emoji", "Which emoji")
    panel = await desk.says("hearts", "emoji here and nothing else")
    panel = await desk.says("💛 🌸", "Nothing has happened yet")
    await taps(desk.stage, desk.who, panel, "Save it", "💛 🌸")
    assert await query(desk.stage.app.db, "SELECT emoji FROM persona") == [("💛 🌸",)]


async def test_a_post_by_the_panel(play_sqlite: Play) -> None:
    """From the panel: say something, forward it, send it. Five taps and one message."""
    desk = await Desk.open(play_sqlite)
    panel = await opens_panel(desk.stage, desk.who)
    await taps(desk.stage, desk.who, panel, "Posts", "Posts")
    panel = await desk.taps(panel, "Say something", "What would you like to say")
    panel = await desk.says("New scarves", "This is how it looks")
    await desk.taps(panel, "Send now", "Sent")
    await desk.stage.all_sent()
    assert [one.text for one in desk.room()] == ["New scarves"]


async def test_operators_post_but_keep_the_voice(play_sqlite: Play) -> None:
    """An operator says something and sees the persona; changing it is the owner's."""
    desk = await Desk.open(play_sqlite)
    stage = desk.stage
    jun = stage.fan("Jun")
    stage.owner.promotes(jun, stage.group, Rights())
    await stage.settled()
    assert "How Silk room speaks" in (await stage.ask(jun, "/persona")).text
    await stage.ask(jun, "/persona notes=loud")
    await stage.ask(jun, "/pillars tips=100")
    assert await query(stage.app.db, "SELECT count(*) FROM persona") == [(0,)]
    await stage.settled()
    assert "Sent" in (await stage.ask(jun, "/post now Hello")).text
