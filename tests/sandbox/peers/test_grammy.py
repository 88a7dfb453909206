"""grammY against the stand-in."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from tests.sandbox.peers.evening import ACTS, SECRET, Evening, greets, opened, quick
from tests.sandbox.peers.node import running


@pytest.fixture
async def evening() -> AsyncIterator[Evening]:
    """A group in which the bot answers."""
    async with quick() as telegram:
        made = opened(telegram)
        async with running("bot.cjs", telegram.url):
            yield made


@pytest.mark.parametrize("act", ACTS, ids=[one.__name__ for one in ACTS])
async def test_it_plays(evening: Evening, act: Callable[[Evening], Awaitable[None]]) -> None:
    """A bot of grammY does what a hello bot does."""
    await act(evening)


async def test_it_plays_by_webhook() -> None:
    """The same with updates that are delivered to it."""
    async with quick() as telegram:
        evening = opened(telegram)
        async with running("bot.cjs", telegram.url, SECRET):
            await greets(evening)
