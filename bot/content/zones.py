"""Find time zones by the names that people use: cities and countries, in the three languages."""

from dataclasses import dataclass
from datetime import UTC as UTC_CLOCK
from datetime import datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from unicodedata import combining, normalize

from babel import Locale
from babel.core import get_global
from babel.dates import get_timezone_location

from bot.rules.calendar import zone as zone_of
from bot.rules.shops.setup import ZONES_OFFERED
from bot.rules.times.vocabulary import tidy
from bot.rules.times.zones import key_of, offset_of
from bot.rules.words import Language

LOCALES = {Language.KO: Locale("ko"), Language.ZH: Locale("zh", script="Hans"), Language.EN: Locale("en", "US")}
MOST_MATCHES = 6
UTC = "UTC"
OTHER_NAMES_FILE = Path(__file__).parent / "cities.txt"
SEASONS = tuple(datetime(2026, month, 1, tzinfo=UTC_CLOCK) for month in (1, 7))
"""Instants of a winter and a summer: a zone with one offset at both puts its clocks forward and back no more."""
SURE = 2
"""The rank of a match, up to which a single one is certain: the whole name, or its beginning."""
SHORTEST_PART = 2
"""The shortest text, in characters, that is searched as a part of a name. A shorter one must be the whole name."""


@dataclass(frozen=True, slots=True)
class _Zone:
    key: str
    cities: frozenset[str]
    countries: frozenset[str]
    offered: bool
    """Whether the panel offers it. Of a country's zones those come first."""


def only_zone(text: str) -> str | None:
    """The one IANA zone that a text means for sure; None if it means several, or none.

    Of the zones that are always `UTC+9` it is the one that the panel offers first.
    """
    ahead = offset_of("".join(tidy(text).split()))
    if ahead is not None:
        return next((key for key in _offered() if _always(key, ahead)), None)
    ranked = _ranked(text)
    best = _best(ranked)
    if len(best) == 1 and ranked[best[0]] <= SURE:
        return best[0]
    key = key_of(text.strip())
    return key if key is not None and "/" in key else None


def find_zones(text: str, most: int = MOST_MATCHES) -> tuple[str, ...]:
    """At most `most` IANA zones that somebody may mean, the likeliest first.

    `text` names a city, a country, the zone itself, or how far its clocks are ahead of UTC.
    """
    ahead = offset_of("".join(tidy(text).split()))
    if ahead is not None:
        always = [key for key in _offered() if _always(key, ahead)]
        seasonal = [key for key in _offered() if key not in always and ahead in _offsets(key)]
        return tuple((*always, *seasonal)[:most])
    return tuple(_best(_ranked(text))[:most])


def _ranked(text: str) -> dict[str, int]:
    """How well each zone fits that fits at all."""
    wanted = _normalized(text)
    found = {zone.key: _rank(zone, wanted) for zone in _index()} if wanted else {}
    return {key: rank for key, rank in found.items() if rank is not None}


def _best(ranked: dict[str, int]) -> list[str]:
    """The likeliest first; those alone whose whole name was said, if there are any."""
    offered = {zone.key for zone in _index() if zone.offered}
    best = sorted(ranked, key=lambda key: (ranked[key], key not in offered))
    return [key for key in best if ranked[key] == 0] or best


def _offered() -> tuple[str, ...]:
    return tuple(dict.fromkeys((UTC, *(key for keys in ZONES_OFFERED.values() for key in keys))))


def _always(key: str, ahead: timedelta) -> bool:
    return _offsets(key) == {ahead}


@lru_cache(maxsize=64)
def _offsets(key: str) -> frozenset[timedelta | None]:
    """How far a zone's clocks are ahead of UTC in winter and in summer."""
    return frozenset(at.astimezone(zone_of(key)).utcoffset() for at in SEASONS)


def city(zone: str, language: Language) -> str:
    """The name of a zone in a language: its city."""
    return _cities(zone).get(language, zone)


def _rank(zone: _Zone, wanted: str) -> int | None:
    """How well a zone fits: 0 is best, None is no match."""
    if wanted in zone.cities:
        return 0
    if wanted in zone.countries:
        return 1
    if len(wanted) < SHORTEST_PART:
        return None
    if any(name.startswith(wanted) for name in zone.cities):
        return 2
    if any(name.startswith(wanted) for name in zone.countries):
        return 3
    return 4 if any(wanted in name for name in (*zone.cities, *zone.countries)) else None


@lru_cache(maxsize=1)
def _index() -> tuple[_Zone, ...]:
    lines = files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8").splitlines()
    other_names = _other_names()
    offered = {key for keys in ZONES_OFFERED.values() for key in keys}
    found = [_Zone(UTC, frozenset({"utc", "gmt"}), frozenset(), offered=True)]
    for line in lines:
        if not line.startswith("#"):
            country, _, key = line.split("\t")[:3]
            lands = (country, *(locale.territories.get(country, country) for locale in LOCALES.values()))
            names = {key, key.rsplit("/", 1)[1], *_cities(key).values(), *other_names.get(key, ())}
            found.append(
                _Zone(key, frozenset(map(_normalized, names)), frozenset(map(_normalized, lands)), key in offered)
            )
    return tuple(found)


def _other_names() -> dict[str, list[str]]:
    lines = (
        line.split(maxsplit=1) for line in OTHER_NAMES_FILE.read_text(encoding="utf-8").splitlines() if line[:1] != "#"
    )
    return {key: [name.strip() for name in names.split(",")] for key, names in lines}


@lru_cache(maxsize=1024)
def _cities(zone: str) -> dict[Language, str]:
    """A zone's city by language. CLDR may list it under an alias of the zone, as Calcutta for Kolkata."""
    aliases = get_global("zone_aliases")
    newest = aliases.get(zone, zone)
    others = [newest, *(old for old, new in aliases.items() if new == newest)]
    cities: dict[Language, str] = {}
    for language, locale in LOCALES.items():
        known = next((key for key in (zone, *others) if "city" in locale.time_zones.get(key, {})), None)
        name = locale.time_zones[known]["city"] if known is not None else None
        cities[language] = name or get_timezone_location(zone, locale=locale, return_city=True).rsplit("/", 1)[-1]
    return cities


def _normalized(text: str) -> str:
    """The text without case, accents, spaces and signs between words."""
    letters = normalize("NFD", text.casefold())
    bare = normalize("NFC", "".join(c for c in letters if not combining(c) or "\u3099" <= c <= "\u309a"))
    return "".join(c for c in bare if c.isalnum() or c == "/")
