"""A message of staff as a post: its words as HTML, its picture, its poll."""

import html
import re
from collections.abc import Sequence

from aiogram.types import Message, MessageEntity
from aiogram.utils.text_decorations import html_decoration

from bot.rules.posting import Content, LinkButton, Media, MediaKind, Poll
from bot.rules.posts.drafts import NotAPost
from bot.rules.posts.limits import check_content

UNITS = 2
"""Bytes of one of the units in which Telegram counts."""
_EXPRESSION = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_TAKEN = frozenset({"text", "photo", "video", "animation", "document", "poll"})
REGULAR = "regular"


def read_message(message: Message, skip: int = 0) -> Content | NotAPost:
    """What a message says, without its first `skip` characters (a command and its options)."""
    kind = message.content_type
    if kind not in _TAKEN:
        return NotAPost(str(kind.value if hasattr(kind, "value") else kind))
    poll = message.poll
    if poll is not None:
        if poll.type != REGULAR:
            return NotAPost("quiz")
        options = tuple(option.text for option in poll.options)
        return _checked(Content(poll=Poll(poll.question, options, poll.allows_multiple_answers)))
    text = message.text if message.text is not None else message.caption or ""
    entities = message.entities if message.text is not None else message.caption_entities
    words = html_of(text, entities or (), skip)
    media = media_of(message)
    content = Content(
        text=words,
        media=(media,) if media is not None else (),
        buttons=links_of(message),
        is_template=_EXPRESSION.search(words) is not None,
        under_media=bool(message.show_caption_above_media),
    )
    return _checked(content)


def _checked(content: Content) -> Content | NotAPost:
    """A template is longer or shorter once it is filled in: it is checked then."""
    problem = None if content.is_template else check_content(content)
    return content if problem is None else NotAPost(problem.value)


def media_of(message: Message) -> Media | None:
    """The picture or file of a message. An animation comes with a document, which is the same file."""
    spoiler = bool(message.has_media_spoiler)
    if message.photo:
        return Media(MediaKind.PHOTO, message.photo[-1].file_id, spoiler)
    if message.video is not None:
        return Media(MediaKind.VIDEO, message.video.file_id, spoiler)
    if message.animation is not None:
        return Media(MediaKind.ANIMATION, message.animation.file_id, spoiler)
    return Media(MediaKind.DOCUMENT, message.document.file_id) if message.document is not None else None


def links_of(message: Message) -> tuple[LinkButton, ...]:
    """Link buttons under a forwarded message; other buttons lead nowhere for us."""
    rows = message.reply_markup.inline_keyboard if message.reply_markup is not None else []
    links = [LinkButton(button.text, button.url) for row in rows for button in row if button.url]
    return tuple(links[:3])


def html_of(text: str, entities: Sequence[MessageEntity], skip: int = 0) -> str:
    """Words as Telegram's HTML, from a place on. Expressions of a template stay as they were typed."""
    skip += len(text[skip:]) - len(text[skip:].lstrip())
    begins = len(text[:skip].encode("utf-16-le")) // UNITS
    left = [shifted for entity in entities if (shifted := _shift(entity, begins)) is not None]
    made = html_decoration.unparse(text[skip:].rstrip(), left)
    return _EXPRESSION.sub(lambda found: html.unescape(found.group()), made)


def _shift(entity: MessageEntity, begins: int) -> MessageEntity | None:
    """The part of an entity that stands behind a place; commands are no formatting."""
    ends = entity.offset + entity.length
    if entity.type == "bot_command" or ends <= begins:
        return None
    offset = max(entity.offset, begins)
    return entity.model_copy(update={"offset": offset - begins, "length": ends - offset})
