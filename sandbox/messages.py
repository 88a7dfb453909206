"""Messages and their inline keyboards, as people see them and as the Bot API writes them."""

from dataclasses import dataclass, field
from typing import Any

from sandbox.accounts import Bot, User
from sandbox.chats import Chat
from sandbox.files import StoredFile
from sandbox.polls import Poll
from sandbox.rich import button_rows, plain
from sandbox.text import Text

CHAT_KINDS = ("user", "bot", "group", "channel")


@dataclass(frozen=True, slots=True)
class Button:
    """A button of an inline keyboard."""

    text: str
    callback_data: str | None = None
    url: str | None = None
    copy_text: str | None = None
    disabled: bool = False
    style: str | None = None
    switch_inline_query: str | None = None
    switch_inline_query_current_chat: str | None = None
    chosen_chats: frozenset[str] = frozenset()
    """The kinds of chats that `switch_inline_query_chosen_chat` offers: user, bot, group, channel."""
    raw: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def read(cls, raw: dict[str, Any]) -> "Button":
        """A button from the Bot API's InlineKeyboardButton."""
        chosen = raw.get("switch_inline_query_chosen_chat")
        kinds = [one for one in CHAT_KINDS if chosen and chosen.get(f"allow_{one}_chats")]
        return cls(
            text=raw["text"],
            callback_data=raw.get("callback_data"),
            url=raw.get("url"),
            copy_text=raw.get("copy_text", {}).get("text"),
            disabled="disabled" in raw,
            style=raw.get("style"),
            switch_inline_query=raw.get("switch_inline_query", chosen.get("query", "") if chosen else None),
            switch_inline_query_current_chat=raw.get("switch_inline_query_current_chat"),
            chosen_chats=frozenset(kinds),
            raw=raw,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """A message before it is posted. Its fields are those of Message."""

    sender: User | None
    sender_chat: Chat | None = None
    content: Text = field(default_factory=Text)
    file: StoredFile | None = None
    poll: Poll | None = None
    body: dict[str, Any] = field(default_factory=dict)
    markup: dict[str, Any] | None = None
    preview: dict[str, Any] | None = None
    reply_to: "Message | None" = None
    only_for: User | None = None
    receiver: User | None = None
    posted_by: Bot | None = None
    via_bot: Bot | None = None
    lost: bool = False
    extra: dict[str, Any] = field(default_factory=dict)
    service: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Message:
    """One message. An ephemeral one has `message_id` 0, an `ephemeral_message_id` and `only_for`.

    `seq` is its place in the order of all events; `changed` is that of its last edit. `text` is the
    caption if there is a file. A message of inline mode has `via_bot`, and an `inline_message_id` if it has an inline
    keyboard.
    """

    chat: Chat
    message_id: int
    sender: User | None
    at: float
    seq: int
    content: Text = field(default_factory=Text)
    sender_chat: Chat | None = None
    ephemeral_message_id: int | None = None
    only_for: User | None = None
    receiver: User | None = None
    file: StoredFile | None = None
    poll: Poll | None = None
    body: dict[str, Any] = field(default_factory=dict)
    """Content that is neither text nor file nor poll, as the Bot API writes it: a location, a dice, a rich message."""
    reply_to: "Message | None" = None
    markup: dict[str, Any] | None = None
    posted_by: Bot | None = None
    keyboard_bot: Bot | None = None
    via_bot: Bot | None = None
    inline_message_id: str | None = None
    edit_date: int | None = None
    deleted: bool = False
    lost: bool = False
    extra: dict[str, Any] = field(default_factory=dict)
    service: dict[str, Any] = field(default_factory=dict)
    preview: dict[str, Any] | None = None
    hidden_from: set[int] = field(default_factory=set)
    reactions: dict[int, str] = field(default_factory=dict)
    copy: "Message | None" = field(default=None, repr=False)
    """The automatic forward of a channel's post in its linked group."""
    changed: int = 0

    def __post_init__(self) -> None:
        """A new message last changed when it was sent."""
        self.changed = self.changed or self.seq

    def __repr__(self) -> str:
        """A short form, for the output of a failing test."""
        who = self.sender.name if self.sender else self.chat.title
        number = self.message_id or f"e{self.ephemeral_message_id}"
        return f"<Message {number} in {self.chat.title!r} of {who}: {self.text[:60]!r}>"

    @property
    def date(self) -> int:
        """When it was sent, in whole epoch seconds, as the Bot API writes it."""
        return int(self.at)

    @property
    def text(self) -> str:
        """The plain text, a file's caption, or the words of a rich message."""
        return plain(self.body["rich_message"]) if "rich_message" in self.body else self.content.plain

    @property
    def html(self) -> str:
        """The text with its formatting, as Telegram's HTML."""
        return self.content.html

    @property
    def entities(self) -> list[dict[str, Any]]:
        """The Bot API's MessageEntity list."""
        return self.content.entities_json(self.chat.world.user_json)

    @property
    def keyboard(self) -> list[list[Button]]:
        """The inline keyboard's rows; empty without one."""
        rows = (self.markup or {}).get("inline_keyboard", [])
        return [[Button.read(one) for one in row] for row in rows]

    @property
    def buttons(self) -> list[Button]:
        """All buttons, row by row: those in a rich message, then those of the inline keyboard."""
        inside = button_rows(self.body["rich_message"]) if "rich_message" in self.body else []
        return [Button.read(one) for row in inside for one in row] + [one for row in self.keyboard for one in row]

    @property
    def is_ephemeral(self) -> bool:
        """Whether only one person sees it."""
        return self.ephemeral_message_id is not None

    def visible_to(self, person: User) -> bool:
        """Whether this member of the chat can see it now."""
        if self.deleted or self.lost or person.id in self.hidden_from:
            return False
        return self.only_for is None or self.only_for is person

    def json(self, viewer: Bot | None, *, with_reply: bool = True) -> dict[str, Any]:
        """The Bot API's Message, with the file ids of the bot `viewer`."""
        written: dict[str, Any] = {"message_id": self.message_id}
        written |= self._sender_json()
        if self.ephemeral_message_id is not None:
            written["ephemeral_message_id"] = self.ephemeral_message_id
        if self.receiver is not None:
            written["receiver_user"] = self.receiver.json()
        written["date"] = self.date
        if self.edit_date is not None:
            written["edit_date"] = self.edit_date
        written["chat"] = self.chat.json()
        answered = self.reply_to or self._topic_start()
        if with_reply and answered is not None:
            written["reply_to_message"] = answered.json(viewer, with_reply=False)
        if self.via_bot is not None:
            written["via_bot"] = self.via_bot.json()
        written |= self.extra
        self._content_json(written, viewer)
        for name, value in self.service.items():
            written[name] = _service_json(value, viewer)
        if self.markup is not None and "inline_keyboard" in self.markup:
            written["reply_markup"] = self.markup
        return written

    def _sender_json(self) -> dict[str, Any]:
        """The fields that name the sender. Only supergroups show a member's tag or an administrator's title."""
        written: dict[str, Any] = {}
        if self.sender is not None:
            written["from"] = self.sender.json()
        if self.sender_chat is not None:
            written["sender_chat"] = self.sender_chat.json()
        elif self.sender is not None and self.chat.kind == "supergroup":
            member = self.chat.member(self.sender)
            tag = member.tag or member.title if member is not None else None
            written |= {"sender_tag": tag} if tag else {}
        return written

    def _content_json(self, written: dict[str, Any], viewer: Bot | None) -> None:
        entities = self.entities if self.content.entities else None
        if self.file is not None:
            written |= self.file.json(viewer)
            names = ("caption", "caption_entities")
        else:
            names = ("text", "entities")
        written |= self.body
        if self.poll is not None:
            written["poll"] = self.poll.json(knows=self.knows_answers(viewer), whole=True)
        if self.content.plain:
            written[names[0]] = self.content.plain
        if entities:
            written[names[1]] = entities
        if self.preview:
            written["link_preview_options"] = self.preview

    def knows_answers(self, bot: Bot | None) -> bool:
        """Whether a bot is shown an open quiz's answers: it sent the quiz itself, or has it in its private chat."""
        own = bot is not None and self.posted_by is bot and "forward_origin" not in self.extra
        return own or (bot is not None and self.chat.bot is bot)

    def _topic_start(self) -> "Message | None":
        """The service message that starts its topic.

        Telegram shows it as answered by each message there that answers nothing.
        """
        start = self.chat.by_id.get(self.thread or 0) if self.extra.get("is_topic_message") else None
        return start if start is not self else None

    @property
    def thread(self) -> int | None:
        """The id of its topic (None for General), or of the thread of comments that it starts or belongs to.

        A thread has the id of its first message: the copy of a channel's post, or a service message about a new topic.
        """
        if self.extra.get("is_automatic_forward"):
            return self.message_id
        number = self.extra.get("message_thread_id")
        return int(number) if number is not None else None

    def origin(self) -> dict[str, Any]:
        """The Bot API's MessageOrigin of a forward of this message; a forward of a forward keeps the first one."""
        if "forward_origin" in self.extra:
            return dict(self.extra["forward_origin"])
        if self.chat.kind == "channel":
            return {"type": "channel", "date": self.date, "chat": self.chat.json(), "message_id": self.message_id}
        if self.sender_chat is not None:
            return {"type": "chat", "date": self.date, "sender_chat": self.sender_chat.json()}
        if self.sender is None or getattr(self.sender, "hides_forwards", False):
            name = self.chat.title if self.sender is None else self.sender.name
            return {"type": "hidden_user", "date": self.date, "sender_user_name": name}
        return {"type": "user", "date": self.date, "sender_user": self.sender.json()}

    def inaccessible(self) -> dict[str, Any]:
        """The Bot API's InaccessibleMessage, for a message that was deleted."""
        return {"chat": self.chat.json(), "message_id": self.message_id, "date": 0}


def _service_json(value: Any, viewer: Bot | None) -> Any:
    """The content of a service message as JSON. A message inside is written without the message that it answers."""
    if isinstance(value, Message):
        return value.json(viewer, with_reply=False)
    if isinstance(value, dict):
        return {name: _service_json(one, viewer) for name, one in value.items()}
    return value
