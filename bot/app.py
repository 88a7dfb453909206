"""The only wiring: what is made once is made here and passed down."""

import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from aiogram import Bot, Dispatcher

from bot.clock import Clock
from bot.content import Words
from bot.domains import DOMAINS, follows_of, policies_of, table_of, undoables_of
from bot.features.communities import Communities
from bot.features.people.sources import Sources
from bot.features.shops.ownership import Ownership
from bot.features.shops.rooms import Rooms
from bot.features.shops.topics import Topics
from bot.features.staff.fast_presses import Watching
from bot.features.staff.staff import Staffing
from bot.flows.hand_over import HandingOver
from bot.flows.lost_topics import LostTopics
from bot.flows.move_group import Follow, MoveGroup
from bot.flows.named_people import People
from bot.flows.presence import Belonging
from bot.flows.undo import Undo
from bot.handlers.kit.arrivals import Arrivals
from bot.handlers.kit.domain import Core, Domain, Wired
from bot.handlers.kit.errors import Patience
from bot.handlers.kit.hello import Greeter
from bot.handlers.kit.invite_links import WaysIn
from bot.handlers.kit.menus import Menus
from bot.handlers.kit.naming import Naming
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.roles import Roles
from bot.handlers.kit.table import Table
from bot.handlers.kit.whereabouts import Whereabouts
from bot.housekeeping import Housekeeper
from bot.jobs import Jobs
from bot.logs import apart, get_logger
from bot.meters import Meters
from bot.rules.fans import FansPolicy
from bot.rules.farming import FarmingPolicy
from bot.rules.policies import Policies
from bot.rules.raffles.beacons import Beacon
from bot.running import App
from bot.settings import Settings
from bot.store.engine.db import Database
from bot.store.engine.hold import Hold
from bot.telegram.calls import Outbound
from bot.telegram.deliveries import Deliveries
from bot.telegram.outbox_sender import Sender
from bot.telegram.pacer import Limits, Pacer
from bot.telegram.replies import Voice
from bot.telegram.session import LightSession
from bot.telegram.whispers import Whispers
from bot.telegram.who_asks import WhoAsks

log = get_logger("app")

TOKEN_BYTES = 12
"""Of a link's token: 96 bits that nobody guesses."""


@dataclass(frozen=True, slots=True)
class Randomness:
    """Where everything random comes from; tests give their own."""

    choice: Callable[[Any], Any] = secrets.choice
    token: Callable[[int], str] = secrets.token_urlsafe
    fresh_bytes: Callable[[int], bytes] = secrets.token_bytes


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines to Telegram, and the database."""

    bot: Bot
    session: LightSession
    pacer: Pacer
    out: Outbound
    db: Database
    clock: Clock
    meters: Meters
    hold: Hold


@dataclass(frozen=True, slots=True)
class Kit:
    """What the handlers of every domain use, and who they ask Telegram through."""

    core: Core
    move_group: MoveGroup
    belonging: Belonging
    rooms: Rooms
    topics: Topics
    staffing: Staffing
    sources: Sources
    arrivals: Arrivals
    whispers: Whispers
    menus: Menus
    greeter: Greeter


def build(
    settings: Settings,
    *,
    session: LightSession | None = None,
    clock: Clock | None = None,
    randomness: Randomness | None = None,
    beacon: Beacon | None = None,
    limits: Limits | None = None,
    on_founded: Callable[[], Awaitable[None]] | None = None,
    hold: Hold | None = None,
    domains: tuple[Domain, ...] = DOMAINS,
) -> App:
    """Wire a bot. The database behind `settings` must be migrated. Without a `beacon` shops seal their draws alone.

    `on_founded` is called after each new shop that a group has founded. Without a `hold` no other bot may use the
    database.
    """
    lines = _open(settings, session, clock, limits, hold)
    policies = policies_of(domains)
    table = table_of(domains)
    undoing = Undo(lines.db, policies, undoables_of(domains))
    follows = follows_of(domains)
    kit = _kit(settings, lines, policies, table, undoing, follows, randomness or Randomness(), beacon, on_founded)
    wired = [domain.wire(kit.core) for domain in domains]
    return _app(settings, lines, kit, domains, wired)


def _open(
    settings: Settings,
    session: LightSession | None,
    clock: Clock | None,
    limits: Limits | None,
    hold: Hold | None,
) -> Lines:
    meters = Meters()
    session = session or LightSession(settings.telegram_api_url)
    pacer = Pacer(limits or Limits(), time.monotonic, meters)
    session.middleware(pacer)
    bot = Bot(settings.bot_token.get_secret_value(), session=session)
    return Lines(
        bot=bot,
        session=session,
        pacer=pacer,
        out=Outbound(bot, session, pacer, settings.public_url),
        db=Database.open(settings.database_url.get_secret_value(), meters),
        clock=clock or Clock.real(),
        meters=meters,
        hold=hold or Hold(),
    )


def _kit(
    settings: Settings,
    lines: Lines,
    policies: Policies,
    table: Table,
    undoing: Undo,
    follows: Sequence[Follow],
    randomness: Randomness,
    beacon: Beacon | None,
    on_founded: Callable[[], Awaitable[None]] | None,
) -> Kit:
    bot, db, out, clock = lines.bot, lines.db, lines.out, lines.clock
    words = Words()
    communities = Communities(db, open_to_all=settings.open)
    move_group = MoveGroup(db, communities, policies, follows)
    belonging = Belonging(db, policies[FansPolicy])
    whereabouts = Whereabouts(bot, belonging, clock, policies[FansPolicy])
    whispers = Whispers(out, db, clock)
    voice = Voice(
        out=out,
        words=words,
        db=db,
        communities=communities,
        move_group=move_group,
        clock=clock,
        whispers=whispers,
        meters=lines.meters,
        absent=belonging.not_there,
    )
    rooms, topics, staffing = Rooms(db), Topics(db), Staffing(db)
    out.on_lost_topic = LostTopics(topics, communities, clock).lose
    roles = Roles(bot, communities, Ownership(db), HandingOver(db), staffing)
    arrivals = Arrivals(
        bot=bot,
        communities=communities,
        rooms=rooms,
        roles=roles,
        words=words,
        out=out,
        founder_id=settings.owner_id,
        on_founded=on_founded,
    )
    sources = Sources(db, partial(randomness.token, TOKEN_BYTES))
    ways = WaysIn(bot, sources)
    menus = Menus(out, words, communities, table.names, whispers)
    greeter = Greeter(roles, rooms, voice, menus)
    core = Core(
        settings=settings,
        policies=policies,
        db=db,
        clock=clock,
        bot=bot,
        words=words,
        voice=voice,
        communities=communities,
        roles=roles,
        doors=Doors(roles, arrivals, voice, whereabouts, ways, clock),
        whereabouts=whereabouts,
        ways=ways,
        rooms=rooms,
        topics=topics,
        menus=menus,
        greeter=greeter,
        people=People(db),
        undoing=undoing,
        table=table,
        choice=randomness.choice,
        token=randomness.token,
        fresh_bytes=randomness.fresh_bytes,
        beacon=beacon,
    )
    return Kit(
        core=core,
        move_group=move_group,
        belonging=belonging,
        rooms=rooms,
        topics=topics,
        staffing=staffing,
        sources=sources,
        arrivals=arrivals,
        whispers=whispers,
        menus=menus,
        greeter=greeter,
    )


def _app(settings: Settings, lines: Lines, kit: Kit, domains: tuple[Domain, ...], wired: list[Wired]) -> App:
    core, db, clock, meters, hold = kit.core, lines.db, lines.clock, lines.meters, lines.hold
    communities = core.communities
    files = {kind: maker for one in wired for kind, maker in one.files.items()}
    deliveries = Deliveries(
        out=lines.out,
        db=db,
        words=core.words,
        voice=core.voice,
        communities=communities,
        clock=clock,
        cards={kind: card for domain in domains for kind, card in domain.cards.items()},
        files=files,
        witnesses={kind: witness for domain in domains for kind, witness in domain.witnesses.items()},
    )
    sender = Sender(
        db=db,
        deliveries=deliveries,
        pacer=lines.pacer,
        communities=communities,
        move_group=kit.move_group,
        clock=clock,
        hold=hold,
        meters=meters,
    )
    dispatcher = Dispatcher(
        disable_fsm=True,
        db=db,
        out=lines.out,
        clock=clock,
        meters=meters,
        patience=Patience(),
        words=core.words,
        voice=core.voice,
        communities=communities,
        roles=core.roles,
        doors=core.doors,
        whereabouts=core.whereabouts,
        ways=core.ways,
        people=core.people,
        belonging=kit.belonging,
        rooms=kit.rooms,
        topics=kit.topics,
        staffing=kit.staffing,
        sources=kit.sources,
        arrivals=kit.arrivals,
        greeter=kit.greeter,
        naming=Naming(lines.bot, communities, core.people),
        undoing=core.undoing,
        move_group=kit.move_group,
        words_taken=core.table.words,
        **{name: part for one in wired for name, part in one.parts.items()},
    )
    dispatcher.include_router(core.table)

    async def look_at_rooms(now: datetime) -> None:
        """What only Telegram knows: homes of shops from before there were any, and channels' discussion groups."""
        with apart(log, "homes_failed"):
            await core.roles.settle_homes(now)
        with apart(log, "links_failed"):
            await kit.arrivals.look_at_links()

    return App(
        bot=lines.bot,
        session=lines.session,
        out=lines.out,
        db=db,
        policies=core.policies,
        dispatcher=dispatcher,
        clock=clock,
        communities=communities,
        files=files,
        sender=sender,
        jobs=Jobs(db=db, clock=clock, hold=hold, features=[due for one in wired for due in one.due], meters=meters),
        housekeeper=Housekeeper(
            db=db,
            clock=clock,
            meters=meters,
            parts=[part for one in wired for part in one.housekeeping],
            tidies=[tidy for domain in domains for tidy in domain.tidies],
            at_last=look_at_rooms,
        ),
        who=WhoAsks(communities, clock, Watching(db, core.policies[FarmingPolicy]), kit.topics),
        table=core.table,
        menus=kit.menus,
        whispers=kit.whispers,
        concurrency=settings.concurrency,
        meters=meters,
        hold=hold,
        listens_to=frozenset(dispatcher.resolve_used_update_types()),
    )
