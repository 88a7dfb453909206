"""What staff are about to say: a post as it grows, its preview, and what was made of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from bot.rules.calendar import zone
from bot.rules.outcome import Outcome
from bot.rules.posting import Content
from bot.rules.posts.audience import Audience

QUICK_EVENING, QUICK_NOON = 20, 12
"""Local hours that are offered to tap."""
SOON = timedelta(minutes=30)
"""A time that is offered is at least so far away."""
PARTS_OF_HOUR = timedelta(minutes=5)


class Mode(StrEnum):
    """What a draft is for. The values stand in rows."""

    NEW = "new"
    """A message of staff becomes a post."""
    SEND = "send"
    """A post that is there already is sent (again)."""
    EDIT = "edit"
    """A post of the shelf is changed."""
    SENT = "sent"
    """A post that was sent is changed, everywhere."""


class Step(StrEnum):
    """What the panel below the preview asks. The values stand in rows and in buttons."""

    WAIT = "wait"
    """The message itself."""
    REVIEW = "review"
    AT = "at"
    WHO = "who"
    SEGMENT = "segment"
    PILLAR = "pillar"
    LINKS = "links"
    SEASON = "season"
    UNTIL = "until"


@dataclass(frozen=True, slots=True)
class PostDraft:
    """A post that isn't said yet."""

    community_id: int
    mode: Mode = Mode.NEW
    step: Step = Step.WAIT
    content: Content = field(default_factory=Content)
    pillar: str | None = None
    season: str | None = None
    valid_until: str | None = None
    """An ISO date."""
    audience: Audience = field(default_factory=Audience)
    post_id: int | None = None
    number: int | None = None
    """Of the post that is there already."""
    sending_id: int | None = None
    """What is changed everywhere."""
    album: str | None = None
    """The album whose further parts belong to it."""
    album_chat: int | None = None
    turn: int = 0
    """Counts changes."""
    cause: str = ""
    """The update that changed it last."""
    message_id: int | None = None
    """The message that shows the panel."""
    preview: tuple[int, ...] = ()
    """The messages that show the post as it will look."""


def kind_of(content: Content) -> str:
    """What a content is, as the words call it."""
    if content.poll is not None:
        return "poll"
    if len(content.media) > 1:
        return "album"
    return content.media[0].kind.value if content.media else "words"


def quick_times(now: datetime, timezone: str) -> tuple[datetime, ...]:
    """Times that are offered to tap, the next one first: in about an hour, noons and evenings of today and tomorrow."""
    place = zone(timezone)
    local = now.astimezone(place)
    in_an_hour = now + timedelta(hours=1)
    over = timedelta(minutes=in_an_hour.minute % 5, seconds=in_an_hour.second, microseconds=in_an_hour.microsecond)
    found = {in_an_hour - over + (PARTS_OF_HOUR if over else timedelta())}
    for days in (0, 1):
        day = local.date() + timedelta(days=days)
        for hour in (QUICK_NOON, QUICK_EVENING):
            at = datetime(day.year, day.month, day.day, hour, tzinfo=place)
            if at - now >= SOON:
                found.add(at)
    return tuple(sorted(found))[:5]


def lines_in(text: str) -> Sequence[str]:
    """The lines of a text that say something."""
    return [line.strip() for line in text.splitlines() if line.strip()]


@dataclass(frozen=True, slots=True)
class WhomShown:
    """To whom a post goes, in words."""

    rooms: tuple[str, ...] = ()
    """Titles of the rooms that get it."""
    everywhere: bool = True
    """Whether these are all rooms."""
    topic: bool = False
    """Whether a topic was chosen."""
    segment: str | None = None
    """As it is written; empty: all fans, each in private."""
    members: int = 0
    reachable: int = 0
    """Of these the bot may write to."""
    consenting: int = 0
    """Of these said yes to promotion: they get it."""


@dataclass(frozen=True, slots=True)
class PostAsked(Outcome, name="posts.PostAsked"):
    """Staff are asked for the message itself."""

    community_id: int
    editing: bool = False
    """Whether it takes the place of words that stand already."""


@dataclass(frozen=True, slots=True)
class PostReview(Outcome, name="posts.PostReview"):
    """Below the preview: to whom, about what, and when."""

    community_id: int
    mode: Mode
    kind: str
    media: int
    whom: WhomShown
    pillar: str | None
    off: bool
    """Whether it is off-position: no pillar, or one without share."""
    links: tuple[str, ...]
    """Texts of the link buttons."""
    number: int | None = None
    season: str | None = None
    valid_until: datetime | None = None
    seen: bool = True
    """Whether the post is shown above as it will look."""


@dataclass(frozen=True, slots=True)
class PostWhen(Outcome, name="posts.PostWhen"):
    """When shall it be said?"""

    community_id: int
    quick: tuple[datetime, ...]
    problem: str | None = None
    """Why the time that was typed means nothing, as a form's problem is called; `either` offers two hours."""
    said: str = ""


@dataclass(frozen=True, slots=True)
class RoomChoice:
    """A room to choose."""

    room_id: int
    title: str


@dataclass(frozen=True, slots=True)
class PostWho(Outcome, name="posts.PostWho"):
    """Who shall hear it?"""

    community_id: int
    rooms: tuple[RoomChoice, ...]


@dataclass(frozen=True, slots=True)
class PostSegment(Outcome, name="posts.PostSegment"):
    """Which fans, in private?"""

    community_id: int


@dataclass(frozen=True, slots=True)
class PostPillar(Outcome, name="posts.PostPillar"):
    """What is it about?"""

    community_id: int
    pillars: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PostLinks(Outcome, name="posts.PostLinks"):
    """Which link buttons?"""

    community_id: int
    links: tuple[str, ...]
    bad: str | None = None
    """The line that makes no button; empty: there are too many."""


@dataclass(frozen=True, slots=True)
class PostSeason(Outcome, name="posts.PostSeason"):
    """In which season may the calendar take it?"""

    community_id: int


@dataclass(frozen=True, slots=True)
class PostUntil(Outcome, name="posts.PostUntil"):
    """Until which day may the calendar take it?"""

    community_id: int
    bad: str | None = None
    """What was typed, if it is no day to come."""


@dataclass(frozen=True, slots=True)
class NotAPost(Outcome, name="posts.NotAPost"):
    """A message that can't be a post."""

    kind: str
    """`voice`, `sticker`, …, or a `ContentProblem`."""


@dataclass(frozen=True, slots=True)
class NothingToPost(Outcome, name="posts.NothingToPost"):
    """The line names no message: how `/post` is used."""


@dataclass(frozen=True, slots=True)
class PreviewSent(Outcome, name="posts.PreviewSent"):
    """Said in the group: the preview waits in the private chat."""

    community_id: int
    can_write: bool
    """Whether it could be sent there; else the reader has to open the chat."""


@dataclass(frozen=True, slots=True)
class PostSent(Outcome, name="posts.PostSent"):
    """A post is on its way, or planned."""

    community_id: int
    number: int
    sending_id: int
    at: datetime
    now: bool
    rooms: tuple[str, ...]
    silent: tuple[str, ...]
    """Of these, rooms that take no messages just now."""
    private: bool
    fans: int
    """In private: how many get it."""
    audit_id: int


@dataclass(frozen=True, slots=True)
class PostShelved(Outcome, name="posts.PostShelved"):
    """A post is on the shelf."""

    community_id: int
    number: int
    pillar: str | None
    off: bool
    audit_id: int


@dataclass(frozen=True, slots=True)
class PostChanged(Outcome, name="posts.PostChanged"):
    """A post of the shelf was changed."""

    community_id: int
    number: int
    audit_id: int


@dataclass(frozen=True, slots=True)
class PostClosed(Outcome, name="posts.PostClosed"):
    """A press on a draft that isn't open any more."""


@dataclass(frozen=True, slots=True)
class PostLeft(Outcome, name="posts.PostLeft"):
    """A draft was given up."""

    community_id: int


@dataclass(frozen=True, slots=True)
class PreviewRefused(Outcome, name="posts.PreviewRefused"):
    """Telegram didn't take the preview, so it wouldn't take the post either."""

    problem: str
    """A `CopyProblem`."""


@dataclass(frozen=True, slots=True)
class NobodyThere(Outcome, name="posts.NobodyThere"):
    """Nobody would get it: no room, or no fan who may be written to."""

    private: bool
