"""The days in the shop before a visitor opens the page. The cast plays them with the real bot.

Each scene lasts a few minutes, and the clock jumps from scene to scene. Add a scene for a feature that a visitor should
find in use.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.commands.demo.cast import (
    CHAT,
    DROPS,
    MADE_UP,
    NIGHT,
    QUESTION,
    RIBBON,
    SCARF,
    SCRUNCHIE,
    SHAWL,
    SHOP,
    WARM_START,
    WORD,
)
from bot.commands.demo.playing import CHECK_IN, CLAIM, MORNING, drop, is_card, morning_card, posted, tap
from bot.commands.demo.selling import (
    early_live,
    first_orders,
    one_is_regretted,
    orders_with_coupons,
    plan_early_live,
    two_days_orders,
    ways_in,
)
from bot.commands.demo.shop_platform import PRICES
from bot.commands.demo.stage import PATIENCE, WATCH, Stage
from sandbox import Rights

REMIND = "remind:"
PACKET = "packet:"
RAFFLE = "enter:"
DIGEST = "digest:"
HEART = "❤"
Play = Callable[[Stage], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Scene:
    """Something that happened: how many days before the visitor's evening, and at which time in the shop's zone."""

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
    await stage.asks(stage.owner, f"{shop} currency={PRICES[stage.language].currency}", stage.bot)
    if stage.group.is_forum:
        drops = stage.owner.makes_topic(stage.group, DROPS[stage.language])
        stage.talk = stage.owner.makes_topic(stage.group, CHAT[stage.language])
        await stage.asks(stage.owner, "/setup", topic=drops)


async def first_check_ins(stage: Stage) -> None:
    """Three fans check in."""
    ana, ben, chloe = stage.fans
    await stage.asks(ana, WORD[stage.language])
    await stage.asks(ben, WORD[stage.language])
    await stage.asks(chloe, "/checkin")


async def a_drop(stage: Stage) -> None:
    """A small drop that is sold out within a minute. One fan is quick, another too late."""
    _, ben, chloe = stage.fans
    card = await drop(stage, f'/newcoupon title="{SCRUNCHIE[stage.language]}" stock=6 closes=+7d')
    await tap(card, CLAIM, [ben])
    stage.says(ben, "talk_drop")
    await tap(card, CLAIM, stage.regulars[:5])
    await tap(card, CLAIM, [chloe])
    stage.says(chloe, "talk_missed")


async def fill_the_shop(stage: Stage) -> None:
    """The owner fills the coin shop's shelf, offers a gift to send on, and opens a raffle, which some fans enter."""
    name = stage.language
    for line in (
        f'/newitem title="{QUESTION[name]}" price=60 kind=favour stock=20',
        f'/newitem title="{RIBBON[name]}" price=90 kind=favour limit=1 per=month',
        f'/newitem title="{MADE_UP[name]}" price=40 kind=makeup limit=1 per=month',
        f'/newgift title="{WARM_START[name]}" kind=coins:20 stock=50',
    ):
        await stage.asks(stage.owner, line, stage.bot)
    closes = (stage.evening + timedelta(days=1)).replace(hour=21, minute=0).strftime("%Y-%m-%dT%H:%M")
    said = stage.owner.says(stage.bot, f'/newraffle prize="{SHAWL[name]}" winners=2 closes={closes}')
    card = await posted(stage, RAFFLE, said)
    await tap(card, RAFFLE, [stage.fans[1], *stage.regulars[:4]])


async def plan(stage: Stage) -> None:
    """The owner plans the stream of the visitor's evening, and one fan asks for a reminder."""
    title, at = NIGHT[stage.language], stage.evening.replace(hour=20, minute=0).strftime("%Y-%m-%dT%H:%M")
    await stage.asks(stage.owner, f'/newstream title="{title}" at={at} url={WATCH} repeat=weekly', stage.bot)
    chloe = stage.fans[2]
    chloe.starts(stage.bot)
    await stage.settled()
    listed = await stage.asks(chloe, "/streams", stage.bot)
    await tap(listed, REMIND, [chloe])


async def evening_talk(stage: Stage) -> None:
    """Check-ins, a look at the own card, and talk about the colour."""
    ana, ben, _ = stage.fans
    await stage.asks(ana, WORD[stage.language])
    await stage.asks(ana, "/me")
    await stage.asks(ben, WORD[stage.language])
    stage.says(ana, "talk_colour")
    stage.says(stage.owner, "talk_colour_answer")


async def yesterday_morning(stage: Stage) -> None:
    """The morning card: one fan keeps the streak by it, another misses the day."""
    ana, _, chloe = stage.fans
    await tap(await morning_card(stage), CHECK_IN, [ana, chloe, *stage.regulars[:5]])


async def a_post(stage: Stage) -> None:
    """The owner says something through the bot, and fans answer it. The week is left for the visitor to fill."""
    said = stage.owner.says(stage.bot, f"/post now pillar=behind {stage.line('post_packing')}")
    words = stage.line("post_packing")
    post = await stage.owner.waits_for(stage.group, lambda m: m.text == words, timeout=PATIENCE, after=said)
    stage.fans[0].says(stage.group, stage.line("talk_cat"), reply_to=post, topic=stage.talk)
    for fan in stage.regulars[:4]:
        fan.reacts(post, HEART)


async def yesterday_evening(stage: Stage) -> None:
    """A fan writes that a parcel came."""
    stage.says(stage.fans[2], "talk_parcel")


async def a_packet(stage: Stage) -> None:
    """The owner opens a red packet, and fans tap it. It is drawn a minute later."""
    said = stage.owner.says(stage.bot, "/redpacket 300 8")
    card = await posted(stage, PACKET, said)
    await tap(card, PACKET, [*stage.fans, *stage.regulars])
    stage.says(stage.fans[1], "talk_packet")


async def this_morning(stage: Stage) -> None:
    """Some fans check in; the visitor's own check-in is still open. The owner reads what yesterday brought."""
    await tap(await morning_card(stage), CHECK_IN, [stage.fans[2], *stage.regulars[2:8]])
    since = stage.telegram.clock.now() - MORNING
    await stage.owner.waits_for(stage.bot, lambda m: m.at > since and is_card(m, DIGEST), timeout=PATIENCE)


async def this_evening(stage: Stage) -> None:
    """The owner says hello and posts a drop. Some fans have claimed it when the visitor comes."""
    stage.says(stage.owner, "talk_tonight")
    stage.says(stage.fans[1], "talk_ready")
    card = await drop(stage, f'/newcoupon title="{SCARF[stage.language]}" stock=50 closes=+1d')
    await tap(card, CLAIM, stage.regulars)
    stage.says(stage.fans[2], "talk_got_it")


SCENES = (
    Scene(3, "18:20", arrive),
    Scene(3, "18:40", ways_in),
    Scene(3, "20:05", first_check_ins),
    Scene(3, "20:40", a_drop),
    Scene(2, "12:10", plan),
    Scene(2, "15:30", fill_the_shop),
    Scene(2, "20:30", evening_talk),
    Scene(1, "09:05", yesterday_morning),
    Scene(1, "12:15", a_post),
    Scene(1, "19:45", yesterday_evening),
    Scene(1, "20:10", a_packet),
    Scene(1, "20:40", two_days_orders),
    Scene(1, "21:15", plan_early_live),
    Scene(0, "09:05", this_morning),
    Scene(0, "18:01", early_live),
    Scene(0, "18:24", first_orders),
    Scene(0, "18:41", one_is_regretted),
    Scene(0, "18:52", this_evening),
    Scene(0, "18:57", orders_with_coupons),
)
"""The history, in order. The visitor comes after the last one."""


def moment(evening: datetime, scene: Scene) -> float:
    """When a scene plays, in epoch seconds; `evening` is in the shop's zone."""
    hour, minute = map(int, scene.at.split(":"))
    day = evening.date() - timedelta(days=scene.days_ago)
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=evening.tzinfo).timestamp()


async def set_clock(stage: Stage) -> None:
    """Nothing has happened before the evening on which the visitor comes."""
    stage.telegram.clock.set(stage.evening.timestamp())


async def play_all(stage: Stage) -> None:
    """Play the history up to the evening on which the visitor comes."""
    for scene in SCENES:
        await stage.settled()
        await stage.app.ear.write_down()  # the minute after which this happens by itself is jumped over
        stage.telegram.clock.set(moment(stage.evening, scene))
        await scene.play(stage)
    await stage.settled()
    await stage.app.ear.write_down()
    stage.telegram.clock.set(stage.evening.timestamp())
