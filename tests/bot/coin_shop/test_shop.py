"""The coin shop as fans and staff see it: the shelf, the question, the yes, what waits for staff, coins given back."""

import asyncio
from typing import Any

from sandbox import Message, Person
from tests.bot.conftest import Play, Stage
from tests.bot.speech import code_in, speaks


def data_of(message: Message, start: str) -> str:
    """The data of the message's first button that begins so."""
    return next(data for button in message.buttons if (data := button.callback_data or "").startswith(start))


async def taps(stage: Stage, person: Person, panel: Message, start: str) -> str:
    """Tap a button of a panel and wait until the panel has turned; its new text."""
    turned = asyncio.create_task(
        stage.telegram.waits_for_event(lambda e: e.kind == "edit" and e.message is panel, timeout=15)
    )
    await asyncio.sleep(0)
    person.presses(panel, data_of(panel, start))
    await turned
    return panel.text


async def rich(stage: Stage, *people: Person) -> None:
    """Let people check in: five coins each."""
    for person in people:
        await stage.ask(person, "/checkin")


async def sold(stage: Stage) -> list[Any]:
    """Coins that were spent."""
    rows = await stage.app.db.read(lambda rx: rx.connection().exec_driver_sql("SELECT paid FROM purchase").all())
    return [row[0] for row in rows]


async def test_from_the_shelf_to_the_code(play: Play) -> None:
    """Shelf, question, yes: all in one whisper that only the fan sees; one tap spends nothing, two taps buy once."""
    stage = await play(language="en")
    ana, ben = stage.fan("Ana"), stage.fan("Ben", "ko")
    await rich(stage, ana, ben)
    made = await stage.ask(stage.owner, '/newcoupon title="Silk scarf" stock=3 for=shop')
    assert "coin shop" in made.text
    listed = await stage.ask(stage.owner, '/newitem title="Silk scarf" price=5 kind=coupon:1')
    assert "Item 1 is in the coin shop" in listed.text
    shelf = await stage.ask(ana, "/shop")
    assert "you have 5 coins" in shelf.text
    assert "Silk scarf · 5 coins · 3 left" in shelf.text
    question = await taps(stage, ana, shelf, "buy:")
    assert "for 5 coins?" in question
    assert await sold(stage) == []
    old = data_of(shelf, "pay:")
    bought = await taps(stage, ana, shelf, "pay:")
    assert "you have 0 coins left" in bought
    assert [button.copy_text for button in shelf.buttons if button.copy_text] == [code_in(bought)]
    again = await stage.whisper(ana, after=ana.forges(stage.group, shelf, old))
    assert "nothing more was spent" in again.text
    assert await sold(stage) == [5]
    assert code_in(bought) in (await stage.ask(ana, "/coupons")).text
    assert shelf not in ben.sees(stage.group)
    in_korean = await stage.ask(ben, "코인샵")
    assert speaks(in_korean.text.replace("Silk scarf", ""), "ko")
    assert (await stage.books()).sound


async def test_a_favour_from_its_sale_to_its_end(play_sqlite: Play) -> None:
    """The owner hears of it in private and taps done; the fan hears it in private; another one is refunded."""
    stage = await play_sqlite(language="en")
    ana, ben = stage.fan("Ana"), stage.fan("Ben")
    for person in (ana, ben, stage.owner):
        person.starts(stage.bot)
    await stage.settled()
    await rich(stage, ana, ben)
    await stage.ask(stage.owner, '/newitem title="Question first" price=5 kind=favour')
    for person in (ana, ben):
        shelf = await stage.ask(person, "/shop")
        await taps(stage, person, shelf, "buy:")
        assert "on the shop's list" in await taps(stage, person, shelf, "pay:")
    waiting = await stage.owner.waits_for(stage.bot, lambda m: "Ana bought Question first" in m.text, timeout=10)
    listed = await stage.ask(stage.owner, "/items")
    assert "Ana" in listed.text
    assert "Ben" in listed.text
    press = stage.owner.presses(waiting, data_of(waiting, "handover:"))
    assert "Done ✅ Question first · Ana" in (await press.answered()).text
    told = await ana.waits_for(stage.bot, lambda m: "Done: Question first" in m.text, timeout=10)
    assert "Thanks for waiting" in told.text
    spoken = ben.says(stage.group, "Changed my mind")
    said = stage.owner.says(stage.group, "/item 1 refund", reply_to=spoken)
    assert "The fan has 5 coins back" in (await stage.whisper(stage.owner, after=said)).text
    back = await ben.waits_for(stage.bot, lambda m: "gave your 5 coins back" in m.text, timeout=10)
    assert "You have 5 coins now" in back.text
    assert (await stage.books()).sound


async def test_what_staff_can_mistype(play_sqlite: Play) -> None:
    """Each gets one kind sentence; fans can't list, close or refund, and forged data buys nothing."""
    stage = await play_sqlite(language="en")
    ana = stage.fan("Ana")
    await rich(stage, ana)
    await stage.ask(stage.owner, '/newitem title="First" price=5 kind=favour limit=1 per=week tier=new')
    for line, words in (
        ('/newitem title="x" price=0 kind=favour', "price"),
        ('/newitem title="x" price=5 kind=gold', "coupon:12"),
        ('/newitem title="x" price=5 kind=coupon', "kind=coupon stock=50"),
        ('/newitem title="x" price=5 kind=coupon:9', "no drop 9"),
        ('/newitem title="x" price=5 kind=raffle:9', "Raffle 9"),
        ("/item", "/item 3"),
        ("/item 9", "no item 9"),
        ("/item 1 sell", "/item 3 close"),
        ("/item 1 refund", "Nobody has anything open"),
        ("/item 1 refund @nobody", "@nobody has nothing open"),
        ("/item 1 close now", "/item 3 close"),
    ):
        assert words in (await stage.ask(stage.owner, line)).text, line
    assert "1 each a week" in (await stage.ask(stage.owner, "/item 1")).text
    for line in ('/newitem title="x" price=5 kind=favour', "/item 1 close", "/items"):
        assert "staff" in (await stage.ask(ana, line)).text
    shelf = await stage.ask(ana, "/shop")
    for data in ("pay:1", "pay:1:5", "pay:1:5:1:1", "pay:x:5:1", "pay:99:5:1", "buy:", "buy:-1", f"buy:{'9' * 30}"):
        refused = await stage.whisper(ana, after=ana.forges(stage.group, shelf, data))
        assert "isn't in the coin shop" in refused.text, data
    assert await sold(stage) == []
