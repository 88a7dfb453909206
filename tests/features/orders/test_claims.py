"""Whose an order is, on both databases: shop codes, `/myorder`, staff who decide and change their minds."""

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import text

from bot.features.orders.claims import Claims
from bot.features.orders.orders import Orders
from bot.features.people.shop_codes import ShopCodes
from bot.rules.act import Sender
from bot.rules.general import TooLateToUndo, Undone
from bot.rules.naming import Named
from bot.rules.orders.claims import (
    ClaimConfirmed,
    ClaimDeclined,
    ClaimGone,
    ClaimHeard,
    ClaimSettled,
    ClaimWaits,
    ManyClaims,
    NotAFan,
    OrderGiven,
    OrderTheirsBefore,
)
from bot.rules.orders.orders import OrderShown, OrderUnknown
from bot.rules.orders.told import Belongs, OrderPolicy, OrderState, OrderTrouble
from bot.rules.orders.whose import ClaimedBy, ClaimState
from bot.rules.place import Place
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.members import standing
from bot.store.tables import Person
from tests.features.orders.test_orders import HOUR, deeds, held, order, refunded, take
from tests.features.scene import NOON, OWNER, Causes, act_by, act_of, dice, fan, give, privacy, query, shop, undo

STAFF = OWNER.user_id
ANA, BEN = fan(1), fan(2)
POLICY = OrderPolicy()


def claims(db: Database) -> Claims:
    """What fans and staff do about whose an order is."""
    return Claims(db, POLICY)


async def tells(db: Database, place: Place, who: Sender, ref: str, causes: Causes) -> ClaimHeard | ManyClaims:
    """`/myorder`."""
    return await claims(db).claim(act_of(place, who, NOON, causes.next()), ref)


async def code_of(db: Database, place: Place, who: Sender, seed: int = 1) -> str:
    """A fan's shop code, as `/me` shows it."""
    await db.write(_join, place, who)
    code = await ShopCodes(db, dice(seed)).of(act_of(place, who))
    assert code is not None
    return code


def _join(tx: Tx, place: Place, who: Sender) -> None:
    standing(tx, place.community_id, who, NOON)


async def confirms(db: Database, place: Place, claim_id: int, causes: Causes, by: int = STAFF) -> Any:
    """The button *theirs*."""
    return await claims(db).confirm(act_by(place, by, NOON, causes.next()), claim_id)


async def owners(db: Database) -> list[tuple[Any, ...]]:
    """Whose each order is, and how that is known."""
    return await query(
        db,
        "SELECT o.ref, m.user_id, o.belongs FROM shop_order o LEFT JOIN member m ON m.id = o.member_id ORDER BY o.id",
    )


async def states(db: Database) -> list[str]:
    """How each claim stands."""
    return [state for (state,) in await query(db, "SELECT state FROM order_claim ORDER BY id")]


async def test_a_shop_code_is_made_once(db: Database) -> None:
    """Twenty who look at once see one code, which stays; who is no member has none."""
    place = await shop(db)
    await db.write(_join, place, ANA)
    shown = await asyncio.gather(*(ShopCodes(db, dice(seed)).of(act_of(place, ANA)) for seed in range(20)))
    assert {*shown} == {await ShopCodes(db, dice(99)).of(act_of(place, ANA))}
    assert await ShopCodes(db, dice()).of(act_of(place, fan(77))) is None


async def test_two_fans_never_share_a_code(db: Database) -> None:
    """The source of randomness gives the same code twice: the second fan gets the one after it."""
    place = await shop(db)
    first = await code_of(db, place, ANA, seed=5)
    second = await code_of(db, place, BEN, seed=5)
    assert first != second


async def test_a_shop_code_in_the_note(db: Database) -> None:
    """It says whose the order is, in any case and width; it counts for the tier, and refunded it doesn't."""
    place = await shop(db)
    code = await code_of(db, place, ANA)
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in code.lower())
    told = order(None, note=f"문앞에 놔주세요 {wide}요")
    await take(db, place, told)
    assert await owners(db) == [("A-1", ANA.user_id, "shop_code")]
    assert await deeds(db) == {"order": 19_500}
    await take(db, place, refunded(told), NOON + HOUR)
    assert await deeds(db) == {}
    assert "note" not in str(await query(db, "SELECT * FROM shop_order"))


async def test_two_shop_codes_in_one_note(db: Database, causes: Causes) -> None:
    """The order is nobody's, staff are asked about both, and whom they confirm has it."""
    place = await shop(db)
    codes = [await code_of(db, place, ANA, 1), await code_of(db, place, BEN, 2)]
    await take(db, place, order(None, note=" ".join(codes)))
    assert await owners(db) == [("A-1", None, "nobody")]
    listed = await claims(db).listed(place)
    assert [(line.fan, line.how, line.came) for line in listed.lines] == [
        (ANA.name, ClaimedBy.SHOP_CODE, True),
        (BEN.name, ClaimedBy.SHOP_CODE, True),
    ]
    assert isinstance(await confirms(db, place, listed.lines[1].claim_id, causes), ClaimConfirmed)
    assert await owners(db) == [("A-1", BEN.user_id, "claim")]
    assert await states(db) == ["declined", "confirmed"]


async def test_a_coupon_comes_before_a_shop_code(db: Database, causes: Causes) -> None:
    """The order is the coupon's fan's; staff see that its note names another."""
    place = await shop(db)
    coupon, code = await held(db, place, causes, 1), await code_of(db, place, BEN)
    await take(db, place, order(coupon, note=code))
    assert await owners(db) == [("A-1", ANA.user_id, "coupon")]
    (line,) = (await claims(db).listed(place)).lines
    assert (line.fan, line.how, line.owner, line.belongs) == (BEN.name, ClaimedBy.SHOP_CODE, ANA.name, Belongs.COUPON)


async def test_the_answer_to_myorder_tells_nothing(db: Database, causes: Causes) -> None:
    """There is such an order or not, it is one's own or another's, it is told again: the same answer each time."""
    place = await shop(db)
    mine = await code_of(db, place, ANA)
    await take(db, place, order(None, "A-1"))
    await take(db, place, order(None, "A-2", note=mine))
    await take(db, place, order(None, "A-3", note=await code_of(db, place, BEN, 2)))
    answers = {
        ref: [await tells(db, place, ANA, ref, causes) for _ in range(2)] for ref in ("A-1", "#a2", "A-3", "A-4")
    }
    assert [*answers.values()] == [[ClaimHeard(), ClaimHeard()]] * 4
    assert await states(db) == ["open", "confirmed", "open", "open"]
    assert [owner for _, owner, _ in await owners(db)] == [None, ANA.user_id, BEN.user_id]


async def test_a_fan_waits_for_five(db: Database, causes: Causes) -> None:
    """A sixth number is asked for later, however many are told at once; a decided one makes room."""
    place = await shop(db)
    told = await asyncio.gather(*(tells(db, place, ANA, f"A-{number}", causes) for number in range(9)))
    assert sum(one == ClaimHeard() for one in told) == 5
    assert sum(one == ManyClaims(5) for one in told) == 4
    assert await tells(db, place, BEN, "A-1", causes) == ClaimHeard()
    (line, *_) = (await claims(db).listed(place)).lines
    await claims(db).decline(act_by(place, STAFF, NOON, causes.next()), line.claim_id)
    assert await tells(db, place, ANA, "B-1", causes) == ClaimHeard()
    assert await states(db) == ["declined", *["open"] * 6]


async def test_a_claim_is_confirmed(db: Database, causes: Causes) -> None:
    """By two of the staff at once, one confirms it; the fan is told once, the order counts; undone, nothing was."""
    place = await shop(db)
    await db.write(_join, place, ANA)
    await db.write(_can_write, ANA)
    await take(db, place, order(None, taken_back=9_000))
    await tells(db, place, ANA, "a1", causes)
    came = await asyncio.gather(*(confirms(db, place, 1, causes, by) for by in (STAFF, 77, STAFF, 77)))
    (done,) = [one for one in came if isinstance(one, ClaimConfirmed)]
    assert done == ClaimConfirmed("A-1", ANA.name, 30_000, "KRW", 0, done.audit_id)
    assert [one for one in came if one is not done] == [ClaimSettled("a1", ANA.name, ClaimState.CONFIRMED)] * 3
    assert (await owners(db), await deeds(db)) == ([("A-1", ANA.user_id, "claim")], {"order": 15_000})
    assert len(await _told(db, ANA)) == 1
    assert await undo(db, place, STAFF, NOON, causes.next(), done.audit_id) == Undone("claim.confirmed", "A-1")
    assert (await owners(db), await deeds(db)) == ([("A-1", None, "nobody")], {})
    assert (await states(db), await _told(db, ANA)) == (["open"], [])


def _can_write(tx: Tx, who: Sender) -> None:
    tx.get_one(Person, who.user_id).can_write = True
    tx.flush()


async def _told(db: Database, who: Sender) -> list[Any]:
    """What a fan is told in private."""
    return await query(db, "SELECT facts FROM outbox WHERE chat_id = :user", user=who.user_id)


async def test_the_same_press_again(db: Database, causes: Causes) -> None:
    """A press that is delivered again is answered as it was first, and acts once."""
    place = await shop(db)
    await take(db, place, order(None))
    await tells(db, place, ANA, "A-1", causes)
    await tells(db, place, BEN, "B-1", causes)
    yes, no = act_by(place, STAFF, NOON, causes.next()), act_by(place, STAFF, NOON, causes.next())
    confirmed = [await claims(db).confirm(yes, 1) for _ in range(2)]
    declined = [await claims(db).decline(no, 2) for _ in range(2)]
    assert confirmed[0] == confirmed[1]
    assert declined[0] == declined[1] == ClaimDeclined("B-1", BEN.name, getattr(declined[0], "audit_id", 0))
    assert await query(db, "SELECT count(*) FROM audit_entry WHERE act LIKE 'claim.%'") == [(2,)]


async def test_two_fans_claim_one_order(db: Database, causes: Causes) -> None:
    """Staff see both; both are confirmed at once, and one has it; undone, both wait again."""
    place = await shop(db)
    await take(db, place, order(None))
    for who in (ANA, BEN):
        await tells(db, place, who, "A-1", causes)
    assert [line.fan for line in (await claims(db).listed(place)).lines] == [ANA.name, BEN.name]
    assert (await Orders(db).show(place, "A-1")) == OrderShown(
        "A-1", OrderState.PAID, 39_000, "KRW", NOON, claims=(ANA.name, BEN.name)
    )
    came = await asyncio.gather(*(confirms(db, place, claim_id, causes) for claim_id in (1, 2)))
    (done,) = [one for one in came if isinstance(one, ClaimConfirmed)]
    assert done.others == 1
    assert sorted(await states(db)) == ["confirmed", "declined"]
    assert await deeds(db) == {"order": 19_500}
    assert isinstance(await undo(db, place, STAFF, NOON, causes.next(), done.audit_id), Undone)
    assert (await states(db), await deeds(db)) == (["open", "open"], {})


async def test_an_order_that_comes_after_its_claim(db: Database, causes: Causes) -> None:
    """Until then it can't be confirmed; with the fan's shop code in its note it is confirmed by itself."""
    place = await shop(db)
    code = await code_of(db, place, ANA)
    for who, ref in ((ANA, "A-1"), (BEN, "A-1"), (BEN, "A-2")):
        await tells(db, place, who, ref, causes)
    assert await confirms(db, place, 3, causes) == ClaimWaits("A-2")
    await take(db, place, order(None, "A-2"))
    assert isinstance(await confirms(db, place, 3, causes), ClaimConfirmed)
    await take(db, place, order(None, "A-1", note=code))
    assert await owners(db) == [("A-2", BEN.user_id, "claim"), ("A-1", ANA.user_id, "shop_code")]
    assert await states(db) == ["confirmed", "open", "confirmed"], "staff see who else claims it"
    (line,) = (await claims(db).listed(place)).lines
    assert (line.fan, line.owner) == (BEN.name, ANA.name)
    assert isinstance(await confirms(db, place, 2, causes), ClaimConfirmed)
    assert await states(db) == ["declined", "confirmed", "confirmed"]
    assert (await owners(db))[1] == ("A-1", BEN.user_id, "claim")


async def test_a_claim_is_declined(db: Database, causes: Causes) -> None:
    """The fan hears nothing; told again it isn't opened; undone it waits, unless it was decided anew."""
    place = await shop(db)
    await take(db, place, order(None))
    await tells(db, place, ANA, "A-1", causes)
    done = await claims(db).decline(act_by(place, STAFF, NOON, causes.next()), 1)
    assert isinstance(done, ClaimDeclined)
    assert await tells(db, place, ANA, "A-1", causes) == ClaimHeard()
    assert (await states(db), await _told(db, ANA)) == (["declined"], [])
    again = await claims(db).decline(act_by(place, STAFF, NOON, causes.next()), 1)
    assert again == ClaimSettled("A-1", ANA.name, ClaimState.DECLINED)
    assert isinstance(await undo(db, place, STAFF, NOON, causes.next(), done.audit_id), Undone)
    assert await states(db) == ["open"]
    assert await confirms(db, place, 99, causes) == ClaimGone()


async def test_staff_give_an_order_by_hand(db: Database, causes: Causes) -> None:
    """It moves with what it counts, once a cause, and back by undo; a later owner makes that too late."""
    place = await shop(db)
    await take(db, place, order(None, note=await code_of(db, place, ANA)))
    await db.write(_join, place, BEN)
    ben, cause = Named(BEN.user_id, "@fan2"), causes.next()
    given = [await claims(db).give(act_by(place, STAFF, NOON, cause), "A-1", ben) for _ in range(2)]
    assert isinstance(given[0], OrderGiven)
    assert given == [OrderGiven("A-1", "@fan2", moved=True, audit_id=given[0].audit_id)] * 2
    assert await owners(db) == [("A-1", BEN.user_id, "staff")]
    assert await query(
        db, "SELECT m.user_id FROM activity a JOIN member m ON m.id = a.member_id WHERE kind = 'order'"
    ) == [(BEN.user_id,)]
    assert await claims(db).give(act_by(place, STAFF, NOON, causes.next()), "a 1", ben) == OrderTheirsBefore(
        "A-1", "@fan2"
    )
    nobody = Named(999, "@nobody")
    assert await claims(db).give(act_by(place, STAFF, NOON, causes.next()), "A-1", nobody) == NotAFan("@nobody")
    assert await claims(db).give(act_by(place, STAFF, NOON, causes.next()), "A-9", ben) == OrderUnknown("A-9")
    await tells(db, place, fan(3), "A-1", causes)
    assert isinstance(await confirms(db, place, 1, causes), ClaimConfirmed)
    late = await undo(db, place, STAFF, NOON, causes.next(), given[0].audit_id)
    assert late == TooLateToUndo("order.given", "A-1")
    entry = int((await query(db, "SELECT max(id) FROM audit_entry WHERE act = 'claim.confirmed'"))[0][0])
    assert isinstance(await undo(db, place, STAFF, NOON, causes.next(), entry), Undone)
    assert isinstance(await undo(db, place, STAFF, NOON, causes.next(), given[0].audit_id), Undone)
    assert (await owners(db), await deeds(db)) == ([("A-1", ANA.user_id, "shop_code")], {"order": 19_500})


async def test_a_call_and_a_file_at_once(db: Database, causes: Causes) -> None:
    """The same order twenty times, with and without its codes: one row, one coupon, one owner, counted once."""
    place = await shop(db)
    coupon, code = await held(db, place, causes, 1), await code_of(db, place, ANA)
    await tells(db, place, ANA, "A-1", causes)
    tellings = [order(coupon), order(None), order(None, note=code), order(coupon, note=code)] * 5
    came = await asyncio.gather(*(take(db, place, told) for told in tellings))
    assert all(one.trouble is None for one in came)
    assert sum(len(one.redeems) for one in came) == 1
    assert [owner for _, owner, _ in await owners(db)] == [ANA.user_id]
    assert await deeds(db) == {"redeem": 1, "order": 19_500}
    assert await states(db) == ["confirmed"]


async def test_who_had_their_data_deleted(db: Database, causes: Causes) -> None:
    """Their orders stay as money, their claims and code go, and neither undo nor a telling brings them back."""
    place = await shop(db)
    coupon, code = await held(db, place, causes, 1), await code_of(db, place, ANA)
    await take(db, place, order(coupon, "A-1"))
    await take(db, place, order(None, "A-2", note=code))
    await take(db, place, order(None, "A-3"))
    await tells(db, place, ANA, "A-3", causes)
    done = await confirms(db, place, 1, causes)
    await give(db, place, BEN, 0)
    given = await claims(db).give(act_by(place, STAFF, NOON, causes.next()), "A-2", Named(BEN.user_id, "@fan2"))
    assert isinstance(given, OrderGiven)
    await tells(db, place, ANA, "A-4", causes)
    await privacy(db).delete(place, ANA.user_id, NOON)
    assert [owner for _, owner, _ in await owners(db)] == [None, BEN.user_id, None]
    assert await query(db, "SELECT sum(value - refunded) FROM shop_order") == [(3 * 39_000,)]
    assert await states(db) == []
    named = "SELECT count(*) FROM audit_entry WHERE answer LIKE :name"
    assert await query(db, named, name=f"%{ANA.name}%") == [(0,)]
    assert isinstance(await undo(db, place, STAFF, NOON, causes.next(), given.audit_id), Undone)
    assert isinstance(await undo(db, place, STAFF, NOON, causes.next(), done.audit_id), TooLateToUndo)
    for ref in ("A-1", "A-2", "A-3"):
        assert (await take(db, place, replace(order(coupon if ref == "A-1" else None, ref), note=code))).known
    assert [owner for _, owner, _ in await owners(db)] == [None] * 3
    assert await deeds(db) == {}


async def test_another_shops_numbers_and_codes(db: Database, causes: Causes) -> None:
    """Neither a claim nor a shop code nor a button reaches into another shop."""
    place, elsewhere = await shop(db), await shop(db, fan(900), -1002)
    code = await code_of(db, place, ANA)
    await take(db, elsewhere, order(None, note=code))
    await tells(db, place, ANA, "A-1", causes)
    assert await owners(db) == [("A-1", None, "nobody")]
    assert await claims(db).confirm(act_by(elsewhere, 900, NOON, causes.next()), 1) == ClaimGone()
    assert (await claims(db).listed(elsewhere)).lines == ()
    (line,) = (await claims(db).listed(place)).lines
    assert not line.came
    trouble = (await take(db, elsewhere, order(None, value=1))).trouble
    assert trouble is OrderTrouble.OTHER_ORDER


async def test_the_owner_hears_of_claims_once_a_day(db: Database, causes: Causes) -> None:
    """However many fans tell their numbers, and although a promise that was kept leaves no row."""
    place = await shop(db)
    notices = "SELECT key FROM outbox WHERE key LIKE 'claims:%'"
    await asyncio.gather(*(tells(db, place, fan(number), "A-1", causes) for number in range(1, 4)))
    assert len(await query(db, notices)) == 1
    await db.write(_deliver)
    await tells(db, place, fan(4), "A-1", causes)
    assert await query(db, notices) == []
    later: datetime = NOON + 24 * HOUR
    await claims(db).claim(act_of(place, fan(5), later, causes.next()), "A-1")
    assert len(await query(db, notices)) == 1


def _deliver(tx: Tx) -> None:
    tx.execute(text("DELETE FROM outbox"))
