"""Topics of forum groups: where cards and announcements come, and what Telegram tells of topics."""

from dataclasses import replace

from aiogram.types import Message

from bot.content.buttons.shops import GENERAL
from bot.features.communities import Communities
from bot.features.shops.topics import Topics
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.handlers.shops.rooms import read_chat
from bot.handlers.shops.services import ShopServices
from bot.rules.shops.arrivals import RoomGone
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice


def setup() -> Desk:
    """Topics."""
    desk = Desk("topics")
    desk.press(GENERAL, to_general)
    desk.service("forum_topic_edited", renamed)
    desk.service("forum_topic_reopened", reopened)
    return desk


async def to_general(
    ask: Ask,
    rest: str,
    doors: Doors,
    shops: ShopServices,
    communities: Communities,
    voice: Voice,
) -> None:
    """The owner lets a room's cards and announcements come to General again."""
    chat_id = read_chat(rest)
    group = await communities.group(chat_id) if chat_id is not None else None
    if group is None:
        await voice.answer(ask, RoomGone())
        return
    inside = await doors.owner(ask.within(group.place))
    if inside is None:
        return
    chosen = await shops.topics.choose(inside, group.chat_id, None, "")
    await voice.panel(inside, replace(chosen, panel=inside.private) if chosen is not None else RoomGone())


async def renamed(message: Message, ask: Ask, topics: Topics, communities: Communities) -> None:
    """A topic has another name, or another icon."""
    edited = message.forum_topic_edited
    if ask.topic_id is not None and edited is not None and edited.name and _is_chosen(ask):
        await topics.rename(ask.chat_id, ask.topic_id, edited.name)
        communities.forget()


async def reopened(ask: Ask, topics: Topics, communities: Communities) -> None:
    """A topic that was closed takes messages again."""
    if ask.topic_id is not None and _is_chosen(ask):
        await topics.reopen(ask.chat_id, ask.topic_id)
        communities.forget()


def _is_chosen(ask: Ask) -> bool:
    topic = ask.group.topic if ask.group is not None else None
    return topic is not None and topic.thread_id == ask.topic_id
