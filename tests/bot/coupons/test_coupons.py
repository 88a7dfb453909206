"""Coupons as fans and staff see them: the living card, claims, the window, the till, and taking things back."""

import asyncio
from itertools import pairwise

from sandbox import Event, Message, Person
from sandbox.messages import Button
from tests.bot.conftest import Play, Stage, is_card
from tests.bot.speech import CODE, code_in

MINUTE = 60.0
HOUR = 3600.0


async def edit_of(stage: Stage, card: Message, text: str = "") -> Event:
    """The card's next edit after which it says so."""
    return await stage.telegram.waits_for_event(
        lambda e: e.kind == "edit" and e.message is card and text in card.text, timeout=15
    )


async def claim(stage: Stage, fan: Person, card: Message) -> str:
    """Tap the card; the code."""
    press = fan.presses(card, "claim")
    # A newcomer's welcome may come in between.
    whisper = await fan.waits_for(
        stage.group, lambda m: m.only_for is fan and any(one.copy_text for one in m.buttons), timeout=10, after=press
    )
    code = whisper.buttons[0].copy_text or ""
    assert code in (await press.answered()).text
    return code


def label(card: Message) -> Button:
    """The card's one button."""
    (button,) = card.buttons
    return button


async def test_a_drop_from_its_card_to_the_last_coupon(play: Play) -> None:
    """The card appears with its stock, counts down by edits at least 5 s apart, and ends as sold out."""
    stage = await play(language="en")
    fans = stage.fans(4)
    await stage.settled()
    card = await stage.drop('title="Silk scarf" stock=3')
    assert "3 of 3 left" in card.text
    assert label(card) == Button("🎁 Claim · 3 left", f"claim:{label(card).callback_data[6:]}", style="primary")  # type: ignore[index]
    edits: list[float] = []
    stage.telegram.on_event(lambda e: edits.append(e.at) if e.kind == "edit" and e.message is card else None)

    codes = [await claim(stage, fan, card) for fan in fans[:3]]
    refused = await fans[3].presses(card, "claim").answered()
    assert not CODE.search(refused.text)
    assert len(set(codes)) == 3
    # Nothing is shown until 5 s have passed since the card was hung.
    assert edits == []
    waiting = asyncio.create_task(edit_of(stage, card))
    await asyncio.sleep(0)
    stage.telegram.clock.advance(5)
    await waiting
    assert "All 3 are gone" in card.text
    assert label(card).disabled
    assert len(edits) == 1
    assert (await stage.books()).sound


async def test_the_card_is_edited_at_most_once_in_five_seconds(play_sqlite: Play) -> None:
    """Claims in between are folded into one edit, which shows the last state."""
    stage = await play_sqlite(language="en")
    fans = stage.fans(9)
    card = await stage.drop("title=Scarf stock=20")
    edits: list[float] = []
    stage.telegram.on_event(lambda e: edits.append(e.at) if e.kind == "edit" and e.message is card else None)
    for three in (fans[:3], fans[3:6], fans[6:]):
        await asyncio.gather(*(fan.presses(card, "claim").answered() for fan in three))
        waiting = asyncio.create_task(edit_of(stage, card))
        await asyncio.sleep(0)
        stage.telegram.clock.advance(5)
        await waiting
    assert "11 of 20 left" in card.text
    assert len(edits) == 3
    # The clock that dates these runs on between an edit's being sent and its being written down.
    assert all(later - earlier > 4.5 for earlier, later in pairwise(edits))


async def test_a_claim_and_the_same_again(play_sqlite: Play) -> None:
    """The code comes by alert and by a whisper with a copy button; another tap shows the same code."""
    stage = await play_sqlite()
    ana, ben = stage.fan("Ana"), stage.fan("Ben", "zh")
    card = await stage.drop()
    public = [m for m in stage.telegram.messages(stage.group) if m.sender is stage.bot]
    press = ana.presses(card, "claim")
    whisper = await stage.whisper(ana, after=press)
    answer = await press.answered()
    code = code_in(answer.text)
    assert answer.show_alert
    assert code in whisper.text
    assert [button.copy_text for button in whisper.buttons] == [code]
    assert whisper not in ben.sees(stage.group)
    again = await ana.presses(card, "claim").answered()
    assert code_in(again.text) == code
    assert "already got it" in again.text
    assert await claim(stage, ben, card) != code
    mine = await stage.ask(ana, "/coupons")
    assert code in mine.text
    assert "No coupons yet" in (await stage.ask(stage.fan("Eve"), "my coupons")).text
    assert [m for m in stage.telegram.messages(stage.group) if m.sender is stage.bot] == public


async def test_a_drop_closes_at_its_time(play_sqlite: Play) -> None:
    """The card says by itself that it is over, and a tap that comes later is refused kindly."""
    stage = await play_sqlite(language="en")
    ana = stage.fan("Ana")
    card = await stage.drop("title=Scarf stock=5 closes=+10m")
    old = label(card).callback_data or ""
    waiting = asyncio.create_task(edit_of(stage, card))
    await asyncio.sleep(0)
    stage.telegram.clock.advance(10 * MINUTE + 1)
    await waiting
    assert "over" in card.text
    assert label(card).disabled
    late = await ana.forges(stage.group, card, old).answered()
    assert "is over" in late.text
    shown = await stage.ask(stage.owner, "/coupon 1")
    assert "Drop 1: Scarf · over" in shown.text


async def test_a_drop_opens_at_its_time(play_sqlite: Play) -> None:
    """A drop for later hangs its card when it opens, not before."""
    stage = await play_sqlite(language="en")
    said = stage.owner.says(stage.group, "/newcoupon title=Scarf stock=5 opens=+2h closes=+3h")
    made = await stage.whisper(stage.owner, after=said)
    assert "when it opens" in made.text
    await stage.all_sent()
    stage.telegram.clock.advance(HOUR)
    assert "not open yet" in (await stage.ask(stage.owner, "/coupon 1")).text
    assert not any(is_card(message) for message in stage.telegram.messages(stage.group))
    stage.telegram.clock.advance(HOUR + 1)
    card = await stage.owner.waits_for(stage.group, is_card, timeout=10)
    assert "5 of 5 left" in card.text
    await claim(stage, stage.fan("Ana"), card)


async def test_staff_look_at_a_drop(play_sqlite: Play) -> None:
    """`/coupon 1` tells how many were claimed and used."""
    stage = await play_sqlite(language="en")
    card = await stage.drop('title="Silk <b>" stock=3 price=0')
    code = await claim(stage, stage.fan("Ana"), card)
    await stage.ask(stage.owner, f"/redeem {code}")
    shown = (await stage.ask(stage.owner, "/coupon #1")).text
    assert "Drop 1: Silk <b> · open" in shown
    assert "1 of 3 claimed, 1 used" in shown
    assert "no drop 7" in (await stage.ask(stage.owner, "/coupon 7")).text


async def test_a_price_in_coins(play_sqlite: Play) -> None:
    """A drop with a price is paid by coins, and refused to who has too few."""
    stage = await play_sqlite(language="en")
    ana, ben = stage.fan("Ana"), stage.fan("Ben")
    await stage.ask(ana, "/checkin")
    card = await stage.drop("title=Scarf stock=5 price=4")
    assert "4 coins" in card.text
    press = ana.presses(card, "claim")
    assert "you have 1 coin left" in (await stage.whisper(ana, after=press)).text
    assert "is 4 coins and you have 0 coins" in (await ben.presses(card, "claim").answered()).text
    books = await stage.books()
    assert (books.sound, books.held_by_fans) == (True, 1)


async def test_cancelling_refunds(play: Play) -> None:
    """`/coupon 1 cancel` voids what is held, gives the coins back, and the card says so."""
    stage = await play(language="en")
    ana, ben = stage.fan("Ana"), stage.fan("Ben")
    await stage.ask(ana, "/checkin")
    card = await stage.drop("title=Scarf stock=5 price=5")
    old = label(card).callback_data or ""
    code = await claim(stage, ana, card)
    # The claim's own edit may come only now.
    waiting = asyncio.create_task(edit_of(stage, card, "had to cancel"))
    done = await stage.ask(stage.owner, "/coupon 1 cancel")
    assert "1 unused coupon is void" in done.text
    assert "5 coins" in done.text
    await waiting
    assert "had to cancel" in card.text
    assert label(card).disabled
    assert (await stage.books()).held_by_fans == 5
    assert "took Scarf back" in (await ben.forges(stage.group, card, old).answered()).text
    assert "Scarf (cancelled)" in (await stage.ask(ana, "/coupons")).text
    assert "can't be used" in (await stage.ask(stage.owner, f"/redeem {code}")).text
    assert "is already cancelled" in (await stage.ask(stage.owner, "/coupon 1 cancel")).text


async def test_redeeming_at_the_till(play: Play) -> None:
    """A code is honoured once however it is typed, and its use can be taken back by button."""
    stage = await play(language="en")
    ana = stage.fan("Ana")
    card = await stage.drop()
    code = await claim(stage, ana, card)
    done = await stage.ask(stage.owner, f"/redeem {code.lower().replace('-', ' ')}")
    assert "Marked as used" in done.text
    assert "Ana" in done.text
    assert "already used" in (await stage.ask(stage.owner, f"/redeem {code}")).text
    assert "already used" in (await ana.presses(card, "claim").answered()).text
    undone = await stage.owner.presses(done, "undo").answered()
    assert "can be used again" in undone.text
    assert "Marked as used" in (await stage.ask(stage.owner, f"/redeem {code}")).text
    swapped = code[1] + code[0] + code[2:] if code[0] != code[1] else "2" + code[1:]
    assert "doesn't add up" in (await stage.ask(stage.owner, f"/redeem {swapped}")).text


async def test_a_shared_code_at_the_till(play_sqlite: Play) -> None:
    """A shared code needs to know whose coupon is meant, and is refused for who has none."""
    stage = await play_sqlite(language="en")
    ana = stage.telegram.add_user("Ana", username="Ana_Silk")
    ben = stage.telegram.add_user("Ben", username="ben")
    ana.joins(stage.group)
    ben.joins(stage.group)
    card = await stage.drop("title=Scarf stock=5 code=silk20")
    assert "tell me whose" in (await stage.ask(stage.owner, "/redeem silk20")).text
    assert await claim(stage, ana, card) == "SILK20"
    (listed,) = (await stage.ask(stage.owner, "/redeem silk20")).buttons
    assert listed.text.startswith("Ana · ")
    spoken = ben.says(stage.group, "I have one too")
    said = stage.owner.says(stage.group, "/redeem SILK20", reply_to=spoken)
    assert "Ben has no coupon" in (await stage.whisper(stage.owner, after=said)).text
    assert "Marked as used" in (await stage.ask(stage.owner, "/redeem SILK20 @ana_silk")).text
    assert "already used" in (await stage.ask(stage.owner, "/redeem silk20 @Ana_Silk")).text
    taken = await stage.ask(stage.owner, "/newcoupon title=Hat stock=5 code=SILK20")
    assert "Drop 1 is still running" in taken.text


async def test_undoing_a_drop(play_sqlite: Play) -> None:
    """The button and `/undo` take a fresh drop back; once somebody has claimed, neither does."""
    stage = await play_sqlite(language="en")
    for way in ("button", "command"):
        said = stage.owner.says(stage.group, "/newcoupon title=Scarf stock=5")
        made = await stage.whisper(stage.owner, after=said)
        card = await stage.owner.waits_for(stage.group, is_card, after=said)
        waiting = asyncio.create_task(edit_of(stage, card))
        await asyncio.sleep(0)
        data = made.buttons[0].callback_data or ""
        if way == "button":
            text = (await stage.owner.presses(made, "undo").answered()).text
            again = stage.owner.forges(stage.group, made, data)
            assert "taken back already" in (await again.answered()).text
        else:
            text = (await stage.ask(stage.owner, "/undo")).text
        assert "Scarf is down" in text
        await waiting
        assert label(card).disabled
    said = stage.owner.says(stage.group, "/newcoupon title=Hat stock=5")
    made = await stage.whisper(stage.owner, after=said)
    card = await stage.owner.waits_for(stage.group, is_card, after=said)
    await claim(stage, stage.fan("Ana"), card)
    assert "already claimed" in (await stage.owner.presses(made, "undo").answered()).text
    assert "already claimed" in (await stage.ask(stage.owner, "/undo")).text


async def test_undoing_a_cancellation(play_sqlite: Play) -> None:
    """A drop that nobody had claimed can be opened again after it was cancelled, and its card lives on."""
    stage = await play_sqlite(language="en")
    card = await stage.drop("title=Scarf stock=5")
    waiting = asyncio.create_task(edit_of(stage, card))
    gone = await stage.ask(stage.owner, "/coupon 1 cancel")
    await waiting
    waiting = asyncio.create_task(edit_of(stage, card))
    await asyncio.sleep(0)
    assert "open again" in (await stage.owner.presses(gone, "undo").answered()).text
    await waiting
    await claim(stage, stage.fan("Ana"), card)


async def test_undoing_settings(play_sqlite: Play) -> None:
    """`/setup` answers with what changed and can be taken back; only the owner changes it."""
    stage = await play_sqlite(language="en")
    done = await stage.ask(stage.owner, '/setup shop="Silk & <b>" coin=petals language=zh timezone=Asia/Tokyo')
    assert "Shop: Silk & <b>" in done.text
    assert "petals" in (await stage.ask(stage.fan("Ana"), "/checkin")).text
    await stage.owner.presses(done, "undo").answered()
    assert "Shop shop: Silk room" in (await stage.ask(stage.owner, "/setup")).text
    assert "5 coins" in (await stage.ask(stage.fan("Ben"), "/checkin")).text


async def test_several_a_fan(play_sqlite: Play) -> None:
    """With `limit=2` a fan gets two different codes, then the last one again."""
    stage = await play_sqlite(language="en")
    ana = stage.fan("Ana")
    card = await stage.drop("title=Scarf stock=5 limit=2")
    assert "up to 2 each" in card.text
    first, second = await claim(stage, ana, card), await claim(stage, ana, card)
    assert first != second
    again = await ana.presses(card, "claim").answered()
    assert code_in(again.text) == second


async def test_a_press_on_somebody_elses_whisper(play_sqlite: Play) -> None:
    """A forged undo by a fan is refused and changes nothing."""
    stage = await play_sqlite(language="en")
    ana = stage.fan("Ana")
    said = stage.owner.says(stage.group, "/newcoupon title=Scarf stock=5")
    made = await stage.whisper(stage.owner, after=said)
    card = await stage.owner.waits_for(stage.group, is_card, after=said)
    press = ana.forges(stage.group, card, made.buttons[0].callback_data or "")
    assert "for the shop's staff" in (await press.answered()).text
    await claim(stage, ana, card)
