"""`/admin` over the stand-in: everything by buttons, typos, restarts, two staff at once, lost rights."""

import asyncio

import pytest

from sandbox import Document, Message, Person, Rights
from tests.bot.conftest import Play, Stage
from tests.bot.speech import speaks
from tests.features.scene import PANEL


async def opens_panel(stage: Stage, who: Person) -> Message:
    """Somebody of the staff says `/admin` in private; the panel."""
    await stage.settled()
    said = who.says(stage.bot, "/admin")
    return await who.waits_for(stage.bot, lambda m: m.sender is stage.bot, timeout=10, after=said)


async def taps(stage: Stage, who: Person, panel: Message, label: str, shows: str) -> None:
    """Tap a button; the same message shows what comes next."""
    await who.presses(panel, label).answered(10)
    await who.waits_for(stage.bot, lambda m: m is panel and shows in m.text, timeout=10)


async def types(stage: Stage, who: Person, panel: Message, text: str, shows: str) -> Message:
    """Write an answer; a new panel is below what was written and the old one is gone."""
    said = who.says(stage.bot, text)
    new = await who.waits_for(stage.bot, lambda m: m.sender is stage.bot and shows in m.text, timeout=10, after=said)
    await stage.all_sent()
    assert panel.deleted
    return new


async def test_a_drop_by_buttons(play: Play) -> None:
    """An owner makes a drop by taps and one typed name, hears what it reaches first, cancels it and takes that back."""
    stage = await play(language="en")
    stage.owner.starts(stage.bot)
    panel = await opens_panel(stage, stage.owner)
    await taps(stage, stage.owner, panel, "Coupons", "Nothing is running")
    await taps(stage, stage.owner, panel, "New drop", "What's the coupon called")
    panel = await types(stage, stage.owner, panel, 'Silk "scarf" & <b>', "How many coupons")
    panel = await types(stage, stage.owner, panel, "many", "isn't a whole number")
    await taps(stage, stage.owner, panel, "20", "Nothing has happened yet")
    assert 'Name: Silk "scarf" & <b>' in panel.text
    assert "1 chat sees it" in panel.text
    await taps(stage, stage.owner, panel, "Price", "How many coins")
    await taps(stage, stage.owner, panel, "30", "Price: 30")
    await taps(stage, stage.owner, panel, "Price", "Now: 30")
    await taps(stage, stage.owner, panel, "Leave it out", "How many: 20")
    assert "Price" not in panel.text
    await taps(stage, stage.owner, panel, "Put it up", "Where next?")
    assert 'Silk "scarf" & <b>' in panel.text
    await stage.owner.waits_for(stage.group, lambda m: 'Silk "scarf" & <b>' in m.text, timeout=10)
    await taps(stage, stage.owner, panel, "Coupons", "open · 0 of 20")
    await taps(stage, stage.owner, panel, "#1", "Open")
    await taps(stage, stage.owner, panel, "Cancel this drop", "/coupon 1 cancel")
    await taps(stage, stage.owner, panel, "Yes, cancel it", "Where next?")
    undone = await stage.owner.presses(panel, "Undo").answered(10)
    assert "open again" in undone.text
    assert "open again" in panel.text
    await taps(stage, stage.owner, panel, "Staff panel", "What shall we do?")
    await taps(stage, stage.owner, panel, "Lately", "Mina put up a drop: #1")
    assert "cancelled a drop (taken back)" in panel.text


STORIES = {
    "golive_now": ("Lives", "Go live without", [], "Go live", "Where next?"),
    "newstream": ("Lives", "Plan a live", ["Silk night", "In 1 hour"], "Plan it", "is planned"),
    "redpacket": ("Red packets", "Red packet", ["1000", "20"], "Open it", "Where next?"),
    "newitem": (
        "Coin shop",
        "Another item",
        ["A greeting on air", "100", "A favour"],
        "Put it on the shelf",
        "Where next?",
    ),
    "newraffle": ("Raffles", "New raffle", ["Silk scarf", "In 30 minutes"], "Open it", "Where next?"),
    "newgift": ("Gifts", "A gift for friends", ["A warm start", "20 coins"], "Offer it", "Where next?"),
    "hearts": ("Heart goals", "A heart goal", ["100", "500 coins in 20 shares"], "Set it", "Where next?"),
    "source": ("Fans", "A link for a place", ["Autumn poster"], "Make the link", "Where next?"),
    "report": ("Fans", "Figures", ["7 days"], None, "Where next?"),
    "sources": ("Fans", "Links and who", [], None, "Where next?"),
}
"""Acts that need nothing: the section, the button, answers (typed if they are no button), *do it*, what is heard."""


async def plays(stage: Stage, panel: Message, story: tuple[str, str, list[str], str | None, str]) -> Message:
    """Play one act by buttons from the first page to its end; the panel at the end."""
    section, act, answers, do, heard = story
    owner = stage.owner
    await taps(stage, owner, panel, section, "")
    await stage.settled()
    await owner.presses(panel, act).answered(10)
    await stage.settled()
    for answer in answers:
        if any(answer in button.text for button in panel.buttons):
            await owner.presses(panel, answer).answered(10)
            await stage.settled()
        else:
            panel = await types(stage, owner, panel, answer, "")
    if do is not None:
        assert "Nothing has happened yet" in panel.text
        await owner.presses(panel, do).answered(10)
    await owner.waits_for(stage.bot, lambda m: m is panel and heard in m.text, timeout=10)
    return panel


async def test_everything_by_buttons(play_sqlite: Play) -> None:
    """Each act that stands by itself is done without typing a command; the panel comes home after each."""
    stage = await play_sqlite(language="en")
    stage.owner.starts(stage.bot)
    panel = await opens_panel(stage, stage.owner)
    for story in STORIES.values():
        panel = await plays(stage, panel, story)
        await taps(stage, stage.owner, panel, "‹ Panel", "What shall we do?")
    assert STORIES.keys() <= {act.name for act in PANEL.acts}


async def test_a_live_by_buttons(play_sqlite: Play) -> None:
    """A planned live is moved, begun and ended from its page; what can't be done now isn't offered."""
    stage = await play_sqlite(language="en")
    stage.owner.says(stage.group, '/newstream title="Silk night" at=+2h')
    stage.owner.starts(stage.bot)
    await stage.settled()
    panel = await opens_panel(stage, stage.owner)
    await taps(stage, stage.owner, panel, "Lives", "#1 Silk night · planned")
    await taps(stage, stage.owner, panel, "#1", "Planned")
    assert not any("End the live" in button.text for button in panel.buttons)
    await taps(stage, stage.owner, panel, "Start later", "By how long")
    panel = await types(stage, stage.owner, panel, "soon", "as a length of time")
    await taps(stage, stage.owner, panel, "30 min", "/delay 30m #1")
    await taps(stage, stage.owner, panel, "Move the start", "Where next?")
    await taps(stage, stage.owner, panel, "‹ 📺 Lives", "moved")
    await taps(stage, stage.owner, panel, "#1", "Moved")
    await taps(stage, stage.owner, panel, "Go live now", "Nothing has happened yet")
    await taps(stage, stage.owner, panel, "Go live", "Where next?")
    await taps(stage, stage.owner, panel, "‹ 📺 Lives", "live now")
    await taps(stage, stage.owner, panel, "#1", "Live now")
    await taps(stage, stage.owner, panel, "End the live", "/endlive #1")
    await taps(stage, stage.owner, panel, "End it", "Where next?")
    await taps(stage, stage.owner, panel, "‹ 📺 Lives", "Nothing is running")


async def test_a_restart_in_the_middle(play: Play) -> None:
    """Half-filled, a form goes on with a new process: by a tap, by typing, and by `/admin`."""
    stage = await play(language="en")
    stage.owner.starts(stage.bot)
    panel = await opens_panel(stage, stage.owner)
    await taps(stage, stage.owner, panel, "Coupons", "Nothing is running")
    await taps(stage, stage.owner, panel, "New drop", "What's the coupon called")
    await stage.stop()
    stage.start_again()
    panel = await types(stage, stage.owner, panel, "Silk", "How many coupons")
    panel = await types(stage, stage.owner, panel, "/admin", "How many coupons")
    await stage.stop()
    stage.start_again()
    await taps(stage, stage.owner, panel, "50", "Nothing has happened yet")
    left = await types(stage, stage.owner, panel, "/cancel", "nothing has changed")
    stale = await stage.owner.forges(stage.telegram.private(stage.bot, stage.owner), left, "admin:1:do").answered(10)
    assert "closed" in stale.text
    assert (
        await stage.app.db.read(lambda rx: rx.connection().exec_driver_sql("SELECT count(*) FROM campaign").scalar())
        == 0
    )


async def test_two_staff_at_once(play: Play) -> None:
    """Owner and operator cancel the same drop by the panel: it is done once, the other hears so."""
    stage = await play(language="en")
    await stage.drop()
    jun = stage.fan("Jun")
    stage.owner.promotes(jun, stage.group, Rights(can_manage_chat=True))
    panels: list[tuple[Person, Message]] = []
    for who in (stage.owner, jun):
        who.starts(stage.bot)
        await stage.settled()
        panel = await opens_panel(stage, who)
        await taps(stage, who, panel, "Coupons", "#1")
        await taps(stage, who, panel, "#1", "Open")
        await taps(stage, who, panel, "Cancel this drop", "Nothing has happened yet")
        panels.append((who, panel))
    await asyncio.gather(*(who.presses(panel, "Yes, cancel it").answered(10) for who, panel in panels))
    await stage.settled()
    ends = sorted("Where next?" in panel.text for _, panel in panels)
    assert ends == [False, True]


async def test_who_lost_their_rights(play_sqlite: Play) -> None:
    """An operator who was demoted amid a form can neither go on nor look; fans and foreign shops' data get nothing."""
    stage = await play_sqlite(language="en")
    jun, ana = stage.fan("Jun"), stage.fan("Ana")
    stage.owner.promotes(jun, stage.group, Rights(can_manage_chat=True))
    for who in (jun, ana):
        who.starts(stage.bot)
    await stage.settled()
    panel = await opens_panel(stage, jun)
    assert not any("Settings" in button.text for button in panel.buttons)
    await taps(stage, jun, panel, "Coupons", "Nothing is running")
    await taps(stage, jun, panel, "New drop", "What's the coupon called")
    panel = await types(stage, jun, panel, "Silk", "How many coupons")
    await taps(stage, jun, panel, "20", "Nothing has happened yet")
    stage.owner.promotes(jun, stage.group, None)
    assert "for the shop's staff" in (await jun.presses(panel, "Put it up").answered(10)).text
    for data in ("admin:1", "admin:1:l", "admin:1:b:newcoupon", "admin:1:t:coupons:1", "admin"):
        private = stage.telegram.private(stage.bot, jun)
        assert "for the shop's staff" in (await jun.forges(private, panel, data).answered(10)).text, data
    said = ana.starts(stage.bot, "admin_1")
    refused = await ana.waits_for(stage.bot, lambda m: "for the shop's staff" in m.text, timeout=10, after=said)
    assert refused.buttons == []
    whispered = await stage.ask(stage.owner, "/admin")
    assert [button.url for button in whispered.buttons] == ["https://t.me/encore_test_bot?start=admin_1"]
    private = stage.telegram.private(stage.bot, stage.owner)
    said = stage.owner.starts(stage.bot, "admin_1")
    panel = await stage.owner.waits_for(stage.bot, lambda m: "What shall we do" in m.text, timeout=10, after=said)
    for data in (
        "admin:99",
        "admin:x:l",
        "admin:1:do",
        "admin:1:a:stock:5",
        "admin:1:g:title",
        "admin:1:zzz",
        "admin:",
    ):
        await stage.owner.forges(private, panel, data).answered(10)
        assert (await stage.owner.forges(stage.group, panel, data).answered(10)).text, data


@pytest.mark.parametrize("language", ["ko", "zh", "en"])
async def test_the_panel_speaks_the_staffs_language(play_sqlite: Play, language: str) -> None:
    """Pages, questions and the preview, with their buttons."""
    stage = await play_sqlite(language=language)
    stage.owner.starts(stage.bot)
    panel = await opens_panel(stage, stage.owner)
    for data in ("s:streams", "b:newstream", "a:title:Silk", "a:at:20:00", "g:repeat", "a:repeat:weekly", "do"):
        private = stage.telegram.private(stage.bot, stage.owner)
        await stage.owner.forges(private, panel, f"admin:1:{data}").answered(10)
        await stage.all_sent()
        assert speaks(panel.text.partition("/newstream")[0], language), panel.text
        assert all(speaks(button.text, language) for button in panel.buttons if any(c.isalpha() for c in button.text))


async def test_files_by_buttons(play_sqlite: Play) -> None:
    """A file answers a question: its codes become a drop, previewed first; words there get one kind sentence."""
    stage = await play_sqlite(language="en")
    stage.owner.starts(stage.bot)
    panel = await opens_panel(stage, stage.owner)
    await taps(stage, stage.owner, panel, "Coupons", "Nothing is running")
    await taps(stage, stage.owner, panel, "codes from a file", "Send me the file")
    panel = await types(stage, stage.owner, panel, "SILK1 SILK2", "as a file")
    said = stage.owner.says(stage.bot, "", document=Document("codes.csv", b"code\nSILK-1\nSILK-2\n", "text/csv"))
    panel = await stage.owner.waits_for(
        stage.bot, lambda m: m.sender is stage.bot and "called" in m.text, timeout=10, after=said
    )
    panel = await types(stage, stage.owner, panel, "Silk", "File: codes.csv")
    await taps(stage, stage.owner, panel, "Put it up", "Nothing is up yet.")
    assert "2 codes, from SILK-1 to SILK-2" in panel.text
    assert [button.text for button in panel.buttons][:2] == ["✅ Put it up", "Cancel"]
    await taps(stage, stage.owner, panel, "✅ Put it up", "Drop 1 is set")
    panel = await opens_panel(stage, stage.owner)
    await taps(stage, stage.owner, panel, "Coupons", "0 of 2")
