"""Consent to promotion in private on both databases: asked once, answered, withdrawn, reminded of, forgotten."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import Engine, delete, event, select, update
from sqlmodel import col

from bot.features.attention.consent import (
    AGAIN_AFTER,
    Consents,
    question_unheard,
    reminder_unheard,
)
from bot.features.communities import set_reachable
from bot.features.people.preferences import Preferences
from bot.flows.check_in import CheckIns
from bot.rules.act import Sender
from bot.rules.attention.consent import ConsentPolicy, NotAFanThere, PromotionNo, PromotionYes
from bot.rules.fans import Room
from bot.rules.people.preferences import Preference
from bot.rules.place import Place
from bot.rules.promotion import ConsentState, Way, Wish, remind_at
from bot.rules.words import Language
from bot.store.consents import promotion_allowed
from bot.store.engine.db import Database
from bot.store.engine.hot import Hot
from bot.store.engine.sessions import Tx
from bot.store.shown import ShownMessage, record_shown
from bot.store.tables import FanGroup, Member, Outbox
from tests.features.scene import NOON, POLICIES, Causes, act_of, days, fan, outside, privacy, query, shop

ANA = fan(1)
TEN_HOURS = timedelta(hours=10)
POLICY = ConsentPolicy()


def consents(db: Database, chunk: int = POLICY.chunk) -> Consents:
    """What fans do, and what the clock rings."""
    return Consents(db, replace(POLICY, chunk=chunk))


def wish(*, yes: bool, way: Way = Way.QUESTION) -> Wish:
    """What a press says."""
    return Wish(yes, "News in private?\n\nYes, please" if yes else "No, thanks", Language.EN, way)


async def checks_in(db: Database, place: Place, who: Sender, *on: datetime, causes: Causes) -> None:
    """One check-in at each of these instants."""
    checkins = CheckIns(db, POLICIES)
    for at in on:
        await checkins.check_in(act_of(place, who, at, causes.next()))


async def joins(db: Database, place: Place, *people: Sender, causes: Causes) -> None:
    """People become members who can be written to."""
    for who in people:
        await db.write(set_reachable, who, can_write=True)
        await checks_in(db, place, who, NOON, causes=causes)


async def promised(db: Database, kind: str) -> list[tuple[int, datetime, Any]]:
    """What was promised of one kind: to whom, for when, and the facts."""
    rows: Any = await db.read(
        lambda session: session.execute(
            select(col(Outbox.chat_id), col(Outbox.due_at), col(Outbox.facts))
            .where(col(Outbox.key).like(f"consent:{kind}:%"))
            .order_by(col(Outbox.id))
        ).all()
    )
    return [tuple(row) for row in rows]


async def state(db: Database, place: Place, who: Sender = ANA) -> ConsentState:
    """What holds for a fan."""
    return (await db.read(promotion_allowed, place.community_id, [who.user_id]))[who.user_id]


async def said(db: Database) -> list[str]:
    """What was said so far."""
    return [row[0] for row in await query(db, "SELECT said FROM consent ORDER BY id")]


async def member(db: Database, who: Sender = ANA) -> Member:
    """A fan's row."""
    return await db.read(
        lambda session: session.execute(select(Member).where(col(Member.user_id) == who.user_id)).scalar_one()
    )


async def test_the_third_check_in_asks_once(db: Database, causes: Causes) -> None:
    """Two check-ins ask nothing, the third asks in private, further ones and a redelivered third nothing more."""
    place = await shop(db)
    await db.write(set_reachable, ANA, can_write=True)
    await checks_in(db, place, ANA, days(0), days(1), causes=causes)
    assert await promised(db, "question") == []
    third = causes.next()
    for _ in range(2):
        await CheckIns(db, POLICIES).check_in(act_of(place, ANA, days(2), third))
    await checks_in(db, place, ANA, *(days(n) for n in range(3, 12)), causes=causes)
    [(chat_id, due_at, facts)] = await promised(db, "question")
    assert (chat_id, due_at) == (ANA.user_id, days(2))
    assert facts["outcome"] == "consent.PromotionQuestion"
    row = await member(db)
    assert (row.promotion_asked_at, row.promotion_since) == (days(2), None)
    assert await state(db, place) is ConsentState.NONE


async def test_many_third_check_ins_at_once_ask_once(db: Database, causes: Causes) -> None:
    """Twenty taps on the third morning are one check-in and one question."""
    place = await shop(db)
    await db.write(set_reachable, ANA, can_write=True)
    await checks_in(db, place, ANA, days(0), days(1), causes=causes)
    checkins = CheckIns(db, POLICIES)
    await asyncio.gather(*(checkins.check_in(act_of(place, ANA, days(2), causes.next())) for _ in range(20)))
    assert len(await promised(db, "question")) == 1


async def test_who_cant_be_written_to_is_whispered_to(db: Database, causes: Causes) -> None:
    """By day the room where they check in whispers, never aloud; at night, or without the right, nobody is asked."""
    place = await shop(db)
    await checks_in(db, place, ANA, days(0), days(1), days(2), causes=causes)
    [(chat_id, _, facts)] = await promised(db, "question")
    assert (chat_id, facts["whisper"], facts["can_write"], facts["aloud"]) == (-1001, True, False, False)
    await checks_in(db, place, fan(2), *(days(n) + TEN_HOURS for n in range(3)), causes=causes)
    await db.write(lambda tx: tx.execute(update(FanGroup).values(is_admin=False)))
    await checks_in(db, place, fan(3), days(0), days(1), days(2), causes=causes)
    assert len(await promised(db, "question")) == 1
    assert [(await member(db, fan(number))).promotion_asked_at for number in (2, 3)] == [None, None]


async def test_at_night_the_question_waits_for_the_morning(db: Database, causes: Causes) -> None:
    """A check-in at ten in the evening asks at nine."""
    place = await shop(db)
    await db.write(set_reachable, ANA, can_write=True)
    await checks_in(db, place, ANA, *(days(n) + TEN_HOURS for n in range(3)), causes=causes)
    [(_, due_at, _)] = await promised(db, "question")
    assert due_at == days(3) - timedelta(hours=3)


async def test_fans_of_before_are_asked_at_a_later_check_in(db: Database, causes: Causes) -> None:
    """Who has many check-ins already and wasn't asked is asked within five of them, once."""
    place = await shop(db)
    await db.write(set_reachable, ANA, can_write=True)
    await checks_in(db, place, ANA, *(days(n) for n in range(8)), causes=causes)
    await db.write(_never_asked)
    await checks_in(db, place, ANA, *(days(n) for n in range(8, 20)), causes=causes)
    [(_, due_at, _)] = await promised(db, "question")
    assert days(8) <= due_at <= days(12)


def _never_asked(tx: Tx) -> None:
    tx.execute(update(Member).values(promotion_asked_at=None))
    tx.execute(delete(Outbox))


async def test_who_couldnt_be_asked_is_asked_later(db: Database, causes: Causes) -> None:
    """No way worked: the fan counts as not asked, unless they chose for themselves meanwhile."""
    place = await shop(db)
    await joins(db, place, ANA, fan(2), causes=causes)
    for who in (ANA, fan(2)):
        await checks_in(db, place, who, days(1), days(2), causes=causes)
    await consents(db).say(act_of(place, fan(2), days(2)), wish(yes=False, way=Way.SETTINGS))
    for who in (ANA, fan(2)):
        await db.write(question_unheard, (await member(db, who)).id or 0, days(2))
    assert [(await member(db, who)).promotion_asked_at for who in (ANA, fan(2))] == [None, days(2)]


@contextmanager
def counting(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Notes every statement that is run, compiled once or through a session."""
    seen: list[str] = []
    real = Hot._execute

    def hot(*args: Any) -> Any:
        seen.append("hot")
        return real(*args)

    def cold(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        seen.append(statement)

    with monkeypatch.context() as patch:
        patch.setattr(Hot, "_execute", hot)
        event.listen(Engine, "before_cursor_execute", cold)
        try:
            yield seen
        finally:
            event.remove(Engine, "before_cursor_execute", cold)


async def test_other_check_ins_cost_no_statement(
    sqlite_url: str, causes: Causes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The check-in after the question, and one of a fan who isn't due to be asked, run as many statements as ever."""
    costs: list[int] = []
    async with Database.open(sqlite_url) as db:
        place = await shop(db)
        await db.write(set_reachable, ANA, can_write=True)
        for day in range(6):
            with counting(monkeypatch) as seen:
                await checks_in(db, place, ANA, days(day), causes=causes)
            costs.append(len(seen))
    assert costs[2] > costs[1]
    assert costs[1] == costs[3] == costs[4] == costs[5]


async def test_a_yes_and_a_no_are_kept_with_time_and_words(db: Database, causes: Causes) -> None:
    """Each is a row with what stood there, its language and the way; the same again changes nothing."""
    place = await shop(db)
    await joins(db, place, ANA, causes=causes)
    yes, no = wish(yes=True), wish(yes=False, way=Way.STOP)
    for at in (days(1), days(2)):
        assert await consents(db).say(act_of(place, ANA, at), yes) == PromotionYes(
            place.community_id, place.shop, days(1).date()
        )
    assert await state(db, place) is ConsentState.LIVE
    row = await member(db)
    assert (row.promotion_since, row.promotion_remind_at) == (days(1), remind_at(days(1), place.timezone))
    for at in (days(3), days(4)):
        assert await consents(db).say(act_of(place, ANA, at), no) == PromotionNo(place.shop, days(3).date(), True)
    assert await state(db, place) is ConsentState.WITHDRAWN
    row = await member(db)
    assert (row.promotion_since, row.promotion_remind_at) == (None, None)
    await consents(db).say(act_of(place, ANA, days(5)), wish(yes=True, way=Way.SETTINGS))
    assert await state(db, place) is ConsentState.LIVE
    assert await query(db, "SELECT said, words, language, way FROM consent ORDER BY id") == [
        ("yes", yes.words, "en", "question"),
        ("no", no.words, "en", "stop"),
        ("yes", yes.words, "en", "settings"),
    ]


async def test_a_yes_that_is_taken_back_within_an_hour_is_lost_by_the_last_message(
    db: Database, causes: Causes
) -> None:
    """It counts once beside the newest private message; a no that was never a yes counts nothing."""
    place = await shop(db)
    await joins(db, place, ANA, causes=causes)
    message = ShownMessage(ANA.user_id, 5, "ending.CouponsEnd")
    await db.write(record_shown, place.community_id, message, days(1))
    await consents(db).say(act_of(place, ANA, days(1)), wish(yes=False))
    assert await query(db, "SELECT lost FROM shown") == [(0,)]
    await consents(db).say(act_of(place, ANA, days(1) + timedelta(minutes=1)), wish(yes=True))
    for minutes in (30, 31):
        no = wish(yes=False, way=Way.STOP)
        await consents(db).say(act_of(place, ANA, days(1) + timedelta(minutes=minutes)), no)
    assert await query(db, "SELECT lost FROM shown") == [(1,)]


async def test_a_first_no_is_no_withdrawal(db: Database, causes: Causes) -> None:
    """Who never said yes hears that theirs is kept as a no."""
    place = await shop(db)
    await joins(db, place, ANA, causes=causes)
    answer = await consents(db).say(act_of(place, ANA, days(1)), wish(yes=False))
    assert answer == PromotionNo(place.shop, days(1).date(), withdrawn=False)
    assert await state(db, place) is ConsentState.NONE


async def test_a_late_press_doesnt_undo_a_later_word(db: Database, causes: Causes) -> None:
    """A yes that was pressed before the no, and comes after it, leaves the no."""
    place = await shop(db)
    await joins(db, place, ANA, causes=causes)
    await consents(db).say(act_of(place, ANA, days(2)), wish(yes=False))
    assert isinstance(await consents(db).say(act_of(place, ANA, days(1)), wish(yes=True)), PromotionNo)
    assert await said(db) == ["no"]


async def test_many_presses_at_once_are_one_row(db: Database, causes: Causes) -> None:
    """Twenty yeses at once are one; ten of each kind leave what stands and what was said last in agreement."""
    place = await shop(db)
    await joins(db, place, ANA, causes=causes)
    await asyncio.gather(*(consents(db).say(act_of(place, ANA, days(1)), wish(yes=True)) for _ in range(20)))
    assert await said(db) == ["yes"]
    both = [wish(yes=bool(n % 2)) for n in range(20)]
    await asyncio.gather(*(consents(db).say(act_of(place, ANA, days(2)), one) for one in both))
    told = await said(db)
    assert all(one != other for one, other in pairwise(told))
    assert (await state(db, place) is ConsentState.LIVE) == (told[-1] == "yes")


async def test_who_left_or_never_came_gets_none(db: Database, causes: Causes) -> None:
    """A yes rests while they are in no room, and lives again when they are back; a stranger has nothing to say."""
    place = await shop(db)
    await joins(db, place, ANA, causes=causes)
    await consents(db).say(act_of(place, ANA, days(1)), wish(yes=True))
    await db.write(lambda tx: tx.execute(update(Member).values(left_at=days(2))))
    assert await state(db, place) is ConsentState.NONE
    assert isinstance(await consents(db).say(act_of(place, outside(ANA), days(3)), wish(yes=True)), NotAFanThere)
    assert isinstance(await consents(db).say(act_of(place, outside(fan(9)), days(3)), wish(yes=True)), NotAFanThere)
    await db.write(lambda tx: tx.execute(update(Member).values(left_at=None)))
    assert await state(db, place) is ConsentState.LIVE
    assert await state(db, place, fan(9)) is ConsentState.NONE


async def test_another_shop_hears_nothing_of_it(db: Database, causes: Causes) -> None:
    """A yes to one shop is none to another, and *stop* there doesn't end it here."""
    here, there = await shop(db), await shop(db, fan(900), -1002)
    await joins(db, here, ANA, causes=causes)
    await checks_in(db, there, replace(ANA, room=Room(-1002)), NOON, causes=causes)
    await consents(db).say(act_of(here, ANA, days(1)), wish(yes=True))
    assert (await state(db, here), await state(db, there)) == (ConsentState.LIVE, ConsentState.NONE)
    await consents(db).say(act_of(there, ANA, days(2)), wish(yes=False))
    assert (await state(db, here), await state(db, there)) == (ConsentState.LIVE, ConsentState.NONE)


async def test_settings_switch_it(db: Database, causes: Causes) -> None:
    """The page shows the switch with the day of the last word; who chose there isn't asked any more."""
    place = await shop(db)
    await joins(db, place, ANA, causes=causes)
    preferences = Preferences(db)
    on = await preferences.change(act_of(place, ANA, days(1)), Preference(promotion=wish(yes=True, way=Way.SETTINGS)))
    assert (on.promotion, on.promotion_day, on.shop) == (True, days(1).date(), place.shop)
    off = await preferences.change(act_of(place, ANA, days(2)), Preference(promotion=wish(yes=False, way=Way.SETTINGS)))
    assert (off.promotion, off.promotion_day) == (False, days(2).date())
    await checks_in(db, place, ANA, *(days(n) for n in range(1, 9)), causes=causes)
    assert await promised(db, "question") == []


async def test_a_yes_is_reminded_of_once_in_two_years(db: Database, causes: Causes) -> None:
    """Not before the day, once on it; silence lets it stand, and the next reminder is two years later."""
    place = await shop(db)
    await joins(db, place, *(fan(number) for number in range(1, 6)), causes=causes)
    for number in range(1, 6):
        await consents(db).say(act_of(place, fan(number), days(1)), wish(yes=True))
    due = remind_at(days(1), place.timezone)
    clock = consents(db, chunk=2)
    assert await clock.run_due(days(1)) == due
    assert await promised(db, "reminder") == []
    for at in (due, due, due + timedelta(hours=1)):
        assert await clock.run_due(at) == remind_at(due, place.timezone)
    told = await promised(db, "reminder")
    assert sorted(chat_id for chat_id, _, _ in told) == [fan(number).user_id for number in range(1, 6)]
    assert await said(db) == ["yes"] * 5 + ["reminded"] * 5
    assert await state(db, place) is ConsentState.LIVE
    assert (await consents(db).say(act_of(place, ANA, due), wish(yes=False, way=Way.STOP))) == PromotionNo(
        place.shop, due.date(), withdrawn=True
    )
    await clock.run_due(remind_at(due, place.timezone))
    assert len(await promised(db, "reminder")) == 9


async def test_two_clocks_remind_once(db: Database, causes: Causes) -> None:
    """Clocks that ring at the same moment remind each fan once."""
    place = await shop(db)
    await joins(db, place, *(fan(number) for number in range(1, 8)), causes=causes)
    for number in range(1, 8):
        await consents(db).say(act_of(place, fan(number), days(1)), wish(yes=True))
    due = remind_at(days(1), place.timezone)
    await asyncio.gather(*(consents(db, chunk=3).run_due(due) for _ in range(4)))
    assert len(await promised(db, "reminder")) == 7
    assert (await said(db)).count("reminded") == 7


async def test_who_cant_be_reminded_now_is_reminded_later(db: Database, causes: Causes) -> None:
    """Who left or blocked the bot waits a month, as does one whose reminder found no way; a bot that was away waits
    for the morning."""
    place = await shop(db)
    await joins(db, place, ANA, fan(2), causes=causes)
    for who in (ANA, fan(2)):
        await consents(db).say(act_of(place, who, days(1)), wish(yes=True))
    await db.write(set_reachable, fan(2), can_write=False)
    late = remind_at(days(1), place.timezone) + timedelta(hours=11)
    await consents(db).run_due(late)
    [(chat_id, due_at, _)] = await promised(db, "reminder")
    assert (chat_id, due_at) == (ANA.user_id, late + timedelta(hours=11))
    assert (await member(db, fan(2))).promotion_remind_at == late + AGAIN_AFTER
    await db.write(reminder_unheard, (await member(db)).id or 0, late)
    assert (await member(db)).promotion_remind_at == late + AGAIN_AFTER
    assert await said(db) == ["yes", "yes"]


async def test_deletion_takes_it_along(db: Database, causes: Causes) -> None:
    """Who has their data deleted leaves no word of consent, gets nothing, and is asked anew when they come back."""
    place = await shop(db)
    await joins(db, place, ANA, causes=causes)
    await checks_in(db, place, ANA, days(1), days(2), causes=causes)
    await consents(db).say(act_of(place, ANA, days(2)), wish(yes=True))
    await privacy(db).delete(place, ANA.user_id, days(3))
    assert await said(db) == []
    assert await state(db, place) is ConsentState.NONE
    assert await query(db, "SELECT count(*) FROM member WHERE promotion_remind_at IS NOT NULL") == [(0,)]
    await db.write(lambda tx: tx.execute(delete(Outbox)))
    await db.write(set_reachable, ANA, can_write=True)
    await checks_in(db, place, ANA, *(days(n) for n in range(4, 8)), causes=causes)
    assert len(await promised(db, "question")) == 1
