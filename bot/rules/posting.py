"""What a post consists of: words, pictures or a poll, and link buttons. Pure values that rows keep as JSON."""

from dataclasses import dataclass
from enum import StrEnum


class MediaKind(StrEnum):
    """What Telegram sends a file as. The values stand in rows and never change."""

    PHOTO = "photo"
    VIDEO = "video"
    ANIMATION = "animation"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class Media:
    """A picture, a video or a file of a post. Nothing of it is stored but Telegram's id."""

    kind: MediaKind
    file_id: str
    spoiler: bool = False


@dataclass(frozen=True, slots=True)
class Poll:
    """A question to fans. In groups it is not anonymous, so that votes count as answers."""

    question: str
    """At most 300 characters."""
    options: tuple[str, ...]
    """2 to 12, each at most 100 characters."""
    several: bool = False
    """Whether a fan may choose several options."""


@dataclass(frozen=True, slots=True)
class LinkButton:
    """A button that opens a link."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Content:
    """What a post says. Either words, or up to ten media with words as the caption, or a poll."""

    text: str = ""
    """HTML as Telegram reads it, or the source of a template if `is_template`."""
    media: tuple[Media, ...] = ()
    """Two or more are an album, which carries no buttons."""
    poll: Poll | None = None
    buttons: tuple[LinkButton, ...] = ()
    """At most three."""
    is_template: bool = False
    """Whether `text` is a template of the owner's (Jinja2, sandboxed)."""
    under_media: bool = False
    """Whether the caption stands above the media."""

    @property
    def plain(self) -> bool:
        """Whether it is words only: such a post can be replaced by an edit."""
        return not self.media and self.poll is None
