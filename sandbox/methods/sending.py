"""sendMessage, and the methods that send a file with a caption.

The order of checks is the Bot API server's: formatting and keyboard, the chat, the reply, the content, the receiver of
an ephemeral message, and the flood limits.
"""

from dataclasses import dataclass
from typing import Any

from sandbox.accounts import User
from sandbox.chats import Chat
from sandbox.checks import Upload
from sandbox.errors import bad
from sandbox.files import (
    Document,
    FileKind,
    StoredFile,
    attributes_of,
    blank_picture,
    is_picture,
    kind_of_upload,
    number_of,
    size_of,
)
from sandbox.forums import check_thread
from sandbox.html import checked_url
from sandbox.messages import Message, NewMessage
from sandbox.methods.ask import Ask
from sandbox.methods.ephemeral import Target, ephemeral_target
from sandbox.methods.markup import check_for_chat, read_markup
from sandbox.polls import Poll
from sandbox.text import Text, check_caption, check_text, parse

NOT_PLAYED = (
    "business_connection_id",
    "direct_messages_topic_id",
    "suggested_post_parameters",
    "allow_paid_broadcast",
)
PERMITTED: dict[str, tuple[str, str]] = {
    "sendMessage": ("can_send_messages", "text messages"),
    "sendPhoto": ("can_send_photos", "photos"),
    "sendDocument": ("can_send_documents", "documents"),
    "sendVideo": ("can_send_videos", "videos"),
    "sendAnimation": ("can_send_other_messages", "animations"),
    "sendAudio": ("can_send_audios", "music"),
    "sendVoice": ("can_send_voice_notes", "voice notes"),
    "sendVideoNote": ("can_send_video_notes", "video notes"),
    "sendSticker": ("can_send_other_messages", "stickers"),
    "sendLocation": ("can_send_messages", "locations"),
    "sendVenue": ("can_send_messages", "venues"),
    "sendContact": ("can_send_messages", "contacts"),
    "sendDice": ("can_send_other_messages", "dice"),
    "sendPoll": ("can_send_polls", "polls"),
    "sendRichMessage": ("can_send_messages", "text messages"),
}
"""The permission that a method needs in a group, and its name in TDLib's `can_send_message_content`."""
MOST_PHOTO = 10 * 1024 * 1024
MOST_SIDES = 10_000
MOST_RATIO = 20


@dataclass(slots=True)
class Draft:
    """A message that a call is about to send."""

    content: Text
    markup: dict[str, Any] | None
    chat: Chat
    reply_to: Message | None
    extra: dict[str, Any]
    file: StoredFile | None = None
    poll: Poll | None = None
    body: dict[str, Any] | None = None
    preview: dict[str, Any] | None = None


def send_message(ask: Ask) -> dict[str, Any]:
    """https://core.telegram.org/bots/api#sendmessage"""
    content = parse(ask.params["text"], ask.get("parse_mode"), ask.get("entities"))
    draft = draft_for(ask, content)
    preview = ask.get("link_preview_options")
    shows_preview = preview and preview.get("url") and not preview.get("is_disabled")
    if content.plain or not shows_preview:
        check_text(content)
    draft.preview = kept_preview(content, preview)
    return send_draft(ask, draft, target_of(ask, draft)).json(ask.bot)


def draft_for(ask: Ask, content: Text) -> Draft:
    markup = read_markup(ask.get("reply_markup"))
    for name in NOT_PLAYED:
        if ask.get(name):
            raise bad(f"parameter {name} of {ask.method} is not played here")
    chat = ask.chat()
    if chat.kind == "channel" and not chat.may(ask.bot, "can_post_messages"):
        raise bad("need administrator rights in the channel chat")
    reply_to, extra = _reply(ask, chat)
    extra |= check_thread(chat, ask.bot, ask.get("message_thread_id"), reply_to.thread if reply_to else None)
    if ask.get("protect_content"):
        extra["has_protected_content"] = True
    if ask.get("message_effect_id"):
        if chat.kind != "private":
            raise bad("EFFECT_ID_INVALID")
        extra["effect_id"] = ask.get("message_effect_id")
    return Draft(content, markup, chat, reply_to, extra)


def _reply(ask: Ask, chat: Chat) -> tuple[Message | None, dict[str, Any]]:
    """The message that is answered, and fields about it.

    A `message_id` of 0, as ephemeral messages have, names none.
    """
    given = ask.get("reply_parameters")
    if given is None:
        return None, {}
    if "message_id" not in given and not ("ephemeral_message_id" in given and ask.world.knows_whispers):
        raise bad("can't parse reply parameters: message identifier is not specified")
    number = given.get("message_id", 0)
    if number == 0:
        return None, {}
    where = chat
    if "chat_id" in given and given["chat_id"] != chat.id:
        where = ask.world.reach(ask.bot, given["chat_id"], write=False)
    found = where.by_id.get(number)
    if found is None or found.deleted:
        lenient = given.get("allow_sending_without_reply") and "ephemeral_message_parameters" not in ask.params
        if lenient and where is chat:
            return None, {}
        raise bad("message to be replied not found")
    extra = _quote(given, found)
    if where is not chat:
        extra["external_reply"] = {"origin": found.origin(), "chat": where.json(), "message_id": found.message_id}
        return None, extra
    return found, extra


def _quote(given: dict[str, Any], found: Message) -> dict[str, Any]:
    if not given.get("quote"):
        return {}
    quoted = parse(given["quote"], given.get("quote_parse_mode"), given.get("quote_entities")).plain
    position = found.text.find(quoted)
    if position < 0:
        raise bad("QUOTE_TEXT_INVALID")
    return {"quote": {"text": quoted, "position": position, "is_manual": True}}


def kept_preview(content: Text, preview: dict[str, Any] | None) -> dict[str, Any] | None:
    """The preview's options as Telegram stores them: `is_disabled` only if there is a link, sizes only with a URL."""
    if not preview:
        return None
    kept = dict(preview)
    if not any(one.type in {"url", "text_link"} for one in content.entities):
        kept.pop("is_disabled", None)
    if "url" not in kept:
        kept.pop("prefer_small_media", None)
        kept.pop("prefer_large_media", None)
    return {name: value for name, value in kept.items() if value} or None


def check_permitted(ask: Ask, chat: Chat, method: str) -> None:
    """Refuse what this bot may not send to a group. `method` is the method that sends such a message."""
    permission, called = PERMITTED[method]
    if chat.is_group and not chat.allows(ask.bot, permission):
        raise bad(f"not enough rights to send {called} to the chat")


def target_of(ask: Ask, draft: Draft) -> Target | None:
    """The receiver of an ephemeral message; None for everybody. Raises ApiError: rights, buttons, receiver."""
    check_permitted(ask, draft.chat, ask.method)
    ephemeral = ask.world.knows_whispers and "ephemeral_message_parameters" in ask.params
    check_for_chat(draft.markup, draft.chat, ask.bot, ephemeral=ephemeral)
    # An older server ignores the parameter.
    return ephemeral_target(ask, draft.chat) if ask.world.knows_whispers else None


def send_draft(ask: Ask, draft: Draft, target: Target | None = None, *, counted: bool = False) -> Message:
    """Post the message. `counted` says that the flood limits have counted it already."""
    if not counted and (target is None or ask.world.flood.limits.ephemeral):
        ask.spend(draft.chat)
    receiver: User | None = None
    if target is not None:
        receiver = target.person
        if target.replaces is not None:
            ask.world.delivery.hide(target.replaces, receiver)
    new = NewMessage(
        sender=ask.bot if draft.chat.kind != "channel" else None,
        sender_chat=draft.chat if draft.chat.kind == "channel" else None,
        content=draft.content,
        reply_to=draft.reply_to,
        file=draft.file,
        poll=draft.poll,
        body=draft.body or {},
        markup=draft.markup,
        posted_by=ask.bot,
        only_for=receiver,
        receiver=receiver,
        lost=target is not None and ask.world.faults.loses_ephemeral(),
        extra=draft.extra,
        preview=draft.preview,
    )
    message = ask.world.delivery.post(draft.chat, new)
    if draft.poll is not None:
        ask.world.polls.add_message(draft.poll, message)
    return message


def file_sender(kind: FileKind) -> Any:
    """The method that sends one file of that kind."""

    def send(ask: Ask) -> dict[str, Any]:
        content = parse(ask.get("caption", ""), ask.get("parse_mode"), ask.get("caption_entities"))
        if content.plain.strip() == "":
            content = Text()
        draft = draft_for(ask, content)
        draft.file = with_attributes(file_of(ask, kind, ask.params[kind]), ask.params)
        draft.extra |= display_flags(ask.params)
        check_caption(content)
        return send_draft(ask, draft, target_of(ask, draft)).json(ask.bot)

    return send


def with_attributes(file: StoredFile, given: dict[str, Any]) -> StoredFile:
    """Give a new file the attributes of the call. A file that is sent again keeps its first attributes."""
    if file.attributes is None:
        file.attributes = attributes_of(file.kind, given)
    return file


def display_flags(given: dict[str, Any]) -> dict[str, Any]:
    """The fields of a Message that say how its file is shown."""
    names = {"has_spoiler": "has_media_spoiler", "show_caption_above_media": "show_caption_above_media"}
    return {written: True for name, written in names.items() if given.get(name)}


def file_of(ask: Ask, kind: FileKind, given: str | Upload) -> StoredFile:
    """The file that a parameter names: an upload, a file id of this bot, or a URL.

    Raises ApiError: no such upload, another bot's file id, a file of another kind, one that is too large or missing.
    """
    if isinstance(given, str) and given.startswith("attach://"):
        upload = ask.uploads.get(given.removeprefix("attach://"))
        if upload is None:
            raise bad(f"there is no {kind.replace('_', ' ')} in the request")
        given = upload
    if isinstance(given, Upload):
        size = len(given.content)
        if kind == "photo" and size > MOST_PHOTO:
            raise bad(f"file of size {size} bytes is too big for a photo; the maximum size is {MOST_PHOTO} bytes")
        if not given.content:
            raise bad("file must be non-empty")
        if kind == "photo":
            _check_picture(given.content)
        settled = kind_of_upload(kind, given.content)
        return ask.world.store(settled, Document(given.filename, given.content, given.content_type))
    if "." in given:
        return ask.world.store(kind, _at_address(ask, kind, given))
    number = number_of(given, ask.bot)
    if number is None or number not in ask.world.files:
        raise bad("wrong file identifier/HTTP URL specified")
    file = ask.world.files[number]
    if "photo" in {kind, file.kind} and kind != file.kind:
        raise bad(f"can't use file of type {file.kind.title()} as {kind.title()}")
    return file


def _at_address(ask: Ask, kind: FileKind, given: str) -> Document:
    """The file at a URL: for TDLib any text with a dot. An inline result's URL isn't fetched before it is chosen."""
    scheme, divider, _ = given.partition("://")
    if divider and scheme.lower() not in {"http", "https"}:
        raise bad("invalid file HTTP URL specified: Unsupported URL protocol")
    if checked_url(given) is None:
        raise bad("wrong HTTP URL specified")
    if ask.method == "answerInlineQuery":
        return Document(given.rsplit("/", 1)[-1], blank_picture() if kind == "photo" else b"\0")
    return ask.world.internet.fetch(kind, given)


def _check_picture(content: bytes) -> None:
    """https://core.telegram.org/bots/api#sendphoto: the sides add up to at most 10,000, with a ratio of at most 20."""
    if not is_picture(content):
        raise bad("IMAGE_PROCESS_FAILED")
    sides = size_of(content)
    if sum(sides) > MOST_SIDES or max(sides) > MOST_RATIO * min(sides):
        raise bad("PHOTO_INVALID_DIMENSIONS")


METHODS = {
    "sendMessage": send_message,
    "sendPhoto": file_sender("photo"),
    "sendDocument": file_sender("document"),
    "sendVideo": file_sender("video"),
    "sendAnimation": file_sender("animation"),
}
