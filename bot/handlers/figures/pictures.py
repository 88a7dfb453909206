"""The picture of a report: its words in the reader's language, and the files that come by themselves."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.content import Words
from bot.features.figures.by_itself import PICTURE, REPORT
from bot.features.figures.reports import Reports, Wish
from bot.outside.pictures import Painter
from bot.rules.calendar import zone
from bot.rules.figures.charts import Bar, Chart
from bot.rules.figures.drawing import Column, Drawing, Fact, drawable
from bot.rules.figures.orders import Takings
from bot.rules.figures.reports import PeriodReport, ReportPicture, StreamReport
from bot.rules.place import Place
from bot.rules.words import Language
from bot.store.engine.db import Database
from bot.store.messages.telling import Attachment
from bot.store.places import find_place
from bot.store.private_messages import reader_of
from bot.store.tables import Person
from bot.telegram.deliveries import FileMaker

FILE = "drawing"
"""The file of the picture's words, in the folder of figures."""
NAME = "report.png"

Told = StreamReport | PeriodReport


class ReportPictures:
    """Draws reports."""

    def __init__(self, words: Words, reports: Reports, painter: Painter) -> None:
        self._words = words
        self._reports = reports
        self._painter = painter

    async def draw(self, told: Told, place: Place, language: Language, at: datetime) -> bytes | None:
        """The report's picture; None if it can't be drawn on this machine."""
        chart = await self._reports.chart(place, told, at)
        return await self._painter.draw(self._drawing(told, chart, place, language), language.value)

    def _drawing(self, told: Told, chart: Chart, place: Place, language: Language) -> Drawing:
        def say(block: str, **values: Any) -> str:
            return drawable(self._words.line(f"figures/{FILE}", block, language, place=place, **values))

        orders, fans = told.figures.orders, told.figures.fans
        own = next((one for one in orders.takings if one.currency == place.currency), Takings(place.currency, 0))
        others = tuple(one for one in orders.takings if one is not own)
        stream = isinstance(told, StreamReport)
        return Drawing(
            shop=drawable(place.shop[:60]),
            title=drawable(told.title[:60]) if isinstance(told, StreamReport) else say("title_period", days=told.days),
            when=say("when_stream", at=told.starts_at)
            if isinstance(told, StreamReport)
            else say("when_period", since=told.since, until=chart.bars[-1].begins),
            headline=Fact(say("revenue", amount=own.revenue, currency=own.currency), say("revenue_label")),
            also=say("also", takings=others) if others else "",
            chart=say("chart_stream" if stream else "chart_period"),
            columns=_columns(chart, place.timezone),
            facts=(
                Fact(say("orders", n=orders.orders), say("orders_label")),
                Fact(say("fans", n=fans.attended), say("attended_label")),
                Fact(say("fans", n=fans.came), say("came_label")),
            ),
            footer=say("footer"),
        )


def _columns(chart: Chart, timezone: str) -> tuple[Column, ...]:
    """The bars, with a label under the first, the middle and the last one."""
    last = len(chart.bars) - 1
    labelled = {0, last // 2, last} if last > 1 else {0, last}
    return tuple(
        Column(bar.orders, _label(bar, timezone) if place in labelled else "") for place, bar in enumerate(chart.bars)
    )


def _label(bar: Bar, timezone: str) -> str:
    """The time of an evening's bar, or the date of a day's, in digits."""
    if isinstance(bar.begins, datetime):
        return bar.begins.astimezone(zone(timezone)).strftime("%H:%M")
    return f"{bar.begins.month}/{bar.begins.day}"


class ReportFiles:
    """Makes the report and the picture that the owner was promised, when they are sent."""

    def __init__(self, db: Database, reports: Reports, pictures: ReportPictures, now: Callable[[], datetime]) -> None:
        self._db = db
        self._reports = reports
        self._pictures = pictures
        self._now = now

    @property
    def makers(self) -> Mapping[str, FileMaker]:
        """What makes each kind."""
        return {REPORT: self.report, PICTURE: self.picture}

    async def report(self, community_id: int, airing_id: int) -> Attachment | None:
        """The report in words; None if there is no such airing any more."""
        _, told = await self._tell(community_id, airing_id)
        return Attachment(NAME, b"", told, told) if told is not None else None

    async def picture(self, community_id: int, airing_id: int) -> Attachment | None:
        """The picture in the owner's language; None if it can't be drawn."""
        place, told = await self._tell(community_id, airing_id)
        if place is None or told is None:
            return None
        language = await self._db.read(_owners_language, place)
        png = await self._pictures.draw(told, place, language, self._now())
        caption = ReportPicture(told.title, 0)
        return Attachment(NAME, png, caption, caption, picture=True) if png is not None else None

    async def _tell(self, community_id: int, airing_id: int) -> tuple[Place | None, StreamReport | None]:
        place = await self._db.read(find_place, community_id)
        if place is None:
            return None, None
        told = await self._reports.report(place, Wish(airing_id=airing_id), self._now())
        return place, told if isinstance(told, StreamReport) else None


def _owners_language(session: Session, place: Place) -> Language:
    person = session.get(Person, place.owner_id)
    return reader_of(person, place.language).language if person is not None else place.language
