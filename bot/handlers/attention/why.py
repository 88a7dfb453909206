"""`/why` in reply to a message, and *why did I get this?* under private messages."""

from datetime import UTC, datetime
from typing import Any

from aiogram.types import Message, MessageOriginChannel

from bot.content.buttons.attention import WHY
from bot.content.buttons.shared import ADMIN
from bot.features.attention.why import MessageRef
from bot.handlers.attention.services import AttentionServices
from bot.handlers.kit.readers import read_id
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.rules.attention.why import WhyNotMine, WhyReplyFirst, WhyToldStaff
from bot.rules.general import OnlyInPrivate, StalePress
from bot.telegram.ask import Ask
from bot.telegram.calls import Outbound
from bot.telegram.replies import Voice

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""The date of a message that Telegram doesn't show to the bot any more."""


def setup() -> Desk:
    """The command and the button."""
    desk = Desk("why")
    desk.command("why", why)
    desk.press(WHY, pressed)
    return desk


async def why(
    message: Message, ask: Ask, doors: Doors, voice: Voice, out: Outbound, attention: AttentionServices
) -> None:
    """Explain the message that is replied to. Alone it shows staff what wasn't sent."""
    entered = await doors.either(ask)
    if entered is None:
        return
    inside, staff = entered
    if message.reply_to_message is None or message.reply_to_message.forum_topic_created is not None:
        if staff:
            week = await attention.unsent.week(inside.community, inside.at)
            await voice.panel(inside, week, instead=in_private(inside))
        else:
            await voice.answer(inside, WhyReplyFirst())
        return
    meant = message_meant(message.reply_to_message, ask.chat_id, out.username)
    if meant is None:
        await voice.answer(inside, WhyNotMine())
        return
    told = await attention.why.look(inside.community, meant, inside.at, staff=staff)
    await voice.panel(inside, told, instead=in_private(inside) if isinstance(told, WhyToldStaff) else None)


async def pressed(ask: Ask, rest: str, voice: Voice, attention: AttentionServices) -> None:
    """The button under a private message: whoever got it hears why, nobody else does."""
    verdict_id = read_id(rest)
    told = await attention.why.mine(ask.sender.user_id, verdict_id) if verdict_id is not None else None
    await voice.answer(ask, told if told is not None else StalePress())


def in_private(inside: Ask) -> OnlyInPrivate:
    """What a group reads where nothing can be whispered: figures are the shop's own."""
    return OnlyInPrivate(f"{ADMIN}_{inside.community.community_id}")


def message_meant(replied: Message, chat_id: int, username: str) -> MessageRef | None:
    """The bot's message that somebody replies to; None if the bot didn't write it.

    In a discussion group that is the channel's post, of which the group holds a copy.
    """
    origin = replied.forward_origin
    if replied.is_automatic_forward and isinstance(origin, MessageOriginChannel):
        return MessageRef(origin.chat.id, origin.message_id, _instant(origin.date))
    author = replied.from_user
    mine = author is not None and author.is_bot and author.username == username
    if not mine or origin is not None or replied.via_bot is not None:
        return None
    return MessageRef(chat_id, replied.message_id, _instant(replied.date))


def _instant(date: Any) -> datetime:
    return date if isinstance(date, datetime) else NEVER
