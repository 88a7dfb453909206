"""Telegram is asked who is in a room: what it says is written down, in the background and before draws."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from bot.features.packets.draw import PacketDraws
from bot.features.raffles.draw import Draws
from bot.flows.presence import Looked
from bot.rules.checkins.checkins import CheckedIn
from bot.rules.fans import FansPolicy, Found, Known, Where
from bot.store.engine.db import Database
from tests.features.draws import DRAWS, Fair
from tests.features.packets.table import DRAWN, Table
from tests.features.people.membership import HOME, OTHER, check_in, comes, known, leaves, looked, rolls
from tests.features.scene import (
    NOON,
    POLICIES,
    Causes,
    act_of,
    balance,
    days,
    fan,
    in_public,
    query,
    shop,
)

FANS = POLICIES[FansPolicy]
MINUTE = timedelta(minutes=1)
IN, OUT = Found(Where.IN, HOME, free=True), Found(Where.OUT, free=True)
BANNED, SILENT = Found(Where.BANNED), Found(Where.SILENT)


@pytest.mark.parametrize(
    ("before", "found", "after"),
    [
        (Known.NOTHING, IN, Known.IN),
        (Known.NOTHING, OUT, Known.NOTHING),
        (Known.NOTHING, SILENT, Known.NOTHING),
        (Known.NOTHING, BANNED, Known.BANNED),
        (Known.IN, IN, Known.IN),
        (Known.IN, OUT, Known.LEFT),
        (Known.IN, SILENT, Known.IN),
        (Known.IN, Found(Where.REFUSED), Known.IN),
        (Known.IN, BANNED, Known.BANNED),
        (Known.LEFT, IN, Known.IN),
        (Known.LEFT, OUT, Known.LEFT),
        (Known.LEFT, SILENT, Known.LEFT),
        (Known.BANNED, IN, Known.IN),
        (Known.BANNED, OUT, Known.LEFT),
        (Known.BANNED, SILENT, Known.BANNED),
        (Known.BANNED, Found(Where.IN, OTHER), Known.BANNED),
    ],
)
async def test_what_telegram_says_is_written_down(
    db: Database, causes: Causes, before: Known, found: Found, after: Known
) -> None:
    """Each answer to each state: "can't tell" changes nothing."""
    place = await shop(db)
    if before is not Known.NOTHING:
        await check_in(db, place, fan(1), NOON, causes)
    if before is Known.LEFT:
        await leaves(db, place, 1, NOON + MINUTE)
    if before is Known.BANNED:
        await rolls(db).ban(place, fan(1), NOON + MINUTE)
    assert await known(db, place) is before
    await looked(db, place, 1, found, days(1), comes=True)
    assert await known(db, place) is after


async def test_an_answer_is_as_old_as_the_question(db: Database, causes: Causes) -> None:
    """Who was seen to come or go after Telegram was asked stays so, whatever it said before."""
    place = await shop(db)
    await comes(db, place, 1, days(2))
    await looked(db, place, 1, OUT, days(1))
    assert await known(db, place) is Known.IN
    await leaves(db, place, 1, days(4))
    await looked(db, place, 1, IN, days(3))
    assert await known(db, place) is Known.LEFT


async def test_who_acts_in_public_is_looked_at_once(db: Database, causes: Causes) -> None:
    """A stranger in a public room counts as in and is to be looked at; who was seen to come needn't be."""
    place = await shop(db)
    await comes(db, place, 2, NOON)
    for number in (1, 2):
        assert isinstance(await check_in(db, place, in_public(fan(number)), NOON, causes), CheckedIn)
    due, _ = await rolls(db).to_look_at(NOON + MINUTE)
    assert [sender.user_id for _, sender in due] == [fan(1).user_id]
    await looked(db, place, 1, OUT, NOON + MINUTE)
    assert await known(db, place) is Known.LEFT
    due, next_at = await rolls(db).to_look_at(NOON + 2 * MINUTE)
    assert due == []
    assert next_at == NOON + MINUTE + FANS.look_again_after


async def test_who_cant_be_looked_at_is_tried_tomorrow(db: Database, causes: Causes) -> None:
    """ "Can't tell" keeps a public room's actor in, and asks again a day later; found in, a month later."""
    place = await shop(db)
    await check_in(db, place, in_public(fan(1)), NOON, causes)
    await looked(db, place, 1, SILENT, NOON + MINUTE)
    assert await known(db, place) is Known.IN
    assert await rolls(db).to_look_at(NOON + 2 * MINUTE) == ([], NOON + MINUTE + FANS.retry_after)
    await looked(db, place, 1, IN, days(2))
    assert await rolls(db).to_look_at(days(3)) == ([], days(2) + FANS.look_again_after)


async def test_the_background_look_is_paced(db: Database, causes: Causes) -> None:
    """A few a round, the longest waiting first; the next round is soon while more wait."""
    place = await shop(db)
    for number in range(1, 8):
        await check_in(db, place, in_public(fan(number)), NOON + timedelta(seconds=number), causes)
    due, next_at = await rolls(db).to_look_at(NOON + MINUTE)
    assert [sender.user_id for _, sender in due] == [fan(number).user_id for number in range(1, 6)]
    assert next_at == NOON + MINUTE + FANS.round


class Telegram:
    """Says where people are, when a draw asks."""

    def __init__(self, db: Database, gone: Sequence[int] = (), banned: Sequence[int] = ()) -> None:
        self.db = db
        self.gone = {fan(number).user_id for number in gone}
        self.banned = {fan(number).user_id for number in banned}
        self.asked: list[int] = []
        self.at = NOON + MINUTE

    async def look_up(self, community_id: int, user_ids: Sequence[int]) -> None:
        """Answer and have it written down, as the handlers do."""
        self.asked += user_ids
        belonging = rolls(self.db)
        place, people = await belonging.people(community_id, user_ids)
        answers = [
            Looked(one, BANNED if one.user_id in self.banned else OUT if one.user_id in self.gone else IN)
            for one in people
        ]
        await belonging.settle(place, answers, self.at)


async def test_raffle_winners_are_looked_up(db: Database, causes: Causes) -> None:
    """Who left unseen doesn't win: the next in rank does, who is looked up in turn."""
    fair = await Fair.open(db, causes)
    raffle = await fair.made(winners=2)
    for number in range(1, 7):
        await fair.entered(raffle, fan(number))
    telegram = Telegram(db, gone=(1, 2, 3), banned=(4,))
    drawing = Draws(db, fair.policies, None, telegram.look_up)
    await drawing.run_due(DRAWS - timedelta(seconds=10))
    await drawing.run_due(DRAWS)
    winners = await query(
        db, "SELECT m.user_id FROM raffle_entry e JOIN member m ON m.id = e.member_id WHERE e.state = 'won' ORDER BY 1"
    )
    assert [row[0] for row in winners] == [fan(5).user_id, fan(6).user_id]
    assert {fan(5).user_id, fan(6).user_id} <= set(telegram.asked)
    assert len(telegram.asked) == len(set(telegram.asked))


async def test_a_ban_races_a_raffles_draw(db: Database, causes: Causes) -> None:
    """A ban beside the draw: either it came first and they don't win, or they had won; never half of it."""
    fair = await Fair.open(db, causes)
    raffle = await fair.made(winners=5)
    for number in range(1, 6):
        await fair.entered(raffle, fan(number))
    drawing = Draws(db, fair.policies, None, Telegram(db).look_up)
    await drawing.run_due(DRAWS - timedelta(seconds=10))
    await asyncio.gather(drawing.run_due(DRAWS), *(rolls(db).ban(fair.place, fan(n), DRAWS) for n in range(1, 6)))
    states = await query(
        db, "SELECT e.state, e.reason, w.member_id IS NOT NULL FROM raffle_entry e "
        "LEFT JOIN win w ON w.member_id = e.member_id"
    )  # fmt: skip
    assert {tuple(row) for row in states} <= {("won", None, True), ("struck", "left", False)}
    assert {await known(db, fair.place, number) for number in range(1, 6)} == {Known.BANNED}


async def test_a_packets_drawn_are_looked_up(db: Database, causes: Causes) -> None:
    """Who was drawn and is gone gets nothing: their share returns; nobody else's changes, and coins add up."""
    table = await Table.lay(db, causes)
    packet = (await table.opens(300, 3)).packet_id
    await table.crowd(packet, 3)
    telegram = Telegram(db, gone=(1,), banned=(2,))
    await PacketDraws(db, POLICIES, telegram.look_up).run_due(DRAWN)
    assert sorted(telegram.asked) == [fan(number).user_id for number in (1, 2, 3)]
    paid = [await balance(db, table.place, fan(number)) for number in (1, 2, 3)]
    assert paid[:2] == [0, 0]
    assert paid[2] > 0
    assert await table.escrow() == 0
    assert await table.sound()


async def test_a_ban_races_a_packets_draw(db: Database, causes: Causes) -> None:
    """Bans beside the draw: each share is paid or returns, and the escrow ends empty."""
    table = await Table.lay(db, causes)
    packet = (await table.opens(500, 20)).packet_id
    await table.crowd(packet, 20)
    bans = [rolls(db).ban(table.place, fan(number), DRAWN) for number in range(1, 11)]
    await asyncio.gather(PacketDraws(db, POLICIES, Telegram(db).look_up).run_due(DRAWN), *bans)
    assert await table.escrow() == 0
    assert await table.sound()
    for number in range(11, 21):
        assert await balance(db, table.place, fan(number)) > 0


async def test_a_large_draw_asks_first_about_the_unconfirmed(db: Database, causes: Causes) -> None:
    """Of more drawn than Telegram is asked about, those who tapped where strangers can are asked about in any case."""
    table = await Table.lay(db, causes)
    packet = (await table.opens(1_000, 230)).packet_id
    strangers = range(1, 16)
    for number in strangers:
        await table.packets.tap(act_of(table.place, in_public(fan(number)), NOON, causes.next()), packet)
    await asyncio.gather(*(table.tap(packet, number) for number in range(16, 231)))
    telegram = Telegram(db)
    await PacketDraws(db, POLICIES, telegram.look_up).run_due(DRAWN)
    assert len(telegram.asked) == FANS.drawn
    assert {fan(number).user_id for number in strangers} <= set(telegram.asked)
