"""The morning digest names how many messages weren't sent yesterday, on both databases."""

from datetime import date, timedelta

from bot.features.figures.by_itself import promise_digest
from bot.features.figures.reports import day_figures
from bot.flows.check_in import CheckIns
from bot.rules.figures.windows import FiguresPolicy
from bot.rules.verdicts import Reason, Ruling
from bot.store.engine.db import Database
from bot.store.verdicts import count_unsent
from tests.features.attention.verdicts import add_verdict
from tests.features.scene import NOON, POLICIES, Causes, act_of, days, fan, query, shop


async def test_only_yesterdays_unsent_count(db: Database, causes: Causes) -> None:
    """Folded and dropped ones of that local day; what is held, was sent, is another shop's or another day's doesn't."""
    place, there = await shop(db), await shop(db, fan(9), -1009)
    await CheckIns(db, POLICIES).check_in(act_of(place, fan(1), NOON, causes.next()))
    for ruling, reason, at in (
        (Ruling.FOLD, Reason.GAP, NOON),
        (Ruling.DROP, Reason.TOO_LATE, NOON),
        (Ruling.DROP, Reason.TOO_LATE, NOON - timedelta(days=1)),
        (Ruling.HOLD, Reason.GAP, NOON),
        (Ruling.SEND, Reason.WITHIN, NOON),
    ):
        await add_verdict(db, place, ruling, reason, at=at)
    await add_verdict(db, there, Ruling.DROP, Reason.TOO_LATE, chat_id=-1009)
    assert await db.read(count_unsent, place.community_id, NOON.date(), days(1)) == 2
    figures = await db.read(day_figures, place, NOON.date(), days(1), POLICIES[FiguresPolicy])
    assert await db.write(promise_digest, place.community_id, date(2026, 11, 3), figures, days(1))
    rows = await query(db, "SELECT CAST(facts AS TEXT) FROM outbox WHERE key LIKE 'digest:%'")
    assert ['"unsent": 2' in facts.replace('":', '": ').replace("  ", " ") for (facts,) in rows] == [True]
