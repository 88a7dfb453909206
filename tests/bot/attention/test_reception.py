"""The page that shows how things are received, as staff meet it: from a report, room by room, and nobody else."""

from datetime import timedelta

from bot.content import Words
from bot.features.attention.reception import received
from bot.rules.attention.wear_out import WearPolicy
from bot.rules.words import Language
from bot.store.engine.sessions import Tx
from bot.store.places import place_of
from bot.store.tables import RoomActivity, Shown
from bot.store.tables.attention import WearRound
from bot.store.wear import resting
from sandbox import Message, Press
from tests.bot.conftest import Play, Stage
from tests.words import WORDS


def history(tx: Tx, stage: Stage) -> None:
    """Eight weeks of tips that fewer and fewer answer, and drops that everybody likes."""
    now = stage.app.clock.now()
    for kind, counts in (("pillar:tips", (*(40,) * 12, 4, 3, 2)), ("drop", (60,) * 10), ("raffle", (5, 5))):
        for nth, answers in enumerate(reversed(counts)):
            tx.add(
                Shown(
                    community_id=1,
                    chat_id=stage.group.id,
                    kind="post",
                    shown_class="promotion",
                    at=now - timedelta(days=2 + 3 * nth),
                    active=200,
                    wears=kind,
                    answers=answers,
                    lost=2 if (kind, nth) == ("pillar:tips", 0) else 0,
                )
            )
    tx.add(RoomActivity(room_id=1, day=now.date(), community_id=1, fans=120))
    tx.add(WearRound(community_id=1, due_at=now))


async def told(stage: Stage, words: str, after: Message | Press) -> Message:
    """The bot's next private message to the owner with these words."""
    return await stage.owner.waits_for(
        stage.bot, lambda m: m.sender is stage.bot and words in m.text, timeout=30, after=after
    )


async def test_from_a_report_to_what_rests(play: Play) -> None:
    """The clock lets tips rest; the page says so, with the numbers, and turns to another room."""
    stage = await play(language="en")
    await stage.app.db.write(history, stage)
    await stage.app.jobs.tick()
    assert await stage.app.db.read(resting, 1, stage.app.clock.now()) == {1: frozenset({"pillar:tips"})}
    stage.owner.starts(stage.bot)
    said = stage.owner.says(stage.bot, "/report 7d")
    report = await told(stage, "The last 7 days", said)
    press = stage.owner.presses(report, "How it's received")
    page = await told(stage, "How it's received", press)
    assert page.text.splitlines()[3:] == [
        "Tips 😴 rests until Nov 9",
        "Only 9% of the usual answers, so it takes a break",
        "15 messages, 489 answers, from 16 in 100 fans · 2 gone within an hour",
        "",
        "Coupon drops",
        "100% of the usual answers",
        "10 messages, 600 answers, from 30 in 100 fans",
        "",
        "Raffles",
        "Too few messages to tell yet",
        "2 messages, 10 answers, from 3 in 100 fans",
        "",
        "An answer is a press, a vote, a reaction or a reply within a day. Telegram doesn't tell me who muted me.",
    ]
    assert "120 fans active this week" in page.text
    second = stage.telegram.add_group("Silk lounge", stage.owner)
    stage.owner.adds(stage.bot, second)
    await stage.settled()
    press = stage.owner.forges(page.chat, page, "received:1:2")
    await press.answered(10)
    await stage.settled()
    assert page.text.startswith("📈 How it's received · Silk lounge\nNothing to show yet.")


async def test_nobody_else_sees_it(play_sqlite: Play) -> None:
    """A fan who forges the button is told that this is for staff; other shops' pages aren't shown either."""
    stage = await play_sqlite(language="en")
    ana = stage.fan("Ana")
    card = await stage.drop()
    for data in ("received:1", "received:1:2", "received:999", "received:x"):
        press = ana.forges(stage.group, card, data)
        answer = await press.answered(10)
        assert "received" not in answer.text
    assert not any("How it's received" in one.text for one in stage.telegram.messages(stage.group))


async def test_in_three_languages(play_sqlite: Play) -> None:
    """The same page reads as a person would say it, in each language."""
    stage = await play_sqlite(language="en")
    await stage.app.db.write(history, stage)
    await stage.app.jobs.tick()
    place = await stage.app.db.read(place_of, 1)
    page = await stage.app.db.read(received, place, 1, stage.app.clock.now(), WearPolicy())
    words: Words = WORDS
    korean, chinese = words.html(page, place, Language.KO), words.html(page, place, Language.ZH)
    assert "꿀팁" in korean
    assert "11월 9일까지 쉬어요" in korean
    assert "干货" in chinese
    assert "歇到11月9日" in chinese
