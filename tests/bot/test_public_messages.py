"""What an evening costs the group: how many messages everybody sees, and that nothing is missing in them."""

import re

import pytest

from bot.rules.beacons import QUICKNET
from sandbox import Message
from tests.bot.conftest import Play, Stage
from tests.bot.coupons.test_coupons import claim
from tests.bot.raffles.test_rounds import UNHURRIED, AtHand, told_by
from tests.bot.streams.test_streams import HOUR, MINUTE, live_card, plan

MOST = 6
"""Messages of an evening with one drop, one red packet, one raffle and a stream."""


def public(stage: Stage) -> list[Message]:
    """What the bot said to everybody in the group, and what still stands there."""
    told = [m for m in stage.telegram.messages(stage.group) if m.sender is stage.bot and m.only_for is None]
    return [m for m in told if not m.deleted]


@pytest.mark.parametrize("language", ["ko", "zh", "en"])
async def test_an_evening_costs_six_public_messages(play_sqlite: Play, language: str) -> None:
    """A stream with a drop, a packet and a raffle: four cards, the raffle's result, and the end."""
    beacon = AtHand()
    stage = await play_sqlite(language=language, pacing=UNHURRIED, beacon=beacon)
    beacon.telegram = stage.telegram
    clock, fans = stage.telegram.clock, [stage.fan(name, language) for name in ("Ana", "Ben", "Eve")]
    before = len(public(stage))
    await plan(stage, 'title="Linen night" at=+1h url=https://example.com/live')
    clock.advance(HOUR)
    card = await live_card(stage)
    await stage.ask(stage.owner, "/golive")
    drop = await stage.drop("title=Satin stock=2 closes=+2h")
    for fan in fans[:2]:
        await claim(stage, fan, drop)
        await fan.presses(card, "here:").answered()
    stage.owner.says(stage.group, "/redpacket 100 2")
    packet = await stage.owner.waits_for(stage.group, lambda m: has(m, "packet:"), timeout=10)
    for fan in fans:
        await fan.presses(packet, "packet:").answered()
    stage.owner.says(stage.group, "/newraffle prize=Scarf closes=+10m")
    raffle = await stage.owner.waits_for(stage.group, lambda m: has(m, "enter:"), timeout=10)
    seal = re.findall(r"[0-9a-f]{64}", raffle.text)
    for fan in fans:
        await fan.presses(raffle, "enter:").answered()
    clock.advance(10 * MINUTE + 1)
    await stage.owner.waits_for(stage.group, lambda m: m is raffle and bool(rounds_in(m)), timeout=15)
    (number,) = rounds_in(raffle)
    assert QUICKNET.time_of(number).timestamp() > clock.now() + 60
    frozen = set(re.findall(r"[0-9a-f]{64}", raffle.text)) - set(seal)
    clock.set(QUICKNET.time_of(number).timestamp() + 1)
    proof = await stage.owner.waits_for(stage.group, lambda m: m.file is not None, timeout=15)
    told = told_by(proof)
    assert [told["commitment"]] == seal
    assert {told["list_hash"]} == frozen
    assert [(one["round"], one["counts"]) for one in told["beacon"]["namings"]] == [(number, True)]
    clock.advance(HOUR)
    await stage.ask(stage.owner, "/endlive https://example.com/replay")
    await stage.all_sent()
    said = public(stage)[before:]
    assert {card, drop, packet, raffle, proof} <= set(said)
    assert len(said) <= MOST, "\n\n".join(m.text for m in said)
    assert (await stage.books()).sound


def has(message: Message, data: str) -> bool:
    """Whether a button's data begins so."""
    return any((button.callback_data or "").startswith(data) for button in message.buttons)


def rounds_in(message: Message) -> set[int]:
    """Rounds of the beacon that a text names: they have eight digits."""
    return {int(found) for found in re.findall(r"(?<![0-9a-f])\d{8}(?![0-9a-f])", message.text)}
