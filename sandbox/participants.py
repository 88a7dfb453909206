"""What people do in chats besides writing: join, leave, add, promote, remove, restrict, hand over, pin, vote."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sandbox.accounts import ANONYMOUS, User
from sandbox.chats import OWNER_RIGHTS, Chat, Rights
from sandbox.errors import CannotDoError
from sandbox.messages import Message
from sandbox.permissions import Permissions
from sandbox.text import typed
from sandbox.topics import GENERAL, Topic

if TYPE_CHECKING:
    from sandbox.world import World


@dataclass(eq=False, slots=True)
class Participant(User):
    """Someone who takes part in chats. Each act raises CannotDoError if their app wouldn't allow it."""

    world: "World" = field(kw_only=True, repr=False)

    def adds(self, who: User, chat: Chat, rights: Rights | None = None) -> None:
        """Adds a bot or a person to a chat, as an administrator if `rights` are given."""
        self._must_be_in(chat)
        banned = chat.bans(who) and not who.is_bot
        if not chat.allows(self, "can_invite_users") or (banned and not chat.may(self, "can_restrict_members")):
            raise CannotDoError(f"{self.name} can't add {who.name} to {chat.title}")
        self.world.membership.add(chat, self, who, rights)

    def promotes(self, who: User, chat: Chat, rights: Rights | None, title: str | None = None) -> None:
        """Makes someone an administrator with these rights; None makes them a plain member again.

        Creators may promote themselves only to become anonymous or visible. They stay creators.
        """
        if not chat.may(self, "can_promote_members"):
            raise CannotDoError(f"{self.name} can't promote members of {chat.title}")
        if who is not self or who is not chat.creator():
            self._must_outrank(who, chat)
        self.world.membership.promote(chat, self, who, rights, title)

    def hands_over(self, chat: Chat, to: User, keeps: Rights | None = OWNER_RIGHTS) -> None:
        """Makes a member the creator of their supergroup or channel.

        They keep the rights `keeps`; None makes them a member.
        """
        if chat.creator() is not self or chat.kind == "group":
            raise CannotDoError(f"{self.name} can't hand over {chat.title}")
        if to is self or to.is_bot or not chat.has(to):
            raise CannotDoError(f"{to.name} can't own {chat.title}")
        self.world.membership.hand_over(chat, self, to, keeps)

    def removes(self, who: User, chat: Chat) -> None:
        """Removes and bans someone, who then can't come back by themselves. Also bans people who aren't in the chat."""
        self._may_restrict(chat)
        self._must_outrank(who, chat)
        self.world.membership.remove(chat, self, who)

    def unbans(self, who: User, chat: Chat) -> None:
        """Lifts a ban. The person stays outside, and may join again."""
        self._may_restrict(chat)
        self.world.membership.unban(chat, self, who)

    def restricts(self, who: User, chat: Chat, permissions: Permissions | None) -> None:
        """Limits what one person may do in a supergroup; None takes that back."""
        self._may_restrict(chat)
        if chat.kind != "supergroup" or chat.is_administrator(who) or chat.bans(who):
            raise CannotDoError(f"{who.name} can't be restricted in {chat.title}")
        self.world.membership.restrict(chat, self, who, permissions)

    def sets_permissions(self, chat: Chat, permissions: Permissions) -> None:
        """Sets the permissions of all who aren't administrators of a group. Bots aren't told."""
        self._may_restrict(chat)
        if not chat.is_group:
            raise CannotDoError(f"{chat.title} has no permissions")
        chat.permissions = permissions

    def hides_members(self, chat: Chat, hidden: bool = True) -> None:
        """Shows the members of a supergroup only to its administrators, or to all members again."""
        self._may_restrict(chat)
        if chat.kind != "supergroup":
            raise CannotDoError(f"{chat.title} can't hide its members")
        chat.members_hidden = hidden

    def joins(self, chat: Chat, link: str | None = None) -> None:
        """Joins by themselves, through an invite link if one is given."""
        self.world.membership.join(chat, self, link)

    def leaves(self, chat: Chat) -> None:
        """Leaves the chat."""
        self._must_be_in(chat)
        self.world.membership.leave(chat, self)

    def makes_forum(self, chat: Chat, on: bool = True) -> None:
        """Turns the topics of a supergroup on, or off again."""
        if not chat.may(self, "can_change_info"):
            raise CannotDoError(f"{self.name} can't change {chat.title}")
        if on:
            self.world.topics.turn_on(chat)
        else:
            self.world.topics.turn_off(chat)

    def makes_topic(self, chat: Chat, name: str) -> Topic:
        """Makes a topic in a forum."""
        if not chat.is_forum or not chat.allows(self, "can_manage_topics"):
            raise CannotDoError(f"{self.name} can't make topics in {chat.title}")
        return self.world.topics.create(chat, self, name)

    def renames_topic(self, chat: Chat, topic: Topic, name: str) -> None:
        """Gives a topic another name."""
        self._must_manage(chat, topic)
        self.world.topics.rename(chat, self, topic, name)

    def closes_topic(self, chat: Chat, topic: Topic, closed: bool = True) -> None:
        """Closes a topic to all who can't manage topics, or reopens it."""
        self._must_manage(chat, topic)
        self.world.topics.close(chat, self, topic, closed=closed)

    def hides_general(self, chat: Chat, hidden: bool = True) -> None:
        """Hides General, which closes it, or shows it again."""
        self._must_manage(chat, chat.topics[GENERAL])
        self.world.topics.hide(chat, self, hidden=hidden)

    def deletes_topic(self, chat: Chat, topic: Topic) -> None:
        """Deletes a topic with all its messages; bots aren't told."""
        if topic.is_general or not chat.may(self, "can_delete_messages"):
            raise CannotDoError(f"{self.name} can't delete {topic.name}")
        self.world.topics.delete(chat, topic)

    def _must_manage(self, chat: Chat, topic: Topic) -> None:
        if not chat.may(self, "can_manage_topics") and topic.maker is not self:
            raise CannotDoError(f"{self.name} can't manage {topic.name}")

    def takes_username(self, username: str | None) -> None:
        """Changes their @username to a free one; None removes it."""
        own = (self.username or "").lower()
        if username is not None and username.lower() != own and self.world.is_taken(username):
            raise CannotDoError("USERNAME_OCCUPIED")
        self.username = username

    def pins(self, message: Message, *, pinned: bool = True) -> None:
        """Pins a message of their chat, or unpins it. Raises CannotDoError: no such right, or a service message."""
        chat = message.chat
        allowed = (
            chat.may(self, "can_edit_messages") if chat.kind == "channel" else chat.allows(self, "can_pin_messages")
        )
        if message.service or message.is_ephemeral or not chat.has(self) or not allowed:
            raise CannotDoError(f"{self.name} can't pin {message!r}")
        sender, sender_chat = self._sender_in(chat)
        if pinned:
            self.world.delivery.pin(message, sender=sender, sender_chat=sender_chat)
        else:
            self.world.delivery.unpin(message)

    def votes(self, message: Message, *options: str | int) -> None:
        """Votes in a poll for options, by text or by place from 0. Without options the vote is taken back.

        Raises CannotDoError: they don't see the poll, it is closed, or it doesn't allow this vote.
        """
        if message.is_ephemeral or not message.chat.has(self) or not message.visible_to(self):
            raise CannotDoError("Can't access the chat")
        _, speaks_for = self._sender_in(message.chat)
        self.world.polls.vote(self, message, options, speaks_for)

    def adds_option(self, message: Message, text: str) -> None:
        """Adds an option to a poll that allows it. Raises CannotDoError."""
        if not message.chat.has(self) or not message.visible_to(self):
            raise CannotDoError("Can't access the chat")
        self.world.polls.add_option(self, message, typed(text))

    def _sender_in(self, chat: Chat) -> tuple[User, Chat | None]:
        """The sender of their messages. An anonymous administrator's messages come from the group."""
        member = chat.member(self)
        anonymous = member is not None and member.rights is not None and member.rights.is_anonymous
        return (ANONYMOUS, chat) if anonymous else (self, None)

    def _must_be_in(self, chat: Chat) -> None:
        if not chat.has(self):
            raise CannotDoError(f"{self.name} isn't in {chat.title}")

    def _may_restrict(self, chat: Chat) -> None:
        if not chat.may(self, "can_restrict_members"):
            raise CannotDoError(f"{self.name} can't restrict members of {chat.title}")

    def _must_outrank(self, who: User, chat: Chat) -> None:
        """Refuse to change a creator.

        An administrator can be changed only by the creator and by whoever promoted them.
        """
        member = chat.member(who)
        if chat.creator() is self or member is None or not chat.is_administrator(who):
            return
        if member.status == "creator" or member.promoted_by != self.id:
            raise CannotDoError(f"{self.name} can't change {who.name} in {chat.title}")
