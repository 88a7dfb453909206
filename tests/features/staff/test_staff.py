"""Whom the owner denies to act for the shop, on both databases."""

import asyncio
from datetime import timedelta

from bot.features.staff.staff import Staffing
from bot.rules.general import NothingToUndo, OwnersAct, TooLateToUndo, Undone
from bot.rules.retention import FINGERPRINT_KEPT
from bot.rules.staff.staff import StaffBack, StaffDenied, StaffDeniedBefore, StaffIsOwner, StaffLine, StaffNotDenied
from bot.store import forgotten
from bot.store.engine.db import Database
from bot.store.members import standing
from tests.features.scene import NOON, OWNER, Causes, act_of, days, everything, fan, privacy, query, shop, undo

ANA, BEN = fan(1), fan(2)


async def test_denying_and_lifting(db: Database, causes: Causes) -> None:
    """A denial holds in its shop until it is lifted; each is done once, however often it is said or told."""
    place, other = await shop(db), await shop(db, fan(900), -1002)
    staffing, cause = Staffing(db), causes.next()
    assert await staffing.lift(act_of(place, cause=causes.next()), ANA, admin=True) == StaffNotDenied(
        "Fan 1", admin=True
    )
    denied = await staffing.deny(act_of(place, cause=cause), ANA, admin=True)
    assert isinstance(denied, StaffDenied)
    assert await staffing.deny(act_of(place, cause=cause), ANA, admin=True) == denied
    before = await everything(db)
    again = await staffing.deny(act_of(place, cause=causes.next()), ANA, admin=True)
    assert again == StaffDeniedBefore("Fan 1")
    assert await everything(db) == before
    both = (ANA.user_id, BEN.user_id)
    assert await staffing.denied_among(place, both) == {ANA.user_id}
    assert await staffing.denied_among(other, both) == frozenset()
    assert (await staffing.anybody_denied(place), await staffing.anybody_denied(other)) == (True, False)
    back = await staffing.lift(act_of(place, at=days(1), cause=causes.next()), ANA, admin=False)
    assert isinstance(back, StaffBack)
    assert await staffing.denied_among(place, both) == frozenset()
    assert isinstance(await staffing.deny(act_of(place, at=days(2), cause=causes.next()), ANA, admin=True), StaffDenied)
    assert await staffing.denied_among(place, both) == {ANA.user_id}


async def test_ten_denials_at_once(db: Database, causes: Causes) -> None:
    """One is written down, nine hear that it was."""
    place, staffing = await shop(db), Staffing(db)
    outcomes = await asyncio.gather(
        *(staffing.deny(act_of(place, cause=causes.next()), ANA, admin=True) for _ in range(10))
    )
    assert sum(isinstance(one, StaffDenied) for one in outcomes) == 1
    assert outcomes.count(StaffDeniedBefore("Fan 1")) == 9
    assert await query(db, "SELECT count(*) FROM audit_entry WHERE act = 'staff.denied'") == [(1,)]


async def test_the_owner_isnt_denied(db: Database, causes: Causes) -> None:
    """Not even by themselves."""
    place = await shop(db)
    outcome = await Staffing(db).deny(act_of(place, cause=causes.next()), OWNER, admin=False)
    assert outcome == StaffIsOwner()
    assert await query(db, "SELECT count(*) FROM denied") == [(0,)]


async def test_taking_a_denial_back(db: Database, causes: Causes) -> None:
    """Both ways, by the owner alone; what was decided anew since stays."""
    place, staffing = await shop(db), Staffing(db)
    denied = await staffing.deny(act_of(place, cause=causes.next()), ANA, admin=True)
    assert isinstance(denied, StaffDenied)
    refused = await undo(db, place, BEN.user_id, NOON, causes.next(), denied.audit_id)
    assert refused == OwnersAct("staff.denied", "#1")
    assert await undo(db, place, BEN.user_id, NOON, causes.next()) == NothingToUndo()
    assert await undo(db, place, OWNER.user_id, NOON, causes.next(), denied.audit_id) == Undone("staff.denied", "#1")
    assert await staffing.denied_among(place, (ANA.user_id,)) == frozenset()
    first = await staffing.deny(act_of(place, at=days(1), cause=causes.next()), ANA, admin=True)
    lifted = await staffing.lift(act_of(place, at=days(2), cause=causes.next()), ANA, admin=True)
    assert isinstance(first, StaffDenied)
    assert isinstance(lifted, StaffBack)
    late = await undo(db, place, OWNER.user_id, days(2), causes.next(), first.audit_id)
    assert late == TooLateToUndo("staff.denied", "#1")
    assert await undo(db, place, OWNER.user_id, days(2), causes.next(), lifted.audit_id) == Undone("staff.lifted", "#1")
    assert await staffing.denied_among(place, (ANA.user_id,)) == {ANA.user_id}


async def test_who_has_their_data_deleted_stays_denied(db: Database, causes: Causes) -> None:
    """A fingerprint says so; the list names them only as Telegram does, and the log names nobody."""
    place, staffing = await shop(db), Staffing(db)
    await db.write(standing, place.community_id, ANA, NOON)
    await staffing.deny(act_of(place, cause=causes.next()), ANA, admin=True)
    await privacy(db).delete(place, ANA.user_id, NOON)
    assert await query(db, "SELECT user_id FROM denied") == [(None,)]
    assert "Fan 1" not in str(await everything(db))
    assert await staffing.denied_among(place, (ANA.user_id,)) == {ANA.user_id}
    listed = await staffing.listed(place, (ANA, BEN))
    assert [(line.name, line.denied) for line in listed.lines] == [("Fan 1", True), ("Fan 2", False)]
    assert (await staffing.listed(place, (BEN,))).lines == (StaffLine(BEN.user_id, "Fan 2", "fan2", False, True),)
    back = await staffing.lift(act_of(place, cause=causes.next()), ANA, admin=True)
    assert isinstance(back, StaffBack)


async def test_a_deleted_persons_denial_goes_with_their_last_fingerprint(db: Database, causes: Causes) -> None:
    """Also that of who was never a member; a denial of somebody who is still known stays."""
    place, staffing = await shop(db), Staffing(db)
    for who in (ANA, BEN):
        await staffing.deny(act_of(place, cause=causes.next()), who, admin=True)
    await privacy(db).delete(place, ANA.user_id, NOON)
    both = (ANA.user_id, BEN.user_id)
    await db.write(forgotten.expire, NOON + FINGERPRINT_KEPT - timedelta(days=1))
    assert await staffing.denied_among(place, both) == {*both}
    await db.write(forgotten.expire, NOON + FINGERPRINT_KEPT)
    assert await staffing.denied_among(place, both) == {BEN.user_id}


async def test_the_list_and_names(db: Database, causes: Causes) -> None:
    """Administrators first, then those denied who are none any more; both are found by username, the latter by name."""
    place, staffing = await shop(db), Staffing(db)
    carl = fan(3)
    await staffing.deny(act_of(place, cause=causes.next()), carl, admin=False)
    listed = await staffing.listed(place, (ANA,))
    assert listed.lines == (
        StaffLine(ANA.user_id, "Fan 1", "fan1", False, True),
        StaffLine(carl.user_id, "Fan 3", "fan3", True, False),
    )
    assert (listed.home, listed.a_day, listed.anonymous_off) == ("Silk room", 2_000, False)
    assert (await staffing.listed(place, (carl,))).anonymous_off
    for said in ("@Fan3", "fan3", "Fan 3"):
        found = await staffing.denied_as(place, said)
        assert found is not None, said
        assert found.user_id == carl.user_id
    assert await staffing.denied_as(place, "@fan9") is None
    assert await staffing.denied_as(place, "Fan 9") is None
