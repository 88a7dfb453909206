"""What Telegram takes as one post: its limits, and what of a post that was sent can be changed."""

from enum import StrEnum
from html.parser import HTMLParser
from urllib.parse import urlsplit

from bot.rules.posting import Content, MediaKind

MOST_TEXT = 4096
MOST_CAPTION = 1024
MOST_MEDIA = 10
MOST_BUTTONS = 3
MOST_BUTTON_TEXT = 64
MOST_QUESTION = 300
FEWEST_OPTIONS, MOST_OPTIONS = 2, 12
MOST_OPTION = 100
PICTURES = frozenset({MediaKind.PHOTO, MediaKind.VIDEO})
"""Kinds that an album mixes."""


class ContentProblem(StrEnum):
    """Why something can't be a post, or can't replace one."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    """More than 4,096 characters."""
    CAPTION_TOO_LONG = "caption_too_long"
    """More than 1,024 characters below a picture."""
    TOO_MANY_MEDIA = "too_many_media"
    MIXED_ALBUM = "mixed_album"
    """An album holds photos and videos, or files alone; no animations."""
    POLL_AND_MORE = "poll_and_more"
    """A poll has no text or pictures beside it."""
    POLL_QUESTION = "poll_question"
    """Its question is empty or longer than 300 characters."""
    POLL_OPTIONS = "poll_options"
    """2 to 12 options, all different, each at most 100 characters."""
    TOO_MANY_BUTTONS = "too_many_buttons"
    BAD_BUTTON = "bad_button"
    """A button has no words, too many of them, or no link that opens."""
    POLL_STAYS = "poll_stays"
    """A poll that was sent can't be changed."""
    OTHER_KIND = "other_kind"
    """Telegram doesn't turn this kind of message into that."""
    ALBUM_STAYS = "album_stays"
    """An album keeps its pictures; only its words change."""


class _Shown(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text: list[str] = []

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def shown_text(html: str) -> str:
    """The characters of a text in HTML that readers see."""
    parser = _Shown()
    parser.feed(html)
    parser.close()
    return "".join(parser.text)


def check_content(content: Content, extra: int = 0) -> ContentProblem | None:
    """Why Telegram wouldn't take this as one post; None if it would.

    `extra` characters are added when it is sent, as the frame of promotion in private.
    """
    if content.poll is not None:
        problem = _check_poll(content)
    elif content.media:
        problem = _check_media(content, extra)
    elif not shown_text(content.text).strip():
        problem = ContentProblem.EMPTY
    else:
        problem = ContentProblem.TOO_LONG if len(shown_text(content.text)) + extra > MOST_TEXT else None
    return problem or _check_buttons(content)


def _check_poll(content: Content) -> ContentProblem | None:
    poll = content.poll
    if poll is None:
        return None
    if content.media or content.text:
        return ContentProblem.POLL_AND_MORE
    if not poll.question.strip() or len(poll.question) > MOST_QUESTION:
        return ContentProblem.POLL_QUESTION
    options = [option.strip() for option in poll.options]
    fits = all(0 < len(option) <= MOST_OPTION for option in options) and len(set(options)) == len(options)
    return None if fits and FEWEST_OPTIONS <= len(options) <= MOST_OPTIONS else ContentProblem.POLL_OPTIONS


def _check_media(content: Content, extra: int) -> ContentProblem | None:
    if len(content.media) > MOST_MEDIA:
        return ContentProblem.TOO_MANY_MEDIA
    kinds = {media.kind for media in content.media}
    if len(content.media) > 1 and not kinds <= PICTURES and kinds != {MediaKind.DOCUMENT}:
        return ContentProblem.MIXED_ALBUM
    caption = len(shown_text(content.text)) + extra
    if len(content.media) > 1:
        caption += len(shown_text(links_line(content)))
    return ContentProblem.CAPTION_TOO_LONG if caption > MOST_CAPTION else None


def _check_buttons(content: Content) -> ContentProblem | None:
    if len(content.buttons) > MOST_BUTTONS:
        return ContentProblem.TOO_MANY_BUTTONS
    for button in content.buttons:
        if not 0 < len(button.text.strip()) <= MOST_BUTTON_TEXT or not opens(button.url):
            return ContentProblem.BAD_BUTTON
    return None


def opens(url: str) -> bool:
    """Whether a link is one that Telegram lets a button open."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if any(character.isspace() for character in url):
        return False
    return (parts.scheme in {"http", "https"} and "." in (parts.hostname or "")) or parts.scheme == "tg"


def links_line(content: Content) -> str:
    """The line of links that stands below an album, which takes no buttons; empty without buttons."""
    if not content.buttons:
        return ""
    links = (f'<a href="{_escaped(button.url)}">{_escaped(button.text)}</a>' for button in content.buttons)
    return "\n\n" + " · ".join(links)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def check_edit(old: Content, new: Content) -> ContentProblem | None:
    """Why a post that was sent can't be edited into another; None if it can."""
    if old.poll is not None or new.poll is not None:
        return ContentProblem.POLL_STAYS
    problem = check_content(new)
    if problem is not None:
        return problem
    if bool(old.media) != bool(new.media):
        return ContentProblem.OTHER_KIND
    album = len(old.media) > 1 or len(new.media) > 1
    return ContentProblem.ALBUM_STAYS if album and old.media != new.media else None
