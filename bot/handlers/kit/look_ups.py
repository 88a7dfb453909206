"""What Telegram says of one person in one chat, and how its refusals read."""

from aiogram import Bot
from aiogram.enums import ChatMemberStatus
from aiogram.exceptions import AiogramError, TelegramBadRequest, TelegramForbiddenError, TelegramMigrateToChat
from aiogram.methods import GetChatMember

from bot.logs import get_logger
from bot.rules.fans import Where
from bot.telegram.pacer import HeldError

log = get_logger("whereabouts")

NO_ANSWER = (AiogramError, HeldError, OSError)
"""Whatever isn't a clear word of the Bot API."""
GONE = ("chat not found", "deactivated", "deleted", "CHANNEL_PRIVATE", "CHANNEL_INVALID", "PEER_ID_INVALID")
"""How a refusal reads that says: there's no such group for this bot any more."""
NOBODY_THERE = ("user not found", "member not found", "PARTICIPANT_ID_INVALID", "USER_NOT_PARTICIPANT")
"""How a refusal reads that says: this person isn't in the chat."""


async def look_up_person(bot: Bot, chat_id: int, user_id: int) -> Where:  # noqa: PLR0911  # a table of answers
    """What Telegram says of a person in one chat."""
    try:
        member = await bot(GetChatMember(chat_id=chat_id, user_id=user_id))
    except TelegramMigrateToChat as error:
        return await look_up_person(bot, error.migrate_to_chat_id, user_id)
    except TelegramForbiddenError:
        return Where.REFUSED
    except TelegramBadRequest as error:
        if any(word in error.message for word in NOBODY_THERE):
            return Where.OUT
        if not any(word in error.message for word in GONE):
            log.info("look_refused", chat=chat_id, reason=error.message[:80])
        return Where.REFUSED
    except NO_ANSWER as error:
        log.info("look_unanswered", chat=chat_id, error=type(error).__name__)
        return Where.SILENT
    if member.status == ChatMemberStatus.KICKED:
        return Where.BANNED
    if member.status == ChatMemberStatus.LEFT or getattr(member, "is_member", True) is False:
        return Where.OUT
    return Where.IN
