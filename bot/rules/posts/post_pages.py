"""Pages of posts: the shelf, what was sent, one post, one sending."""

from dataclasses import dataclass
from datetime import datetime

from bot.rules.outcome import Outcome
from bot.rules.posts.drafts import WhomShown

A_PAGE = 8
"""Lines of one page; each is a button."""


@dataclass(frozen=True, slots=True)
class PostLine:
    """One post of a list."""

    number: int
    kind: str
    title: str
    """Its first words; empty for a picture without words."""
    pillar: str | None
    off: bool
    on_shelf: bool
    blanks: int
    """Blanks that nobody filled yet."""
    times: int
    """How often it was sent."""
    sent_at: datetime | None
    """When it was last sent."""


@dataclass(frozen=True, slots=True)
class PostList(Outcome, name="posts.PostList"):
    """The shop's posts, the newest first."""

    community_id: int
    lines: tuple[PostLine, ...]
    shelf: int
    """How many are on the shelf in all."""
    newer: bool
    """Whether a page stands before this one."""
    older: int | None
    """The number before which the next page begins; None: there is none."""


@dataclass(frozen=True, slots=True)
class SentLine:
    """One sending of a list."""

    sending_id: int
    number: int
    kind: str
    title: str
    at: datetime
    state: str
    """`waiting`, `telling`, `done`, `cancelled`, `taken_back`."""
    private: bool


@dataclass(frozen=True, slots=True)
class SentList(Outcome, name="posts.SentList"):
    """What was sent or will be, the newest first."""

    community_id: int
    lines: tuple[SentLine, ...]
    newer: bool
    older: int | None
    """The sending before which the next page begins."""


@dataclass(frozen=True, slots=True)
class PostShown(Outcome, name="posts.PostShown"):
    """One post."""

    community_id: int
    line: PostLine
    season: str | None
    valid_until: datetime | None
    sending_id: int | None
    """Its newest sending."""


@dataclass(frozen=True, slots=True)
class MissedGroup:
    """How many weren't reached for one reason."""

    reason: str
    """A `CopyProblem`, or a `Reason` of the budget."""
    count: int


@dataclass(frozen=True, slots=True)
class MissedRoom:
    """A copy that a change couldn't reach."""

    room: str | None
    """None: a fan in private."""
    problem: str


@dataclass(frozen=True, slots=True)
class SentShown(Outcome, name="posts.SentShown"):
    """One sending: how far it is, whom it missed, and what its last change reached."""

    community_id: int
    line: SentLine
    whom: WhomShown
    sent: int
    waiting: int
    missed: tuple[MissedGroup, ...]
    change: str | None
    """`edit`, `take_back`, `pin`, `unpin`, `withdraw`; None: nothing was changed since."""
    reached: int
    changing: int
    """Copies that the change hasn't come to yet."""
    unreached: int
    rooms: tuple[MissedRoom, ...]
    """The first of those."""
    pinned: bool
    audit_id: int | None = None
    """The act that was just done, if it can be undone."""


@dataclass(frozen=True, slots=True)
class PostShelf(Outcome, name="posts.PostShelf"):
    """A post went onto the shelf or came off it."""

    community_id: int
    number: int
    on: bool
    off: bool
    """Whether it is off-position."""
    audit_id: int


@dataclass(frozen=True, slots=True)
class PostDeleted(Outcome, name="posts.PostDeleted"):
    """A post that was never sent is gone."""

    community_id: int
    number: int
    audit_id: int


@dataclass(frozen=True, slots=True)
class SentOnceStays(Outcome, name="posts.SentOnceStays"):
    """A post that was sent can't be deleted: its messages hang in the rooms."""

    community_id: int
    number: int


@dataclass(frozen=True, slots=True)
class BlanksFirst(Outcome, name="posts.BlanksFirst"):
    """A post of the starter shelf has blanks that only the shop can fill."""

    community_id: int
    number: int
    blanks: int


@dataclass(frozen=True, slots=True)
class NoSuchPost(Outcome, name="posts.NoSuchPost"):
    """There is no such post, or it is no more."""

    number: int | None


@dataclass(frozen=True, slots=True)
class ChangeRefusedTold(Outcome, name="posts.ChangeRefusedTold"):
    """The new content can't take the place of the old one."""

    problem: str
    """A `ContentProblem`."""


@dataclass(frozen=True, slots=True)
class SendingStoppedTold(Outcome, name="posts.SendingStoppedTold"):
    """A sending was stopped."""

    community_id: int
    sending_id: int
    gone: int
    kept: int
