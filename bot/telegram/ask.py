"""Who asks, where, and how they may be answered: what handlers know of an update besides its words."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.rules.act import Act, Sender
from bot.rules.fans import Room
from bot.rules.place import Place
from bot.rules.rights import Role
from bot.rules.words import Language
from bot.store.places import Group


@dataclass(frozen=True, slots=True)
class Ask:
    """One update's context. Everything that an answer needs, so that it can also be given later."""

    sender: Sender
    chat_id: int
    place: Place | None
    """The community, or None where there is none yet."""
    group: Group | None
    """The group in which this happens; None in private."""
    language: Language
    """The reader's."""
    at: datetime
    """When it happened: the message's date; for a press, its arrival."""
    cause: str
    age: float
    """Seconds since then when handling began."""
    press_id: str | None = None
    message_id: int | None = None
    ephemeral_id: int | None = None
    """Of an ephemeral command: its answer must be ephemeral too."""
    can_write: bool = False
    """Whether the person may be written to in private."""
    chat_title: str = ""
    speaks_as: int | None = None
    """The chat in whose name someone speaks: the group's own id for an anonymous administrator."""
    thread_id: int | None = None
    """The topic, or the thread of comments, in which this happens. None in General, and where there is neither."""
    forum: bool = False
    """Whether the group has topics."""
    panel_id: int | None = None
    """The message under which a button was pressed: `Voice.panel` edits it."""
    panel_ephemeral_id: int | None = None
    """The same of a whisper."""
    dialogue: str | None = None
    """The kind of the dialogue that the person has open in private: what they type there answers it."""
    public: bool = False
    """Whether strangers can act here: the chat has a public address, or a channel's post is what they act on."""
    role: Role = Role.FAN
    """What the asker may do in the community: a fan's part, until `Roles` has asked Telegram."""

    def in_group(self, group: Group) -> "Ask":
        """The same, in a group that was found meanwhile."""
        sender = replace(self.sender, room=room_of(group, public=self.public))
        return replace(self, group=group, place=group.place, sender=sender)

    def within(self, place: Place) -> "Ask":
        """The same, in a community that was found meanwhile."""
        return replace(self, place=place)

    @property
    def community(self) -> Place:
        """The community, once a door has made sure that there is one."""
        if self.place is None:
            raise LookupError("asked of somebody who is in no community")
        return self.place

    @property
    def act(self) -> Act:
        """What the use case is told, once a door has made sure that there is a community."""
        return Act(self.community, self.sender, self.at, self.cause, self.actor_id, self.role)

    @property
    def private(self) -> bool:
        """Whether this happens in a private chat."""
        return self.chat_id > 0

    @property
    def topic_id(self) -> int | None:
        """The topic in which this happens; None in General, and where there are no topics."""
        return self.thread_id if self.forum else None

    @property
    def anonymous_admin(self) -> bool:
        """Whether an administrator speaks in the group's name."""
        return self.speaks_as is not None and self.speaks_as == self.chat_id

    @property
    def actor_id(self) -> int:
        """Who acts, for the audit log: an anonymous administrator is known by the group's id."""
        return self.chat_id if self.anonymous_admin else self.sender.user_id


def room_of(group: Group | None, *, public: bool) -> Room | None:
    """The room of a shop in which somebody acts; a channel is none, and there's none in private."""
    if group is None or group.is_channel:
        return None
    return Room(group.chat_id, public or group.linked)
