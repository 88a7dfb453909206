"""`python -m tests.fuzz 100000`: so many broken updates, and answers to match; a fan checks in after each twenty."""

import argparse
import asyncio
import logging
import random
import resource
import sys
import tempfile
import time
import warnings
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from traceback import format_exception

from structlog.testing import capture_logs

from bot.store.engine.schema import migrate
from sandbox import Person, Rights
from tests.bot.conftest import Play, Stage, stages
from tests.bot.fuzzing import METHODS, POLL, Templates, bad_answer, bad_update

SHORT = 3_000
EACH = 20
"""Broken updates for one fan who is served."""
BATCH = 200
QUIET = frozenset({"handled", "set_aside", "poll_failed", "update_waits"})
SECONDS = 120


@dataclass
class Figures:
    """What came of a run."""

    updates: int
    fans: int = 0
    served: int = 0
    set_aside: int = 0
    answers: int = 0
    """Broken answers that were given."""
    events: Counter[str] = field(default_factory=Counter)
    """Lines in the log by event, from warnings upwards."""
    seconds: float = 0.0
    megabytes: int = 0
    """The most that the process held, stand-in and all."""


async def fuzz(play: Play, count: int, seed: int) -> Figures:
    """Run, and see that nothing was lost."""
    stage = await play(language="en", rights=Rights.full())
    words = ("check in", "hello", *(f"/{name}" for name in sorted(stage.app.table.names - {"start"})))
    dice = random.Random(seed)  # a repeatable die
    templates = Templates(stage.group.id, words)
    figures = Figures(count)
    began = time.monotonic()
    with capture_logs() as logs, warnings.catch_warnings():
        warnings.simplefilter("error")
        for start in range(0, count, BATCH):
            fans = await _batch(stage, dice, templates, min(BATCH, count - start), figures)
            figures.fans += len(fans)
            figures.served += await _served(stage, fans)
            # What was seen isn't looked through again.
            stage.group.messages.clear()
            stage.telegram.calls.clear()
            stage.bot.queue.sent.clear()
            figures.events.update(
                line["event"] for line in logs if line["log_level"] in {"warning", "error", "critical"}
            )
            wrong = [line for line in logs if line["log_level"] in {"error", "critical"}]
            assert wrong == [], [(line, format_exception(line.get("exc_info"))) for line in wrong[:3]]
            logs.clear()
    assert not stage.tasks[0].done()
    books = await stage.books()
    assert books.sound
    figures.set_aside = stage.app.meters.set_aside
    figures.seconds = time.monotonic() - began
    figures.megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return figures


async def _batch(stage: Stage, dice: random.Random, templates: Templates, count: int, figures: Figures) -> list[Person]:
    """Put broken updates, fans and broken answers on their way, and wait until all is handled."""
    fans: list[Person] = []
    for number in range(count):
        stage.telegram.sends_raw(stage.bot, bad_update(dice, templates))
        if number % EACH == EACH - 1:
            fans.append(stage.fan("Ana"))
            fans[-1].says(stage.group, "/checkin")
    faults = []
    for method in (*METHODS, *METHODS, POLL):
        code, body, kind = bad_answer(dice, method)
        faults.append(stage.telegram.faults.answer(method, code=code, body=body, content_type=kind))
    await stage.settled(SECONDS)
    figures.answers += sum(fault.times == 0 for fault in faults)
    stage.telegram.faults.clear()
    return fans


async def _served(stage: Stage, fans: list[Person]) -> int:
    """How many of them have read what they were paid; an answer that was promised may come a little later."""
    async with asyncio.timeout(SECONDS):
        while (heard := sum(_has_heard(stage, fan) for fan in fans)) < len(fans):
            stage.telegram.clock.advance(1)
            await asyncio.sleep(0.05)
    return heard


def _has_heard(stage: Stage, fan: Person) -> bool:
    return any("5 coins" in m.text and m.only_for is fan for m in fan.sees(stage.group))


async def _main(count: int, seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'encore.db'}"
        await migrate(url)
        async with stages(url) as play:
            figures = await fuzz(play, count, seed)
    for name, value in vars(figures).items():
        sys.stdout.write(f"{name}: {dict(value) if isinstance(value, Counter) else value}\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=100_000)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    asyncio.run(_main(options.count, options.seed))
