"""A forum's topics, as the page shows them to one person."""

from collections.abc import Mapping
from typing import Any

from sandbox.chats import Chat
from sandbox.forums import may_write
from sandbox.messages import Message
from sandbox.people import Person
from sandbox.topics import GENERAL

Read = Mapping[int, int]
"""How many of a chat's messages a person has read, by topic. Outside forums the only key is `WHOLE`."""
WHOLE = 0
MOST_UNREAD = 99
LOOKED_AT = 4000
"""How many of the last messages are looked at to count unread ones. A crowd of two hundred makes six hundred."""

LINES = {
    "forum_topic_created": "topic_made",
    "forum_topic_edited": "topic_renamed",
    "forum_topic_closed": "topic_closed",
    "forum_topic_reopened": "topic_reopened",
    "general_forum_topic_hidden": "general_hidden",
    "general_forum_topic_unhidden": "general_shown",
}
"""The line among the page's words for each service message about topics."""


def topic_number(message: Message) -> int:
    """The topic in which a message is shown; `WHOLE` outside forums. Messages older than the forum are in General."""
    if not message.chat.is_forum:
        return WHOLE
    return message.thread if message.thread in message.chat.topics and message.thread is not None else GENERAL


def topics_view(chat: Chat, person: Person, read: Read) -> list[dict[str, Any]]:
    """A forum's tabs, General first. A hidden General is shown only to those who may write there."""
    unread = unread_by_topic(chat, person, read)
    return [
        {
            "id": topic.thread_id,
            "name": topic.name,
            "general": topic.is_general,
            "closed": topic.closed,
            "writes": may_write(chat, person, topic),
            "unread": min(unread.get(topic.thread_id, 0), MOST_UNREAD),
        }
        for topic in chat.topics.values()
        if not topic.hidden or may_write(chat, person, topic)
    ]


def unread_by_topic(chat: Chat, person: Person, read: Read) -> dict[int, int]:
    """By topic, how many messages of others are unread, without service messages."""
    counts: dict[int, int] = {}
    if not chat.has(person):
        return counts
    first = len(chat.messages) - LOOKED_AT
    start = max(min(read.values(), default=0), first, 0)
    for place, message in enumerate(chat.messages[start:], start):
        topic = topic_number(message)
        new = place >= read.get(topic, 0) and message.sender is not person and not message.service
        if new and message.visible_to(person):
            counts[topic] = counts.get(topic, 0) + 1
    return counts
