"""The only wiring: what is made once is made here and passed down."""

import asyncio
import contextlib
import gc
import secrets
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from aiogram import Bot, Dispatcher
from aiogram.types import CallbackQuery, Message, Update
from pydantic import BaseModel

from bot import handlers
from bot.clock import Clock
from bot.content import Words
from bot.features.checkins.checkins import CheckIns
from bot.features.coin_shop.items import Items
from bot.features.coin_shop.purchases import Purchases
from bot.features.coin_shop.shelf import Shop
from bot.features.coins.lapse import Lapsing
from bot.features.communities import Communities
from bot.features.coupons.campaigns import Campaigns
from bot.features.coupons.claims import Coupons
from bot.features.coupons.code_files import Importing
from bot.features.coupons.ending_soon import EndingCoupons
from bot.features.coupons.redemption import Redeeming
from bot.features.gifts import living_card as gift_cards
from bot.features.gifts.cards import Gifts, expire_openings
from bot.features.gifts.offers import GiftOffers
from bot.features.gifts.rewards import Rewarding
from bot.features.hearts.hearts import Hearts
from bot.features.orders.hook import Hooks
from bot.features.orders.orders import Orders
from bot.features.packets.draw import PacketDraws
from bot.features.packets.packets import Packets
from bot.features.people.board import Members
from bot.features.people.joining import Joining
from bot.features.people.preferences import Preferences
from bot.features.people.privacy import Privacy
from bot.features.people.sources import Sources, expire_touches
from bot.features.raffles.calling_off import CallingOff
from bot.features.raffles.draw import Drawing
from bot.features.raffles.proofs import Proving
from bot.features.raffles.raffles import Raffles
from bot.features.raffles.redraw import Redrawing
from bot.features.shops.calendar import Cadence, morning_card
from bot.features.shops.ownership import Ownership
from bot.features.shops.report import Reporting
from bot.features.shops.rooms import Rooms
from bot.features.shops.setup import SettingUp
from bot.features.shops.topics import Topics
from bot.features.staff.drafts import Drafts
from bot.features.staff.fast_presses import Watching
from bot.features.staff.held import Holding
from bot.features.staff.overview import Overview
from bot.features.staff.reach import Reaches
from bot.features.staff.staff import Staffing
from bot.features.streams.airings import Evenings
from bot.features.streams.clock import Clockwork
from bot.features.streams.plans import Streams
from bot.features.streams.reminders import Reminders
from bot.features.streams.spoken_words import SpokenWords
from bot.flows import check_in as checking_in
from bot.flows import come_and_go as coming
from bot.flows import redeem as redeeming
from bot.flows.buy import Chances
from bot.flows.hand_over import HandingOver
from bot.flows.hearts_unlock import Tools, Unlocking
from bot.flows.held_rewards import Resolving
from bot.flows.lost_topics import lose_topic
from bot.flows.named_people import People
from bot.flows.presence import Belonging
from bot.handlers.kit.errors import PASSING, Patience
from bot.handlers.kit.invite_links import WaysIn
from bot.handlers.kit.menus import Menus
from bot.handlers.kit.naming import Naming
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.roles import Roles
from bot.handlers.kit.table import Table
from bot.handlers.kit.whereabouts import Whereabouts
from bot.handlers.shops.arrivals import Arrivals
from bot.handlers.shops.setup_panel import SetupPanel
from bot.handlers.staff.panel_pages import AdminPanel
from bot.jobs import Jobs
from bot.logs import apart, get_logger
from bot.meters import Beat, BooksChecked, Meters, Phase
from bot.rules.checkins.checkins import CheckInPolicy
from bot.rules.coin_shop.shelf import ShopPolicy
from bot.rules.coins.lapse import LapsePolicy
from bot.rules.coupons.coupons import CouponPolicy
from bot.rules.coupons.ending_soon import EndingPolicy
from bot.rules.fans import FansPolicy
from bot.rules.farming import FarmingPolicy
from bot.rules.files import ImportPolicy
from bot.rules.gifts.gifts import GiftPolicy
from bot.rules.hearts.hearts import HeartPolicy
from bot.rules.orders.orders import OrderPolicy
from bot.rules.packets.packets import PacketPolicy
from bot.rules.people.joining import WelcomePolicy
from bot.rules.people.members import BoardPolicy
from bot.rules.raffles.beacons import Beacon
from bot.rules.raffles.raffles import RafflePolicy
from bot.rules.shops.calendar import CadencePolicy
from bot.rules.shops.setup import SetupPolicy
from bot.rules.streams.attendance import AttendancePolicy
from bot.rules.streams.streams import StreamPolicy
from bot.settings import Settings
from bot.store import airings, causes, forgotten, mornings, namings, packets
from bot.store import raffles as raffle_cards
from bot.store.coupons.campaigns import CARD, card_of
from bot.store.damage import Repairs
from bot.store.engine.away import is_of_data, name_of
from bot.store.engine.db import Database
from bot.store.engine.hold import Hold
from bot.store.engine.lock import InUseError
from bot.store.held import forget_sightings
from bot.store.ledger import check_books
from bot.store.messages import outbox, set_aside
from bot.store.messages.refused import forget_refusals
from bot.store.places import find_people
from bot.telegram.calls import Outbound
from bot.telegram.deliveries import Deliveries, FileMaker
from bot.telegram.first_call import NO_SUCH_BOT, greet
from bot.telegram.inbox import ConflictError, Intake, TryLaterError, UnfitError
from bot.telegram.older_servers import with_rights
from bot.telegram.outbox_sender import Sender
from bot.telegram.pacer import Limits, Pacer
from bot.telegram.replies import Voice
from bot.telegram.session import LightSession
from bot.telegram.whispers import Whispers
from bot.telegram.who_asks import WhoAsks
from bot.updates import kind_of_update

T = TypeVar("T", bound=BaseModel)

log = get_logger("app")

DRAIN_SECONDS = 2.5
STOP_SECONDS = 6.0
"""Longer than this no handler may keep a stop waiting; what it leaves is in the inbox."""
HOUSEKEEPING = timedelta(hours=24)
RETRY = timedelta(minutes=1)
TIDIES = (
    causes.forget,
    outbox.forget_told,
    forgotten.expire,
    expire_touches,
    expire_openings,
    forget_sightings,
    forget_refusals,
    set_aside.expire,
)
"""What is dropped once a day."""
WRONG_LOGGED = 20
"""Accounts named in the log when the books don't balance."""

TOKEN_BYTES = 12
"""Of a link's token: 96 bits that nobody guesses."""
GIFT_TOKEN_BYTES = 16
"""Of a gift's: 128 bits, as it is worth something."""
SWITCH_SECONDS = 0.02

GC_THRESHOLDS = (20_000, 20, 100)
"""aiogram's 400 pydantic types are scanned over and over otherwise: 2.3 times the echo's rate, measured."""


class StartError(Exception):
    """Why the bot can't go on, in one line. `code` is the process's exit code."""

    def __init__(self, line: str, code: int) -> None:
        super().__init__(line)
        self.code = code


@dataclass(slots=True)
class App:
    """A wired bot."""

    bot: Bot
    session: LightSession
    out: Outbound
    db: Database
    dispatcher: Dispatcher
    clock: Clock
    communities: Communities
    campaigns: Campaigns
    importing: Importing
    calling_off: CallingOff
    proof: FileMaker
    sender: Sender
    jobs: Jobs
    who: WhoAsks
    table: Table
    menus: Menus
    whispers: Whispers
    roles: Roles
    arrivals: Arrivals
    concurrency: int
    meters: Meters
    hold: Hold
    listens_to: frozenset[str]
    """Kinds of updates that routers handle: all but messages and presses."""
    repairs: Repairs
    intake: Intake | None = None

    async def run(self, *, on_ready: Callable[[], None] | None = None) -> None:
        """Say hello to Telegram, however long it is away, then take, handle and send until cancelled.

        Raises:
            StartError: the token is refused, or another process uses it or has the database.
        """
        try:
            me = await greet(self.session, self.bot, self.meters)
        except NO_SUCH_BOT:
            raise StartError("BOT_TOKEN is refused by Telegram; ask BotFather for a new one", 2) from None
        username = str(me.get("username", ""))
        self.dispatcher["username"] = username.lower()
        self.out.username = username
        self.out.inline = me.get("supports_inline_queries") is True
        self.intake = Intake(
            db=self.db,
            bot=self.bot,
            session=self.session,
            clock=self.clock,
            handle=self._handle_or_wait,
            people=self.communities,
            read_people=find_people,
            allowed_updates=["message", "callback_query", *sorted(self.listens_to)],
            concurrency=self.concurrency,
            meters=self.meters,
        )
        tune_collector()
        self.meters.phase = Phase.RUNNING
        self.meters.beat(Beat.POLL)
        log.info("started", bot=self.bot.id, username=username)
        if on_ready is not None:
            on_ready()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self.hold.keep())
                group.create_task(self.sender.run())
                group.create_task(self.jobs.run())
                group.create_task(self._keep_house())
                group.create_task(self._set_menus())
                group.create_task(self._take_in(self.intake))
        except BaseExceptionGroup as errors:
            # What is raised inside `except*` comes out as a group again, so the reasons are looked up by hand.
            raise _reason(errors) from None
        finally:
            self.meters.phase = Phase.STOPPING
            with contextlib.suppress(TimeoutError):
                await self.intake.drain(DRAIN_SECONDS)
            log.info("stopped")

    async def finish(self) -> None:
        """Before `run` is cancelled: let what is being handled be answered, and send nothing new."""
        self.meters.phase = Phase.STOPPING
        self.hold.rest()
        if self.intake is not None:
            await self.intake.stop(DRAIN_SECONDS)

    async def close(self) -> None:
        """Close connections; waiting writes are committed first."""
        await self.session.close()
        await self.db.close()

    async def _handle_or_wait(self, body: dict[str, Any], received_at: datetime) -> None:
        """Whatever fails for a passing reason, before its handler too, stays in the inbox."""
        try:
            await self._handle(body, received_at)
        except TryLaterError as error:
            if error.__cause__ is not None and is_of_data(error.__cause__):
                raise UnfitError("not storable") from error
            raise
        except PASSING as error:
            if is_of_data(error):
                raise UnfitError("not storable") from error
            raise TryLaterError(name_of(error)) from error

    async def _handle(self, body: dict[str, Any], received_at: datetime) -> None:
        """Messages and presses, nearly all there is, go straight to the table: a fifth less work than by routers."""
        cause = f"{self.bot.id}:{body['update_id']}"
        data = {**self.dispatcher.workflow_data, "bot": self.bot, "cause": cause, "received_at": received_at}
        context = {"bot": self.bot}
        if (message := body.get("message")) is not None:
            await self.who(self.table.take_message, _read(Message, message, context), data)
        elif (press := body.get("callback_query")) is not None:
            await self.who(self.table.take_press, _read(CallbackQuery, press, context), data)
        elif kind_of_update(body) in self.listens_to:
            update = _read(Update, with_rights(body), context)
            await self.dispatcher.feed_update(self.bot, update, cause=cause, received_at=received_at)

    async def _take_in(self, intake: Intake) -> None:
        """Nobody is answered before it is known whether answers can be whispered; starts are told meanwhile."""
        await self.whispers.probe()
        await intake.run()

    async def _set_menus(self) -> None:
        """Menus are a convenience: whatever fails there, the bot goes on."""
        with apart(log, "menus_failed"):
            await self.menus.at_start()

    async def _look_at_rooms(self, now: datetime) -> None:
        """What only Telegram knows: homes of shops from before there were any, and channels' discussion groups.

        What it doesn't tell now is asked again the next day; nothing else waits for it.
        """
        with apart(log, "homes_failed"):
            await self.roles.settle_homes(now)
        with apart(log, "links_failed"):
            await self.arrivals.look_at_links()

    async def _keep_house(self) -> None:
        """Once at the start and once a day: finish refunds that a crash interrupted, forget old causes, add up."""
        while True:
            now = self.clock.now()
            try:
                await self.repairs.look(now)
                await self.campaigns.finish_refunds(now)
                await self.importing.tidy(now)
                await self.calling_off.finish_refunds(now)
                for tidy in TIDIES:
                    await self.db.write(tidy, now)
                while await self.db.write(outbox.forget_done, now):
                    pass
                await self._check_books(now)
                await self._look_at_rooms(now)
            except PASSING as error:
                log.warning("housekeeping_failed", error=name_of(error))
                await asyncio.sleep(RETRY.total_seconds())
            except Exception as error:  # a bug in the tidying must not take the shop down
                log.error("housekeeping_failed", exc_info=error)
                await asyncio.sleep(HOUSEKEEPING.total_seconds())
            else:
                await asyncio.sleep(HOUSEKEEPING.total_seconds())

    async def _check_books(self, now: datetime) -> None:
        """Whether every coin is accounted for; if not, the operator must hear of it."""
        books = await self.db.read(check_books)
        self.meters.books = BooksChecked(books.sound, now)
        if books.sound:
            log.info("books_checked", transfers=books.transfers)
        else:
            wrong = sorted({*books.wrong_balances, *books.negative})
            log.error("books_unsound", sum_of_all=books.sum_of_all, wrong=len(wrong), accounts=wrong[:WRONG_LOGGED])


def _reason(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """Why everything stopped, as one exception."""
    if errors.subgroup(InUseError) is not None:
        return StartError("the lock of the database was lost, and another process has it now", 1)
    if errors.subgroup(ConflictError) is not None:
        return StartError("another process is polling with this BOT_TOKEN; stop it first", 3)
    return errors


def _read(model: type[T], told: Any, context: dict[str, Any]) -> T:
    """An update, or its part, as aiogram knows it.

    Raises:
        UnfitError: it isn't one.
    """
    try:
        return model.model_validate(told, context=context)
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise UnfitError(f"no {model.__name__}") from error


def build(  # noqa: PLR0915  # the only wiring: what is made once is made here
    settings: Settings,
    *,
    session: LightSession | None = None,
    clock: Clock | None = None,
    choice: Callable[[Any], Any] = secrets.choice,
    token: Callable[[int], str] = secrets.token_urlsafe,
    fresh_bytes: Callable[[int], bytes] = secrets.token_bytes,
    beacon: Beacon | None = None,
    limits: Limits | None = None,
    on_founded: Callable[[], Awaitable[None]] | None = None,
    hold: Hold | None = None,
) -> App:
    """Wire a bot. The database behind `settings` must be migrated. Without a `beacon` shops seal their draws alone.

    `on_founded` is called after each new shop that a group has founded. Without a `hold` no other bot may use the
    database.
    """
    clock = clock or Clock.real()
    hold = hold or Hold()
    meters = Meters()
    session = session or LightSession(settings.telegram_api_url)
    pacer = Pacer(limits or Limits(), time.monotonic, meters)
    session.middleware(pacer)
    bot = Bot(settings.bot_token.get_secret_value(), session=session)
    db = Database.open(settings.database_url.get_secret_value(), meters)
    words = Words()
    checkin_policy = CheckInPolicy()
    communities = Communities(db, open_to_all=settings.open)
    campaigns = Campaigns(db)
    importing = Importing(db, ImportPolicy())
    raffle_policy = RafflePolicy()
    raffles = Raffles(db, raffle_policy, fresh_bytes, beacon)
    calling_off = CallingOff(db, raffle_policy, beacon)
    proving = Proving(db)
    belonging = Belonging(db, FansPolicy())
    whereabouts = Whereabouts(bot, belonging, clock, FansPolicy())
    stream_policy = StreamPolicy()
    streams = Streams(db, stream_policy)
    cadence = Cadence(db, CadencePolicy())
    out = Outbound(bot, session, pacer, settings.public_url)
    sources = Sources(db, partial(token, TOKEN_BYTES))
    gift_policy = GiftPolicy()
    gifts = Gifts(db, gift_policy, partial(token, GIFT_TOKEN_BYTES))
    whispers = Whispers(out, db, clock)
    voice = Voice(
        out=out,
        words=words,
        db=db,
        communities=communities,
        clock=clock,
        whispers=whispers,
        meters=meters,
        absent=belonging.not_there,
    )
    deliveries = Deliveries(
        out=out,
        db=db,
        words=words,
        voice=voice,
        communities=communities,
        clock=clock,
        cards={
            CARD: card_of,
            airings.CARD: airings.live_card,
            mornings.CARD: morning_card,
            gift_cards.CARD: gift_cards.card_of,
            packets.CARD: packets.card_of,
            raffle_cards.CARD: raffle_cards.raffle_card,
        },
        files={raffle_cards.CARD: proving.proof, raffle_cards.REDRAW: proving.redraw},
        witnesses={namings.NAMING: namings.note_posted},
    )
    sender = Sender(
        db=db, deliveries=deliveries, pacer=pacer, communities=communities, clock=clock, hold=hold, meters=meters
    )
    spoken_words = SpokenWords(db)
    reminders = Reminders(db, stream_policy)
    clockwork = Clockwork(db, stream_policy)
    packet_policy = PacketPolicy()
    farming_policy = FarmingPolicy()
    heart_policy = HeartPolicy()
    resolving = Resolving(db, farming_policy)
    due = (
        clockwork,
        reminders,
        cadence,
        spoken_words,
        Lapsing(db, LapsePolicy()),
        Rewarding(db, gift_policy),
        gifts,
        PacketDraws(db, packet_policy, whereabouts.look_up),
        resolving,
        EndingCoupons(db, EndingPolicy()),
        Drawing(db, raffle_policy, beacon, whereabouts.look_up),
        whereabouts,
    )
    jobs = Jobs(db=db, clock=clock, hold=hold, features=due, meters=meters)
    table = handlers.setup()
    rooms = Rooms(db)
    topics = Topics(db)
    out.on_lost_topic = partial(lose_topic, topics, communities, clock)
    setting_up = SettingUp(db, SetupPolicy())
    staffing = Staffing(db)
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
    ways = WaysIn(bot, sources)
    menus = Menus(out, words, communities, table.names, whispers)
    panel = SetupPanel(
        bot=bot, communities=communities, rooms=rooms, roles=roles, setting_up=setting_up, voice=voice, menus=menus
    )
    drafts = Drafts(db)
    people = People(db)
    admin_panel = AdminPanel(
        communities=communities,
        drafts=drafts,
        overview=Overview(db),
        people=people,
        reaches=Reaches(db),
        voice=voice,
        commands=table.commands,
    )
    dispatcher = Dispatcher(
        disable_fsm=True,
        db=db,
        out=out,
        clock=clock,
        meters=meters,
        patience=Patience(),
        words=words,
        voice=voice,
        communities=communities,
        rooms=rooms,
        topics=topics,
        setting_up=setting_up,
        arrivals=arrivals,
        panel=panel,
        drafts=drafts,
        admin_panel=admin_panel,
        roles=roles,
        doors=Doors(roles, arrivals, voice, whereabouts, ways, clock),
        checkins=CheckIns(db, checkin_policy, checking_in.check_in),
        checkin_policy=checkin_policy,
        coupons=Coupons(db, CouponPolicy(), choice),
        campaigns=campaigns,
        redeeming=Redeeming(db, redeeming.redeem),
        shop=Shop(db, ShopPolicy()),
        items=Items(db),
        purchases=Purchases(db),
        importing=importing,
        people=people,
        naming=Naming(bot, communities, people),
        orders=Orders(db),
        hooks=Hooks(db, partial(token, OrderPolicy().secret_bytes), listening=settings.metrics_port is not None),
        raffles=raffles,
        calling_off=calling_off,
        proving=proving,
        redrawing=Redrawing(db, raffle_policy, whereabouts.look_up),
        chances=Chances(CouponPolicy(), choice, fresh_bytes),
        members=Members(db, BoardPolicy()),
        packets=Packets(db, packet_policy, fresh_bytes),
        streams=streams,
        stream_policy=stream_policy,
        evenings=Evenings(db, stream_policy),
        reminders=reminders,
        spoken_words=spoken_words,
        attendance_policy=AttendancePolicy(),
        belonging=belonging,
        whereabouts=whereabouts,
        joining=Joining(db, WelcomePolicy(), checkin_policy, comes=partial(coming.come, choice=choice), goes=coming.go),
        gifts=gifts,
        gift_offers=GiftOffers(db, gift_policy),
        sources=sources,
        ways=ways,
        reporting=Reporting(db),
        preferences=Preferences(db),
        privacy=Privacy(db),
        holding=Holding(db, farming_policy),
        resolving=resolving,
        hearts=Hearts(db, heart_policy),
        staffing=staffing,
        unlocking=Unlocking(db, Tools(heart_policy, packet_policy, raffle_policy, fresh_bytes)),
    )
    who = WhoAsks(communities, clock, Watching(db, farming_policy), topics)
    dispatcher.include_router(table)
    dispatcher["words_taken"] = table.words
    return App(
        bot=bot,
        session=session,
        out=out,
        db=db,
        dispatcher=dispatcher,
        clock=clock,
        communities=communities,
        campaigns=campaigns,
        importing=importing,
        calling_off=calling_off,
        proof=proving.proof,
        sender=sender,
        jobs=jobs,
        who=who,
        table=table,
        menus=menus,
        whispers=whispers,
        roles=roles,
        arrivals=arrivals,
        concurrency=settings.concurrency,
        meters=meters,
        hold=hold,
        listens_to=frozenset(dispatcher.resolve_used_update_types()),
        repairs=Repairs(db),
    )


def tune_collector() -> None:
    """Freeze what was wired, collect what comes less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)
    # The writer lets the GIL go at each of its statements anyway; taking it away between them only costs switches.
    sys.setswitchinterval(SWITCH_SECONDS)
