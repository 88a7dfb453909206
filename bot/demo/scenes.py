"""What happened in the shop before a visitor opens the page: played by the cast through the real bot.

Each scene plays a few minutes; the clock jumps between them. A feature that a visitor should find in use adds a scene.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.demo.cast import SCARF, SCRUNCHIE, SHOP, WORD
from bot.demo.stage import PATIENCE, Stage
from bot.rules.calendar import zone
from sandbox import Message, Person, Rights

CLAIM = "claim:"
Play = Callable[[Stage], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Scene:
    """Something that happened: how many days ago, at which time of the shop."""

    days_ago: int
    at: str
    play: Play


async def arrive(stage: Stage) -> None:
    """The bot comes into the group, and the owner names the shop."""
    stage.owner.adds(stage.bot, stage.group, Rights.full())
    await stage.owner.waits_for(stage.group, lambda m: m.sender is stage.bot, timeout=PATIENCE)
    stage.owner.starts(stage.bot)
    await stage.settled()
    shop = f'/setup shop="{SHOP[stage.language]}" language={stage.language} timezone={stage.zone}'
    await stage.asks(stage.owner, shop, stage.bot)


async def first_check_ins(stage: Stage) -> None:
    """Three fans check in."""
    ana, ben, chloe = stage.fans
    await stage.asks(ana, WORD[stage.language])
    await stage.asks(ben, WORD[stage.language])
    await stage.asks(chloe, "/checkin")


async def a_drop(stage: Stage) -> None:
    """A small drop that is gone within a minute."""
    everyone = [*stage.fans, *stage.regulars]
    card = await drop(stage, f'/newcoupon title="{SCRUNCHIE[stage.language]}" stock=6 closes=+7d')
    stage.says(stage.fans[1], "talk_drop")
    await claim(card, everyone[1:8])
    stage.says(stage.fans[2], "talk_missed")


async def evening_talk(stage: Stage) -> None:
    """Check-ins, and talk about the colour."""
    ana, ben, _ = stage.fans
    await stage.asks(ana, WORD[stage.language])
    await stage.asks(ben, "/checkin")
    stage.says(ana, "talk_colour")
    stage.owner.says(stage.group, stage.line("talk_colour_answer"))


async def yesterday(stage: Stage) -> None:
    """One fan keeps the streak, another misses a day."""
    ana, _, chloe = stage.fans
    await stage.asks(ana, WORD[stage.language])
    await stage.asks(chloe, WORD[stage.language])
    stage.says(chloe, "talk_parcel")


async def today(stage: Stage) -> None:
    """The owner says hello and hangs up a drop; the first ones have tapped it when the visitor comes."""
    stage.owner.says(stage.group, stage.line("talk_tonight"))
    stage.says(stage.fans[1], "talk_ready")
    card = await drop(stage, f'/newcoupon title="{SCARF[stage.language]}" stock=50 closes=+1d')
    await claim(card, stage.regulars)
    stage.says(stage.fans[2], "talk_got_it")


SCENES = (
    Scene(3, "18:20", arrive),
    Scene(3, "20:05", first_check_ins),
    Scene(3, "21:00", a_drop),
    Scene(2, "20:30", evening_talk),
    Scene(1, "19:45", yesterday),
    Scene(0, "18:52", today),
)
"""The history, in order. The visitor comes after the last one."""


async def drop(stage: Stage, line: str) -> Message:
    """The owner offers a coupon from private chat; its card in the group."""
    said = stage.owner.says(stage.bot, line)
    return await stage.owner.waits_for(
        stage.group,
        lambda m: m.only_for is None and any((one.callback_data or "").startswith(CLAIM) for one in m.buttons),
        timeout=PATIENCE,
        after=said,
    )


async def claim(card: Message, fans: list[Person]) -> None:
    """These fans tap the card at once."""
    presses = [fan.presses(card, CLAIM) for fan in fans]
    await asyncio.gather(*(press.answered(PATIENCE) for press in presses))


def moment(evening: datetime, scene: Scene, name: str) -> float:
    """When a scene plays, in epoch seconds, in the zone called `name`."""
    hour, minute = map(int, scene.at.split(":"))
    day = evening.astimezone(zone(name)).date() - timedelta(days=scene.days_ago)
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone(name)).timestamp()


async def play_all(stage: Stage, evening: datetime) -> None:
    """The history, up to the evening on which the visitor comes."""
    for scene in SCENES:
        await stage.settled()
        stage.telegram.clock.set(moment(evening, scene, stage.zone))
        await scene.play(stage)
    await stage.settled()
    stage.telegram.clock.set(evening.timestamp())
