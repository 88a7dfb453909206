"""What the handlers of figures are given."""

from dataclasses import dataclass

from bot.features.figures.digest import DigestSwitch
from bot.features.figures.reports import Reports
from bot.handlers.figures.pictures import ReportPictures


@dataclass(frozen=True, slots=True)
class FigureServices:
    """The use cases of figures, and what draws their pictures."""

    reports: Reports
    pictures: ReportPictures
    digest: DigestSwitch
