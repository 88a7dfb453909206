"""Words that their sender didn't write don't act: forwarded ones, those that came through a bot, edited ones."""

from collections.abc import Callable
from typing import Any

import pytest

from sandbox import Bot, Chat, Document, Message, Person
from sandbox.messages import NewMessage
from sandbox.text import typed
from tests.bot.conftest import Play, Stage
from tests.bot.files import taps as goes_on
from tests.bot.speech import said_since, speaks
from tests.bot.staff.test_admin import opens_panel, taps, types
from tests.features.scene import everything, query

ACTING = (
    "/checkin",
    "check in",
    "silk moon",
    "/newcoupon title=Scarf stock=5",
    "/redpacket 100 5",
    "/setup coin=petals",
    "/redeem K7M2-QX4P",
    "/undo",
    "/gift",
    "/privacy",
)
"""What acts, pays or answers when its sender wrote it; the third is the word that the host says."""
CODES = Document("codes.csv", b"code\nSILK-1\nSILK-2\n", "text/csv")


def forwarded(stage: Stage, who: Person, where: Chat | Bot, text: str) -> Message:
    """Somebody else's words, sent on."""
    jun = stage.telegram.add_user("Jun")
    return who.forwards(jun.says(who, text), where)


def through_a_bot(stage: Stage, who: Person, where: Chat | Bot, text: str) -> Message:
    """A result of some bot's inline mode, posted in somebody's name."""
    other = stage.telegram.add_bot(token=f"{len(stage.telegram.calls) + 43}:TEST", username="other_bot", name="Other")
    return who.world.delivery.post(who.chat_with(where), NewMessage(sender=who, content=typed(text), via_bot=other))


Borrow = Callable[[Stage, Person, Any, str], Message]
BORROWED = pytest.mark.parametrize("borrow", [forwarded, through_a_bot])


@BORROWED
async def test_borrowed_words_in_a_group(play: Play, borrow: Borrow) -> None:
    """The owner, a fan and staff who send on what acts: silence, and no row changes."""
    stage = await play(language="en")
    ana = stage.fan("Ana")
    await stage.ask(stage.owner, '/golive word="Silk Moon"')
    await stage.ask(stage.owner, "/checkin")
    await stage.all_sent()
    await stage.app.jobs.tick()  # the clock's first round changes nothing later
    before, mark = await everything(stage.app.db), len(stage.telegram.calls)
    for who in (stage.owner, ana):
        for text in ACTING:
            borrow(stage, who, stage.group, text)
    await stage.all_sent()
    assert said_since(stage.telegram, mark) == []
    assert await everything(stage.app.db) == before
    assert "+10" in (await stage.ask(ana, "silk moon")).text


@BORROWED
@pytest.mark.parametrize("language", ["ko", "zh", "en"])
async def test_borrowed_words_in_private(play_sqlite: Play, borrow: Borrow, language: str) -> None:
    """Each thing that would have acted gets one kind sentence, small talk none; no row changes."""
    stage = await play_sqlite(language=language)
    stage.owner.starts(stage.bot)
    await stage.settled()
    await stage.app.jobs.tick()  # the clock's first round changes nothing later
    before = await everything(stage.app.db)
    answers: set[str] = set()
    for text in {*ACTING, "/start setup_1", "/nonsense"} - {"silk moon"}:
        said = borrow(stage, stage.owner, stage.bot, text)
        answer = await stage.owner.waits_for(stage.bot, lambda m: m.sender is stage.bot, timeout=10, after=said)
        answers.add(answer.text)
    (sentence,) = answers
    assert speaks(sentence, language)
    mark = len(stage.telegram.calls)
    borrow(stage, stage.owner, stage.bot, "How are you all?")
    await stage.all_sent()
    assert said_since(stage.telegram, mark) == []
    assert await everything(stage.app.db) == before


@BORROWED
async def test_borrowed_words_answer_no_question(play_sqlite: Play, borrow: Borrow) -> None:
    """A form that is open takes only what its owner writes, and goes on with that."""
    stage = await play_sqlite(language="en")
    stage.owner.starts(stage.bot)
    panel = await opens_panel(stage, stage.owner)
    await taps(stage, stage.owner, panel, "Coupons", "Nothing is running")
    await taps(stage, stage.owner, panel, "New drop", "What's the coupon called")
    await stage.all_sent()
    await stage.app.jobs.tick()  # the clock's first round changes nothing later
    before = await everything(stage.app.db)
    said = borrow(stage, stage.owner, stage.bot, "Silk scarf")
    await stage.owner.waits_for(stage.bot, lambda m: "so I've left it" in m.text, timeout=10, after=said)
    assert await everything(stage.app.db) == before
    await types(stage, stage.owner, panel, "Silk scarf", "How many coupons")


async def test_a_forwarded_file_answers_a_question(play_sqlite: Play) -> None:
    """A form that asks for a file takes one that was sent on: it is shown before anything is done with it."""
    stage = await play_sqlite(language="en")
    stage.owner.starts(stage.bot)
    panel = await opens_panel(stage, stage.owner)
    await taps(stage, stage.owner, panel, "Coupons", "Nothing is running")
    await taps(stage, stage.owner, panel, "A drop with codes from a file", "CSV")
    jun = stage.telegram.add_user("Jun")
    sent_on = stage.owner.forwards(jun.says(stage.owner, "our codes", document=CODES), stage.bot)
    await stage.owner.waits_for(stage.bot, lambda m: "What's the coupon called" in m.text, timeout=10, after=sent_on)
    assert await query(stage.app.db, "SELECT count(*) FROM campaign") == [(0,)]


async def test_a_reply_to_a_forwarded_file(play_sqlite: Play) -> None:
    """The command is the owner's own; the file that it answers may have been sent on. As a caption it isn't theirs."""
    stage = await play_sqlite(language="en")
    jun = stage.telegram.add_user("Jun")
    mark = len(stage.telegram.calls)
    stage.owner.forwards(jun.says(stage.owner, "/newcoupon title=Silk", document=CODES), stage.group)
    await stage.all_sent()
    assert said_since(stage.telegram, mark) == []
    file = stage.owner.forwards(jun.says(stage.owner, "", document=CODES), stage.group)
    said = stage.owner.says(stage.group, "/newcoupon title=Silk", reply_to=file)
    preview = await stage.whisper(stage.owner, after=said)
    assert "Silk" in (await goes_on(stage, stage.owner, preview, "Put it up")).text
    assert await query(stage.app.db, "SELECT stock FROM campaign") == [(2,)]


async def test_a_shared_gift_card_says_nothing(play_sqlite: Play) -> None:
    """The bot's own inline cards come through a bot too: in the group they act as little as any other."""
    stage = await play_sqlite(language="en")
    ana = stage.fan("Ana")
    shown = await stage.ask(ana, "/gift")
    asked = await stage.switches(ana, shown, "Send to a friend", stage.group)
    assert asked.answer is not None
    mark = len(stage.telegram.calls)
    ana.chooses(asked, asked.answer.results[0].id)
    await stage.all_sent()
    assert said_since(stage.telegram, mark) == []


async def test_edited_words_dont_act(play_sqlite: Play) -> None:
    """Small talk that is edited into a command, a word or an answer stays small talk, in the group and in private."""
    stage = await play_sqlite(language="en")
    stage.owner.starts(stage.bot)
    await stage.settled()
    await stage.app.jobs.tick()  # the clock's first round changes nothing later
    before = await everything(stage.app.db)
    for where in (stage.group, stage.bot):
        said = stage.owner.says(where, "hm")
        await stage.settled()
        for text in ("/checkin", "check in", "/newcoupon title=Scarf stock=5"):
            mark = len(stage.telegram.calls)
            stage.owner.edits(said, text)
            await stage.all_sent()
            assert said_since(stage.telegram, mark) == []
    assert await everything(stage.app.db) == before
