"""Private chats, groups, supergroups and channels: their members and the members' rights."""

import dataclasses
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from sandbox.accounts import CHANNEL_BOT, Bot, User
from sandbox.links import InviteLink, JoinRequest
from sandbox.permissions import Permissions
from sandbox.topics import Topic

if TYPE_CHECKING:
    from sandbox.messages import Message
    from sandbox.world import World

ChatKind = Literal["private", "group", "supergroup", "channel"]
Status = Literal["creator", "administrator", "member", "restricted", "left", "kicked"]
INSIDE = frozenset({"creator", "administrator", "member"})
ONLY_CHANNELS = frozenset({"can_post_messages", "can_edit_messages", "can_manage_direct_messages"})
ONLY_GROUPS = frozenset({"can_pin_messages", "can_manage_tags", "can_manage_topics"})


@dataclass(frozen=True, kw_only=True)
class Rights:
    """An administrator's rights (https://core.telegram.org/bots/api#chatmemberadministrator)."""

    is_anonymous: bool = False
    can_manage_chat: bool = True
    can_delete_messages: bool = False
    can_manage_video_chats: bool = False
    can_restrict_members: bool = False
    can_promote_members: bool = False
    can_change_info: bool = False
    can_invite_users: bool = False
    can_post_stories: bool = False
    can_edit_stories: bool = False
    can_delete_stories: bool = False
    can_send_welcome_messages: bool = False
    can_post_messages: bool = False
    can_edit_messages: bool = False
    can_pin_messages: bool = False
    can_manage_topics: bool = False
    can_manage_direct_messages: bool = False
    can_manage_tags: bool = False

    @classmethod
    def full(cls) -> "Rights":
        """Every right; not anonymous."""
        every = {one.name: True for one in dataclasses.fields(cls)}
        return cls(**(every | {"is_anonymous": False}))

    def json(self, kind: ChatKind) -> dict[str, bool]:
        """The rights that this kind of chat has."""
        absent = ONLY_GROUPS if kind == "channel" else ONLY_CHANNELS
        return {name: value for name, value in dataclasses.asdict(self).items() if name not in absent}


BASIC_GROUP_RIGHTS = Rights(
    can_delete_messages=True,
    can_manage_video_chats=True,
    can_restrict_members=True,
    can_change_info=True,
    can_invite_users=True,
    can_pin_messages=True,
)
"""The rights of each administrator of a basic group. There Telegram stores only whether someone is an administrator."""

OWNER_RIGHTS = Rights.full()


@dataclass(slots=True, eq=False)
class Member:
    """Someone's standing in a chat.

    A restricted member has `permissions`; `is_member` says whether they are in the chat.
    """

    user: User
    status: Status
    rights: Rights | None = None
    promoted_by: int | None = None
    title: str | None = None
    permissions: Permissions | None = None
    is_member: bool = True
    tag: str = ""

    def copy(self) -> "Member":
        """A copy, to keep as an update's `old_chat_member`."""
        return dataclasses.replace(self)

    @property
    def standing(self) -> tuple[Any, ...]:
        """What bots are told when it changes. Who promoted the member isn't part of it."""
        return self.status, self.rights, self.title, self.permissions, self.is_member, self.tag

    @property
    def inside(self) -> bool:
        """Whether they are in the chat."""
        return self.status in INSIDE or (self.status == "restricted" and self.is_member)

    def may(self, right: str) -> bool:
        """Whether they have this administrator's right."""
        if self.status == "creator":
            return True
        return self.status == "administrator" and bool(getattr(self.rights, right))

    def json(self, kind: ChatKind, viewer: User | None) -> dict[str, Any]:
        """The Bot API's ChatMember."""
        written: dict[str, Any] = {"user": self.user.json(), "status": self.status}
        if self.status == "administrator" and self.rights is not None:
            written["can_be_edited"] = viewer is not None and viewer.id == self.promoted_by
            written |= self.rights.json(kind)
        elif self.status == "creator":
            written["is_anonymous"] = self.rights is not None and self.rights.is_anonymous
        elif self.status == "restricted" and self.permissions is not None:
            written |= {"is_member": self.is_member, "until_date": 0, **self.permissions.json()}
        elif self.status == "kicked":
            written["until_date"] = 0
        if self.title and self.status in {"creator", "administrator"}:
            written["custom_title"] = self.title
        if self.tag and self.status in {"member", "restricted"}:
            written["tag"] = self.tag
        return written


@dataclass(eq=False, slots=True)
class Chat:
    """A conversation. In a private chat `bot` and `person` are the two sides, and `id` is the person's id.

    A chat of two people has `person` and `other` instead of a `bot`; no bot sees it.
    """

    world: "World" = field(repr=False)
    id: int
    kind: ChatKind
    title: str
    username: str | None = None
    description: str = ""
    bot: Bot | None = field(default=None, repr=False)
    person: User | None = field(default=None, repr=False)
    other: User | None = field(default=None, repr=False)
    opened: bool = False
    members: dict[int, Member] = field(default_factory=dict, repr=False)
    messages: list["Message"] = field(default_factory=list, repr=False)
    by_id: dict[int, "Message"] = field(default_factory=dict, repr=False)
    ephemeral: dict[int, "Message"] = field(default_factory=dict, repr=False)
    pinned: list["Message"] = field(default_factory=list, repr=False)
    links: list[InviteLink] = field(default_factory=list, repr=False)
    requests: dict[int, JoinRequest] = field(default_factory=dict, repr=False)
    migrated_to: "Chat | None" = field(default=None, repr=False)
    linked: "Chat | None" = field(default=None, repr=False)
    permissions: Permissions = field(default_factory=Permissions, repr=False)
    members_hidden: bool = False
    """Whether only administrators of this supergroup can see its members."""
    departed: User | None = field(default=None, repr=False)
    """The creator who left; they are creator again if they come back."""
    heir: User | None = field(default=None, repr=False)
    """The administrator who becomes creator if the departed one stays away."""
    topics: dict[int, Topic] = field(default_factory=dict, repr=False)
    """A forum's topics by thread id, with General; empty in a chat that is no forum."""
    last_message_id: int = 0
    last_ephemeral_id: int = 0

    @property
    def is_group(self) -> bool:
        """Whether it is a basic group or a supergroup."""
        return self.kind in {"group", "supergroup"}

    @property
    def is_forum(self) -> bool:
        """Whether it is a supergroup with topics."""
        return bool(self.topics)

    def member(self, user: User) -> Member | None:
        """The user's standing; None if they were never in this chat."""
        return self.members.get(user.id)

    def has(self, user: User) -> bool:
        """Whether they are in the chat now."""
        if self.kind == "private":
            return user in {self.bot, self.person, self.other}
        found = self.members.get(user.id)
        return found is not None and found.inside

    def may(self, user: User, right: str) -> bool:
        """Whether they are an administrator with that right."""
        found = self.members.get(user.id)
        return found is not None and found.may(right)

    def is_administrator(self, user: User) -> bool:
        """Whether they are the creator or an administrator."""
        found = self.members.get(user.id)
        return found is not None and found.status in {"creator", "administrator"}

    def bans(self, user: User) -> bool:
        """Whether the user is banned: removed, and unable to come back by themselves."""
        found = self.members.get(user.id)
        return found is not None and found.status == "kicked"

    def shows(self, user: User) -> bool:
        """Whether the user can read it: as a member, as anybody if it is public, or with the channel it discusses."""
        if self.has(user):
            return True
        if self.kind == "private" or self.bans(user):
            return False
        return bool(self.username) or (self.is_group and self.linked is not None and self.linked.shows(user))

    def lets_write(self, user: User) -> bool:
        """Whether the user may write: as a member, or in the discussion group of a channel without joining it."""
        return self.has(user) or (self.is_group and self.linked is not None and self.shows(user))

    def allows(self, user: User, permission: str) -> bool:
        """Whether the user has this permission. All but administrators need it from chat and standing."""
        if self.kind == "private" or self.is_administrator(user):
            return True
        member = self.members.get(user.id)
        own = member.permissions if member is not None else None
        return bool(getattr(self.permissions, permission) and (own is None or getattr(own, permission)))

    def creator(self) -> User | None:
        """The owner; None if they left the chat or deleted their account."""
        return next((one.user for one in self.members.values() if one.status == "creator"), None)

    def bots(self) -> list[Bot]:
        """The bots that are in the chat."""
        if self.kind == "private":
            return [self.bot] if self.bot is not None else []
        return [one.user for one in self.members.values() if isinstance(one.user, Bot) and one.inside]

    def json(self) -> dict[str, Any]:
        """The Bot API's Chat."""
        if self.kind == "private":
            return self._private_json()
        written: dict[str, Any] = {"id": self.id, "title": self.title}
        if self.username:
            written["username"] = self.username
        if self.is_forum:
            written["is_forum"] = True
        return written | {"type": self.kind}

    def _private_json(self) -> dict[str, Any]:
        written: dict[str, Any] = {"id": self.id, "first_name": self.title}
        if self.person is not None and self.person.username:
            written["username"] = self.person.username
        return written | {"type": "private"}

    def speaks_in(self, group: "Chat", text: str) -> "Message":
        """Write in a group in the name of this channel."""
        return self.world.delivery.post_text(group, text, sender=CHANNEL_BOT, sender_chat=self)

    def posts(self, text: str) -> "Message":
        """Post in this channel. Telegram forwards the post to the linked group by itself."""
        return self.world.delivery.post_text(self, text, sender=None, sender_chat=self)
