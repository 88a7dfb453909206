"""Blanks of starter posts, filled in private over the stand-in: by buttons and typing, in three languages."""

import pytest

from bot.content.starter import starter_posts
from bot.rules.words import Language
from sandbox import Document, Message, Person, Rights
from tests.bot.conftest import Play, Stage
from tests.bot.speech import speaks
from tests.features.scene import query

WORDS = {
    "ko": ("몇 마디만 채우면", "다음에 할게요", "다 채웠어요", "다음 글 채우기", "그대로 두었어요"),
    "zh": ("只差你几个字", "先不填", "填好啦", "填下一条", "这条先不动"),
    "en": ("only need a few words", "Not now", "All set", "Fill the next one", "left the post as it was"),
}
"""By language: the list, the button that leaves, all filled, the button for the next one, left."""


async def says(stage: Stage, who: Person, text: str, shows: str, document: Document | None = None) -> Message:
    """Somebody writes in private; what the bot says below."""
    said = who.says(stage.bot, text, document=document)
    return await who.waits_for(stage.bot, lambda m: m.sender is stage.bot and shows in m.text, timeout=10, after=said)


async def taps(stage: Stage, panel: Message, label: str, shows: str) -> None:
    """The owner taps a button; the same message shows what comes next."""
    await stage.owner.presses(panel, label).answered(10)
    await stage.owner.waits_for(stage.bot, lambda m: m is panel and shows in m.text, timeout=10)


async def at_home(stage: Stage) -> None:
    """The owner has the bot's private chat open."""
    stage.owner.starts(stage.bot)
    await stage.settled()


async def shelf(stage: Stage, starter: str) -> tuple[object, ...]:
    """Whether a post may be taken by the calendar, and what stands in its blanks."""
    rows = await query(stage.app.db, "SELECT on_shelf, blanks FROM post WHERE starter = :key", key=starter)
    return rows[0]


@pytest.mark.parametrize("language", ["ko", "zh", "en"])
async def test_a_post_is_filled_in(play_sqlite: Play, language: str) -> None:
    """From the list by one tap and two answers to a post that the calendar may take; undone by one more."""
    stage = await play_sqlite(language=language)
    await at_home(stage)
    listed, leave, done, more, _ = WORDS[language]
    first = starter_posts(Language(language))["arrivals-01"]
    item, detail = first.blanks

    panel = await says(stage, stage.owner, "/blanks", listed)
    await taps(stage, panel, panel.buttons[0].text, item.label)
    assert item.example in panel.text
    assert [button.text for button in panel.buttons] == [leave]
    asked = await says(stage, stage.owner, f"{item.example} <3 &", detail.label)
    await stage.all_sent()
    assert panel.deleted
    assert f"{item.example} <3 &" in asked.text
    filled = await says(stage, stage.owner, detail.example, done)
    assert detail.example in filled.text
    assert (await shelf(stage, "arrivals-01"))[0]
    for message in (panel, asked, filled):
        assert speaks(message.text, language)
    await taps(stage, filled, more, listed)
    last = await query(stage.app.db, "SELECT max(id) FROM audit_entry")
    await stage.owner.forges(stage.owner.chat_with(stage.bot), filled, f"undo:{last[0][0]}").answered(10)
    assert not (await shelf(stage, "arrivals-01"))[0]


@pytest.mark.parametrize("language", ["ko", "zh", "en"])
async def test_a_walk_is_left(play_sqlite: Play, language: str) -> None:
    """*Not now* and /cancel leave the post as it was; what is written afterwards isn't taken for an answer."""
    stage = await play_sqlite(language=language)
    await at_home(stage)
    _, leave, _, _, left = WORDS[language]
    label = starter_posts(Language(language))["care-04"].blanks[0].label
    await says(stage, stage.owner, "/blanks", WORDS[language][0])
    ((number,),) = await query(stage.app.db, "SELECT number FROM post WHERE starter = 'care-04'")

    panel = await says(stage, stage.owner, f"/blanks {number}", label)
    await taps(stage, panel, leave, left)
    await says(stage, stage.owner, f"/blanks #{number}", label)
    await says(stage, stage.owner, "/cancel", left)
    stage.owner.says(stage.bot, "help@silk.example")
    await stage.settled()

    assert await shelf(stage, "care-04") in {(False, "{}"), (0, "{}")}


async def test_bad_answers_and_a_restart(play: Play) -> None:
    """A file and a long text are asked for again kindly; after a restart the walk goes on; *keep* keeps."""
    stage = await play(language="en")
    await at_home(stage)
    await says(stage, stage.owner, "/blanks", "only need")
    ((number,),) = await query(stage.app.db, "SELECT number FROM post WHERE starter = 'arrivals-02'")
    await says(stage, stage.owner, f"/blanks {number}", "The new item")
    await says(stage, stage.owner, "", "A picture won't fit", Document("a.pdf", b"x", "application/pdf"))
    await says(stage, stage.owner, "x" * 201, "up to 200 characters")
    await says(stage, stage.owner, "a\nb\nc\nd\ne", "up to 4 fit")
    await says(stage, stage.owner, "Mini bag", "2 of 2")

    await stage.stop()
    stage.start_again()
    await says(stage, stage.owner, "Cream", "All set")
    panel = await says(stage, stage.owner, f"/blanks {number}", "1 of 2")
    await taps(stage, panel, "Keep: Mini bag", "2 of 2")
    await says(stage, stage.owner, "Cream, ink", "Cream, ink")

    assert (await shelf(stage, "arrivals-02"))[0]


async def test_who_may(play_sqlite: Play) -> None:
    """In the group a way into private; an operator may, a fan hears that it is for staff; old buttons say so."""
    stage = await play_sqlite(language="en")
    await at_home(stage)
    operator, fan = stage.fan("Jun"), stage.fan("Ana")
    stage.owner.promotes(operator, stage.group, Rights.full())
    for person in (operator, fan):
        person.starts(stage.bot)
    await stage.settled()

    door = await stage.owner.waits_for(
        stage.group, lambda m: "in private" in m.text, timeout=10, after=stage.owner.says(stage.group, "/blanks")
    )
    assert (door.buttons[0].url or "").endswith("?start=blanks_1")
    said = stage.owner.starts(stage.bot, "blanks_1")
    await stage.owner.waits_for(stage.bot, lambda m: "only need" in m.text, timeout=10, after=said)
    await says(stage, operator, "/blanks 1", "The new item")
    refused = fan.says(stage.bot, "/blanks")
    answer = await fan.waits_for(stage.bot, lambda m: m.sender is stage.bot, timeout=10, after=refused)
    assert "only need" not in answer.text
    panel = await says(stage, stage.owner, "/blanks", "only need")
    stale = await stage.owner.forges(stage.owner.chat_with(stage.bot), panel, "blanks:1:keep").answered(10)
    assert "isn't open any more" in stale.text
