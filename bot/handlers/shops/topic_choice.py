"""Choosing the topic in which a room's cards and announcements come."""

from aiogram.types import Message

from bot.features.communities import Communities
from bot.features.shops.topics import Topics
from bot.rules.rights import Role
from bot.rules.topics import TopicChosen
from bot.telegram.ask import Ask


class TopicChoice:
    """The owner chooses where a room's cards and announcements come."""

    def __init__(self, topics: Topics, communities: Communities) -> None:
        self._topics = topics
        self._communities = communities

    async def choose(self, inside: Ask, chat_id: int, thread_id: int | None, name: str) -> TopicChosen | None:
        """Choose a topic of a room, None for General; None if it isn't the shop's room."""
        chosen = await self._topics.choose(inside.act, chat_id, thread_id, name)
        self._communities.forget()
        return chosen

    async def choose_here(self, message: Message, inside: Ask) -> TopicChosen | None:
        """The owner said `/setup` in a topic: cards and announcements come there. None anywhere else."""
        if inside.topic_id is None or inside.role is not Role.OWNER:
            return None
        return await self.choose(inside, inside.chat_id, inside.topic_id, _name_of(message))


def _name_of(message: Message) -> str:
    """The topic's name. A message in a topic that answers no other answers the one that tells of its creation."""
    start = message.reply_to_message
    return start.forum_topic_created.name if start is not None and start.forum_topic_created is not None else ""
