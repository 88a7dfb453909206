"""Files that staff handed in, as rows: answers, albums, and who does it first; on both databases."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from bot.features.coupons.code_files import CodeFiles
from bot.features.imports import AlbumPart, Import, Imports, NewImport, drop_old, drop_traces, follow
from bot.flows.take_orders import OrderIntake
from bot.rules.coupons.campaigns import CodeFile, NewCampaign
from bot.rules.files import ImportPolicy
from bot.rules.imports import Asked, HandedFile, ImportCancelled, ImportState, Verb
from bot.rules.orders.told import OrderTold
from bot.rules.sheets.sheet import NOWHERE, Answers, SheetKind
from bot.store.engine.db import Database
from bot.store.leaving import Traces
from tests.features.scene import NOON, OWNER, POLICIES, Causes, act_of, campaigns_of, fan, query, shop

POLICY = ImportPolicy()
FILE = HandedFile("BQAC", "codes.csv", 20)
OTHER = HandedFile("BQAD", "more.csv", 30)
COLUMN = Asked(Verb.COLUMN, "wide", "code")


def imports_of(db: Database) -> Imports:
    """What staff do with files that they hand in."""
    return Imports(db, POLICY)


async def handed_in(db: Database, causes: Causes, *, album: str | None = None, rest: str = "title=Silk") -> Import:
    """The owner hands a file in."""
    place = await shop(db)
    new = NewImport(SheetKind.CODES, rest, -1001, FILE, album)
    return await imports_of(db).hand_in(act_of(place, cause=causes.next()), new)


async def test_a_command_told_again_is_the_same_import(db: Database) -> None:
    """A redelivered command finds its import, as it stands by then."""
    place, causes = await shop(db), Causes()
    act = act_of(place, cause=causes.next())
    new = NewImport(SheetKind.CODES, "title=Silk", -1001, FILE)
    first = await imports_of(db).hand_in(act, new)
    assert await imports_of(db).hand_in(act, new) == first
    assert await query(db, "SELECT count(*) FROM file_import") == [(1,)]


async def test_answers_are_taken_once(db: Database) -> None:
    """An answer of an older turn, or to nothing that is asked, changes nothing."""
    imports, one = imports_of(db), await handed_in(db, Causes())
    assert await imports.answer(one.id, one.turn, 1) == one
    await imports.ask(one.id, one.turn, COLUMN)
    answered = await imports.answer(one.id, one.turn, 1)
    assert answered is not None
    assert answered.answers == {"wide": Answers({"code": 1})}
    assert await imports.answer(one.id, one.turn, 2) == answered
    await imports.ask(one.id, one.turn, COLUMN)  # of an older turn: it was shown too late
    assert (await imports.find(one.id)) == answered


async def test_answers_are_remembered_once_it_is_done(db: Database) -> None:
    """The next file of the shape has them, unless somebody wants to be asked again; a given-up file teaches nothing."""
    place, causes = await shop(db), Causes()
    imports = imports_of(db)

    async def hand_in() -> Import:
        return await imports.hand_in(act_of(place, cause=causes.next()), NewImport(SheetKind.CODES, "", -1001, FILE))

    async def answered(one: Import, asked: Asked, value: int) -> Import:
        await imports.ask(one.id, one.turn, asked)
        found = await imports.answer(one.id, one.turn, value)
        assert found is not None
        return found

    given_up = await answered(await hand_in(), COLUMN, 3)
    await imports.cancel(given_up.id)
    fresh = await hand_in()
    assert fresh.answers == {}
    asked = await answered(await answered(fresh, COLUMN, 1), Asked(Verb.DAYS, "wide"), 1)
    await imports.claim(act_of(place, cause=causes.next()), asked.id, asked.turn)

    later = await hand_in()
    assert later.answers == {"wide": Answers({"code": 1}, day_first=True)}
    assert later.remembered == {"wide"}
    again = await imports.ask_again(later.id, later.turn)
    assert again is not None
    assert again.answers == {}
    again = await answered(again, COLUMN, NOWHERE)
    await imports.claim(act_of(place, cause=causes.next()), again.id, again.turn)
    assert (await hand_in()).answers == {"wide": Answers({"code": NOWHERE})}
    orders = await imports.hand_in(act_of(place, cause=causes.next()), NewImport(SheetKind.ORDERS, "", -1001, FILE))
    assert orders.answers == {}


async def test_one_of_many_presses_does_it(db: Database) -> None:
    """Thirty presses at once: all hear the same cause, and the codes become one drop."""
    place, causes = await shop(db), Causes()
    imports, code_files, campaigns = imports_of(db), CodeFiles(db, POLICY), campaigns_of(db)
    one = await imports.hand_in(act_of(place, cause=causes.next()), NewImport(SheetKind.CODES, "", -1001, FILE))
    codes = ((1, "SILK-1"), (2, "SILK-2"))

    async def press() -> object:
        act = act_of(place, cause=causes.next())
        claimed = await imports.claim(act, one.id, one.turn)
        assert claimed is not None
        assert claimed.done_cause is not None
        assert claimed.state in {ImportState.DOING, ImportState.DONE}
        same = replace(act, cause=claimed.done_cause)
        batch = await code_files.stage(same, codes)
        assert isinstance(batch, int)
        made = await campaigns.make(same, NewCampaign("Silk", 2, file=CodeFile(batch, "SILK-1", "SILK-2")))
        await imports.finish(one.id, made)
        return made

    heard = await asyncio.gather(*(press() for _ in range(30)))
    assert len(set(heard)) == 1
    assert await query(db, "SELECT count(*) FROM campaign") == [(1,)]
    assert await query(db, "SELECT count(*) FROM campaign_code") == [(2,)]
    done = await imports.find(one.id)
    assert done is not None
    assert done.state is ImportState.DONE
    assert await imports.cancel(one.id) == done
    assert await imports.finish(one.id, ImportCancelled()) == done


async def test_orders_are_taken_once_by_many_presses(db: Database) -> None:
    """Ten presses at once take a file of orders under the first one's cause: each order once, and one report."""
    place, causes = await shop(db), Causes()
    imports, intake = imports_of(db), OrderIntake(db, POLICIES)
    one = await imports.hand_in(act_of(place, cause=causes.next()), NewImport(SheetKind.ORDERS, "", -1001, FILE))
    lines = [(line, f"A-{line}", OrderTold(f"A-{line}", 500, "KRW", NOON)) for line in range(1, 4)]

    async def press() -> object:
        act = act_of(place, cause=causes.next())
        claimed = await imports.claim(act, one.id, one.turn)
        assert claimed is not None
        assert claimed.done_cause is not None
        return await intake.take_file(replace(act, cause=claimed.done_cause), lines)

    heard = await asyncio.gather(*(press() for _ in range(10)))
    assert len(set(heard)) == 1
    assert await query(db, "SELECT count(*) FROM audit_entry WHERE act = 'orders.imported'") == [(1,)]


async def test_who_cancels_first(db: Database) -> None:
    """A cancelled import is done by nobody; neither is one whose preview has changed, nor one of another shop."""
    place, causes = await shop(db), Causes()
    imports = imports_of(db)
    one = await imports.hand_in(act_of(place, cause=causes.next()), NewImport(SheetKind.CODES, "", -1001, FILE))
    older = await imports.claim(act_of(place, cause=causes.next()), one.id, one.turn + 1)
    assert older == one
    elsewhere = await shop(db, fan(7), -1007)
    assert await imports.claim(act_of(elsewhere, fan(7), cause=causes.next()), one.id, one.turn) is None
    await imports.cancel(one.id)
    claimed = await imports.claim(act_of(place, cause=causes.next()), one.id, one.turn)
    assert claimed is not None
    assert claimed.state is ImportState.CANCELLED
    assert claimed.done_cause is None


def part_of(place_id: int, message_id: int, file: HandedFile, user_id: int = OWNER.user_id) -> AlbumPart:
    """A file of the album."""
    return AlbumPart(place_id, -1001, message_id, user_id, "77", file, NOON)


async def test_an_album_comes_in_any_order(db: Database) -> None:
    """Files before the command and after it belong to it, in the album's order; each counts once, and nobody else's."""
    place, causes = await shop(db), Causes()
    imports = imports_of(db)
    assert await imports.add_to_album(part_of(place.community_id, 12, OTHER)) is None
    new = NewImport(SheetKind.CODES, "", -1001, OTHER, "77")
    one = await imports.hand_in(act_of(place, cause=causes.next()), new)
    assert one.files == (OTHER,)
    both = await imports.add_to_album(part_of(place.community_id, 11, FILE))
    assert both is not None
    assert both.files == (FILE, OTHER)
    assert both.turn == one.turn + 1
    assert await imports.add_to_album(part_of(place.community_id, 11, FILE)) == both
    assert await imports.add_to_album(part_of(place.community_id, 13, FILE, fan(3).user_id)) is None
    await imports.claim(act_of(place, cause=causes.next()), both.id, both.turn)
    assert await imports.add_to_album(part_of(place.community_id, 14, FILE)) is None


async def test_what_is_dropped(db: Database) -> None:
    """After a day; with a person's data; an album also when its group becomes a supergroup, which an import follows."""
    place, causes = await shop(db), Causes()
    imports = imports_of(db)
    one = await imports.hand_in(act_of(place, cause=causes.next()), NewImport(SheetKind.CODES, "", -1001, FILE))
    await imports.add_to_album(part_of(place.community_id, 12, OTHER))
    await db.write(follow, -1001, -100_2)
    assert await query(db, "SELECT chat_id FROM file_import") == [(-1002,)]
    assert await query(db, "SELECT count(*) FROM album_file") == [(0,)]

    await imports.add_to_album(part_of(place.community_id, 12, OTHER))
    await db.write(drop_old, NOON + timedelta(hours=23), POLICY)
    assert await imports.find(one.id) is not None
    await db.write(drop_old, NOON + timedelta(hours=25), POLICY)
    assert await imports.find(one.id) is None
    assert await query(db, "SELECT count(*) FROM album_file") == [(0,)]

    await imports.hand_in(act_of(place, cause=causes.next()), NewImport(SheetKind.CODES, "", -1001, FILE))
    await imports.add_to_album(part_of(place.community_id, 12, OTHER))
    await db.write(drop_traces, Traces(OWNER.user_id, place.community_id + 1, NOON))
    assert await query(db, "SELECT count(*) FROM file_import") == [(1,)]
    await db.write(drop_traces, Traces(OWNER.user_id, None, NOON))
    assert await query(db, "SELECT (SELECT count(*) FROM file_import) + (SELECT count(*) FROM album_file)") == [(0,)]
