"""What staff do with campaigns, on both databases."""

import asyncio
import itertools
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert
from sqlmodel import col, select

from bot.features.coupons import cancellation as module
from bot.features.coupons.cancellation import CHUNK, cancel, refund_some
from bot.features.shops.arrivals import Arrival, arrive
from bot.flows.redeem import Redemption
from bot.rules.coupon_states import CouponState
from bot.rules.coupons.campaigns import (
    AlreadyCancelled,
    CampaignCancelled,
    CampaignMade,
    CampaignShown,
    CampaignUnknown,
    NewCampaign,
    SharedCodeTaken,
)
from bot.rules.coupons.claims import Cancelled, Claimed
from bot.rules.place import Place
from bot.rules.tiers import Tier
from bot.rules.windows import WindowPast, WindowUpsideDown
from bot.rules.words import Language
from bot.store import ledger
from bot.store.engine.db import Database
from bot.store.engine.sessions import Rx, Tx
from bot.store.ledger import TransferHeader, check_books, give_back
from bot.store.members import meet
from bot.store.rooms import leave_room
from bot.store.tables import Account, Campaign, Card, Coupon, Member, Outbox, Transfer
from bot.store.tables.ledger import AccountKind
from tests.features.scene import (
    NOON,
    OWNER,
    Causes,
    act_by,
    act_of,
    balance,
    campaigns_of,
    days,
    everything,
    fan,
    give,
    offer,
    query,
    shop,
    till,
)

HOUR = timedelta(hours=1)


async def test_a_campaign_hangs_a_card_in_each_group(db: Database, causes: Causes) -> None:
    """Groups that the bot has left get none; the card comes at the opening and turns at the close."""
    place = await shop(db)
    for chat_id in (-1002, -1003):
        await db.write(
            arrive, Arrival(chat_id, "Wool", OWNER, Language.KO, NOON, is_admin=True, into=1), open_to_all=False
        )
    await db.write(leave_room, -1003, NOON)
    wish = NewCampaign("Silk", 5, 20, 2, Tier.FAN, opens=NOON + HOUR, closes=NOON + 2 * HOUR, shared_code="SILK20")
    made = await campaigns_of(db).make(act_by(place, OWNER.user_id, NOON, causes.next()), wish)
    assert isinstance(made, CampaignMade)
    assert made == CampaignMade(
        *(1, "Silk", 5, 20, 2, Tier.FAN, NOON + HOUR, NOON + 2 * HOUR, "SILK20"),
        groups=2,
        audit_id=made.audit_id,
        core_from=NOON + timedelta(minutes=50),
        loyal_from=NOON + timedelta(minutes=55),
    )
    promised = await query(db, "SELECT chat_id, act, lane FROM outbox ORDER BY chat_id, id")
    assert promised == [
        (-1002, "post_card", "post"),
        (-1002, "edit_card", "live"),
        (-1001, "post_card", "post"),
        (-1001, "edit_card", "live"),
    ]


async def test_numbers_count_within_the_shop(db: Database, causes: Causes) -> None:
    """Each shop counts its campaigns from one; another shop's number is unknown here."""
    here, there = await shop(db), await shop(db, fan(900), -1002)
    assert [(await offer(db, here, NewCampaign("Silk", 5), causes.next()))[1] for _ in range(3)] == [1, 2, 3]
    assert (await offer(db, there, NewCampaign("Theirs", 5), causes.next()))[1] == 1
    staff = campaigns_of(db)
    assert await staff.show(there, 3, NOON) == CampaignUnknown(3)
    assert await staff.cancel(act_by(there, OWNER.user_id, NOON, causes.next()), 3) == CampaignUnknown(3)


async def test_windows_that_make_no_sense(db: Database, causes: Causes) -> None:
    """A window in the past or upside down makes nothing and spends no number."""
    place, staff = await shop(db), campaigns_of(db)
    before = await everything(db)
    for wish, expected in (
        (NewCampaign("Silk", 5, closes=NOON), WindowPast(NOON)),
        (
            NewCampaign("Silk", 5, opens=NOON + HOUR, closes=NOON + HOUR),
            WindowUpsideDown(NOON + HOUR, NOON + HOUR),
        ),
    ):
        assert await staff.make(act_by(place, OWNER.user_id, NOON, causes.next()), wish) == expected
    assert await everything(db) == before


async def test_an_open_shared_code_is_one_of_a_kind(db: Database, causes: Causes) -> None:
    """Within a shop one open campaign has a code; once cancelled, or in another shop, it is free."""
    here, there, staff = await shop(db), await shop(db, fan(900), -1002), campaigns_of(db)
    wish = NewCampaign("Silk", 5, shared_code="SILK20")
    await offer(db, here, wish, causes.next())
    taken = await staff.make(act_by(here, OWNER.user_id, NOON, causes.next()), replace(wish, title="Again"))
    assert taken == SharedCodeTaken("SILK20", 1)
    assert isinstance(await staff.make(act_by(there, 1000, NOON, causes.next()), wish), CampaignMade)
    await staff.cancel(act_by(here, OWNER.user_id, NOON, causes.next()), 1)
    assert isinstance(await staff.make(act_by(here, OWNER.user_id, NOON, causes.next()), wish), CampaignMade)


async def test_twenty_makers_of_one_code(db: Database, causes: Causes) -> None:
    """All at once: one campaign is made, nineteen hear which one has the code."""
    place, staff = await shop(db), campaigns_of(db)
    wish = NewCampaign("Silk", 5, shared_code="SILK20")
    outcomes = await asyncio.gather(
        *(staff.make(act_by(place, OWNER.user_id, NOON, causes.next()), wish) for _ in range(20))
    )
    made = [outcome for outcome in outcomes if isinstance(outcome, CampaignMade)]
    assert len(made) == 1
    assert outcomes.count(SharedCodeTaken("SILK20", made[0].number)) == 19
    assert await query(db, "SELECT count(*) FROM campaign") == [(1,)]


async def test_redelivered_staff_commands_hear_the_same(db: Database, causes: Causes) -> None:
    """Making and cancelling by the same cause answer the same and write nothing more."""
    place, staff = await shop(db), campaigns_of(db)
    wish = NewCampaign("Silk", 5, closes=days(3), shared_code="SILK20")
    making, cancelling = causes.next(), causes.next()
    made = await staff.make(act_by(place, OWNER.user_id, NOON, making), wish)
    cancelled = await staff.cancel(act_by(place, OWNER.user_id, NOON, cancelling), 1)
    before = await everything(db)
    assert await staff.make(act_by(place, OWNER.user_id, NOON, making), wish) == made
    assert await staff.cancel(act_by(place, OWNER.user_id, NOON, cancelling), 1) == cancelled
    assert await everything(db) == before


async def test_how_a_campaign_stands(db: Database, causes: Causes) -> None:
    """Staff see what was taken, what was redeemed, and the state that the card shows."""
    place, staff, coupons = await shop(db), campaigns_of(db), till(db)
    campaign, number = await offer(db, place, NewCampaign("Silk", 3, closes=days(1)), causes.next())
    claims = [await coupons.claim(act_of(place, fan(n), NOON, causes.next()), campaign) for n in range(3)]
    assert isinstance(claims[0], Claimed)
    await Redemption(db).redeem(act_by(place, OWNER.user_id, NOON, causes.next()), claims[0].code)
    shown = CampaignShown(number, "Silk", 3, 3, 1, 0, "sold_out", None, days(1), None)
    assert await staff.show(place, number, NOON) == shown
    assert await staff.show(place, number, days(1)) == replace(shown, state="closed")
    await staff.cancel(act_by(place, OWNER.user_id, NOON, causes.next()), number)
    assert await staff.show(place, number, NOON) == replace(shown, state="cancelled")


async def test_a_cancellation_refunds_what_is_held(db: Database, causes: Causes) -> None:
    """Held coupons are void and paid back once; a redeemed one stays, and so does its price."""
    place, staff, coupons = await shop(db), campaigns_of(db), till(db)
    campaign, number = await offer(db, place, NewCampaign("Silk", 9, price=20), causes.next())
    codes = []
    for n in (1, 2, 3):
        await give(db, place, fan(n), 30)
        claimed = await coupons.claim(act_of(place, fan(n), NOON, causes.next()), campaign)
        assert isinstance(claimed, Claimed)
        codes.append(claimed.code)
    await Redemption(db).redeem(act_by(place, OWNER.user_id, NOON, causes.next()), codes[0])
    outcome = await staff.cancel(act_by(place, OWNER.user_id, NOON, causes.next()), number)
    assert isinstance(outcome, CampaignCancelled)
    assert outcome == CampaignCancelled(number, "Silk", 2, 40, outcome.audit_id, undoable=False)
    assert [await balance(db, place, fan(n)) for n in (1, 2, 3)] == [10, 30, 30]
    again = await staff.cancel(act_by(place, OWNER.user_id, NOON, causes.next()), number)
    assert again == AlreadyCancelled(number, "Silk")
    await staff.finish_refunds(NOON)
    assert [await balance(db, place, fan(n)) for n in (1, 2, 3)] == [10, 30, 30]
    assert await coupons.claim(act_of(place, fan(4), NOON, causes.next()), campaign) == Cancelled("Silk")
    assert (await db.read(check_books)).sound


async def test_ten_staff_cancel_at_once(db: Database, causes: Causes) -> None:
    """One cancels, nine hear that it was cancelled, every coin comes back once."""
    place, staff, coupons = await shop(db), campaigns_of(db), till(db)
    campaign, number = await offer(db, place, NewCampaign("Silk", 9, price=20), causes.next())
    for n in range(5):
        await give(db, place, fan(n), 20)
        await coupons.claim(act_of(place, fan(n), NOON, causes.next()), campaign)
    outcomes = await asyncio.gather(
        *(staff.cancel(act_by(place, OWNER.user_id, NOON, causes.next()), number) for _ in range(10))
    )
    assert sum(isinstance(outcome, CampaignCancelled) for outcome in outcomes) == 1
    assert outcomes.count(AlreadyCancelled(number, "Silk")) == 9
    assert [await balance(db, place, fan(n)) for n in range(5)] == [20] * 5


async def test_a_cancellation_among_claims(db: Database, causes: Causes) -> None:
    """Forty fans claim while staff cancel: whoever claimed is refunded, whoever came later paid nothing."""
    place, staff, coupons = await shop(db), campaigns_of(db), till(db)
    campaign, number = await offer(db, place, NewCampaign("Silk", 30, price=20), causes.next())
    for n in range(40):
        await give(db, place, fan(n), 20)
    claims = [coupons.claim(act_of(place, fan(n), NOON, causes.next()), campaign) for n in range(40)]
    early, late = asyncio.gather(*claims[:15]), asyncio.gather(*claims[15:])
    await asyncio.sleep(0)
    cancelled = await staff.cancel(act_by(place, OWNER.user_id, NOON, causes.next()), number)
    assert isinstance(cancelled, CampaignCancelled)
    outcomes = [*await early, *await late]
    claimed = sum(isinstance(outcome, Claimed) for outcome in outcomes)
    assert (cancelled.coupons, cancelled.refunded) == (claimed, 20 * claimed)
    assert [await balance(db, place, fan(n)) for n in range(40)] == [20] * 40
    assert await query(db, "SELECT taken FROM campaign") == [(claimed,)]
    assert await query(db, "SELECT count(*) FROM coupon WHERE state = 'cancelled'") == [(claimed,)]
    assert (await db.read(check_books)).sound


def crowd(tx: Tx, place: Place, number: int, size: int) -> None:
    """One campaign of which each of many fans holds a coupon paid with 20 coins, written in bulk."""
    campaign = tx.execute(select(Campaign).where(col(Campaign.number) == number)).scalar_one()
    campaign.taken = size
    meet(tx, fan(0), place.community_id)
    member = Member(community_id=place.community_id, user_id=fan(0).user_id, joined_at=NOON)
    tx.add(member)
    tx.flush()
    account = Account(community_id=place.community_id, kind=AccountKind.MEMBER, member_id=member.id, balance=0)
    tx.add(account)
    tx.flush()
    same = {"community_id": place.community_id}
    held = {**same, "campaign_id": campaign.id, "member_id": member.id, "paid": 20, "state": CouponState.HELD}
    made = tx.execute(
        insert(Coupon).returning(col(Coupon.id)),
        [{**held, "nth": nth, "code": f"N{nth}", "claimed_at": NOON} for nth in range(size)],
    ).scalars()
    moved = {**same, "amount": 20, "made_at": NOON}
    earned = {**moved, "debit_id": place.shop_account, "credit_id": account.id, "reason": "present"}
    spent = {**moved, "debit_id": account.id, "credit_id": place.shop_account, "reason": "claim"}
    ids = list(made)
    tx.execute(insert(Transfer), [{**earned, "key": f"present:{id_}", "earned_at": NOON} for id_ in ids])
    tx.execute(insert(Transfer), [{**spent, "key": f"claim:{id_}"} for id_ in ids])


async def test_twelve_hundred_refunds_in_chunks(db: Database, causes: Causes) -> None:
    """No more than 500 a transaction; what an interruption leaves is refunded later, and nothing twice."""
    place, staff = await shop(db), campaigns_of(db)
    _, number = await offer(db, place, NewCampaign("Silk", 2_000, price=20, limit=2_000), causes.next())
    await db.write(crowd, place, number, 1_200)
    assert (await db.read(check_books)).sound
    await db.write(cancel, act_by(place, OWNER.user_id, NOON, causes.next()), number)
    assert await db.write(refund_some, NOON)
    assert await balance(db, place, fan(0)) == CHUNK * 20
    assert (await db.read(check_books)).sound
    await asyncio.gather(*(staff.finish_refunds(NOON) for _ in range(3)))
    await staff.finish_refunds(NOON)
    assert await balance(db, place, fan(0)) == 1_200 * 20
    assert await query(db, "SELECT state, count(*) FROM coupon GROUP BY state") == [("cancelled", 1_200)]
    assert not await db.write(refund_some, NOON)
    assert (await db.read(check_books)).sound


@pytest.mark.runs_once
async def test_a_refund_that_breaks_off_is_finished_later(
    sqlite_url: str, causes: Causes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crash in the second chunk loses that chunk alone; the next housekeeping finishes."""
    async with Database.open(sqlite_url) as db:
        place, staff = await shop(db), campaigns_of(db)
        _, number = await offer(db, place, NewCampaign("Silk", 9, price=20, limit=9), causes.next())
        await db.write(crowd, place, number, 5)
        monkeypatch.setattr(module, "CHUNK", 2)
        refunds = itertools.count(1)

        def crashing(tx: Tx, header: TransferHeader, charged_key: str) -> int:
            if next(refunds) >= 4:  # a group that failed runs again
                raise ConnectionResetError
            return give_back(tx, header, charged_key)

        with monkeypatch.context() as patch:
            patch.setattr(ledger, "give_back", crashing)
            with pytest.raises(ConnectionResetError):
                await staff.cancel(act_by(place, OWNER.user_id, NOON, causes.next()), number)
        assert await balance(db, place, fan(0)) == 40
        assert (await db.read(check_books)).sound
        await staff.finish_refunds(NOON)
        assert await balance(db, place, fan(0)) == 100
        assert (await db.read(check_books)).sound


async def test_a_cards_last_state_does_not_wait(db: Database, causes: Causes) -> None:
    """Claims edit a posted card every five seconds; a cancellation edits it at once."""
    place, staff, coupons = await shop(db), campaigns_of(db), till(db)
    campaign, number = await offer(db, place, NewCampaign("Silk", 9), causes.next())
    await db.write(_posted)
    now = NOON + timedelta(seconds=2)
    for n in (1, 2):
        await coupons.claim(act_of(place, fan(n), now, causes.next()), campaign)
    assert await db.read(_edits_due) == [NOON + timedelta(seconds=5)]
    await staff.cancel(act_by(place, OWNER.user_id, now, causes.next()), number)
    assert await db.read(_edits_due) == [now]


def _posted(tx: Tx) -> None:
    card = tx.execute(select(Card)).scalar_one()
    card.message_id, card.edited_at = 7, NOON


def _edits_due(rx: Rx) -> list[datetime]:
    return list(rx.execute(select(col(Outbox.due_at)).where(col(Outbox.act) == "edit_card")).scalars())
