"""Being forgotten: nothing of the person stays, the books balance, and nobody is given a thing twice."""

import asyncio
import json
from datetime import datetime, timedelta

from sqlalchemy import text

from bot.features.coin_shop.purchases import Purchases
from bot.features.coupons.claims import Claims
from bot.features.people.joining import Coming, Link, Reach
from bot.features.people.preferences import Preferences
from bot.flows.attend import Attending
from bot.flows.check_in import CheckIns
from bot.flows.come_and_go import ComeAndGo
from bot.flows.my_card import MyCards
from bot.flows.redeem import Redemption
from bot.rules.act import Sender
from bot.rules.airings import How
from bot.rules.checkins.checkins import CheckedIn, CheckInPolicy, StartsTomorrow
from bot.rules.coins.lapse import LapseNotice
from bot.rules.coupons.campaigns import NewCampaign
from bot.rules.coupons.claims import Claimed, OfferedBefore
from bot.rules.coupons.redemption import Redeemed
from bot.rules.people.preferences import Preference
from bot.rules.people.privacy import DeletionAsked, DeletionDone, NothingKept, OwnerStays, PrivacyNotice
from bot.rules.place import Place
from bot.rules.retention import FINGERPRINT_KEPT
from bot.rules.streams.attendance import AlreadyHere, Attended
from bot.rules.words import Language
from bot.store import forgotten
from bot.store.active_days import Heard, note_heard
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.leaving import NOBODY
from bot.store.ledger import check_books
from bot.store.messages.outbox import Terms, forget_told
from bot.store.messages.payloads import pack
from bot.store.messages.telling import tell_in_private
from bot.store.places import Group
from bot.store.private_messages import Reader
from bot.store.shown import ShownMessage, record_shown
from bot.store.tables import Airing, Dialogue, Stream
from bot.store.tables.messages import Lane
from tests.features.counter import Counter
from tests.features.people.test_sources import source_of, touch
from tests.features.scene import (
    NOON,
    OWNER,
    POLICIES,
    ROOM,
    Causes,
    act_by,
    act_of,
    balance,
    campaigns_of,
    days,
    dice,
    everything,
    fan,
    give,
    named,
    offer,
    privacy,
    query,
    shop,
    till,
)

POLICY = CheckInPolicy()
HOUR = timedelta(hours=1)
ANA = Sender(7_654_321_987, "Anastasia Unmistakable", "ana_unmistakable", "en", ROOM)
TRACES = (str(ANA.user_id), "Unmistakable", "unmistakable")


async def traces(db: Database) -> list[str]:
    """Tables in which the person's id, name or username still stands."""
    rows = await everything(db)
    rows["inbox"] = await query(db, "SELECT * FROM inbox")
    written = {table: json.dumps([[str(value) for value in row] for row in found]) for table, found in rows.items()}
    return [table for table, found in written.items() if any(trace in found for trace in TRACES)]


async def come(db: Database, place: Place, sender: Sender, at: datetime = NOON, link: Link | None = None) -> bool:
    """Someone comes into the group."""
    joining = ComeAndGo(db, POLICIES, dice())
    return await joining.come(
        Coming(Group(1, -1001, "Silk room", place, True), sender, link, Reach(Language.EN, True), at), at
    )


def _half_filled(tx: Tx, place: Place) -> None:
    ours = {"user_id": ANA.user_id, "community_id": place.community_id}
    tx.add(Dialogue(**ours, kind="setup", step="shop", filled={}, updated_at=NOON))
    tx.flush()


def _was_there(tx: Tx, place: Place) -> None:
    """She wrote in the group, and was shown something in private."""
    note_heard(tx, [Heard(place.community_id, 1, ANA.user_id, NOON.date(), wrote=True)])
    record_shown(tx, place.community_id, ShownMessage(ANA.user_id, 5, "lapse.LapseNotice"), NOON)


async def live_a_life(db: Database, place: Place, causes: Causes) -> None:
    """Everything that leaves a trace: a touch, a coming, check-ins, coupons used and unused, acts of staff."""
    made = await source_of(db, place, "Poster", causes)
    await touch(db, place, made, ANA)
    await come(db, place, ANA)
    await give(db, place, ANA, 100)
    await CheckIns(db, POLICIES).check_in(act_of(place, ANA, NOON, causes.next()))
    campaign, _ = await offer(db, place, NewCampaign("Silk", 9, price=20, limit=2), causes.next())
    coupons: Claims = till(db)
    first = await coupons.claim(act_of(place, ANA, NOON, causes.next()), campaign)
    await coupons.claim(act_of(place, ANA, NOON, causes.next()), campaign)
    assert isinstance(first, Claimed)
    redeemed = await Redemption(db).redeem(act_by(place, OWNER.user_id, NOON, causes.next()), first.code)
    assert isinstance(redeemed, Redeemed)
    assert redeemed.fan == ANA.name
    # As an operator she made a campaign, a source, and redeemed somebody's coupon.
    await campaigns_of(db).make(act_by(place, ANA.user_id, NOON, causes.next()), NewCampaign("Hers", 5))
    await give(db, place, fan(2), 50)
    theirs = await coupons.claim(act_of(place, fan(2), NOON, causes.next()), campaign)
    assert isinstance(theirs, Claimed)
    await Redemption(db).redeem(act_by(place, ANA.user_id, NOON, causes.next()), theirs.code)
    # In the coin shop she bought what staff handed over, and handed over what somebody else had bought.
    counter = Counter(db, place, causes)
    await counter.lists(price=5)
    for one in (ANA, fan(2)):
        await counter.buys(one)
        await Purchases(db).hand_over(act_by(place, ANA.user_id, NOON, causes.next()), 1, named(one))
    await counter.buys(ANA)
    await db.write(_half_filled, place)
    await db.write(_was_there, place)


async def test_nothing_of_the_person_stays(db: Database, causes: Causes) -> None:
    """No table holds the id, the name or the username; coins go to the shop, unused coupons are void."""
    place = await shop(db)
    await live_a_life(db, place, causes)
    await Preferences(db).change(act_of(place, ANA, NOON), Preference(language="ko"))
    named = {"person", "member", "outbox", "dialogue", "audit_entry", "campaign", "coupon", "shown"}
    assert named <= set(await traces(db))
    asked = await privacy(db).ask(place, ANA.user_id, NOON)
    assert asked == DeletionAsked("Silk room", 55, 1)
    assert await privacy(db).delete(place, ANA.user_id, NOON + HOUR) == DeletionDone("Silk room")
    assert await traces(db) == []
    assert await query(db, "SELECT count(*) FROM active_day") == [(0,)]
    hers = "SELECT count(*) FROM note n JOIN member m ON m.id = n.member_id WHERE m.user_id < 0"
    assert await query(db, hers) == [(0,)]
    assert (await query(db, "SELECT count(*) FROM note"))[0][0] > 0
    books = await db.read(check_books)
    assert books.sound
    assert books.held_by_fans == 25
    states = await query(db, "SELECT state FROM coupon ORDER BY id")
    assert [state for (state,) in states] == ["redeemed", "cancelled", "redeemed"]
    moved = await query(db, "SELECT amount FROM transfer WHERE reason = 'forgotten'")
    assert moved == [(55,)]
    kept = await query(db, "SELECT count(*) FROM check_in")
    assert kept == [(1,)]
    assert await query(db, "SELECT count(*) FROM forgotten") == [(1,)]


async def test_staffs_acts_stay_under_nobodys_id(db: Database, causes: Causes) -> None:
    """The audit log still says that the same somebody did it, and doesn't say who."""
    place = await shop(db)
    await live_a_life(db, place, causes)
    await privacy(db).delete(place, ANA.user_id, NOON + HOUR)
    actors = {actor for (actor,) in await query(db, "SELECT actor_id FROM audit_entry")}
    (nobody,) = actors - {OWNER.user_id}
    assert nobody < NOBODY
    names = await query(db, "SELECT name, username FROM person WHERE user_id = :nobody", nobody=nobody)
    assert names == [("", None)]


async def test_a_redelivered_redemption_names_nobody(db: Database, causes: Causes) -> None:
    """The till's answer that named the fan is gone with them; the coupon stays used."""
    place = await shop(db)
    campaign, _ = await offer(db, place, NewCampaign("Silk", 9), causes.next())
    claimed = await till(db).claim(act_of(place, ANA, NOON, causes.next()), campaign)
    assert isinstance(claimed, Claimed)
    cause = causes.next()
    await Redemption(db).redeem(act_by(place, OWNER.user_id, NOON, cause), claimed.code)
    await privacy(db).delete(place, ANA.user_id, NOON + HOUR)
    again = await Redemption(db).redeem(act_by(place, OWNER.user_id, NOON, cause), claimed.code)
    assert "Unmistakable" not in str(again)
    assert await query(db, "SELECT state FROM coupon") == [("redeemed",)]


async def test_who_comes_back_is_new_but_gets_nothing_twice(db: Database, causes: Causes) -> None:
    """Neither the day's check-in, nor the coupon, nor the stream that was on: only what comes after."""
    place, checkins, coupons = await shop(db), CheckIns(db, POLICIES), till(db)
    before, _ = await offer(db, place, NewCampaign("Before", 9), causes.next())
    later, _ = await offer(db, place, NewCampaign("Later", 9, opens=NOON + 2 * HOUR), causes.next())
    await checkins.check_in(act_of(place, ANA, NOON, causes.next()))
    await coupons.claim(act_of(place, ANA, NOON, causes.next()), before)
    await privacy(db).delete(place, ANA.user_id, NOON + HOUR)
    after, _ = await offer(db, place, NewCampaign("After", 9), causes.next(), NOON + 3 * HOUR)
    back = NOON + 3 * HOUR
    assert await checkins.check_in(act_of(place, ANA, back, causes.next())) == StartsTomorrow(5)
    assert await coupons.claim(act_of(place, ANA, back, causes.next()), before) == OfferedBefore("Before")
    assert isinstance(await coupons.claim(act_of(place, ANA, back, causes.next()), later), Claimed)
    assert isinstance(await coupons.claim(act_of(place, ANA, back, causes.next()), after), Claimed)
    card = await MyCards(db, POLICIES).card(act_of(place, ANA, back))
    assert (card.balance, card.checked_in, card.tomorrow) == (0, True, 5)
    tomorrow = await checkins.check_in(act_of(place, ANA, days(1), causes.next()))
    assert isinstance(tomorrow, CheckedIn)
    assert tomorrow.balance == 5
    assert (await db.read(check_books)).sound


async def test_a_stream_is_attended_once(db: Database, causes: Causes) -> None:
    """Who was there, had their data deleted and taps again is on the list already, and isn't paid."""
    place = await shop(db)
    airing_id = await db.write(_on_air, place)

    async def here(sender: Sender, at: datetime) -> object:
        return await Attending(db, POLICIES).attend(act_of(place, sender, at, causes.next()), airing_id, How.TAP)

    assert isinstance(await here(ANA, NOON), Attended)
    await privacy(db).delete(place, ANA.user_id, NOON + HOUR)
    assert await here(ANA, NOON + HOUR) == AlreadyHere("Silk night", 1)
    assert isinstance(await here(fan(1), NOON + HOUR), Attended)
    assert await balance(db, place, ANA) == 0


def _on_air(tx: Tx, place: Place) -> int:
    stream = Stream(
        community_id=place.community_id,
        number=1,
        title="Silk night",
        first_at=NOON,
        length_minutes=180,
        remind=[],
        made_by=OWNER.user_id,
        made_at=NOON,
    )
    tx.add(stream)
    tx.flush()
    airing = Airing(
        community_id=place.community_id,
        stream_id=stream.id or 0,
        planned_at=NOON,
        starts_at=NOON,
        ends_at=NOON + 3 * HOUR,
    )
    tx.add(airing)
    tx.flush()
    return airing.id or 0


async def test_others_are_not_held_to_it(db: Database, causes: Causes) -> None:
    """A newcomer in a shop where somebody was forgotten, and the forgotten in another shop, are simply new."""
    here, there, checkins = await shop(db), await shop(db, fan(900), -1002), CheckIns(db, POLICIES)
    await checkins.check_in(act_of(here, ANA, NOON, causes.next()))
    await privacy(db).delete(here, ANA.user_id, NOON + HOUR)
    assert isinstance(await checkins.check_in(act_of(here, fan(1), NOON + HOUR, causes.next())), CheckedIn)
    assert isinstance(await checkins.check_in(act_of(there, ANA, NOON + HOUR, causes.next())), CheckedIn)


async def test_fingerprints_differ_by_shop_and_end(db: Database, causes: Causes) -> None:
    """The same person's fingerprints in two shops have nothing in common, and twelve months later they are gone."""
    here, there, checkins = await shop(db), await shop(db, fan(900), -1002), CheckIns(db, POLICIES)
    for place in (here, there):
        await checkins.check_in(act_of(place, ANA, NOON, causes.next()))
        await privacy(db).delete(place, ANA.user_id, NOON)
    prints = await query(db, "SELECT DISTINCT fingerprint FROM forgotten")
    assert len(prints) == 2
    await checkins.check_in(act_of(here, ANA, NOON + HOUR, causes.next()))
    campaign, _ = await offer(db, here, NewCampaign("Long", 9), causes.next(), NOON - HOUR)
    assert isinstance(await till(db).claim(act_of(here, ANA, days(2), causes.next()), campaign), OfferedBefore)
    assert timedelta(days=365) == FINGERPRINT_KEPT
    await db.write(forgotten.expire, days(364))
    assert isinstance(await till(db).claim(act_of(here, ANA, days(364), causes.next()), campaign), OfferedBefore)
    await db.write(forgotten.expire, NOON + FINGERPRINT_KEPT)
    assert await query(db, "SELECT count(*) FROM forgotten") == [(0,)]
    assert isinstance(await till(db).claim(act_of(here, ANA, days(366), causes.next()), campaign), Claimed)


async def test_another_shop_keeps_what_is_its_own(db: Database, causes: Causes) -> None:
    """Deleted in one shop, a fan of two is still the other one's, with coins and name, and means it in private."""
    here, there = await shop(db), await shop(db, fan(900), -1002)
    await give(db, there, ANA, 40)
    await give(db, here, ANA, 30)
    await privacy(db).delete(here, ANA.user_id, NOON + HOUR)
    assert await balance(db, there, ANA) == 40
    row = await query(db, "SELECT name, community_id FROM person WHERE user_id = :ana", ana=ANA.user_id)
    assert row == [(ANA.name, there.community_id)]
    await privacy(db).delete(there, ANA.user_id, NOON + HOUR)
    assert await traces(db) == []


async def test_the_owner_stays(db: Database, causes: Causes) -> None:
    """The owner of the shop is told so and nothing changes; the owner of another shop can leave this one."""
    here, there = await shop(db), await shop(db, ANA, -1002)
    await give(db, here, OWNER, 5)
    await give(db, here, ANA, 5)
    before = await everything(db)
    assert await privacy(db).ask(here, OWNER.user_id, NOON) == OwnerStays("Silk room")
    assert await privacy(db).delete(here, OWNER.user_id, NOON) == OwnerStays("Silk room")
    assert await everything(db) == before
    assert await privacy(db).delete(here, ANA.user_id, NOON) == DeletionDone("Silk room")
    assert await query(db, "SELECT name FROM person WHERE user_id = :ana", ana=ANA.user_id) == [(ANA.name,)]
    assert there.owner_id == ANA.user_id


async def test_who_only_opened_a_link_is_forgotten_too(db: Database, causes: Causes) -> None:
    """A touch and a person without a membership go; a second deletion finds nothing; a stranger has nothing."""
    place = await shop(db)
    made = await source_of(db, place, "Poster", causes)
    await touch(db, place, made, ANA)
    assert await privacy(db).ask(place, ANA.user_id, NOON) == DeletionAsked("Silk room", 0, 0)
    assert isinstance(await privacy(db).delete(place, ANA.user_id, NOON), DeletionDone)
    assert await traces(db) == []
    assert await privacy(db).delete(place, ANA.user_id, NOON) == NothingKept()
    assert await privacy(db).ask(None, 12345, NOON) == NothingKept()


async def test_a_coming_told_again_brings_nobody_back(db: Database, causes: Causes) -> None:
    """The update of a coming from before the deletion, delivered again, makes no new member; a new coming does."""
    place = await shop(db)
    await come(db, place, ANA, NOON)
    await privacy(db).delete(place, ANA.user_id, NOON + HOUR)
    assert not await come(db, place, ANA, NOON)
    assert await traces(db) == []
    assert await come(db, place, ANA, NOON + 2 * HOUR)
    assert await query(db, "SELECT count(*) FROM member") == [(2,)]


async def test_deletion_and_taps_at_once(db: Database, causes: Causes) -> None:
    """Whatever the order of a crowd of taps and two deletions, the books are sound and no coin is anybody's twice."""
    place, checkins, coupons = await shop(db), CheckIns(db, POLICIES), till(db)
    await checkins.check_in(act_of(place, ANA, NOON, causes.next()))
    campaign, _ = await offer(db, place, NewCampaign("Silk", 9), causes.next())
    at = NOON + HOUR
    await asyncio.gather(
        *(coupons.claim(act_of(place, ANA, at, causes.next()), campaign) for _ in range(10)),
        *(privacy(db).delete(place, ANA.user_id, at) for _ in range(2)),
        *(checkins.check_in(act_of(place, ANA, at, causes.next())) for _ in range(10)),
    )
    assert (await db.read(check_books)).sound
    paid = await query(db, "SELECT count(*) FROM transfer WHERE reason = 'checkin'")
    assert paid == [(1,)]
    ((claimed,),) = await query(db, "SELECT count(*) FROM coupon")
    assert claimed <= 1


async def test_notice_and_stop(db: Database) -> None:
    """The notice knows whether there is something to stop; stopping drops what waits to be told in private."""
    place = await shop(db)
    await give(db, place, ANA, 5)
    assert await privacy(db).notice(place, ANA.user_id) == PrivacyNotice("Silk room", reminders=True, sighting_days=14)
    await db.write(_remind, place)
    await Preferences(db).change(act_of(place, ANA, NOON), Preference(reminders=False))
    assert await query(db, "SELECT count(*) FROM outbox") == [(1,)]
    assert await privacy(db).notice(place, ANA.user_id) == PrivacyNotice("Silk room", reminders=True, sighting_days=14)
    await Preferences(db).change(act_of(place, ANA, NOON), Preference(service=False))
    assert await privacy(db).notice(place, ANA.user_id) == PrivacyNotice("Silk room", reminders=False, sighting_days=14)
    assert await query(db, "SELECT count(*) FROM outbox") == [(0,)]
    assert await privacy(db).notice(None, ANA.user_id) == PrivacyNotice("", reminders=False, sighting_days=14)


def _remind(tx: Tx, place: Place) -> None:
    terms = Terms(now=NOON, key="r", not_after=NOON + HOUR, lane=Lane.BULK)
    tell_in_private(
        tx, place.community_id, Reader(ANA.user_id, Language.EN), pack(LapseNotice(NOON.date(), 5, 5)), terms
    )


async def test_what_could_not_be_told_is_dropped(db: Database) -> None:
    """Rows that name people and were never delivered go after three days."""
    place = await shop(db)
    await come(db, place, ANA)
    await db.write(lambda tx: tx.execute(text("UPDATE outbox SET state = 'expired'")))
    await db.write(forget_told, NOON + timedelta(days=2))
    assert await query(db, "SELECT count(*) FROM outbox") == [(1,)]
    await db.write(forget_told, NOON + timedelta(days=4))
    assert await query(db, "SELECT count(*) FROM outbox") == [(0,)]
