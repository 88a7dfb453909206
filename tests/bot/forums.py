"""A forum group for tests: a topic of the owner's, chosen or not, and what is told there."""

from collections.abc import Callable

from bot.store.places import find_group
from sandbox import Message, Rights, Topic
from tests.bot.conftest import Play, Stage, is_card

HELPER = Rights(can_invite_users=True, can_pin_messages=True, can_delete_messages=True, can_manage_tags=True)
"""What the bot asks for in a group: it may not manage topics."""


async def in_forum(play: Play, language: str = "en", rights: Rights | None = HELPER) -> tuple[Stage, Topic]:
    """A forum with a topic of the owner's."""
    stage = await play(language=language, forum=True, rights=rights)
    topic = stage.owner.makes_topic(stage.group, "Drops")
    await stage.settled()
    return stage, topic


async def chosen(play: Play, language: str = "en") -> tuple[Stage, Topic]:
    """The same, where the owner has chosen the topic for cards and announcements."""
    stage, topic = await in_forum(play, language)
    await stage.ask(stage.owner, "/setup", topic=topic)
    return stage, topic


async def topic_of(stage: Stage) -> tuple[int | None, str | None, bool]:
    """The topic that is written down: its thread, its name, and whether it was found closed."""
    group = await stage.app.db.read(find_group, stage.group.id)
    assert group is not None
    topic = group.topic
    return (topic.thread_id, topic.name, topic.closed) if topic is not None else (None, None, False)


async def next_public(stage: Stage, after: Message, fits: Callable[[Message], object] = is_card) -> Message:
    """The next message of the bot's that everybody sees and that fits."""
    return await stage.owner.waits_for(
        stage.group, lambda m: m.only_for is None and m.sender is stage.bot and fits(m), timeout=10, after=after
    )


async def in_private(stage: Stage, after: Message, words: str) -> Message:
    """What the owner reads in private."""
    return await stage.owner.waits_for(stage.bot, lambda m: words in m.text, timeout=10, after=after)
