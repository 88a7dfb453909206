"""Where staff read of their acts, so that those messages say so when an act is taken back.

It is kept in memory only, of all processes. After a restart such a message keeps its button, and who presses it hears
how it stands.
"""

from collections import OrderedDict
from typing import Any, NamedTuple

from bot.rules.words import Language
from bot.store.engine.peers import Peers
from bot.telegram.ask import Ask

TOLD = "told"
"""The word that a message told of an act."""
UNTOLD = "untold"
MOST = 1000
"""Acts whose messages are remembered."""


class Told(NamedTuple):
    """A message by which a person was told something."""

    chat_id: int
    message_id: int | None
    """None if Telegram didn't tell it."""
    whisper_id: int | None = None
    """The number of the whisper, if it is one."""

    @property
    def whisper(self) -> bool:
        """Whether only its reader sees it."""
        return self.whisper_id is not None

    @property
    def number(self) -> int | None:
        """By which number it is edited."""
        return self.message_id if self.whisper_id is None else self.whisper_id


class ActMessage(NamedTuple):
    """A message that told of an act, or may have."""

    chat_id: int
    message_id: int
    reader: int | None = None
    """Who sees it, if it is a whisper. Then `message_id` is the number of the whisper."""


class ToldActs:
    """Remembers the messages that told of acts, by the entry of the audit log."""

    def __init__(self, peers: Peers) -> None:
        self._told: OrderedDict[int, tuple[ActMessage, Language]] = OrderedDict()
        self._acts: dict[ActMessage, int] = {}
        self._peers = peers
        peers.hear(TOLD, self._heard)
        peers.hear(UNTOLD, self._take)

    def remember(self, outcome: Any, where: ActMessage, language: Language) -> None:
        """What this message says now, and in which language. An outcome that reports an act has its `audit_id`."""
        self.take(self._acts.get(where))
        audit_id = getattr(outcome, "audit_id", None)
        if not isinstance(audit_id, int):
            return
        self._keep(audit_id, where, language)
        self._peers.tell(TOLD, [audit_id, *where, language])

    def take(self, audit_id: int | None) -> tuple[ActMessage, Language] | None:
        """The message that told of this act, and its language. It isn't remembered any more."""
        told = self._take(audit_id)
        if told is not None:
            self._peers.tell(UNTOLD, audit_id)
        return told

    def _heard(self, told: list[Any]) -> None:
        audit_id, chat_id, message_id, reader, language = told
        self._keep(int(audit_id), ActMessage(chat_id, message_id, reader), Language(language))

    def _keep(self, audit_id: int, where: ActMessage, language: Language) -> None:
        self._take(self._acts.get(where))
        self._take(audit_id)
        self._told[audit_id], self._acts[where] = (where, language), audit_id
        if len(self._told) > MOST:
            self._take(next(iter(self._told)))

    def _take(self, audit_id: int | None) -> tuple[ActMessage, Language] | None:
        told = self._told.pop(audit_id, None) if audit_id is not None else None
        if told is not None:
            del self._acts[told[0]]
        return told


def pressed_message(ask: Ask) -> ActMessage | None:
    """The private message or the whisper whose button was pressed. What the whole group sees isn't edited for one."""
    if ask.private and ask.panel_id is not None:
        return ActMessage(ask.chat_id, ask.panel_id)
    if ask.panel_ephemeral_id is not None:
        return ActMessage(ask.chat_id, ask.panel_ephemeral_id, ask.sender.user_id)
    return None
