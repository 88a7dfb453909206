"""Thousands of broken updates and answers: the bot lives, serves each fan among them, and logs a line a fault.

More of them: `python -m tests.fuzz 100000`.
"""

from tests.bot.conftest import Play
from tests.fuzz import SHORT, fuzz


async def test_broken_updates_and_answers(play_sqlite: Play) -> None:
    """A short run; what must hold is asserted where it is run."""
    figures = await fuzz(play_sqlite, SHORT, seed=7)
    assert figures.served == figures.fans == SHORT // 20
    assert figures.set_aside > SHORT // 10
    assert figures.answers > SHORT // 50
