"""Rules that give tags, as staff meet them."""

from tests.bot.conftest import Play
from tests.features.scene import query

RULE = '/tagrule tag=scarf when=claimed times=1 of="scarf"'


async def test_a_rule_from_its_line_to_its_end(play: Play) -> None:
    """Made by a line, seen with how many have it, removed by a button that asks about the tags."""
    stage = await play(language="en")
    owner, ana = stage.owner, stage.fan("Ana")
    card = await stage.drop('title="Silk scarf" stock=5')
    ana.presses(card, "Claim")
    await stage.settled()
    owner.starts(stage.bot)
    owner.says(stage.bot, RULE)
    await stage.settled()
    chat = owner.chat_with(stage.bot)
    assert "Rule made" in chat.messages[-1].text
    await stage.app.jobs.tick()
    owner.says(stage.bot, "/tagrule")
    await stage.settled()
    shown = chat.messages[-1]
    assert "1 coupon claimed with “scarf” in the name · 1 fan" in shown.text
    owner.presses(shown, "1. scarf")
    await stage.settled()
    assert "What about those tags?" in shown.text
    owner.presses(shown, "Remove both")
    await stage.settled()
    await stage.app.jobs.tick()
    assert "is gone" in shown.text
    assert await query(stage.app.db, "SELECT count(*) FROM fan_tag") == [(0,)]


async def test_bad_rules_get_one_kind_sentence(play_sqlite: Play) -> None:
    """What is missing, no tag, an unknown kind, a title where there is none."""
    stage = await play_sqlite(language="en")
    owner = stage.owner
    owner.starts(stage.bot)
    await stage.settled()
    chat = owner.chat_with(stage.bot)
    for line, said in (
        ("tag=scarf", "when"),
        ("tag=!!! when=claimed", "one word of letters"),
        ("tag=scarf when=dreamt", "claimed"),
        ("tag=scarf when=checkin of=silk", "have no name"),
        ("tag=scarf when=claimed times=0", "1"),
    ):
        owner.says(stage.bot, f"/tagrule {line}")
        await stage.settled()
        assert said in chat.messages[-1].text, line
