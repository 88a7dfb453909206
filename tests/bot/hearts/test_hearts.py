"""Heart goals and held rewards over the stand-in: presses, reactions, a channel, and what staff see."""

import asyncio
from datetime import datetime

import pytest

from bot.features.staff.fast_presses import PressWatch
from bot.rules.act import Sender
from bot.rules.fans import Room
from bot.rules.farming import FarmingPolicy, Reason, Sign
from bot.rules.place import Place
from bot.store.engine.sessions import Tx
from bot.store.held import Reward, hold
from bot.store.members import standing
from sandbox import Rights
from tests.bot.conftest import Play
from tests.bot.streams.test_streams import MINUTE, has_button, live_card


async def test_hearts_open_a_packet_on_the_live_card(play: Play) -> None:
    """Presses and a reaction add up on one edited card, and the third heart opens the packet in the group."""
    stage = await play(language="en")
    ana, ben, cho = stage.fan("Ana"), stage.fan("Ben"), stage.fan("Cho")
    await stage.ask(stage.owner, "/golive")
    card = await live_card(stage)
    none = await stage.ask(stage.owner, "/hearts")
    assert "No heart goal" in none.text
    made = await stage.ask(stage.owner, '/hearts goals=3,50 gives="packet:60/3,raffle:silk scarf/2/30"')
    assert "a red packet of 60 coins" in made.text
    await stage.owner.waits_for(stage.group, lambda m: m is card and has_button(m, "heart:"), timeout=10)
    toast = await ana.presses(card, "heart:").answered(10)
    assert "2 to go" in toast.text
    assert not toast.show_alert
    again = await ana.presses(card, "heart:").answered(10)
    assert "next one counts" in again.text
    ben.reacts(card, "❤️")
    await stage.settled()
    ben.reacts(card, None)
    ben.reacts(card, "❤️")  # taking it back and giving it again within the minute counts once
    await stage.settled()
    last = await cho.presses(card, "heart:").answered(10)
    assert "That was the one" in last.text
    packet = await cho.waits_for(stage.group, lambda m: m.only_for is None and has_button(m, "packet:"), timeout=10)
    assert packet.sender is stage.bot
    stage.telegram.clock.advance(6)
    await stage.owner.waits_for(stage.group, lambda m: m is card and "silk scarf" in m.text, timeout=10)
    assert "❤ 3" in card.text
    state = await stage.ask(stage.owner, "/hearts")
    assert "❤ 3 from 3 fans" in state.text
    assert (await stage.books()).sound


async def test_fast_hearts_are_no_sign_of_a_machine(play_sqlite: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    """Presses of the heart aren't watched for haste; those of the button beside it are."""
    watched: list[str] = []

    async def pressed(_self: PressWatch, _place: Place, sender: Sender, _at: datetime) -> None:
        watched.append(sender.name)

    monkeypatch.setattr(PressWatch, "pressed", pressed)
    stage = await play_sqlite(language="en")
    ana = stage.fan("Ana")
    await stage.ask(stage.owner, "/golive")
    card = await live_card(stage)
    await stage.ask(stage.owner, '/hearts goals=9 gives="packet:60/3"')
    await stage.owner.waits_for(stage.group, lambda m: m is card and has_button(m, "heart:"), timeout=10)
    await ana.presses(card, "heart:").answered(10)
    assert watched == []
    await ana.presses(card, "here:").answered(10)
    assert watched == ["Ana"]


async def test_a_storm_of_hearts(play_sqlite: Play) -> None:
    """Eighty fans press at once, each three times: eighty hearts, every press answered, few edits."""
    stage = await play_sqlite(language="en")
    fans = stage.fans(80)
    await stage.ask(stage.owner, "/golive")
    card = await live_card(stage)
    await stage.ask(stage.owner, '/hearts goals=80 gives="packet:160/80"')
    await stage.owner.waits_for(stage.group, lambda m: m is card and has_button(m, "heart:"), timeout=10)
    await stage.settled()
    calls = len(stage.telegram.calls)
    presses = [fan.presses(card, "heart:") for fan in fans for _ in range(3)]
    await asyncio.gather(*(press.answered(20) for press in presses))
    await stage.settled()
    edits = [call for call in stage.telegram.calls[calls:] if call.method == "editMessageText"]
    assert len(edits) <= 4
    state = await stage.ask(stage.owner, "/hearts")
    assert "❤ 80 from 80 fans" in state.text


async def test_a_channels_hearts_are_counted_late(play_sqlite: Play) -> None:
    """A channel's people aren't named: their count comes after a while, and the card says so."""
    stage = await play_sqlite(language="en")
    channel = stage.telegram.add_channel("Silk news", creator=stage.owner)
    stage.owner.adds(stage.bot, channel, Rights.full())
    await stage.settled()
    await stage.ask(stage.owner, "/golive")
    card = await live_card(stage, channel)
    await stage.ask(stage.owner, '/hearts goals=50 gives="packet:160/80"')
    readers = [stage.telegram.add_user(f"Reader {number}") for number in range(3)]
    for reader in readers:
        reader.joins(channel)
        reader.reacts(card, "❤️")
    await stage.settled()
    stage.telegram.clock.advance(2 * MINUTE)
    await stage.settled()
    stage.telegram.clock.advance(6)
    await stage.owner.waits_for(channel, lambda m: m is card and "❤ 3" in m.text, timeout=10)
    assert "a few minutes late" in card.text


async def test_wrong_lines_get_one_kind_sentence(play_sqlite: Play) -> None:
    """Whatever staff mistype is told with what would do; fans may not set goals."""
    stage = await play_sqlite(language="en")
    for line, answer in (
        ("goals=100", "gives"),
        ('goals=500,100 gives="coupon:1,coupon:2"', "rising"),
        ('goals=100 gives="coupon:1,coupon:2"', "I need one for each"),
        ('goals=100 gives="a scarf"', "can't read"),
        ('goals=100 gives="packet:50/5"', "none is on or planned"),
        ("nonsense", "nonsense"),
        ("cancel", "No heart goal"),
    ):
        assert answer in (await stage.ask(stage.owner, f"/hearts {line}")).text
    ana = stage.fan("Ana")
    assert "staff" in (await stage.ask(ana, "/hearts cancel")).text
    assert "live" in (await ana.forges(stage.group, await stage.drop(), "heart:1").answered(10)).text


async def test_staff_look_at_what_is_held(play: Play) -> None:
    """`/held` tells whose it is and why in plain words; a fan's press on its button decides nothing."""
    stage = await play(language="en")
    group = await stage.app.communities.group(stage.group.id)
    assert group is not None
    ana = stage.fan("Ana")

    def wait(tx: Tx) -> bool:
        member = standing(
            tx, group.place.community_id, Sender(ana.id, "Ana", None, "en", Room(group.chat_id)), stage.app.clock.now()
        )
        reward, reasons = Reward("gift", 1, member.member_id), [Reason(Sign.FAST, 60), Reason(Sign.BURST, 40, 20)]
        return hold(tx, group.place, reward, reasons, stage.app.clock.now(), FarmingPolicy())

    assert await stage.app.db.write(wait)
    await stage.all_sent()  # the owner hears of it in a whisper of its own
    shown = await stage.ask(stage.owner, "/held")
    assert "faster than a person can" in shown.text
    assert "20 people" in shown.text
    refused = await ana.forges(stage.group, await stage.drop(), "held:release:1").answered(10)
    assert "staff" in refused.text
