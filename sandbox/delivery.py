"""Puts messages into chats, and tells the bots that are allowed to know of them.

Rules: https://core.telegram.org/bots/features#privacy-mode and https://core.telegram.org/bots/api#update.
"""

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from sandbox.accounts import TELEGRAM, Bot, User
from sandbox.chats import Chat, Member
from sandbox.commands import addressed_to
from sandbox.errors import CannotDoError
from sandbox.events import Event
from sandbox.messages import Message, NewMessage
from sandbox.presses import PRESS_LIFE, CallbackAnswer, Press
from sandbox.text import typed

if TYPE_CHECKING:
    from sandbox.world import World


class Delivery:
    """The only class that makes messages, edits, presses and updates about members."""

    def __init__(self, world: "World") -> None:
        self.world = world

    def post(self, chat: Chat, new: NewMessage) -> Message:
        """Add a message to a chat and deliver it."""
        number, ephemeral = self._next_ids(chat, ephemeral=new.only_for is not None)
        thread = _thread_of_reply(chat, new.reply_to) if new.reply_to is not None else {}
        message = Message(
            chat=chat,
            message_id=number,
            ephemeral_message_id=ephemeral,
            at=self.world.clock.now(),
            seq=self.world.next_seq(),
            keyboard_bot=(new.posted_by or new.via_bot) if new.markup is not None else None,
            **{one.name: getattr(new, one.name) for one in fields(new)} | {"extra": thread | new.extra},
        )
        if new.via_bot is not None and new.markup is not None:
            message.inline_message_id = self.world.inline.new_message_id(message)
        chat.messages.append(message)
        if ephemeral is None:
            chat.by_id[number] = message
        else:
            chat.ephemeral[ephemeral] = message
        self._tell_bots(message, edited=False)
        self._tell_board("message", message)
        if chat.kind == "channel" and chat.linked is not None and not message.service:
            self._forward_to_group(message, chat.linked)
        return message

    def post_text(self, chat: Chat, text: str, *, sender: User | None, sender_chat: Chat) -> Message:
        """Post a text that is typed in the name of a group or a channel."""
        return self.post(chat, NewMessage(sender=sender, sender_chat=sender_chat, content=typed(text)))

    def _forward_to_group(self, post: Message, group: Chat) -> None:
        """Make Telegram's automatic forward of a channel's post.

        It has the post's keyboard; a press there names the copy.
        """
        copy = NewMessage(
            sender=TELEGRAM,
            sender_chat=post.chat,
            content=post.content,
            file=post.file,
            poll=post.poll,
            body=post.body,
            markup=post.markup,
            preview=post.preview,
            extra={"is_automatic_forward": True, "forward_origin": post.origin()},
        )
        post.copy = self.post(group, copy)
        post.copy.keyboard_bot = post.keyboard_bot

    def _next_ids(self, chat: Chat, *, ephemeral: bool) -> tuple[int, int | None]:
        """The new message's id and ephemeral id.

        Supergroups and channels count their own; other chats share one counter.
        """
        if ephemeral:
            chat.last_ephemeral_id += 1
            return 0, chat.last_ephemeral_id
        if chat.kind in {"supergroup", "channel"}:
            chat.last_message_id += 1
            return chat.last_message_id, None
        return self.world.next_account_message_id(), None

    def mark_edited(self, message: Message, *, by_bot: Bot | None = None) -> None:
        """Date an edit of a message. Bots are told of it only if a person edited."""
        message.edit_date = int(self.world.clock.now())
        message.changed = self.world.next_seq()
        if by_bot is None:
            self._tell_bots(message, edited=True)
        self._tell_board("edit", message)
        copy = message.copy
        if copy is not None and not copy.deleted:
            copy.content, copy.file, copy.markup = message.content, message.file, message.markup
            copy.body = message.body
            copy.keyboard_bot, copy.preview = message.keyboard_bot, message.preview
            self.mark_edited(copy)

    def delete(self, message: Message) -> None:
        """Delete a message for everyone; bots aren't told."""
        message.deleted = True
        message.changed = self.world.next_seq()
        if message in message.chat.pinned:
            message.chat.pinned.remove(message)
        self._tell_board("delete", message)

    def pin(self, message: Message, *, sender: User | None, sender_chat: Chat | None) -> None:
        """Pin a message and post a service message about it. Of several pinned messages the newest is on top."""
        pinned = message.chat.pinned
        if message in pinned:
            pinned.remove(message)
        pinned.append(message)
        pinned.sort(key=lambda one: one.seq)
        told = {"pinned_message": message}
        self.post(message.chat, NewMessage(sender=sender, sender_chat=sender_chat, service=told))

    def unpin(self, message: Message) -> None:
        """Unpin a message; nobody is told."""
        if message in message.chat.pinned:
            message.chat.pinned.remove(message)

    def hide(self, message: Message, person: User) -> None:
        """Hide a message from one person, who is shown another message instead of it."""
        message.hidden_from.add(person.id)
        self.world.board.tell(Event("hide", message.chat, self.world.clock.now(), message, person))

    def _tell_board(self, kind: Any, message: Message) -> None:
        self.world.board.tell(Event(kind, message.chat, self.world.clock.now(), message, message.only_for))

    def _tell_bots(self, message: Message, *, edited: bool) -> None:
        if message.posted_by is not None:
            return
        post = "channel_post" if message.chat.kind == "channel" else "message"
        for bot in message.chat.bots():
            if _hears(bot, message):
                if message.sender is not None:
                    bot.met.add(message.sender.id)
                bot.queue.add(f"edited_{post}" if edited else post, message.json(bot))

    def member_changed(
        self, chat: Chat, by: User, before: Member, after: Member, *, how: dict[str, Any] | None = None
    ) -> None:
        """Tell bots of a new standing: the bot itself (my_chat_member) and administrator bots (chat_member).

        `how` holds the update's fields about the link by which someone joined.
        """
        payload: dict[str, Any] = {
            "chat": chat.json(),
            "from": by.json(),
            "date": int(self.world.clock.now()),
        } | (how or {})

        def written(viewer: Bot) -> dict[str, Any]:
            old, new = before.json(chat.kind, viewer), after.json(chat.kind, viewer)
            return payload | {"old_chat_member": old, "new_chat_member": new}

        if isinstance(after.user, Bot):
            after.user.queue.add("my_chat_member", written(after.user))
        for bot in chat.bots():
            if bot is not after.user and chat.is_administrator(bot):
                bot.queue.add("chat_member", written(bot))

    def press(self, person: User, chat: Chat, message: Message, data: str) -> Press:
        """Record a press on a button, and send it to the bot. A modified app can forge one."""
        bot = message.keyboard_bot or (message.sender if isinstance(message.sender, Bot) else None)
        if bot is None:
            raise CannotDoError("no bot put this message there")
        bot.met.add(person.id)
        seq = self.world.next_seq()
        press = Press(str(8_000_000_000_000 + seq), person, bot, message, data, self.world.clock.now(), seq)
        self.world.presses[press.id] = press
        payload = {
            "id": press.id,
            "from": person.json(),
            **_pressed_message(bot, chat, message),
            "chat_instance": str(chat.id * 7919 + 104_729),
            "data": data,
        }
        bot.queue.add("callback_query", payload, PRESS_LIFE)
        self.world.board.tell(Event("press", chat, press.at, message, person, press))
        return press

    def show_answer(self, press: Press, text: str, *, show_alert: bool, url: str | None) -> None:
        """Show a bot's answer to the person who pressed."""
        answer = CallbackAnswer(text, show_alert, url, self.world.clock.now(), self.world.next_seq())
        press.take(answer)
        where = press.message.chat
        self.world.board.tell(Event("answer", where, answer.at, press.message, press.person, press, answer))


def _pressed_message(bot: Bot, chat: Chat, message: Message) -> dict[str, Any]:
    """The fields of a press that name its message.

    For a message of inline mode that is only the id by which it is edited.
    """
    if message.inline_message_id is not None:
        return {"inline_message_id": message.inline_message_id}
    gone = message.deleted or message.chat is not chat
    return {"message": message.inaccessible() | {"chat": chat.json()} if gone else message.json(bot)}


def _thread_of_reply(chat: Chat, answered: Message) -> dict[str, Any]:
    """The thread fields of a reply: the answered message's thread, or in a supergroup a new thread under it."""
    if answered.thread is not None:
        topic = {"is_topic_message": True} if answered.extra.get("is_topic_message") else {}
        return {"message_thread_id": answered.thread} | topic
    first = chat.kind == "supergroup" and not chat.is_forum and answered.message_id
    return {"message_thread_id": answered.message_id} if first else {}


def _hears(bot: Bot, message: Message) -> bool:
    """Whether the bot may see the message: privacy mode allows it, or it is an ephemeral message to this bot."""
    if message.only_for is not None:
        return message.receiver is bot
    chat = message.chat
    if bot.reads_all or message.service or not chat.is_group or chat.is_administrator(bot):
        return True
    if message.via_bot is bot or (message.reply_to is not None and message.reply_to.sender is bot):
        return True
    return addressed_to(bot, message.content)
