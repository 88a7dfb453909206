"""Fans as staff meet them: lists, a fan's page, tags, notes and coins, in the group and in private."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select
from sqlmodel import col

from bot.rules.calendar import DAY
from bot.store.engine.sessions import Tx
from bot.store.tables import Activity, Member
from sandbox import Message, Person, Rights
from tests.bot.conftest import Play, Stage
from tests.bot.speech import speaks
from tests.bot.staff.test_admin import opens_panel, taps, types
from tests.features.scene import query

HELPER = Rights(can_manage_chat=True)
HOURS = 3_600.0


async def says(stage: Stage, who: Person, text: str) -> Message:
    """Say something in private, and read the answer."""
    await stage.settled()
    said = who.says(stage.bot, text)
    return await who.waits_for(stage.bot, lambda m: m.sender is stage.bot, timeout=10, after=said)


async def with_fans(stage: Stage, *names: str) -> list[Person]:
    """Fans who checked in, and an owner who opened the private chat."""
    stage.owner.starts(stage.bot)
    fans = [stage.fan(name) for name in names]
    for person in fans:
        await stage.ask(person, "/checkin")
    await stage.settled()
    return fans


async def test_an_owner_finds_a_fan_by_buttons(play: Play) -> None:
    """From the panel to a list, to a fan, to the next one, and back."""
    stage = await play(language="en")
    await with_fans(stage, "Ana", "Ben")
    panel = await opens_panel(stage, stage.owner)
    await taps(stage, stage.owner, panel, "Fans", "Fans and figures")
    await taps(stage, stage.owner, panel, "Find fans", "Your fans · 2")
    await taps(stage, stage.owner, panel, "New this week", "2 fans")
    assert "Ana · New · 5 coins · here today" in panel.text
    await taps(stage, stage.owner, panel, "Ana", "⭐ New")
    assert "no tags yet" in panel.text
    assert "no orders that I know of" in panel.text
    await taps(stage, stage.owner, panel, "Next fan", "Ben")
    await taps(stage, stage.owner, panel, "The list", "2 fans")
    await taps(stage, stage.owner, panel, "All lists", "Your fans · 2")
    await taps(stage, stage.owner, panel, "Core fans", "No fan is like that")
    await taps(stage, stage.owner, panel, "All lists", "Your fans")
    await taps(stage, stage.owner, panel, "Slipping away", "Nobody is slipping away")


async def test_a_segment_that_is_written(play_sqlite: Play) -> None:
    """Its reach is shown, what can't be read is named, and the words are those that were written."""
    stage = await play_sqlite(language="en")
    await with_fans(stage, "Ana", "Ben")
    page = await says(stage, stage.owner, "/fans tier<=fan joined<30d")
    assert "tier<=fan joined<30d" in page.text
    assert "2 fans, 0 I can write to, 0 said yes to news and offers" in page.text
    assert "the tiers are new, fan, loyal and core" in (await says(stage, stage.owner, "/fans tier>=gold")).text
    assert "No fan has the tag velvet" in (await says(stage, stage.owner, "/fans tag=velvet")).text


async def test_tags_by_line_by_reply_and_by_buttons(play: Play) -> None:
    """Several at once; the page of tags adds and takes off by a tap; a list of the tag is one tap away."""
    stage = await play(language="en")
    ana, ben = await with_fans(stage, "Ana", "Ben")
    wrote = ana.says(stage.group, "hello")
    said = stage.owner.says(stage.group, "/tag silk wool", reply_to=wrote)
    tagged = await stage.whisper(stage.owner, after=said)
    assert "Ana: silk, wool added" in tagged.text
    page = await says(stage, stage.owner, "/fan Ana")
    assert "🏷 silk · wool" in page.text
    await taps(stage, stage.owner, page, "Tags", "Tap a tag to take it off")
    await taps(stage, stage.owner, page, "✕ wool", "silk\nTap")
    page = await says(stage, stage.owner, "/fan Ben")
    await taps(stage, stage.owner, page, "Tags", "No tags yet")
    await taps(stage, stage.owner, page, "＋ silk", "Tap a tag to take it off")
    await taps(stage, stage.owner, page, "Another tag", "Which tags for Ben")
    answer = await says(stage, stage.owner, "linen, -silk")
    assert "Ben: linen added, silk taken off" in answer.text
    home = await says(stage, stage.owner, "/fans")
    await taps(stage, stage.owner, home, "silk · 1", "Ana")
    undone = await says(stage, stage.owner, "/undo")
    assert "Ben has the same tags as before" in undone.text
    assert ben is not ana


async def test_notes_are_written_read_and_deleted(play: Play) -> None:
    """By a button and by a line; the fan's page shows the newest, a deleted one comes back by undo."""
    stage = await play(language="en")
    await with_fans(stage, "Ana")
    page = await says(stage, stage.owner, "/fan Ana")
    await taps(stage, stage.owner, page, "Note", "What would you like to remember about Ana")
    assert "It's on Ana's page" in (await says(stage, stage.owner, "likes soft <b> colours")).text
    long = await says(stage, stage.owner, "/fan Ana note=" + "x" * 501)
    assert "Tap their name" in long.text or "500 characters" in long.text
    page = await says(stage, stage.owner, "/fan Ana")
    assert "📝 likes soft <b> colours — Mina" in page.text
    await taps(stage, stage.owner, page, "All notes", "1. likes soft")
    await taps(stage, stage.owner, page, "1", "Mina, ")
    await taps(stage, stage.owner, page, "Delete it", "is deleted")
    assert "is back" in (await stage.owner.presses(page, "Undo").answered(10)).text
    assert "likes soft" in (await says(stage, stage.owner, "/fan Ana")).text


async def test_coins_for_a_fan_who_hears_it_alone(play: Play) -> None:
    """By reply, with a reason; the fan reads it as a whisper, nobody else does; undone, the fan hears that too."""
    stage = await play(language="en")
    ana, ben = await with_fans(stage, "Ana", "Ben")
    wrote = ana.says(stage.group, "look at my photos")
    said = stage.owner.says(stage.group, "/grant 50 for the photos", reply_to=wrote)
    answer = await stage.whisper(stage.owner, after=said)
    assert "Ana got 50 coins: “for the photos”" in answer.text
    told = await ana.waits_for(stage.group, lambda m: "50 coins for you" in m.text, timeout=10)
    assert "for the photos" in told.text
    assert "You have 55 coins now" in told.text
    assert told.only_for is ana
    assert told not in ben.sees(stage.group)
    await stage.all_sent()
    await stage.owner.presses(answer, "Undo").answered(10)
    back = await ana.waits_for(stage.group, lambda m: "gone back" in m.text, timeout=10)
    assert "You have 5 coins now" in back.text
    assert (await stage.books()).sound


async def test_a_name_that_several_have_is_asked(play: Play) -> None:
    """A part of a name lists who can be meant, with what is to be done; a tap does it for that one, once."""
    stage = await play(language="en")
    await with_fans(stage, "Ana Kim", "Ana Lee", "Ben")
    asked = await says(stage, stage.owner, "/grant ana 20 for singing")
    assert "Which ana is it?" in asked.text
    assert "20 for singing" in asked.text
    assert [button.text.split(" · ")[0] for button in asked.buttons] == ["Ana Kim", "Ana Lee"]
    await taps(stage, stage.owner, asked, "Ana Lee", "Ana Lee got 20 coins")
    rows = await query(
        stage.app.db,
        "SELECT p.name, a.balance FROM account a JOIN member m ON m.id = a.member_id "
        "JOIN person p ON p.user_id = m.user_id WHERE m.community_id = 1 ORDER BY p.name",
    )
    assert {name: coins for name, coins in rows if name != "Mina"} == {
        "Ana Kim": 5,
        "Ana Lee": 25,
        "Ben": 5,
    }
    nobody = await says(stage, stage.owner, "/fan Zoe")
    assert "I don't know a fan called Zoe" in nobody.text


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("/grant", "How many coins, and why?"),
        ("/grant 50", "What is it for?"),
        ("/grant @nobody 50 x", "I don't know a fan called @nobody"),
        ("/grant Ana 0 x", "A whole number from 1 to"),
        ("/tag", "Which tag?"),
        ("/tag Ana 🧣", "can't be a tag"),
        ("/fan", "Who is it?"),
        ("/fans hello", "I can't read hello"),
    ],
)
async def test_what_cant_be_read_is_answered_kindly(play_sqlite: Play, line: str, kind: str) -> None:
    """One sentence that says what to do."""
    stage = await play_sqlite(language="en")
    await with_fans(stage, "Ana")
    assert kind in (await says(stage, stage.owner, line)).text


async def test_an_operators_limit_and_the_owners_note(play_sqlite: Play) -> None:
    """What an operator gives counts in their day, and the owner hears of it with a button that takes it back."""
    stage = await play_sqlite(language="en")
    await with_fans(stage, "Ana")
    jun = stage.fan("Jun")
    stage.owner.promotes(jun, stage.group, HELPER)
    jun.starts(stage.bot)
    given = await says(stage, jun, "/grant Ana 1500 for help")
    await taps(stage, jun, given, "Ana", "You can still give 500 today")
    note = await stage.owner.waits_for(stage.bot, lambda m: "gave Ana coins" in m.text, timeout=10)
    assert "1,500 coins" in note.text
    again = await says(stage, jun, "/grant Ana 501 for help")
    await taps(stage, jun, again, "Ana", "you can still give 500 today")
    assert "back with the shop" in (await stage.owner.presses(note, "Take it back").answered(10)).text


async def test_fans_and_strangers_see_nothing(play_sqlite: Play) -> None:
    """A fan who says it or forges a button, and the owner of another shop, are told kindly that it is for staff."""
    stage = await play_sqlite(language="en", open=True)
    (ana,) = await with_fans(stage, "Ana")
    other = stage.telegram.add_user("Olga")
    group = stage.telegram.add_group("Wool room", creator=other)
    other.adds(stage.bot, group, Rights.full())
    await stage.settled()
    for line in ("/fans", "/fan Ana", "/tag Ana silk", "/grant Ana 5 x"):
        assert "5 coins" not in (await stage.ask(ana, line)).text
    ana.starts(stage.bot)
    other.starts(stage.bot)
    page = await says(stage, stage.owner, "/fan Ana")
    data = next(button.callback_data or "" for button in page.buttons if "Tags" in button.text)
    ((member,),) = await query(stage.app.db, "SELECT id FROM member WHERE user_id = :id", id=ana.id)
    for person in (ana, other):
        chat = person.chat_with(stage.bot)
        under = next(m for m in chat.messages if m.sender is stage.bot)
        for forged in (data, f"fans:1:o:{member}", f"fans:1:a:{member}:silk", f"fans:2:o:{member}", "fans:1:l:all"):
            await person.forges(chat, under, forged).answered(10)
        await stage.settled()
        assert not [m for m in person.sees(stage.bot) if "⭐ New" in m.text]
    assert await query(stage.app.db, "SELECT tag FROM fan_tag") == []


def _visit(tx: Tx, user_id: int, now: float, *ago: int) -> None:
    member_id = tx.execute(select(col(Member.id)).where(col(Member.user_id) == user_id)).scalar_one()
    today = datetime.fromtimestamp(now, UTC).date()
    tx.execute(
        insert(Activity),
        [{"member_id": member_id, "day": today - number * DAY, "kind": "makeup", "times": 1} for number in ago],
    )


async def test_who_stays_away_is_found_by_the_clock(play_sqlite: Play) -> None:
    """A fan who came daily and stays away for a week is on the list, with how often they used to come."""
    stage = await play_sqlite(language="en")
    ana, _ = await with_fans(stage, "Ana", "Ben")
    await stage.app.db.write(_visit, ana.id, stage.telegram.clock.now(), 1, 2, 3)
    stage.telegram.clock.advance(timedelta(days=7).total_seconds())
    async with asyncio.timeout(10):
        while not await query(stage.app.db, "SELECT member_id FROM visit_rhythm"):
            await asyncio.sleep(0.02)
    home = await says(stage, stage.owner, "/fans")
    assert "1 fan is slipping away" in home.text
    await taps(stage, stage.owner, home, "Slipping away", "usually every 1 day")
    assert "Ana" in home.text
    assert "Ben" not in home.text


@pytest.mark.parametrize("language", ["ko", "zh"])
async def test_the_page_in_the_readers_language(play_sqlite: Play, language: str) -> None:
    """A Korean and a Chinese owner read no English word on the way to a fan and back."""
    stage = await play_sqlite(language=language)
    stage.owner.starts(stage.bot)
    name = {"ko": "수아", "zh": "小芳"}[language]
    fan = stage.fan(name, language)
    await stage.ask(fan, "/checkin")
    home = await says(stage, stage.owner, "/fans")
    assert speaks(home.text, language), home.text
    page = await says(stage, stage.owner, f"/fan {name}")
    assert speaks(page.text, language), page.text


async def test_a_grant_through_the_panel_is_shown_first(play_sqlite: Play) -> None:
    """Whom, how many, why: the preview says what it costs, and only then the fan gets them."""
    stage = await play_sqlite(language="en")
    await with_fans(stage, "Ana")
    panel = await opens_panel(stage, stage.owner)
    await taps(stage, stage.owner, panel, "Fans", "Fans and figures")
    await taps(stage, stage.owner, panel, "Give a fan coins", "Who gets them?")
    await taps(stage, stage.owner, panel, "Ana", "How many coins?")
    await taps(stage, stage.owner, panel, "50", "What for?")
    panel = await types(stage, stage.owner, panel, "for the photos", "Nothing has happened yet")
    assert "50 coins" in panel.text
    await taps(stage, stage.owner, panel, "Give them", "Ana got 50 coins")
