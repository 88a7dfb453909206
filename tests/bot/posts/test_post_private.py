"""`/post` in private: the message itself, its preview as it will look, and the panel below it."""

import pytest

from sandbox import Document, Rights
from sandbox.files import blank_picture
from sandbox.html import Entity
from tests.bot.conftest import Play
from tests.bot.posts.saying import ASKED, NOW, PANEL, SENT, Desk
from tests.features.scene import query

LANGUAGES = pytest.mark.parametrize("language", ["ko", "zh", "en"])
PICTURE = Document("scarf.png", blank_picture(), "image/png")


@LANGUAGES
async def test_a_post_with_a_preview(play_sqlite: Play, language: str) -> None:
    """Asked for, shown as it will look with its formatting, and sent by one tap to the room, once."""
    desk = await Desk.open(play_sqlite, language)
    await desk.asks()
    said = desk.posts_formatted(desk.stage.bot, "New scarves tonight <3", Entity("bold", 0, 11))
    panel = await desk.hears(PANEL[language], said)
    assert desk.preview(panel).html == "<b>New scarves</b> tonight &lt;3"
    assert desk.room() == []
    press = desk.who.presses(panel, NOW[language])
    await press.answered(10)
    await desk.who.presses(panel, NOW[language]).answered(10) if panel.buttons else None
    await desk.stage.all_sent()
    assert SENT[language] in panel.text
    (posted,) = desk.room()
    assert posted.html == "<b>New scarves</b> tonight &lt;3"
    assert await query(desk.stage.app.db, "SELECT count(*) FROM sending") == [(1,)]


async def test_a_double_press_sends_once(play: Play) -> None:
    """Two taps at once, and one on an older panel: one sending."""
    desk = await Desk.open(play)
    await desk.asks()
    panel = await desk.says("New scarves tonight", PANEL["en"])
    presses = [desk.who.presses(panel, NOW["en"]) for _ in range(3)]
    for press in presses:
        await press.answered(10)
    await desk.stage.all_sent()
    assert len(desk.room()) == 1
    assert await query(desk.stage.app.db, "SELECT count(*) FROM post") == [(1,)]


async def test_a_forwarded_picture_keeps_its_words(play_sqlite: Play) -> None:
    """What somebody else wrote is taken while a post is asked for, and shown before anything is done."""
    desk = await Desk.open(play_sqlite)
    jun = desk.stage.telegram.add_user("Jun")
    theirs = jun.says(desk.who, "Look at this", photo=PICTURE)
    await desk.asks()
    sent_on = desk.who.forwards(theirs, desk.stage.bot)
    panel = await desk.hears(PANEL["en"], sent_on)
    preview = desk.preview(panel)
    assert preview.file is not None
    assert (preview.file.kind, preview.text) == ("photo", "Look at this")
    await desk.taps(panel, NOW["en"], "Sent")
    await desk.stage.all_sent()
    (posted,) = desk.room()
    assert posted.file is not None
    assert posted.text == "Look at this"


async def test_an_album_comes_part_by_part(play_sqlite: Play) -> None:
    """The panel counts the parts; the preview comes by a tap, and the room gets the album whole."""
    desk = await Desk.open(play_sqlite)
    await desk.asks()
    parts = desk.who.posts_album(desk.stage.bot, PICTURE, PICTURE, PICTURE, caption="Three of them")
    panel = await desk.hears("Album of 3", parts[0])
    await desk.stage.settled()
    panel = await desk.taps(panel, "Show me", PANEL["en"])
    await desk.taps(panel, NOW["en"], "Sent")
    await desk.stage.all_sent()
    posted = desk.room()
    assert [one.file is not None for one in posted] == [True] * 3
    assert posted[0].text == "Three of them"


async def test_a_poll(play_sqlite: Play) -> None:
    """A poll keeps its options and whether several may be chosen; in the group it isn't anonymous."""
    desk = await Desk.open(play_sqlite)
    await desk.asks()
    said = desk.posts_poll(desk.stage.bot, "Silk or wool?", "Silk", "Wool", several=True)
    panel = await desk.hears(PANEL["en"], said)
    assert not any("Buttons" in button.text for button in panel.buttons)
    await desk.taps(panel, NOW["en"], "Sent")
    await desk.stage.all_sent()
    (posted,) = desk.room()
    assert posted.poll is not None
    assert (posted.poll.several, posted.poll.anonymous) == (True, False)
    assert [option.text.plain for option in posted.poll.options] == ["Silk", "Wool"]


@LANGUAGES
async def test_what_cannot_be_a_post(play_sqlite: Play, language: str) -> None:
    """A quiz and an overlong caption get one kind sentence each, and the bot still waits for the message."""
    desk = await Desk.open(play_sqlite, language)
    await desk.asks()
    said = desk.posts_poll(desk.stage.bot, "Silk?", "Yes", "No", quiz=True)
    await desk.hears({"ko": "퀴즈", "zh": "测验", "en": "quiz"}[language], said)
    said = desk.who.says(desk.stage.bot, "x" * 1025, photo=PICTURE)
    refused = await desk.hears("1,024", said)
    assert ASKED[language] in refused.text
    assert await query(desk.stage.app.db, "SELECT count(*) FROM post") == [(0,)]


async def test_buttons_pillar_and_time(play_sqlite: Play) -> None:
    """Link buttons are typed, a bad one is named; a pillar and a time are tapped, and the post leaves then."""
    desk = await Desk.open(play_sqlite)
    await desk.asks()
    panel = await desk.says("New scarves tonight", PANEL["en"])
    assert "No pillar" in panel.text
    panel = await desk.taps(panel, "Buttons", "one a line")
    await desk.says("See it", "can't make a button out of See it")
    panel = await desk.says("See it - https://shop.example/scarf", PANEL["en"])
    assert [button.text for button in desk.preview(panel).buttons] == ["See it"]
    panel = await desk.taps(panel, "🧭", "What is it about")
    panel = await desk.taps(panel, "Tips", "🧭 Tips")
    panel = await desk.taps(panel, "At …", "When?")
    panel = await desk.says("9:00", "Morning or evening")
    panel = await desk.taps(panel, "9 PM", "Planned")
    assert desk.room() == []
    ((due,),) = await query(desk.stage.app.db, "SELECT due_at FROM sending")
    desk.stage.telegram.clock.advance(19 * 3600)
    await desk.stage.app.jobs.tick()
    await desk.stage.all_sent()
    (posted,) = desk.room()
    assert [button.url for button in posted.buttons] == ["https://shop.example/scarf"]
    assert "21:00" in str(due)
    assert await query(desk.stage.app.db, "SELECT pillar FROM sending") == [("tips",)]


async def test_a_draft_survives_a_restart(play_sqlite: Play) -> None:
    """A bot that starts anew goes on with the draft; leaving it takes the preview away."""
    desk = await Desk.open(play_sqlite)
    await desk.asks()
    panel = await desk.says("New scarves tonight", PANEL["en"])
    preview = desk.preview(panel)
    await desk.stage.settled()
    await desk.stage.stop()
    desk.stage.start_again()
    await desk.taps(panel, "To whom", "Who should get it")
    await desk.taps(panel, "‹ Back", PANEL["en"])
    await desk.taps(panel, "Leave it", "Nothing was sent")
    assert preview.deleted
    assert await query(desk.stage.app.db, "SELECT count(*) FROM dialogue") == [(0,)]


async def test_onto_the_shelf_and_undone(play_sqlite: Play) -> None:
    """A post on the shelf is a row that waits; undo takes it away."""
    desk = await Desk.open(play_sqlite)
    await desk.asks()
    panel = await desk.says("Steam silk, don't iron it", PANEL["en"])
    panel = await desk.taps(panel, "Onto the shelf", "On the shelf")
    assert await query(desk.stage.app.db, "SELECT on_shelf FROM post") in ([(True,)], [(1,)])
    assert "Taken back" in await desk.toast(panel, "Undo")
    assert await query(desk.stage.app.db, "SELECT count(*) FROM post") == [(0,)]
    assert desk.room() == []


async def test_undo_takes_a_sent_post_back(play_sqlite: Play) -> None:
    """The answer's undo deletes the post where it hangs."""
    desk = await Desk.open(play_sqlite)
    await desk.asks()
    panel = await desk.says("Oops", PANEL["en"])
    panel = await desk.taps(panel, NOW["en"], "Sent")
    await desk.stage.all_sent()
    (posted,) = desk.room()
    assert "Taken back" in await desk.toast(panel, "Undo")
    await desk.stage.all_sent()
    assert posted.deleted


async def test_some_fans_in_private(play_sqlite: Play) -> None:
    """A segment shows its reach first; where nobody said yes, nothing is sent and it says so."""
    desk = await Desk.open(play_sqlite)
    await desk.asks()
    panel = await desk.says("Only for you", PANEL["en"])
    panel = await desk.taps(panel, "To whom", "Who should get it")
    panel = await desk.taps(panel, "in private", "Which fans")
    await desk.says("tier>=pope", "the tiers are")
    panel = await desk.says("tier>=loyal", "0 fans get it")
    await desk.taps(panel, NOW["en"], "Nobody would get it")
    assert await query(desk.stage.app.db, "SELECT count(*) FROM sending") == [(0,)]


async def test_two_of_the_staff_at_once(play_sqlite: Play) -> None:
    """Each has a draft of their own; both posts are sent under their own numbers."""
    desk = await Desk.open(play_sqlite)
    stage = desk.stage
    jun = stage.fan("Jun")
    stage.owner.promotes(jun, stage.group, Rights())
    jun.starts(stage.bot)
    await stage.settled()
    other = Desk(stage, jun)
    await desk.asks()
    await other.asks()
    mine, theirs = await desk.says("From Mina", PANEL["en"]), await other.says("From Jun", PANEL["en"])
    await other.taps(theirs, NOW["en"], "Sent")
    await desk.taps(mine, NOW["en"], "Sent")
    await stage.all_sent()
    assert [one.text for one in desk.room()] == ["From Jun", "From Mina"]
