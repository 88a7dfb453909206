"""Red packets as fans and staff meet them: the card, taps, the draw at its time, and taking back."""

import asyncio
import re
from functools import partial
from urllib.parse import urlsplit

from bot.rules.packets.proofs import check_packet_proof
from sandbox import Message, Person
from tests.bot.conftest import Play, Stage
from tests.bot.raffles.test_draw_pages import served
from tests.bot.test_web import get
from tests.features.packets.table import change

MINUTE = 60.0
DAY = 86_400.0
GOT = re.compile(r"^([\d,]+) coins? for you")


def is_packet(message: Message) -> bool:
    """Whether it is a packet's card."""
    return any((button.callback_data or "").startswith("packet:") for button in message.buttons)


async def opens(stage: Stage, line: str, who: Person | None = None) -> tuple[Message, Message]:
    """Somebody opens a packet: what they hear, and the card."""
    opener = who or stage.owner
    said = opener.says(stage.group, f"/redpacket {line}")
    heard = await stage.whisper(opener, after=said)
    card = await opener.waits_for(stage.group, lambda m: m.only_for is None and is_packet(m), timeout=10, after=said)
    return heard, card


async def tap(fan: Person, card: Message) -> str:
    """Tap the card; what the pop-up says."""
    return (await fan.presses(card, card.buttons[0].text).answered(20)).text or ""


async def becomes(stage: Stage, card: Message, shows: str, seconds: float) -> None:
    """Let time pass; the card shows something new."""
    waiting = asyncio.create_task(
        stage.telegram.waits_for_event(
            lambda e: e.kind == "edit" and e.message is card and shows in card.text, timeout=20
        )
    )
    await asyncio.sleep(0)
    stage.telegram.clock.advance(seconds)
    await waiting


async def test_a_fair_packet_from_its_opening_to_the_proof(play: Play) -> None:
    """More fans than shares: all are in, the draw picks at its time, each learns theirs, and it can be checked."""
    stage = await play(language="en")
    fans = stage.fans(6)
    heard, card = await opens(stage, "100 3")
    assert "same chance" in heard.text
    assert "100 coins in 3 shares" in card.text
    sealed = re.search(r"[0-9a-f]{64}", card.text)
    assert sealed is not None
    answers = await asyncio.gather(*(tap(fan, card) for fan in fans))
    assert all("You're in" in one or "참여했어요" in one for one in answers)
    assert not any(is_packet(m) and m is not card for m in stage.telegram.messages(stage.group))
    await becomes(stage, card, "All gone", MINUTE + 4)
    assert "6 came for 3" in card.text
    assert sealed.group() in card.text
    again = [await tap(fan, card) for fan in fans]
    assert sum("받으셨어요" in one for one in again) == 3
    assert sum("빠졌어요" in one for one in again) == 3
    press = stage.owner.presses(card, "Check")
    proof = await stage.whisper(stage.owner, after=press)
    assert sealed.group() in proof.text
    books = await stage.books()
    assert (books.sound, books.held_by_fans) == (True, 100)
    undone = await stage.owner.presses(heard, "Undo").answered(10)
    assert "already tapped" in undone.text


def is_file(name: str, message: Message) -> bool:
    """Whether it brings the file of this name."""
    return message.file is not None and message.file.name == name


CHECKED = {
    "en": ("it was shared out just like that", "The shop's own computer did this"),
    "ko": ("나눈 그대로예요", "이 가게의 컴퓨터가 했어요"),
    "zh": ("和发的完全一样", "店里的电脑算的"),
}


async def test_a_packet_is_computed_again_in_three_languages(play_sqlite: Play) -> None:
    """One tap computes it and says whose computer did; the next leads to the page. A changed row is called so."""
    stage = await play_sqlite(language="en", metrics_port=9108, public_url="https://shop.example")
    fans = [stage.fan(f"Fan {number}") for number in range(3)]
    _, card = await opens(stage, "50 3 rush")
    for fan in fans:
        await tap(fan, card)
    await becomes(stage, card, "All gone", 6)
    link = ""
    for language, words in CHECKED.items():
        reader = stage.fan(f"Reader {language}", language=language)
        told = await stage.whisper(reader, after=reader.presses(card, "packetcheck"))
        assert all(one in told.text for one in words), told.text
        (link,) = [button.url for button in told.buttons if button.url is not None]
        assert link.startswith("https://shop.example/packets/1/")
    door = await stage.whisper(fans[0], after=fans[0].forges(stage.group, card, "packetfiles:1"))
    (start,) = [button.url for button in door.buttons if button.url is not None]
    assert start.endswith("start=packetfiles_1_1")
    opened = fans[0].starts(stage.bot, "packetfiles_1_1")
    for name in ("encore-packet-1.json", "encore-verify.html"):
        await fans[0].waits_for(
            stage.bot,
            partial(is_file, name),
            timeout=10,
            after=opened,
        )
    async with served(stage) as port:
        path = urlsplit(link).path
        status, proof = await get(port, path + "proof.json")
        assert status == 200
        assert check_packet_proof(proof).faults == ()
        assert 'data-proof="proof.json"' in (await get(port, path))[1]
        assert (await get(port, path[:-3] + "xx/"))[0] == 404
        assert (await get(port, path.replace("/packets/1/", "/packets/2/")))[0] == 404


async def test_a_share_that_was_changed_is_called_so(play_sqlite: Play) -> None:
    """Somebody changed what a share was worth: the check says so and vouches for nothing."""
    stage = await play_sqlite(language="en")
    _, card = await opens(stage, "50 2 rush")
    for fan in (stage.fan("Ana"), stage.fan("Ben")):
        await tap(fan, card)
    await becomes(stage, card, "All gone", 6)
    await stage.app.db.write(change, "UPDATE packet_share SET coins = coins + 1 WHERE nth = 1")
    reader = stage.fan("Cho")
    told = await stage.whisper(reader, after=reader.presses(card, "packetcheck"))
    assert "something doesn't fit" in told.text
    assert "own computer" not in told.text


async def test_a_rush_is_first_come(play_sqlite: Play) -> None:
    """Each tap takes a share at once, the card counts down, the last one names the luckiest; nobody is paid twice."""
    stage = await play_sqlite(language="en")
    fans = [stage.fan(f"Fan {number}") for number in range(4)]
    _, card = await opens(stage, "50 3 rush")
    assert "First come" in card.text
    got = []
    for fan in fans[:3]:
        found = GOT.match(await tap(fan, card))
        assert found is not None
        got.append(int(found.group(1)))
    assert sum(got) == 50
    assert "Just gone" in await tap(fans[3], card)
    assert f"You got {got[0]} coin" in await tap(fans[0], card)
    await becomes(stage, card, "All gone", 6)
    assert f"Luckiest: Fan {got.index(max(got))}" in card.text
    assert (await stage.books()).held_by_fans == 50


async def test_what_nobody_opens_goes_back(play_sqlite: Play) -> None:
    """After a day the card says so, and the shop has its coins again; a late tap hears it kindly."""
    stage = await play_sqlite(language="en")
    ana = stage.fan("Ana")
    _, card = await opens(stage, "50 5 rush")
    assert GOT.match(await tap(ana, card))
    old = card.buttons[0].callback_data or ""
    await becomes(stage, card, "Its day is over: 1 of 5 opened", DAY + 1)
    late = await stage.fan("Ben").forges(stage.group, card, old).answered()
    assert "day is over" in late.text
    assert (await stage.books()).sound


async def test_taking_a_packet_back(play_sqlite: Play) -> None:
    """While nobody has tapped, the undo button takes it back: its coins return and the card says so."""
    stage = await play_sqlite(language="en")
    heard, card = await opens(stage, "100 10")
    old = card.buttons[0].callback_data or ""
    waiting = asyncio.create_task(
        stage.telegram.waits_for_event(lambda e: e.kind == "edit" and e.message is card, timeout=15)
    )
    await asyncio.sleep(0)
    assert "closed and its coins are back" in (await stage.owner.presses(heard, "Undo").answered(10)).text
    await waiting
    assert "taken back" in card.text
    assert "took this one back" in (await stage.fan("Ana").forges(stage.group, card, old).answered()).text


async def test_lines_that_cant_be_a_packet(play_sqlite: Play) -> None:
    """Each mistake has its kind sentence, and nothing hangs afterwards."""
    stage = await play_sqlite(language="en")
    wrong = {
        "": "still need coins",
        "1000": "still need shares",
        "many 20": "whole number",
        "1000000 20": "from 1 to 100,000",
        "5000 2001": "from 1 to 2,000",
        "5 20": "each holds at least one",
        "1000 20 30": "where 30 belongs",
        "1000 20 fresh=soon": "length of time",
        "1000 0": "from 1 to 2,000",
    }
    for line, hint in wrong.items():
        assert hint in (await stage.ask(stage.owner, f"/redpacket {line}")).text, line
    assert not any(is_packet(m) for m in stage.telegram.messages(stage.group))


async def test_a_fan_gives_where_the_shop_lets_fans(play_sqlite: Play) -> None:
    """Off at first; switched on it asks for a week and a tier; forged presses reach nothing."""
    stage = await play_sqlite(language="en")
    ana = stage.fan("Ana")
    assert "for the shop's staff" in (await stage.ask(ana, "/redpacket 10 2")).text
    assert "fans too" in (await stage.ask(stage.owner, "/setup packets=fans")).text
    assert "once you've been here 7 days" in (await stage.ask(ana, "/redpacket 10 2")).text
    _, card = await opens(stage, "10 2 rush")
    for data in ("packet:", "packet:x", "packet:99999", f"packet:{2**70}", "packetcheck:99999"):
        assert "no such packet" in (await ana.forges(stage.group, card, data).answered()).text
    assert "once all is handed out" in (await ana.forges(stage.group, card, "packetcheck:1").answered()).text


async def test_a_crowd_in_a_rush(play: Play) -> None:
    """Three hundred fans tap a packet of forty at once: forty shares, everybody answered, the group stays quiet."""
    stage = await play()
    fans = stage.fans(300)
    await stage.settled()
    _, card = await opens(stage, "1000 40 rush")
    public = len(stage.telegram.messages(stage.group))
    presses = [fan.presses(card, card.buttons[0].text) for fan in fans]
    answers = await asyncio.gather(*(press.answered(timeout=60) for press in presses))
    assert sum("받았어요" in (one.text or "") for one in answers) == 40
    assert sum("모두 나갔어요" in (one.text or "") for one in answers) == 260
    assert len(stage.telegram.messages(stage.group)) == public
    await becomes(stage, card, "모두 나갔어요", 6)
    books = await stage.books()
    assert (books.sound, books.held_by_fans) == (True, 1000)
