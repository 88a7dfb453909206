"""Instants as people say them: *tonight at 8 PM*, and as Koreans and Chinese say it.

The full date is used only for what is more than six days away, ahead or back.
"""

from dataclasses import dataclass
from datetime import date, datetime

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time

from bot.rules.calendar import zone
from bot.rules.words import Language

LOCALES = {Language.KO: Locale("ko"), Language.ZH: Locale("zh", script="Hans"), Language.EN: Locale("en", "US")}

TIMES = {Language.KO: "aaaa h:mm", Language.ZH: "HH:mm", Language.EN: "h:mm a"}
"""CLDR's short Korean form writes AM and PM in Latin letters. People write them in Korean."""

A_WEEK = 6
"""Up to so many days away a weekday says which day is meant."""

EVENING = {Language.EN: 17, Language.ZH: 18}
"""From this hour on the day's end is *tonight*."""

NOON = 12
HALF = 30
"""The minute at which Chinese says *half*."""

_CHINESE_HOURS = ((0, "凌晨"), (5, "早上"), (8, "上午"), (12, "中午"), (13, "下午"), (18, "晚上"))
"""From which hour on a part of the day is called so."""

_ENTITY_TIME, _ENTITY_WEEKDAY, _ENTITY_DATE, _ENTITY_AS_IS = "t", "wt", "wDt", ""
"""Forms of Telegram's date-time entity: what a reader's app writes in place of the moment."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """An instant as it is said."""

    day: str
    """What stands before the moment: `tonight at `, with its blank; empty if the moment says the day itself."""
    moment: str
    """What a reader in another zone sees in their own time."""
    form: str
    """The form of Telegram's date-time entity for the moment; empty: the app shows the words as they are."""

    @property
    def text(self) -> str:
        """All of it in the shop's time, as plain text."""
        return self.day + self.moment


def say_instant(value: datetime, now: datetime, timezone: str, language: Language) -> Spoken:
    """How an instant is said at `now` in a zone."""
    local, today = value.astimezone(zone(timezone)), now.astimezone(zone(timezone)).date()
    ahead = (local.date() - today).days
    if ahead == 1 and (local.hour, local.minute) == (0, 0):
        return Spoken("", _MIDNIGHT[language], _ENTITY_AS_IS)
    if -1 <= ahead <= 1:
        return _near(local, ahead, language)
    if abs(ahead) <= A_WEEK:
        which = "" if ahead > 0 else _which_week(local.date(), today, language)
        return Spoken(which, _on_weekday(local, language), _ENTITY_WEEKDAY)
    return Spoken("", full_date(local, today, language), _ENTITY_DATE)


def say_day(value: date, today: date, language: Language) -> str:
    """A day as it is said: *today*, *Nov 9*; its year too if it isn't this year."""
    if abs((value - today).days) <= 1:
        return _DAYS[language][(value - today).days]
    skeleton = "MMMd" if value.year == today.year else "yMMMd"
    return format_skeleton(skeleton, datetime(value.year, value.month, value.day), locale=LOCALES[language])  # noqa: DTZ001


def full_date(local: datetime, today: date, language: Language) -> str:
    """Date, weekday and time; the year too if it isn't this year."""
    skeleton = "MMMEd" if local.year == today.year else "yMMMEd"
    shown = format_skeleton(skeleton, local, locale=LOCALES[language])
    return f"{shown} {format_time(local, TIMES[language], locale=LOCALES[language])}"


def time_of_day(local: datetime, language: Language) -> str:
    """`8 PM`, `8:15 PM`; in Chinese the part of the day comes first."""
    match language:
        case Language.EN if (local.hour, local.minute) == (NOON, 0):
            return "noon"
        case Language.EN:
            return format_time(local, "h a" if local.minute == 0 else "h:mm a", locale=LOCALES[language])
        case Language.KO:
            return format_time(local, TIMES[language], locale=LOCALES[language])
        case Language.ZH:
            return f"{_chinese_part(local.hour)} {_chinese_hour(local)}"


_MIDNIGHT = {Language.KO: "오늘 밤 12시", Language.ZH: "今晚 12 点", Language.EN: "midnight tonight"}
_DAYS = {
    Language.KO: {-1: "어제", 0: "오늘", 1: "내일"},
    Language.ZH: {-1: "昨天", 0: "今天", 1: "明天"},
    Language.EN: {-1: "yesterday", 0: "today", 1: "tomorrow"},
}
_NEAR = {
    Language.KO: {-1: "어제 ", 0: "오늘 ", 1: "내일({}) "},
    Language.ZH: {-1: "昨天", 0: "今天", 1: "明天（{}）"},
    Language.EN: {-1: "yesterday at ", 0: "today at ", 1: "tomorrow ({}) at "},
}
_LAST = {Language.KO: ("지난 ", "지난 "), Language.ZH: ("上", "本"), Language.EN: ("last ", "last ")}
"""Before a weekday that is over: of the week before, and of this week."""
_CHINESE_NIGHTS = {-1: "昨晚 ", 0: "今晚 "}
_CHINESE_FULL = "{} 点"
_CHINESE_HALF_PAST = "{} 点半"


def _near(local: datetime, ahead: int, language: Language) -> Spoken:
    """Yesterday, today or tomorrow. Tomorrow names its weekday, because a message may be read a day later."""
    day, moment = _NEAR[language][ahead], time_of_day(local, language)
    if language is Language.EN and ahead == 0 and local.hour >= EVENING[language]:
        day = "tonight at "
    if language is Language.ZH and ahead in _CHINESE_NIGHTS and local.hour >= EVENING[language]:
        day, moment = _CHINESE_NIGHTS[ahead], _chinese_hour(local)
    return Spoken(day.format(_weekday(local, "EEE", language)), moment, _ENTITY_TIME)


def _which_week(day: date, today: date, language: Language) -> str:
    """What stands before the weekday of a past day. Chinese says whether it was in this week."""
    before, this_week = _LAST[language]
    return this_week if (today - day).days <= today.weekday() else before


def _on_weekday(local: datetime, language: Language) -> str:
    weekday = _weekday(local, "EEE" if language is Language.ZH else "EEEE", language)
    time = time_of_day(local, language)
    match language:
        case Language.EN:
            return f"{weekday} at {time}"
        case Language.KO:
            return f"{weekday} {time}"
        case Language.ZH:
            return weekday + time


def _weekday(local: datetime, form: str, language: Language) -> str:
    return format_date(local, form, locale=LOCALES[language])


def _chinese_part(hour: int) -> str:
    return [part for begins, part in _CHINESE_HOURS if begins <= hour][-1]


def _chinese_hour(local: datetime) -> str:
    """An hour, half past it, or the minutes after a colon, counted to twelve."""
    hour = local.hour if local.hour <= NOON else local.hour - NOON
    if local.minute == HALF:
        return _CHINESE_HALF_PAST.format(hour)
    return _CHINESE_FULL.format(hour) if local.minute == 0 else f"{hour}:{local.minute:02}"
