"""A fan of two shops on one bot: which of them a private chat means."""

from sandbox import Rights
from tests.bot.conftest import Play

FIRST_STEPS = ["✅ Check in", "📺 Next live", "🪪 My card"]


async def test_two_shops_of_one_fan(play_sqlite: Play) -> None:
    """A private chat means the shop first used; a button turns it to another, a foreign one stays closed.

    What the fan does in a group turns nothing, and a restart forgets nothing.
    """
    stage = await play_sqlite(language="en", open=True)
    mei = stage.telegram.add_user("Mei", language="zh")
    tea = stage.telegram.add_group("Tea room", creator=mei)
    mei.adds(stage.bot, tea, Rights.full())
    await mei.waits_for(tea, lambda m: m.sender is stage.bot, timeout=10)
    ana, ben = stage.fan("Ana"), stage.fan("Ben")
    await stage.ask(ben, "/checkin")
    await stage.ask(ana, "/checkin")
    ana.joins(tea)
    said = ana.says(tea, "/checkin")
    await stage.whisper(ana, tea, after=said)
    said = ana.starts(stage.bot)
    hello = await ana.waits_for(stage.bot, lambda m: "Silk room" in m.text, timeout=10, after=said)
    assert [button.text for button in hello.buttons] == [*FIRST_STEPS, "🏠 Tea room"]
    await ana.presses(hello, "Tea room").answered(10)
    await ana.waits_for(stage.bot, lambda m: m is hello and "everyone at Tea room" in m.text, timeout=10)
    await stage.ask(ana, "/me")
    await stage.stop()
    stage.start_again(open=True)
    said = ana.says(stage.bot, "/help")
    await ana.waits_for(stage.bot, lambda m: "everyone at Tea room" in m.text, timeout=10, after=said)
    ben.starts(stage.bot)
    alone = await ben.waits_for(stage.bot, lambda m: m.sender is stage.bot, timeout=10)
    assert [button.text for button in alone.buttons] == FIRST_STEPS
    for forged in ("shop:2", "shop:99", "shop:", "shop:x"):
        answer = await ben.forges(stage.telegram.private(stage.bot, ben), alone, forged).answered(10)
        assert "out of date" in answer.text
