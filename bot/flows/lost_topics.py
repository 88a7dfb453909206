"""Telegram refused a message to a topic: the room's messages go elsewhere, and the owner is told."""

from bot.clock import Clock
from bot.features.communities import Communities
from bot.features.shops.topics import Topics
from bot.rules.topics import Lost


class LostTopics:
    """Follows a room's topic that was closed or deleted."""

    def __init__(self, topics: Topics, communities: Communities, clock: Clock) -> None:
        self._topics = topics
        self._communities = communities
        self._clock = clock

    async def lose(self, chat_id: int, thread_id: int, lost: Lost) -> None:
        """Write it down and tell the owner, unless this was done before.

        Nothing happens if the room gets its messages in another topic: fans press buttons in any topic.
        """
        group = await self._communities.group(chat_id)
        topic = group.topic if group is not None else None
        if topic is None or topic.thread_id != thread_id or (topic.closed and lost is Lost.CLOSED):
            return
        await self._topics.lose(chat_id, thread_id, lost, self._clock.now())
        self._communities.forget()
