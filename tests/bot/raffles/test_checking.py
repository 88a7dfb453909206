"""A fan checks a raffle inside Telegram: two taps, in three languages, and the files for who believes nobody."""

import json
from functools import partial

import pytest

from bot.rules.raffles.proofs import check_proof
from sandbox import Message, Person
from tests.bot.conftest import Play, Stage
from tests.bot.raffles.test_raffles import drawn, opened
from tests.features.packets.table import change

SHOP = "https://shop.example"
NAMES = ("Ana", "Ben", "Eve")
SAYS = {
    "en": ("just as announced", "The shop's own computer did this", "unchanged, 3 entries"),
    "ko": ("발표와 똑같아요", "이 가게의 컴퓨터가 했어요", "명단 3명 그대로"),
    "zh": ("和公布的结果完全一样", "店里的电脑算的", "名单 3 人没变"),
}
WRONG = {"en": "something doesn't fit", "ko": "맞지 않는 것이 있어요", "zh": "有地方对不上"}


async def raffle(stage: Stage) -> tuple[list[Person], Message, Message]:
    """Three enter, and one is drawn: the fans, the card, the proof."""
    fans = [stage.fan(name) for name in NAMES]
    card = await opened(stage, "prize=Scarf closes=+30m")
    for fan in fans:
        await fan.presses(card, "enter").answered()
    return fans, card, await drawn(stage, card)


async def whispered(fan: Person, stage: Stage, message: Message, button: str, shows: str) -> Message:
    """What a press tells the fan alone."""
    press = fan.presses(message, button)
    return await fan.waits_for(stage.group, lambda m: m.only_for is fan and shows in m.text, timeout=10, after=press)


def is_file(name: str, message: Message) -> bool:
    """Whether it brings the file of this name."""
    return message.file is not None and message.file.name == name


@pytest.mark.parametrize("language", SAYS)
async def test_a_raffle_is_checked_in_two_taps(play_sqlite: Play, language: str) -> None:
    """One tap on the card computes it; the next one leads to the page. It says whose computer that was."""
    stage = await play_sqlite(language="en", metrics_port=9108, public_url=SHOP)
    fans, card, proof = await raffle(stage)
    assert proof.file is not None
    told = json.loads(proof.file.content)
    reader = stage.fan("Cho", language=language)
    press = reader.presses(card, "drawcheck")
    found = await reader.waits_for(
        stage.group, lambda m: m.only_for is reader and SAYS[language][0] in m.text, timeout=10, after=press
    )
    for words in SAYS[language]:
        assert words in found.text
    assert told["list_hash"] in found.text
    assert f"{NAMES[told['winners'][0] - 1]}" in found.text
    assert any(one["type"] == "expandable_blockquote" for one in found.entities)
    links = [button.url for button in found.buttons if button.url is not None]
    assert len(links) == 1
    assert links[0].startswith(SHOP + "/draws/1/" + told["commitment"][:32])
    again = await whispered(fans[0], stage, proof, "drawcheck", "computer")
    assert told["list_hash"] in again.text


@pytest.mark.parametrize("language", WRONG)
async def test_a_changed_list_is_called_so(play_sqlite: Play, language: str) -> None:
    """Somebody changed a row after the draw: the answer names the list, and promises nothing."""
    stage = await play_sqlite(language="en")
    _, card, _ = await raffle(stage)
    await stage.app.db.write(change, f"UPDATE raffle_entry SET seal = '{'0' * 64}' WHERE number = 2")  # noqa: S608  # ours
    reader = stage.fan("Cho", language=language)
    press = reader.presses(card, "drawcheck")
    found = await reader.waits_for(
        stage.group, lambda m: m.only_for is reader and WRONG[language] in m.text, timeout=10, after=press
    )
    assert SAYS[language][0] not in found.text
    assert WRONG[language] in (await press.answered()).text


async def test_files_come_in_private(play_sqlite: Play) -> None:
    """The proof and the page; who never wrote to the bot opens the chat by a button, and has them then."""
    stage = await play_sqlite(language="en")
    fans, card, proof = await raffle(stage)
    assert proof.file is not None
    found = await whispered(fans[0], stage, card, "drawcheck", "announced")
    door = await whispered(fans[0], stage, found, "drawfiles", "private chat")
    (link,) = [button.url for button in door.buttons if button.url is not None]
    assert link.endswith("start=drawfiles_1_1")
    chat = stage.bot
    start = fans[0].starts(stage.bot, "drawfiles_1_1")
    files: dict[str, bytes] = {}
    for name in ("encore-draw-1.json", "encore-verify.html"):
        message = await fans[0].waits_for(
            chat,
            partial(is_file, name),
            timeout=10,
            after=start,
        )
        assert message.file is not None
        files[name] = message.file.content
    assert files["encore-draw-1.json"] == proof.file.content
    assert check_proof(files["encore-draw-1.json"].decode()).faults == ()
    assert b"encore-packet/" in files["encore-verify.html"]


async def test_before_the_draw_and_forged_presses(play_sqlite: Play) -> None:
    """Each is told kindly what is the matter."""
    stage = await play_sqlite(language="en")
    ana = stage.fan("Ana")
    card = await opened(stage, "prize=Scarf closes=+30m")
    for data, told in (
        ("drawcheck:1", "once it's drawn"),
        ("drawfiles:1", "once it's drawn"),
        ("drawcheck:99", "no such raffle"),
        ("drawfiles:x", "no such raffle"),
        ("drawcheck:", "no such raffle"),
    ):
        assert told in (await ana.forges(stage.group, card, data).answered()).text, data
