"""Reads that are shared by all who ask for the same at once."""

import asyncio

import pytest

from bot.single_flight import SingleFlight


class Counter:
    """A read that can be held up, and counts how often it is made."""

    def __init__(self, fails: Exception | None = None) -> None:
        self.made = 0
        self.gate = asyncio.Event()
        self._fails = fails

    async def read(self) -> int:
        """How many reads there were, once the gate is open."""
        self.made += 1
        await self.gate.wait()
        if self._fails is not None:
            raise self._fails
        return self.made


async def asking(flights: SingleFlight, counter: Counter, key: str, times: int) -> list[asyncio.Task[int]]:
    """So many who ask for the same now."""
    asked = [asyncio.create_task(flights.read(key, counter.read)) for _ in range(times)]
    await asyncio.sleep(0)
    return asked


async def test_all_who_ask_at_once_share_one_read() -> None:
    """A hundred cost one read; another key has its own; who asks after the end reads anew."""
    flights, counter = SingleFlight(), Counter()
    asked = [*await asking(flights, counter, "a", 100), *await asking(flights, counter, "b", 3)]
    counter.gate.set()
    assert set(await asyncio.gather(*asked)) == {2}
    assert counter.made == 2
    assert await flights.read("a", counter.read) == 3


async def test_who_gives_up_stops_nobody_else() -> None:
    """The first asker is cancelled, and the others get the result."""
    flights, counter = SingleFlight(), Counter()
    first, *others = await asking(flights, counter, "a", 3)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    counter.gate.set()
    assert await asyncio.gather(*others) == [1, 1]


async def test_a_failure_is_everybodys() -> None:
    """All get what the read raised; the next one tries again. Nothing is left to report if nobody waits any more."""
    flights, counter = SingleFlight(), Counter(fails=OSError("away"))
    asked = await asking(flights, counter, "a", 2)
    counter.gate.set()
    assert all(isinstance(one, OSError) for one in await asyncio.gather(*asked, return_exceptions=True))
    counter.gate.clear()
    (alone,) = await asking(flights, counter, "a", 1)
    alone.cancel()
    counter.gate.set()
    await asyncio.gather(alone, return_exceptions=True)
    await asyncio.sleep(0)
    assert counter.made == 2
