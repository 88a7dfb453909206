"""Members' tiers as the store works them out."""

from datetime import timedelta

from bot.rules.notes import Did
from bot.rules.place import Place
from bot.rules.tiers import Tier
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.members import standing
from bot.store.tiers import tier_of, tiers_of
from tests.features.deeds import count
from tests.features.scene import NOON, TIERS, days, fan, query, shop


def _attends(tx: Tx, place: Place, number: int, times: int) -> int:
    member = standing(tx, place.community_id, fan(number), NOON)
    count(tx, member.member_id, NOON.date(), Did.ATTEND, times)
    return member.member_id


async def test_a_tier_follows_what_was_done_and_is_kept_where_it_may_be(db: Database) -> None:
    """A reader sees the rise; a transaction keeps it, with its day."""
    place = await shop(db)
    ana = await db.write(_attends, place, 1, 6)
    assert await db.read(tier_of, place, ana, NOON, TIERS) is Tier.FAN
    assert await query(db, "SELECT tier, tier_rose_on FROM member WHERE id = :id", id=ana) == [("new", None)]
    assert await db.write(tier_of, place, ana, NOON, TIERS) is Tier.FAN
    [(tier, rose_on)] = await query(db, "SELECT tier, tier_rose_on FROM member WHERE id = :id", id=ana)
    assert (tier, str(rose_on)) == ("fan", "2026-11-02")


async def test_many_at_once_and_only_of_this_shop(db: Database) -> None:
    """Members of another shop have no tier here; a year of silence brings everyone down."""
    place, other = await shop(db), await shop(db, fan(99), -1002)
    here = [await db.write(_attends, place, number, times) for number, times in ((1, 6), (2, 24), (3, 60))]
    there = await db.write(_attends, other, 4, 60)
    found = await db.read(tiers_of, place, [*here, there], NOON, TIERS)
    assert dict(zip(here, (Tier.FAN, Tier.LOYAL, Tier.CORE), strict=True)) == found
    later = await db.write(tiers_of, place, here, days(365) + timedelta(hours=1), TIERS)
    assert {Tier.NEW} == set(later.values())
