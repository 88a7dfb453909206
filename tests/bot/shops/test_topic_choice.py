"""The topic for a forum's cards and announcements: `/setup` said in it, General again by a button, undo, and names."""

import pytest

from sandbox import Rights
from tests.bot.conftest import Play
from tests.bot.forums import chosen, in_forum, in_private, topic_of
from tests.bot.shops.test_setup import opens_setup, taps
from tests.bot.speech import speaks
from tests.bot.streams.test_streams import has_button


@pytest.mark.parametrize("language", ["ko", "zh", "en"])
async def test_setup_in_a_topic_chooses_it(play: Play, language: str) -> None:
    """The panel says so in the owner's language, with the topic's name; *undo* takes it back, as does General."""
    stage, topic = await in_forum(play, language)
    before = await stage.ask(stage.owner, "/setup")
    assert "general:" not in str(before.buttons)

    shown = await stage.ask(stage.owner, "/setup", topic=topic)
    assert (topic.thread_id, "Drops", False) == await topic_of(stage)
    assert "Drops" in shown.text
    assert speaks(shown.text, language)

    await stage.owner.presses(shown, "undo:").answered(10)
    assert await topic_of(stage) == (None, None, False)
    again = await stage.ask(stage.owner, "/setup", topic=topic)
    general = await stage.whisper(stage.owner, after=stage.owner.presses(again, "general:"))
    assert await topic_of(stage) == (None, None, False)
    assert speaks(general.text, language)
    undone = await stage.owner.presses(general, "undo:").answered(10)
    assert (topic.thread_id, "Drops", False) == await topic_of(stage)
    assert speaks(undone.text, language)


async def test_the_same_topic_twice_is_one_act(play_sqlite: Play) -> None:
    """Asked for again there is nothing to undo; an update that comes again changes nothing and offers the same undo."""
    stage, topic = await in_forum(play_sqlite)
    first = await stage.ask(stage.owner, "/setup", topic=topic)
    stage.telegram.redeliver(stage.bot, last=1)
    again = await stage.whisper(stage.owner, after=first)
    second = await stage.ask(stage.owner, "/setup", topic=topic)

    undo = [[one.callback_data for one in m.buttons if "undo" in (one.callback_data or "")] for m in (first, again)]
    assert undo[0] == undo[1] != []
    assert not has_button(second, "undo:")


async def test_only_the_owner_chooses(play_sqlite: Play) -> None:
    """An operator's `/setup` in a topic shows where cards come, without buttons; theirs and a fan's change nothing."""
    stage, topic = await in_forum(play_sqlite)
    jun, ana = stage.fan("Jun"), stage.fan("Ana")
    stage.owner.promotes(jun, stage.group, Rights())
    await stage.settled()

    shown = await stage.ask(jun, "/setup", topic=topic)
    await stage.ask(ana, "/setup", topic=topic)
    ana.forges(stage.group, shown, f"general:{stage.group.id}")
    await stage.settled()
    assert await topic_of(stage) == (None, None, False)
    assert "General" in shown.text
    assert not shown.buttons

    await stage.ask(stage.owner, "/setup", topic=topic)
    for data in (f"general:{stage.group.id}", "general:", "general:-1", "general:x"):
        press = ana.forges(stage.group, shown, data)
        assert (await press.answered(10)).text
    assert (await topic_of(stage))[0] == topic.thread_id


async def test_the_list_of_rooms_leads_back_to_general(play_sqlite: Play) -> None:
    """In private the set-up's rooms show each one's topic, and a button lets cards come to General again."""
    stage, _ = await chosen(play_sqlite)
    panel = await opens_setup(stage, stage.owner)
    await taps(stage, panel, "setup:done", "ready")
    panel = await in_private(stage, stage.owner.says(stage.bot, "/setup"), "How the shop is set up")
    await taps(stage, panel, "setup:rooms", "Cards: Drops")
    await taps(stage, panel, "general:", "General again")
    await taps(stage, panel, "setup:rooms", "Groups and rights")
    assert "Cards:" not in panel.text
    assert await topic_of(stage) == (None, None, False)


async def test_topics_that_are_turned_off(play_sqlite: Play) -> None:
    """The first message after that voids the choice, so that a later forum starts with General."""
    stage, _ = await chosen(play_sqlite)
    stage.owner.makes_forum(stage.group, on=False)

    stage.fan("Ana").says(stage.group, "hello")
    await stage.settled()

    assert await topic_of(stage) == (None, None, False)


async def test_a_topic_with_a_new_name(play_sqlite: Play) -> None:
    """The chosen topic's new name is kept; another topic's is none of ours."""
    stage, topic = await chosen(play_sqlite)
    other = stage.owner.makes_topic(stage.group, "Chat")

    stage.owner.renames_topic(stage.group, topic, "Drops & <b>")
    stage.owner.renames_topic(stage.group, other, "Talk")
    shown = await stage.ask(stage.owner, "/setup")

    assert "Drops & <b>" in shown.text


async def test_a_topic_whose_name_was_never_told(play_sqlite: Play) -> None:
    """A `/setup` that answers a message doesn't carry the topic's name: it is chosen all the same."""
    stage, topic = await in_forum(play_sqlite)
    asked = stage.owner.says(stage.group, "which topic?", topic=topic)

    said = stage.owner.says(stage.group, "/setup", reply_to=asked)
    shown = await stage.whisper(stage.owner, after=said)

    assert (topic.thread_id, "", False) == await topic_of(stage)
    assert "the topic you chose" in shown.text


async def test_a_topics_beginning_is_nobodys_message(play_sqlite: Play) -> None:
    """What answers nothing in a topic isn't taken for an answer to who made it, an anonymous administrator here."""
    stage, topic = await in_forum(play_sqlite)
    start = stage.group.by_id[topic.thread_id]
    start.sender_chat = stage.group

    heard = await stage.ask(stage.owner, "/staff remove", topic=topic)

    assert "anonymous" not in heard.text.lower()
