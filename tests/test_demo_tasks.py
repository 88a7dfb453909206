"""Which of the demo's five things a visitor's words tick off."""

import pytest

from bot.commands.demo.tasks import TASKS
from sandbox.page import Deed


@pytest.mark.parametrize(
    ("said", "ticked"),
    [
        *(
            (word, True)
            for word in ("출석", "출석합니다 ✋", "ㅊㅊ", "签到✅", "打卡打卡", "Check in!", "checking in", "/checkin")
        ),
        *((word, False) for word in ("출석했어요?", "did you check in yesterday", "/checkins", "hello")),
    ],
)
def test_words_tick_off_the_check_in_if_the_bot_counts_them(said: str, ticked: bool) -> None:
    """What the bot takes for a check-in ticks it off, in any language; a question whether others did it doesn't."""
    assert TASKS["task_checkin"](Deed("fan", "say", said)) is ticked
