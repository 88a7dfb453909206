"""Five weeks on a jumping clock: nobody is written to in quiet hours or too often, and a kill changes nothing.

The bot runs in a process of its own. The second run has the same seed, and ten kills at random moments.
"""

import random
import sys
from pathlib import Path

from tests.bot.posts import weeks_checks as checks
from tests.bot.posts.weeks import Kill, Weeks, lived

KILLS = 10
EARLY = 0.6
"""Into which part of a step's work a kill falls. Towards its end the bot only says that it is done."""


def kills_in(weeks: Weeks, many: int) -> list[Kill]:
    """Kills at random moments of the work that another run did: half of them where the calendar had something due."""
    dice = random.Random(11)
    steps = weeks.story.steps
    slots = [at for at in steps if at in {checks.instant(due) for (due,) in weeks.rows("SELECT due_at FROM posting")}]
    chosen = dice.sample(slots, many // 2)
    chosen += dice.sample([at for at in steps if at not in chosen], many - len(chosen))
    return [Kill(at, dice.uniform(0, EARLY * steps[at]), dice.random() < 0.5) for at in chosen]


async def test_five_weeks_twice(tmp_path: Path) -> None:
    """Bounds hold on every local day, skips have reasons, shares come out, and ten kills change no pick."""
    async with lived(tmp_path / "whole") as weeks:
        report(weeks)
        assert any(one.promotes for one in checks.told(weeks) if one.chat_id > 0), "somebody got what they said yes to"
        picks, heard = checks.picks(weeks), checks.heard(weeks)
        assert not checks.doubled(weeks)
        kills = kills_in(weeks, KILLS)
    async with lived(tmp_path / "killed", kills) as weeks:
        report(weeks)
        assert len(weeks.story.kills) == KILLS
        assert checks.picks(weeks) == picks
        assert not heard - checks.heard(weeks), "nothing is lost"
        assert not checks.heard(weeks) - heard, "nothing comes twice"
        assert set(checks.doubled(weeks)) <= checks.cut_by_kills(weeks)


def report(weeks: Weeks) -> None:
    """Check a run, and tell its figures."""
    story = weeks.story
    figures = {
        "instants": len(story.steps),
        "what fans did": story.deeds,
        "updates": len(weeks.telegram.sent(weeks.bot)),
        "calls": sum(call.method != "getUpdates" for call in weeks.telegram.calls),
        "in rooms": checks.check_rooms(weeks),
        "in private": checks.check_private(weeks),
        "slots": checks.check_postings(weeks),
        "verdicts": checks.check_promises(weeks),
        "shares": checks.check_shares(weeks),
        "doubled": checks.doubled(weeks),
        "kills": story.kills,
    }
    sys.stdout.write("".join(f"\n{name}: {told}" for name, told in figures.items()) + "\n")
