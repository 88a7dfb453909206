"""How a drop, a raffle and a packet end that nobody took: kindly, and with no word of what nobody lost."""

import pytest

from tests.bot.conftest import Play
from tests.bot.coupons.test_coupons import claim
from tests.bot.raffles.test_rounds import UNHURRIED
from tests.bot.streams.test_streams import HOUR, has_button

SORRY = {"ko": "죄송", "zh": "不好意思", "en": "Sorry"}
VOID = {"ko": "무효", "zh": "作废", "en": "void"}
THANKS = {"ko": "고마워요", "zh": "谢谢", "en": "Thanks"}
MORE = {"ko": "다음 쿠폰도", "zh": "下一张", "en": "The next one"}


@pytest.mark.parametrize("language", ["ko", "zh", "en"])
async def test_what_nobody_took_ends_kindly(play_sqlite: Play, language: str) -> None:
    """Taken back or over, a drop that nobody claimed regrets nothing; one that was claimed says what becomes of it."""
    stage = await play_sqlite(language=language, pacing=UNHURRIED)
    undone = await stage.drop("title=Satin stock=5 price=30")
    await stage.ask(stage.owner, "/undo")
    over = await stage.drop("title=Linen stock=5 closes=+1h")
    claimed = await stage.drop("title=Velvet stock=5")
    await claim(stage, stage.fan("Ana", language), claimed)
    await stage.ask(stage.owner, "/coupon 3 cancel")
    stage.telegram.clock.advance(HOUR)
    await stage.all_sent()
    for card in (undone, over):
        assert MORE[language] in card.text
        for word in (SORRY, VOID, THANKS):
            assert word[language] not in card.text, card.text
    assert SORRY[language] in claimed.text
    assert VOID[language] in claimed.text


@pytest.mark.parametrize("language", ["ko", "zh", "en"])
async def test_so_do_raffles_and_packets(play_sqlite: Play, language: str) -> None:
    """A raffle that nobody entered is taken down without regret; of a packet that nobody opened no noughts are told."""
    stage = await play_sqlite(language=language, pacing=UNHURRIED)
    stage.owner.says(stage.group, "/newraffle prize=Scarf closes=+30m ticket=5")
    raffle = await stage.owner.waits_for(stage.group, lambda m: has_button(m, "enter:"), timeout=10)
    await stage.ask(stage.owner, "/raffle 1 cancel")
    stage.owner.says(stage.group, "/redpacket 100 5")
    packet = await stage.owner.waits_for(stage.group, lambda m: has_button(m, "packet:"), timeout=10)
    stage.telegram.clock.advance(25 * HOUR)
    await stage.owner.waits_for(stage.group, lambda m: m is packet and has_button(m, "packetcheck:"), timeout=10)
    assert SORRY[language] not in raffle.text
    assert "🎟" in raffle.text
    assert "0" not in packet.text.partition("\n")[2].partition("\n")[0]
    assert (await stage.books()).sound
