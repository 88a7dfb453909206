"""python-telegram-bot against the stand-in."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from tests.sandbox.peers.evening import ACTS, Evening, greets, opened, quick
from tests.sandbox.peers.python_bot import hooked, polling


@pytest.fixture
async def evening() -> AsyncIterator[Evening]:
    """A group in which the bot answers."""
    async with quick() as telegram:
        made = opened(telegram)
        async with polling(telegram.url):
            yield made


@pytest.mark.parametrize("act", ACTS, ids=[one.__name__ for one in ACTS])
async def test_it_plays(evening: Evening, act: Callable[[Evening], Awaitable[None]]) -> None:
    """A bot of python-telegram-bot does what a hello bot does."""
    await act(evening)


async def test_it_plays_by_webhook() -> None:
    """The same with updates that are delivered to it."""
    async with quick() as telegram:
        evening = opened(telegram)
        async with hooked(telegram.url):
            await greets(evening)
