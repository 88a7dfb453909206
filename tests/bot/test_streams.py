"""Streams over the stand-in: planned, reminded, announced, attended, delayed, cancelled, ended."""

from sandbox import Chat, Message, Person
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


async def test_an_evening(play: Play) -> None:
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
    told = [text for text in public(stage) if "Silk night" in text and "Good morning" not in text]
    assert len(told) == 2
    assert (await stage.books()).sound
