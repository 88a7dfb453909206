"""Consent to promotion over the stand-in: the question, a yes, the frame of what comes then, and the way out."""

from typing import Any

import pytest

from bot.content.buttons.consent import PROMOTION
from sandbox import Message, Person
from tests.bot.conftest import NOON, Play, Stage
from tests.bot.consenting import has_button, wants_promotion
from tests.bot.speech import speaks
from tests.features.scene import query

DAY = 24 * 3600
BY_DAY = NOON + 7 * 3600
"""Ten in the morning in London, seven in the evening in Seoul: nobody is asked at night."""
ASKS = f"{PROMOTION}:yes"
ENDS = {"ko": "곧 끝나요", "zh": "快到期", "en": "ends soon"}
MARK = "(광고)"


async def checks_in_thrice(stage: Stage, who: Person) -> None:
    """A fan checks in on three days, the last one now."""
    for day in range(3):
        await stage.ask(who, "/checkin")
        if day < 2:
            stage.telegram.clock.advance(DAY)
    await stage.settled()


async def question_to(stage: Stage, who: Person, *, private: bool = True) -> Message:
    """The question that a fan is asked."""
    chat = who.chat_with(stage.bot) if private else stage.group
    return await who.waits_for(chat, lambda m: m.sender is stage.bot and has_button(m, ASKS), timeout=10)


async def says(stage: Stage, who: Person, message: Message, verb: str) -> None:
    """A press on the question, or below a message, and everything that it sets off."""
    await who.presses(message, f"{PROMOTION}:{verb}").answered(10)
    await stage.all_sent()


async def kept(stage: Stage) -> list[tuple[Any, ...]]:
    """What was said, and where."""
    return await query(stage.app.db, "SELECT said, way, language FROM consent ORDER BY id")


async def holds_a_coupon_that_ends(stage: Stage, who: Person) -> None:
    """A fan claims a coupon that ends in two days, and the clock goes to the day before."""
    card = await stage.drop('title="Silk scarf" stock=3 closes=+2d')
    await who.presses(card, "claim:").answered(10)
    await stage.settled()
    stage.telegram.clock.advance(DAY + 60)
    await stage.app.jobs.tick()


@pytest.mark.parametrize("language", ["ko", "zh", "en"])
async def test_asked_after_the_third_check_in_and_confirmed(play_sqlite: Play, language: str) -> None:
    """In the fan's language; the confirmation takes the question's place, names shop and day, and can be stopped."""
    stage = await play_sqlite(language=language, begins=BY_DAY)
    ana = stage.fan("Ana", language)
    ana.starts(stage.bot)
    await checks_in_thrice(stage, ana)
    question = await question_to(stage, ana)
    assert speaks(question.text.replace("Silk room", ""), language)
    words = question.text
    await says(stage, ana, question, "yes")
    assert "Silk room" in question.text
    assert "2026" in question.text
    assert has_button(question, f"{PROMOTION}:stop")
    assert not has_button(question, ASKS)
    assert await kept(stage) == [("yes", "question", language)]
    [(stored,)] = await query(stage.app.db, "SELECT words FROM consent")
    assert stored.startswith(words)
    assert len(stored) > len(words)
    await says(stage, ana, question, "stop")
    assert [row[0] for row in await kept(stage)] == ["yes", "no"]
    confirmed = [m for m in ana.chat_with(stage.bot).messages if m.sender is stage.bot][-1]
    assert confirmed is not question
    assert "Silk room" in confirmed.text
    assert speaks(confirmed.text.replace("Silk room", ""), language)


async def test_who_never_started_the_bot_is_whispered_to(play: Play) -> None:
    """The question is seen by its fan alone; a no edits it, and nobody is asked a second time."""
    stage = await play(language="en", begins=BY_DAY)
    ana = stage.fan("Ana")
    await checks_in_thrice(stage, ana)
    question = await question_to(stage, ana, private=False)
    assert question.only_for is ana
    await says(stage, ana, question, "no")
    assert "said no" in question.text
    assert await kept(stage) == [("no", "question", "en")]
    for _ in range(6):
        stage.telegram.clock.advance(DAY)
        await stage.ask(ana, "/checkin")
    await stage.all_sent()
    asked = [m for m in stage.group.messages if m.only_for is ana and m is not question and has_button(m, ASKS)]
    assert asked == []


async def test_the_frame_in_korea(play: Play) -> None:
    """Without a contact nothing goes and the owner hears it once; with one it has mark, name, contact and *stop*."""
    stage = await play(language="ko")
    ana, ben = stage.fan("Ana", "ko"), stage.fan("Ben", "en")
    stage.owner.starts(stage.bot)
    for who in (ana, ben):
        who.starts(stage.bot)
        await stage.ask(who, "/checkin")
    await stage.settled()
    for who in (ana, ben):
        await wants_promotion(stage, who)
    await stage.all_sent()
    assert [row[:2] for row in await kept(stage)] == [("yes", "settings")] * 2
    await holds_a_coupon_that_ends(stage, ana)
    told = await stage.owner.waits_for(
        stage.owner.chat_with(stage.bot), lambda m: m.sender is stage.bot and "/setup contact" in m.text, timeout=10
    )
    assert told.text
    stops = await query(stage.app.db, "SELECT reason FROM verdict WHERE kind = 'ending.CouponsEnd'")
    assert stops == [("no_contact",)]
    assert not [m for m in ana.chat_with(stage.bot).messages if ENDS["ko"] in m.text]
    await stage.ask(stage.owner, '/setup contact="02-123-4567"')
    for who, language in ((ana, "ko"), (ben, "en")):
        await holds_a_coupon_that_ends(stage, who)
        message = await who.waits_for(
            who.chat_with(stage.bot), lambda m, w=ENDS[language]: m.sender is stage.bot and w in m.text, timeout=10
        )
        assert message.text.startswith(MARK)
        assert "Silk room · 02-123-4567" in message.text
        assert has_button(message, f"{PROMOTION}:stop")
        assert has_button(message, "coupons")
        await says(stage, who, message, "stop")
        assert message.text.startswith(MARK)


async def test_no_mark_elsewhere(play_sqlite: Play) -> None:
    """A shop in London says why the message comes and lets it be stopped, without Korea's mark or a contact."""
    stage = await play_sqlite(language="en")
    await stage.ask(stage.owner, "/setup timezone=Europe/London")
    ana = stage.fan("Ana")
    ana.starts(stage.bot)
    await stage.ask(ana, "/checkin")
    page = await wants_promotion(stage, ana)
    assert "you said yes on" in page.text
    stage.telegram.clock.set(NOON + 9 * 3600)  # noon in London
    await holds_a_coupon_that_ends(stage, ana)
    message = await ana.waits_for(
        ana.chat_with(stage.bot), lambda m: m.sender is stage.bot and ENDS["en"] in m.text, timeout=10
    )
    assert MARK not in message.text
    assert "You said yes to news and offers from Silk room" in message.text
    await says(stage, ana, message, "stop")
    assert [row[:2] for row in await kept(stage)] == [("yes", "settings"), ("no", "stop")]


async def test_stop_in_privacy_stops_it_too(play_sqlite: Play) -> None:
    """*Stop writing to me* is a no to promotion, to service and to reminders."""
    stage = await play_sqlite(language="en")
    ana = stage.fan("Ana")
    ana.starts(stage.bot)
    await stage.ask(ana, "/checkin")
    await wants_promotion(stage, ana)
    said = ana.says(stage.bot, "/privacy")
    notice = await ana.waits_for(
        ana.chat_with(stage.bot),
        lambda m: m.sender is stage.bot and has_button(m, "privacy:stop"),
        timeout=10,
        after=said,
    )
    await ana.presses(notice, "privacy:stop").answered(10)
    await stage.settled()
    assert [row[:2] for row in await kept(stage)] == [("yes", "settings"), ("no", "privacy")]
    assert await query(stage.app.db, "SELECT reminders, service FROM member WHERE user_id = :id", id=ana.id) == [
        (False, False)
    ]


async def test_forged_presses_change_nobody_else(play_sqlite: Play) -> None:
    """Numbers of shops that aren't there, nonsense, and somebody else's button: only the presser's own word changes."""
    stage = await play_sqlite(language="en", begins=BY_DAY)
    ana, ben = stage.fan("Ana"), stage.fan("Ben")
    for who in (ana, ben):
        who.starts(stage.bot)
    await checks_in_thrice(stage, ana)
    question = await question_to(stage, ana)
    for data in (PROMOTION, f"{PROMOTION}:yes", f"{PROMOTION}:yes:999", f"{PROMOTION}:maybe:1", f"{PROMOTION}:no:x"):
        await stage.telegram.delivery.press(ana, question.chat, question, data).answered(10)
    await stage.telegram.delivery.press(ben, question.chat, question, f"{PROMOTION}:yes:1").answered(10)
    await stage.all_sent()
    assert await kept(stage) == []
