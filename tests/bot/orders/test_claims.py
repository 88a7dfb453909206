"""Whose an order is, as fans and staff live it: the shop code on `/me`, `/myorder`, `/orders`, `/order N @fan`."""

from bot.rules.shop_codes import is_shop_code
from tests.bot.conftest import Play
from tests.bot.files import csv, takes_in


async def test_fans_tell_their_orders(play: Play) -> None:
    """The fan hears the same each time; staff see both claims, confirm one, and take it back by *undo*."""
    stage = await play(language="en")
    ana, ben = stage.fan("Ana"), stage.fan("Ben")
    ana.starts(stage.bot)
    await takes_in(stage, "/redeem currency=KRW", csv("order,code,value,time", "A-1,,39000,2026-11-02 11:30"))
    heard = [(await stage.ask(who, f"/myorder {ref}")).text for who in (ana, ben) for ref in ("a1", "B-9")]
    assert len(set(heard)) == 1
    assert "passed the number on" in heard[0]
    assert "/myorder" in (await stage.ask(ana, "/myorder")).text
    assert "staff" in (await stage.ask(ana, "/orders")).text

    said = stage.owner.says(stage.group, "/orders")
    listed = await stage.owner.waits_for(
        stage.group, lambda m: m.only_for is stage.owner and "Whose orders are these" in m.text, after=said
    )
    assert "1. Ana · a1" in listed.text
    assert "2. Ben · a1" in listed.text
    assert "₩39,000" in listed.text
    assert "hasn't come in yet" in listed.text
    labels = [button.text for button in listed.buttons]
    assert labels[:4] == ["✅ 1 · theirs", "1 · not theirs", "✅ 2 · theirs", "2 · not theirs"]
    assert labels[4:] == ["3 · not theirs", "4 · not theirs"], "what hasn't come can't be confirmed"
    assert "Ana" in (await stage.owner.presses(listed, "orderclaim:yes:1").answered()).text
    told = await ana.waits_for(ana.chat_with(stage.bot), lambda m: m.sender is stage.bot and "is confirmed" in m.text)
    assert "A-1" in told.text
    said = stage.owner.says(stage.group, "/order A-1")
    shown = await stage.owner.waits_for(stage.group, lambda m: "Order A-1" in m.text, after=said)
    assert "Ana, confirmed after /myorder" in shown.text
    assert "Taken back" in (await stage.ask(stage.owner, "/undo")).text
    said = stage.owner.says(stage.group, "/order A-1")
    assert "Claimed by Ana, Ben" in (await stage.whisper(stage.owner, after=said)).text


async def test_the_shop_code_on_the_card(play_sqlite: Play) -> None:
    """It is the same each time, and an order by hand and back shows whose it is."""
    stage = await play_sqlite(language="en")
    ana = stage.telegram.add_user("Ana", username="ana_k")
    ana.joins(stage.group)
    await stage.ask(ana, "/checkin")
    cards = [(await stage.ask(ana, "/me")).text for _ in range(2)]
    codes = {word for card in cards for word in card.split() if is_shop_code(word)}
    assert len(codes) == 1
    await takes_in(stage, "/redeem currency=KRW", csv("order,code,value,time", "A-1,,39000,2026-11-02 11:30"))
    given = await stage.ask(stage.owner, "/order A-1 @ana_k")
    assert "A-1 is @ana_k's now" in given.text
    assert "given by hand" in (await stage.ask(stage.owner, "/order A-1")).text
    assert "Taken back" in (await stage.ask(stage.owner, "/undo")).text
    assert "Nobody's yet" in (await stage.ask(stage.owner, "/order A-1")).text
