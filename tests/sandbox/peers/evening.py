"""What a hello bot does, whatever it is written with, and what people then see and do."""

from dataclasses import dataclass
from typing import Any

from sandbox import Bot, Chat, Limits, Message, Person, Rights, Sandbox

TOKEN = "42:TEST"
SECRET = "of-the-hook"
PATIENCE = 20.0
BIG = 5 * 1024 * 1024


@dataclass(frozen=True)
class Evening:
    """A served stand-in with a forum: Mina owns it, Joon is in it, the bot administers it."""

    telegram: Sandbox
    bot: Bot
    mina: Person
    joon: Person
    group: Chat

    async def sees(self, fits: Any, after: Message) -> Message:
        """The first message after that one which fits."""
        return await self.telegram.waits_for(self.group, fits, PATIENCE, after=after)


def opened(telegram: Sandbox) -> Evening:
    """The people and their group in that stand-in."""
    bot = telegram.add_bot(TOKEN, "hello_bot", "Hello")
    mina, joon = telegram.add_user("Mina", "mina"), telegram.add_user("Joon", "joon")
    group = telegram.add_group("Silk room", mina, forum=True)
    joon.joins(group)
    mina.adds(bot, group, Rights.full())
    return Evening(telegram, bot, mina, joon, group)


def quick() -> Sandbox:
    """A stand-in without flood limits, as several things are sent at once, that delivers to this machine."""
    return Sandbox(limits=Limits.none(), loopback=True)


async def greets(evening: Evening) -> None:
    """A formatted text with a button; a press is answered, and the text edited."""
    asked = evening.joon.says(evening.group, "/hello")
    hello = await evening.sees(lambda one: one.text == "Hello, Joon!", asked)
    assert (hello.entities[0]["type"], hello.reply_to) == ("bold", asked)

    press = evening.joon.presses(hello, "Again")

    assert (await press.answered(PATIENCE)).text == "again"
    assert (await evening.sees(lambda one: one is hello and one.edit_date, hello)).text == "Hello again!"


async def shows_an_album(evening: Evening) -> None:
    """Two uploaded pictures under one media_group_id, the first with a caption."""
    asked = evening.joon.says(evening.group, "/album")
    first = await evening.sees(lambda one: one.text == "unboxing", asked)
    second = await evening.sees(lambda one: one.file is not None and not one.text, first)
    assert first.file is not None
    assert first.file.kind == "photo"
    assert first.extra["media_group_id"] == second.extra["media_group_id"]


async def asks_in_a_poll(evening: Evening) -> None:
    """The bot hears a vote by name, stops the poll and tells the count."""
    asked = evening.joon.says(evening.group, "/poll")
    poll = await evening.sees(lambda one: one.poll is not None, asked)

    evening.joon.votes(poll, "Silk")

    await evening.sees(lambda one: one.text == "Joon chose 0, 1 vote in all", asked)
    assert poll.poll is not None
    assert poll.poll.closed


async def passes_on(evening: Evening) -> None:
    """A copy without origin, a forward with it, a pin, and a dice."""
    asked = evening.joon.says(evening.group, "/pass")
    dice = await evening.sees(lambda one: "dice" in one.body, asked)
    passed = [one for one in evening.group.messages if one.seq > asked.seq and one.text == "/pass" and one is not asked]
    assert sorted("forward_origin" in one.extra for one in passed) == [False, True]
    assert asked in evening.group.pinned
    assert 1 <= dice.body["dice"]["value"] <= 6


async def hears_a_refusal(evening: Evening) -> None:
    """What Telegram refuses reaches the bot with Telegram's words, whatever case its library puts them in."""
    asked = evening.joon.says(evening.group, "/broken")
    refused = await evening.sees(lambda one: "Bad Request: " in one.text, asked)
    assert "can't parse entities: can't find end of bold entity at byte offset 0" in refused.text.lower()


async def sends_a_big_picture(evening: Evening) -> None:
    """A photo of 5 MB, which is downloaded again whole."""
    asked = evening.joon.says(evening.group, "/big")
    big = await evening.sees(lambda one: one.file is not None, asked)
    assert big.file is not None
    assert (big.file.kind, len(big.file.content) >= BIG) == ("photo", True)
    await evening.sees(lambda one: one.text == f"{len(big.file.content)} bytes", asked)


async def writes_in_a_topic(evening: Evening) -> None:
    """The bot opens a topic and writes in it; an answer there stays there."""
    asked = evening.joon.says(evening.group, "/topic")
    told = await evening.sees(lambda one: one.text == "in here", asked)
    assert told.extra["is_topic_message"] is True
    again = evening.joon.says(evening.group, "/hello", reply_to=told)
    hello = await evening.sees(lambda one: one.text == "Hello, Joon!", again)
    assert hello.thread == told.thread


ACTS = (
    greets,
    shows_an_album,
    asks_in_a_poll,
    passes_on,
    hears_a_refusal,
    sends_a_big_picture,
    writes_in_a_topic,
)
