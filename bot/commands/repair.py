"""`python -m bot repair`: list what is set aside, put it back, or drop it. For the person who runs the server."""

import asyncio
from datetime import datetime

from bot.clock import Clock
from bot.commands.offline import RefusedError, run_offline, write_alone
from bot.settings import Settings
from bot.store import damage
from bot.store.engine.checkup import read_once
from bot.store.engine.lock import alone
from bot.store.engine.sessions import Tx
from bot.store.messages.set_aside import UPDATE, Aside, drop, list_aside, take_back

ALL = "all"


def list_set_aside(settings: Settings) -> int:
    """Print what is set aside, without its content, and return the exit code."""

    def work(url: str) -> str:
        found = asyncio.run(read_once(url, list_aside))
        if not found:
            return "nothing is set aside\n"
        return "".join(f"{line}\n" for line in ("number  what  which  why  since (UTC)", *map(_line_of, found)))

    return run_offline(settings, work)


def put_back(settings: Settings, which: str, clock: Clock) -> int:
    """Put back what is set aside, so that the next start tries it again; return the exit code.

    `which` is a number of the list, or `all`.
    """

    def work(url: str) -> str:
        with alone(url):
            done, left = asyncio.run(write_alone(url, lambda tx: _put_back(tx, which, clock.now())))
        return f"{done} put back, {left} stay\n" if left else f"{done} put back\n"

    return run_offline(settings, work)


def drop_set_aside(settings: Settings, which: str, *, yes: bool) -> int:
    """Delete for good what is set aside, and return the exit code. Without `yes` nothing is deleted.

    `which` is a number of the list, or `all`.
    """

    def work(url: str) -> str:
        if not yes:
            raise RefusedError("what is dropped doesn't come back; add --yes to do it")
        with alone(url):
            return f"dropped {asyncio.run(write_alone(url, lambda tx: drop(tx, _chosen_numbers(tx, which))))}\n"

    return run_offline(settings, work)


def _put_back(tx: Tx, which: str, now: datetime) -> tuple[int, int]:
    """Return how many were put back, and how many stay set aside because they still can't be read."""
    numbers = set(_chosen_numbers(tx, which))
    done = 0
    for one in list_aside(tx):
        if one.number in numbers:
            done += take_back(tx, one.number) if one.kind == UPDATE else damage.put_back(tx, one.number, now)
    return done, len(numbers) - done


def _chosen_numbers(tx: Tx, which: str) -> list[int]:
    known = [one.number for one in list_aside(tx)]
    if which == ALL:
        return known
    if not which.isdecimal() or int(which[:18]) not in known:
        raise RefusedError("there is no such number; `python -m bot repair` lists them")
    return [int(which[:18])]


def _line_of(one: Aside) -> str:
    return f"{one.number}  {one.kind}  {one.key}  {one.reason}  {one.at:%Y-%m-%d %H:%M}"
