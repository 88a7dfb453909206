"""Makes the `Ask` of an update before its handler runs: who speaks, where, in which community and language.

Most of it comes from caches.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from aiogram.types import User

from bot.clock import Clock
from bot.features.communities import Communities
from bot.rules.act import Sender
from bot.rules.fans import Room
from bot.rules.place import Place
from bot.rules.words import reader_language
from bot.telegram.ask import Ask, room_of
from bot.telegram.incoming import Incoming, Raw, must, part_in, text_in, whole_in

NAME_LENGTH = 64
"""Characters of a person's name that are kept. Telegram allows 64 for each of its two parts."""

Watch = Callable[[Place, Sender, datetime], Awaitable[None]]
"""(place, sender, at) → notes a press, to recognise presses that are too fast."""
ForgetTopic = Callable[[int], Awaitable[None]]
"""(chat id) → deletes the chosen topic of a group that is no forum any more."""


class WhoAsks:
    """Makes the `Ask` of each message and press. Messages of bots, and forwards from the channel, go no further."""

    def __init__(
        self,
        communities: Communities,
        clock: Clock,
        *,
        watch: Watch,
        forget_topic: ForgetTopic,
        meant_fast: frozenset[str],
    ) -> None:
        """`meant_fast` are prefixes of presses that fans are meant to make fast: they are no sign of a machine."""
        self._communities = communities
        self._clock = clock
        self._watch = watch
        self._forget_topic = forget_topic
        self._meant_fast = meant_fast

    async def __call__(self, update: Incoming) -> Ask | None:
        """The `Ask` of a message or press; None if nobody is to be answered.

        Raises:
            UnfitError: a field that is read isn't what the Bot API says.
        """
        if update.kind == "callback_query":
            return await self._of_press(update.raw, update.cause, update.received_at)
        return await self._of_message(update.raw, update.cause)

    async def _of_message(self, message: Raw, cause: str) -> Ask | None:
        user, chat = part_in(message, "from"), must(part_in(message, "chat"), "chat")
        chat_id, speaker = must(whole_in(chat, "id"), "chat"), part_in(message, "sender_chat")
        speaks_as = must(whole_in(speaker, "id"), "sender_chat") if speaker is not None else None
        if speaks_as is not None and message.get("is_automatic_forward"):
            await self._communities.linked(speaks_as, chat_id)
            return None
        if user is None or (user.get("is_bot") and speaks_as is None):
            return None
        message_id = whole_in(message, "message_id") or None
        return await self._ask(
            user,
            chat_id,
            datetime.fromtimestamp(must(whole_in(message, "date"), "date"), UTC),
            cause,
            chat_title=text_in(chat, "title") or "",
            public=text_in(chat, "username") is not None or _is_copy(part_in(message, "reply_to_message")),
            message_id=message_id,
            through_id=message_id,
            ephemeral_id=whole_in(message, "ephemeral_message_id"),
            speaks_as=speaks_as,
            spoken=message,
        )

    async def _of_press(self, press: Raw, cause: str, received_at: datetime) -> Ask:
        user, message = must(part_in(press, "from"), "from"), part_in(press, "message")
        chat = must(part_in(message, "chat"), "chat") if message is not None else None
        # A message that isn't available any more has the date 0, and says nothing of itself.
        under = message if message is not None and message.get("date") != 0 else None
        through_id = (whole_in(message, "message_id") or None) if message is not None else None
        ask = await self._ask(
            user,
            must(whole_in(user if chat is None else chat, "id"), "chat"),
            received_at,
            cause,
            press_id=must(text_in(press, "id"), "id"),
            through_id=through_id,
            public=chat is not None and (text_in(chat, "username") is not None or _is_copy(message)),
            panel_id=through_id if under is not None else None,
            panel_ephemeral_id=whole_in(under, "ephemeral_message_id") if under is not None else None,
            spoken=under,
        )
        prefix = (text_in(press, "data") or "").partition(":")[0]
        if ask.place is not None and prefix not in self._meant_fast:
            await self._watch(ask.place, ask.sender, received_at)
        return ask

    async def _ask(
        self, user: Raw, chat_id: int, at: datetime, cause: str, *, public: bool, spoken: Raw | None, **how: Any
    ) -> Ask:
        """`spoken` is the message, or the one whose button was pressed; None if that is no longer available."""
        group = await self._communities.group(chat_id) if chat_id < 0 else None
        forum = spoken is not None and bool((part_in(spoken, "chat") or {}).get("is_forum"))
        if group is not None and group.topic is not None and spoken is not None and not forum:
            await self._forget_topic(chat_id)
            self._communities.forget()
        sender = _sender_in(user, room_of(group, public=public))
        reader = await self._communities.reader(sender.user_id, private=chat_id > 0)
        place = reader.place if chat_id > 0 else group.place if group is not None else None
        return Ask(
            sender=sender,
            chat_id=chat_id,
            place=place,
            group=group,
            language=reader_language(reader.language, sender.language, place.language if place is not None else "en"),
            at=at,
            cause=cause,
            age=max(0.0, (self._clock.now() - at).total_seconds()),
            can_write=reader.can_write,
            dialogue=reader.dialogue,
            public=public,
            forum=forum,
            thread_id=_thread_of(spoken, linked=group is not None and group.linked) if spoken is not None else None,
            **how,
        )


def sender_of(user: User, room: Room | None = None) -> Sender:
    """A Telegram user, as aiogram's model, as a `Sender` with the room of the shop in which they act."""
    return _sender(user.id, user.full_name, user.username, user.language_code, room)


def _sender_in(user: Raw, room: Room | None) -> Sender:
    """A Telegram user, as JSON, as a `Sender` with the room of the shop in which they act."""
    first, last = must(text_in(user, "first_name"), "first_name"), text_in(user, "last_name")
    name = f"{first} {last}" if last else first
    return _sender(
        must(whole_in(user, "id"), "from"), name, text_in(user, "username"), text_in(user, "language_code"), room
    )


def _sender(user_id: int, name: str, username: str | None, language: str | None, room: Room | None) -> Sender:
    return Sender(
        user_id=user_id,
        name=" ".join(name.split())[:NAME_LENGTH],
        username=username.lower() if username else None,
        language=language,
        room=room,
    )


def _thread_of(message: Raw, *, linked: bool) -> int | None:
    """The topic of a message, or the thread of comments under a channel's post; None if it has neither.

    In groups without topics a reply has the thread id of the first message that was replied to. That is no thread to
    send into.
    """
    if _is_copy(message):
        return whole_in(message, "message_id")
    comments = linked or _is_copy(part_in(message, "reply_to_message"))
    return whole_in(message, "message_thread_id") if message.get("is_topic_message") or comments else None


def _is_copy(message: Raw | None) -> bool:
    """Whether it is the copy of a channel's post in the discussion group, where every reader can press and comment."""
    return message is not None and bool(message.get("is_automatic_forward"))
