"""Methods on the topics of forums.

Rules: https://core.telegram.org/bots/api#createforumtopic and those after it. The refusals are TDLib's
(`ForumTopicManager`); those in capitals are the Bot API server's.
"""

from collections.abc import Callable
from typing import Any

from sandbox.chats import Chat
from sandbox.errors import bad
from sandbox.methods.ask import Ask
from sandbox.topics import FIRST_COLOUR, GENERAL, Topic


def _forum(ask: Ask) -> Chat:
    chat = ask.chat()
    if not chat.is_forum:
        raise bad("the chat is not a forum")
    return chat


def _topic(ask: Ask, chat: Chat) -> Topic:
    """The topic that a call names. General has its own methods."""
    number = ask.params["message_thread_id"]
    if number == GENERAL or number not in chat.topics:
        raise bad("TOPIC_ID_INVALID")
    return chat.topics[number]


def _need_topics(ask: Ask, chat: Chat, refusal: str, topic: Topic | None = None) -> None:
    """Refuse without the right to manage topics. The maker of a topic doesn't need it for their own."""
    if topic is None or topic.maker is not ask.bot:
        ask.need(chat, "can_manage_topics", refusal)


def create_topic(ask: Ask) -> dict[str, Any]:
    """https://core.telegram.org/bots/api#createforumtopic"""
    chat = _forum(ask)
    _need_topics(ask, chat, "not enough rights to create a topic")
    name = ask.params["name"].strip()
    if not name:
        raise bad("topic name must be non-empty")
    colour = ask.get("icon_color", FIRST_COLOUR)
    return ask.world.topics.create(chat, ask.bot, name, colour, ask.get("icon_custom_emoji_id")).json()


def edit_topic(ask: Ask) -> bool:
    """https://core.telegram.org/bots/api#editforumtopic"""
    chat = _forum(ask)
    topic = _topic(ask, chat)
    _need_topics(ask, chat, "not enough rights to edit the topic", topic)
    name, emoji = ask.get("name") or None, ask.get("icon_custom_emoji_id")
    if (name or topic.name) == topic.name and (emoji or None) == topic.icon_custom_emoji_id:
        raise bad("TOPIC_NOT_MODIFIED")
    ask.world.topics.rename(chat, ask.bot, topic, name, emoji)
    return True


def edit_general(ask: Ask) -> bool:
    """https://core.telegram.org/bots/api#editgeneralforumtopic"""
    chat = _forum(ask)
    general = chat.topics[GENERAL]
    _need_topics(ask, chat, "not enough rights to edit the topic")
    if ask.params["name"] == general.name:
        raise bad("TOPIC_NOT_MODIFIED")
    ask.world.topics.rename(chat, ask.bot, general, ask.params["name"])
    return True


def _set_closed(ask: Ask, chat: Chat, topic: Topic, *, closed: bool) -> bool:
    if topic.closed == closed:
        raise bad("TOPIC_NOT_MODIFIED")
    ask.world.topics.close(chat, ask.bot, topic, closed=closed)
    return True


def _close_method(*, closed: bool, general: bool = False) -> Callable[[Ask], bool]:
    """closeForumTopic, reopenForumTopic, and both for General."""

    def act(ask: Ask) -> bool:
        chat = _forum(ask)
        topic = chat.topics[GENERAL] if general else _topic(ask, chat)
        _need_topics(ask, chat, "not enough rights to edit the topic", None if general else topic)
        return _set_closed(ask, chat, topic, closed=closed)

    return act


def _hide_method(*, hidden: bool) -> Callable[[Ask], bool]:
    """hideGeneralForumTopic and unhideGeneralForumTopic."""

    def act(ask: Ask) -> bool:
        chat = _forum(ask)
        _need_topics(ask, chat, "not enough rights to edit the topic")
        if chat.topics[GENERAL].hidden == hidden:
            raise bad("TOPIC_NOT_MODIFIED")
        ask.world.topics.hide(chat, ask.bot, hidden=hidden)
        return True

    return act


def delete_topic(ask: Ask) -> bool:
    """https://core.telegram.org/bots/api#deleteforumtopic"""
    chat = _forum(ask)
    topic = _topic(ask, chat)
    ask.need(chat, "can_delete_messages", "not enough rights to delete the topic")
    ask.world.topics.delete(chat, topic)
    return True


def _unpin_method(*, general: bool) -> Callable[[Ask], bool]:
    """unpinAllForumTopicMessages and unpinAllGeneralForumTopicMessages."""

    def act(ask: Ask) -> bool:
        chat = _forum(ask)
        thread = None if general else _topic(ask, chat).thread_id
        ask.need(chat, "can_pin_messages", "not enough rights to manage pinned messages in the chat")
        chat.pinned = [one for one in chat.pinned if one.thread != thread]
        return True

    return act


METHODS = {
    "createForumTopic": create_topic,
    "editForumTopic": edit_topic,
    "closeForumTopic": _close_method(closed=True),
    "reopenForumTopic": _close_method(closed=False),
    "deleteForumTopic": delete_topic,
    "unpinAllForumTopicMessages": _unpin_method(general=False),
    "editGeneralForumTopic": edit_general,
    "closeGeneralForumTopic": _close_method(closed=True, general=True),
    "reopenGeneralForumTopic": _close_method(closed=False, general=True),
    "hideGeneralForumTopic": _hide_method(hidden=True),
    "unhideGeneralForumTopic": _hide_method(hidden=False),
    "unpinAllGeneralForumTopicMessages": _unpin_method(general=True),
}
