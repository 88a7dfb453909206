"""`python -m bot repair`: lists what is set aside, puts it back, drops it; for who holds the machine."""

import asyncio
from datetime import datetime

from bot.clock import Clock
from bot.commands.offline import RefusedError, told, write
from bot.settings import Settings
from bot.store import damage
from bot.store.engine.checkup import read_once
from bot.store.engine.lock import alone
from bot.store.engine.sessions import Tx
from bot.store.messages.set_aside import UPDATE, Aside, drop, list_aside, take_back

ALL = "all"


def list_them(settings: Settings) -> int:
    """Print what is set aside, but never what stands in it; the exit code."""

    def work(url: str) -> str:
        found = asyncio.run(read_once(url, list_aside))
        if not found:
            return "nothing is set aside\n"
        return "".join(f"{line}\n" for line in ("number  what  which  why  since (UTC)", *map(_described, found)))

    return told(settings, work)


def again(settings: Settings, which: str, clock: Clock) -> int:
    """Put it back, to be tried again at the next start; the exit code."""

    def work(url: str) -> str:
        with alone(url):
            done, left = asyncio.run(write(url, lambda tx: _back(tx, which, clock.now())))
        return f"{done} put back, {left} stay\n" if left else f"{done} put back\n"

    return told(settings, work)


def drop_them(settings: Settings, which: str, *, yes: bool) -> int:
    """Delete it for good, if `yes`; the exit code."""

    def work(url: str) -> str:
        if not yes:
            raise RefusedError("what is dropped doesn't come back; add --yes to do it")
        with alone(url):
            return f"dropped {asyncio.run(write(url, lambda tx: drop(tx, _numbers(tx, which))))}\n"

    return told(settings, work)


def _back(tx: Tx, which: str, now: datetime) -> tuple[int, int]:
    """How many came back, and how many stay aside because they still can't be read."""
    numbers = set(_numbers(tx, which))
    done = 0
    for one in list_aside(tx):
        if one.number in numbers:
            back = take_back(tx, one.number) if one.kind == UPDATE else damage.put_back(tx, one.number, now)
            done += back
    return done, len(numbers) - done


def _numbers(tx: Tx, which: str) -> list[int]:
    known = [one.number for one in list_aside(tx)]
    if which == ALL:
        return known
    if not which.isdecimal() or int(which[:18]) not in known:
        raise RefusedError("there is no such number; `python -m bot repair` lists them")
    return [int(which[:18])]


def _described(one: Aside) -> str:
    return f"{one.number}  {one.kind}  {one.key}  {one.reason}  {one.at:%Y-%m-%d %H:%M}"
