"""People: what a test lets them do, as their apps would."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.accounts import ANONYMOUS, Bot, User
from sandbox.chats import Chat, Member, Rights
from sandbox.commands import ephemeral_command_for
from sandbox.errors import CannotDoError
from sandbox.events import Event
from sandbox.files import Document
from sandbox.messages import Button, Message
from sandbox.presses import Press
from sandbox.text import MAX_TEXT, Text, slug, typed

if TYPE_CHECKING:
    from sandbox.world import World

START_PAYLOAD = 64


@dataclass(eq=False, slots=True)
class Person(User):
    """Someone with an app. Every act is synchronous and reaches the bots at once."""

    world: "World" = field(kw_only=True, repr=False)
    deactivated: bool = False

    def chat_with(self, where: Chat | Bot) -> Chat:
        """The chat itself, or the private one with that bot."""
        return where if isinstance(where, Chat) else self.world.private(where, self)

    def says(
        self,
        where: Chat | Bot,
        text: str = "",
        *,
        reply_to: Message | None = None,
        document: Document | None = None,
        photo: Document | None = None,
    ) -> Message:
        """Writes a message; a command that a bot declared ephemeral is seen by nobody else.

        Raises CannotDoError: they aren't in the chat, or haven't started the bot.
        """
        chat = self._writes_to(where)
        content = _content(text, document or photo)
        bot = ephemeral_command_for(chat, self, content)
        if bot is not None:
            return self.world.delivery.post(chat, sender=self, content=content, only_for=self, receiver=bot)
        file = None
        if document is not None:
            file = self.world.store("document", document)
        elif photo is not None:
            file = self.world.store("photo", photo)
        member = chat.member(self)
        if member is not None and member.rights is not None and member.rights.is_anonymous:
            return self.world.delivery.post(
                chat, sender=ANONYMOUS, sender_chat=chat, content=content, reply_to=reply_to, file=file
            )
        return self.world.delivery.post(chat, sender=self, content=content, reply_to=reply_to, file=file)

    def says_as_admin_anonymously(self, group: Chat, text: str) -> Message:
        """Writes in the group's name; raises CannotDoError if they aren't an administrator."""
        if not group.is_administrator(self):
            raise CannotDoError(f"{self.name} isn't an administrator of {group.title}")
        return self.world.delivery.post(group, sender=ANONYMOUS, sender_chat=group, typed=text)

    def _writes_to(self, where: Chat | Bot) -> Chat:
        chat = self.chat_with(where)
        if chat.kind == "private" and not (chat.opened and chat.members[self.id].inside):
            raise CannotDoError(f"{self.name} hasn't started, or blocked, {chat.bot.name if chat.bot else 'the bot'}")
        if not chat.has(self):
            raise CannotDoError(f"{self.name} isn't in {chat.title}")
        if chat.migrated_to is not None:
            raise CannotDoError(f"{chat.title} was upgraded; write in the supergroup")
        if chat.kind == "channel":
            raise CannotDoError("people don't write in channels; let the channel post")
        return chat

    def edits(self, message: Message, text: str) -> Message:
        """Changes the text of their own message."""
        if message.sender is not self or message.deleted:
            raise CannotDoError(f"{self.name} can't edit that message")
        message.content = _content(text, None)
        self.world.delivery.changed(message)
        return message

    def deletes(self, message: Message) -> None:
        """Deletes a message for everyone; bots aren't told."""
        chat = message.chat
        if message.sender is not self and chat.kind != "private" and not chat.is_administrator(self):
            raise CannotDoError(f"{self.name} can't delete that message")
        self.world.delivery.delete(message)

    def reacts(self, message: Message, emoji: str | None) -> None:
        """Sets their reaction, or takes it back with None; administrator bots that asked for it are told."""
        chat = message.chat
        before = message.reactions.pop(self.id, None)
        if emoji is not None:
            message.reactions[self.id] = emoji
        payload = {
            "chat": chat.json(),
            "message_id": message.message_id,
            "user": self.json(),
            "date": int(self.world.clock.now()),
            "old_reaction": [{"type": "emoji", "emoji": before}] if before else [],
            "new_reaction": [{"type": "emoji", "emoji": emoji}] if emoji else [],
        }
        for bot in chat.bots():
            if chat.kind == "private" or chat.is_administrator(bot):
                bot.queue.add("message_reaction", payload)
        self.world.board.tell(Event("reaction", chat, self.world.clock.now(), message, self))

    def starts(self, bot: Bot, payload: str = "") -> Message:
        """Opens the private chat, as `t.me/bot?start=payload` does; also takes back a block."""
        if len(payload) > START_PAYLOAD:
            raise ValueError("a start payload has at most 64 characters")
        chat = self.world.private(bot, self)
        member = chat.members[self.id]
        if member.status == "kicked":
            self._private_status(chat, "member")
        chat.opened = True
        return self.says(bot, f"/start {payload}".strip())

    def blocks(self, bot: Bot) -> None:
        """Stops the bot; it gets my_chat_member and may not write any more."""
        self._private_status(self.world.private(bot, self), "kicked")

    def unblocks(self, bot: Bot) -> None:
        """Takes a block back without writing."""
        self._private_status(self.world.private(bot, self), "member")

    def _private_status(self, chat: Chat, status: Any) -> None:
        """In a private chat the person's entry holds what the bot is to them, as my_chat_member reports it."""
        entry = chat.members[self.id]
        if entry.status == status or chat.bot is None:
            return
        before = Member(chat.bot, entry.status)
        entry.status = status
        self.world.delivery.member_changed(chat, self, before, Member(chat.bot, status))

    def adds(self, who: User, chat: Chat, rights: Rights | None = None) -> None:
        """Adds a bot or a person to a chat, as an administrator if `rights` are given."""
        self._must_be_in(chat)
        self.world.membership.add(chat, self, who, rights)

    def promotes(self, who: User, chat: Chat, rights: Rights | None, title: str | None = None) -> None:
        """Makes someone an administrator with these rights; None makes them a plain member again."""
        if not chat.may(self, "can_promote_members"):
            raise CannotDoError(f"{self.name} can't promote members of {chat.title}")
        self.world.membership.promote(chat, self, who, rights, title)

    def removes(self, who: User, chat: Chat) -> None:
        """Removes someone, who can't come back by themselves."""
        if not chat.may(self, "can_restrict_members"):
            raise CannotDoError(f"{self.name} can't remove members of {chat.title}")
        self.world.membership.remove(chat, self, who)

    def joins(self, chat: Chat, link: str | None = None) -> None:
        """Joins by themselves, through an invite link if one is given."""
        self.world.membership.join(chat, self, link)

    def leaves(self, chat: Chat) -> None:
        """Leaves the chat."""
        self._must_be_in(chat)
        self.world.membership.leave(chat, self)

    def _must_be_in(self, chat: Chat) -> None:
        if not chat.has(self):
            raise CannotDoError(f"{self.name} isn't in {chat.title}")

    def presses(self, message: Message, label: str) -> Press:
        """Taps the button with that label, or whose label or data contains it.

        Raises KeyError: no such button on what they see now, or it is disabled or isn't a callback button.
        """
        if not message.chat.has(self) or not message.visible_to(self):
            raise KeyError(f"{self.name} doesn't see {message!r}")
        button = find_button(message, label)
        if button.disabled or button.callback_data is None:
            raise KeyError(f"the button {button.text!r} can't be pressed")
        return self.world.delivery.press(self, message.chat, message, button.callback_data)

    def taps(self, message: Message, data: str) -> Press:
        """Taps the button that carries exactly this data; raises KeyError as `presses` does."""
        if not message.chat.has(self) or not message.visible_to(self):
            raise KeyError(f"{self.name} doesn't see {message!r}")
        if not any(one.callback_data == data and not one.disabled for one in message.buttons):
            raise KeyError(f"no button with {data!r} on {message!r}")
        return self.world.delivery.press(self, message.chat, message, data)

    def forges(self, chat: Chat, message: Message, data: str) -> Press:
        """A modified app presses a button that isn't there, with any data, in any chat of theirs."""
        self._must_be_in(chat)
        return self.world.delivery.press(self, chat, message, data)

    def sees(self, where: Chat | Bot) -> list[Message]:
        """What is on their screen in that chat, in order, ephemeral messages included."""
        chat = self.chat_with(where)
        if not chat.has(self):
            return []
        return [one for one in chat.messages if one.visible_to(self)]

    async def waits_for(
        self,
        where: Chat | Bot,
        fits: Callable[[Message], object],
        timeout: float = 5.0,  # noqa: ASYNC109 - reads as a test does
        after: Message | Press | None = None,
    ) -> Message:
        """The first message they see, sent or edited after `after`, that fits; raises TimeoutError."""
        chat = self.chat_with(where)
        return await self.world.board.message(chat, self, fits, after.seq if after else 0, timeout)


def find_button(message: Message, label: str) -> Button:
    """The button with that label; else one whose label, else whose data, contains it. Raises KeyError."""
    wanted = slug(label)
    buttons = message.buttons
    tests: tuple[Callable[[Button], bool], ...] = (
        lambda one: slug(one.text) == wanted,
        lambda one: wanted in slug(one.text),
        lambda one: label in (one.callback_data or ""),
    )
    for test in tests:
        for button in buttons:
            if test(button):
                return button
    raise KeyError(f"no button {label!r} among {[one.text for one in buttons]} on {message!r}")


def _content(text: str, file: Document | None) -> Text:
    content = typed(text)
    if len(content.plain) > MAX_TEXT:
        raise ValueError("an app splits a text over 4096 characters; send it in pieces")
    if content.blank() and file is None:
        raise ValueError("an app sends no empty message")
    return content
