"""How staff name a person: by reply, by a mention that carries their id, or by the username that they hold now."""

import re
from dataclasses import dataclass

from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError, TelegramMigrateToChat
from aiogram.methods import GetChat, GetChatMember
from aiogram.types import Message, MessageEntity, MessageOriginUser, User

from bot.features.communities import Communities
from bot.flows.named_people import People
from bot.handlers.kit.forms import echo
from bot.rules.naming import Named, NameUnsure, NobodyCalled, NotAPerson, Unnamed, Whom
from bot.rules.place import SPEAKING_FOR_OTHERS
from bot.telegram.ask import Ask
from bot.telegram.who_asks import sender_of

REFUSED = (TelegramBadRequest, TelegramForbiddenError, TelegramMigrateToChat)
_USERNAME = re.compile(r"@([A-Za-z0-9_]{1,32})")
UTF_16 = 2
"""Bytes of one of the units in which Telegram counts."""


@dataclass(frozen=True, slots=True)
class Line:
    """What stands behind a command, without the name of who is mentioned in it."""

    words: str
    mentioned: User | None = None

    @classmethod
    def of(cls, message: Message, rest: str) -> "Line":
        """Read it; `rest` is the end of the message's text."""
        text = message.text or message.caption or ""
        begins = len(text.rstrip()) - len(rest)
        for entity in message.entities or message.caption_entities or ():
            if entity.type != "text_mention" or entity.user is None:
                continue
            units = text.encode("utf-16-le")
            before = units[: UTF_16 * entity.offset].decode("utf-16-le")
            after = units[UTF_16 * (entity.offset + entity.length) :].decode("utf-16-le")
            if len(before) >= begins:
                return cls(" ".join(f"{before[begins:]} {after}".split()), entity.user)
        return cls(rest)


def mention_in(text: str, person: User) -> MessageEntity:
    """The mention of a person whose name stands last in a text."""
    begins = text.rindex(person.first_name)
    units = [len(part.encode("utf-16-le")) // UTF_16 for part in (text[:begins], person.first_name)]
    return MessageEntity(type="text_mention", offset=units[0], length=units[1], user=person)


class Naming:
    """Finds out whom staff mean. Acts then go by the id."""

    def __init__(self, bot: Bot, communities: Communities, people: People) -> None:
        self._bot = bot
        self._communities = communities
        self._people = people

    async def whom(self, inside: Ask, message: Message, line: Line, said: str) -> Whom:
        """Whom a command means; `said` is the part of its line where a name stands, perhaps empty.

        Raises:
            HeldError, TelegramNetworkError, …: Telegram can't be asked now; the update is handled again.
        """
        if line.mentioned is not None:
            return _person(line.mentioned)
        if said.startswith("@"):
            found = _USERNAME.fullmatch(said)
            return await self._called(inside, found.group(1)) if found is not None else NobodyCalled(echo(said))
        if not said and message.reply_to_message is not None:
            return self._replied(message.reply_to_message, private=inside.private)
        return Unnamed(echo(said))

    async def _called(self, inside: Ask, username: str) -> Whom:
        """Who has the username in our rows may have given it up since: Telegram tells how they are called now."""
        shown = f"@{username}"
        user_id = await self._people.find_by_username(username.lower())
        if user_id is None:
            return NobodyCalled(shown)
        now = await self._look_up(inside, user_id)
        if now is None:
            return NameUnsure(shown)
        if (now.username or "").lower() != username.lower():
            await self._people.update_person(sender_of(now))
            return NobodyCalled(shown)
        return Named(user_id, shown)

    async def _look_up(self, inside: Ask, user_id: int) -> User | None:
        """A person as Telegram shows them now: as somebody of a room of this shop, else of our private chat."""
        for chat_id in await self._communities.rooms(inside.community):
            try:
                member = await self._bot(GetChatMember(chat_id=chat_id, user_id=user_id))
            except REFUSED:
                continue
            return member.user
        try:
            chat = await self._bot(GetChat(chat_id=user_id))
        except REFUSED:
            return None
        return User(
            id=chat.id,
            is_bot=False,
            first_name=chat.first_name or "",
            last_name=chat.last_name,
            username=chat.username,
        )

    def _replied(self, message: Message, *, private: bool) -> Whom:
        """Who wrote the message that a command answers.

        In private a forwarded message stands for who wrote it. In a group nobody can tell whether who wrote it or who
        sent it on is meant. What nobody wrote as an answer to it (a topic's beginning, the channel's post above a
        comment, somebody's coming) and the bot's own messages name nobody.
        """
        origin = message.forward_origin
        if private:
            return _person(origin.sender_user) if isinstance(origin, MessageOriginUser) else Unnamed("")
        writer = message.from_user
        above = message.is_automatic_forward or message.forum_topic_created
        told = message.new_chat_members or message.left_chat_member
        if origin is not None or above or told or writer is None or writer.id == self._bot.id:
            return Unnamed("")
        return NotAPerson() if message.sender_chat is not None else _person(writer)


def _person(user: User) -> Named | NotAPerson:
    if user.is_bot or user.id in SPEAKING_FOR_OTHERS:
        return NotAPerson()
    return Named(user.id, sender_of(user).name or "…")
