"""Promises in words: an outcome for a group, or for one person in private, as an outbox row."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import delete
from sqlmodel import col

from bot.rules.outcome import Outcome
from bot.rules.place import Place
from bot.store.engine.sessions import Tx
from bot.store.messages.cards import chats_of, groups_of
from bot.store.messages.outbox import Terms, open_under, promise
from bot.store.messages.payloads import Packed, Say, SendFile, Tell, WitnessOf, pack
from bot.store.private_messages import Reader, is_reachable, reader_of
from bot.store.tables import Outbox, Person
from bot.store.tables.messages import OutboxState
from bot.store.verdicts import take_verdicts_back


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file for a group or a person, with the outcome that is told under it."""

    name: str
    content: bytes
    """Empty: there is only `alone` to tell."""
    caption: Any
    alone: Any
    """The outcome that is told where the room takes no files."""
    picture: bool = False
    """Whether it is a PNG that is shown as a photo."""
    path: Path | None = None
    """A file on this machine whose content it has in place of `content`. It is deleted once it was sent or refused."""


@dataclass(frozen=True, slots=True)
class Ways:
    """Where one person is told something, and by which ways. Without any of the ways nothing is said there."""

    chat_id: int
    """The group, or the private chat."""
    whisper: bool = False
    can_write: bool = False
    """Whether they may be written to in private."""
    aloud: bool = False
    """Whether a short-lived message in the group may be sent: what nobody asked for doesn't fill the group."""
    instead: int | None = None
    """The group in which they are whispered to if the private message is refused."""
    unheard: WitnessOf | None = None
    """Who writes down that no way worked."""


def say(tx: Tx, community_id: int, outcome: Outcome, terms: Terms, *, chats: Iterable[int] | None = None) -> int:
    """Promise one message in each group and the channel (or in `chats`); how many. The chat is added to the key."""
    told = list(chats_of(tx, community_id) if chats is None else chats)
    payload = Say(*pack(outcome))
    for chat_id in told:
        promise(tx, community_id, chat_id, payload, replace(terms, key=f"{terms.key}:{chat_id}"))
    return len(told)


def say_witnessed(tx: Tx, community_id: int, chat_id: int, outcome: Outcome, witness: WitnessOf, terms: Terms) -> bool:
    """Promise one message in one group. `witness` writes down which message it became, in the commit that marks it."""
    return promise(tx, community_id, chat_id, Say(*pack(outcome), witness=witness), terms)


def attach(tx: Tx, community_id: int, payload: SendFile, terms: Terms, *, chats: Iterable[int] | None = None) -> int:
    """Promise each group (or `chats`) a file, made when it is sent; how many. The chat is added to the key."""
    told = [group.chat_id for group in groups_of(tx, community_id)] if chats is None else list(chats)
    for chat_id in told:
        promise(tx, community_id, chat_id, payload, replace(terms, key=f"{terms.key}:{chat_id}"))
    return len(told)


def tell_in_private(tx: Tx, community_id: int, reader: Reader, packed: Packed, terms: Terms) -> bool:
    """Promise one private message. Who may be written to is decided before: see `store/private_messages.py`."""
    return tell_here(tx, community_id, reader, Ways(reader.user_id, can_write=True, aloud=True), packed, terms)


def tell_here(tx: Tx, community_id: int, reader: Reader, ways: Ways, packed: Packed, terms: Terms) -> bool:
    """Promise to tell one person something where `ways` says."""
    payload = Tell(
        *packed,
        user_id=reader.user_id,
        language=reader.language.value,
        whisper=ways.whisper,
        can_write=ways.can_write,
        aloud=ways.aloud,
        instead=ways.instead,
        unheard=ways.unheard,
    )
    return promise(tx, community_id, ways.chat_id, payload, terms)


def tell_owner(tx: Tx, place: Place, outcome: Outcome, terms: Terms) -> bool:
    """Promise a message to the owner; see `tell_person`."""
    return tell_person(tx, place, place.owner_id, outcome, terms)


def tell_person(tx: Tx, place: Place, user_id: int, outcome: Outcome, terms: Terms) -> bool:
    """Promise a message to somebody of the shop: in private, else as a whisper in the home group, never for all to see.

    False if neither can be.
    """
    person = tx.get(Person, user_id)
    can_write = is_reachable(person)
    groups = [group for group in groups_of(tx, place.community_id) if group.is_admin]
    group = min(groups, key=lambda one: not one.is_home, default=None)
    if not can_write and group is None:
        return False
    reader = reader_of(person, place.language) if person is not None else Reader(user_id, place.language)
    instead = group.chat_id if can_write and group is not None else None
    chat_id = user_id if can_write or group is None else group.chat_id
    ways = Ways(chat_id, whisper=not can_write, can_write=can_write, instead=instead)
    return tell_here(tx, place.community_id, reader, ways, pack(outcome), terms)


def withdraw_messages(tx: Tx, community_id: int, key: str) -> int:
    """Take back what was promised under keys that begin with `key` and isn't on its way yet; how many."""
    waiting = (*open_under(tx, community_id, key), col(Outbox.state) == OutboxState.WAITING)
    gone = tx.execute(delete(Outbox).where(*waiting).returning(col(Outbox.id), col(Outbox.verdict_id))).all()
    take_verdicts_back(tx, [verdict_id for _, verdict_id in gone if verdict_id is not None])
    return len(gone)
