"""Answers to the panel's questions as messages bring them, and the line that comes of them as a message again."""

from collections.abc import Mapping

from aiogram.types import Chat, Document, Message

from bot.handlers.kit.blanks import Blank, PanelAct, Shape, is_person, keep_person
from bot.handlers.kit.naming import Line, mention_in
from bot.handlers.kit.readers import read_id
from bot.telegram.ask import Ask
from bot.telegram.who_asks import sender_of

OF_A_FILE = {"file_id", "file_unique_id", "file_name", "file_size", "mime_type"}
"""What is kept of a document that answers a question."""
ALBUM = "media_group_id"
"""What is kept beside it of the album of which it is one: the command takes all of the album."""
PICKED = "id:"
"""How a button's answer begins that names a person by id."""


def say_line(inside: Ask, act: PanelAct, line: str, filled: Mapping[str, str]) -> Message:
    """The command as whoever pressed would have written it, with its document and its mention."""
    document = act.file(filled)
    text, person = f"/{act.command} {line}".strip(), act.mentioned(filled)
    return Message(
        message_id=0,
        date=inside.at,
        chat=Chat(id=inside.chat_id, type="private"),
        text=text,
        entities=[mention_in(text, person)] if person is not None else None,
        document=document,
        media_group_id=(document.model_extra or {}).get(ALBUM) if document is not None else None,
    )


def written(message: Message, blank: Blank | None) -> str:
    """What a message answers: words, a mention where a person is asked for, a file where one is."""
    if blank is not None and blank.shape is Shape.FILE and message.document is not None:
        kept = message.document.model_dump(include=OF_A_FILE) | {ALBUM: message.media_group_id}
        return Document.model_validate(kept).model_dump_json(exclude_none=True)
    text = message.text or ""
    mentioned = Line.of(message, text).mentioned
    if blank is not None and is_person(blank) and mentioned is not None and not mentioned.is_bot:
        return keep_person(mentioned.id, sender_of(mentioned).name or "…")
    return text


def pick_of(text: str) -> int | None:
    """Whom a button of the list names; its data may be forged."""
    return read_id(text.removeprefix(PICKED)) if text.startswith(PICKED) else None
