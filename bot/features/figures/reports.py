"""The figures of a stream or of some days, counted from the rows whenever they are asked for."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.figures.coin_sums import coins_of_days
from bot.features.figures.coins import coin_figures
from bot.features.figures.fans import coupon_figures, fan_figures
from bot.features.figures.funnel import source_funnel
from bot.features.figures.orders import order_figures, paid_at
from bot.rules.airings import LIVE_PHASES, AiringFacts, AiringState, phase_of
from bot.rules.calendar import day_of
from bot.rules.figures.charts import Chart, by_day, over_evening
from bot.rules.figures.funnel import SourceFunnel
from bot.rules.figures.reports import (
    Figures,
    NoStreamYet,
    NoSuchStream,
    PeriodReport,
    StreamNotBegun,
    StreamOutcome,
    StreamReport,
)
from bot.rules.figures.windows import FiguresPolicy, Window, days_window, period_window, stream_window
from bot.rules.place import Place
from bot.store.airings import AIRINGS, airing_of, facts_of
from bot.store.engine.db import Database
from bot.store.places import find_place
from bot.store.tables import Airing, Stream


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to read. Without any of these it is the stream of tonight, else the latest."""

    days: int | None = None
    number: int | None = None
    """The stream's number."""
    airing_id: int | None = None
    sources: bool = False


ReportOutcome = StreamOutcome | PeriodReport | SourceFunnel


class Reports:
    """Reads the figures of a shop."""

    def __init__(self, db: Database, policy: FiguresPolicy) -> None:
        self._db = db
        self._policy = policy

    async def report(self, place: Place, wish: Wish, at: datetime) -> ReportOutcome:
        """What was asked for, as it is now."""
        return await self._db.read(report, place, wish, at, self._policy)

    async def chart(self, place: Place, told: StreamReport | PeriodReport, at: datetime) -> Chart:
        """The orders of a report over its time."""
        return await self._db.read(chart, place, told, at, self._policy)

    async def place(self, community_id: int) -> Place | None:
        """A shop by an id that a button carried; None if there is no such shop."""
        return await self._db.read(find_place, community_id)


def report(session: Session, place: Place, wish: Wish, at: datetime, policy: FiguresPolicy) -> ReportOutcome:
    """Read what was asked for."""
    if wish.sources:
        return source_funnel(session, place, at, policy)
    if wish.days is not None:
        return period_report(session, place, wish.days, at, policy)
    airing = _meant(session, place, wish, at)
    return stream_report(session, place, airing, at, policy) if isinstance(airing, AiringFacts) else airing


def stream_report(
    session: Session, place: Place, airing: AiringFacts, at: datetime, policy: FiguresPolicy
) -> StreamReport:
    """The figures of one airing, so far if it is on."""
    window = window_of(airing, policy)
    return StreamReport(
        community_id=place.community_id,
        airing_id=airing.id,
        number=airing.number,
        title=airing.title,
        starts_at=airing.starts_at,
        running=phase_of(airing, at) in LIVE_PHASES,
        until=window.end,
        final=at >= window.end,
        figures=figures_of(session, place, window, at, policy, airing_id=airing.id),
    )


def period_report(session: Session, place: Place, days: int, at: datetime, policy: FiguresPolicy) -> PeriodReport:
    """The figures of some days, today included."""
    window = period_window(at, days, place.timezone)
    figures = figures_of(session, place, window, at, policy)
    return PeriodReport(place.community_id, days, day_of(window.start, place.timezone), figures)


def day_figures(session: Session, place: Place, day: date, at: datetime, policy: FiguresPolicy) -> Figures:
    """The figures of one day."""
    return figures_of(session, place, days_window(day, 1, place.timezone), at, policy)


def figures_of(
    session: Session,
    place: Place,
    window: Window,
    at: datetime,
    policy: FiguresPolicy,
    *,
    airing_id: int | None = None,
) -> Figures:
    """All figures of a window. Without `airing_id` it is made of whole days, so that coins are known by sums."""
    known = coins_of_days(session, place.community_id, window) if airing_id is None else None
    checked_in = known.checked_in if known is not None else None
    return Figures(
        orders=order_figures(session, place, window),
        fans=fan_figures(session, place, window, airing_id, policy, checked_in),
        coupons=coupon_figures(session, place, window),
        coins=coin_figures(session, place, window, at, known),
    )


def window_of(airing: AiringFacts, policy: FiguresPolicy) -> Window:
    """What counts for an airing. One that is on ends by its length."""
    return stream_window(airing.starts_at, airing.closed_at or airing.ends_at, policy)


def chart(
    session: Session, place: Place, told: StreamReport | PeriodReport, at: datetime, policy: FiguresPolicy
) -> Chart:
    """When the orders of a report were paid."""
    if isinstance(told, StreamReport):
        window = Window(told.starts_at, told.until)
        return over_evening(paid_at(session, place, window), window, at, policy.bars)
    window = period_window(at, told.days, place.timezone)
    return by_day(paid_at(session, place, window), told.since, told.days, place.timezone)


def has_begun(session: Session, place: Place, at: datetime) -> bool:
    """Whether a stream of this shop has begun yet, so that there is a latest one."""
    return _latest(session, at, col(Airing.community_id) == place.community_id) is not None


def _meant(
    session: Session, place: Place, wish: Wish, at: datetime
) -> AiringFacts | NoStreamYet | NoSuchStream | StreamNotBegun:
    """The airing that was asked for: by its id, the stream's latest, else the latest of all that have begun."""
    if wish.airing_id is not None:
        found = airing_of(session, place.community_id, wish.airing_id)
        return found if found is not None else NoStreamYet(place.community_id)
    if wish.number is None:
        latest = _latest(session, at, col(Airing.community_id) == place.community_id)
        return latest if latest is not None else NoStreamYet(place.community_id)
    stream = session.execute(
        select(Stream).where(col(Stream.community_id) == place.community_id, col(Stream.number) == wish.number)
    ).scalar_one_or_none()
    if stream is None:
        return NoSuchStream(wish.number)
    latest = _latest(session, at, col(Airing.stream_id) == stream.id)
    if latest is not None:
        return latest
    coming = session.execute(
        select(col(Airing.starts_at))
        .where(col(Airing.stream_id) == stream.id, col(Airing.state) == AiringState.PLANNED)
        .order_by(col(Airing.planned_at))
        .limit(1)
    ).scalar_one_or_none()
    return StreamNotBegun(stream.number, stream.title, coming)


def _latest(session: Session, at: datetime, where: object) -> AiringFacts | None:
    """The latest airing that has begun and wasn't cancelled."""
    row = session.execute(
        AIRINGS.where(where, col(Airing.state) != AiringState.CANCELLED, col(Airing.starts_at) <= at)  # type: ignore[arg-type]
        .order_by(col(Airing.starts_at).desc(), col(Airing.id).desc())
        .limit(1)
    ).one_or_none()
    return facts_of(tuple(row)) if row is not None else None
