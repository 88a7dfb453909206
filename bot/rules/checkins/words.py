"""What fans write when they check in: the word alone, with a polite ending, or with *today* before it.

Only these whole messages count. A sentence that merely contains the word is small talk.
"""

from itertools import product

CHECK_IN_WORDS = ("출석", "출석체크", "출첵", "출쳌", "체크인", "ㅊㅊ", "打卡", "签到", "簽到", "check in")
"""The words as such. They count with signs, said again and again, and in a question too."""
MAKE_UP_WORDS = ("출석 보충", "补签", "補簽", "make up")
"""A make-up costs coins, so nothing but the word means it."""

KO_WORDS = ("출석", "출석체크", "출첵", "출쳌", "체크인")
KO_BEFORE = ("", "오늘", "오늘도", "오늘의", "저도", "나도", "일단")
KO_AFTER = (
    *("", "요", "욥", "이요", "이용", "입니다", "이에요", "해요", "해용", "합니다", "합니당", "함", "할게요", "할께요"),
    *("했어요", "했습니다", "했음", "완", "완료", "완료요", "완료했어요", "완료했습니다", "완료입니다"),
    *("하고가요", "하고갑니다", "하러왔어요", "하러왔습니다", "왔어요", "왔습니다", "도장", "도장꾹"),
)
ZH_WORDS = ("打卡", "签到", "簽到", "打个卡", "打個卡", "签个到", "簽個到")
ZH_BEFORE = ("", "来", "來", "我来", "我來", "今日", "今天", "每日", "日常", "已", "已经", "已經")
ZH_AFTER = (
    *("", "啦", "了", "咯", "喽", "囉", "哦", "喔", "呀", "来了", "來了", "来啦", "來啦", "一下"),
    *("成功", "完成", "完毕", "完畢"),
)
EN_WORDS = ("check in", "checking in", "checked in", "check me in")
EN_BEFORE = ("", "daily ", "I'm ", "just ")
EN_AFTER = ("", " today", " done", " time")

CHECK_IN_STATEMENTS = tuple(
    f"{before}{word}{after}"
    for befores, words, afters in (
        (KO_BEFORE, KO_WORDS, KO_AFTER),
        (ZH_BEFORE, ZH_WORDS, ZH_AFTER),
        (EN_BEFORE, EN_WORDS, EN_AFTER),
    )
    for before, word, after in product(befores, words, afters)
    if f"{before}{word}{after}" not in CHECK_IN_WORDS
)
"""Whole messages that say: I check in. The same words with a question mark ask others whether they did."""
