"""The context of an update: who asks, where, and by which ways they can be answered."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.rules.act import Act, Origin, Sender
from bot.rules.fans import Room
from bot.rules.place import Place
from bot.rules.rights import Role
from bot.rules.words import Language
from bot.store.places import Group


@dataclass(frozen=True, slots=True)
class Ask:
    """The context of one update. It holds everything that an answer needs, so the answer can also be given later."""

    sender: Sender
    chat_id: int
    place: Place | None
    """The community, or None where there is none yet."""
    group: Group | None
    """The group in which this happens; None in private."""
    language: Language
    """The language of the person who asks."""
    at: datetime
    """When it happened: the message's date; for a press, its arrival."""
    cause: str
    age: float
    """Seconds from `at` until handling began."""
    press_id: str | None = None
    message_id: int | None = None
    ephemeral_id: int | None = None
    """The id of an ephemeral command. Its answer must be ephemeral too."""
    can_write: bool = False
    """Whether the bot can write to the person in private."""
    chat_title: str = ""
    speaks_as: int | None = None
    """The chat in whose name the person speaks. For an anonymous administrator it is the group's own id."""
    thread_id: int | None = None
    """The topic or the thread of comments in which this happens; None in General, and in chats without threads."""
    forum: bool = False
    """Whether the group has topics."""
    through_id: int | None = None
    """The message through which this came: the one under which the button was, or the one that the person wrote."""
    panel_id: int | None = None
    """The message whose button was pressed: `Voice.panel` edits it."""
    panel_ephemeral_id: int | None = None
    """The whisper whose button was pressed."""
    dialogue: str | None = None
    """The kind of the person's open dialogue in private, or None. What they type there answers it."""
    public: bool = False
    """Whether strangers can act here: the chat has a public address, or they act on a channel's post."""
    role: Role = Role.FAN
    """What the person may do in the community: the same as a fan, until `Roles` has asked Telegram."""
    or_said: str | None = None
    """The command with another time that it may have meant, for the audit log."""

    def in_group(self, group: Group) -> "Ask":
        """This ask with a group that was found later."""
        sender = replace(self.sender, room=room_of(group, public=self.public))
        return replace(self, group=group, place=group.place, sender=sender)

    def within(self, place: Place) -> "Ask":
        """This ask with a community that was found later."""
        return replace(self, place=place)

    @property
    def community(self) -> Place:
        """The community, for code behind a door, which makes sure that there is one.

        Raises:
            LookupError: there is none.
        """
        if self.place is None:
            raise LookupError("this ask belongs to no community")
        return self.place

    @property
    def act(self) -> Act:
        """The act for a use case, for code behind a door.

        Raises:
            LookupError: there is no community.
        """
        return Act(
            place=self.community,
            sender=self.sender,
            at=self.at,
            cause=self.cause,
            actor_id=self.actor_id,
            role=self.role,
            or_said=self.or_said,
            origin=self.origin,
        )

    @property
    def origin(self) -> Origin:
        """The message through which this came."""
        return Origin(self.group.id if self.group is not None else None, self.through_id)

    @property
    def private(self) -> bool:
        """Whether this happens in a private chat."""
        return self.chat_id > 0

    @property
    def topic_id(self) -> int | None:
        """The topic in which this happens; None in General, and in groups without topics."""
        return self.thread_id if self.forum else None

    @property
    def anonymous_admin(self) -> bool:
        """Whether the person is an administrator who speaks in the group's name."""
        return self.speaks_as is not None and self.speaks_as == self.chat_id

    @property
    def actor_id(self) -> int:
        """The id of who acts, for the audit log; the group's id for an anonymous administrator."""
        return self.chat_id if self.anonymous_admin else self.sender.user_id


def room_of(group: Group | None, *, public: bool) -> Room | None:
    """The room of a shop in which somebody acts; None in a channel and in private."""
    if group is None or group.is_channel:
        return None
    return Room(group.chat_id, public or group.linked)
