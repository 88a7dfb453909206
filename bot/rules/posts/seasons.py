"""Seasons, as a shop's zone has them."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Season(StrEnum):
    """A season. The values stand in rows and never change."""

    SPRING = "spring"
    SUMMER = "summer"
    AUTUMN = "autumn"
    WINTER = "winter"


_BY_MONTH = (
    *(Season.WINTER, Season.WINTER, Season.SPRING, Season.SPRING, Season.SPRING, Season.SUMMER),
    *(Season.SUMMER, Season.SUMMER, Season.AUTUMN, Season.AUTUMN, Season.AUTUMN, Season.WINTER),
)
"""In the north, from January on."""
_SOUTH = (
    *("Australia/", "Antarctica/", "America/Argentina/", "America/Buenos_Aires", "America/Sao_Paulo"),
    *("America/Santiago", "America/Punta_Arenas", "America/Coyhaique", "America/Montevideo", "America/Asuncion"),
    *("America/La_Paz", "America/Lima", "America/Campo_Grande", "America/Cuiaba", "America/Bahia", "Brazil/East"),
    *("Chile/", "Pacific/Auckland", "Pacific/Chatham", "NZ", "Pacific/Norfolk", "Pacific/Noumea", "Pacific/Fiji"),
    *("Pacific/Tongatapu", "Pacific/Easter", "Africa/Johannesburg", "Africa/Maseru", "Africa/Mbabane"),
    *("Africa/Maputo", "Africa/Harare", "Africa/Gaborone", "Africa/Windhoek", "Africa/Lusaka"),
    *("Indian/Antananarivo", "Indian/Mauritius", "Indian/Reunion", "Atlantic/Stanley", "Atlantic/South_Georgia"),
)
"""Beginnings of the names of zones south of the equator where the year's halves feel unlike."""
HALF_A_YEAR = 6


def season_of(day: date, timezone: str) -> Season:
    """The season of a local day by whole months: in the north spring begins in March, in the south in September."""
    month = day.month - 1 + (HALF_A_YEAR if timezone.startswith(_SOUTH) else 0)
    return _BY_MONTH[month % len(_BY_MONTH)]


@dataclass(frozen=True, slots=True)
class Validity:
    """When a post may be sent."""

    season: str | None = None
    """A `Season`; None: the whole year."""
    first: date | None = None
    last: date | None = None
    """The last day on which it may be sent; None: no end."""

    def holds_on(self, day: date, timezone: str) -> bool:
        """Whether the post may be sent on this local day."""
        return (
            (self.season is None or self.season == season_of(day, timezone))
            and (self.first is None or self.first <= day)
            and (self.last is None or day <= self.last)
        )
