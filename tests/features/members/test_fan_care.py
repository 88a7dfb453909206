"""What staff do for one fan: tags, notes and coins, each once, within limits, and taken back again."""

import asyncio
import random
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session
from sqlmodel import col, select

from bot.features.communities import set_reachable
from bot.features.members import fan_notes
from bot.features.members.fan_notes import FanNoting
from bot.features.members.fan_tags import FanTagging
from bot.features.members.grants import Grants
from bot.flows.fan_page import FanPages
from bot.rules.act import Act
from bot.rules.general import OwnersAct, TooLateToUndo, Undone
from bot.rules.giveaways import GiveawayTooMuch
from bot.rules.members.care import (
    CarePolicy,
    FanGranted,
    FanNoted,
    FanNoteGone,
    FanTagged,
    Grant,
    NoGrantOutside,
    NotesFull,
    TagChange,
    TagsFull,
    TagsSame,
)
from bot.rules.members.lists import FansClosed, NoFanHere
from bot.rules.place import Place
from bot.rules.tags import MOST
from bot.store import ledger
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.fan_notes import notes_about
from bot.store.fan_tags import tags_of
from bot.store.ledger import check_books
from bot.store.members import standing
from bot.store.tables import AuditEntry, Member
from tests.features.scene import (
    GIVEAWAYS,
    NOON,
    OWNER,
    POLICIES,
    Causes,
    act_by,
    balance,
    everything,
    fan,
    give,
    privacy,
    query,
    shop,
    undo,
)

CARE = CarePolicy()
HELPER = 501
"""An operator."""


async def fan_of(db: Database, place: Place, number: int = 1) -> int:
    """The row of a fan who is there."""
    return (await db.write(standing, place.community_id, fan(number), NOON)).member_id


def by(place: Place, causes: Causes, actor_id: int = OWNER.user_id) -> Act:
    """An act of staff."""
    return act_by(place, actor_id, NOON, causes.next())


async def told(db: Database, outcome: str) -> list[tuple[Any, ...]]:
    """Promises with this outcome: to which chat, and how it stands."""
    rows = await query(db, "SELECT chat_id, facts, state FROM outbox ORDER BY id")
    return [(chat_id, state) for chat_id, facts, state in rows if outcome in str(facts)]


async def test_tags_are_set_taken_off_and_taken_back(db: Database, causes: Causes) -> None:
    """Several at once, each act is in the log, comes again as the same answer, and is undone as a whole."""
    place = await shop(db)
    member, tagging = await fan_of(db, place), FanTagging(db)
    act = by(place, causes)
    first = await tagging.change(act, member, TagChange(("silk", "wool"), ("linen",)))
    assert isinstance(first, FanTagged)
    assert (first.added, first.removed) == (("silk", "wool"), ())
    assert await tagging.change(act, member, TagChange(("silk", "wool"), ("linen",))) == first
    assert isinstance(await tagging.change(by(place, causes), member, TagChange(("SILK",), ())), TagsSame)
    second = await tagging.change(by(place, causes), member, TagChange(("linen",), ("Wool",)))
    assert isinstance(second, FanTagged)
    assert (second.added, second.removed) == (("linen",), ("wool",))
    assert await db.read(tags_of, member) == ("linen", "silk")
    assert isinstance(await undo(db, place, OWNER.user_id, NOON, causes.next(), first.audit_id), TooLateToUndo)
    assert isinstance(await undo(db, place, OWNER.user_id, NOON, causes.next()), Undone)
    assert await db.read(tags_of, member) == ("silk", "wool")
    assert isinstance(await undo(db, place, OWNER.user_id, NOON, causes.next(), first.audit_id), Undone)
    assert await db.read(tags_of, member) == ()


async def test_too_many_tags_change_nothing(db: Database, causes: Causes) -> None:
    """The tag that would be one too many is refused, with those that came with it."""
    place = await shop(db)
    member, tagging = await fan_of(db, place), FanTagging(db)
    await tagging.change(by(place, causes), member, TagChange(tuple(f"t{number}" for number in range(MOST)), ()))
    full = await tagging.change(by(place, causes), member, TagChange(("more",), ()))
    assert full == TagsFull("Fan 1", MOST)
    swapped = await tagging.change(by(place, causes), member, TagChange(("more",), ("t0",)))
    assert isinstance(swapped, FanTagged)
    assert len(await db.read(tags_of, member)) == MOST


async def test_notes_are_written_deleted_and_brought_back(db: Database, causes: Causes) -> None:
    """Twenty at most; a deleted one can be brought back for three days, and is gone for good then."""
    place = await shop(db)
    member, noting = await fan_of(db, place), FanNoting(db, CARE)
    await db.write(standing, place.community_id, OWNER, NOON)
    act = by(place, causes)
    noted = await noting.add(act, member, "likes silk")
    assert isinstance(noted, FanNoted)
    assert await noting.add(act, member, "likes silk") == noted
    (found,) = await db.read(notes_about, member)
    assert (found.text, found.by, found.at) == ("likes silk", "Mina", NOON)
    gone = await noting.remove(by(place, causes), member, found.note_id)
    assert isinstance(gone, FanNoteGone)
    assert await noting.remove(by(place, causes), member, found.note_id) == FansClosed()
    assert await db.read(notes_about, member) == []
    assert isinstance(await undo(db, place, OWNER.user_id, NOON, causes.next()), Undone)
    assert [note.text for note in await db.read(notes_about, member)] == ["likes silk"]
    await noting.remove(by(place, causes), member, found.note_id)
    await db.write(fan_notes.drop_gone, NOON + CARE.gone_kept, CARE)
    assert len(await query(db, "SELECT id FROM fan_note")) == 1
    await db.write(fan_notes.drop_gone, NOON + CARE.gone_kept + timedelta(seconds=1), CARE)
    assert await query(db, "SELECT id FROM fan_note") == []
    assert isinstance(await undo(db, place, OWNER.user_id, NOON, causes.next()), TooLateToUndo)
    for number in range(CARE.most_notes):
        assert isinstance(await noting.add(by(place, causes), member, f"{number}"), FanNoted)
    assert await noting.add(by(place, causes), member, "one more") == NotesFull("Fan 1", CARE.most_notes)


async def test_twenty_notes_are_twenty_under_a_crowd(db: Database, causes: Causes) -> None:
    """Thirty at once: twenty stand."""
    place = await shop(db)
    member, noting = await fan_of(db, place), FanNoting(db, CARE)
    outcomes = await asyncio.gather(*(noting.add(by(place, causes), member, f"{number}") for number in range(30)))
    assert sum(isinstance(one, FanNoted) for one in outcomes) == CARE.most_notes
    assert len(await db.read(notes_about, member)) == CARE.most_notes


async def test_a_grant_pays_once_is_told_and_is_taken_back(db: Database, causes: Causes) -> None:
    """The fan hears it in private with the reason; undone before it left nobody hears of it, and no coin is left."""
    place = await shop(db)
    member, grants = await fan_of(db, place), Grants(db, GIVEAWAYS)
    await db.write(set_reachable, fan(1), can_write=True)
    act = by(place, causes)
    granted = await grants.grant(act, member, Grant(50, "for the photos"))
    assert isinstance(granted, FanGranted)
    assert (granted.name, granted.coins, granted.told, granted.left) == ("Fan 1", 50, True, None)
    assert await grants.grant(act, member, Grant(50, "for the photos")) == granted
    assert await balance(db, place, fan(1)) == 50
    assert await told(db, "members.GrantTold") == [(fan(1).user_id, "waiting")]
    assert isinstance(await undo(db, place, OWNER.user_id, NOON, causes.next()), Undone)
    assert await balance(db, place, fan(1)) == 0
    assert await told(db, "members.Grant") == []
    assert (await db.read(check_books)).sound
    ((earned,),) = await query(db, "SELECT earned FROM account WHERE member_id = :id", id=member)
    assert earned == 0


async def test_who_was_told_hears_that_it_is_taken_back(db: Database, causes: Causes) -> None:
    """Once the message left, undoing the grant promises another one."""
    place = await shop(db)
    member, grants = await fan_of(db, place), Grants(db, GIVEAWAYS)
    await db.write(set_reachable, fan(1), can_write=True)
    await grants.grant(by(place, causes), member, Grant(50, "for the photos"))
    await db.write(_mark_sent)
    assert isinstance(await undo(db, place, OWNER.user_id, NOON, causes.next()), Undone)
    assert [chat for chat, _ in await told(db, "members.GrantBack")] == [fan(1).user_id]


def _mark_sent(tx: Tx) -> None:
    tx.execute(text("UPDATE outbox SET state = 'sent' WHERE state = 'waiting'"))


async def test_who_switched_service_off_isnt_told(db: Database, causes: Causes) -> None:
    """They get the coins, and staff hear that they weren't told."""
    place = await shop(db)
    member, grants = await fan_of(db, place), Grants(db, GIVEAWAYS)
    await db.write(set_reachable, fan(1), can_write=True)
    await db.write(_switch_off, member)
    granted = await grants.grant(by(place, causes), member, Grant(50, "x"))
    assert isinstance(granted, FanGranted)
    assert not granted.told
    assert await told(db, "members.GrantTold") == []


def _switch_off(tx: Tx, member_id: int) -> None:
    tx.get_one(Member, member_id).service = False
    tx.flush()


async def test_spent_coins_stay_spent(db: Database, causes: Causes) -> None:
    """A grant of which something is spent can't be taken back, as the fan has fewer coins than that."""
    place = await shop(db)
    member, grants = await fan_of(db, place), Grants(db, GIVEAWAYS)
    await grants.grant(by(place, causes), member, Grant(50, "for the photos"))
    await db.write(_spend, place, 1)
    before = await everything(db)
    assert isinstance(await undo(db, place, OWNER.user_id, NOON, causes.next()), TooLateToUndo)
    assert await everything(db) == before
    await give(db, place, fan(1), 1)
    assert isinstance(await undo(db, place, OWNER.user_id, NOON, causes.next()), Undone)
    assert await balance(db, place, fan(1)) == 0


def _spend(tx: Tx, place: Place, coins: int, number: int = 1) -> None:
    member = standing(tx, place.community_id, fan(number), NOON)
    nth = tx.execute(text("SELECT count(*) FROM transfer")).scalar_one()
    header = ledger.TransferHeader(place.community_id, f"spent:{nth}", "claim", NOON)
    ledger.charge(tx, header, member_account=member.account_id, shop=place.shop_account, amount=coins)


async def test_an_operators_grants_count_in_their_day(db: Database, causes: Causes) -> None:
    """Up to the limit, told to the owner, counted no more once taken back; the owner has no limit, and undoes alone."""
    place = await shop(db)
    member, grants = await fan_of(db, place), Grants(db, GIVEAWAYS)
    await db.write(set_reachable, OWNER, can_write=True)
    first = await grants.grant(by(place, causes, HELPER), member, Grant(1_500, "x"))
    assert isinstance(first, FanGranted)
    assert first.left == 500
    assert len(await told(db, "staff.OperatorActed")) == 1
    refused = await grants.grant(by(place, causes, HELPER), member, Grant(501, "x"))
    assert refused == GiveawayTooMuch(501, 500, 2_000)
    await undo(db, place, HELPER, NOON, causes.next())
    again = await grants.grant(by(place, causes, HELPER), member, Grant(2_000, "x"))
    assert isinstance(again, FanGranted)
    owners = await grants.grant(by(place, causes), member, Grant(50_000, "x"))
    assert isinstance(owners, FanGranted)
    assert isinstance(await undo(db, place, HELPER, NOON, causes.next(), owners.audit_id), OwnersAct)


async def test_two_grants_at_the_limit_are_one(db: Database, causes: Causes) -> None:
    """Ten fans at once, 400 coins each: five get them, and not a coin more than the operator's day holds."""
    place = await shop(db)
    members = [await fan_of(db, place, number) for number in range(10)]
    grants = Grants(db, GIVEAWAYS)
    outcomes = await asyncio.gather(
        *(grants.grant(by(place, causes, HELPER), member, Grant(400, "x")) for member in members)
    )
    assert sum(isinstance(one, FanGranted) for one in outcomes) == 5
    assert [one for one in outcomes if not isinstance(one, FanGranted)] == [GiveawayTooMuch(400, 0, 2_000)] * 5
    assert sum([await balance(db, place, fan(number)) for number in range(10)]) == 2_000
    assert (await db.read(check_books)).sound


async def test_who_left_gets_nothing(db: Database, causes: Causes) -> None:
    """Who isn't in a room of the shop is paid nothing; a tag and a note they can have."""
    place = await shop(db)
    member = await fan_of(db, place)
    await db.write(_leave, member)
    assert await Grants(db, GIVEAWAYS).grant(by(place, causes), member, Grant(5, "x")) == NoGrantOutside("Fan 1")
    assert isinstance(await FanTagging(db).change(by(place, causes), member, TagChange(("silk",), ())), FanTagged)


def _leave(tx: Tx, member_id: int) -> None:
    tx.get_one(Member, member_id).left_at = NOON
    tx.flush()


async def test_another_shops_fan_is_nobody_here(db: Database, causes: Causes) -> None:
    """Their row's number reads nothing, changes nothing, and undoes nothing."""
    place, other = await shop(db), await shop(db, fan(90), chat_id=-2001)
    theirs = (await db.write(standing, other.community_id, fan(1), NOON)).member_id
    noted = await FanNoting(db, CARE).add(act_by(other, fan(90).user_id, NOON, causes.next()), theirs, "secret")
    assert isinstance(noted, FanNoted)
    (note,) = await db.read(notes_about, theirs)
    before = await everything(db)
    assert await FanTagging(db).change(by(place, causes), theirs, TagChange(("silk",), ())) == NoFanHere("")
    assert await FanTagging(db).page(place, theirs) is None
    assert await FanNoting(db, CARE).add(by(place, causes), theirs, "x") == NoFanHere("")
    assert await FanNoting(db, CARE).remove(by(place, causes), theirs, note.note_id) == FansClosed()
    assert await FanNoting(db, CARE).page(place, theirs) is None
    assert await FanNoting(db, CARE).one(place, theirs, note.note_id) is None
    assert await Grants(db, GIVEAWAYS).grant(by(place, causes), theirs, Grant(5, "x")) == NoFanHere("")
    assert await FanPages(db, POLICIES).page(place, theirs, NOON, money=True) is None
    await undo(db, place, OWNER.user_id, NOON, causes.next(), noted.audit_id)
    assert await everything(db) == before


async def test_a_deleted_fan_leaves_no_name(db: Database, causes: Causes) -> None:
    """Notes and tags go, and the log keeps what was given without their name, reason and tags."""
    place = await shop(db)
    member = await fan_of(db, place)
    await FanTagging(db).change(by(place, causes, HELPER), member, TagChange(("silk",), ()))
    await FanNoting(db, CARE).add(by(place, causes, HELPER), member, "likes silk")
    await Grants(db, GIVEAWAYS).grant(by(place, causes, HELPER), member, Grant(1_500, "for Fan 1"))
    await privacy(db).delete(place, fan(1).user_id, NOON)
    entries = await db.read(_entries)
    assert [entry.subject for entry in entries] == ["…"] * 3
    assert "Fan 1" not in str([(entry.before, entry.after, entry.answer) for entry in entries])
    assert await query(db, "SELECT id FROM fan_note") == []
    assert await query(db, "SELECT member_id FROM fan_tag") == []
    again = await fan_of(db, place, 2)
    refused = await Grants(db, GIVEAWAYS).grant(by(place, causes, HELPER), again, Grant(501, "x"))
    assert refused == GiveawayTooMuch(501, 500, 2_000)
    assert isinstance(await undo(db, place, OWNER.user_id, NOON, causes.next(), entries[0].id), TooLateToUndo)


def _entries(session: Session) -> list[AuditEntry]:
    query = select(AuditEntry).where(col(AuditEntry.act).like("fan.%")).order_by(col(AuditEntry.id))
    found = list(session.execute(query).scalars())
    session.expunge_all()
    return found


async def test_a_deleted_operators_notes_are_nobodys(db: Database, causes: Causes) -> None:
    """Note and tag stay, without the name and the id of who gave them."""
    place = await shop(db)
    member = await fan_of(db, place)
    await fan_of(db, place, 2)
    act = act_by(place, fan(2).user_id, NOON, causes.next())
    await FanNoting(db, CARE).add(act, member, "likes silk")
    await FanTagging(db).change(act_by(place, fan(2).user_id, NOON, causes.next()), member, TagChange(("silk",), ()))
    await privacy(db).delete(place, fan(2).user_id, NOON)
    (note,) = await db.read(notes_about, member)
    assert (note.text, note.by) == ("likes silk", None)
    ((wrote, tagged),) = await query(db, 'SELECT n."by", t."by" FROM fan_note n, fan_tag t')
    assert wrote == tagged
    assert wrote < 0


@pytest.mark.parametrize("seed", range(4))
async def test_grants_and_undoing_conserve_coins(db: Database, causes: Causes, seed: int) -> None:
    """Whatever is granted, spent and undone in whatever order, each fan holds what was neither spent nor taken back."""
    place, dice = await shop(db), random.Random(seed)
    grants = Grants(db, GIVEAWAYS)
    members = {number: await fan_of(db, place, number) for number in (1, 2)}
    holds, open_grants = dict.fromkeys(members, 0), dict[int, tuple[int, int]]()
    for _ in range(40):
        number, coins = dice.choice((1, 2)), dice.randint(1, 30)
        match dice.choice(("grant", "grant", "undo", "spend")):
            case "grant":
                granted = await grants.grant(by(place, causes), members[number], Grant(coins, "x"))
                assert isinstance(granted, FanGranted)
                holds[number] += coins
                open_grants[granted.audit_id] = (number, coins)
            case "undo" if open_grants:
                audit_id = dice.choice(sorted(open_grants))
                whose, granted_coins = open_grants[audit_id]
                undone = await undo(db, place, OWNER.user_id, NOON, causes.next(), audit_id)
                assert isinstance(undone, Undone if holds[whose] >= granted_coins else TooLateToUndo)
                if isinstance(undone, Undone):
                    holds[whose] -= granted_coins
                    del open_grants[audit_id]
            case "spend" if holds[number] >= coins:
                await db.write(_spend, place, coins, number)
                holds[number] -= coins
        assert {who: await balance(db, place, fan(who)) for who in members} == holds
    assert (await db.read(check_books)).sound
