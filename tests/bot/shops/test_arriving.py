"""The bot comes to a group: greetings, missing rights, faults, and coming back."""

import pytest

from sandbox import Rights
from tests.bot.conftest import Play
from tests.bot.shops.rooms import comes_to, is_greeting, of_bot, shop_of
from tests.bot.speech import speaks


@pytest.mark.parametrize("language", ["ko", "zh", "en"])
async def test_a_greeting(play_sqlite: Play, language: str) -> None:
    """In the owner's language, with one tap to private chat; with every right nothing is asked for."""
    stage = await play_sqlite(language=language)
    (greeting,) = of_bot(stage, stage.group)
    assert speaks(greeting.text.replace("打卡", ""), language)
    assert [button.url for button in greeting.buttons] == ["https://t.me/encore_test_bot?start=setup_1"]
    assert speaks(greeting.buttons[0].text, language)


@pytest.mark.parametrize(
    ("rights", "named", "unnamed"),
    [
        (None, ("administrator", "privacy mode"), ("pin messages",)),
        (Rights(can_invite_users=True), ("pin messages", "delete messages", "manage tags"), ("administrator (",)),
        (Rights.full(), (), ("please let me",)),
    ],
)
async def test_a_greeting_names_what_is_missing(
    play_sqlite: Play, rights: Rights | None, named: tuple[str, ...], unnamed: tuple[str, ...]
) -> None:
    """Each right with its reason; what is there, or comes with another, isn't asked for."""
    stage = await play_sqlite(rights=rights, language="en")
    (greeting,) = of_bot(stage, stage.group)
    assert all(part in greeting.text for part in named), greeting.text
    assert not any(part in greeting.text for part in unnamed), greeting.text


async def test_a_bot_that_reads_everything(play_sqlite: Play) -> None:
    """With privacy mode off only the administrator's rights are asked for."""
    stage = await play_sqlite(language="en")
    stage.bot.reads_all = True
    group = await comes_to(stage, stage.owner, "Second")
    greeting = await stage.owner.waits_for(group, is_greeting, timeout=10)
    assert "make me an administrator" in greeting.text
    assert "privacy mode" not in greeting.text


async def test_rights_that_change_later(play_sqlite: Play) -> None:
    """No second greeting; `/setup` tells how it is now, asked of Telegram each time."""
    stage = await play_sqlite(rights=None, language="en")
    stage.owner.starts(stage.bot)
    await stage.owner.waits_for(stage.bot, lambda m: m.sender is stage.bot, timeout=10)

    async def setup() -> str:
        said = stage.owner.says(stage.group, "/setup")
        there = stage.group if stage.group.is_administrator(stage.bot) else stage.bot
        answer = await stage.owner.waits_for(there, lambda m: "persona" in m.text, timeout=10, after=said)
        return answer.text

    assert "Be an administrator" in await setup()
    stage.owner.promotes(stage.bot, stage.group, Rights(can_invite_users=True))
    await stage.settled()
    text = await setup()
    assert "Pin messages" in text
    assert "Invite users" not in text
    stage.owner.promotes(stage.bot, stage.group, Rights.full())
    await stage.settled()
    assert "still need" not in await setup()
    stage.owner.promotes(stage.bot, stage.group, None)
    await stage.all_sent()
    assert "Be an administrator" in await setup()
    assert len([m for m in of_bot(stage, stage.group) if is_greeting(m)]) == 1


async def test_a_greeting_that_meets_faults(play_sqlite: Play) -> None:
    """It is promised with the arrival: refused, cut or killed, it is said in the end."""
    stage = await play_sqlite(language="en")
    fault = stage.telegram.faults.error("sendMessage", times=4)
    group = await comes_to(stage, stage.owner, "Second")
    await stage.owner.waits_for(group, is_greeting, timeout=30)
    assert fault.times == 0
    await stage.all_sent()
    assert len(of_bot(stage, group)) == 1


async def test_removed_and_added_again(play_sqlite: Play) -> None:
    """Back again it is the same shop, whoever brings it, and it greets afresh."""
    stage = await play_sqlite(language="en")
    ana = stage.fan("Ana")
    stage.owner.removes(stage.bot, stage.group)
    await stage.settled()
    stage.telegram.clock.advance(60)
    ana.adds(stage.bot, stage.group)
    await stage.owner.waits_for(stage.group, lambda m: is_greeting(m) and m.message_id > 3, timeout=10)
    assert await shop_of(stage, stage.group) == "Silk room"
    assert len(of_bot(stage, stage.group)) == 2
