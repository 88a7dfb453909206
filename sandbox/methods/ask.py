"""One call of one bot."""

from dataclasses import dataclass
from typing import Any

from sandbox.accounts import Bot
from sandbox.chats import Chat
from sandbox.checks import Upload
from sandbox.errors import bad
from sandbox.messages import Message
from sandbox.world import World


@dataclass(slots=True)
class Ask:
    """One call: its checked parameters, and its uploaded files by field name."""

    world: World
    bot: Bot
    method: str
    params: dict[str, Any]
    uploads: dict[str, Upload]

    def get(self, name: str, default: Any = None) -> Any:
        """A parameter, or `default` if it wasn't given."""
        return self.params.get(name, default)

    def chat(self, *, write: bool = True) -> Chat:
        """The chat of `chat_id`, if this bot may use it; raises ApiError."""
        return self.world.reach(self.bot, self.params.get("chat_id"), write=write)

    def spend(self, chat: Chat, *, edit: bool = False) -> None:
        """Count this message or edit for the flood limits. Raises ApiError 429."""
        self.world.flood.spend(self.bot.id, chat.id, is_group=chat.is_group, only_minute=edit)

    def message(self, chat: Chat, missing: str) -> Message:
        """The message with `message_id`. Refuses with the words `missing` if there is none."""
        if "message_id" not in self.params:
            raise bad("message identifier is not specified")
        found = chat.by_id.get(self.params["message_id"])
        if found is None or found.deleted:
            raise bad(missing)
        return found

    def need(self, chat: Chat, right: str, refusal: str) -> None:
        """Refuse if this bot lacks an administrator's right in a group or channel."""
        if chat.kind != "private" and not chat.may(self.bot, right):
            raise bad(refusal)
