"""`/post` in the group: by one line, in reply to a message, with undo; what is read of the line."""

from datetime import UTC, datetime

import pytest

from bot.handlers.kit.forms import FormProblem, Moment
from bot.handlers.posts.post_lines import button_in, numbered, read_line
from bot.rules.posting import LinkButton
from sandbox import Document
from sandbox.files import blank_picture
from sandbox.html import Entity
from tests.bot.conftest import Play
from tests.bot.posts.saying import PANEL, Desk
from tests.features.scene import query

NOW = Moment(datetime(2026, 11, 2, 3, tzinfo=UTC), "UTC")
PICTURE = Document("scarf.png", blank_picture(), "image/png")


@pytest.mark.parametrize(
    ("line", "has_message", "own"),
    [
        ("New scarves tonight", False, "New scarves tonight"),
        ("now New scarves", False, "New scarves"),
        ("pillar=tips at=20:00 New scarves", False, "New scarves"),
        ('at="tomorrow 8pm"\nNew scarves\nin blue', False, "\nNew scarves\nin blue"),
        ("at=tomorrow 8pm pillar=tips", True, ""),
        ('for="tier>=loyal" Only for you', False, "Only for you"),
        ('shelf button="See it https://shop.example/x" Steam it', False, "Steam it"),
        ("nowhere else", False, "nowhere else"),
    ],
)
def test_where_the_words_begin(line: str, has_message: bool, own: str) -> None:
    """Options stand first; the post's own words behind them stay as they were written."""
    read = read_line(line, NOW, has_message=has_message)
    assert line[read.skip :] == own


@pytest.mark.parametrize("line", ["at=noonish Hello", "button=nolink Hello", 'pillar="open Hello'])
def test_an_option_that_makes_no_sense(line: str) -> None:
    """The first option that is wrong is told."""
    with pytest.raises(FormProblem):
        read_line(line, NOW, has_message=False)


@pytest.mark.parametrize(
    ("line", "button"),
    [
        ("See it - https://shop.example/x", LinkButton("See it", "https://shop.example/x")),
        ("See it https://shop.example/x", LinkButton("See it", "https://shop.example/x")),
        ("보러 가기: https://shop.example/x", LinkButton("보러 가기", "https://shop.example/x")),
        ("去看看 — t.me/silk", LinkButton("去看看", "https://t.me/silk")),
        ("https://shop.example/x", None),
        ("See it", None),
        ("See it javascript:alert(1)", None),
    ],
)
def test_a_line_that_makes_a_button(line: str, button: LinkButton | None) -> None:
    """Words first, then a link that opens."""
    assert button_in(line, NOW) == button


@pytest.mark.parametrize(
    ("line", "read"),
    [("12", (12, None)), ("#12 pin", (12, "pin")), ("12 at=20:00", (12, None)), ("12 new scarves", None), ("x", None)],
)
def test_a_post_by_its_number(line: str, read: tuple[int, str | None] | None) -> None:
    """A number alone, with a verb or with options names a post; a number in a sentence doesn't."""
    found = numbered(line)
    assert ((found.number, found.verb) if found is not None else None) == read


@pytest.mark.parametrize(
    ("language", "sent", "undone"),
    [("ko", "올렸어요", "되돌렸어요"), ("zh", "发出去啦", "已撤回"), ("en", "Sent", "Taken back")],
)
async def test_a_line_in_reply(play_sqlite: Play, language: str, sent: str, undone: str) -> None:
    """A reply with options is sent at once with its formatting, and undo takes it back; a replay changes nothing."""
    desk = await Desk.open(play_sqlite, language)
    stage = desk.stage
    first = desk.posts_formatted(stage.group, "New scarves tonight", Entity("bold", 0, 11))
    said = desk.who.says(stage.group, "/post pillar=tips", reply_to=first)
    answer = await stage.whisper(desk.who, after=said)
    assert sent in answer.text
    await stage.all_sent()
    (posted,) = desk.room()
    assert posted.html == "<b>New scarves</b> tonight"
    assert undone in await desk.toast(answer, "↩️")
    await stage.all_sent()
    assert posted.deleted
    assert await query(stage.app.db, "SELECT count(*) FROM post") == [(1,)]


async def test_words_behind_the_command(play_sqlite: Play) -> None:
    """Bare words get a preview in private; nobody in the group sees them before."""
    desk = await Desk.open(play_sqlite)
    said = desk.who.says(desk.stage.group, "/post New scarves tonight")
    whisper = await desk.stage.whisper(desk.who, after=said)
    assert "preview" in whisper.text
    panel = await desk.hears(PANEL["en"])
    assert desk.preview(panel).text == "New scarves tonight"
    assert desk.room() == []


async def test_a_reply_to_an_album(play_sqlite: Play) -> None:
    """The owner's album is remembered: a reply to one of its parts posts all of it."""
    desk = await Desk.open(play_sqlite)
    parts = desk.who.posts_album(desk.stage.group, PICTURE, PICTURE, caption="Two of them")
    await desk.stage.settled()
    said = desk.who.says(desk.stage.group, "/post now", reply_to=parts[1])
    await desk.stage.whisper(desk.who, after=said)
    await desk.stage.all_sent()
    posted = desk.room()
    assert [one.file is not None for one in posted] == [True, True]
    assert posted[0].text == "Two of them"


async def test_fans_pictures_are_not_kept(play_sqlite: Play) -> None:
    """An album of a fan leaves no row, and a fan can't post."""
    desk = await Desk.open(play_sqlite)
    ana = desk.stage.fan("Ana")
    ana.posts_album(desk.stage.group, PICTURE, PICTURE)
    await desk.stage.settled()
    assert await query(desk.stage.app.db, "SELECT count(*) FROM album_file") == [(0,)]
    refused = await desk.stage.ask(ana, "/post now Hello")
    assert await query(desk.stage.app.db, "SELECT count(*) FROM post") == [(0,)]
    assert "Sent" not in refused.text


async def test_a_planned_post_at_the_other_hour(play_sqlite: Play) -> None:
    """A bare nine is the morning's; one tap sends the same post in the evening instead."""
    desk = await Desk.open(play_sqlite)
    said = desk.who.says(desk.stage.group, "/post at=9:00 New scarves")
    answer = await desk.stage.whisper(desk.who, after=said)
    assert "If you meant the evening" in answer.text
    await desk.who.presses(answer, "9 PM").answered(10)
    await desk.stage.all_sent()
    rows = await query(desk.stage.app.db, "SELECT state, due_at FROM sending ORDER BY id")
    assert [state for state, _ in rows] == ["taken_back", "done"]
    assert "21:00" in str(rows[1][1])


async def test_nothing_to_post(play_sqlite: Play) -> None:
    """A bare command in the group says how it is used."""
    desk = await Desk.open(play_sqlite)
    assert "Reply to a message" in (await desk.stage.ask(desk.who, "/post")).text
    assert "Reply to a message" in (await desk.stage.ask(desk.who, "/post pillar=tips")).text


async def test_a_template_is_filled_in(play_sqlite: Play) -> None:
    """Braces make a template: the preview shows what fans will read, and a mistake is told with its line."""
    desk = await Desk.open(play_sqlite)
    await desk.asks()
    await desk.says("Hello from {{ shpo }}", "shpo")
    panel = await desk.says("Hello from {{ shop }}", PANEL["en"])
    assert desk.preview(panel).text == "Hello from Silk room"


async def test_the_sign_off_stands_below(play_sqlite: Play) -> None:
    """The persona's sign-off is part of what is shown and sent."""
    desk = await Desk.open(play_sqlite)
    await desk.stage.ask(desk.who, '/persona sign_off="See you tonight, Lumi"')
    await desk.stage.ask(desk.who, "/post now New scarves")
    await desk.stage.all_sent()
    assert desk.room()[-1].text == "New scarves\n\nSee you tonight, Lumi"


async def test_a_preview_for_who_never_started_the_bot(play_sqlite: Play) -> None:
    """The whisper's link opens the private chat, where the draft waits; nothing was tried before."""
    stage = await play_sqlite(language="en")
    said = stage.owner.says(stage.group, "/post New scarves")
    whisper = await stage.whisper(stage.owner, after=said)
    assert "tap below" in whisper.text
    stage.owner.follows(whisper, "See the preview")
    stage.owner.starts(stage.bot, "post_1")
    panel = await Desk(stage, stage.owner).hears(PANEL["en"])
    assert Desk(stage, stage.owner).preview(panel).text == "New scarves"


async def test_only_in_this_topic(play_sqlite: Play) -> None:
    """Said in a topic, *here* posts there and nowhere else; in private it asks by the preview."""
    desk = await Desk.open(play_sqlite, forum=True)
    topic = desk.who.makes_topic(desk.stage.group, "Drops")
    said = desk.who.says(desk.stage.group, "/post here New scarves", topic=topic)
    await desk.stage.whisper(desk.who, after=said)
    await desk.stage.all_sent()
    (posted,) = desk.room()
    assert posted.thread == topic.thread_id
    await desk.says("/post here Hello", PANEL["en"])
    assert len(desk.room()) == 1
