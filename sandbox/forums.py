"""Forum supergroups: changes of their topics, and which topic a message belongs to.

Rules: https://core.telegram.org/bots/api#createforumtopic and https://core.telegram.org/api/forum. Everything in a
forum is in a topic. A message that names no topic is in *General*, whose messages carry no `message_thread_id`.
"""

from typing import TYPE_CHECKING, Any

from sandbox.accounts import User
from sandbox.chats import Chat
from sandbox.errors import CannotDoError, bad
from sandbox.messages import NewMessage
from sandbox.topics import FIRST_COLOUR, GENERAL, Topic, thread_fields

if TYPE_CHECKING:
    from sandbox.world import World

MOST_TITLE = 128


class Topics:
    """Changes of topics, by people and by bots. The caller has checked the rights."""

    def __init__(self, world: "World") -> None:
        self._world = world

    def turn_on(self, chat: Chat) -> None:
        """Make a supergroup a forum. Earlier messages are in General. Bots aren't told."""
        if chat.kind != "supergroup":
            raise CannotDoError(f"{chat.title} is no supergroup, so it can't be a forum")
        chat.topics = {GENERAL: Topic(GENERAL, "General")}
        # The service message of a supergroup's creation has id 1, and General's thread has that id.
        chat.last_message_id = max(chat.last_message_id, GENERAL)

    def turn_off(self, chat: Chat) -> None:
        """Make a forum a plain supergroup again. The messages of its topics stay. Bots aren't told."""
        chat.topics = {}

    def create(self, chat: Chat, by: User, name: str, colour: int = FIRST_COLOUR, emoji: str | None = None) -> Topic:
        """Make a topic. Its first message is a service message."""
        topic = Topic(0, name[:MOST_TITLE], by, colour, emoji)
        told: dict[str, Any] = {"name": topic.name, "icon_color": topic.icon_color}
        if emoji:
            told["icon_custom_emoji_id"] = emoji
        topic.thread_id = chat.last_message_id + 1
        chat.topics[topic.thread_id] = topic
        self._post_service(chat, by, topic, "forum_topic_created", told)
        return topic

    def rename(self, chat: Chat, by: User, topic: Topic, name: str | None, emoji: str | None = None) -> None:
        """Give a topic another name, another icon or both."""
        told: dict[str, Any] = {}
        if name:
            told["name"] = topic.name = name[:MOST_TITLE]
        if emoji is not None:
            told["icon_custom_emoji_id"] = topic.icon_custom_emoji_id = emoji
        self._post_service(chat, by, topic, "forum_topic_edited", told)

    def close(self, chat: Chat, by: User, topic: Topic, *, closed: bool) -> None:
        """Close or reopen a topic. If General is reopened, it is also shown again."""
        topic.closed = closed
        if not closed:
            topic.hidden = False
        self._post_service(chat, by, topic, "forum_topic_closed" if closed else "forum_topic_reopened", {})

    def hide(self, chat: Chat, by: User, *, hidden: bool) -> None:
        """Hide General, which closes it, or show it again."""
        general = chat.topics[GENERAL]
        general.hidden = hidden
        general.closed = general.closed or hidden
        self._post_service(
            chat, by, general, "general_forum_topic_hidden" if hidden else "general_forum_topic_unhidden", {}
        )

    def delete(self, chat: Chat, topic: Topic) -> None:
        """Delete a topic with its messages. Bots aren't told."""
        del chat.topics[topic.thread_id]
        for message in [one for one in chat.messages if one.thread == topic.thread_id and not one.deleted]:
            self._world.delivery.delete(message)

    def _post_service(self, chat: Chat, by: User, topic: Topic, name: str, value: dict[str, Any]) -> None:
        self._world.delivery.post(chat, NewMessage(sender=by, service={name: value}, extra=thread_fields(topic)))


def topic_of(chat: Chat, thread_id: int | None) -> Topic | None:
    """The topic of a message with this thread id. None in a chat that is no forum, and for a deleted topic."""
    return chat.topics.get(thread_id or GENERAL)


def may_write(chat: Chat, user: User, topic: Topic) -> bool:
    """Whether the user may write there. In a closed topic only its maker and those who manage topics may."""
    return not topic.closed or chat.may(user, "can_manage_topics") or (topic.maker is user)


def check_thread(chat: Chat, bot: User, thread_id: int | None, replied: int | None) -> dict[str, Any]:
    """The thread fields of a bot's message. `replied` is the thread of the message that it answers.

    Plain groups ignore `thread_id`. In the discussion group of a channel it names a thread of comments.

    Raises:
        ApiError: there is no such thread, or it is a closed topic and the bot may not manage topics.
    """
    if not chat.is_forum and (chat.linked is None or not thread_id):
        return {}
    if not chat.is_forum:
        first = chat.by_id.get(thread_id or 0)
        if first is None or first.thread != first.message_id:
            raise bad("message thread not found")
        return {"message_thread_id": thread_id}
    # A call can name every topic but General.
    topic = chat.topics.get(thread_id) if thread_id and thread_id != GENERAL else None
    if thread_id and topic is None:
        raise bad("message thread not found")
    topic = topic or topic_of(chat, replied) or chat.topics[GENERAL]
    if not may_write(chat, bot, topic):
        raise bad("TOPIC_CLOSED")
    return thread_fields(topic)
