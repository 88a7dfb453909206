"""Thirteen days on a jumping clock: into summer time, to a second zone, out of its summer time, and to a third.

`make weeks` plays five weeks twice.
"""

from datetime import UTC, datetime
from pathlib import Path

from tests.bot.posts import weeks_checks as checks
from tests.bot.posts.weeks import Kill, lived

STARTS = datetime(2027, 3, 27, 0, 30, tzinfo=UTC)
KILLS = (
    Kill(datetime(2027, 3, 30, 11, 20, tzinfo=UTC), 0.03, amid_deeds=False),
    Kill(datetime(2027, 4, 2, 8, 30, tzinfo=UTC), 0.02, amid_deeds=True),
)
"""When a slot is due in London, and in Sydney."""


async def test_thirteen_days(tmp_path: Path) -> None:
    """No bound is broken on any local day, what wasn't sent says why, and nothing is lost or doubled by kills."""
    async with lived(tmp_path / "days", KILLS, STARTS, days=13) as weeks:
        assert len(weeks.story.kills) == len(KILLS)
        assert {"post", "morning", "drop"} <= set(checks.check_rooms(weeks))
        assert "consent.PromotionQuestion" in checks.check_private(weeks)
        slots = checks.check_postings(weeks)
        assert slots["posted"] > 20
        assert {"skipped: quiet", "skipped: asleep"} <= set(slots), "everybody was away for three days"
        # A line of the next morning card, or none, as the same post came in the evening after all.
        assert {"fold: gap", "drop: gap"} & set(checks.check_promises(weeks)), "the drop came just before the post"
        assert not checks.doubled(weeks)
