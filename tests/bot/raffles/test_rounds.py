"""A raffle whose round is named in the group, over real HTTP: late, doubled by a cut, after a restart, called off."""

import asyncio
import json
import re
from datetime import UTC, datetime
from typing import Any

from bot.rules.beacons import QUICKNET, Pulse
from bot.rules.raffles.proofs import check_proof
from bot.telegram.pacer import Limits as PacerLimits
from sandbox import Message, Rights, Sandbox
from tests.bot.conftest import Play, Stage
from tests.bot.raffles.test_raffles import HALF_HOUR, opened
from tests.features.draws import pulse
from tests.features.scene import query

UNHURRIED = PacerLimits(chat_gap=0.0, group_messages=10_000, group_edits=10_000)
"""The clock is moved: a minute of the pacer's is a real one."""
MESSAGE = re.compile(r"Drawn with round (\d+)")
ROUND = re.compile(r"The draw comes with round (\d+)")
"""On a raffle's card."""


class AtHand:
    """A beacon on this machine that has every round up to the stand-in's time."""

    chain = QUICKNET

    def __init__(self) -> None:
        self.telegram: Sandbox | None = None

    async def fetch(self, number: int) -> Pulse | None:
        """The round, if it has come."""
        if self.telegram is not None and QUICKNET.time_of(number).timestamp() > self.telegram.clock.now():
            return None
        return pulse(number)


async def entered(play: Play) -> tuple[Stage, Message, AtHand]:
    """A raffle that the beacon seals too, with one fan in it."""
    beacon = AtHand()
    stage = await play(language="en", pacing=UNHURRIED, beacon=beacon)
    beacon.telegram = stage.telegram
    ana = stage.fan()
    card = await opened(stage, "prize=Scarf closes=+30m")
    assert "names a round that doesn't exist yet" in card.text
    await stage.whisper(ana, after=ana.presses(card, "enter"))
    return stage, card, beacon


def rounds(stage: Stage) -> list[Message]:
    """Messages of their own that name a round, oldest first."""
    return [m for m in stage.owner.sees(stage.group) if m.sender is stage.bot and MESSAGE.search(m.text)]


async def nth_round(stage: Stage, nth: int) -> tuple[Message, int]:
    """The message that names a round for the nth time, once it is there, and the round."""
    await stage.owner.waits_for(stage.group, lambda _: len(rounds(stage)) >= nth, timeout=15)
    message = rounds(stage)[nth - 1]
    found = MESSAGE.search(message.text)
    assert found is not None
    return message, int(found.group(1))


async def until(stage: Stage, number: int) -> Message:
    """The clock goes on to a round; the file that comes to the group then."""
    stage.telegram.clock.set(QUICKNET.time_of(number).timestamp() + 1)
    return await stage.owner.waits_for(stage.group, lambda m: m.file is not None, timeout=15)


def told_by(file: Message) -> dict[str, Any]:
    """A proof that holds, as JSON."""
    assert file.file is not None
    text = file.file.content.decode()
    assert check_proof(text).faults == ()
    told: dict[str, Any] = json.loads(text)
    return told


def names(message: Message, number: int, at: float, *, counts: bool) -> dict[str, Any]:
    """A naming as the proof must tell it. `at` is the date of the edit or message, as Telegram had it then."""
    date = datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
    where = {"chat_id": message.chat.id, "message_id": message.message_id}
    return {"round": number, **where, "date": date, "counts": counts}


async def closes(stage: Stage) -> int:
    """The raffle closes; the round that is named first, once that is promised."""
    stage.telegram.clock.advance(HALF_HOUR + 1)
    async with asyncio.timeout(10):
        while not (found := await query(stage.app.db, "SELECT round FROM raffle_naming WHERE nth = 1")):
            await asyncio.sleep(0.01)
    return int(found[0][0])


async def named_on(card: Message) -> int:
    """The round that the card names, once it does."""
    async with asyncio.timeout(15):
        while not (found := ROUND.search(card.text)):
            await asyncio.sleep(0.01)
    return int(found.group(1))


async def test_the_card_names_the_round(play: Play) -> None:
    """It costs no message: an edit shows list and round at least a minute ahead, and the proof has its date."""
    stage, card, _ = await entered(play)
    stage.telegram.clock.advance(HALF_HOUR + 1)
    number = await named_on(card)
    at, shown = card.edit_date, card.text
    assert at is not None
    assert QUICKNET.time_of(number).timestamp() - at >= 60
    told = told_by(await until(stage, number))
    assert told["list_hash"] in shown
    assert told["beacon"]["namings"] == [names(card, number, at, counts=True)]
    assert rounds(stage) == []


async def test_a_naming_that_telegram_dates_too_late(play: Play) -> None:
    """A message names another round and says why; the proof tells both with the group's own dates."""
    stage, card, _ = await entered(play)
    stage.telegram.faults.late(100, "editMessageText", chat=stage.group, times=None)
    first = await closes(stage)
    await asyncio.sleep(0.3)  # the edit is on its way
    stage.telegram.faults.clear()
    stage.telegram.clock.advance(101)
    released = int(stage.telegram.clock.now())
    async with asyncio.timeout(10):
        while (at := card.edit_date or 0) < released:
            await asyncio.sleep(0.01)
    assert QUICKNET.time_of(first).timestamp() - at < 60
    in_time, second = await nth_round(stage, 1)
    assert QUICKNET.time_of(second).timestamp() - in_time.date >= 60
    assert f"Round {first} was named too late" in in_time.text
    told = told_by(await until(stage, second))
    namings = [names(card, first, at, counts=False), names(in_time, second, in_time.date, counts=True)]
    assert told["beacon"]["namings"] == namings
    assert told["beacon"]["randomness"] == pulse(second).randomness
    assert told["list_hash"] in in_time.text
    await stage.owner.waits_for(stage.group, lambda m: m is card and f"round {second}" in m.text, timeout=10)


async def test_a_naming_whose_answer_was_lost(play_sqlite: Play) -> None:
    """Nobody chooses: the same round is named again, or a message names another one and says that the first is void."""
    stage, card, _ = await entered(play_sqlite)
    stage.telegram.faults.cut_after("editMessageText", chat=stage.group, times=None)
    first = await closes(stage)
    assert await named_on(card) == first
    stage.telegram.faults.clear()
    counts = "SELECT beacon_round FROM raffle WHERE beacon_round IS NOT NULL"
    async with asyncio.timeout(10):
        while not (found := await query(stage.app.db, counts)):
            stage.telegram.clock.advance(1)
            await asyncio.sleep(0.05)
    told = told_by(await until(stage, int(found[0][0])))
    ((number, counted),) = [(one["round"], one["counts"]) for one in told["beacon"]["namings"]]
    assert counted
    if number != first:
        assert f"Round {first} doesn't count" in rounds(stage)[0].text
    assert len(rounds(stage)) == (number != first)


async def test_a_new_process_reads_what_was_named(play: Play) -> None:
    """Stopped after the naming and started after its round: the same list, the same round, drawn once."""
    stage, card, beacon = await entered(play)
    stage.telegram.clock.advance(HALF_HOUR + 1)
    number = await named_on(card)
    await stage.all_sent()
    frozen = re.findall(r"List (\w{64})", card.text)
    await stage.stop()
    stage.telegram.clock.set(QUICKNET.time_of(number).timestamp() + 3600)
    stage.start_again(pacing=UNHURRIED, beacon=beacon)
    told = told_by(await stage.owner.waits_for(stage.group, lambda m: m.file is not None, timeout=15))
    assert [told["list_hash"]] == frozen
    assert told["beacon"]["round"] == number
    assert rounds(stage) == []


async def test_only_the_owner_calls_off_and_redraws(play_sqlite: Play) -> None:
    """An operator may do neither once the round is named; the owner's acts are told to the group with a file each."""
    stage, card, _ = await entered(play_sqlite)
    jun = stage.fan("Jun")
    stage.owner.promotes(jun, stage.group, Rights(can_manage_chat=True))
    stage.telegram.clock.advance(HALF_HOUR + 1)
    number = await named_on(card)
    await stage.all_sent()
    assert "Only the owner" in (await stage.ask(jun, "/raffle 1 cancel")).text
    assert "The group gets its seed" in (await stage.ask(stage.owner, "/raffle 1 cancel")).text
    off = await stage.owner.waits_for(stage.group, lambda m: m.file is not None, timeout=15)
    assert "called this raffle off" in off.text
    told = told_by(off)
    assert (told["winners"], told["beacon"]["round"], told["called_off"] is not None) == ([], number, True)
    await stage.owner.waits_for(stage.group, lambda m: m is card and told["seed"] in m.text, timeout=10)

    second = await opened(stage, "prize=Hat closes=+30m")
    for fan in (jun, stage.fan("Ben")):
        await fan.presses(second, "enter").answered()
    stage.telegram.clock.advance(HALF_HOUR + 1)
    number = await named_on(second)
    await stage.all_sent()
    stage.telegram.clock.set(QUICKNET.time_of(number).timestamp() + 1)
    drawn = await stage.owner.waits_for(stage.group, lambda m: m.file is not None, timeout=15, after=off)
    winner = told_by(drawn)["winners"][0]
    await stage.all_sent()  # what the winner is told isn't the answer
    assert "Only the owner" in (await stage.ask(jun, f"/raffle 2 redraw {winner}")).text
    stage.owner.says(stage.group, f'/raffle 2 redraw {winner} reason="no answer in two days"')
    redrawn = await stage.owner.waits_for(stage.group, lambda m: m.file is not None, timeout=15, after=drawn)
    assert f"#{winner}: no answer in two days" in redrawn.text
    told = told_by(redrawn)
    assert [one["reason"] for one in told["redraws"]] == ["no answer in two days"]
    assert "has moved up" in (await stage.ask(stage.owner, "/raffle 2 redraw")).text
    for line in ("/raffle 2 redraw reason=", '/raffle 2 redraw 1 reason="', "/raffle 2 cancel reason=x", "/raffle 2 x"):
        assert "redraw 47" in (await stage.ask(stage.owner, line)).text, line
