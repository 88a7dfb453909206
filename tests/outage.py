"""`python -m tests.outage 600`: an outage of so many seconds while fans come. Nothing is lost, nothing doubled unseen.

Telegram answers with nginx's pages, then lines are cut, then all is refused with 429, then a mixture. Before that the
bot is stopped and started again, and waits until the end of it all.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from bot.features.streams.plans import plan
from bot.rules.streams.streams import NewStream, StreamMade, StreamPolicy
from bot.store.engine.schema import migrate
from bot.store.tables import Coupon
from sandbox import Message, Person, Press
from tests.bot.big_shop import sender
from tests.bot.conftest import Play, Stage, stages
from tests.features.scene import act_of

POLICY = StreamPolicy()
PRESSED = 60
"""Seconds before the end in which buttons are pressed: a press that waits for 150 is lost at Telegram itself."""
AFTER = 120
"""Seconds in which all that was promised must be told."""
NIGHT, SHORT_NIGHT = "Silk night", "Short night"


@dataclass
class Figures:
    """What came of an outage."""

    seconds: float
    fans: int = 0
    paid: int = 0
    """Coins that fans hold."""
    pressed: int = 0
    coupons: int = 0
    heard_twice: int = 0
    cut: int = 0
    """Messages whose line was cut: each may have been sent."""
    unconfirmed: int = 0
    """Fans who were answered before the bot was stopped, while the poll that confirms their word was cut."""
    starts: int = 0
    """Announcements of the stream that began in the outage and is on still."""
    lies: int = 0
    """The same of the stream that was over before the outage was."""
    until_all_heard: float = 0.0
    """Seconds after the outage."""
    restarted_after: float = 0.0
    """Seconds from the end of the outage until the bot that was started in it says that it has."""
    events: Counter[str] = field(default_factory=Counter)
    """Lines in the log by event, from warnings upwards."""


async def outage(play: Play, seconds: float, rate: float) -> Figures:
    """Live through it, with `rate` fans a second."""
    figures = Figures(seconds)
    stage = await play(language="en")
    said = stage.owner.says(stage.group, "/newcoupon title=Scarf stock=9999")
    card = await stage.owner.waits_for(stage.group, lambda m: m.only_for is None and bool(m.buttons), after=said)
    await _plan(stage, NIGHT, seconds * 0.2, 180)
    await _plan(stage, SHORT_NIGHT, seconds * 0.65, 1)  # nothing gets through from there on
    fans: list[Person] = []
    presses: list[Press] = []
    with capture_logs() as logs:
        began = time.monotonic()
        phase, restarted = -1, False
        while (passed := time.monotonic() - began) < seconds:
            if int(5 * passed / seconds) > phase:
                phase = int(5 * passed / seconds)
                _break(stage, phase)
            if passed > seconds * 0.62 and not restarted:
                restarted = True
                await stage.stop()
                again = {
                    one.payload["from"]["id"] for one in stage.telegram.pending(stage.bot) if one.kind == "message"
                }
                figures.unconfirmed = sum(fan.id in again and _heard(stage, fan) > 0 for fan in fans)
                stage.start_again()
            fans.append(stage.fan(f"Fan {len(fans)}"))
            fans[-1].says(stage.group, "/checkin")
            if seconds - passed < min(PRESSED, seconds / 4):
                presses.append(fans[-1].presses(card, "claim"))
            await asyncio.sleep(1 / rate)
        # The short night is over by now, in a short run too.
        stage.telegram.clock.advance(max(0.0, 62 - seconds * 0.35))
        stage.telegram.faults.clear()
        ended = time.monotonic()
        async with asyncio.timeout(AFTER):
            while not any(line["event"] == "started" for line in logs):
                await asyncio.sleep(0.05)
            figures.restarted_after = time.monotonic() - ended
            while not all(_heard(stage, fan) for fan in fans):
                await asyncio.sleep(0.1)
        figures.until_all_heard = time.monotonic() - ended
        await stage.all_sent(AFTER)
    figures.events.update(line["event"] for line in logs if line["log_level"] in {"warning", "error", "critical"})
    figures.fans, figures.pressed = len(fans), len(presses)
    figures.paid = (await stage.books()).held_by_fans
    figures.coupons = await stage.app.db.read(_coupons)
    figures.heard_twice = sum(_heard(stage, fan) > 1 for fan in fans)
    figures.cut = sum(call.method == "sendMessage" and call.status == 0 for call in stage.telegram.calls)
    begun = [
        m.text for m in stage.telegram.messages(stage.group) if any("here:" in str(b.callback_data) for b in m.buttons)
    ]
    figures.starts = sum(NIGHT in text for text in begun)
    figures.lies = sum(SHORT_NIGHT in text for text in begun)
    return figures


def check(figures: Figures) -> None:
    """What must hold after any outage."""
    assert figures.paid == 5 * figures.fans
    assert figures.coupons == figures.pressed
    assert figures.heard_twice <= figures.cut + figures.unconfirmed
    assert 1 <= figures.starts <= 1 + figures.cut
    assert figures.lies == 0
    failed = {"handler_failed", "update_failed", "send_failed", "due_failed", "set_aside"}
    assert failed.isdisjoint(figures.events), figures.events


def _break(stage: Stage, phase: int) -> None:
    faults = stage.telegram.faults
    faults.clear()
    for method in (None, "getUpdates"):
        match phase:
            case 0 | 1:
                faults.answer(method, times=None)
            case 2:
                faults.cut_after(method, times=None, probability=0.3)
                faults.cut_before(method, times=None, probability=0.5)
            case 3:
                faults.too_many(method, retry_after=3, times=None)
            case _:
                faults.answer(method, code=504, times=None, probability=0.5)
                faults.answer(method, code=403, times=None, probability=0.5)
                faults.answer(method, code=200, times=None)


async def _plan(stage: Stage, title: str, seconds: float, minutes: int) -> None:
    place = stage.app.communities.group
    group = await place(stage.group.id)
    assert group is not None
    now = datetime.fromtimestamp(stage.telegram.clock.now(), UTC)
    wish = NewStream(title, now + timedelta(seconds=seconds), length=timedelta(minutes=minutes))
    act = act_of(group.place, sender(stage.owner), now, f"42:{title}")
    made = await stage.app.db.write(plan, act, wish, POLICY)
    assert isinstance(made, StreamMade)


def _heard(stage: Stage, fan: Person) -> int:
    return sum("5 coins" in message.text and message.only_for is fan for message in fan.sees(stage.group))


def _is_start(message: Message) -> bool:
    return any("here:" in str(button.callback_data) for button in message.buttons)


def _coupons(session: Session) -> int:
    return session.execute(select(func.count()).select_from(Coupon)).scalar_one()


async def _main(seconds: float, rate: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'encore.db'}"
        await migrate(url)
        async with stages(url) as play:
            figures = await outage(play, seconds, rate)
    for name, value in vars(figures).items():
        sys.stdout.write(f"{name}: {dict(value) if isinstance(value, Counter) else value}\n")
    check(figures)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="An outage under load.")
    parser.add_argument("seconds", type=float, nargs="?", default=600)
    parser.add_argument("--rate", type=float, default=2, help="fans a second")
    options = parser.parse_args()
    asyncio.run(_main(options.seconds, options.rate))
