"""Makes the `Ask` of an update before its handler runs: who speaks, where, in which community and language.

Most of it comes from caches.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from aiogram.types import CallbackQuery, InaccessibleMessage, Message, User

from bot.clock import Clock
from bot.features.communities import Communities
from bot.rules.act import Sender
from bot.rules.fans import Room
from bot.rules.place import Place
from bot.rules.words import reader_language
from bot.telegram.ask import Ask, room_of

NAME_LENGTH = 64
"""Characters of a person's name that are kept. Telegram allows 64 for each of its two parts."""

Watch = Callable[[Place, Sender, datetime], Awaitable[None]]
"""(place, sender, at) → notes a press, to recognise presses that are too fast."""
ForgetTopic = Callable[[int], Awaitable[None]]
"""(chat id) → deletes the chosen topic of a group that is no forum any more."""
Taker = Callable[[Any, dict[str, Any]], Awaitable[None]]


class WhoAsks:
    """Adds an `Ask` to each message and press. Messages of bots, and forwards from the channel, go no further."""

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

    async def __call__(self, taker: Taker, event: Message | CallbackQuery, data: dict[str, Any]) -> None:
        """Make the `Ask`, then call the handler `taker`."""
        if isinstance(event, Message):
            ask: Ask | None = await self._of_message(event, data["cause"])
        else:
            ask = await self._of_press(event, data["cause"], data["received_at"])
        if ask is not None:
            data["ask"] = ask
            await taker(event, data)

    async def _of_message(self, message: Message, cause: str) -> Ask | None:
        user = message.from_user
        if message.is_automatic_forward and message.sender_chat is not None:
            await self._communities.linked(message.sender_chat.id, message.chat.id)
            return None
        if user is None or (user.is_bot and message.sender_chat is None):
            return None
        return await self._ask(
            user,
            message.chat.id,
            message.date,
            cause,
            chat_title=message.chat.title or "",
            public=message.chat.username is not None or _is_copy(message.reply_to_message),
            message_id=message.message_id or None,
            through_id=message.message_id or None,
            ephemeral_id=message.ephemeral_message_id,
            speaks_as=message.sender_chat.id if message.sender_chat is not None else None,
            spoken=message,
        )

    async def _of_press(self, press: CallbackQuery, cause: str, received_at: datetime) -> Ask:
        chat_id = press.message.chat.id if press.message is not None else press.from_user.id
        under = press.message if not isinstance(press.message, InaccessibleMessage) else None
        ask = await self._ask(
            press.from_user,
            chat_id,
            received_at,
            cause,
            press_id=press.id,
            through_id=(press.message.message_id or None) if press.message is not None else None,
            public=press.message is not None and (press.message.chat.username is not None or _is_copy(press.message)),
            panel_id=(under.message_id or None) if under is not None else None,
            panel_ephemeral_id=under.ephemeral_message_id if under is not None else None,
            spoken=under,
        )
        if ask.place is not None and (press.data or "").partition(":")[0] not in self._meant_fast:
            await self._watch(ask.place, ask.sender, received_at)
        return ask

    async def _ask(
        self, user: User, chat_id: int, at: datetime, cause: str, *, public: bool, spoken: Message | None, **how: Any
    ) -> Ask:
        """`spoken` is the message, or the one whose button was pressed; None if that is no longer available."""
        group = await self._communities.group(chat_id) if chat_id < 0 else None
        forum = spoken is not None and bool(spoken.chat.is_forum)
        if group is not None and group.topic is not None and spoken is not None and not forum:
            await self._forget_topic(chat_id)
            self._communities.forget()
        reader = await self._communities.reader(user.id, private=chat_id > 0)
        place = reader.place if chat_id > 0 else group.place if group is not None else None
        return Ask(
            sender=sender_of(user, room_of(group, public=public)),
            chat_id=chat_id,
            place=place,
            group=group,
            language=reader_language(
                reader.language, user.language_code, place.language if place is not None else "en"
            ),
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
    """A Telegram user as a `Sender`, with the room of the shop in which they act."""
    return Sender(
        user_id=user.id,
        name=" ".join(user.full_name.split())[:NAME_LENGTH],
        username=user.username.lower() if user.username else None,
        language=user.language_code,
        room=room,
    )


def _thread_of(message: Message, *, linked: bool) -> int | None:
    """The topic of a message, or the thread of comments under a channel's post; None if it has neither.

    In groups without topics a reply has the thread id of the first message that was replied to. That is no thread to
    send into.
    """
    if _is_copy(message):
        return message.message_id
    comments = linked or _is_copy(message.reply_to_message)
    return message.message_thread_id if message.is_topic_message or comments else None


def _is_copy(message: Message | InaccessibleMessage | None) -> bool:
    """Whether it is the copy of a channel's post in the discussion group, where every reader can press and comment."""
    return bool(getattr(message, "is_automatic_forward", False))
