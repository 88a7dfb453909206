"""What a promised message asks the sender to do: one typed payload for each act.

A payload is stored in its outbox row as JSON. Rows of old databases are read as well, so the names of acts and keys
never change, and a key that was added later has a default.
"""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, NamedTuple, Self

from pydantic import Strict, TypeAdapter, ValidationError

from bot.store import causes

POST = "post_card"
EDIT = "edit_card"
SAY = "say"
TELL = "tell"
FILE = "file"
DELETE = "delete"
LEAVE = "leave"
SHOW_TAG = "show_tag"
TAKE_TAG = "take_tag"
SHARE_POST = "share_post"
EDIT_POST = "edit_post"
TAKE_POST_BACK = "take_post_back"
PIN_POST = "pin_post"

EDITS = frozenset({EDIT, EDIT_POST})
"""Acts that edit a message: a group takes fewer of them."""

Whole = Annotated[int, Strict()]
"""A whole number: neither text that looks like one nor a boolean."""
YesNo = Annotated[bool, Strict()]


class DamagedError(Exception):
    """A row can't be sent as it is, now or later. Its text is the reason, in a word or two of ours."""


class Packed(NamedTuple):
    """An outcome as rows keep it."""

    outcome: str
    """The stored name of its class."""
    facts: dict[str, Any]


def pack(outcome: Any) -> Packed:
    """An outcome as a promise keeps it. It is packed once where many people are told the same."""
    return Packed(outcome.stored_name, causes.to_facts(outcome))


class _FromFacts:
    """How a payload is read from a row."""

    __slots__ = ()

    @classmethod
    def from_facts(cls, facts: dict[str, Any]) -> Self:
        """The payload that a row holds.

        Raises:
            DamagedError: a key is missing, or its value is of another type.
        """
        adapter: TypeAdapter[Self] = _adapter(cls)
        try:
            return adapter.validate_python(facts)
        except ValidationError as error:
            wrong = dict.fromkeys(str(one["loc"][0]) for one in error.errors(include_input=False))
            raise DamagedError(f"facts: {', '.join(wrong)}") from None


@dataclass(frozen=True, slots=True)
class PostCard(_FromFacts):
    """Hang a card in its chat."""

    act: ClassVar[str] = POST

    card_id: Whole
    anew: bool = False
    """Whether it is hung although a message shows it there already."""
    silent: bool = False
    """Whether it is hung without a sound, because it takes the place of a message that is gone."""

    def to_facts(self) -> dict[str, Any]:
        """What the row keeps."""
        facts: dict[str, Any] = {"card_id": self.card_id}
        if self.anew:
            facts["anew"] = True
        if self.silent:
            facts["silent"] = True
        return facts


@dataclass(frozen=True, slots=True)
class WitnessOf:
    """Who writes down which message a promise became, and what that message is about."""

    kind: str
    subject_id: Whole


def _witnessed(witness: WitnessOf | None) -> dict[str, Any]:
    return {"witness": {"kind": witness.kind, "subject_id": witness.subject_id}} if witness is not None else {}


@dataclass(frozen=True, slots=True)
class EditCard(_FromFacts):
    """Bring a card up to date."""

    act: ClassVar[str] = EDIT

    card_id: Whole
    witness: WitnessOf | None = None
    """Who writes down when the card was edited. What the card shows then is told by the state of the witness's kind."""

    def to_facts(self) -> dict[str, Any]:
        """What the row keeps."""
        return {"card_id": self.card_id} | _witnessed(self.witness)


@dataclass(frozen=True, slots=True)
class Say(_FromFacts):
    """Tell a chat something: in the community's language, unless another is named."""

    act: ClassVar[str] = SAY

    outcome: str
    facts: dict[str, Any]
    language: str | None = None
    witness: WitnessOf | None = None

    def to_facts(self) -> dict[str, Any]:
        """What the row keeps."""
        facts: dict[str, Any] = {"outcome": self.outcome, "facts": self.facts}
        if self.language is not None:
            facts["language"] = self.language
        return facts | _witnessed(self.witness)


@dataclass(frozen=True, slots=True)
class Below:
    """A second outcome, which stands below the first one in the same message."""

    outcome: str
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Tell(_FromFacts):
    """Tell one person something, by the quietest way that is open when it is sent."""

    act: ClassVar[str] = TELL

    outcome: str
    facts: dict[str, Any]
    user_id: Whole
    language: str
    whisper: YesNo
    can_write: YesNo
    aloud: bool = True
    """Whether a short-lived message in the group may be sent where nothing quieter works."""
    reply_to: int | None = None
    instead: int | None = None
    """The group in which the person is whispered to if the private message is refused."""
    asked: bool = False
    """Whether it answers what the person asked in this chat. It comes in `thread_id` then; what nobody asked for comes
    where the room is told things."""
    thread_id: int | None = None
    unheard: WitnessOf | None = None
    """Who writes down that no way to the person worked."""
    below: Below | None = None

    def to_facts(self) -> dict[str, Any]:
        """What the row keeps. `asked` is kept by `thread_id` being there."""
        facts: dict[str, Any] = {
            "outcome": self.outcome,
            "facts": self.facts,
            "language": self.language,
            "user_id": self.user_id,
            "whisper": self.whisper,
            "can_write": self.can_write,
            "aloud": self.aloud,
            "reply_to": self.reply_to,
            "instead": self.instead,
        }
        if self.asked:
            facts["thread_id"] = self.thread_id
        if self.unheard is not None:
            facts["unheard"] = {"kind": self.unheard.kind, "subject_id": self.unheard.subject_id}
        if self.below is not None:
            facts["below"] = {"outcome": self.below.outcome, "facts": self.below.facts}
        return facts

    @classmethod
    def from_facts(cls, facts: dict[str, Any]) -> Self:
        """The payload that a row holds; see `_FromFacts`."""
        return super(Tell, cls).from_facts({**facts, "asked": "thread_id" in facts})


@dataclass(frozen=True, slots=True)
class SendFile(_FromFacts):
    """Send a chat a file, which is made when it is sent."""

    act: ClassVar[str] = FILE

    file: str
    """The kind of file."""
    subject_id: Whole

    def to_facts(self) -> dict[str, Any]:
        """What the row keeps."""
        return {"file": self.file, "subject_id": self.subject_id}


@dataclass(frozen=True, slots=True)
class DeleteMessage(_FromFacts):
    """Take one of our messages away."""

    act: ClassVar[str] = DELETE

    message_id: Whole

    def to_facts(self) -> dict[str, Any]:
        """What the row keeps."""
        return {"message_id": self.message_id}


@dataclass(frozen=True, slots=True)
class LeaveChat(_FromFacts):
    """Leave a chat about which the owner was asked and didn't answer."""

    act: ClassVar[str] = LEAVE

    def to_facts(self) -> dict[str, Any]:
        """What the row keeps: nothing."""
        return {}


@dataclass(frozen=True, slots=True)
class ShowTag(_FromFacts):
    """Bring the tag beside a member's name in a group up to date."""

    act: ClassVar[str] = SHOW_TAG

    member_id: Whole

    def to_facts(self) -> dict[str, Any]:
        """What the row keeps."""
        return {"member_id": self.member_id}


@dataclass(frozen=True, slots=True)
class TakeTag(_FromFacts):
    """Take the bot's tag off the name of somebody who had their data deleted.

    Nothing else names them any more. The row is deleted with the call.
    """

    act: ClassVar[str] = TAKE_TAG

    of: Whole
    """Their Telegram id."""
    tag: str
    """The tag that the bot set. Another one stays."""

    def to_facts(self) -> dict[str, Any]:
        """What the row keeps."""
        return {"of": self.of, "tag": self.tag}


@dataclass(frozen=True, slots=True)
class SharePost(_FromFacts):
    """Send a post to one chat. What it says then is sent: an edit while it waits needs no other row."""

    act: ClassVar[str] = SHARE_POST

    copy_id: Whole

    def to_facts(self) -> dict[str, Any]:
        """What the row keeps."""
        return {"copy_id": self.copy_id}


@dataclass(frozen=True, slots=True)
class EditPost(_FromFacts):
    """Bring a post's message in one chat up to date."""

    act: ClassVar[str] = EDIT_POST

    copy_id: Whole
    anew: bool = False
    """Whether the post comes as a message of its own if this one was deleted: it was to take another post's place."""

    def to_facts(self) -> dict[str, Any]:
        """What the row keeps."""
        return {"copy_id": self.copy_id} | ({"anew": True} if self.anew else {})


@dataclass(frozen=True, slots=True)
class TakePostBack(_FromFacts):
    """Delete a post's message in one chat; of an album all of them."""

    act: ClassVar[str] = TAKE_POST_BACK

    copy_id: Whole

    def to_facts(self) -> dict[str, Any]:
        """What the row keeps."""
        return {"copy_id": self.copy_id}


@dataclass(frozen=True, slots=True)
class PinPost(_FromFacts):
    """Pin a post's message in one chat, without a sound, or unpin it."""

    act: ClassVar[str] = PIN_POST

    copy_id: Whole
    on: YesNo = True

    def to_facts(self) -> dict[str, Any]:
        """What the row keeps."""
        return {"copy_id": self.copy_id, "on": self.on}


OfAPost = SharePost | EditPost | TakePostBack | PinPost
"""What is done to a post's message in one chat."""
Payload = PostCard | EditCard | Say | Tell | SendFile | DeleteMessage | LeaveChat | ShowTag | TakeTag | OfAPost

KINDS: dict[str, type[Payload]] = {
    kind.act: kind
    for kind in (
        *(PostCard, EditCard, Say, Tell, SendFile, DeleteMessage, LeaveChat, ShowTag, TakeTag),
        *(SharePost, EditPost, TakePostBack, PinPost),
    )
}
"""The payload of each act."""

_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {}


def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    adapter = _ADAPTERS.get(kind)
    if adapter is None:
        adapter = _ADAPTERS[kind] = TypeAdapter(kind)
    return adapter


def read_payload(act: str, facts: Any) -> Payload:
    """What a row asks for.

    Raises:
        DamagedError: there is no such act, or the row doesn't hold what the act needs.
    """
    kind = KINDS.get(act)
    if kind is None:
        raise DamagedError("unknown act")
    if not isinstance(facts, dict):
        raise DamagedError("facts are no object")
    return kind.from_facts(facts)
