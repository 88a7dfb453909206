"""Reactions to messages, and which bots hear of them.

Rules: https://core.telegram.org/bots/api#messagereactionupdated and #messagereactioncountupdated. Administrator bots
that asked for reactions are told who reacted how. In channels reactions are anonymous: there bots get counts, "with
delay up to a few minutes". Nobody is told of the reactions of bots.
"""

import asyncio
from typing import TYPE_CHECKING, Any

from sandbox.accounts import Bot, User
from sandbox.chats import Chat
from sandbox.checks import SCHEMA
from sandbox.errors import CannotDoError
from sandbox.events import Event
from sandbox.messages import Message

if TYPE_CHECKING:
    from sandbox.world import World

COUNT_DELAY = 60.0
"""After how many seconds a count is told. All reactions until then are told together."""
EMOJI = frozenset(SCHEMA["objects"]["ReactionTypeEmoji"]["emoji"]["type"]["is"])
VARIATION_SELECTOR = "\ufe0f"
"""Unicode's request for the coloured form of a sign. Apps write it; Telegram's list of reactions leaves it out."""


class Reactions:
    """Sets reactions, and tells bots of them."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self._due: dict[Message, float] = {}
        world.clock.on_change(self._tell_counts)

    def of_person(self, person: User, message: Message, emoji: str | None, *, anonymous: bool = False) -> None:
        """Set a person's reaction; None takes it back. Raises CannotDoError if their app doesn't allow it."""
        chat = message.chat
        emoji = emoji.replace(VARIATION_SELECTOR, "") if emoji else None
        if not chat.has(person) or not message.visible_to(person) or message.is_ephemeral or message.service:
            raise CannotDoError(f"{person.name} can't react to {message!r}")
        if emoji is not None and not chat.allows(person, "can_react_to_messages"):
            raise CannotDoError(f"{person.name} may not react in {chat.title}")
        if emoji is not None and emoji not in EMOJI:
            raise CannotDoError(f"{emoji!r} is no reaction")
        before = message.reactions.get(person.id)
        if before == emoji:
            return
        self._put(person, message, emoji)
        if chat.kind == "channel":
            self._count_later(message)
            return
        payload = {
            "chat": chat.json(),
            "message_id": message.message_id,
            **({"actor_chat": chat.json()} if anonymous else {"user": person.json()}),
            "date": int(self.world.clock.now()),
            "old_reaction": _types(before),
            "new_reaction": _types(emoji),
        }
        self._tell_bots(chat, "message_reaction", payload)

    def of_bot(self, bot: Bot, message: Message, reaction: str | None) -> None:
        """Set a bot's reaction, of which it has at most one."""
        if message.reactions.get(bot.id) != reaction:
            self._put(bot, message, reaction)

    def _put(self, who: User, message: Message, reaction: str | None) -> None:
        message.reactions.pop(who.id, None)
        if reaction is not None:
            message.reactions[who.id] = reaction
        self.world.board.tell(Event("reaction", message.chat, self.world.clock.now(), message, who))

    @staticmethod
    def _tell_bots(chat: Chat, kind: str, payload: dict[str, Any]) -> None:
        for bot in chat.bots():
            if chat.kind == "private" or chat.is_administrator(bot):
                bot.queue.add(kind, payload)

    def _count_later(self, message: Message) -> None:
        self._due.setdefault(message, self.world.clock.now() + COUNT_DELAY)
        asyncio.get_running_loop().call_later(COUNT_DELAY, self._tell_counts)

    def _tell_counts(self) -> None:
        """Tell the counts that are due, by the running time or because a test moved it."""
        now = self.world.clock.now()
        for message in [one for one, due in self._due.items() if due <= now + 0.001]:
            del self._due[message]
            counts: dict[str, int] = {}
            for emoji in message.reactions.values():
                counts[emoji] = counts.get(emoji, 0) + 1
            payload = {
                "chat": message.chat.json(),
                "message_id": message.message_id,
                "date": int(now),
                "reactions": [{"type": _types(emoji)[0], "total_count": count} for emoji, count in counts.items()],
            }
            self._tell_bots(message.chat, "message_reaction_count", payload)


def _types(reaction: str | None) -> list[dict[str, str]]:
    """The Bot API's list of ReactionType."""
    if reaction is None:
        return []
    if reaction.isdigit():
        return [{"type": "custom_emoji", "custom_emoji_id": reaction}]
    return [{"type": "emoji", "emoji": reaction}]
