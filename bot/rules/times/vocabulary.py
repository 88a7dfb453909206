"""Every word of Korean, Chinese and English that stands in a time, a length of time or a zone."""

import re
from collections.abc import Iterable
from unicodedata import category, normalize

from bot.rules.times.parts import Part

PARTS = {
    "오전": Part.MORNING,
    "아침": Part.MORNING,
    "上午": Part.MORNING,
    "早上": Part.MORNING,
    "早晨": Part.MORNING,
    "清晨": Part.MORNING,
    "am": Part.MORNING,
    "a.m.": Part.MORNING,
    "a.m": Part.MORNING,
    "morning": Part.MORNING,
    "in the morning": Part.MORNING,
    "오후": Part.AFTERNOON,
    "下午": Part.AFTERNOON,
    "pm": Part.AFTERNOON,
    "p.m.": Part.AFTERNOON,
    "p.m": Part.AFTERNOON,
    "afternoon": Part.AFTERNOON,
    "in the afternoon": Part.AFTERNOON,
    "저녁": Part.EVENING,
    "밤": Part.EVENING,
    "晚上": Part.EVENING,
    "晚间": Part.EVENING,
    "晚": Part.EVENING,
    "夜里": Part.EVENING,
    "evening": Part.EVENING,
    "night": Part.EVENING,
    "in the evening": Part.EVENING,
    "at night": Part.EVENING,
    "새벽": Part.DAWN,
    "凌晨": Part.DAWN,
    "정오": Part.NOON,
    "낮": Part.NOON,
    "中午": Part.NOON,
    "正午": Part.NOON,
    "noon": Part.NOON,
}
"""Words for a part of the day."""
NOONS = ("정오", "中午", "正午", "noon")
"""Words that are an hour by themselves: 12:00."""
HOUR_SIGNS = ("시", "点钟", "點鐘", "点", "點", "时", "時")
MINUTE_SIGNS = ("분", "分钟", "分鐘", "分")
SECOND_SIGNS = ("초", "秒钟", "秒鐘", "秒")
FRACTIONS = {"반": 30, "半": 30, "一刻": 15, "三刻": 45}
"""Words for the minutes after an hour."""
SPELT = {
    "한": 1,
    "두": 2,
    "세": 3,
    "네": 4,
    "다섯": 5,
    "여섯": 6,
    "일곱": 7,
    "여덟": 8,
    "아홉": 9,
    "열": 10,
    "열한": 11,
    "열두": 12,
    "一": 1,
    "两": 2,
    "兩": 2,
    "二": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
    "十": 10,
    "十一": 11,
    "十二": 12,
}
"""Hours that are written as words."""
DATE_SIGNS = (("년", "월", "일"), ("年", "月", "日"), ("年", "月", "号"), ("年", "月", "號"))
"""What stands behind a year, a month and a day."""
MONTHS = {
    **{
        name: number
        for number, names in enumerate(
            (
                *("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july"),
                *("aug august", "sep sept september", "oct october", "nov november", "dec december"),
            ),
            start=1,
        )
        for name in names.split()
    }
}
"""English names of months → their numbers."""
WEEKDAYS = {
    **{name: number for number, name in enumerate("월화수목금토일")},
    **{f"{name}요일": number for number, name in enumerate("월화수목금토일")},
    **{
        f"{week}{name}": number
        for week in ("周", "週", "星期", "礼拜", "禮拜")
        for number, names in enumerate(("一", "二", "三", "四", "五", "六", "日天"))
        for name in names
    },
    **{name: number for number, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))},
    **{
        name: number
        for number, name in enumerate(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"))
    },
    "tues": 1,
    "weds": 2,
    "thur": 3,
    "thurs": 3,
}
"""Names of weekdays, Monday as 0."""
DAYS = {
    "오늘": 0,
    "내일": 1,
    "모레": 2,
    "글피": 3,
    "今天": 0,
    "今日": 0,
    "明天": 1,
    "明日": 1,
    "后天": 2,
    "後天": 2,
    "大后天": 3,
    "大後天": 3,
    "today": 0,
    "tomorrow": 1,
    "tmr": 1,
    "tmrw": 1,
    "day after tomorrow": 2,
    "the day after tomorrow": 2,
}
"""Names of days → how many days from today."""
SHORT_DAYS = {
    "今晚": "今天晚上",
    "明晚": "明天晚上",
    "后晚": "后天晚上",
    "今早": "今天早上",
    "明早": "明天早上",
    "tonight": "today evening",
    "this morning": "today morning",
    "this afternoon": "today afternoon",
    "this evening": "today evening",
}
"""One word for a day and a part of it → the two words."""
WEEKS = {
    "이번 주": 0,
    "이번주": 0,
    "금주": 0,
    "다음 주": 1,
    "다음주": 1,
    "담주": 1,
    "다다음 주": 2,
    "다다음주": 2,
    "这": 0,
    "這": 0,
    "本": 0,
    "这个": 0,
    "這個": 0,
    "下": 1,
    "下个": 1,
    "下個": 1,
    "下下": 2,
    "下下个": 2,
    "this": 0,
    "this week": 0,
    "next week": 1,
    "next": 1,
}
"""Names of a week before a weekday → how many weeks from this one, which begins on Monday."""
COMING = ("오는", "on", "coming")
"""Words before a weekday that mean the next one, as the weekday alone does."""
UNITS = {
    "weeks": ("주일", "주", "个星期", "個星期", "星期", "周", "週", "weeks", "week", "w"),
    "days": ("일", "天", "days", "day", "d"),
    "hours": (
        *("시간", "个小时", "個小時", "小时", "小時", "个钟头", "個鐘頭", "钟头", "鐘頭"),
        *("hours", "hour", "hrs", "hr", "h"),
    ),
    "minutes": ("분", "分钟", "分鐘", "分", "minutes", "minute", "mins", "min", "m"),
    "seconds": ("초", "秒钟", "秒鐘", "秒", "seconds", "second", "secs", "sec", "s"),
}
"""Units of a length of time, the longest first, and the words for each."""
ONE = ("a", "an", "one")
HALF_HOURS = ("반시간", "반 시간", "半小时", "半小時", "半个小时", "半個小時", "半个钟头", "half an hour", "half hour")
"""Lengths of 30 minutes."""
HALVES = ("반", "半")
AND_A_HALF = {"个半小时": "小时半", "個半小時": "小时半", "个半钟头": "小时半"}
"""A half that stands before its unit → the order in which it is read."""
LATER = ("후", "뒤", "이후", "있다가", "后", "後", "之后", "之後", "以后", "以後", "later", "from now")
"""Words behind a length of time that count it from now."""
DAYS_OR_DATE = "일"
"""A unit that is also the sign of a day of the month: alone it isn't a length for sure."""
PARTICLES = ("에", "까지", "부터")
"""What may stand behind a time and changes nothing."""
BETWEEN_HOURS = ("-", "–", "—", "~", "〜", " to ", " until ", " till ", "에서", "부터", "到", "至")  # as people type it
"""What stands between two times of a day: from the first to the second."""
ZONE_NAMES = {
    "한국": "Asia/Seoul",
    "한국시간": "Asia/Seoul",
    "한국표준시": "Asia/Seoul",
    "대한민국표준시": "Asia/Seoul",
    "서울시간": "Asia/Seoul",
    "北京时间": "Asia/Shanghai",
    "北京時間": "Asia/Shanghai",
    "中国时间": "Asia/Shanghai",
    "中国标准时间": "Asia/Shanghai",
    "中國標準時間": "Asia/Shanghai",
    "중국표준시": "Asia/Shanghai",
    "台北标准时间": "Asia/Taipei",
    "台北時間": "Asia/Taipei",
    "台北標準時間": "Asia/Taipei",
    "香港时间": "Asia/Hong_Kong",
    "香港時間": "Asia/Hong_Kong",
    "香港标准时间": "Asia/Hong_Kong",
    "香港標準時間": "Asia/Hong_Kong",
    "韩国时间": "Asia/Seoul",
    "韩国标准时间": "Asia/Seoul",
    "首尔时间": "Asia/Seoul",
    "东京时间": "Asia/Tokyo",
    "日本时间": "Asia/Tokyo",
    "日本标准时间": "Asia/Tokyo",
    "일본시간": "Asia/Tokyo",
    "일본표준시": "Asia/Tokyo",
    "koreastandardtime": "Asia/Seoul",
    "koreanstandardtime": "Asia/Seoul",
    "koreatime": "Asia/Seoul",
    "seoultime": "Asia/Seoul",
    "chinastandardtime": "Asia/Shanghai",
    "chinatime": "Asia/Shanghai",
    "beijingtime": "Asia/Shanghai",
    "taipeistandardtime": "Asia/Taipei",
    "hongkongstandardtime": "Asia/Hong_Kong",
    "hongkongtime": "Asia/Hong_Kong",
    "singaporestandardtime": "Asia/Singapore",
    "japanstandardtime": "Asia/Tokyo",
    "pacifictime": "America/Los_Angeles",
    "mountaintime": "America/Denver",
    "centraltime": "America/Chicago",
    "easterntime": "America/New_York",
}
"""Names of zones without blanks → the zone. Names that several zones have aren't here."""

_MARKS = re.compile(r"\s+")


def tidy(text: str) -> str:
    """The text in one width and case, without signs that nobody sees, with single blanks."""
    plain = normalize("NFKC", text).casefold()
    return _MARKS.sub(" ", "".join(sign for sign in plain if category(sign) != "Cf")).strip()


def any_of(words: Iterable[str]) -> str:
    """A pattern for one of these words, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
