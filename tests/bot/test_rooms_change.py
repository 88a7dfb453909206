"""What becomes of groups: one turns into a supergroup, one is left, one is come to while Telegram fails."""

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.store.tables import Card, FanGroup, Outbox
from sandbox import Call, Chat, Rights
from tests.bot.conftest import Play, Stage, is_card
from tests.bot.counting import count, due, until
from tests.bot.speech import code_in


def calls_to(stage: Stage, chat: Chat, mark: int) -> list[Call]:
    """Calls that named this chat, after the first `mark` ones."""
    return [call for call in stage.telegram.calls[mark:] if call.params.get("chat_id") == chat.id]


async def chats_of(stage: Stage) -> list[tuple[int, bool]]:
    """The groups on record, and whether the bot has left them."""

    def read(session: Session) -> list[tuple[int, bool]]:
        rows = session.execute(select(FanGroup).order_by(col(FanGroup.id))).scalars()
        return [(row.chat_id, row.left_at is not None) for row in rows]

    return await stage.app.db.read(read)


async def test_a_group_that_becomes_a_supergroup_is_followed(play_sqlite: Play) -> None:
    """Its id changes: the card is hung anew, coins and coupons stay, fans go on."""
    stage = await play_sqlite(kind="group", language="en")
    ana, ben = stage.fan("Ana"), stage.fan("Ben")
    card = await stage.drop("title=Scarf stock=5 closes=+2h")
    code = code_in((await ana.presses(card, "claim").answered()).text)
    await stage.ask(ana, "/checkin")
    new = stage.telegram.upgrade(stage.group)
    hung = await ana.waits_for(new, is_card, timeout=10)
    assert "4 of 5 left" in hung.text
    assert await chats_of(stage) == [(new.id, False)]
    assert code_in((await ana.presses(hung, "claim").answered()).text) == code
    assert code_in((await ben.presses(hung, "claim").answered()).text) != code
    ben.says(new, "출석")
    await ben.waits_for(new, lambda m: m.only_for is ben and "5 coins" in m.text, timeout=10)
    stage.telegram.clock.advance(7201)
    await ana.waits_for(new, lambda m: m is hung and "over" in m.text, timeout=10)
    await stage.settled()
    assert await count(stage, Card) == 1
    assert (await stage.books()).held_by_fans == 10


async def test_an_upgrade_that_is_learnt_by_a_refusal(play: Play) -> None:
    """A card that was promised to the old id is hung in the new group, and what waits to be deleted there isn't."""
    stage = await play(kind="group", rights=None, language="en")
    ana = stage.fan("Ana")
    said = ana.says(stage.group, "/checkin")
    await ana.waits_for(stage.group, lambda m: "5 coins" in m.text, timeout=10, after=said)
    said = stage.owner.says(stage.group, "/newcoupon title=Scarf stock=5 opens=+10m")
    await stage.owner.waits_for(stage.group, lambda m: "Scarf" in m.text and m is not said, timeout=10, after=said)
    await stage.settled()
    new = stage.telegram.upgrade(stage.group)
    stage.bot.queue.drop()
    mark = len(stage.telegram.calls)
    stage.telegram.clock.advance(601)
    hung = await ana.waits_for(new, is_card, timeout=10)
    assert "5 of 5 left" in hung.text
    assert await chats_of(stage) == [(new.id, False)]
    await until(stage, lambda: count(stage, Outbox, col(Outbox.state).in_(("waiting", "sending"))), 0)
    assert [call.method for call in calls_to(stage, new, mark)] == ["sendMessage"]


async def test_an_answer_meets_an_upgraded_group(play_sqlite: Play) -> None:
    """An answer that is refused because its group moved is given in the new one."""
    stage = await play_sqlite(kind="group", language="en")
    ana = stage.fan("Ana")
    card = await stage.drop("title=Scarf stock=5")
    new = stage.telegram.upgrade(stage.group)
    stage.bot.queue.drop()
    press = ana.presses(card, "claim")
    code = code_in((await press.answered()).text)
    whisper = await ana.waits_for(new, lambda m: m.only_for is ana and code in m.text, timeout=10)
    assert whisper.buttons[0].copy_text == code
    assert "4 of 5 left" in (await ana.waits_for(new, is_card, timeout=10)).text


async def test_a_removed_bot_is_quiet(play: Play) -> None:
    """Nothing is sent to a group that the bot was removed from, not even what was promised; added again it goes on."""
    stage = await play(language="en")
    ana = stage.fan("Ana")
    card = await stage.drop("title=Hat stock=5 closes=+30m")
    await stage.ask(stage.owner, "/newcoupon title=Scarf stock=5 opens=+1h")
    press = ana.presses(card, "claim")
    await stage.whisper(ana, after=press)
    stage.owner.removes(stage.bot, stage.group)
    await stage.settled()
    assert await chats_of(stage) == [(stage.group.id, True)]
    mark = len(stage.telegram.calls)
    for seconds in (6, 1800, 1800):
        stage.telegram.clock.advance(seconds)
        await until(stage, lambda: due(stage), 0)
    assert calls_to(stage, stage.group, mark) == []
    stage.owner.adds(stage.bot, stage.group, Rights.full())
    await stage.owner.waits_for(stage.group, lambda m: m.sender is stage.bot and "Hi everyone" in m.text, timeout=10)
    assert "5 coins" in (await stage.ask(ana, "/checkin")).text
    assert not any("Scarf" in m.text and m.buttons for m in stage.telegram.messages(stage.group))
    said = stage.owner.says(stage.group, "/newcoupon title=Belt stock=5")
    await stage.owner.waits_for(stage.group, is_card, timeout=10, after=said)


async def test_a_removal_that_is_learnt_by_a_refusal(play_sqlite: Play) -> None:
    """One 403 is enough: the group counts as left, and the rest of what was promised isn't tried."""
    stage = await play_sqlite(language="en")
    for title in ("Hat", "Scarf"):
        await stage.ask(stage.owner, f"/newcoupon title={title} stock=5 opens=+{10 if title == 'Hat' else 20}m")
    stage.owner.removes(stage.bot, stage.group)
    stage.bot.queue.drop()
    mark = len(stage.telegram.calls)
    for _ in range(2):
        stage.telegram.clock.advance(601)
        await until(stage, lambda: due(stage), 0)
    assert [call.status for call in calls_to(stage, stage.group, mark)] == [403]
    assert await chats_of(stage) == [(stage.group.id, True)]


async def test_an_arrival_that_meets_a_fault(play_sqlite: Play) -> None:
    """The bot comes to a group while Telegram fails: it is greeted when that is over."""
    stage = await play_sqlite(language="en")
    fault = stage.telegram.faults.error("getChatAdministrators", times=8)
    group = stage.telegram.add_group("Second room", creator=stage.owner)
    stage.owner.adds(stage.bot, group, Rights.full())
    await stage.owner.waits_for(group, lambda m: m.sender is stage.bot, timeout=15)
    assert fault.times == 0
    assert (group.id, False) in await chats_of(stage)
