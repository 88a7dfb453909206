"""What networks and a busy Telegram do to a bot: nothing lost, nothing done twice."""

import asyncio
from collections.abc import Callable

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import col

from bot.rules import polling
from bot.running import StartError
from bot.store.engine.db import Database
from bot.store.places import Group
from bot.store.tables import Coupon, Inbox, Outbox, Person
from bot.telegram.pacer import Limits as PacerLimits
from sandbox import Fault
from sandbox import Person as Human
from tests.bot.conftest import Play, Stage, is_card
from tests.bot.counting import count, due, until
from tests.bot.speech import code_in, said_since

UNHURRIED = PacerLimits(chat_gap=0.0, group_messages=10_000, group_edits=10_000)
"""For stages that move the clock: a minute of the pacer's is a real one."""
POLL = "getUpdates"
"""Fails once at a time: its pauses grow."""
FAULTS: dict[str, Callable[[Stage, str], Fault]] = {
    "429": lambda stage, method: stage.telegram.faults.too_many(method, retry_after=1),
    "500": lambda stage, method: stage.telegram.faults.error(method, code=500, times=1 + (method != POLL)),
    "502": lambda stage, method: stage.telegram.faults.error(method, code=502),
    "slow": lambda stage, method: stage.telegram.faults.slow(0.3, method),
    "cut before": lambda stage, method: stage.telegram.faults.cut_before(method, times=1 + (method != POLL)),
    "cut after": lambda stage, method: stage.telegram.faults.cut_after(method),
}


@pytest.mark.parametrize("method", ["sendMessage", "answerCallbackQuery", "editMessageText", POLL])
async def test_nothing_is_lost_by_a_fault(play_sqlite: Play, method: str) -> None:
    """Under each fault of each call the fan is answered, paid once, given one coupon, and the card tells the truth."""
    stage = await play_sqlite(language="en", pacing=UNHURRIED)
    card = await stage.drop("title=Scarf stock=50")
    for number, (name, set_fault) in enumerate(FAULTS.items(), start=1):
        fan = stage.fan(f"Fan {number}")
        await stage.settled()
        fault = set_fault(stage, method)
        mark = len(stage.telegram.calls)
        said = fan.says(stage.group, "/checkin")
        await fan.waits_for(stage.group, lambda m: "5 coins" in m.text, timeout=10, after=said)
        press = fan.presses(card, "claim")
        code = code_in((await press.answered(10)).text)
        whisper = await fan.waits_for(stage.group, lambda m: bool(m.buttons), timeout=10, after=press)
        assert code in whisper.text
        stage.telegram.clock.advance(5)
        left = f"{50 - number} of 50 left"
        await fan.waits_for(stage.group, lambda m, left=left: m is card and left in m.text, timeout=10)  # type: ignore[misc]
        await stage.settled()
        assert fault.times == 0, name
        told = [m for m in fan.sees(stage.group) if m.only_for is fan]
        assert len(told) <= 2 + (name == "cut after"), name
        refused = {c.status for c in stage.telegram.calls[mark:]} - {200}
        assert refused <= {0, 429, 500, 502, *((400,) if name == "cut after" else ())}, name
    books = await stage.books()
    assert (books.sound, books.held_by_fans) == (True, 5 * len(FAULTS))
    assert await count(stage, Coupon) == len(FAULTS)
    assert await count(stage, Inbox) == 0


async def test_an_answer_held_by_a_429_is_told_later(play_sqlite: Play) -> None:
    """What can't leave within two seconds is promised, told once when the gate opens; presses are answered."""
    stage = await play_sqlite(language="en")
    ana, ben = stage.fan("Ana"), stage.fan("Ben")
    card = await stage.drop()
    stage.telegram.faults.too_many("sendMessage", retry_after=3, chat=stage.group)
    ana.says(stage.group, "/checkin")
    await stage.settled()
    assert await count(stage, Outbox, col(Outbox.act) == "tell") == 1
    assert code_in((await ben.presses(card, "claim").answered(1)).text)
    await ana.waits_for(stage.group, lambda m: "5 coins" in m.text, timeout=10)
    await ben.waits_for(stage.group, lambda m: bool(m.only_for) and bool(m.buttons), timeout=10)
    await until(stage, lambda: count(stage, Outbox, col(Outbox.act) == "tell"), 0)
    assert sum("5 coins" in m.text for m in ana.sees(stage.group)) == 1
    assert (await stage.books()).held_by_fans == 5


async def test_an_alert_gives_the_code_though_whispers_get_lost(play_sqlite: Play) -> None:
    """An ephemeral message may vanish: the alert and `/coupons` hold the code too."""
    stage = await play_sqlite()
    fans = stage.fans(20)
    card = await stage.drop("title=Scarf stock=50")
    stage.telegram.faults.lose_ephemeral(0.05)
    answers = await asyncio.gather(*(fan.presses(card, "claim").answered(10) for fan in fans))
    codes = {code_in(answer.text) for answer in answers}
    stage.telegram.faults.clear()
    stage.telegram.faults.lose_ephemeral(1.0, times=1)
    again = await fans[0].presses(card, "claim").answered(10)
    assert len(codes) == 20
    assert code_in(again.text) in codes


async def test_who_cannot_be_written_to_is_answered_by_the_next_rung(play_sqlite: Play) -> None:
    """A 403 in private is remembered, and the answer becomes a short-lived reply in the group."""
    stage = await play_sqlite(rights=None, language="en")
    ana, ben = stage.fan("Ana"), stage.fan("Ben")
    for fan in (ana, ben):
        fan.starts(stage.bot)
        await fan.waits_for(stage.bot, lambda m: m.sender is stage.bot, timeout=10)
    assert await count(stage, Person, col(Person.can_write).is_(True)) == 2
    ana.deactivated = True
    ben.blocks(stage.bot)
    for fan in (ana, ben):
        said = fan.says(stage.group, "/checkin")
        answer = await fan.waits_for(stage.group, lambda m: "5 coins" in m.text, timeout=10, after=said)
        assert answer.only_for is None
        assert answer.reply_to is said
    assert await count(stage, Person, col(Person.can_write).is_(True)) == 0
    ben.unblocks(stage.bot)
    ben.says(stage.group, "/me")
    await ben.waits_for(stage.bot, lambda m: "5 coins" in m.text, timeout=10)


async def test_a_database_that_fails_for_a_moment(play_sqlite: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    """An update that meets a failing database before its handler is handled again."""
    stage = await play_sqlite(language="en")
    ana = stage.fan("Ana")
    await stage.settled()
    real, failures = stage.app.communities.group, [1, 2]

    async def group(chat_id: int) -> Group | None:
        if failures:
            failures.pop()
            raise OperationalError("SELECT", {}, Exception("disk I/O error"))
        return await real(chat_id)

    monkeypatch.setattr(stage.app.communities, "group", group)
    assert "5 coins" in (await stage.ask(ana, "/checkin")).text
    assert failures == []


async def test_a_database_that_is_away(play_sqlite: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    """While nothing can be read or written nothing is lost; when the database is back, everything is done."""
    stage = await play_sqlite(language="en")
    ana = stage.fan("Ana")
    await stage.settled()
    db = stage.app.db
    refused = 0

    async def away(*_: object) -> None:
        nonlocal refused
        refused += 1
        raise OperationalError("SELECT", {}, Exception("disk I/O error"))

    with monkeypatch.context() as outage:
        outage.setattr(db, "read", away)
        outage.setattr(db, "write", away)
        said = ana.says(stage.group, "/checkin")
        stage.telegram.clock.advance(1)
        async with asyncio.timeout(10):
            while refused < 3:
                await asyncio.sleep(0.02)
    assert "5 coins" in (await stage.whisper(ana, after=said)).text
    said = stage.owner.says(stage.group, "/newcoupon title=Hat stock=5")
    await stage.owner.waits_for(stage.group, is_card, timeout=10, after=said)


async def test_edits_of_a_card_are_folded(play_sqlite: Play) -> None:
    """Thirty claims while the network is slow make a handful of edits, and the last one is true."""
    stage = await play_sqlite(language="en", pacing=UNHURRIED)
    fans = stage.fans(30)
    card = await stage.drop("title=Scarf stock=50")
    stage.telegram.clock.advance(6)
    mark = len(stage.telegram.calls)
    stage.telegram.faults.slow(0.2, "editMessageText", times=None)
    await asyncio.gather(*(fan.presses(card, "claim").answered(10) for fan in fans))
    for _ in range(2):
        stage.telegram.clock.advance(6)
        await until(stage, lambda: due(stage), 0)
    assert "20 of 50 left" in card.text
    assert sum(call.method == "editMessageText" for call in stage.telegram.calls[mark:]) <= 4


async def test_two_bots_on_one_token(play_sqlite: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who comes second and is refused for too long stops with code 3 and one plain line; who was there goes on."""
    monkeypatch.setattr(polling, "ENDS_AFTER", 0.5)
    monkeypatch.setattr(polling, "STEADY_AFTER", 0.5)
    stage = await play_sqlite(language="en")
    ana, ben = stage.fan("Ana"), stage.fan("Ben")
    await asyncio.sleep(0.6)
    await stage.ask(ana, "/checkin")
    first = stage.app
    stage.start_again()
    second, stage.app = stage.app, first
    was_there, came = stage.tasks
    done, _ = await asyncio.wait(stage.tasks, timeout=10, return_when=asyncio.FIRST_COMPLETED)
    assert done == {came}
    error = came.exception()
    assert isinstance(error, StartError)
    assert (error.code, "another process" in str(error)) == (3, True)
    stage.tasks[:] = [was_there]
    assert "5 coins" in (await stage.ask(ben, "/checkin")).text
    await second.close()


async def test_a_token_that_is_revoked(play_sqlite: Play) -> None:
    """A 401 while running may be an outage, and the bot goes on; the next start ends with code 2 and a plain line."""
    stage = await play_sqlite(language="en")
    ana = stage.fan("Ana")
    known = stage.telegram.world.bots.pop(stage.bot.token)
    said = ana.says(stage.group, "/checkin")
    await asyncio.sleep(1)
    stage.telegram.world.bots[stage.bot.token] = known
    assert "5 coins" in (await stage.whisper(ana, after=said)).text
    await stage.stop()
    del stage.telegram.world.bots[stage.bot.token]
    stage.start_again()
    (task,) = stage.tasks
    stage.tasks.clear()
    with pytest.raises(StartError, match="BOT_TOKEN") as caught:
        await asyncio.wait_for(task, 10)
    assert caught.value.code == 2


async def test_a_staff_command_that_waited_is_asked_again(play_sqlite: Play) -> None:
    """Older than ten minutes it isn't done unasked; a younger one is, and a fan's always."""
    stage = await play_sqlite(language="en")
    ana = stage.fan("Ana")
    await stage.settled()
    await stage.stop()
    old = stage.owner.says(stage.group, "/newcoupon title=Old stock=5")
    theirs = ana.says(stage.group, "/checkin")
    stage.telegram.clock.advance(300)
    young = stage.owner.says(stage.group, "/newcoupon title=Young stock=5")
    stage.telegram.clock.advance(330)
    stage.start_again()
    asked = await stage.whisper(stage.owner, after=old)
    assert "waited 10 minutes" in asked.text
    assert "5 coins" in (await stage.whisper(ana, after=theirs)).text
    card = await stage.owner.waits_for(stage.group, is_card, timeout=10, after=young)
    assert "Young" in card.text
    await stage.settled()
    assert sum(is_card(message) for message in stage.telegram.messages(stage.group)) == 1


async def test_a_press_that_waited_is_handled_in_silence(play_sqlite: Play) -> None:
    """A press that lay in the inbox for over two minutes gives the coupon; its answer would come too late."""
    stage = await play_sqlite(language="en")
    ana = stage.fan("Ana")
    card = await stage.drop()
    await stage.settled()
    await stage.stop()
    press = ana.presses(card, "claim")
    (update,) = stage.telegram.pending(stage.bot)
    row = Inbox(
        bot_id=stage.bot.id, update_id=update.update_id, body=update.written.decode(), received_at=stage.app.clock.now()
    )
    mark = len(stage.telegram.calls)
    async with Database.open(stage.url) as db:
        await db.write(lambda tx: tx.add(row))
    stage.telegram.clock.advance(200)
    stage.start_again()
    await until(stage, lambda: count(stage, Coupon), 1)
    await until(stage, lambda: count(stage, Inbox), 0)
    assert said_since(stage.telegram, mark) == []
    assert press.answer is None
    assert "Silk scarf" in (await stage.ask(ana, "/coupons")).text


async def test_redelivered_updates_act_once(play: Play) -> None:
    """Updates that Telegram delivers again hear the same answer and change nothing."""
    stage = await play(language="en")
    ana = stage.fan("Ana")
    card = await stage.drop("title=Scarf stock=5 price=3")
    await stage.ask(ana, "/checkin")
    press = ana.presses(card, "claim")
    await stage.whisper(ana, after=press)
    said = stage.owner.says(stage.group, "/newcoupon title=Hat stock=5")
    done = await stage.whisper(stage.owner, after=said)
    await stage.owner.waits_for(stage.group, lambda m: is_card(m) and "Hat" in m.text, timeout=10, after=said)
    await stage.settled()
    heard = texts(stage, ana)
    audit = done.text
    mark = len(stage.telegram.calls)
    cards = sum(is_card(message) for message in stage.telegram.messages(stage.group))
    for _ in range(2):
        stage.telegram.redeliver(stage.bot, last=3)
        await stage.settled()
    assert await count(stage, Coupon) == 1
    books = await stage.books()
    assert (books.sound, books.held_by_fans) == (True, 2)
    assert set(texts(stage, ana)) == set(heard)
    assert {m.text for m in stage.owner.sees(stage.group) if m.only_for is stage.owner and "Hat" in m.text} == {audit}
    assert sum(is_card(message) for message in stage.telegram.messages(stage.group)) == cards
    refused = [call for call in stage.telegram.calls[mark:] if call.status != 200]
    # The press was answered the first time.
    assert {(call.method, call.status) for call in refused} <= {("answerCallbackQuery", 400)}


def texts(stage: Stage, person: Human) -> list[str]:
    """What the bot whispered to somebody."""
    return [m.text for m in person.sees(stage.group) if m.only_for is person and m.sender is stage.bot]
