"""Campaigns whose codes come from a file, on both databases: all of it or nothing, each code once."""

import asyncio
import random
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from bot.features.coupons.code_files import CodeFiles, begin, stage_some
from bot.flows.redeem import Redemption
from bot.rules.coupon_states import KeptFor
from bot.rules.coupons.campaigns import CampaignMade, CodeFile, NewCampaign
from bot.rules.coupons.claims import Claimed, SoldOut
from bot.rules.coupons.code_files import BadLine, CodesRefused, Trouble, check_codes
from bot.rules.coupons.redemption import CodeUnknown, Redeemed
from bot.rules.files import ImportPolicy
from bot.rules.general import TooLateToUndo
from bot.rules.place import Place
from bot.rules.sheets.columns import understand
from bot.rules.sheets.sheet import Answers, Sheet, SheetKind
from bot.rules.sheets.text import read_text
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from tests.features.scene import (
    NOON,
    OWNER,
    Causes,
    act_by,
    act_of,
    campaigns_of,
    days,
    everything,
    fan,
    offer,
    query,
    shop,
    till,
    undo,
)

POLICY = ImportPolicy(chunk=3)
HOUR = timedelta(hours=1)


def numbered(*codes: str) -> list[tuple[int, str]]:
    """Codes with their lines."""
    return list(enumerate(codes, start=1))


async def bring(
    db: Database, place: Place, codes: list[str], cause: str, at: datetime = NOON, **wish: Any
) -> CampaignMade | CodesRefused:
    """Import codes and make a campaign of them, as `/newcoupon` does."""
    batch = await CodeFiles(db, POLICY).stage(act_of(place, at=at, cause=cause), numbered(*codes))
    if not isinstance(batch, int):
        return batch
    file = CodeFile(batch, codes[0], codes[-1])
    asked = NewCampaign(wish.pop("title", "Silk"), 1, file=file, **wish)
    made = await campaigns_of(db).make(act_by(place, OWNER.user_id, at, cause), asked)
    assert isinstance(made, CampaignMade)
    return made


async def last_id(db: Database) -> int:
    """The campaign that was made last."""
    return int((await query(db, "SELECT max(id) FROM campaign"))[0][0])


async def test_a_file_is_the_stock(db: Database, causes: Causes) -> None:
    """Codes go out in the file's order, each once, are redeemed as typed, and a redelivery makes nothing twice."""
    place, coupons = await shop(db), till(db)
    codes = [f"Silk-{number}" for number in range(7)]
    cause = causes.next()
    made = await bring(db, place, codes, cause)
    assert isinstance(made, CampaignMade)
    assert (made.stock, made.first_code, made.last_code) == (7, "Silk-0", "Silk-6")
    assert await bring(db, place, codes, cause) == made
    campaign = await last_id(db)
    got = [await coupons.claim(act_of(place, fan(number), NOON, causes.next()), campaign) for number in range(8)]
    assert [one.code for one in got[:7] if isinstance(one, Claimed)] == codes
    assert got[7] == SoldOut("Silk")
    redeeming = Redemption(db)
    used = await redeeming.redeem(act_by(place, OWNER.user_id, NOON, causes.next()), "Silk-3")
    assert isinstance(used, Redeemed)
    assert await redeeming.redeem(act_by(place, OWNER.user_id, NOON, causes.next()), "Silk-9") == CodeUnknown("Silk-9")


async def test_a_crowd_and_a_file(db: Database, causes: Causes) -> None:
    """A thousand taps on 40 imported codes: 40 fans, 40 codes, none twice."""
    place, coupons = await shop(db), till(db)
    codes = [f"SILK-{number:03d}" for number in range(40)]
    await bring(db, place, codes, causes.next())
    campaign = await last_id(db)
    taps = [coupons.claim(act_of(place, fan(number % 250), NOON, causes.next()), campaign) for number in range(1000)]
    claimed = [one.code for one in await asyncio.gather(*taps) if isinstance(one, Claimed)]
    assert sorted(claimed) == codes
    assert await query(db, "SELECT count(*) FROM campaign_code WHERE NOT taken") == [(0,)]


async def test_what_the_shop_has_already_is_refused_whole(db: Database, causes: Causes) -> None:
    """A code that is out, shared, or in another file: the report names the lines, and nothing is left behind."""
    place, coupons = await shop(db), till(db)
    generated, _ = await offer(db, place, NewCampaign("Made", 5), causes.next())
    await offer(db, place, NewCampaign("Shared", 5, shared_code="SILK20"), causes.next())
    await bring(db, place, ["OURS-1", "OURS-2"], causes.next())
    mine = await coupons.claim(act_of(place, fan(1), NOON, causes.next()), generated)
    assert isinstance(mine, Claimed)
    before = await everything(db)
    codes = ["NEW-1", "OURS-2", "NEW-2", mine.code, "SILK20", "NEW-3"]
    outcome = await bring(db, place, codes, causes.next())
    bad = tuple(BadLine(line, codes[line - 1], Trouble.TAKEN) for line in (2, 4, 5))
    assert outcome == CodesRefused(6, 3, bad)
    assert await everything(db) == before
    elsewhere = await shop(db, fan(900), -1002)
    assert isinstance(await bring(db, elsewhere, ["OURS-1", "SILK20"], causes.next()), CampaignMade)


async def test_two_imports_of_the_same_codes(db: Database, causes: Causes) -> None:
    """At once: one has all of them or, if each met the other's, none; never some."""
    place = await shop(db)
    codes = [f"SILK-{number}" for number in range(10)]
    one, other = causes.next(), causes.next()
    came = await asyncio.gather(
        bring(db, place, codes, one), bring(db, place, codes[::-1], other), return_exceptions=True
    )
    made = [outcome for outcome in came if isinstance(outcome, CampaignMade)]
    assert len(made) <= 1
    assert all(isinstance(outcome, CampaignMade | CodesRefused) for outcome in came)
    owned = await query(db, "SELECT count(*) FROM campaign_code")
    assert owned == [(10 * len(made),)]


async def test_an_interrupted_import_is_seen_by_nobody(db: Database, causes: Causes) -> None:
    """What a crash left belongs to no campaign; the update comes again and goes on, or the tidying clears it away."""
    place, importing = await shop(db), CodeFiles(db, POLICY)
    codes = numbered(*(f"SILK-{number}" for number in range(8)))
    first, second = causes.next(), causes.next()
    for cause in (first, second):
        batch, _ = await db.write(begin, act_of(place, cause=cause))
        half = codes[:3] if cause == first else [(1, "WOOL-1")]
        assert await db.write(stage_some, act_of(place), batch, half) == []
    assert await query(db, "SELECT * FROM campaign") == []
    assert isinstance(await importing.stage(act_of(place, at=NOON, cause=first), codes), int)
    await importing.tidy(NOON + HOUR / 2)
    assert await query(db, "SELECT count(*) FROM campaign_code") == [(9,)]
    await bring(db, place, [code for _, code in codes], first)
    await importing.tidy(NOON + 2 * HOUR)
    assert await query(db, "SELECT count(*) FROM campaign_code") == [(8,)]
    assert await query(db, "SELECT count(*) FROM code_batch") == [(1,)]


@pytest.mark.parametrize("typed", ["SILK 2026 A", "silk 2026 a", "SILK2026A", "ｓｉｌｋ　２０２６ａ", " Silk  2026A "])
async def test_codes_are_found_however_they_are_typed(db: Database, causes: Causes, typed: str) -> None:
    """Case, width and blanks say nothing; what is shown is the code as the shop wrote it."""
    place, coupons = await shop(db), till(db)
    await bring(db, place, ["Silk 2026 A", "Silk 2026 B"], causes.next())
    claimed = await coupons.claim(act_of(place, fan(1), NOON, causes.next()), await last_id(db))
    assert isinstance(claimed, Claimed)

    used = await Redemption(db).redeem(act_by(place, OWNER.user_id, NOON, causes.next()), typed)

    assert isinstance(used, Redeemed)
    assert claimed.code == used.code == "Silk 2026 A"


async def test_older_codes_that_differ_in_case_only(db: Database, causes: Causes) -> None:
    """Two older codes of one key are found as they are written; any other way to type them could mean either."""
    place, coupons, redeeming = await shop(db), till(db), Redemption(db)
    await bring(db, place, ["Silk-1", "Wool-1"], causes.next())
    for number in (1, 2):
        await coupons.claim(act_of(place, fan(number), NOON, causes.next()), await last_id(db))
    for change in (
        "UPDATE campaign_code SET code_key = NULL",
        "UPDATE campaign_code SET code = 'SILK-1' WHERE code = 'Wool-1'",
        "UPDATE coupon SET code = 'SILK-1' WHERE code = 'Wool-1'",
    ):
        await db.write(_change, change)

    found = [
        await redeeming.redeem(act_by(place, OWNER.user_id, NOON, causes.next()), typed)
        for typed in ("silk-1", "Silk-1", "SILK-1")
    ]

    assert found[0] == CodeUnknown("silk-1")
    assert [one.code for one in found[1:] if isinstance(one, Redeemed)] == ["Silk-1", "SILK-1"]


def _change(tx: Tx, statement: str) -> None:
    tx.execute(text(statement))


async def test_two_files_whose_codes_differ_in_case_only(db: Database, causes: Causes) -> None:
    """At once: one file has all of them or, if each met the other's, none. No key is there twice."""
    place = await shop(db)
    codes = [f"Silk {number}x" for number in range(10)]
    other = [code.upper().replace(" ", "") for code in codes][::-1]
    came = await asyncio.gather(bring(db, place, codes, causes.next()), bring(db, place, other, causes.next()))

    made = [outcome for outcome in came if isinstance(outcome, CampaignMade)]

    assert len(made) <= 1
    assert all(isinstance(outcome, CampaignMade | CodesRefused) for outcome in came)
    counted = await query(db, "SELECT count(*), count(DISTINCT code_key) FROM campaign_code")
    assert counted == [(10 * len(made), 10 * len(made))]


async def test_what_is_taken_in_another_case(db: Database, causes: Causes) -> None:
    """A file's code is refused if the shop has it in another case: shared, generated, or from another file."""
    place, coupons = await shop(db), till(db)
    generated, _ = await offer(db, place, NewCampaign("Made", 5), causes.next())
    await offer(db, place, NewCampaign("Shared", 5, shared_code="SILK20"), causes.next())
    await bring(db, place, ["Ours 1"], causes.next())
    mine = await coupons.claim(act_of(place, fan(1), NOON, causes.next()), generated)
    assert isinstance(mine, Claimed)
    codes = ["ours1", "silk20", mine.code.lower().replace("-", ""), "new-1"]

    outcome = await bring(db, place, codes, causes.next())

    assert outcome == CodesRefused(4, 3, tuple(BadLine(at, codes[at - 1], Trouble.TAKEN) for at in (1, 2, 3)))


@pytest.mark.parametrize("ends", ["cancelled", "over"])
async def test_what_was_left_over_may_come_again(db: Database, causes: Causes, ends: str) -> None:
    """Codes that nobody claimed of a campaign that is over are free; those that went out aren't."""
    place, coupons = await shop(db), till(db)
    made = await bring(db, place, ["SILK-1", "SILK-2", "SILK-3"], causes.next(), closes=days(1))
    assert isinstance(made, CampaignMade)
    campaign, later = await last_id(db), days(2)
    await coupons.claim(act_of(place, fan(1), NOON, causes.next()), campaign)
    if ends == "cancelled":
        await campaigns_of(db).cancel(act_by(place, OWNER.user_id, NOON, causes.next()), made.number)
    again = await bring(db, place, ["SILK-1", "SILK-2", "SILK-3"], causes.next(), later)
    assert again == CodesRefused(3, 1, (BadLine(1, "SILK-1", Trouble.TAKEN),))
    assert isinstance(await bring(db, place, ["SILK-2", "SILK-3"], causes.next(), later), CampaignMade)


async def test_undo_and_the_codes(db: Database, causes: Causes) -> None:
    """A cancelled file of codes opens again, unless its codes came with another one meanwhile."""
    place, staff = await shop(db), campaigns_of(db)
    made = await bring(db, place, ["SILK-1", "SILK-2"], causes.next(), kept_for=KeptFor.GIFT)
    assert isinstance(made, CampaignMade)
    await staff.cancel(act_by(place, OWNER.user_id, NOON, causes.next()), made.number)
    await undo(db, place, OWNER.user_id, NOON, causes.next())
    assert await query(db, "SELECT state FROM campaign") == [("open",)]
    await staff.cancel(act_by(place, OWNER.user_id, NOON, causes.next()), made.number)
    cancelled = (await query(db, "SELECT max(id) FROM audit_entry"))[0][0]
    await bring(db, place, ["SILK-1"], causes.next())
    assert isinstance(await undo(db, place, OWNER.user_id, NOON, causes.next(), cancelled), TooLateToUndo)


async def test_no_file_is_imported_by_half(db: Database, causes: Causes) -> None:
    """Files of noise between good codes: each is refused and leaves nothing, or is a campaign with all its codes."""
    place, dice = await shop(db), random.Random(7)
    await bring(db, place, ["OURS-1", "OURS-2"], causes.next())
    kinds = [
        "NEW-{0}-{1}",
        "NEW-{0}-{1}",
        "NEW-{0}-{1}",
        "NEW-{0}-0",
        "OURS-2",
        "a b",
        "",
        '"',
        "실크",
        "x" * 40,
        ",;\t",
    ]
    refused = imported = 0
    for number in range(20):
        worst = dice.choice([3, 3, len(kinds)])
        lines = [dice.choice(kinds[:worst]).format(number, line) for line in range(dice.randint(1, 9))]
        grid = read_text("\n".join(lines).encode())
        sheet = understand(grid, SheetKind.CODES, Answers()) if grid is not None else None
        before = await everything(db)
        codes = check_codes(sheet, POLICY) if isinstance(sheet, Sheet) else None
        if codes is None or codes.bad or not codes.good:
            refused += 1
            continue
        outcome = await bring(db, place, [code for _, code in codes.good], causes.next())
        if isinstance(outcome, CodesRefused):
            refused += 1
            assert await everything(db) == before
        else:
            imported += 1
            assert outcome.stock == len(codes.good)
            batch = (await query(db, "SELECT max(batch_id) FROM campaign"))[0][0]
            counted = await query(db, "SELECT count(*) FROM campaign_code WHERE batch_id = :batch", batch=batch)
            assert counted == [(len(codes.good),)]
    assert refused > 3
    assert imported > 3
