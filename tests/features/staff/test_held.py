"""Rewards that wait for the shop's look, on both databases."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from bot.features.communities import set_reachable
from bot.features.staff.fast_presses import PressWatch, note_haste
from bot.features.staff.held import HeldQueue
from bot.flows.held_rewards import HeldRewards, Resolver, undo_refusal
from bot.rules.act import Sender
from bot.rules.calendar import day_of
from bot.rules.farming import FarmingPolicy, HeldState, Reason, Sign, ring_reason
from bot.rules.notes import Did
from bot.rules.place import Place
from bot.rules.rights import Role
from bot.rules.staff.held import HeldGone, HeldRefused, HeldReleased, HeldSettled
from bot.store import ledger
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.held import Reward, held_reasons, hold
from bot.store.members import standing
from bot.store.tables import AuditEntry, Source
from tests.features.deeds import count
from tests.features.scene import (
    GIVEAWAYS,
    NOON,
    OWNER,
    Causes,
    act_of,
    balance,
    days,
    deliver_all,
    everything,
    fan,
    privacy,
    query,
    shop,
)

POLICY = FarmingPolicy()
WEEK = timedelta(days=7)
RING = (ring_reason(POLICY, 3),)
HASTE = (Reason(Sign.FAST, 60), Reason(Sign.BURST, 40, 20))


@dataclass
class Till:
    """A feature that pays 30 coins once the shop has looked; its rows are in memory."""

    refused: list[int] = field(default_factory=list)

    def release(self, tx: Tx, place: Place, subject_id: int, member_id: int, at: datetime) -> int:
        """Pay."""
        member = standing(tx, place.community_id, fan(1), at)
        assert member.member_id == member_id
        ledger.pay(
            tx,
            ledger.TransferHeader(place.community_id, f"prize:{subject_id}", "prize", at),
            member_account=member.account_id,
            shop=place.shop_account,
            amount=30,
        )
        return 30

    def refuse(self, _tx: Tx, _place: Place, subject_id: int, _member_id: int, _at: datetime) -> int:
        """Don't."""
        self.refused.append(subject_id)
        return 0

    def again(self, _tx: Tx, _place: Place, subject_id: int, _member_id: int, _at: datetime) -> bool:
        """Take the refusal back."""
        self.refused.remove(subject_id)
        return True

    @property
    def resolvers(self) -> dict[str, Resolver]:
        """What the queue calls."""
        return {"prize": Resolver(self.release, self.refuse, self.again)}


async def wait(
    db: Database, place: Place, reasons: tuple[Reason, ...] = RING, subject: int = 7, sender: Sender | None = None
) -> bool:
    """Let a fan's prize wait."""
    return await db.write(_wait, place, reasons, subject, sender or fan(1))


def _wait(tx: Tx, place: Place, reasons: tuple[Reason, ...], subject: int, sender: Sender) -> bool:
    member = standing(tx, place.community_id, sender, NOON)
    return hold(tx, place, Reward("prize", subject, member.member_id), reasons, NOON, POLICY)


def _signs(tx: Tx, place: Place, sender: Sender, now: datetime) -> set[Sign]:
    member = standing(tx, place.community_id, sender, now)
    also = (Reason(Sign.RING, 100),)  # so that all of them are told
    return {reason.sign for reason in held_reasons(tx, place, member.member_id, now, POLICY, also=also)} - {Sign.RING}


async def test_what_is_held_is_listed_with_its_reasons(db: Database) -> None:
    """Staff see whose it is and why, once; the owner is told once a day; another shop sees nothing."""
    place, other = await shop(db), await shop(db, fan(900), -1002)
    await db.write(set_reachable, OWNER, can_write=True)
    assert await wait(db, place, HASTE)
    assert await wait(db, place, HASTE)
    assert await wait(db, place, RING, subject=8)
    listed = await HeldQueue(db, POLICY).listed(place)
    assert [(line.fan, line.kind, line.reasons) for line in listed.lines] == [
        ("Fan 1", "prize", HASTE),
        ("Fan 1", "prize", RING),
    ]
    assert (await HeldQueue(db, POLICY).listed(other)).lines == ()
    told = await query(db, "SELECT count(*) FROM outbox WHERE key LIKE 'held:%'")
    assert told == [(1,)]


@pytest.mark.runs_once
async def test_staff_release_or_refuse_once(db: Database, causes: Causes) -> None:
    """Released is paid once however often it is pressed or redelivered; what staff let go isn't held again."""
    place, till = await shop(db), Till()
    rewards = HeldRewards(db, POLICY, GIVEAWAYS, till.resolvers)
    await wait(db, place)
    await wait(db, place, subject=8)
    first, second = [line.held_id for line in (await HeldQueue(db, POLICY).listed(place)).lines]
    cause = causes.next()
    released = await rewards.decide(act_of(place, cause=cause), first, HeldState.RELEASED)
    assert released == HeldReleased("Fan 1", 30)
    before = await everything(db)
    assert await rewards.decide(act_of(place, cause=cause), first, HeldState.RELEASED) == released
    again = await rewards.decide(act_of(place, cause=causes.next()), first, HeldState.REFUSED)
    assert again == HeldSettled("Fan 1", HeldState.RELEASED)
    assert await everything(db) == before
    assert not await wait(db, place)
    refused = await rewards.decide(act_of(place, cause=causes.next()), second, HeldState.REFUSED)
    assert isinstance(refused, HeldRefused)
    assert till.refused == [8]
    assert await wait(db, place, subject=8)
    assert await balance(db, place, fan(1)) == 30
    assert (await db.read(ledger.check_books)).sound

    def undo(tx: Tx) -> bool:
        return undo_refusal(tx, act_of(place), tx.get_one(AuditEntry, refused.audit_id), till.resolvers)

    assert await db.write(undo)
    assert not await db.write(undo)
    assert till.refused == []
    assert len((await HeldQueue(db, POLICY).listed(place)).lines) == 1


async def test_another_shops_staff_decide_nothing_here(db: Database, causes: Causes) -> None:
    """A forged number, or another shop's, hears that nothing waits, and nothing changes."""
    here, there = await shop(db), await shop(db, fan(900), -1002)
    rewards = HeldRewards(db, POLICY, GIVEAWAYS, Till().resolvers)
    await wait(db, here)
    held_id = (await HeldQueue(db, POLICY).listed(here)).lines[0].held_id
    before = await everything(db)
    for place, number in ((there, held_id), (here, held_id + 1), (here, -1)):
        outcome = await rewards.decide(
            act_of(place, fan(800), cause=causes.next(), role=Role.OPERATOR), number, HeldState.RELEASED
        )
        assert outcome == HeldGone()
    assert await everything(db) == before


async def test_ten_staff_decide_at_once(db: Database, causes: Causes) -> None:
    """Of ten who release the same reward at once one pays; the books are sound."""
    place, till = await shop(db), Till()
    await wait(db, place)
    held_id = (await HeldQueue(db, POLICY).listed(place)).lines[0].held_id
    rewards = HeldRewards(db, POLICY, GIVEAWAYS, till.resolvers)
    outcomes = await asyncio.gather(
        *(
            rewards.decide(act_of(place, fan(n), cause=causes.next(), role=Role.OPERATOR), held_id, HeldState.RELEASED)
            for n in range(10)
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(outcome, HeldReleased) for outcome in outcomes) == 1
    assert await balance(db, place, fan(1)) == 30
    assert (await db.read(ledger.check_books)).sound


async def test_what_looks_normal_goes_by_itself(db: Database) -> None:
    """After a week haste that is over is forgiven, and paid once; a ring waits on."""
    place, till = await shop(db), Till()
    rewards = HeldRewards(db, POLICY, GIVEAWAYS, till.resolvers)
    await wait(db, place, HASTE, subject=1)
    await wait(db, place, RING, subject=2)
    assert await rewards.run_due(days(6)) == NOON + WEEK
    assert await balance(db, place, fan(1)) == 0
    for _ in range(2):
        assert await rewards.run_due(days(7)) == NOON + 2 * WEEK
    assert await balance(db, place, fan(1)) == 30
    states = await query(db, "SELECT subject_id, state, settled_by FROM held ORDER BY subject_id")
    assert states == [(1, "released", None), (2, "held", None)]


async def test_haste_is_written_down_once_a_day(db: Database) -> None:
    """Twenty presses in ten seconds leave one row, kept for two weeks; a person's presses leave none."""
    place, watching = await shop(db), PressWatch(db, POLICY)
    for number in range(60):
        await watching.pressed(place, fan(1), NOON + timedelta(milliseconds=200 * number))
        await watching.pressed(place, fan(2), NOON + timedelta(seconds=number))
    assert await query(db, "SELECT sign FROM sighting") == [("fast",)]
    await PressWatch(db, POLICY).pressed(place, fan(1), NOON)  # a restart has forgotten the presses
    found = await db.write(_signs, place, fan(1), days(13))
    assert found == {Sign.FAST}
    assert await db.write(_signs, place, fan(1), days(15)) == set()


async def test_signs_are_read_from_what_is_known(db: Database) -> None:
    """Fifteen through one link in minutes, and five rewards with no day of one's own, are seen; one active day less."""
    place = await shop(db)

    def crowd(tx: Tx) -> None:
        source = Source(
            community_id=place.community_id, name="video", name_key="video", token="t", made_by=1, made_at=NOON
        )
        tx.add(source)
        tx.flush()
        for number in range(1, 16):
            member = standing(tx, place.community_id, fan(number), NOON + timedelta(seconds=number))
            tx.connection().exec_driver_sql(
                f"UPDATE member SET source_id = {source.id} WHERE id = {member.member_id}"  # noqa: S608
            )
        paid = standing(tx, place.community_id, fan(20), NOON)
        for number in range(5):
            ledger.pay(
                tx,
                ledger.TransferHeader(place.community_id, f"packet:{number}", "packet", NOON),
                member_account=paid.account_id,
                shop=place.shop_account,
                amount=3,
            )

    await db.write(crowd)
    assert await db.write(_signs, place, fan(7), days(1)) == {Sign.NEW_HERE, Sign.BURST}
    assert await db.write(_signs, place, fan(7), days(5)) == {Sign.BURST}
    assert await db.write(_signs, place, fan(20), days(5)) == {Sign.ONLY_REWARDS}

    def busy(tx: Tx) -> None:
        member = standing(tx, place.community_id, fan(20), NOON)
        for day in (1, 2):
            count(tx, member.member_id, day_of(days(day), place.timezone), Did.CHECK_IN)

    await db.write(busy)
    assert await db.write(_signs, place, fan(20), days(5)) == set()


async def test_who_is_deleted_leaves_nothing_that_waits(db: Database, causes: Causes) -> None:
    """With a fan's data go what was seen of them, what waits, and their name in what staff decided."""
    place, till = await shop(db), Till()
    await db.write(note_haste, place, fan(1), NOON)
    await wait(db, place)
    held_id = (await HeldQueue(db, POLICY).listed(place)).lines[0].held_id
    await HeldRewards(db, POLICY, GIVEAWAYS, till.resolvers).decide(
        act_of(place, cause=causes.next()), held_id, HeldState.RELEASED
    )
    await privacy(db).delete(place, fan(1).user_id, NOON)
    assert await query(db, "SELECT count(*) FROM held") == [(0,)]
    assert await query(db, "SELECT count(*) FROM sighting") == [(0,)]
    entries = (await everything(db))["audit_entry"]
    assert not any("Fan 1" in str(entry) for entry in entries)


async def test_the_owner_hears_of_held_rewards_once_a_day(db: Database) -> None:
    """A note that was delivered isn't told again on the same day of the shop; the next day brings a new one."""
    place = await shop(db)
    notices = "SELECT count(*) FROM outbox WHERE key LIKE '%held:%' AND state = 'waiting'"
    for subject_id, at, told in ((1, NOON, 1), (2, NOON + timedelta(hours=1), 0), (3, NOON + timedelta(days=1), 1)):
        await db.write(_hold_one, place, subject_id, at)
        assert await query(db, notices) == [(told,)]
        await deliver_all(db, at)


def _hold_one(tx: Tx, place: Place, subject_id: int, at: datetime) -> None:
    member = standing(tx, place.community_id, fan(1), at)
    hold(tx, place, Reward("prize", subject_id, member.member_id), HASTE, at, POLICY)
