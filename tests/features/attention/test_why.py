"""Why a message came: found by its chat, id and time, for staff with figures, for fans without; on both databases."""

from datetime import datetime, timedelta

import pytest

from bot.domains import DOMAINS, lines_of
from bot.features.attention.why import MessageRef, Why
from bot.rules.attention.why import About, WhyAnswer, WhyTold, WhyToldStaff, WhyTooOld
from bot.rules.memory import MemoryPolicy
from bot.rules.shown import ShownClass
from bot.rules.verdicts import Reason, Ruling
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.shown import ShownMessage, record_shown
from tests.features.attention.verdicts import add_verdict
from tests.features.scene import NOON, fan, shop

ROOM = -1001


def explaining(db: Database) -> Why:
    """What explains messages."""
    return Why(db, lines_of(DOMAINS), MemoryPolicy())


def _show(tx: Tx, community_id: int, message: ShownMessage, at: datetime) -> None:
    record_shown(tx, community_id, message, at)


async def test_staff_see_figures_of_a_room(db: Database) -> None:
    """Reason, reach and answers, found a few seconds from Telegram's date; another message of the room isn't meant."""
    place = await shop(db)
    verdict = await add_verdict(db, place, Ruling.SEND, Reason.WITHIN, counts=True)
    for number in (7, 8):
        message = ShownMessage(ROOM, number, "morning", 1, verdict_id=verdict if number == 7 else None)
        await db.write(_show, place.community_id, message, NOON)
    ref = MessageRef(ROOM, 7, NOON - timedelta(seconds=3))
    told = await explaining(db).look(place, ref, NOON, staff=True)
    assert told == WhyToldStaff(
        place.community_id, About("morning"), ShownClass.PROMOTION, Reason.WITHIN, True, NOON, 0, 0, 0
    )
    fans = await explaining(db).look(place, ref, NOON, staff=False)
    assert fans == WhyTold(About("morning"), ShownClass.PROMOTION, private=False)


@pytest.mark.parametrize("number", [9, 7])
async def test_what_was_not_sent_by_itself(db: Database, number: int) -> None:
    """An answer, and a message of another shop's room with the same number."""
    place, there = await shop(db), await shop(db, fan(9), -1009)
    await db.write(_show, there.community_id, ShownMessage(-1009, 7, "morning"), NOON)
    chat = ROOM if number == 9 else -1009
    assert await explaining(db).look(place, MessageRef(chat, number, NOON), NOON, staff=True) == WhyAnswer()


async def test_what_is_forgotten(db: Database) -> None:
    """Of a message older than what is remembered nothing is looked up; Telegram's nought for a date is as old."""
    place = await shop(db)
    for date in (NOON - timedelta(days=91), datetime.fromisoformat("1970-01-01T00:00:00+00:00")):
        assert await explaining(db).look(place, MessageRef(ROOM, 7, date), NOON, staff=True) == WhyTooOld(90)


async def test_the_button_is_its_readers(db: Database) -> None:
    """Only who got a private message hears why; a room's verdict and another person's are nobody's."""
    place = await shop(db)
    mine = await add_verdict(db, place, Ruling.SEND, Reason.SERVICE, kind="lapse.LapseNotice", chat_id=101)
    room = await add_verdict(db, place, Ruling.SEND, Reason.WITHIN)
    explained = explaining(db)
    assert await explained.mine(101, mine) == WhyTold(About("lapse.LapseNotice"), ShownClass.SERVICE, private=True)
    assert [await explained.mine(102, mine), await explained.mine(101, room), await explained.mine(101, 9_999)] == [
        None,
        None,
        None,
    ]
