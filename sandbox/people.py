"""People: a test lets them do what their apps allow."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.accounts import ANONYMOUS, Bot, User
from sandbox.chats import Chat, Member
from sandbox.commands import ephemeral_command_for
from sandbox.errors import CannotDoError
from sandbox.files import Document, FileKind
from sandbox.forums import may_write, topic_of
from sandbox.inline import InlineQuery
from sandbox.links import START_PAYLOAD, read_link
from sandbox.messages import Button, Message, NewMessage
from sandbox.participants import Participant
from sandbox.presses import Press
from sandbox.text import MAX_TEXT, Text, slug, typed
from sandbox.topics import Topic, thread_fields

FEWEST_IN_ALBUM, MOST_IN_ALBUM = 2, 10
NEEDED: dict[str, str] = {
    "document": "can_send_documents",
    "photo": "can_send_photos",
    "video": "can_send_videos",
    "animation": "can_send_other_messages",
    "audio": "can_send_audios",
    "voice": "can_send_voice_notes",
    "video_note": "can_send_video_notes",
    "sticker": "can_send_other_messages",
}
"""Which permission each kind of file needs."""


@dataclass(eq=False, slots=True)
class Person(Participant):
    """Someone with an app. Every act is synchronous, and bots are told of it at once."""

    deactivated: bool = False
    hides_forwards: bool = False
    """Whether forwards of their messages show only their name, without a link to them."""

    def chat_with(self, where: "Where") -> Chat:
        """The chat itself, or the private one with that bot or that person."""
        if isinstance(where, Chat):
            return where
        return self.world.private(where, self) if isinstance(where, Bot) else self.world.chat_between(self, where)

    def says(
        self,
        where: "Where",
        text: str = "",
        *,
        reply_to: Message | None = None,
        document: Document | None = None,
        photo: Document | None = None,
        sent_as: FileKind = "document",
        mentions: Sequence[User] = (),
        topic: Topic | None = None,
    ) -> Message:
        """Writes a message. A command that a bot declared ephemeral is seen by nobody else.

        A `document` is sent as a file, or as a film, a GIF or music. The text is its caption.

        In a forum it is written in `topic`, else in the topic of the message that it answers, else in General.

        `mentions` are people whose names stand in the text, in this order. Each name becomes a mention by id.

        Raises CannotDoError: they aren't in the chat, may not write there, or haven't started the bot; ValueError: a
        name that isn't in the text, or a text that an app doesn't send.
        """
        permission = NEEDED[sent_as] if document else "can_send_photos" if photo else "can_send_messages"
        chat = self._chat_to_write_in(where, permission)
        content = _content(text, document or photo, mentions)
        extra = self._topic(chat, topic, reply_to)
        bot = ephemeral_command_for(chat, self, content) if self.world.knows_whispers else None
        if bot is not None:
            whisper = NewMessage(sender=self, content=content, only_for=self, receiver=bot, extra=extra)
            return self.world.delivery.post(chat, whisper)
        file = None
        if document is not None:
            file = self.world.store(sent_as, document)
        elif photo is not None:
            file = self.world.store("photo", photo)
        sender, sender_chat = self._sender_in(chat)
        said = NewMessage(
            sender=sender, sender_chat=sender_chat, content=content, reply_to=reply_to, file=file, extra=extra
        )
        return self.world.delivery.post(chat, said)

    def posts_album(
        self, where: "Where", *files: Document, caption: str = "", captioned: int = 0, as_files: bool = False
    ) -> list[Message]:
        """Sends 2 to 10 pictures as one album, or with `as_files` documents. The one at `captioned` has the caption.

        Raises CannotDoError as `says`; ValueError: too few files, or too many.
        """
        if not FEWEST_IN_ALBUM <= len(files) <= MOST_IN_ALBUM:
            raise ValueError("an album has 2 to 10 files")
        kind: FileKind = "document" if as_files else "photo"
        chat = self._chat_to_write_in(where, f"can_send_{kind}s")
        sender, sender_chat = self._sender_in(chat)
        group = {"media_group_id": self.world.next_album_id()}
        album = [
            NewMessage(
                sender=sender,
                sender_chat=sender_chat,
                content=_content(caption if place == captioned else "", file),
                file=self.world.store(kind, file),
                extra=group,
            )
            for place, file in enumerate(files)
        ]
        return [self.world.delivery.post(chat, one) for one in album]

    def _topic(self, chat: Chat, topic: Topic | None, reply_to: Message | None) -> dict[str, Any]:
        """The thread fields of a message. Raises CannotDoError: the topic is gone, or is closed to them."""
        if not chat.is_forum and topic is None:
            return {}
        found = topic_of(chat, topic.thread_id if topic else reply_to.thread if reply_to else None)
        if found is None:
            raise CannotDoError(f"{chat.title} has no such topic")
        if not may_write(chat, self, found):
            raise CannotDoError(f"{found.name} is closed")
        return thread_fields(found)

    def comments(self, post: Message, text: str, *, reply_to: Message | None = None) -> Message:
        """Comments on a channel's post or its copy, or answers a comment there. Nobody needs to join for that.

        Raises CannotDoError: the post has no comments, or they can't see it.
        """
        copy = post.copy or post
        if copy.thread != copy.message_id:
            raise CannotDoError(f"{post!r} takes no comments")
        return self.says(copy.chat, text, reply_to=reply_to or copy)

    def says_as_admin_anonymously(self, group: Chat, text: str, *, topic: Topic | None = None) -> Message:
        """Writes in the group's name; raises CannotDoError if they aren't an administrator."""
        if not group.is_administrator(self):
            raise CannotDoError(f"{self.name} isn't an administrator of {group.title}")
        extra = self._topic(group, topic, None)
        said = NewMessage(sender=ANONYMOUS, sender_chat=group, content=typed(text), extra=extra)
        return self.world.delivery.post(group, said)

    def _chat_to_write_in(self, where: "Where", permission: str) -> Chat:
        chat = self.chat_with(where)
        if chat.bot is not None and not (chat.opened and chat.members[self.id].inside):
            raise CannotDoError(f"{self.name} hasn't started, or blocked, {chat.bot.name}")
        if not chat.lets_write(self):
            raise CannotDoError(f"{self.name} isn't in {chat.title}")
        if chat.migrated_to is not None:
            raise CannotDoError(f"{chat.title} was upgraded; write in the supergroup")
        if chat.kind == "channel":
            raise CannotDoError("people don't write in channels; let the channel post")
        if not chat.allows(self, permission):
            raise CannotDoError(f"{self.name} may not do that in {chat.title}: {permission}")
        return chat

    def forwards(self, message: Message, where: "Where") -> Message:
        """Forwards a message in their own name, without its keyboard. Its `forward_origin` names the first sender.

        Raises CannotDoError: they don't see it, it can't be forwarded, or they may not write there.
        """
        fixed = message.is_ephemeral or message.service or message.extra.get("has_protected_content")
        if fixed or not message.chat.shows(self) or not message.visible_to(self):
            raise CannotDoError(f"{self.name} can't forward {message!r}")
        chat = self._chat_to_write_in(where, "can_send_messages")
        sender, sender_chat = self._sender_in(chat)
        forward = NewMessage(
            sender=sender,
            sender_chat=sender_chat,
            content=message.content,
            file=message.file,
            poll=message.poll,
            body=message.body,
            via_bot=message.via_bot,
            extra={"forward_origin": message.origin()},
        )
        return self.world.delivery.post(chat, forward)

    def edits(self, message: Message, text: str) -> Message:
        """Changes the text of their own message."""
        if message.sender is not self or message.deleted or "forward_origin" in message.extra:
            raise CannotDoError(f"{self.name} can't edit that message")
        message.content = _content(text, None)
        self.world.delivery.mark_edited(message)
        return message

    def deletes(self, message: Message) -> None:
        """Deletes a message for everyone; bots aren't told."""
        chat = message.chat
        if message.sender is not self and chat.kind != "private" and not chat.is_administrator(self):
            raise CannotDoError(f"{self.name} can't delete that message")
        self.world.delivery.delete(message)

    def asks_inline(self, bot: Bot, text: str, where: "Where", offset: str = "") -> InlineQuery:
        """Types `@bot text` in a chat; the bot need not be a member. `offset` asks for more of the list.

        Raises CannotDoError: they can't write there, or the bot has no inline mode.
        """
        return self.world.inline.ask(self, bot, self._chat_to_write_in(where, "can_send_other_messages"), text, offset)

    def switches(self, message: Message, label: str, where: "Where | None" = None) -> InlineQuery:
        """Taps a button that leads into inline mode, and picks the chat `where`; None picks this chat.

        Raises KeyError: no such button on what they see; CannotDoError: it doesn't lead into that kind of chat.
        """
        button = self._button(message, label)
        chat = message.chat if where is None else self.chat_with(where)
        text = button.switch_inline_query
        if button.switch_inline_query_current_chat is not None:
            text = button.switch_inline_query_current_chat
            chat = message.chat
        if text is None or message.keyboard_bot is None or button.disabled:
            raise KeyError(f"the button {button.text!r} doesn't lead into inline mode")
        if button.chosen_chats and chat_kind(chat) not in button.chosen_chats:
            raise CannotDoError(f"{button.text!r} doesn't offer {chat.title}")
        return self.asks_inline(message.keyboard_bot, text, chat)

    def chooses(self, query: InlineQuery, result_id: str) -> Message:
        """Sends a result of their list in their own name into the chat where they typed.

        Raises KeyError: no such result, or no answer yet.
        """
        if query.person is not self or query.answer is None:
            raise KeyError(f"{self.name} has no results before them")
        chat = self._chat_to_write_in(query.chat, "can_send_other_messages")
        sender, sender_chat = self._sender_in(chat)
        return self.world.inline.choose(query, query.answer.result(result_id), sender, sender_chat)

    def reacts(self, message: Message, emoji: str | None) -> None:
        """Sets their reaction; None takes it back. Administrator bots that asked for reactions are told.

        Raises CannotDoError: they don't see the message, it takes no reactions, or the emoji isn't one.
        """
        _, speaks_for = self._sender_in(message.chat)
        self.world.reactions.of_person(self, message, emoji, anonymous=speaks_for is not None)

    def starts(self, bot: Bot, payload: str = "") -> Message:
        """Opens the private chat, as `t.me/bot?start=payload` does. It also unblocks the bot."""
        if START_PAYLOAD.fullmatch(payload) is None:
            raise ValueError("a start payload has at most 64 characters, of A-Z, a-z, 0-9, _ and -")
        chat = self.world.private(bot, self)
        member = chat.members[self.id]
        if member.status == "kicked":
            self._set_private_status(chat, "member")
        chat.opened = True
        return self.says(bot, f"/start {payload}".strip())

    def opens(self, url: str) -> Chat:
        """Follows a link to Telegram and taps what the app then offers: *Start* for a bot, *Join* for a group.

        Raises CannotDoError: the link leads nowhere, or has expired.
        """
        link = read_link(url)
        if link is None:
            raise CannotDoError(f"{url} isn't a link of Telegram's")
        if link.invitation:
            chat = self.world.invited_to(link.invitation)
            if chat is None:
                raise CannotDoError("INVITE_HASH_EXPIRED")
            if not chat.has(self):
                self.joins(chat, link.invitation)
            return chat
        bot = self.world.bot_named(link.name)
        if bot is not None:
            if link.payload is not None:
                self.starts(bot, link.payload)
            return self.world.private(bot, self)
        found = self.world.find(f"@{link.name}")
        if found is None:
            raise CannotDoError(f"nobody is called @{link.name}")
        if not found.has(self):
            self.joins(found)
        return found

    def follows(self, message: Message, label: str) -> Chat:
        """Taps a button that is a link to Telegram. Raises KeyError: no such button; CannotDoError as `opens`."""
        button = self._button(message, label)
        if button.url is None:
            raise KeyError(f"the button {button.text!r} is no link")
        return self.opens(button.url)

    def blocks(self, bot: Bot) -> None:
        """Blocks the bot. The bot gets my_chat_member, and may not write any more."""
        self._set_private_status(self.world.private(bot, self), "kicked")

    def unblocks(self, bot: Bot) -> None:
        """Unblocks the bot without writing to it."""
        self._set_private_status(self.world.private(bot, self), "member")

    def _set_private_status(self, chat: Chat, status: Any) -> None:
        """Set the status of the bot in a private chat and tell the bot. The status is stored in the person's entry."""
        entry = chat.members[self.id]
        if entry.status == status or chat.bot is None:
            return
        before = Member(chat.bot, entry.status)
        entry.status = status
        self.world.delivery.member_changed(chat, self, before, Member(chat.bot, status))

    def presses(self, message: Message, label: str) -> Press:
        """Taps the button that `find_button` finds for this label.

        Raises KeyError: they see no such button now, or it is disabled, or it isn't a callback button.
        """
        button = self._button(message, label)
        if button.disabled or button.callback_data is None:
            raise KeyError(f"the button {button.text!r} can't be pressed")
        return self.world.delivery.press(self, message.chat, message, button.callback_data)

    def _button(self, message: Message, label: str) -> Button:
        self._must_see(message)
        return find_button(message, label)

    def _must_see(self, message: Message) -> None:
        if not message.chat.shows(self) or not message.visible_to(self):
            raise KeyError(f"{self.name} doesn't see {message!r}")

    def taps(self, message: Message, data: str) -> Press:
        """Taps the button that carries exactly this data; raises KeyError as `presses` does."""
        self._must_see(message)
        if not any(one.callback_data == data and not one.disabled for one in message.buttons):
            raise KeyError(f"no button with {data!r} on {message!r}")
        return self.world.delivery.press(self, message.chat, message, data)

    def forges(self, chat: Chat, message: Message, data: str) -> Press:
        """Presses a button that isn't there, as a modified app can: with any data, in any chat that they see."""
        if not chat.shows(self):
            raise CannotDoError(f"{self.name} isn't in {chat.title}")
        return self.world.delivery.press(self, chat, message, data)

    def sees(self, where: "Where") -> list[Message]:
        """The messages that they can see in that chat, in order, with ephemeral ones."""
        chat = self.chat_with(where)
        if not chat.shows(self):
            return []
        return [one for one in chat.messages if one.visible_to(self)]

    async def waits_for(
        self,
        where: "Where",
        fits: Callable[[Message], object],
        timeout: float = 5.0,  # noqa: ASYNC109 - reads as a test does
        after: Message | Press | None = None,
    ) -> Message:
        """Waits for the first message they see, sent or edited after `after`, that fits. Raises TimeoutError."""
        chat = self.chat_with(where)
        return await self.world.board.message(chat, self, fits, after.seq if after else 0, timeout)


Where = Chat | Bot | Person
"""A chat, or the private one with that bot or person."""


def chat_kind(chat: Chat) -> str:
    """The kind of a chat, as `switch_inline_query_chosen_chat` names it."""
    if chat.kind == "private":
        return "user" if chat.bot is None else "bot"
    return "channel" if chat.kind == "channel" else "group"


def find_button(message: Message, label: str) -> Button:
    """The button with that label; else one whose label contains it; else one whose data contains it.

    Raises KeyError.
    """
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


def _content(text: str, file: Document | None, mentions: Sequence[User] = ()) -> Text:
    content = typed(text, [(one.name, one.id) for one in mentions])
    if len(content.plain) > MAX_TEXT:
        raise ValueError("an app splits a text over 4096 characters; send it in pieces")
    if content.blank() and file is None:
        raise ValueError("an app sends no empty message")
    return content
