"""How a domain plugs in: one `Domain`, which names everything by which it reaches beyond its own folders.

What cuts across (undo, deletion, the move of a group, the clock, the sender, the panel, buttons) loops over domains and
names none of them.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aiogram import Bot

from bot.clock import Clock
from bot.content import Words
from bot.features.communities import Communities
from bot.features.shops.rooms import Rooms
from bot.features.shops.topics import Topics
from bot.flows.move_group import Follow
from bot.flows.named_people import People
from bot.flows.undo import Undo, Undoable
from bot.handlers.kit.hello import Greeter
from bot.handlers.kit.invite_links import WaysIn
from bot.handlers.kit.menus import Menus
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.roles import Roles
from bot.handlers.kit.table import Desk, Table
from bot.handlers.kit.whereabouts import Whereabouts
from bot.jobs import Due
from bot.rules.policies import Policies
from bot.rules.raffles.beacons import Beacon
from bot.settings import Settings
from bot.store.engine.db import Database, Tx
from bot.telegram.deliveries import CardState, FileMaker, Witness
from bot.telegram.replies import Voice

Tidy = Callable[[Tx, datetime], Any]
"""Drops, once a day, what has been kept long enough."""


Housekeeping = Callable[[datetime], Awaitable[Any]]
"""Work that is taken up at each start and once a day. Doing it twice does it once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """What every domain may be built with."""

    settings: Settings
    policies: Policies
    db: Database
    clock: Clock
    bot: Bot
    words: Words
    voice: Voice
    communities: Communities
    roles: Roles
    doors: Doors
    whereabouts: Whereabouts
    ways: WaysIn
    rooms: Rooms
    topics: Topics
    menus: Menus
    greeter: Greeter
    people: People
    undoing: Undo
    table: Table
    choice: Callable[[Any], Any]
    """Picks one of several at random."""
    token: Callable[[int], str]
    """A link's token of so many random bytes."""
    fresh_bytes: Callable[[int], bytes]
    """So many random bytes."""
    beacon: Beacon | None
    """The public beacon; None where shops seal their draws alone."""


@dataclass(frozen=True, slots=True)
class Wired:
    """A domain's own objects, made from the core."""

    parts: Mapping[str, Any] = field(default_factory=dict)
    """What the domain's handlers ask for, by name."""
    due: tuple[Due, ...] = ()
    """Its work on a clock."""
    files: Mapping[str, FileMaker] = field(default_factory=dict)
    """Files that are made when a promise to send them has come to its turn, by kind."""
    housekeeping: tuple[Housekeeping, ...] = ()


def _nothing(_core: Core) -> Wired:
    return Wired()


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """Everything by which a domain reaches beyond its own folders."""

    name: str
    desks: tuple[Callable[[], Desk], ...] = ()
    """What it listens to: commands, words, presses, links, service messages."""
    policies: tuple[type[Any], ...] = ()
    """Classes of its policies. `app.py` makes one of each."""
    cards: Mapping[str, CardState] = field(default_factory=dict)
    """What its living cards show now, by the card's kind."""
    witnesses: Mapping[str, Witness] = field(default_factory=dict)
    """Who writes down which message told of something, by kind."""
    undo: Mapping[str, Undoable] = field(default_factory=dict)
    """How its acts are taken back, by the act's name in the audit log."""
    follows: tuple[Follow, ...] = ()
    """What follows when a group becomes a supergroup."""
    tidies: tuple[Tidy, ...] = ()
    """What is dropped once a day."""
    wire: Callable[[Core], Wired] = _nothing
    """Makes its own objects."""
