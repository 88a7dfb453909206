"""The wiring of the bot. Objects that exist once are made here and passed down; no other file does this."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from aiogram import Bot, Dispatcher

from bot.clock import Clock
from bot.content import Words
from bot.domains import (
    DOMAINS,
    follows_of,
    forgetting_of,
    giveaways_of,
    lines_of,
    panel_of,
    policies_of,
    resolvers_of,
    table_of,
    undoables_of,
    with_additions,
    words_of,
)
from bot.features.attention.budget import Budget
from bot.features.communities import Communities
from bot.features.imports import Imports
from bot.features.people.sources import TOKEN_BYTES, Sources
from bot.features.shops.ownership import Ownership
from bot.features.shops.rooms import Rooms
from bot.features.shops.topics import Topics
from bot.features.staff.fast_presses import PressWatch
from bot.features.staff.staff import Staffing
from bot.flows.hand_over import HandOver
from bot.flows.lost_topics import LostTopics
from bot.flows.move_group import MoveGroup
from bot.flows.named_people import People
from bot.flows.presence import Belonging
from bot.flows.undo import Undo
from bot.handlers.kit.activities import Activities
from bot.handlers.kit.domain import Core, Wired
from bot.handlers.kit.errors import Patience
from bot.handlers.kit.files import FileReader
from bot.handlers.kit.greeter import Greeter
from bot.handlers.kit.imports import FileTalk
from bot.handlers.kit.invite_links import WaysIn
from bot.handlers.kit.menus import Menus
from bot.handlers.kit.naming import Naming
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.roles import Roles
from bot.handlers.kit.whereabouts import Whereabouts
from bot.handlers.shops.arrivals import Arrivals, Founding
from bot.housekeeping import Housekeeper
from bot.jobs import Jobs, Mirrors
from bot.logs import get_logger, logging_failures
from bot.meters import Meters
from bot.rules.attention.budget import AttentionPolicy
from bot.rules.beacons import Beacon
from bot.rules.fans import FansPolicy
from bot.rules.farming import FarmingPolicy
from bot.rules.files import ImportPolicy
from bot.rules.policies import Policies
from bot.running import App
from bot.settings import Settings
from bot.store.engine.db import Database
from bot.store.engine.hold import Hold
from bot.telegram.calls import Outbound
from bot.telegram.deliveries import Deliveries, DomainParts, FileMaker
from bot.telegram.ear import Ear
from bot.telegram.engine import Engine
from bot.telegram.outbox_sender import Sender
from bot.telegram.pacer import Limits, Pacer
from bot.telegram.replies import Voice
from bot.telegram.session import LightSession
from bot.telegram.whispers import Whispers
from bot.telegram.who_asks import WhoAsks

log = get_logger("app")


@dataclass(frozen=True, slots=True)
class Telegram:
    """Services that find out who an update is from, and that answer them."""

    words: Words
    communities: Communities
    move_group: MoveGroup
    belonging: Belonging
    whispers: Whispers
    voice: Voice


@dataclass(frozen=True, slots=True)
class Shops:
    """Services for a shop's chats, its sources and its staff."""

    rooms: Rooms
    topics: Topics
    sources: Sources
    roles: Roles
    arrivals: Arrivals


def build(
    settings: Settings,
    *,
    clock: Clock | None = None,
    beacon: Beacon | None = None,
    limits: Limits | None = None,
    on_founded: Callable[[], Awaitable[None]] | None = None,
    hold: Hold | None = None,
) -> App:
    """Wire a bot. The database at `settings.database_url` must be migrated.

    `beacon` is the public beacon for raffles; without it a shop's seed alone decides a draw.

    `on_founded` is called after each new shop that a group has founded. Without a `hold` the caller makes sure that no
    other bot uses the database.
    """
    engine = _open(settings, clock or Clock.real(), limits or Limits(), hold or Hold())
    policies = policies_of(DOMAINS)
    telegram = _telegram(settings, engine, policies)
    shops = _shops(settings, engine, telegram, on_founded)
    core = _core(settings, engine, policies, telegram, shops, beacon)
    return _app(engine, telegram, shops, core, [domain.wire(core) for domain in DOMAINS])


def _open(settings: Settings, clock: Clock, limits: Limits, hold: Hold) -> Engine:
    meters = Meters()
    session = LightSession(settings.telegram_api_url)
    pacer = Pacer(limits, clock.monotonic, meters, hold.peers)
    session.middleware(pacer)
    db = Database.open(settings.database_url.get_secret_value(), meters)
    db.link(hold.peers, lambda: hold.is_held)
    bot = Bot(settings.bot_token.get_secret_value(), session=session)
    return Engine(
        bot=bot,
        session=session,
        pacer=pacer,
        out=Outbound(bot, session, pacer, settings.public_url),
        db=db,
        clock=clock,
        meters=meters,
        hold=hold,
    )


def _telegram(settings: Settings, engine: Engine, policies: Policies) -> Telegram:
    db, clock, words = engine.db, engine.clock, words_of(DOMAINS).by(engine.clock.now)
    communities = Communities(db, open_to_all=settings.open, peers=engine.hold.peers)
    move_group = MoveGroup(db, communities, policies, follows_of(DOMAINS))
    belonging = Belonging(db, policies)
    whispers = Whispers(engine.out, db, clock)
    voice = Voice(engine, words, communities, move_group, whispers, belonging.mark_left)
    return Telegram(words, communities, move_group, belonging, whispers, voice)


def _shops(
    settings: Settings, engine: Engine, telegram: Telegram, on_founded: Callable[[], Awaitable[None]] | None
) -> Shops:
    db, communities = engine.db, telegram.communities
    rooms, topics = Rooms(db), Topics(db)
    sources = Sources(db, partial(secrets.token_urlsafe, TOKEN_BYTES))
    engine.out.on_lost_topic = LostTopics(topics, communities, engine.clock).lose
    roles = Roles(engine.bot, communities, Ownership(db), HandOver(db), Staffing(db))
    founding = Founding(settings.owner_id, on_founded)
    arrivals = Arrivals(engine, communities, rooms, roles, telegram.words, founding)
    return Shops(rooms, topics, sources, roles, arrivals)


def _core(
    settings: Settings,
    engine: Engine,
    policies: Policies,
    telegram: Telegram,
    shops: Shops,
    beacon: Beacon | None,
) -> Core:
    bot, db, clock, table = engine.bot, engine.db, engine.clock, table_of(DOMAINS)
    communities, voice, roles = telegram.communities, telegram.voice, shops.roles
    whereabouts = Whereabouts(bot, telegram.belonging, clock, policies[FansPolicy], engine.hold.peers)
    ways = WaysIn(bot, shops.sources, engine.hold.peers)
    menus = Menus(engine.out, telegram.words, communities, table.names, telegram.whispers)
    people, giveaways = People(db), giveaways_of(DOMAINS)
    files = policies[ImportPolicy]
    return Core(
        settings=settings,
        policies=policies,
        db=db,
        clock=clock,
        meters=engine.meters,
        bot=bot,
        out=engine.out,
        words=telegram.words,
        voice=voice,
        communities=communities,
        roles=roles,
        doors=Doors(roles, shops.arrivals, voice, whereabouts, ways, clock),
        whereabouts=whereabouts,
        ways=ways,
        menus=menus,
        greeter=Greeter(communities=communities, shops=shops.rooms, roles=roles, voice=voice, menus=menus),
        activities=Activities(),
        ear=Ear(engine, communities),
        file_talk=FileTalk(Imports(db, files), FileReader(bot, files), communities, voice, engine.hold.peers),
        people=people,
        naming=Naming(bot, communities, people),
        undoing=Undo(db, policies, undoables_of(DOMAINS, policies), giveaways, communities.forget),
        giveaways=giveaways,
        forgetting=forgetting_of(DOMAINS, policies),
        resolvers=resolvers_of(DOMAINS, policies),
        table=table,
        panel_parts=panel_of(DOMAINS, policies),
        lines=lines_of(DOMAINS),
        choice=secrets.choice,
        token=secrets.token_urlsafe,
        fresh_bytes=secrets.token_bytes,
        beacon=beacon,
    )


def _dispatcher(engine: Engine, telegram: Telegram, shops: Shops, core: Core, wired: list[Wired]) -> Dispatcher:
    """The dispatcher. Handlers ask by parameter name for its objects: those of the kit, and those of their domain."""
    dispatcher = Dispatcher(
        disable_fsm=True,
        db=engine.db,
        out=engine.out,
        clock=engine.clock,
        meters=engine.meters,
        patience=Patience(),
        words=core.words,
        voice=core.voice,
        communities=core.communities,
        roles=core.roles,
        doors=core.doors,
        whereabouts=core.whereabouts,
        ways=core.ways,
        greeter=core.greeter,
        people=core.people,
        naming=core.naming,
        undoing=core.undoing,
        belonging=telegram.belonging,
        move_group=telegram.move_group,
        rooms=shops.rooms,
        topics=shops.topics,
        arrivals=shops.arrivals,
        words_taken=core.table.words,
        commands=core.table.commands,
        imports=core.file_talk,
        **{name: part for one in wired for name, part in one.parts.items()},
    )
    dispatcher.include_router(core.table)
    return dispatcher


def _sender(
    engine: Engine, telegram: Telegram, budget: Budget, wired: list[Wired], files: dict[str, FileMaker]
) -> Sender:
    cards = {kind: card for domain in DOMAINS for kind, card in domain.cards.items()}
    cards |= {kind: card for one in wired for kind, card in one.cards.items()}
    parts = DomainParts(
        cards=with_additions(cards, [*DOMAINS, *wired]),
        files=files,
        witnesses={kind: witness for domain in DOMAINS for kind, witness in domain.witnesses.items()},
        unheard={kind: unheard for domain in DOMAINS for kind, unheard in domain.unheard.items()},
    )
    deliveries = Deliveries(engine, telegram.words, telegram.voice, telegram.communities, parts)
    return Sender(engine, deliveries, telegram.communities, telegram.move_group, budget)


def _housekeeper(engine: Engine, shops: Shops, wired: list[Wired]) -> Housekeeper:
    async def look_at_rooms(now: datetime) -> None:
        """Ask Telegram for the home groups of older shops, and for the discussion groups of channels."""
        with logging_failures(log, "homes_failed"):
            await shops.roles.settle_homes(now)
        with logging_failures(log, "links_failed"):
            await shops.arrivals.look_at_links()

    return Housekeeper(
        db=engine.db,
        clock=engine.clock,
        meters=engine.meters,
        parts=[part for one in wired for part in one.housekeeping],
        tidies=[tidy for parts in (DOMAINS, wired) for one in parts for tidy in one.tidies],
        ask_telegram=look_at_rooms,
    )


def _app(engine: Engine, telegram: Telegram, shops: Shops, core: Core, wired: list[Wired]) -> App:
    db, clock, meters, hold = engine.db, engine.clock, engine.meters, engine.hold
    core.file_talk.take_kinds(kind for one in wired for kind in one.file_kinds)
    core.activities.take(kind for one in wired for kind in one.activities)
    files = {kind: maker for one in wired for kind, maker in one.files.items()}
    dispatcher = _dispatcher(engine, telegram, shops, core, wired)
    return App(
        engine=engine,
        policies=core.policies,
        dispatcher=dispatcher,
        communities=core.communities,
        files=files,
        sender=_sender(engine, telegram, Budget(core.policies[AttentionPolicy]), wired, files),
        jobs=Jobs(db=db, clock=clock, hold=hold, features=[due for one in wired for due in one.due], meters=meters),
        housekeeper=_housekeeper(engine, shops, wired),
        mirrors=Mirrors(db, hold.peers, [mirror for one in wired for mirror in one.mirrors]),
        who=WhoAsks(
            core.communities,
            clock,
            watch=PressWatch(db, core.policies[FarmingPolicy], hold.peers).pressed,
            forget_topic=shops.topics.forget,
            meant_fast=core.table.fast_presses,
        ),
        ear=core.ear,
        table=core.table,
        menus=core.menus,
        whispers=telegram.whispers,
        concurrency=core.settings.concurrency,
        wanted=core.settings.webhook,
        listens_to=frozenset(dispatcher.resolve_used_update_types()),
    )
