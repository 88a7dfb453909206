"""Edits and deletions of ordinary messages.

Rules: https://core.telegram.org/bots/api#updating-messages and https://core.telegram.org/bots/api#deletemessage.
"""

from typing import Any

from sandbox.chats import Chat
from sandbox.errors import bad
from sandbox.files import CAPTIONED, StoredFile
from sandbox.messages import Message
from sandbox.methods.ask import Ask
from sandbox.methods.ephemeral import find_whisper
from sandbox.methods.markup import check_buttons, check_for_chat, check_for_inline, read_markup
from sandbox.methods.sending import display_flags, file_of, with_attributes
from sandbox.rich import button_rows, read_rich
from sandbox.text import Text, check_caption, check_text, parse

DELETABLE = 48 * 3600
MOST_DELETED = 100
UNTOUCHABLE = frozenset({"migrate_from_chat_id", "supergroup_chat_created", "channel_chat_created"})
REPLACEABLE = frozenset({"photo", "video", "animation", "audio", "document"})
PICTURES = frozenset({"photo", "video"})
LOOKS = ("has_media_spoiler", "show_caption_above_media")
SAME = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)


def edit_message_text(ask: Ask) -> Any:
    """https://core.telegram.org/bots/api#editmessagetext"""
    if ask.get("rich_message"):
        return _edit_rich(ask)
    if not ask.get("text"):
        raise bad("message text is empty")
    content = parse(ask.params["text"], ask.get("parse_mode"), ask.get("entities"))
    markup = read_markup(ask.get("reply_markup"))
    message = _editable(ask)
    _check_text_message(message)
    check_text(content, edit=True)
    return _edit(ask, message, content, markup)


def _check_text_message(message: Message) -> None:
    """Refuse a message that is neither a text nor a rich message. Each of the two can be edited into the other."""
    other = message.file is not None or message.poll is not None or message.service
    if other or (message.body and "rich_message" not in message.body):
        raise bad("there is no text in the message to edit")


def _edit_rich(ask: Ask) -> Any:
    rich = read_rich(ask.params["rich_message"])
    markup = read_markup(ask.get("reply_markup"))
    message = _editable(ask)
    _check_text_message(message)
    check_buttons(button_rows(rich), message.chat, ask.bot)
    return _edit(ask, message, Text(), markup, body={"rich_message": rich})


def edit_message_caption(ask: Ask) -> Any:
    """https://core.telegram.org/bots/api#editmessagecaption"""
    content = parse(ask.get("caption", ""), ask.get("parse_mode"), ask.get("caption_entities"))
    markup = read_markup(ask.get("reply_markup"))
    message = _editable(ask)
    if message.file is None or message.file.kind not in CAPTIONED:
        raise bad("there is no caption in the message to edit")
    check_caption(content, edit=True)
    return _edit(ask, message, content, markup)


def edit_message_markup(ask: Ask) -> Any:
    """https://core.telegram.org/bots/api#editmessagereplymarkup"""
    markup = read_markup(ask.get("reply_markup"))
    message = _editable(ask)
    return _edit(ask, message, message.content, markup)


def edit_message_media(ask: Ask) -> Any:
    """https://core.telegram.org/bots/api#editmessagemedia: replaces a file or a text by a file.

    In an album a photo or video can become the other; documents and music keep their kind. A message of inline mode
    takes only a file id or a URL.
    """
    media = ask.params["media"]
    kind = media["type"]
    content = _caption_of(media)
    markup = read_markup(ask.get("reply_markup"))
    message = _editable(ask)
    if ask.get("inline_message_id") and media["media"].startswith("attach://"):
        raise bad("invalid inline message content specified")
    _check_replaceable(message, kind)
    file = with_attributes(file_of(ask, kind, media["media"]), media)
    check_caption(content, edit=True)
    for name in LOOKS:
        message.extra.pop(name, None)
    message.extra |= display_flags(media)
    return _edit(ask, message, content, markup, file)


def edit_whispered_media(ask: Ask) -> bool:
    """https://core.telegram.org/bots/api#editephemeralmessagemedia: replaces a file or a text by a file."""
    media = ask.params["media"]
    content = _caption_of(media)
    markup = read_markup(ask.get("reply_markup"))
    message = find_whisper(ask)
    file = with_attributes(file_of(ask, media["type"], media["media"]), media)
    check_caption(content, edit=True)
    check_for_chat(markup, message.chat, ask.bot, ephemeral=True)
    message.content, message.body, message.file, message.markup = content, {}, file, markup
    ask.world.delivery.mark_edited(message, by_bot=ask.bot)
    return True


def _caption_of(media: dict[str, Any]) -> Text:
    """The caption of an InputMedia. Refuses kinds that can't replace another file."""
    if media["type"] not in REPLACEABLE:
        raise bad(f'can\'t parse InputMedia: type "{media["type"]}" is not played here')
    return parse(media.get("caption", ""), media.get("parse_mode"), media.get("caption_entities"))


def _check_replaceable(message: Message, kind: str) -> None:
    old = message.file.kind if message.file is not None else None
    if message.poll is not None or message.body or (old is not None and old not in REPLACEABLE):
        raise bad("message media can't be edited")
    if "media_group_id" in message.extra and kind != old and not {kind, old} <= PICTURES:
        raise bad("can't change media type in the album")


def _editable(ask: Ask) -> Message:
    if ask.get("inline_message_id"):
        return _inline_message(ask)
    chat = ask.chat()
    message = ask.message(chat, "message to edit not found")
    if not may_edit(ask, message):
        raise bad("message can't be edited")
    return message


def may_edit(ask: Ask, message: Message) -> bool:
    """Whether this bot may edit the message: its own one, or with the right any post in a channel."""
    chat = message.chat
    own = message.sender is ask.bot or message.posted_by is ask.bot
    if chat.kind == "channel":
        allowed = chat.may(ask.bot, "can_edit_messages") or (own and chat.may(ask.bot, "can_post_messages"))
    else:
        allowed = own
    reply_keyboard = message.markup is not None and "inline_keyboard" not in message.markup
    return allowed and not (message.service or reply_keyboard or "forward_origin" in message.extra)


def _inline_message(ask: Ask) -> Message:
    """The message of this bot's inline mode that the call names, in whatever chat it is."""
    message = ask.world.inline.messages.get(ask.params["inline_message_id"])
    if message is None or message.via_bot is not ask.bot or message.deleted:
        raise bad("MESSAGE_ID_INVALID")
    if "chat_id" in ask.params or "message_id" in ask.params:
        raise bad("a message is named by chat_id and message_id, or by inline_message_id, not by both")
    return message


def _edit(
    ask: Ask,
    message: Message,
    content: Text,
    markup: dict[str, Any] | None,
    file: StoredFile | None = None,
    body: dict[str, Any] | None = None,
) -> Any:
    """Edit a message. Returns its JSON; or True for a message of inline mode, whose chat the bot may not know.

    With `body` None the old body stays if only the keyboard changes; a new text removes it.
    """
    if body is None:
        body = {} if content is not message.content else message.body
    of_inline_mode = bool(ask.get("inline_message_id"))
    if of_inline_mode:
        check_for_inline(markup, ask.bot)
    else:
        check_for_chat(markup, message.chat, ask.bot)
    same_text = content.plain == message.content.plain and content.entities == message.content.entities
    if same_text and markup == message.markup and file in {None, message.file} and body == message.body:
        raise bad(SAME)
    if not of_inline_mode:
        ask.spend(message.chat, edit=True)
    message.content, message.body = content, body
    message.markup = markup
    message.keyboard_bot = ask.bot
    message.file = file or message.file
    ask.world.delivery.mark_edited(message, by_bot=ask.bot)
    return True if of_inline_mode else message.json(ask.bot)


def _check_deletable(ask: Ask, chat: Chat, message: Message) -> None:
    """Refuse to delete an old message, or one of others without the right.

    Old is over 48 hours. In private chats a bot may delete others' messages too.
    """
    refused = bad("message can't be deleted")
    if ask.world.clock.now() - message.at >= DELETABLE or UNTOUCHABLE & message.service.keys():
        raise refused
    if chat.kind == "private" or chat.may(ask.bot, "can_delete_messages"):
        return
    own = message.sender is ask.bot or message.posted_by is ask.bot
    if not own or (chat.kind == "channel" and not chat.may(ask.bot, "can_post_messages")):
        raise refused


def delete_message(ask: Ask) -> bool:
    """https://core.telegram.org/bots/api#deletemessage"""
    chat = ask.chat()
    message = ask.message(chat, "message to delete not found")
    _check_deletable(ask, chat, message)
    ask.world.delivery.delete(message)
    return True


def delete_messages(ask: Ask) -> bool:
    """https://core.telegram.org/bots/api#deletemessages

    Skips missing messages; deletes none if one can't be deleted.
    """
    numbers = ask.params["message_ids"]
    if not numbers:
        raise bad("message identifiers are not specified")
    if len(numbers) > MOST_DELETED:
        raise bad("too many message identifiers specified")
    chat = ask.chat()
    found = [chat.by_id[one] for one in numbers if one in chat.by_id and not chat.by_id[one].deleted]
    for message in found:
        _check_deletable(ask, chat, message)
    for message in found:
        ask.world.delivery.delete(message)
    return True


METHODS = {
    "editMessageText": edit_message_text,
    "editMessageCaption": edit_message_caption,
    "editMessageMedia": edit_message_media,
    "editMessageReplyMarkup": edit_message_markup,
    "editEphemeralMessageMedia": edit_whispered_media,
    "deleteMessage": delete_message,
    "deleteMessages": delete_messages,
}
