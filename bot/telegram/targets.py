"""The target of an answer: a person and the ways that are open. Also promises answers that can't leave now."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete
from sqlmodel import col

from bot.content import Said
from bot.rules.place import SPEAKING_FOR_OTHERS
from bot.store.engine.sessions import Tx
from bot.store.messages.outbox import Terms, promise
from bot.store.messages.payloads import Below, Tell, pack
from bot.store.tables import Outbox
from bot.store.tables.messages import OutboxState
from bot.telegram.ask import Ask

EPHEMERAL_WINDOW = 14.0
"""Seconds after a press or an ephemeral command in which a bot that is no administrator may whisper.

Telegram allows 15; one is left for the way."""
TOLD_WITHIN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Target:
    """The person to tell, and the ways by which they can be told."""

    user_id: int
    chat_id: int
    whisper: bool
    """Whether an ephemeral message may be tried."""
    can_write: bool
    press_id: str | None = None
    ephemeral_id: int | None = None
    reply_to: int | None = None
    thread_id: int | None = None
    """The topic or the thread of comments in which they asked."""
    aloud: bool = True
    """Whether a short-lived reply in the group is allowed if nothing quieter works."""

    @property
    def private(self) -> bool:
        """Whether the chat is the person's own."""
        return self.chat_id > 0


def target_of(ask: Ask) -> Target:
    """The person who asked, and the ways that are open to them now."""
    someone_else = ask.sender.user_id in SPEAKING_FOR_OTHERS
    channel = ask.group is not None and ask.group.is_channel
    admin = ask.group is not None and ask.group.is_admin
    invited = (ask.press_id is not None or ask.ephemeral_id is not None) and ask.age < EPHEMERAL_WINDOW
    return Target(
        user_id=ask.sender.user_id,
        chat_id=ask.chat_id,
        whisper=not someone_else and not channel and (admin or invited),
        can_write=not someone_else and ask.can_write,
        press_id=ask.press_id if ask.age < EPHEMERAL_WINDOW else None,
        ephemeral_id=ask.ephemeral_id if ask.age < EPHEMERAL_WINDOW else None,
        reply_to=ask.message_id,
        thread_id=ask.thread_id,
        aloud=not channel,
    )


@dataclass(frozen=True, slots=True)
class Promised:
    """The words of an answer, as a promise keeps them."""

    outcome: Any
    below: Any = None
    """The outcome that stands below it."""


def promised_words(said: Said) -> Promised:
    """What a promise keeps of an answer."""
    return Promised(said.outcome, said.below.outcome if said.below is not None else None)


def promise_answer(tx: Tx, ask: Ask, target: Target, words: Promised, now: datetime, fold: str | None = None) -> None:
    """Promise an answer in the outbox, which sends it once it can leave.

    With `fold` it replaces older answers of the same fold key that still wait.
    """
    whisper = ask.group is not None and ask.group.is_admin and target.whisper
    if fold is not None:
        older = (col(Outbox.fold_key) == fold, col(Outbox.state) == OutboxState.WAITING)
        tx.execute(delete(Outbox).where(*older))
    payload = Tell(
        *pack(words.outcome),
        user_id=target.user_id,
        language=ask.language.value,
        whisper=whisper,
        can_write=target.can_write,
        aloud=target.aloud,
        reply_to=target.reply_to,
        asked=True,
        thread_id=target.thread_id,
        below=Below(*pack(words.below)) if words.below is not None else None,
    )
    # Nobody is answered aloud in a channel, so a late answer goes to the person's private chat.
    chat_id = ask.chat_id if target.aloud or whisper else target.user_id
    terms = Terms(now=now, key=f"tell:{ask.cause}", fold_key=fold, not_after=now + TOLD_WITHIN)
    promise(tx, ask.community.community_id, chat_id, payload, terms)
