"""A post on its way: the terms on which it leaves, how far it is, and what an edit or a deletion reached."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from bot.rules.outcome import Outcome
from bot.rules.posting import Content
from bot.rules.posts.audience import Audience
from bot.rules.posts.limits import ContentProblem


@dataclass(frozen=True, slots=True)
class SendingPolicy:
    """Numbers of sendings."""

    chunk: int = 100
    """Fans that one transaction promises a private post, and copies that one transaction changes.

    A transaction of 500 held the writer for 80 ms, and one follows the other: answers then took up to half a second.
    """
    late: timedelta = timedelta(hours=12)
    """How long after its time a post is still sent if its terms name no end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingTerms:
    """The terms on which a post leaves."""

    now: datetime
    due_at: datetime | None = None
    """When it leaves; None: at once."""
    not_after: datetime | None = None
    """After this it isn't sent any more; None: as the policy says."""
    posting_id: int | None = None
    """The place in the week that it fills."""
    pillar: str | None = None
    by_staff: bool = False
    """Whether staff sent it themselves, so that it goes at once."""
    made_by: int | None = None
    cause: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSending:
    """What staff ask for: a post of theirs, to whom, and when."""

    post_id: int
    content: Content
    """As it will be sent: rendered, with the sign-off."""
    audience: Audience
    due_at: datetime | None = None
    """None: at once."""
    not_after: datetime | None = None
    pillar: str | None = None


class CopyProblem(StrEnum):
    """Why a copy of a post wasn't sent, or why a change didn't reach it. The values stand in rows and never change."""

    BLOCKED = "blocked"
    """Telegram said that the fan blocked the bot, or has no account any more."""
    NEVER_STARTED = "never_started"
    """The bot may not write to the fan, who never started it, or has blocked it since."""
    NO_CONSENT = "no_consent"
    """The fan didn't say yes to promotion."""
    LEFT = "left"
    """The bot isn't in the room any more, or the fan isn't in the shop's rooms."""
    MOVED = "moved"
    """The group became a supergroup, where the ids of older messages mean nothing."""
    NO_RIGHT = "no_right"
    """The bot lacks a right in the room."""
    DELETED = "deleted"
    """Somebody deleted the message."""
    TOO_OLD = "too_old"
    """Telegram deletes messages of the last 48 hours only."""
    OTHER_KIND = "other_kind"
    """Telegram doesn't turn this kind of message into that."""
    BAD_MEDIA = "bad_media"
    """Telegram doesn't know the picture or the file any more."""
    REFUSED = "refused"
    """Telegram refused it for another reason."""


@dataclass(frozen=True, slots=True)
class SendingBegun:
    """A post is on its way."""

    sending_id: int
    at: datetime
    rooms: tuple[str, ...] = ()
    """Names of the rooms that get it."""
    silent: tuple[str, ...] = ()
    """Of these, the rooms that refuse messages now."""
    fans: int = 0
    """In private: how many fans can be told it."""
    audit_id: int | None = None


@dataclass(frozen=True, slots=True)
class SendingRefused:
    """A post can't be sent as it is."""

    problem: ContentProblem


@dataclass(frozen=True, slots=True)
class NoSuchSending:
    """The shop has no such sending, or it is over for what was asked."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a sending is."""

    sending_id: int
    state: str
    """A `SendingState`."""
    private: bool
    promised: int
    """Copies that were promised."""
    sent: int
    """Copies that Telegram took."""
    waiting: int
    """Copies that are still to leave."""


@dataclass(frozen=True, slots=True)
class Unreached:
    """Who a sending didn't reach, in groups of reasons."""

    groups: Mapping[str, int] = field(default_factory=dict)
    """How many, by `CopyProblem` or by the budget's `Reason`; the greatest first."""

    @property
    def total(self) -> int:
        """How many in all."""
        return sum(self.groups.values())


@dataclass(frozen=True, slots=True)
class SendingStopped:
    """Staff stopped a sending."""

    sending_id: int
    gone: int
    """Copies that had left before."""
    kept: int
    """Copies that don't leave any more, as far as they were promised."""


class ChangeKind(StrEnum):
    """What is done to the copies of a sending. The values stand in rows and never change."""

    EDIT = "edit"
    TAKE_BACK = "take_back"
    PIN = "pin"
    UNPIN = "unpin"
    WITHDRAW = "withdraw"
    """What wasn't sent yet isn't sent any more; the rest stays."""


@dataclass(frozen=True, slots=True)
class ChangeBegun:
    """A change is on its way to the copies of a sending. `Sendings.changed` says later what it reached."""

    sending_id: int
    kind: ChangeKind
    copies: int
    """Copies that it is to reach."""
    audit_id: int | None = None


@dataclass(frozen=True, slots=True)
class ChangeRefused:
    """The new content can't replace the old one."""

    problem: ContentProblem


@dataclass(frozen=True, slots=True)
class NotReached:
    """A copy that a change couldn't reach."""

    room: str | None
    """The room's name; None for a fan in private."""
    problem: CopyProblem


@dataclass(frozen=True, slots=True)
class ChangeDone:
    """How far the last change of a sending is."""

    kind: ChangeKind | None
    """None: nothing was changed since it was sent."""
    reached: int
    waiting: int
    problems: tuple[NotReached, ...] = ()
    """The first of those that it couldn't reach."""
    unreached: int = 0
    """How many it couldn't reach."""


@dataclass(frozen=True, slots=True)
class PostFailed(Outcome, name="sendings.PostFailed"):
    """Told to the owner, once a sending: Telegram didn't take the post as it is."""

    room: str | None
    """The first room that didn't get it; None: it was private."""
    problem: CopyProblem
