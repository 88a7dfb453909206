"""The shelf and what was sent: looked at, changed everywhere, taken back, pinned, sent again, deleted."""

from typing import Any

import pytest

from sandbox import Message, Rights
from tests.bot.conftest import Play
from tests.bot.posts.posting import Posting
from tests.bot.posts.saying import PANEL, Desk
from tests.features.scene import query

DAYS_3 = 3 * 24 * 3600


async def shelved(play: Play, language: str = "en", **more: Any) -> Desk:
    """A shop with one post on its shelf."""
    desk = await Desk.open(play, language, **more)
    await desk.stage.ask(desk.who, "/post shelf pillar=tips Steam silk, don't iron it")
    return desk


async def sent(play: Play, **more: Any) -> tuple[Desk, Message]:
    """A shop that has sent a post, and the page of that sending."""
    desk = await Desk.open(play, **more)
    await desk.stage.ask(desk.who, "/post now New scarves")
    await desk.stage.all_sent()
    page = await desk.says("/post sent", "Sent and planned")
    return desk, await desk.taps(page, "#1", "1 copy sent")


@pytest.mark.parametrize("language", ["ko", "zh", "en"])
async def test_the_shelf_page(play_sqlite: Play, language: str) -> None:
    """A post is listed with its pillar; its page says that it wasn't sent yet."""
    desk = await shelved(play_sqlite, language)
    page = await desk.says("/post list", "Steam silk")
    assert {"ko": "꿀팁", "zh": "干货", "en": "Tips"}[language] in page.text
    page = await desk.taps(
        page, "Steam silk", {"ko": "보낸 적 없어요", "zh": "还没发过", "en": "not sent yet"}[language]
    )
    assert "Steam silk" in page.text


async def test_a_shelf_post_is_edited(play_sqlite: Play) -> None:
    """Words, season and validity are changed in one draft, saved once, and put back by undo."""
    desk = await shelved(play_sqlite)
    panel = await desk.says("/post 1", "Steam silk")
    panel = await desk.taps(panel, "Edit", PANEL["en"])
    panel = await desk.taps(panel, "Season", "Which season")
    panel = await desk.taps(panel, "Winter", "Winter")
    panel = await desk.taps(panel, "Until", "How long is it good for")
    panel = await desk.says("24 December", "until Dec 24")
    panel = await desk.taps(panel, "Change it", "should say instead")
    panel = await desk.says("Wash wool cold", PANEL["en"])
    panel = await desk.taps(panel, "Save", "Saved")
    rows = await query(desk.stage.app.db, "SELECT season, valid_until FROM post")
    assert [(season, str(until)) for season, until in rows] == [("winter", "2026-12-24")]
    assert "as it is before" in (await desk.toast(panel, "Undo")).replace("was", "is")
    assert await query(desk.stage.app.db, "SELECT season, valid_until FROM post") == [(None, None)]


async def test_a_shelf_post_is_sent_again(play_sqlite: Play) -> None:
    """It is sent from its page, and the list tells how often."""
    desk = await shelved(play_sqlite)
    panel = await desk.says("/post 1", "Steam silk")
    panel = await desk.taps(panel, "📣", PANEL["en"])
    await desk.taps(panel, "Send now", "Sent")
    await desk.stage.all_sent()
    await desk.stage.ask(desk.who, "/post 1 now")
    await desk.stage.all_sent()
    assert [one.text for one in desk.room()] == ["Steam silk, don't iron it"] * 2
    await desk.says("/post list", "sent 2 times")


async def test_off_the_shelf_and_deleted(play_sqlite: Play) -> None:
    """It comes off and on, is deleted, and comes back by undo under its number."""
    desk = await shelved(play_sqlite)
    page = await desk.says("/post 1", "On the shelf")
    page = await desk.taps(page, "Off the shelf", "won't go out by itself")
    page = await desk.taps(page, "The post", "Not on the shelf")
    page = await desk.taps(page, "Delete", "is gone")
    assert await query(desk.stage.app.db, "SELECT count(*) FROM post") == [(0,)]
    assert "is back" in await desk.toast(page, "Undo")
    assert await query(desk.stage.app.db, "SELECT number, pillar FROM post") == [(1, "tips")]
    await desk.says("/post 2", "no post #2")


async def test_off_position_is_pointed_out(play_sqlite: Play) -> None:
    """A post without pillar, and one whose pillar has no share, stand outside the mix in list and page."""
    desk = await Desk.open(play_sqlite)
    await desk.stage.ask(desk.who, "/post shelf Hello")
    await desk.stage.ask(desk.who, '/post shelf pillar="our cat" Meow')
    page = await desk.says("/post list", "our cat (no share)")
    assert "no pillar" in page.text
    await desk.taps(page, "Hello", "isn't part of your mix")


async def test_changed_everywhere(play: Play) -> None:
    """New words reach the room; undo brings the old ones back."""
    desk, page = await sent(play)
    (posted,) = desk.room()
    panel = await desk.taps(page, "Change it everywhere", PANEL["en"])
    panel = await desk.taps(panel, "✏️", "should say instead")
    panel = await desk.says("New scarves, in blue too", PANEL["en"])
    panel = await desk.taps(panel, "Change it everywhere", "Changed in 1 place")
    await desk.stage.all_sent()
    assert posted.text == "New scarves, in blue too"
    assert "before" in await desk.toast(panel, "Undo")
    await desk.stage.all_sent()
    assert posted.text == "New scarves"


async def test_pinned_and_unpinned(play_sqlite: Play) -> None:
    """Every copy is pinned, and unpinned again."""
    desk, page = await sent(play_sqlite)
    page = await desk.taps(page, "Pin", "Pinned in 1 place")
    page = await desk.taps(page, "Unpin", "Unpinned in 1 place")
    pins = [call.method for call in desk.stage.telegram.calls if "pin" in call.method.lower()]
    assert pins == ["pinChatMessage", "unpinChatMessage"]


async def test_taken_back_after_two_days(play_sqlite: Play) -> None:
    """What Telegram deletes no more is named with its room, and how to go on."""
    desk, page = await sent(play_sqlite)
    desk.stage.telegram.clock.advance(DAYS_3)
    page = await desk.taps(page, "Take it back everywhere", "older than 48 hours")
    assert "Not in Silk room" in page.text
    assert "by hand" in page.text


async def test_deleted_by_somebody(play_sqlite: Play) -> None:
    """An edit of what somebody deleted says so; taking it back reaches it, as it is gone."""
    desk, page = await sent(play_sqlite)
    (posted,) = desk.room()
    desk.who.deletes(posted)
    page = await desk.taps(page, "Change it everywhere", PANEL["en"])
    panel = await desk.taps(page, "✏️", "should say instead")
    panel = await desk.says("Something else", PANEL["en"])
    page = await desk.taps(panel, "Change it everywhere", "somebody deleted it")
    await desk.taps(page, "Take it back everywhere", "Taken back in 1 place")
    calls = desk.stage.telegram.calls
    calls[:] = [call for call in calls if "not found" not in call.description]


async def test_another_shop_sees_nothing(play_sqlite: Play) -> None:
    """A forged press from another shop's owner finds neither post nor sending."""
    desk, _ = await sent(play_sqlite, open=True)
    stage = desk.stage
    other = stage.telegram.add_user("Rival", language="en")
    group = stage.telegram.add_group("Other room", creator=other)
    other.adds(stage.bot, group, Rights.full())
    other.starts(stage.bot)
    await stage.settled()
    theirs = Desk(stage, other)
    mine = await theirs.says("/post list", "Nothing here yet")
    shop = (mine.buttons[0].callback_data or "").split(":")[1]
    for data in (f"post:{shop}:sent:1", f"post:{shop}:back:1", f"post:{shop}:show:1", f"post:{shop}:del:1"):
        await other.forges(mine.chat, mine, data).answered(10)
    await stage.all_sent()
    assert not desk.room()[0].deleted
    assert await query(stage.app.db, "SELECT count(*) FROM post") == [(1,)]


async def test_a_room_that_was_left(play_sqlite: Play) -> None:
    """An edit reaches the room where the bot is, and names the one that it had to leave."""
    desk = await Desk.open(play_sqlite)
    stage = desk.stage
    den = stage.telegram.add_group("Den", creator=stage.owner)
    stage.owner.adds(stage.bot, den, Rights.full())
    await stage.all_sent()
    await stage.ask(desk.who, "/post now New scarves")
    await stage.all_sent()
    stage.owner.removes(stage.bot, den)
    await stage.settled()
    page = await desk.says("/post sent", "Sent and planned")
    page = await desk.taps(page, "#1", "2 copies sent")
    page = await desk.taps(page, "Change it everywhere", PANEL["en"])
    panel = await desk.taps(page, "✏️", "should say instead")
    panel = await desk.says("New scarves, in blue too", PANEL["en"])
    page = await desk.taps(panel, "Change it everywhere", "Changed in 1 place")
    assert "Not in Den: left" in page.text


async def test_a_private_sending_tells_how_far_it_is(play_sqlite: Play) -> None:
    """It shows its reach first, who can't be reached in groups of reasons, and can be taken back."""
    desk = await Desk.open(play_sqlite)
    stage = desk.stage
    posting = await Posting.on(stage)
    for name in ("Ana", "Ben"):
        await posting.says_yes(stage.fan(name))
    cleo = stage.fan("Cleo")
    await stage.ask(cleo, "/checkin")
    said = desk.who.says(stage.bot, '/post for="tier>=new" Only for you')
    panel = await desk.hears("2 fans get it", said)
    assert desk.preview(panel).text == "Only for you"
    panel = await desk.taps(panel, "Send now", "On its way")
    await stage.app.jobs.tick()
    await stage.all_sent()
    page = await desk.taps(panel, "How it's going", "2 copies sent")
    assert "hasn't said yes to news and offers" in page.text
    await desk.taps(page, "Take it back everywhere", "Taken back in 2 places")
