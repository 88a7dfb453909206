"""Buttons of questions about files that staff handed in."""

from bot.content.button import Button, Rows
from bot.content.buttons.shared import Buttons, cancel_import, import_press
from bot.rules.imports import AskFileCodes, AskFileColumn, AskFileDays, Verb
from bot.rules.sheets.sheet import NOWHERE

MOST_COLUMNS = 90
"""Telegram takes a hundred buttons under a message."""


def _column(question: AskFileColumn) -> Rows:
    columns = tuple(
        (Button("column", press=import_press(question.shown, Verb.COLUMN, column.index), about=column),)
        for column in question.columns[:MOST_COLUMNS]
    )
    none = Button("no_column", press=import_press(question.shown, Verb.COLUMN, NOWHERE))
    return (*columns, *(((none,),) if question.can_lack else ()), cancel_import(question.shown))


def _days(question: AskFileDays) -> Rows:
    day = Button("day_first", press=import_press(question.shown, Verb.DAYS, 1), about=question.day_first)
    month = Button("month_first", press=import_press(question.shown, Verb.DAYS, 0), about=question.month_first)
    return ((day,), (month,), cancel_import(question.shown))


def _codes(question: AskFileCodes) -> Rows:
    several = Button("several_codes", press=import_press(question.shown, Verb.CODES, 1), about=question.count)
    one = Button("one_code", press=import_press(question.shown, Verb.CODES, 0))
    return ((several,), (one,), cancel_import(question.shown))


BUTTONS: Buttons = {AskFileColumn: _column, AskFileDays: _days, AskFileCodes: _codes}
