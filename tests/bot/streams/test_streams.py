"""Streams over the stand-in: planned, reminded, announced, attended, delayed, cancelled, ended."""

import asyncio

import pytest

from sandbox import Chat, Message, Person, Rights
from tests.bot.conftest import Play, Stage

HOUR = 3600.0
MINUTE = 60.0


async def plan(stage: Stage, line: str = 'title="Silk night" at=+8h url=https://example.com/live') -> Message:
    """The owner plans a stream; the answer."""
    return await stage.ask(stage.owner, f"/newstream {line}")


def has_button(message: Message, data: str) -> bool:
    """Whether a callback button's data begins so."""
    return any((button.callback_data or "").startswith(data) for button in message.buttons)


async def live_card(stage: Stage, chat: Chat | None = None, after: Message | None = None) -> Message:
    """The announcement in a group."""
    return await stage.owner.waits_for(
        chat or stage.group, lambda m: m.only_for is None and has_button(m, "here:"), timeout=10, after=after
    )


async def asks_to_be_reminded(stage: Stage, fan: Person) -> Message:
    """A fan who has started the bot taps *remind me*; the bot's private answer."""
    fan.starts(stage.bot)
    await fan.waits_for(stage.bot, lambda m: m.sender is stage.bot, timeout=10)
    shown = await stage.ask(fan, "/streams")
    press = fan.presses(shown, "remind:")
    assert (await press.answered(10)).show_alert
    return shown


def public(stage: Stage, chat: Chat | None = None) -> list[str]:
    """What everyone sees of the bot in a group."""
    return [m.text for m in stage.telegram.messages(chat or stage.group) if m.sender is stage.bot]


def without_mornings(stage: Stage) -> list[str]:
    """The same but for the morning card, which comes when it likes."""
    return [text for text in public(stage) if "Good morning" not in text]


async def test_an_airing(play: Play) -> None:
    """Planned, reminded three times, announced on time, attended with a streak, ended: each told once."""
    stage = await play(language="en")
    ana = stage.fan("Ana")
    answer = await plan(stage)
    assert "Silk night" in answer.text
    await asks_to_be_reminded(stage, ana)
    clock = stage.telegram.clock
    before = len(ana.sees(stage.bot))
    clock.advance(7 * HOUR)
    first = await ana.waits_for(stage.bot, lambda m: "Silk night" in m.text and m.seq > before, timeout=10)
    assert "Coming up" in first.text
    clock.advance(50 * MINUTE)
    last = await ana.waits_for(stage.bot, lambda m: "about to start" in m.text, timeout=10)
    assert [button.url for button in last.buttons if button.url] == ["https://example.com/live"]
    clock.advance(10 * MINUTE)
    card = await live_card(stage)
    assert "Starting now" in card.text
    press = ana.presses(card, "here:")
    heard = await press.answered(10)
    assert "+10" in heard.text
    again = await ana.presses(card, "here:").answered(10)
    assert "already" in again.text
    await stage.ask(stage.owner, "/golive")
    await stage.owner.waits_for(stage.group, lambda m: m is card and "We're live" in m.text, timeout=10)
    clock.advance(HOUR)
    await stage.ask(stage.owner, "/endlive https://example.com/replay")
    await stage.owner.waits_for(stage.group, lambda m: m is card and "is over" in m.text, timeout=10)
    await stage.owner.waits_for(stage.group, lambda m: m.only_for is None and "That was" in m.text, timeout=10)
    over = await ana.presses(card, "here:").answered(10) if has_button(card, "here:") else None
    assert over is None
    assert len([text for text in without_mornings(stage) if "Silk night" in text]) == 2
    assert (await stage.books()).sound


async def test_remind_me_without_a_private_chat(play_sqlite: Play) -> None:
    """Who never started the bot is led there by the tap, and starting it is all that is left to do."""
    stage = await play_sqlite(language="en")
    ana = stage.fan("Ana")
    await plan(stage)
    shown = await stage.ask(ana, "/streams")
    opened = await ana.presses(shown, "remind:").answered(10)
    assert opened.url is not None
    assert opened.url.startswith("https://t.me/encore_test_bot?start=remind_")
    assert stage.telegram.messages(stage.telegram.private(stage.bot, ana)) == []
    ana.starts(stage.bot, opened.url.partition("start=")[2])
    answer = await ana.waits_for(stage.bot, lambda m: "I'll remind you" in m.text, timeout=10)
    assert "Silk night" in answer.text
    stage.telegram.clock.advance(7 * HOUR)
    await ana.waits_for(stage.bot, lambda m: "Coming up" in m.text, timeout=10)
    listed = await stage.ask(ana, "/streams")
    assert has_button(listed, "unremind:")
    stopped = await ana.presses(listed, "unremind:").answered(10)
    assert "no more reminders" in stopped.text
    stage.telegram.clock.advance(50 * MINUTE)
    stage.telegram.clock.advance(10 * MINUTE)
    await live_card(stage)
    await stage.settled()
    assert not any("about to start" in m.text for m in ana.sees(stage.bot))


@pytest.mark.parametrize("payload", ["remind_99", "remind_x", "remind_", "remind_9223372036854775808"])
async def test_a_reminder_of_nothing(play_sqlite: Play, payload: str) -> None:
    """An old or forged link opens the chat all the same, and says kindly that there is no such stream."""
    stage = await play_sqlite(language="en")
    ana = stage.fan("Ana")
    ana.starts(stage.bot, payload)
    await ana.waits_for(stage.bot, lambda m: "isn't on any more" in m.text, timeout=10)
    assert "isn't on any more" not in (await stage.ask(ana, "/checkin")).text


async def test_the_word_that_the_host_says(play_sqlite: Play) -> None:
    """Written alone, in any case and spacing, it counts as a tap; in a sentence, or after the end, it is small talk."""
    stage = await play_sqlite(language="en")
    early = stage.fan("Early")
    mark = len(stage.telegram.calls)
    early.says(stage.group, "silk moon")
    await stage.settled()
    assert [call for call in stage.telegram.calls[mark:] if call.method == "sendMessage"] == []
    await stage.ask(stage.owner, '/golive word="Silk Moon"')
    card = await live_card(stage)
    assert "write the word" in card.text
    await known_word(stage, "silkmoon")
    for number, typed in enumerate(("Silk Moon", "silkmoon", " SILK  MOON", "silk moon!!")):
        heard = await stage.ask(stage.fan(f"Fan {number}"), typed)
        assert "+10" in heard.text, typed
    again = stage.fan("Again")
    await stage.ask(again, "silkmoon")
    assert "already" in (await stage.ask(again, "silk moon")).text
    assert "already" in (await again.presses(card, "here:").answered(10)).text
    mark = len(stage.telegram.calls)
    early.says(stage.group, "silk moon is up")
    await stage.settled()
    assert [call for call in stage.telegram.calls[mark:] if call.method == "sendMessage"] == []
    await stage.ask(stage.owner, "/endlive")
    await stage.owner.waits_for(stage.group, lambda m: m is card and "is over" in m.text, timeout=10)
    assert (await stage.books()).held_by_fans == 50


async def known_word(stage: Stage, word: str) -> None:
    """Wait until the bot listens for it."""
    spoken = stage.app.dispatcher["streams"].spoken_words
    group = await stage.app.communities.group(stage.group.id)
    assert group is not None
    async with asyncio.timeout(10):
        while spoken.airing_of(group.place.community_id, word) is None:
            await asyncio.sleep(0.01)


async def silence(stage: Stage, *, private: bool = True) -> Message:
    """A start without a sign of life, and what the owner is asked ten minutes later."""
    if private:
        stage.owner.starts(stage.bot)
        await stage.owner.waits_for(stage.bot, lambda m: m.sender is stage.bot, timeout=10)
    await plan(stage)
    stage.telegram.clock.advance(8 * HOUR)
    await live_card(stage)
    stage.telegram.clock.advance(10 * MINUTE)
    where = stage.bot if private else stage.group
    return await stage.owner.waits_for(where, lambda m: has_button(m, "onair:"), timeout=10)


async def test_nobody_has_said_that_it_is_on(play_sqlite: Play) -> None:
    """Five minutes after its time the card no longer says that it starts now, without anybody's doing."""
    stage = await play_sqlite(language="en")
    await plan(stage)
    stage.telegram.clock.advance(8 * HOUR)
    card = await live_card(stage)
    assert "Starting now" in card.text
    await stage.all_sent()
    stage.telegram.clock.advance(5 * MINUTE)
    await stage.owner.waits_for(stage.group, lambda m: m is card and "It's time" in m.text, timeout=10)


async def test_the_owner_says_that_it_is_on(play: Play) -> None:
    """One tap, and the card says so; the fans were told nothing in between."""
    stage = await play(language="en")
    question = await silence(stage)
    assert "haven't heard from you" in question.text
    told = len(without_mornings(stage))
    answer = await stage.owner.presses(question, "onair:").answered(10)
    assert "is live" in answer.text
    await stage.owner.waits_for(stage.group, lambda m: has_button(m, "here:") and "We're live" in m.text, timeout=10)
    assert len(without_mornings(stage)) == told


async def test_the_owner_puts_it_off(play_sqlite: Play) -> None:
    """A quarter of an hour from now: told once, and announced again when it is there."""
    stage = await play_sqlite(language="en")
    question = await silence(stage)
    card = await live_card(stage)
    answer = await stage.owner.presses(question, ":15").answered(10)
    assert "now starts" in answer.text
    await stage.owner.waits_for(stage.group, lambda m: "has a new start" in m.text, timeout=10)
    await stage.owner.waits_for(stage.group, lambda m: m is card and not m.buttons, timeout=10)
    stage.telegram.clock.advance(15 * MINUTE)
    anew = await live_card(stage, after=card)
    assert anew is not card
    assert "Starting now" in anew.text


async def test_the_owner_calls_it_off(play_sqlite: Play) -> None:
    """The groups hear it once, and the card can't be tapped any more."""
    stage = await play_sqlite(language="en")
    question = await silence(stage)
    card = await live_card(stage)
    answer = await stage.owner.presses(question, "calloff:").answered(10)
    assert "is off" in answer.text
    await stage.owner.waits_for(stage.group, lambda m: "isn't happening" in m.text, timeout=10)
    await stage.owner.waits_for(stage.group, lambda m: m is card and not m.buttons, timeout=10)
    gone = await stage.owner.presses(question, "onair:").answered(10)
    assert "No live is on" in gone.text


async def test_the_owner_is_asked_by_a_whisper(play_sqlite: Play) -> None:
    """An owner who never started the bot is asked in the group, where only they see it."""
    stage = await play_sqlite(language="en")
    ana = stage.fan("Ana")
    question = await silence(stage, private=False)
    assert question.only_for is stage.owner
    assert question not in ana.sees(stage.group)
    assert "is live" in (await stage.owner.presses(question, "onair:").answered(10)).text


async def test_the_owner_is_not_asked_in_public(play_sqlite: Play) -> None:
    """Where neither a whisper nor a private message is possible, the fans read no question either."""
    stage = await play_sqlite(language="en", rights=None)
    stage.owner.says(stage.group, '/newstream title="Silk night" at=+8h')
    await stage.settled()
    stage.telegram.clock.advance(8 * HOUR)
    await live_card(stage)
    stage.telegram.clock.advance(11 * MINUTE)
    said = stage.owner.says(stage.group, "/checkin")
    await stage.owner.waits_for(stage.group, lambda m: m.reply_to is said, timeout=10)
    assert not any("haven't heard" in text for text in public(stage))


async def test_a_reminder_of_another_shop(play_sqlite: Play) -> None:
    """The button on a private reminder belongs to its own shop, whichever the fan used last."""
    stage = await play_sqlite(open=True, language="en")
    mei = stage.telegram.add_user("Mei", language="en")
    other = stage.telegram.add_group("Tea room", creator=mei)
    mei.adds(stage.bot, other, Rights.full())
    await mei.waits_for(other, lambda m: m.sender is stage.bot, timeout=10)
    ana = stage.fan("Ana")
    ana.joins(other)
    await plan(stage)
    await asks_to_be_reminded(stage, ana)
    stage.telegram.clock.advance(7 * HOUR)
    reminder = await ana.waits_for(stage.bot, lambda m: "Coming up" in m.text, timeout=10)
    said = ana.says(other, "/checkin")
    await stage.whisper(ana, other, after=said)
    assert "no more reminders for Silk night" in (await ana.presses(reminder, "unremind:").answered(10)).text
    assert (
        "I'll remind you"
        in (await ana.forges(stage.telegram.private(stage.bot, ana), reminder, "remind:1").answered(10)).text
    )


async def test_presses_of_another_shops_streams(play_sqlite: Play) -> None:
    """Ids of another shop's airings, forged in this group, mean nothing here."""
    stage = await play_sqlite(open=True, language="en")
    mei = stage.telegram.add_user("Mei", language="en")
    other = stage.telegram.add_group("Tea room", creator=mei)
    mei.adds(stage.bot, other, Rights.full())
    await mei.waits_for(other, lambda m: m.sender is stage.bot, timeout=10)
    mei.says(other, "/golive")
    theirs = await mei.waits_for(other, lambda m: m.only_for is None and has_button(m, "here:"), timeout=10)
    airing_id = next(b.callback_data for b in theirs.buttons if b.callback_data).partition(":")[2]
    drop = await stage.drop()
    ana = stage.fan("Ana")
    assert "can't find that live" in (await ana.forges(stage.group, drop, f"here:{airing_id}").answered(10)).text
    assert "isn't on any more" in (await ana.forges(stage.group, drop, "unremind:1").answered(10)).text
    for data in (f"onair:{airing_id}", f"later:{airing_id}:15", f"calloff:{airing_id}"):
        assert "No live is on" in (await stage.owner.forges(stage.group, drop, data).answered(10)).text
        assert "for the shop's staff" in (await ana.forges(stage.group, drop, data).answered(10)).text
    assert (await stage.books()).held_by_fans == 0


async def test_the_channel_is_told(play: Play) -> None:
    """The shop's channel hears the start, moves and the end; the morning card hangs in the groups only."""
    stage = await play(language="en")
    channel = await shops_channel(stage)
    await plan(stage, 'title="Silk night" at=2026-11-03T10:00')
    stage.telegram.clock.advance(20 * HOUR)
    stage.fan("Ana").says(stage.group, "good evening")  # a card comes only where somebody is awake
    await stage.settled()
    await stage.app.ear.write_down()
    stage.telegram.clock.advance(10 * HOUR)
    await stage.owner.waits_for(stage.group, lambda m: "Good morning" in m.text, timeout=10)
    await stage.ask(stage.owner, "/delay 30m")
    await stage.owner.waits_for(channel, lambda m: "has a new start" in m.text, timeout=10)
    stage.telegram.clock.advance(90 * MINUTE)
    card = await live_card(stage, channel)
    assert "Starting now" in card.text
    await stage.ask(stage.owner, "/golive")
    await stage.ask(stage.owner, "/endlive")
    await stage.owner.waits_for(channel, lambda m: "That was" in m.text, timeout=10)
    assert not any("Good morning" in text for text in public(stage, channel))


async def shops_channel(stage: Stage) -> Chat:
    """A channel of the owner's, to which the bot came: it belongs to the shop."""
    channel = stage.telegram.add_channel("Silk news", stage.owner)
    stage.owner.adds(stage.bot, channel, Rights.full())
    async with asyncio.timeout(10):
        while await stage.app.communities.group(channel.id) is None:
            await asyncio.sleep(0.01)
    await stage.all_sent()  # the owner hears of it in a whisper
    return channel


async def test_a_series_by_command(play_sqlite: Play) -> None:
    """Planned weekly, one airing called off and taken back, the series ended: each answered, each told once."""
    stage = await play_sqlite(language="en")
    made = await plan(stage, 'title="Silk night" at=+8h repeat=weekly remind=1h length=2h')
    assert "Every week" in made.text
    off = await stage.ask(stage.owner, "/cancelstream 1")
    assert "Next week's is still on" in off.text
    await stage.owner.waits_for(stage.group, lambda m: "isn't happening" in m.text, timeout=10)
    undone = await stage.owner.presses(off, "undo").answered(10)
    assert undone.text
    await stage.owner.waits_for(stage.group, lambda m: "is on after all" in m.text, timeout=10)
    ended = await stage.ask(stage.owner, "/cancelstream 1 all")
    assert "Nothing more is planned" in ended.text
    await stage.owner.waits_for(stage.group, lambda m: "isn't happening" in m.text, timeout=10, after=ended)
    assert "Nothing planned yet" in (await stage.ask(stage.fan(), "/streams")).text
    assert len([text for text in public(stage) if "isn't happening" in text]) == 2
