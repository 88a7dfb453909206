"""How a domain plugs in: one `Domain`, which names everything by which it reaches beyond its own folders.

What cuts across (undo, deletion, the move of a group, the clock, the sender, the panel, buttons) loops over domains and
names none of them.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aiogram import Bot
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.content import Words
from bot.content.buttons.shared import Buttons
from bot.content.secret import Secrets
from bot.features.communities import Communities
from bot.flows.held_rewards import Resolver
from bot.flows.move_group import Follow
from bot.flows.named_people import People
from bot.flows.undo import Undo, Undoable
from bot.handlers.kit.activities import Activities, Activity
from bot.handlers.kit.blanks import PanelAct
from bot.handlers.kit.file_kinds import FileKind
from bot.handlers.kit.greeter import Greeter
from bot.handlers.kit.imports import FileTalk
from bot.handlers.kit.invite_links import WaysIn
from bot.handlers.kit.menus import Menus
from bot.handlers.kit.naming import Naming
from bot.handlers.kit.panel import PanelParts
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.roles import Roles
from bot.handlers.kit.table import Desk, Table
from bot.handlers.kit.whereabouts import Whereabouts
from bot.jobs import Due, Mirror
from bot.meters import Meters
from bot.rules.beacons import Beacon
from bot.rules.panel import Section
from bot.rules.policies import Policies
from bot.settings import Settings
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.folded import LineOf
from bot.store.giveaways import Giveaways, Gives
from bot.store.leaving import DropTraces, Forget, Forgetting, LockFirst
from bot.store.panel import ListEnded, ListThings
from bot.store.told_data import Holds
from bot.telegram.calls import Outbound
from bot.telegram.deliveries import CardState, FileMaker, Unheard, Witness
from bot.telegram.ear import Ear
from bot.telegram.replies import Voice

LookAhead = Callable[[Session, Policies], Iterable[tuple[datetime, str]]]
"""(session, policies) → what comes by itself: when, and the block of the demo's words that says what."""

AddToCard = Callable[[Session, Any, int, datetime], Any]
"""(session, card, the id of what the card is about, now) → the card with this domain's part."""

Tidy = Callable[[Tx, datetime], bool | None]
"""Drops, once a day, what has been kept long enough: a chunk of it, and True if there may be more."""


Housekeeping = Callable[[datetime], Awaitable[Any]]
"""Work that is taken up at each start and once a day. Doing it twice does it once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """What every domain may be built with."""

    settings: Settings
    policies: Policies
    db: Database
    clock: Clock
    meters: Meters
    bot: Bot
    out: Outbound
    words: Words
    voice: Voice
    communities: Communities
    roles: Roles
    doors: Doors
    whereabouts: Whereabouts
    ways: WaysIn
    menus: Menus
    greeter: Greeter
    file_talk: FileTalk
    """The conversation about files that staff hand in."""
    activities: Activities
    """What the calendar can open in the name of staff."""
    people: People
    naming: Naming
    undoing: Undo
    forgetting: Forgetting
    giveaways: Giveaways
    """What operators give away, and their limit."""
    resolvers: Mapping[str, Resolver]
    """What domains do with rewards that they held, by kind."""
    ear: Ear
    """Who is active. `write_down` before something is decided by what was heard last."""
    table: Table
    panel_parts: PanelParts
    """What all domains bring to the staff's panel."""
    lines: Mapping[str, LineOf]
    """How things are called in one line, by the kind of the message that is about them."""
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
    mirrors: tuple[Mirror, ...] = ()
    """What each process keeps in memory of what is due, and reads again. The clock rings in one process only."""
    files: Mapping[str, FileMaker] = field(default_factory=dict)
    """Files that are made when a promise to send them has come to its turn, by kind."""
    cards: Mapping[str, CardState] = field(default_factory=dict)
    """What its living cards show now, by the card's kind, where that depends on a policy."""
    adds_to_cards: Mapping[str, AddToCard] = field(default_factory=dict)
    """What it adds to living cards of other domains, where that depends on what others registered."""
    tidies: tuple[Tidy, ...] = ()
    """What is dropped once a day, where that depends on a policy."""
    housekeeping: tuple[Housekeeping, ...] = ()
    file_kinds: tuple[FileKind, ...] = ()
    """What staff can hand files in for."""
    activities: tuple[Activity, ...] = ()
    """What the calendar can open in the name of staff."""


def _nothing(_core: Core) -> Wired:
    return Wired()


def _no_resolvers(_policies: Policies) -> Mapping[str, Resolver]:
    return {}


def _no_acts(_policies: Policies) -> tuple[PanelAct, ...]:
    return ()


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
    unheard: Mapping[str, Unheard] = field(default_factory=dict)
    """Who writes down that somebody couldn't be told of something, by kind."""
    buttons: Buttons = field(default_factory=dict)
    """Which buttons its outcomes carry."""
    secrets: Secrets = field(default_factory=dict)
    """What of its outcomes only their reader may see."""
    undo: Mapping[str, Undoable] = field(default_factory=dict)
    """How its acts are taken back, by the act's name in the audit log."""
    gives: tuple[Gives, ...] = ()
    """Its acts by which operators give coins of the shop away."""
    adds_to_cards: Mapping[str, AddToCard] = field(default_factory=dict)
    """What it adds to living cards of other domains, by the card's kind."""
    lines: Mapping[str, LineOf] = field(default_factory=dict)
    """How its things are called in one line, by the kind of the message that is about them."""
    looks_ahead: tuple[LookAhead, ...] = ()
    """What it does next by itself, for the demo's clock."""
    resolvers: Callable[[Policies], Mapping[str, Resolver]] = _no_resolvers
    """What becomes of rewards that it held, by kind."""
    follows: tuple[Follow, ...] = ()
    """What follows when a group becomes a supergroup."""
    forgets: tuple[Forget, ...] = ()
    """How a member who has their data deleted is cut out of its rows."""
    tells: tuple[Holds, ...] = ()
    """Its rows that are about a person: for the file of their data."""
    locks_before_forgetting: tuple[LockFirst, ...] = ()
    """Which accounts its `forgets` need, locked before anything else."""
    drops_traces: tuple[DropTraces, ...] = ()
    """How it deletes what stands under the own id of a person, member or not."""
    acted_by: tuple[Any, ...] = ()
    """Columns that say who of the staff did something: an id that is nobody's takes the place of a deleted person's."""
    tidies: tuple[Tidy, ...] = ()
    """What is dropped once a day."""
    panel_acts: Callable[[Policies], tuple[PanelAct, ...]] = _no_acts
    """What the staff's panel can do with it."""
    panel_lists: Mapping[Section, ListThings] = field(default_factory=dict)
    """Its things that the staff's panel lists, by section."""
    panel_ended: Mapping[Section, ListEnded] = field(default_factory=dict)
    """Its ended things, by section."""
    wire: Callable[[Core], Wired] = _nothing
    """Makes its own objects."""
