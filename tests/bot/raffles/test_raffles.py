"""A raffle as fans and staff see it: entering, the draw, the proof in the group, a place drawn anew."""

import asyncio
import json

from bot.rules.raffles.proofs import check_proof
from sandbox import Message
from tests.bot.conftest import Play, Stage

HALF_HOUR = 1800.0
NAMES = ("Ana", "Ben", "Eve")


def is_raffle(message: Message) -> bool:
    """Whether it is a raffle's card that takes entries."""
    return any((button.callback_data or "").startswith("enter:") for button in message.buttons)


async def opened(stage: Stage, line: str = 'prize="Silk scarf" winners=2 closes=+30m') -> Message:
    """The owner opens a raffle; its card."""
    said = stage.owner.says(stage.group, f"/newraffle {line}")
    return await stage.owner.waits_for(
        stage.group, lambda m: m.only_for is None and is_raffle(m), timeout=10, after=said
    )


async def drawn(stage: Stage, card: Message) -> Message:
    """The clock passes the close and the draw; the message with the proof."""
    for seconds, shows in ((HALF_HOUR + 1, "list is fixed"), (11, "Seed ")):
        waiting = asyncio.create_task(
            stage.telegram.waits_for_event(lambda e: e.kind == "edit" and shows in card.text, timeout=15)  # noqa: B023
        )
        await asyncio.sleep(0)
        stage.telegram.clock.advance(seconds)
        await waiting
    return await stage.owner.waits_for(stage.group, lambda m: m.file is not None, timeout=10)


async def test_a_raffle_from_its_card_to_its_proof(play: Play) -> None:
    """Fans enter by a tap and get their numbers alone; the clock draws; the file in the group proves it."""
    stage = await play(language="en")
    fans = [stage.fan(name) for name in NAMES]
    await stage.settled()
    card = await opened(stage)
    assert "by the shop alone" in card.text
    numbers = []
    for fan in fans:
        press = fan.presses(card, "enter")
        whisper = await stage.whisper(fan, after=press)
        assert "You're in" in (await press.answered()).text
        numbers.append(int(whisper.text.split("#")[1].split(".")[0]))
    assert numbers == [1, 2, 3]
    again = await fans[0].presses(card, "enter").answered()
    assert "in already" in again.text
    assert "#1" in again.text
    proof = await drawn(stage, card)
    assert proof.file is not None
    checked = check_proof(proof.file.content.decode())
    told = json.loads(proof.file.content)
    assert checked.faults == ()
    assert told["commitment"] in card.text
    assert told["list_hash"] in card.text
    assert told["seed"] in card.text
    for number in checked.winners:
        assert f"{NAMES[number - 1]} (#{number})" in card.text
    assert not any(str(fan.id) in proof.file.content.decode() for fan in fans)
    loser = next(fan for number, fan in enumerate(fans, start=1) if number not in checked.winners)
    listed = await stage.ask(loser, "/raffles")
    assert "not this time" in listed.text
    mine = loser.presses(listed, "myentry")
    assert "Salt" in (await stage.whisper(loser, after=mine)).text


async def test_a_ticket_comes_back_when_it_is_called_off(play_sqlite: Play) -> None:
    """The free entry stands beside the ticket; calling off gives the coins back and the card says so."""
    stage = await play_sqlite(language="en")
    ana, ben = stage.fan("Ana"), stage.fan("Ben")
    await stage.ask(ana, "/checkin")
    card = await opened(stage, 'prize="Silk <b>" closes=+30m ticket=5 weights=1,1,2,3 value="₩39,000"')
    assert "counts exactly as much" in card.text
    assert [button.text for button in card.buttons] == ["🎟 Enter free", "Ticket · 5 coins"]
    press = ana.presses(card, "ticket")
    assert "you have 0 coins left" in (await stage.whisper(ana, after=press)).text
    assert "Enter free instead" in (await ben.presses(card, "ticket").answered()).text
    assert "no raffle 7" in (await stage.ask(stage.owner, "/raffle 7")).text
    waiting = asyncio.create_task(
        stage.telegram.waits_for_event(lambda e: e.kind == "edit" and "call this raffle off" in card.text, timeout=15)
    )
    done = await stage.ask(stage.owner, "/raffle 1 cancel")
    assert "fans get 5 coins back for their tickets" in done.text
    await waiting
    assert (await stage.books()).held_by_fans == 5


async def test_a_place_is_drawn_anew(play_sqlite: Play) -> None:
    """`/raffle 1 redraw` strikes the winner in public, the next moves up, and a new proof tells why."""
    stage = await play_sqlite(language="en")
    fans = [stage.fan(name) for name in NAMES]
    card = await opened(stage, "prize=Scarf closes=+30m")
    for fan in fans:
        await fan.presses(card, "enter").answered()
    first = await drawn(stage, card)
    assert first.file is not None
    order = json.loads(first.file.content)["order"]
    shown = await stage.ask(stage.owner, "/raffle 1")
    assert f"redraw {order[0]}" in shown.text
    moved_up = f"{NAMES[order[1] - 1]} (#{order[1]})"
    shows = asyncio.create_task(
        stage.telegram.waits_for_event(lambda e: e.kind == "edit" and moved_up in card.text, timeout=15)
    )
    await asyncio.sleep(0)
    said = stage.owner.says(stage.group, f"/raffle 1 redraw {order[0]}")
    told = await stage.owner.waits_for(stage.group, lambda m: m.file is not None, timeout=10, after=said)
    assert "Drawn again" in told.text
    assert f"#{order[0]}: couldn't be reached" in told.text
    assert told.file is not None
    checked = check_proof(told.file.content.decode())
    assert (checked.faults, checked.winners) == ((), (order[1],))
    await shows


async def test_forms_and_strangers(play_sqlite: Play) -> None:
    """A mistyped form gets one kind sentence, a fan's command and forged presses get theirs."""
    stage = await play_sqlite(language="en")
    ana = stage.fan("Ana")
    for line, told in (
        ("", "still need prize"),
        ("prize=Scarf closes=+30m weights=1,2", "four whole numbers"),
        ("prize=Scarf closes=+30m needs=money", "money"),
        ("prize=Scarf closes=+30m fresh=9999d", "from 1 to 365"),
        ("prize=Scarf closes=+30m winners=201", "from 1 to 200"),
        ("prize=Scarf closes=+10d0", "closes"),
        ("prize=Scarf closes=+99d", "1 minute to 90 days"),
    ):
        assert told in (await stage.ask(stage.owner, f"/newraffle {line}")).text, line
    assert "/newraffle" not in (await stage.ask(ana, "/newraffle prize=Scarf closes=+30m")).text
    assert "beacon=no" in (await stage.ask(stage.owner, "/newraffle prize=Scarf closes=+30m beacon=yes")).text
    card = await opened(stage, "prize=Scarf closes=+30m")
    for data in ("enter:99", "enter:x", "myentry:", "ticket:-1"):
        assert "no such raffle" in (await ana.forges(stage.group, card, data).answered()).text
