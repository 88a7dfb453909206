"""Ephemeral messages: who may get one, and the methods that change one.

Rules: https://core.telegram.org/bots/api#ephemeral-messages-and-commands. Telegram doesn't document the errors; these
are those of anatolyben/telegram-bot-test-server, and unverified.
"""

from dataclasses import dataclass
from typing import Any

from sandbox.accounts import User
from sandbox.chats import Chat
from sandbox.errors import ApiError, bad
from sandbox.messages import Message
from sandbox.methods.ask import Ask
from sandbox.methods.markup import check_buttons, check_for_chat, read_markup
from sandbox.presses import EPHEMERAL_WINDOW, Press
from sandbox.rich import button_rows, read_rich
from sandbox.text import Text, check_caption, parse


@dataclass(frozen=True, slots=True)
class Target:
    """Who gets an ephemeral message, and the message that it replaces on their screen."""

    person: User
    replaces: Message | None = None


def ephemeral_target(ask: Ask, chat: Chat) -> Target | None:
    """The receiver that a call names; None for an ordinary message. Raises ApiError.

    An administrator may write at any time. Any other bot may write within 15 seconds after the person pressed one of
    its buttons or sent it an ephemeral command, to which it then replies.
    """
    given = ask.get("ephemeral_message_parameters")
    answered = _answered_command(ask, chat)
    if given is None:
        if answered is not None:
            raise bad("a reply to an ephemeral message must itself be an ephemeral message")
        return None
    if not chat.is_group:
        raise bad("PEER_ID_INVALID")
    person = ask.world.users.get(given["receiver_user_id"])
    if person is not None and person.is_bot:
        raise bad("USER_IS_BOT")
    if person is None or not chat.has(person):
        raise bad("USER_NOT_PARTICIPANT")
    if answered is not None and answered.only_for is not person:
        raise bad("message to be replied not found")
    press = _press(ask, chat, person, given)
    if not chat.is_administrator(ask.bot) and answered is None and not _is_recent(ask, press):
        raise bad("CHAT_ADMIN_REQUIRED")
    replaces = None
    if given.get("replace_callback_query_message"):
        if press is None or press.message.is_ephemeral:
            raise bad("MESSAGE_ID_INVALID")
        replaces = press.message
    return Target(person, replaces)


def _answered_command(ask: Ask, chat: Chat) -> Message | None:
    """The ephemeral command that the call replies to. It must be at most 15 seconds old."""
    number = (ask.get("reply_parameters") or {}).get("ephemeral_message_id")
    if number is None:
        return None
    found = chat.ephemeral.get(number)
    if found is None or found.deleted or found.receiver is not ask.bot:
        raise bad("message to be replied not found")
    if ask.world.clock.now() - found.at > EPHEMERAL_WINDOW:
        raise bad("message to be replied not found")
    return found


def _press(ask: Ask, chat: Chat, person: User, given: dict[str, Any]) -> Press | None:
    query = given.get("callback_query_id")
    if query is None:
        return None
    press = ask.world.presses.get(query)
    if press is None or press.bot is not ask.bot or press.person is not person or press.message.chat is not chat:
        raise bad("QUERY_ID_INVALID")
    return press


def _is_recent(ask: Ask, press: Press | None) -> bool:
    return press is not None and ask.world.clock.now() - press.at <= EPHEMERAL_WINDOW


def find_whisper(ask: Ask) -> Message:
    """The ephemeral message that a call edits or deletes. It must be this bot's own."""
    chat = ask.chat(write=ask.method != "deleteEphemeralMessage")
    found = chat.ephemeral.get(ask.params["ephemeral_message_id"])
    wanted = ask.params["receiver_user_id"]
    if found is None or found.deleted or found.sender is not ask.bot or found.receiver is None:
        raise _invalid()
    if found.receiver.id != wanted:
        raise _invalid()
    return found


def _invalid() -> ApiError:
    return bad("MESSAGE_ID_INVALID")


def edit_text(ask: Ask) -> bool:
    """https://core.telegram.org/bots/api#editephemeralmessagetext

    Over 1024 characters are refused, as by Telegram's server (tdlib/telegram-bot-api issue 881).
    """
    if ask.get("rich_message"):
        return _edit_rich(ask)
    name = "caption" if ask.method == "editEphemeralMessageCaption" else "text"
    entities = ask.get("caption_entities" if name == "caption" else "entities")
    content = parse(ask.get(name, ""), ask.get("parse_mode"), entities)
    markup = read_markup(ask.get("reply_markup"))
    message = find_whisper(ask)
    check_caption(content, edit=True)
    check_for_chat(markup, message.chat, ask.bot, ephemeral=True)
    if not content.blank():
        message.content, message.body = content, {}
    message.markup = markup
    ask.world.delivery.mark_edited(message, by_bot=ask.bot)
    return True


def _edit_rich(ask: Ask) -> bool:
    rich = read_rich(ask.params["rich_message"])
    markup = read_markup(ask.get("reply_markup"))
    message = find_whisper(ask)
    check_buttons(button_rows(rich), message.chat, ask.bot, ephemeral=True)
    check_for_chat(markup, message.chat, ask.bot, ephemeral=True)
    message.content, message.body, message.markup = Text(), {"rich_message": rich}, markup
    ask.world.delivery.mark_edited(message, by_bot=ask.bot)
    return True


def edit_markup(ask: Ask) -> bool:
    """https://core.telegram.org/bots/api#editephemeralmessagereplymarkup"""
    markup = read_markup(ask.get("reply_markup"))
    message = find_whisper(ask)
    check_for_chat(markup, message.chat, ask.bot, ephemeral=True)
    message.markup = markup
    ask.world.delivery.mark_edited(message, by_bot=ask.bot)
    return True


def delete(ask: Ask) -> bool:
    """https://core.telegram.org/bots/api#deleteephemeralmessage"""
    ask.world.delivery.delete(find_whisper(ask))
    return True


METHODS = {
    "editEphemeralMessageText": edit_text,
    "editEphemeralMessageCaption": edit_text,
    "editEphemeralMessageReplyMarkup": edit_markup,
    "deleteEphemeralMessage": delete,
}
