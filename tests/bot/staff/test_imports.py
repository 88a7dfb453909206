"""Files over the stand-in: questions by buttons, a preview, and one act however often *do it* is pressed."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from bot.features.coupons.code_files import CodeFiles
from bot.features.imports import claim, drop_old
from bot.rules.files import ImportPolicy
from sandbox import Document, Message, Rights
from tests.bot.conftest import Play, Stage
from tests.bot.files import csv, hands_in, hands_in_alone, taps
from tests.bot.speech import speaks
from tests.bot.staff.test_admin import opens_panel, types
from tests.bot.staff.test_admin import taps as panel_taps
from tests.features.scene import OWNER, act_of, query

SHOP_FILES = Path(__file__).parents[2] / "data/shop_files"
WIDE = ("a,b,c", "SILK-1,K7M2,20%", "SILK-2,Q9X4,20%")
"""Two columns could be the codes."""


def shop_file(name: str) -> Document:
    """A file as a shop's platform wrote it."""
    return Document(name, (SHOP_FILES / name).read_bytes(), "text/csv")


def data_of(message: Message, label: str) -> str:
    """What the button with this label sends."""
    return next(button.callback_data or "" for button in message.buttons if label in button.text)


async def campaigns(stage: Stage) -> int:
    """How many drops there are."""
    return int((await query(stage.app.db, "SELECT count(*) FROM campaign"))[0][0])


async def test_a_column_is_asked_for_and_remembered(play: Play) -> None:
    """The second file of the shape needs no question and says so; *ask me again* asks."""
    stage = await play(language="en")
    stage.owner.starts(stage.bot)
    await stage.settled()
    asked = await hands_in_alone(stage, "/newcoupon title=Silk", csv(*WIDE))
    assert "Which column has the coupon codes?" in asked.text
    assert [button.text for button in asked.buttons][:2] == ["a · SILK-1, SILK-2", "b · K7M2, Q9X4"]
    assert await campaigns(stage) == 0
    preview = await taps(stage, stage.owner, asked, "b · ")
    assert preview is asked
    assert "2 codes, from K7M2 to Q9X4" in preview.text
    assert "you picked last time" not in preview.text
    made = await taps(stage, stage.owner, preview, "Put it up")
    assert "2 coupons" in made.text
    assert await campaigns(stage) == 1

    again = await hands_in_alone(stage, "/newcoupon title=Wool", csv(WIDE[0], "WOOL-1,K8M2,20%", "WOOL-2,Q8X4,20%"))
    assert "from K8M2 to Q8X4" in again.text
    assert "I used the columns you picked last time." in again.text
    asked = await taps(stage, stage.owner, again, "Answer again")
    assert "Which column" in asked.text
    preview = await taps(stage, stage.owner, asked, "a · ")
    assert "from WOOL-1 to WOOL-2" in preview.text


async def test_the_evening_of_a_drop_with_a_file(play_sqlite: Play) -> None:
    """The preview shows the time as it was read, and the evening's is one tap away before anything is done."""
    stage = await play_sqlite(language="en")
    await stage.ask(stage.owner, "/setup timezone=KST")
    stage.owner.starts(stage.bot)
    await stage.settled()
    preview = await hands_in_alone(stage, "/newcoupon title=Silk closes=tomorrow 9:00", csv("code", "SILK-1"))
    assert "If you meant the evening" in preview.text
    stale = data_of(preview, "🌙")
    preview = await taps(stage, stage.owner, preview, "🌙")
    assert "evening" not in preview.text
    await stage.owner.forges(preview.chat, preview, stale).answered(10)
    await taps(stage, stage.owner, preview, "Put it up")
    ((closes,),) = await query(stage.app.db, "SELECT closes FROM campaign")
    assert "03 12:00" in str(closes)


async def test_an_evening_that_makes_no_sense_leaves_the_line(play_sqlite: Play) -> None:
    """A drop that would open after it closes is refused, and the preview stays as it was."""
    stage = await play_sqlite(language="en")
    await stage.ask(stage.owner, "/setup timezone=KST")
    stage.owner.starts(stage.bot)
    await stage.settled()
    line = "/newcoupon title=Silk opens=tomorrow 9:00 closes=tomorrow 11:30"
    preview = await hands_in_alone(stage, line, csv("code", "SILK-1"))
    tap = stage.owner.presses(preview, "🌙")
    await tap.answered(10)
    await stage.owner.waits_for(stage.bot, lambda m: "it stays at the first time" in m.text, timeout=10, after=tap)
    await taps(stage, stage.owner, preview, "Put it up")
    ((opens,),) = await query(stage.app.db, "SELECT opens FROM campaign")
    assert "03 00:00" in str(opens)


async def test_a_cancelled_file_is_left(play_sqlite: Play) -> None:
    """*Cancel* takes nothing, and what is pressed afterwards hears the same."""
    stage = await play_sqlite(language="en")
    preview = await hands_in(stage, "/newcoupon title=Silk", csv("code", "SILK-1"))
    do = data_of(preview, "Put it up")
    left = await taps(stage, stage.owner, preview, "Cancel")
    assert "nothing from that file was imported" in left.text
    await stage.owner.forges(stage.group, left, do).answered(10)
    await stage.all_sent()
    assert await campaigns(stage) == 0


async def test_a_double_press_acts_once(play: Play) -> None:
    """Presses at once, by two of the staff, and one that comes again later: one drop, and the same answer."""
    stage = await play(language="en")
    stage.owner.starts(stage.bot)
    jun = stage.fan("Jun")
    jun.starts(stage.bot)
    stage.owner.promotes(jun, stage.group, Rights())
    await stage.settled()
    preview = await hands_in_alone(stage, "/newcoupon title=Silk", csv("code", "SILK-1", "SILK-2"))
    do = data_of(preview, "Put it up")
    private = preview.chat
    presses = [stage.owner.forges(private, preview, do) for _ in range(3)]
    presses += [jun.forges(stage.telegram.private(stage.bot, jun), preview, do) for _ in range(3)]
    await asyncio.gather(*(press.answered(10) for press in presses))
    await stage.all_sent()
    assert await campaigns(stage) == 1
    assert "Drop 1 is set" in preview.text
    shown = preview.text
    await stage.owner.forges(private, preview, do).answered(10)
    await stage.all_sent()
    assert await campaigns(stage) == 1
    assert preview.text == shown


async def test_a_file_waits_a_day(play_sqlite: Play) -> None:
    """Its buttons say so kindly afterwards; a forged number hears the same."""
    stage = await play_sqlite(language="en")
    preview = await hands_in(stage, "/newcoupon title=Silk", csv("code", "SILK-1"))
    tomorrow = stage.app.clock.now() + ImportPolicy().waits * 2
    await stage.app.db.write(drop_old, tomorrow, ImportPolicy())
    answer = await stage.owner.presses(preview, "Put it up").answered(10)
    assert "I keep files for a day" in answer.text
    for data in ("file:99:0:do", "file:", "file:x:y", "file:1:-3:c:1", "file:1:0:c:" + "9" * 30):
        heard = await stage.owner.forges(stage.group, preview, data).answered(10)
        assert "I keep files for a day" in heard.text, data
    assert await campaigns(stage) == 0


async def test_only_staff_press(play_sqlite: Play) -> None:
    """A fan who forges the button hears that it is the staff's; the file waits on."""
    stage = await play_sqlite(language="en")
    preview = await hands_in(stage, "/newcoupon title=Silk", csv("code", "SILK-1"))
    do = data_of(preview, "Put it up")
    ana = stage.fan("Ana")
    answer = await ana.forges(stage.group, preview, do).answered(10)
    assert "SILK-1" not in answer.text
    await stage.all_sent()
    assert await campaigns(stage) == 0
    assert "2 coupons" not in preview.text


async def test_what_is_wrong_with_the_line_is_said_first(play_sqlite: Play) -> None:
    """Without a title, or upside down: nothing is fetched."""
    stage = await play_sqlite(language="en")
    mark = len(stage.telegram.calls)
    nameless = await hands_in(stage, "/newcoupon", csv("code", "SILK-1"))
    assert "title" in nameless.text
    down = await hands_in(stage, "/newcoupon title=Silk opens=+2h closes=+1h", csv("code", "SILK-1"))
    assert "close" in down.text
    unknown = await hands_in(stage, "/redeem currency=XX1", csv("order,value,time", "A-1,5,2026-11-01"))
    assert "XX1" in unknown.text
    assert not [call for call in stage.telegram.calls[mark:] if call.method == "getFile"]


async def test_the_day_order_is_asked(play_sqlite: Play) -> None:
    """Dates that can be read both ways: two buttons show the days, and the answer decides."""
    stage = await play_sqlite(language="en")
    orders = csv("order,value,time,code", "A-1,39000,11/2/2026 13:00,", "A-2,5000,11/1/2026 09:00,")
    asked = await hands_in(stage, "/redeem currency=KRW", orders)
    assert "Which day is" in asked.text
    days = [button.text for button in asked.buttons]
    assert any("Nov 2, 2026" in day or "Nov 1, 2026" in day for day in days)
    preview = await taps(stage, stage.owner, asked, "Nov")
    assert "2 paid orders: ₩44,000" in preview.text
    assert "Nothing counts yet" in preview.text
    assert await query(stage.app.db, "SELECT count(*) FROM shop_order") == [(0,)]


async def test_one_line_of_codes_is_asked(play_sqlite: Play) -> None:
    """One code or several: the answer decides."""
    stage = await play_sqlite(language="en")
    asked = await hands_in(stage, "/newcoupon title=Silk", shop_file("codes-one-line.csv"))
    assert "a single line" in asked.text
    preview = await taps(stage, stage.owner, asked, "3 codes")
    assert "3 codes, from" in preview.text
    made = await taps(stage, stage.owner, preview, "Put it up")
    assert "3 coupons" in made.text


@pytest.mark.parametrize("captioned", [0, 1])
@pytest.mark.parametrize("where", ["private", "group"])
async def test_an_album_is_taken_whole(play_sqlite: Play, where: str, captioned: int) -> None:
    """Two files in one album, the command under either: one drop of both."""
    stage = await play_sqlite(language="en")
    stage.owner.starts(stage.bot)
    await stage.settled()
    files = (csv("code", "SILK-1", "SILK-2", name="one.csv"), csv("code", "SILK-3", "SILK-2", name="two.csv"))
    album = stage.owner.posts_album(
        stage.bot if where == "private" else stage.group,
        *files,
        caption="/newcoupon title=Silk",
        captioned=captioned,
        as_files=True,
    )

    def shows_both(message: Message) -> bool:
        return message.sender is stage.bot and "2 files: one.csv, two.csv" in message.text

    preview = await stage.owner.waits_for(album[0].chat, shows_both, timeout=10, after=album[0])
    assert "3 codes, from SILK-1 to SILK-3" in preview.text
    assert "1 code is in more than one file and counts once" in preview.text
    made = await taps(stage, stage.owner, preview, "Put it up")
    assert "3 coupons" in made.text


async def test_a_reply_to_an_album(play_sqlite: Play) -> None:
    """The command may answer one file of an album that came before, a forwarded one too: all of it is meant."""
    stage = await play_sqlite(language="en")
    files = (csv("code", "SILK-1", name="one.csv"), csv("code", "silk-1", "x", name="two.csv"))
    album = stage.owner.posts_album(stage.group, *files, as_files=True)
    said = stage.owner.says(stage.group, "/newcoupon title=Silk", reply_to=album[0])
    refused = await stage.whisper(stage.owner, after=said)
    assert "two.csv" in refused.text
    assert "is too short" in refused.text


@pytest.mark.parametrize("language", ["ko", "zh", "en"])
async def test_the_conversation_speaks_the_staffs_language(play_sqlite: Play, language: str) -> None:
    """Questions, previews and buttons."""
    stage = await play_sqlite(language=language)
    asked = await hands_in(stage, "/newcoupon title=1", csv(*WIDE))
    assert speaks(asked.text, language)
    assert speaks(asked.buttons[-1].text, language)
    preview = await stage.owner.waits_for(
        stage.group,
        lambda m: m.only_for is stage.owner and "K7M2" in m.text,
        timeout=10,
        after=stage.owner.forges(stage.group, asked, data_of(asked, "K7M2")),
    )
    assert speaks(preview.text, language)
    assert all(speaks(button.text, language) for button in preview.buttons)
    orders = await hands_in(stage, "/redeem currency=KRW", csv("order,value,time", "A-1,5000,2026-11-01", "A-2,,x"))
    assert speaks(orders.text, language)


CODES = sorted(path.name for path in SHOP_FILES.glob("codes*"))
ORDERS = sorted(path.name for path in SHOP_FILES.glob("orders*"))


async def test_every_file_of_a_shop_is_read_asked_about_or_refused(play_sqlite: Play) -> None:
    """All files as shops have them, through the real bot: each is answered, and nothing is done before *do it*."""
    stage = await play_sqlite(language="en")
    stage.owner.starts(stage.bot)
    await stage.settled()
    for name in (*CODES, *ORDERS):
        line = "/newcoupon title=Silk" if name.startswith("codes") else "/redeem"
        answer = await hands_in_alone(stage, line, shop_file(name))
        assert "Something went wrong" not in answer.text, name
        assert "<table>" not in answer.text, name
        read = any(button.text.startswith("✅") for button in answer.buttons)
        refused = not answer.buttons
        asked = any((button.callback_data or "").split(":")[3:4] in (["c"], ["d"], ["m"]) for button in answer.buttons)
        nothing = "Nothing counts yet" in answer.text
        assert read or refused or asked or nothing, (name, answer.text)
    assert await campaigns(stage) == 0
    assert await query(stage.app.db, "SELECT count(*) FROM shop_order") == [(0,)]
    failed = stage.app.engine.meters.failed
    assert not failed["message"], failed


async def test_what_was_interrupted_goes_on(play: Play) -> None:
    """Killed between the press and the drop: whoever presses next ends it under the first press's cause, once."""
    stage = await play(language="en")
    stage.owner.starts(stage.bot)
    await stage.settled()
    preview = await hands_in_alone(stage, "/newcoupon title=Silk", csv("code", "SILK-1", "SILK-2"))
    place = await stage.app.communities.place(1)
    assert place is not None
    first = act_of(place, replace(OWNER, user_id=stage.owner.id), stage.app.clock.now(), cause="42:1")
    await stage.app.db.write(claim, first, 1, 0)
    await CodeFiles(stage.app.db, ImportPolicy()).stage(first, ((2, "SILK-1"), (3, "SILK-2")))

    made = await taps(stage, stage.owner, preview, "Put it up")

    assert "2 coupons" in made.text
    acts = await query(stage.app.db, "SELECT act, cause FROM audit_entry WHERE act = 'campaign.made'")
    assert acts == [("campaign.made", "42:1")]


async def test_an_album_by_buttons(play_sqlite: Play) -> None:
    """The panel asks for a file and gets an album: all of it is handed in."""
    stage = await play_sqlite(language="en")
    stage.owner.starts(stage.bot)
    panel = await opens_panel(stage, stage.owner)
    await panel_taps(stage, stage.owner, panel, "Coupons", "Nothing is running")
    await panel_taps(stage, stage.owner, panel, "codes from a file", "Send me the file")
    files = (csv("code", "SILK-1", name="one.csv"), csv("code", "SILK-2", name="two.csv"))
    album = stage.owner.posts_album(stage.bot, *files, as_files=True)
    panel = await stage.owner.waits_for(
        stage.bot, lambda m: m.sender is stage.bot and "called" in m.text, timeout=10, after=album[-1]
    )
    await stage.all_sent()
    panel = await types(stage, stage.owner, panel, "Silk", "File: one.csv")
    await panel_taps(stage, stage.owner, panel, "Put it up", "2 files: one.csv, two.csv")
    made = await taps(stage, stage.owner, panel, "Put it up")
    assert "2 coupons" in made.text
