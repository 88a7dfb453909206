"""The panel's lines: what was answered by buttons is what the command reads."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.handlers.kit.blanks import PanelAct, bare, blanks_of, flag, keep_answer
from bot.handlers.kit.forms import Field, Form, FormProblem, Moment, instant, quoted, words
from bot.rules.staff.panel import REVIEW, next_step
from tests.features.scene import PANEL

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
MOMENT = Moment(NOW, "Asia/Seoul")
FORM = Form({"title": Field(words(200, ""), needed=True), "other": Field(words(200, ""))}, "")
ACT = PanelAct("make", "coupons", "make", blanks_of(FORM))

TEXTS = st.text(st.characters(codec="utf-8"), max_size=40) | st.sampled_from(
    ('"', "a=b c=d", "“x” \"y\" 'z' «»「」『』", 'stock=5" other=6', "＂", "a  b")
)


@given(TEXTS, TEXTS)
def test_a_line_says_what_was_answered(title: str, other: str) -> None:
    """Whatever is typed into two blanks, their line is read as those two values; none slips into another."""
    try:
        values = {
            name: FORM.fields[name].read(name, text, MOMENT) for name, text in (("title", title), ("other", other))
        }
    except FormProblem:
        return
    read = FORM.read(ACT.line(None, values), MOMENT)
    marks = "\"“”„«»「」『』'＂"
    for name, value in values.items():
        if sum(mark in value for mark in marks) < len(marks) - 1:
            assert read[name] == value
        assert set(read) == set(values)


def test_words_without_blanks_need_no_quotes() -> None:
    """A line to learn from is as short as one would type it."""
    assert [quoted(value) for value in ("50", "SILK20", "Silk scarf")] == ["50", "SILK20", '"Silk scarf"']


def test_where_blanks_stand() -> None:
    """Numbers stand in front, bare values next, then words that are said or not, then pairs; tails last."""
    act = PanelAct(
        "x",
        "coupons",
        "x",
        (flag("all"), bare("time", words(9, "")), *blanks_of(FORM)),
        head="{number}",
        tail="#{number}",
    )
    filled = {"title": "a b", "time": "15m", "all": "yes"}
    assert act.line(12, filled) == '12 15m all title="a b" #12'
    assert act.line(12, {**filled, "all": "no"}) == '12 15m title="a b" #12'


def test_which_question_comes_next() -> None:
    """Needed ones in their order, then the overview."""
    assert next_step(("title", "stock"), {}) == "title"
    assert next_step(("title", "stock"), {"title": "Silk"}) == "stock"
    assert next_step(("title", "stock"), {"title": "Silk", "stock": "3"}) == REVIEW
    assert next_step((), {}) == REVIEW


@pytest.mark.parametrize(
    ("text", "stays"),
    [
        *(("20:00", "2026-11-23T20:00"), ("17:00", "2026-11-24T17:00"), ("+90m", "+90m"), ("2시간 뒤", "2시간 뒤")),
        *(("내일 저녁 8시", "2026-11-24T20:00"), ("내일 9시", "2026-11-24 9:00"), ("20:00:30", "2026-11-23T20:00:30")),
    ],
)
def test_a_time_of_day_keeps_its_day(text: str, stays: str) -> None:
    """`20:00` means the day that it meant when it was typed, however late the form is done; a doubt stays one."""
    value = instant("at", text, MOMENT)
    assert keep_answer(value, text, MOMENT) == stays
    later: Any = Moment(datetime(2026, 11, 23, 10, 30, tzinfo=UTC), "Asia/Seoul")
    if text != stays:
        assert instant("at", stays, later) == value


def test_names_and_answers_fit_a_button() -> None:
    """Acts have names of their own, and every answer to tap is one that its blank takes."""
    assert len({act.name for act in PANEL.acts}) == len(PANEL.acts)
    for act in PANEL.acts:
        assert len(f"admin:{2**63}:b:{act.name}:{2**31}") <= 64, act.name
        for blank in act.blanks:
            for text in blank.quick:
                blank.read(blank.name, text, MOMENT)
                assert len(f"admin:{2**63}:a:{blank.name}:{text}".encode()) <= 64
