"""`/import` as the owner and fans meet it."""

import asyncio

from bot.rules.exchange.lines import MovePolicy
from sandbox import Message, Rights
from tests.bot.conftest import Play, Stage
from tests.bot.files import csv, hands_in, hands_in_alone, taps
from tests.features.scene import query


async def balance(stage: Stage, user_id: int) -> int:
    """A fan's coins."""
    rows = await query(stage.app.db, "SELECT m.user_id, a.balance FROM account a JOIN member m ON m.id = a.member_id")
    return int(dict(rows)[user_id])


async def comes(stage: Stage, name: str) -> Message:
    """What the bot says to the owner in private that has this text in it."""
    return await stage.owner.waits_for(
        stage.bot, lambda m: m.sender is stage.bot and name in (m.text or ""), timeout=15
    )


async def test_a_file_is_taken_in_and_undone(play: Play) -> None:
    """Preview, *take them in*, coins there, undone as a whole by the button, and the owner hears how it ended."""
    stage = await play(language="en")
    stage.owner.starts(stage.bot)
    ana = stage.fan("Ana")
    ana.says(stage.group, "/checkin")
    await stage.settled()
    before = await balance(stage, ana.id)
    file = csv("id,username,points,tags", f"{ana.id},,500,silk", "999,,40,", ",mina_k,7,", "x,,1,")
    preview = await hands_in_alone(stage, "/import", file)
    assert "3 fans" in preview.text
    assert "Line 5" in preview.text
    assert "Nothing is done yet" in preview.text
    assert await balance(stage, ana.id) == before
    taken = await taps(stage, stage.owner, preview, "Take them in")
    assert "1 fan has" in taken.text
    assert await balance(stage, ana.id) == before + 500
    listed = await taps(stage, stage.owner, taken, "Who's missing")
    assert "2 people aren't here yet" in listed.text
    stage.owner.says(stage.bot, "/undo")
    await comes(stage, "undoing the file")
    done = await comes(stage, "The file is undone")
    assert "500" in done.text
    assert await balance(stage, ana.id) == before


async def test_a_file_without_a_command(play: Play) -> None:
    """Staff hear what a caption could say; `/import` alone leads to the panel's question, which takes the bare file."""
    stage = await play(language="en")
    stage.owner.starts(stage.bot)
    jun, ana = stage.fan("Jun"), stage.fan("Ana")
    for person in (jun, ana):
        person.starts(stage.bot)
    stage.owner.promotes(jun, stage.group, Rights(can_manage_chat=True))
    ana.says(stage.group, "/checkin")
    await stage.settled()
    before = await balance(stage, ana.id)
    file = csv("id,points", f"{ana.id},500")
    stage.owner.says(stage.bot, "", document=file)
    asked = await comes(stage, "What's in this file?")
    assert "/import" in asked.text
    jun.says(stage.bot, "", document=file)
    told = await jun.waits_for(stage.bot, lambda m: m.sender is stage.bot and "What's in" in m.text, timeout=15)
    assert "/import" not in told.text
    ana.says(stage.bot, "", document=file)
    stage.owner.says(stage.bot, "/import")
    step = await taps(stage, stage.owner, await comes(stage, "Nobody's missing"), "Send a list")
    assert "Send me the list" in step.text
    stage.owner.says(stage.bot, "", document=file)
    preview = await comes(stage, "Nothing is done yet")
    await taps(stage, stage.owner, preview, "Take them in")
    assert await balance(stage, ana.id) == before + 500
    told_ana = [
        m.text for m in stage.telegram.messages(stage.telegram.private(stage.bot, ana)) if m.sender is stage.bot
    ]
    assert not any("file" in text for text in told_ana)


async def test_who_comes_later_is_told(play: Play) -> None:
    """Who joins gets what waited for their id; who has the username is asked, and it takes their own tap."""
    stage = await play(language="en")
    ana, bo = stage.telegram.add_user("Ana"), stage.telegram.add_user("Bo", username="bo_bo")
    file = csv("id,username,points", f"{ana.id},,500", ",bo_bo,70")
    await taps(stage, stage.owner, await hands_in(stage, "/import", file), "Take them in")
    for person in (ana, bo):
        person.starts(stage.bot)
        person.joins(stage.group)
    await ana.waits_for(stage.bot, lambda m: m.sender is stage.bot and "Your old points are here" in m.text, timeout=15)
    assert await balance(stage, ana.id) == 500
    asked = await bo.waits_for(stage.bot, lambda m: m.sender is stage.bot and "@bo_bo" in m.text, timeout=15)
    assert await balance(stage, bo.id) == 0
    presses = [bo.presses(asked, "Yes, mine") for _ in range(3)]
    await asyncio.gather(*(press.answered(10) for press in presses))
    await stage.settled()
    assert await balance(stage, bo.id) == 70


async def test_all_bad_lines_come_as_a_file(play: Play) -> None:
    """Ten bad lines are shown, and a button sends all of them with their numbers and reasons."""
    stage = await play(language="en")
    stage.owner.starts(stage.bot)
    await stage.settled()
    bad = [f"x{number},1" for number in range(MovePolicy().shown + 5)]
    preview = await hands_in_alone(stage, "/import", csv("id,points", "5,1", *bad))
    assert "And 5 more" in preview.text
    press = stage.owner.presses(preview, "All 15 lines")
    await press.answered(10)
    sent = await stage.owner.waits_for(stage.bot, lambda m: m.file is not None and m.sender is stage.bot, timeout=15)
    assert sent.file is not None
    rows = sent.file.content.decode("utf-8-sig").splitlines()
    assert rows[0] == "Line,In the file,Reason"
    assert rows[1].startswith("3,x0,")
    assert len(rows) == 16


async def test_only_the_owner_may(play: Play) -> None:
    """An operator's file is refused, and so is an operator's press under the owner's preview."""
    stage = await play(language="en")
    helper = stage.fan("Helper")
    stage.owner.promotes(helper, stage.group, Rights(can_manage_chat=True))
    await stage.settled()
    said = helper.says(stage.group, "/import", document=csv("id,points", "5,1"))
    answer = await stage.whisper(helper, after=said)
    assert "owner" in answer.text.lower()
    assert not await query(stage.app.db, "SELECT 1 FROM file_import")
