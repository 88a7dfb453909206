"""Gifts as givers, friends and staff see them, over the stand-in: sent through inline mode, opened, lived up to."""

import asyncio

import pytest

from sandbox import Message, Person
from tests.bot.conftest import Play, Stage
from tests.bot.speech import code_in, speaks
from tests.features.scene import query

DAY = 86_400.0


async def in_private(stage: Stage, person: Person, text: str) -> Message:
    """Say something in private, or open a link with *Start*; the answer."""
    start, _, payload = text.partition(" ")
    said = person.starts(stage.bot, payload) if start == "/start" else person.says(stage.bot, text)
    return await person.waits_for(stage.bot, lambda m: m.sender is stage.bot, timeout=10, after=said)


async def shows(stage: Stage, person: Person, card: Message, text: str) -> None:
    """Wait until a living card says this; every edit may come five seconds after the one before."""
    async with asyncio.timeout(15):
        while text not in card.text:
            stage.telegram.clock.advance(6)
            await stage.settled()
            await asyncio.sleep(0.02)


async def opens(stage: Stage, person: Person, card: Message) -> Message:
    """A friend taps the card that was sent to them; what the bot tells them."""
    (button,) = card.buttons
    person.opens(button.url or "")
    return await person.waits_for(stage.bot, lambda m: m.sender is stage.bot and "🎁" in m.text, timeout=10)


async def coins_of(stage: Stage, person: Person) -> list[int]:
    """What gifts paid somebody, in order."""
    rows = await query(
        stage.app.db,
        "SELECT t.amount FROM transfer t JOIN account a ON a.id = t.credit_id JOIN member m ON m.id = a.member_id "
        "WHERE t.reason = 'gift' AND m.user_id = :user ORDER BY t.id",
        user=person.id,
    )
    return [amount for (amount,) in rows]


async def send(stage: Stage, giver: Person, card: Message, to: Person) -> Message:
    """Tap *send*, pick the friend's chat, and choose the card there; the message at the friend's."""
    asked = await stage.switches(giver, card, "Send to a friend", to)
    assert asked.answer is not None
    (result,) = asked.answer.results
    return giver.chooses(asked, result.id)


async def test_the_whole_story(play: Play) -> None:
    """Sent into a chat where the bot isn't, opened, joined, checked in, stayed, bought: cards and purses tell it."""
    stage = await play(language="en")
    ana, ben = stage.fan("Ana"), stage.telegram.add_user("Ben", language="en")
    ana.starts(stage.bot)
    await stage.settled()
    card = await in_private(stage, ana, "/gift")
    assert "A way in for a friend" in card.text
    sent = await send(stage, ana, card, ben)
    assert "A gift for you from Ana" in sent.text
    await shows(stage, ana, card, "on its way")
    opened = await opens(stage, ben, sent)
    assert "Ana has something for you" in opened.text
    await shows(stage, ana, card, "Opened by 1 person")
    ben.joins(stage.group, opened.buttons[0].url)
    welcome = await stage.whisper(ben)
    assert "So glad Ana brought you here" in welcome.text
    assert "Your first check-in unlocks 10 coins" in welcome.text
    await shows(stage, ana, card, "Ben: joined")
    assert "unlocks 10 coins from a friend" in (await stage.ask(ben, "/me")).text
    for day in range(3):
        heard = await stage.ask(ben, "/checkin")
        if day == 0:
            assert "the 10 coins from Ana are yours" in heard.text
            assert "You have 15 coins now" in heard.text
        await shows(stage, ana, card, "all 3 check-ins" if day == 2 else f"{day + 1} of 3 check-ins")
        stage.telegram.clock.advance(DAY)
    stage.telegram.clock.advance(4 * DAY)
    assert "30 coins for you" in (await ana.waits_for(stage.bot, lambda m: "Ben stayed" in m.text, timeout=10)).text
    assert "20 coins for staying" in (await ben.waits_for(stage.bot, lambda m: "A week" in m.text, timeout=10)).text
    await shows(stage, ana, card, "Ben: stayed")
    drop = await stage.drop()
    code = code_in((await ben.presses(drop, "claim").answered()).text)
    await stage.ask(stage.owner, f"/redeem {code}")
    await ana.waits_for(stage.bot, lambda m: "used their first coupon" in m.text, timeout=10)
    assert (await coins_of(stage, ana), await coins_of(stage, ben)) == ([30, 100], [10, 20])
    assert (await stage.books()).sound
    cards = [m for m in ana.sees(stage.bot) if "A way in for a friend" in m.text]
    assert cards == [card]


@pytest.mark.parametrize("language", ["ko", "zh", "en"])
async def test_a_friends_first_check_in_tells_one_sum(play_sqlite: Play, language: str) -> None:
    """In the group, on `/me` and in private the friend reads the same sum, and it is told once; by a tap too."""
    stage = await play_sqlite(language=language)
    ana = stage.fan("Ana", language)
    ana.starts(stage.bot)
    await stage.settled()
    for name, tapped in (("Ben", False), ("Cho", True)):
        friend = stage.telegram.add_user(name, language=language)
        said = ana.says(stage.bot, "/gift")
        card = await ana.waits_for(
            stage.bot, lambda m: m.sender is stage.bot and bool(m.buttons), timeout=10, after=said
        )
        asked = ana.switches(card, card.buttons[0].text, friend)
        (result,) = (await asked.answered(10)).results
        opened = await opens(stage, friend, ana.chooses(asked, result.id))
        friend.joins(stage.group, opened.buttons[0].url)
        await stage.whisper(friend)
        if tapped:
            shown = await stage.ask(friend, "/me")
            press = friend.presses(shown, "checkin")
            assert "10" in (await press.answered(10)).text
            heard = await stage.whisper(friend, after=press)
        else:
            heard = await stage.ask(friend, "/checkin")
        assert "15" in heard.text
        assert "Ana" in heard.text
        assert "15" in (await stage.ask(friend, "/me")).text
        await stage.all_sent()
        told = [m.text for m in friend.sees(stage.bot) if m.sender is stage.bot and m.seq > heard.seq]
        assert told == []
    assert (await stage.books()).sound


@pytest.mark.parametrize("language", ["ko", "zh"])
async def test_in_the_readers_language(play_sqlite: Play, language: str) -> None:
    """From the choice to the welcome nothing is in another language than the reader's."""
    stage = await play_sqlite(language=language)
    await stage.ask(stage.owner, '/newgift title="25" kind=coins:25')
    ana, ben = stage.fan("安", language), stage.telegram.add_user("本", language=language)
    choice = await stage.ask(ana, "/gift")
    press = ana.presses(choice, "25")
    card = await stage.whisper(ana, after=press)
    asked = ana.switches(card, card.buttons[0].text, ben)
    (result,) = (await asked.answered(10)).results
    sent = ana.chooses(asked, result.id)
    opened = await opens(stage, ben, sent)
    ben.joins(stage.group, opened.buttons[0].url)
    welcome = await stage.whisper(ben)
    for message in (choice, card, sent, opened, welcome):
        text = message.text.replace("安", "").replace("本", "").replace("Silk room", "").replace("/gift", "")
        assert speaks(text, language), text
    assert "35" in welcome.text


async def test_who_is_told_what_of_a_card(play_sqlite: Play) -> None:
    """A stranger's token, a used one, one's own, a member's and a returner's: each has a kind answer, none pays."""
    stage = await play_sqlite(language="en")
    await stage.ask(stage.owner, "/newgift title=Scarf kind=coins:20")
    ana, ben, eve = stage.fan("Ana"), stage.fan("Ben"), stage.telegram.add_user("Eve", language="en")
    ana.starts(stage.bot)
    await stage.settled()
    choice = await in_private(stage, ana, "/gift")
    press = ana.presses(choice, "Scarf")
    await press.answered()
    await stage.settled()
    payload = (await query(stage.app.db, "SELECT token FROM gift"))[0][0]
    assert len(payload) == 22
    assert "yours to give" in (await in_private(stage, ana, f"/start g_{payload}")).text
    assert "you're in already" in (await in_private(stage, ben, f"/start g_{payload}")).text
    ben.leaves(stage.group)
    await stage.settled()
    back = await in_private(stage, ben, f"/start g_{payload}")
    assert "the door is always open to you" in back.text
    for wrong in ("g_", "g_nothing", f"g_{payload[:-1]}", "g_" + "x" * 60):
        assert "can't be opened any more" in (await in_private(stage, eve, f"/start {wrong}")).text
    opened = await in_private(stage, eve, f"/start g_{payload}")
    eve.joins(stage.group, opened.buttons[0].url)
    await stage.whisper(eve)
    assert (
        "can't be opened any more"
        in (await in_private(stage, stage.telegram.add_user("Zoe", language="en"), f"/start g_{payload}")).text
    )
    assert await query(stage.app.db, "SELECT count(*) FROM invitation") == [(1,)]
    assert await coins_of(stage, ben) == []


async def test_without_inline_mode(play_sqlite: Play) -> None:
    """Where BotFather's switch is off, the card carries a link to share, and everything else is the same."""
    stage = await play_sqlite(language="en", inline=False)
    ana, ben = stage.fan("Ana"), stage.telegram.add_user("Ben", language="en")
    card = await stage.ask(ana, "/gift")
    (button,) = card.buttons
    assert (button.url or "").startswith("https://t.me/share/url?url=https%3A%2F%2Ft.me%2Fencore_test_bot%3Fstart%3Dg_")
    token = (await query(stage.app.db, "SELECT token FROM gift"))[0][0]
    opened = await in_private(stage, ben, f"/start g_{token}")
    ben.joins(stage.group, opened.buttons[0].url)
    assert "So glad Ana brought you here" in (await stage.whisper(ben)).text


async def test_other_peoples_inline_queries(play_sqlite: Play) -> None:
    """Who has no card is led to one; nobody sends another's, whatever they type."""
    stage = await play_sqlite(language="en")
    ana, ben = stage.fan("Ana"), stage.fan("Ben")
    await stage.ask(ana, "/gift")
    gift_id = (await query(stage.app.db, "SELECT id FROM gift"))[0][0]
    for typed in (f"g{gift_id}", "", "g999999999999999999", "hello"):
        asked = await stage.asks_inline(ben, typed)
        assert asked.answer is not None
        assert asked.answer.results == ()
        assert asked.answer.button == {"text": "Choose a gift to send", "start_parameter": "gift"}
    mine = await stage.asks_inline(ana, "")
    assert mine.answer is not None
    assert (len(mine.answer.results), mine.answer.is_personal, mine.answer.cache_time) == (1, True, 0)
    ben.starts(stage.bot, "gift")
    shown = await ben.waits_for(stage.bot, lambda m: "A way in for a friend" in m.text, timeout=10)
    assert shown.buttons


async def test_staff_make_and_close_gifts(play_sqlite: Play) -> None:
    """`/newgift` answers with undo, `/gifts` lists and closes; typos are told, fans make none."""
    stage = await play_sqlite(language="en")
    ana = stage.fan("Ana")
    assert "staff" in (await stage.ask(ana, "/newgift title=Mine kind=coins:20")).text
    assert "No gifts of your own yet" in (await stage.ask(stage.owner, "/gifts")).text
    for typo, told in (
        ("/newgift title=Scarf", "kind"),
        ("/newgift title=Scarf kind=gold", "coins:20"),
        ("/newgift title=Scarf kind=coins:0", "1,000"),
        ("/newgift title=Scarf kind=coupon:7", "no open drop 7"),
        ("/newgift title=Scarf kind=coins:20 closes=2026-01-01", "has already passed"),
        ("/gifts 9", "no gift 9"),
        ("/gifts 1 burn", "burn"),
    ):
        assert told in (await stage.ask(stage.owner, typo)).text, typo
    made = await stage.ask(stage.owner, "/newgift title=Scarf kind=relay:5 stock=9")
    assert "Gift 1 is on: Scarf" in made.text
    assert "Scarf · relay · open" in (await stage.ask(stage.owner, "/gifts")).text
    assert "9 of 9 left" in (await stage.ask(stage.owner, "/gifts 1")).text
    assert "off the list" in (await stage.owner.presses(made, "undo").answered()).text
    closed = await stage.ask(stage.owner, "/gifts 1 close")
    assert "is already closed" in closed.text
    await stage.drop()
    assert "a coupon, Silk scarf" in (await stage.ask(stage.owner, "/newgift title=Silk kind=coupon:1")).text
