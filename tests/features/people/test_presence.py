"""Who is in a room of the shop: acts, leaving, bans and Telegram's answers, on both databases, also all at once."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.features.checkins.checkins import CheckIns
from bot.features.packets.draw import PacketDraws
from bot.features.people.joining import Joining, Reach
from bot.features.people.preferences import Preferences
from bot.features.people.privacy import Privacy
from bot.features.raffles.draw import Drawing
from bot.features.streams.reminders import Reminders
from bot.flows import come_and_go as coming
from bot.flows.presence import Belonging, Looked
from bot.rules.act import Sender
from bot.rules.checkins.checkins import CheckedIn, CheckInPolicy
from bot.rules.fans import FansPolicy, Found, Known, Where
from bot.rules.people.joining import WelcomePolicy
from bot.rules.people.preferences import Preference
from bot.rules.place import Place
from bot.rules.streams.streams import StreamPolicy
from bot.rules.words import Language
from bot.store.engine.db import Database
from bot.store.engine.hot import Hot
from bot.store.ledger import check_books
from bot.store.members import OutsideError
from bot.store.places import Group, find_place
from tests.features.draws import DRAWS, Fair
from tests.features.packets.test_packets import DRAWN, POLICY, Table
from tests.features.scene import NOON, Causes, act_of, balance, days, fan, in_public, outside, query, shop
from tests.features.studio import another_group

HOME, OTHER = -1001, -1002
CHECK_IN_STATEMENTS = 7
POLICIES = FansPolicy()
MINUTE = timedelta(minutes=1)
REACH = Reach(Language.KO, can_write=False)
IN, OUT = Found(Where.IN, HOME, free=True), Found(Where.OUT, free=True)
BANNED, SILENT = Found(Where.BANNED), Found(Where.SILENT)


def rolls(db: Database) -> Belonging:
    """Who is in, as it is written down."""
    return Belonging(db, POLICIES)


async def check_in(db: Database, place: Place, sender: Sender, at: datetime, causes: Causes) -> Any:
    """A check-in."""
    return await CheckIns(db, CheckInPolicy()).check_in(place, sender, at, causes.next())


async def leaves(db: Database, place: Place, number: int, at: datetime, chat_id: int = HOME) -> None:
    """A fan is seen to leave a group."""
    await db.write(coming.go, place, chat_id, fan(number).user_id, at, elsewhere=False)


async def comes(db: Database, place: Place, number: int, at: datetime, chat_id: int = HOME) -> bool:
    """A fan is seen to come into a group."""
    joining = Joining(db, WelcomePolicy(), CheckInPolicy())
    return await joining.come(Group(chat_id, "Room", place, is_admin=True), fan(number), None, REACH, at, at)


async def known(db: Database, place: Place, number: int = 1) -> Known:
    """What is stored of a fan."""
    return await rolls(db).known(place, fan(number).user_id)


async def looked(db: Database, place: Place, number: int, found: Found, at: datetime, *, comes: bool = False) -> None:
    """Telegram was asked at `at`."""
    await rolls(db).settle(place, [Looked(outside(fan(number)), found)], at, comes=comes)


async def two_rooms(db: Database) -> Place:
    """A shop with a second room."""
    place = await shop(db)
    await another_group(db, place, OTHER)
    found = await db.read(find_place, place.community_id)
    assert found is not None
    return found


async def test_acting_in_a_private_room_makes_a_fan(db: Database, causes: Causes) -> None:
    """Whoever acts in a room is a member, about whom nobody need be asked."""
    place = await shop(db)
    assert isinstance(await check_in(db, place, fan(1), NOON, causes), CheckedIn)
    assert await known(db, place) is Known.IN
    assert await rolls(db).to_look_at(days(99)) == ([], None)


async def test_a_stranger_outside_becomes_no_member(db: Database, causes: Causes) -> None:
    """In private nobody becomes a member by acting: nothing is written."""
    place = await shop(db)
    with pytest.raises(OutsideError):
        await check_in(db, place, outside(fan(1)), NOON, causes)
    assert await query(db, "SELECT count(*) FROM member") == [(0,)]
    assert await query(db, "SELECT count(*) FROM person WHERE user_id = 101") == [(0,)]


async def test_a_member_plays_from_everywhere(db: Database, causes: Causes) -> None:
    """Who is known to be in plays in private too."""
    place = await shop(db)
    await check_in(db, place, fan(1), NOON, causes)
    assert isinstance(await check_in(db, place, outside(fan(1)), days(1), causes), CheckedIn)


async def test_acting_outside_is_not_coming_back(db: Database, causes: Causes) -> None:
    """Who left isn't let in from the private chat, nor in a public room; in a private room they are back."""
    place = await shop(db)
    await check_in(db, place, fan(1), NOON, causes)
    await leaves(db, place, 1, NOON + MINUTE)
    for sender in (outside(fan(1)), in_public(fan(1))):
        with pytest.raises(OutsideError):
            await check_in(db, place, sender, days(1), causes)
    assert await known(db, place) is Known.LEFT
    assert isinstance(await check_in(db, place, fan(1), days(1), causes), CheckedIn)
    assert await known(db, place) is Known.IN
    assert await query(db, "SELECT left_at FROM presence") == [(None,)]


async def test_an_act_from_before_leaving_counts_and_brings_nobody_back(db: Database, causes: Causes) -> None:
    """What is handled late was done in the room; who left since is still away."""
    place = await shop(db)
    await check_in(db, place, fan(1), NOON, causes)
    await leaves(db, place, 1, days(1) + MINUTE)
    assert isinstance(await check_in(db, place, fan(1), days(1), causes), CheckedIn)
    assert await known(db, place) is Known.LEFT


async def test_in_the_same_second_they_left_after_the_act(db: Database, causes: Causes) -> None:
    """Presses have fractions of a second, Telegram's word of leaving and of bans has none: it still counts as later."""
    place = await shop(db)
    press = NOON + timedelta(microseconds=340_000)
    await check_in(db, place, fan(1), press, causes)
    await leaves(db, place, 1, NOON)
    assert await known(db, place) is Known.LEFT
    await check_in(db, place, fan(1), press, causes)
    assert await known(db, place) is Known.LEFT
    await rolls(db).ban(place, fan(1), NOON)
    assert await known(db, place) is Known.BANNED


async def test_leaving_races_an_act(db: Database, causes: Causes) -> None:
    """A fan acts in private while they are seen to leave: whoever is first, they have left, and coins add up."""
    place = await shop(db)
    for number in range(1, 11):
        await check_in(db, place, fan(number), NOON, causes)
    acts = [check_in(db, place, outside(fan(number)), days(1), causes) for number in range(1, 11)]
    going = [leaves(db, place, number, days(1)) for number in range(1, 11)]
    done = await asyncio.gather(
        *(one for pair in zip(acts, going, strict=True) for one in pair), return_exceptions=True
    )
    assert {type(one) for one in done} <= {CheckedIn, OutsideError, type(None)}
    for number in range(1, 11):
        paid = isinstance(done[2 * (number - 1)], CheckedIn)
        assert await known(db, place, number) is Known.LEFT
        assert await balance(db, place, fan(number)) == (11 if paid else 5)
    assert (await db.read(check_books)).sound


async def test_a_ban_at_home_ends_it_everywhere(db: Database, causes: Causes) -> None:
    """Who is banned at home plays in no room, comes into none, and is a fan again once unbanned and back."""
    place = await two_rooms(db)
    await check_in(db, place, fan(1), NOON, causes)
    await comes(db, place, 1, NOON, OTHER)
    await rolls(db).ban(place, fan(1), days(1))
    for sender in (fan(1), replace(fan(1), room=replace(fan(1).room, chat_id=OTHER)), outside(fan(1))):  # type: ignore[type-var]
        with pytest.raises(OutsideError):
            await check_in(db, place, sender, days(2), causes)
    await leaves(db, place, 1, days(2), OTHER)
    assert not await comes(db, place, 1, days(3), OTHER)
    await looked(db, place, 1, Found(Where.IN, OTHER), days(3))
    assert await known(db, place) is Known.BANNED
    await leaves(db, place, 1, days(3), OTHER)
    await rolls(db).unban(place, fan(1).user_id, days(4))
    assert await known(db, place) is Known.LEFT
    assert await comes(db, place, 1, days(5))
    assert await known(db, place) is Known.IN


async def test_a_ban_of_a_stranger_holds_in_other_rooms(db: Database, causes: Causes) -> None:
    """Who never did anything and is banned at home can't begin in another room."""
    place = await two_rooms(db)
    await rolls(db).ban(place, outside(fan(1)), NOON)
    with pytest.raises(OutsideError):
        await check_in(db, place, fan(1), days(1), causes)
    assert await query(db, "SELECT banned_at IS NOT NULL, left_at IS NOT NULL FROM member") == [(True, True)]


async def test_a_deletion_doesnt_end_a_ban_for_long(db: Database, causes: Causes) -> None:
    """Who is banned may have their data deleted; begun anew in another room, they are looked up and banned again."""
    place = await two_rooms(db)
    await check_in(db, place, fan(1), NOON, causes)
    await rolls(db).ban(place, fan(1), days(1))
    await Privacy(db).delete(place, fan(1).user_id, days(2))
    assert await known(db, place) is Known.NOTHING
    await check_in(db, place, fan(1), days(3), causes)
    due, _ = await rolls(db).to_look_at(days(3) + MINUTE)
    assert [sender.user_id for _, sender in due] == [fan(1).user_id]
    await looked(db, place, 1, BANNED, days(3) + MINUTE)
    assert await known(db, place) is Known.BANNED


async def test_unbanned_in_another_room_is_in(db: Database, causes: Causes) -> None:
    """Once the ban is over, who stayed in another room is a fan at once."""
    place = await two_rooms(db)
    await comes(db, place, 1, NOON, OTHER)
    await rolls(db).ban(place, fan(1), days(1))
    await looked(db, place, 1, OUT, days(2))
    assert await known(db, place) is Known.LEFT
    await comes(db, place, 1, days(3), OTHER)
    assert await known(db, place) is Known.IN


@pytest.mark.parametrize("told", ["late", "first"])
async def test_a_ban_told_after_the_return(db: Database, told: str) -> None:
    """Updates may come in another order: who was let in since isn't banned by an older word."""
    place = await shop(db)
    if told == "late":
        await comes(db, place, 1, days(2))
        await rolls(db).ban(place, fan(1), days(1))
    else:
        await rolls(db).ban(place, fan(1), days(1))
        await comes(db, place, 1, days(2))
    assert await known(db, place) is Known.IN


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
    assert next_at == NOON + MINUTE + POLICIES.again


async def test_who_cant_be_looked_at_is_tried_tomorrow(db: Database, causes: Causes) -> None:
    """ "Can't tell" keeps a public room's actor in, and asks again a day later; found in, a month later."""
    place = await shop(db)
    await check_in(db, place, in_public(fan(1)), NOON, causes)
    await looked(db, place, 1, SILENT, NOON + MINUTE)
    assert await known(db, place) is Known.IN
    assert await rolls(db).to_look_at(NOON + 2 * MINUTE) == ([], NOON + MINUTE + POLICIES.untold)
    await looked(db, place, 1, IN, days(2))
    assert await rolls(db).to_look_at(days(3)) == ([], days(2) + POLICIES.again)


async def test_the_background_look_is_paced(db: Database, causes: Causes) -> None:
    """A few a round, the longest waiting first; the next round is soon while more wait."""
    place = await shop(db)
    for number in range(1, 8):
        await check_in(db, place, in_public(fan(number)), NOON + timedelta(seconds=number), causes)
    due, next_at = await rolls(db).to_look_at(NOON + MINUTE)
    assert [sender.user_id for _, sender in due] == [fan(number).user_id for number in range(1, 6)]
    assert next_at == NOON + MINUTE + POLICIES.round


async def test_everybodys_rights_make_nobody_a_member(db: Database) -> None:
    """A language, *stop* and no more reminders are open to outsiders, and to who left, whom they don't bring back."""
    place = await shop(db)
    stranger, settings = outside(fan(1)), Preferences(db)
    shown = await settings.change(place, stranger, Preference(language="zh"), NOON)
    assert shown.language is Language.ZH
    await settings.change(place, stranger, Preference(reminders=False), NOON)
    await Reminders(db, StreamPolicy()).stop(act_of(place, stranger), 1)
    assert await query(db, "SELECT count(*) FROM member") == [(0,)]
    await comes(db, place, 2, NOON)
    await leaves(db, place, 2, days(1))
    shown = await settings.change(place, outside(fan(2)), Preference(reminders=False), days(2))
    assert not shown.reminders
    assert await known(db, place, 2) is Known.LEFT


async def test_a_check_in_in_a_room_costs_what_it_did(
    sqlite_url: str, causes: Causes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether a fan is in is read with their row: the second check-in of a fan takes as many statements as ever."""
    counted: list[str] = []
    async with Database.open(sqlite_url) as db:
        place = await shop(db)
        await check_in(db, place, fan(1), NOON, causes)
        real = Hot._execute

        def count(*args: Any) -> Any:
            counted.append("")
            return real(*args)

        monkeypatch.setattr(Hot, "_execute", count)
        await check_in(db, place, fan(1), days(1), causes)
    assert len(counted) == CHECK_IN_STATEMENTS


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
    drawing = Drawing(db, fair.policy, None, telegram.look_up)
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
    drawing = Drawing(db, fair.policy, None, Telegram(db).look_up)
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
    await PacketDraws(db, POLICY, telegram.look_up).run_due(DRAWN)
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
    await asyncio.gather(PacketDraws(db, POLICY, Telegram(db).look_up).run_due(DRAWN), *bans)
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
        await table.packets.tap(table.place, in_public(fan(number)), packet, NOON, causes.next())
    await asyncio.gather(*(table.tap(packet, number) for number in range(16, 231)))
    telegram = Telegram(db)
    await PacketDraws(db, POLICY, telegram.look_up).run_due(DRAWN)
    assert len(telegram.asked) == POLICIES.drawn
    assert {fan(number).user_id for number in strangers} <= set(telegram.asked)
