"""Roles that the owner gives and takes away, on both databases."""

import asyncio
import json
from dataclasses import replace
from typing import Any

from bot.features.communities import Communities
from bot.features.hearts.goals import HeartGoals
from bot.features.staff.giving import RoleGiving
from bot.features.staff.staff import Staffing
from bot.flows.hand_over import HandOver
from bot.rules.general import NothingToUndo, OwnersAct, TooLateToUndo, Undone
from bot.rules.hearts.hearts import GoalMade, NoStreamForGoal
from bot.rules.rights import HostGivesNoCoins, NotForHosts, Role
from bot.rules.staff.roles import StaffEnded, StaffGiven, StaffHasRole
from bot.rules.staff.staff import StaffDenied, StaffIsOwner
from bot.rules.words import Language
from bot.store.engine.db import Database
from bot.store.members import standing
from tests.features.hearts.room import Room
from tests.features.scene import (
    NOON,
    OWNER,
    Causes,
    act_of,
    days,
    deliver_all,
    everything,
    fan,
    privacy,
    query,
    shop,
    undo,
)
from tests.features.studio import at as minute

ANA, BEN = fan(1), fan(2)


async def told(db: Database) -> list[tuple[int, str, str]]:
    """Who was told what of a role, in order: the person, the news, the role."""
    rows = await query(db, "SELECT facts FROM outbox WHERE key LIKE 'role:%' ORDER BY id")
    read: list[Any] = [json.loads(row[0]) if isinstance(row[0], str) else row[0] for row in rows]
    return [(one["user_id"], one["outcome"], one["facts"]["role"]) for one in read]


async def test_a_role_is_given_once_and_ends_at_once(db: Database, causes: Causes) -> None:
    """It holds in its shop until it is taken away; each is done once, however often it is said or told."""
    place, other = await shop(db), await shop(db, fan(900), -1002)
    giving, staffing, cause = RoleGiving(db), Staffing(db), causes.next()
    given = await giving.give(act_of(place, cause=cause), ANA, Role.HOST)
    assert isinstance(given, StaffGiven)
    assert (given.role, given.before) == ("host", None)
    assert await giving.give(act_of(place, cause=cause), ANA, Role.HOST) == given
    before = await everything(db)
    again = await giving.give(act_of(place, cause=causes.next()), ANA, Role.HOST)
    assert again == StaffHasRole(place.community_id, ANA.user_id, "Fan 1", "host")
    assert await everything(db) == before
    assert await staffing.given(place, ANA.user_id) is Role.HOST
    assert await staffing.given(other, ANA.user_id) is None
    assert await staffing.given(place, BEN.user_id) is None
    changed = await giving.give(act_of(place, at=days(1), cause=causes.next()), ANA, Role.OPERATOR)
    assert isinstance(changed, StaffGiven)
    assert (changed.role, changed.before) == ("operator", "host")
    (line,) = await staffing.all_given(place)
    assert (line.who.user_id, line.role, line.since) == (ANA.user_id, Role.OPERATOR, days(1))
    ending = causes.next()
    ended = await giving.remove(act_of(place, at=days(2), cause=ending), ANA, admin=False)
    assert isinstance(ended, StaffEnded)
    assert await giving.remove(act_of(place, at=days(2), cause=ending), ANA, admin=False) == ended
    assert await staffing.given(place, ANA.user_id) is None
    assert await query(db, "SELECT count(*) FROM denied") == [(0,)]
    news = [(ANA.user_id, "staff.RoleGiven", "host"), (ANA.user_id, "staff.RoleGiven", "operator")]
    assert await told(db) == [*news, (ANA.user_id, "staff.RoleEnded", "operator")]


async def test_ten_gifts_of_a_role_at_once(db: Database, causes: Causes) -> None:
    """One is written down, nine hear that it was."""
    place, giving = await shop(db), RoleGiving(db)
    outcomes = await asyncio.gather(
        *(giving.give(act_of(place, cause=causes.next()), ANA, Role.HOST) for _ in range(10))
    )
    assert sum(isinstance(one, StaffGiven) for one in outcomes) == 1
    assert sum(isinstance(one, StaffHasRole) for one in outcomes) == 9
    assert await query(db, "SELECT count(*) FROM audit_entry WHERE act = 'staff.given'") == [(1,)]


async def test_a_denied_person_gets_a_role(db: Database, causes: Causes) -> None:
    """Adding lifts the denial; taking that back denies them again; a denial ends a role and gives it back."""
    place, giving, staffing = await shop(db), RoleGiving(db), Staffing(db)
    await staffing.deny(act_of(place, cause=causes.next()), ANA, admin=False)
    given = await giving.give(act_of(place, at=days(1), cause=causes.next()), ANA, Role.OPERATOR)
    assert isinstance(given, StaffGiven)
    assert await staffing.given(place, ANA.user_id) is Role.OPERATOR
    assert await undo(db, place, OWNER.user_id, days(1), causes.next(), given.audit_id) == Undone("staff.given", "#1")
    assert await staffing.denied_among(place, (ANA.user_id,)) == {ANA.user_id}
    assert await staffing.given(place, ANA.user_id) is None
    await giving.give(act_of(place, at=days(2), cause=causes.next()), ANA, Role.HOST)
    denied = await giving.remove(act_of(place, at=days(3), cause=causes.next()), ANA, admin=True)
    assert isinstance(denied, StaffDenied)
    assert await staffing.given(place, ANA.user_id) is None
    assert isinstance(await undo(db, place, OWNER.user_id, days(3), causes.next(), denied.audit_id), Undone)
    assert await staffing.given(place, ANA.user_id) is Role.HOST


async def test_taking_a_role_back(db: Database, causes: Causes) -> None:
    """By the owner alone: the role of before comes back; what was decided anew since stays; the person hears."""
    place, giving, staffing = await shop(db), RoleGiving(db), Staffing(db)
    first = await giving.give(act_of(place, cause=causes.next()), ANA, Role.HOST)
    assert isinstance(first, StaffGiven)
    assert await undo(db, place, BEN.user_id, NOON, causes.next(), first.audit_id) == OwnersAct("staff.given", "#1")
    second = await giving.give(act_of(place, at=days(1), cause=causes.next()), ANA, Role.OPERATOR)
    assert isinstance(second, StaffGiven)
    late = await undo(db, place, OWNER.user_id, days(1), causes.next(), first.audit_id)
    assert late == TooLateToUndo("staff.given", "#1")
    await deliver_all(db)
    assert isinstance(await undo(db, place, OWNER.user_id, days(1), causes.next(), second.audit_id), Undone)
    (line,) = await staffing.all_given(place)
    assert (line.role, line.since) == (Role.HOST, NOON)
    assert (await told(db))[-1] == (ANA.user_id, "staff.RoleGiven", "host")
    ended = await giving.remove(act_of(place, at=days(2), cause=causes.next()), ANA, admin=False)
    assert isinstance(ended, StaffEnded)
    heard = len(await told(db))
    assert isinstance(await undo(db, place, OWNER.user_id, days(2), causes.next(), ended.audit_id), Undone)
    assert await staffing.given(place, ANA.user_id) is Role.HOST
    assert len(await told(db)) == heard - 1  # the news hadn't left, so it is taken back


async def test_the_owner_gets_no_role(db: Database, causes: Causes) -> None:
    """Not even from themselves."""
    place = await shop(db)
    assert await RoleGiving(db).give(act_of(place, cause=causes.next()), OWNER, Role.HOST) == StaffIsOwner()
    assert await query(db, "SELECT count(*) FROM staff_role") == [(0,)]


async def test_who_has_their_data_deleted_has_no_role(db: Database, causes: Causes) -> None:
    """The row goes in this shop, and the log names nobody."""
    place, giving, staffing = await shop(db), RoleGiving(db), Staffing(db)
    await db.write(standing, place.community_id, ANA, NOON)
    given = await giving.give(act_of(place, cause=causes.next()), ANA, Role.HOST)
    assert isinstance(given, StaffGiven)
    await privacy(db).delete(place, ANA.user_id, NOON)
    assert await query(db, "SELECT count(*) FROM staff_role") == [(0,)]
    assert "Fan 1" not in str(await everything(db))
    assert await staffing.given(place, ANA.user_id) is None
    late = await undo(db, place, OWNER.user_id, NOON, causes.next(), given.audit_id)
    assert late == TooLateToUndo("staff.given", "#1")


async def test_a_new_owner_hears_who_helps(db: Database, causes: Causes) -> None:
    """Roles stay when the shop changes hands; the new owner's own role isn't named."""
    place, giving = await shop(db), RoleGiving(db)
    await giving.give(act_of(place, cause=causes.next()), ANA, Role.HOST)
    await giving.give(act_of(place, cause=causes.next()), BEN, Role.OPERATOR)
    assert await HandOver(db).hand_over(place, BEN, days(1))
    ((facts,),) = await query(db, "SELECT facts FROM outbox WHERE key LIKE :key", key=f"owner:%:{BEN.user_id}")
    read = json.loads(facts) if isinstance(facts, str) else facts
    assert read["facts"]["helpers"] == [{"name": "Fan 1", "role": "host"}]
    assert await Staffing(db).given(place, ANA.user_id) is Role.HOST


async def test_menus_go_by_roles(db: Database, causes: Causes) -> None:
    """Who can be written to and has a role is told to the menus, with the most that any shop lets them."""
    place, other = await shop(db), await shop(db, fan(900), -1002)
    giving, communities = RoleGiving(db), Communities(db, open_to_all=True)
    await giving.give(act_of(place, cause=causes.next()), ANA, Role.HOST)
    await giving.give(act_of(place, cause=causes.next()), BEN, Role.HOST)
    await giving.give(act_of(other, fan(900), cause=causes.next()), ANA, Role.OPERATOR)
    await communities.started(ANA, can_write=True, at=NOON)
    assert await communities.helpers() == [(ANA.user_id, Language.KO, Role.OPERATOR)]


async def test_a_host_gives_no_coins_and_takes_back_only_their_own(db: Database, causes: Causes) -> None:
    """A goal that pays coins is refused; an operator's act, and an earlier one of the host's as operator, stay."""
    room = await Room.open(db, causes)
    place, at = room.studio.place, minute(1)
    goals: HeartGoals = room.goals
    steps = goals.read("3", "packet:100/5")
    assert isinstance(steps, tuple)
    host = act_of(place, ANA, at, causes.next(), Role.HOST)
    assert await goals.make(host, steps) == HostGivesNoCoins()
    assert await goals.make(replace(host, role=Role.OPERATOR), steps) != NoStreamForGoal()
    ((audit_id,),) = await query(db, "SELECT max(id) FROM audit_entry WHERE act = 'hearts.made'")
    foreign = await undo(db, place, BEN.user_id, at, causes.next(), audit_id, role=Role.HOST)
    assert foreign == NotForHosts()
    assert await undo(db, place, BEN.user_id, at, causes.next(), role=Role.HOST) == NothingToUndo()
    assert isinstance(await undo(db, place, ANA.user_id, at, causes.next(), role=Role.HOST), Undone)
    drawn = goals.read("3", "raffle:silk scarf/1/10")
    assert isinstance(drawn, tuple)
    assert isinstance(await goals.make(act_of(place, ANA, at, causes.next(), Role.HOST), drawn), GoalMade)
