"""The shop's contact, which promotion in private must name, on both databases."""

from datetime import timedelta

from sqlalchemy import update

from bot.features.attention.consent import (
    tell_contact_missing,
    tell_news,
)
from bot.features.communities import set_reachable
from bot.store.engine.db import Database
from bot.store.places import place_of
from bot.store.tables import Community, FanGroup
from tests.features.attention.test_consent import POLICY, consents, promised
from tests.features.scene import NOON, OWNER, days, fan, query, shop


async def test_owners_of_older_shops_hear_once(db: Database) -> None:
    """A new shop's owner hears nothing; an older one's is told once, and later if they can't be told yet."""
    await shop(db)
    await db.write(set_reachable, OWNER, can_write=True)
    await consents(db).tell_owners(NOON)
    assert await promised(db, "news") == []
    await db.write(lambda tx: tx.execute(update(Community).values(consent_told_at=None)))
    for at in (NOON, days(1)):
        await consents(db).tell_owners(at)
    [(chat_id, _, facts)] = await promised(db, "news")
    assert (chat_id, facts["facts"]["contact_needed"]) == (OWNER.user_id, True)
    other = await shop(db, fan(900), -1002)
    await db.write(lambda tx: tx.execute(update(Community).values(consent_told_at=None)))
    await db.write(lambda tx: tx.execute(update(FanGroup).values(is_admin=False)))
    await db.write(tell_news, other.community_id, NOON, POLICY)
    told = await query(db, "SELECT consent_told_at FROM community WHERE id = :id", id=other.community_id)
    assert told == [(None,)]


async def test_a_missing_contact_is_told_once_a_day(db: Database) -> None:
    """However many messages are refused for it."""
    place = await shop(db)
    await db.write(set_reachable, OWNER, can_write=True)
    for at in (NOON, NOON + timedelta(hours=1), days(1)):
        await db.write(tell_contact_missing, place, at)
    assert [chat_id for chat_id, _, _ in await promised(db, "contact")] == [OWNER.user_id] * 2


async def test_the_contact_is_the_places(db: Database) -> None:
    """What the owner set stands where words and the budget look for it."""
    place = await shop(db)
    await db.write(lambda tx: tx.execute(update(Community).values(contact="02-123-4567")))
    assert (await db.read(place_of, place.community_id)).contact == "02-123-4567"
