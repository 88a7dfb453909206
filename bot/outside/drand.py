"""drand's quicknet over HTTPS: the one public beacon that raffles can name.

A round is accepted only if its randomness is the SHA-256 of its signature, and the key of the League of Entropy made
the signature. A mirror that answers something else is skipped, like a mirror that is down.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import aiohttp

from bot.logs import get_logger
from bot.outside.quicknet import is_signed
from bot.plain_json import read_json
from bot.rules.beacons import QUICKNET, Pulse

log = get_logger("beacon")

MIRRORS = ("https://api.drand.sh", "https://api2.drand.sh", "https://drand.cloudflare.com")
TIMEOUT = aiohttp.ClientTimeout(total=2.0)
"""How long one mirror may take. It is short because the clock's other work waits meanwhile."""
LARGEST = 4096
"""How many bytes of an answer are read."""
HTTP_OK = 200


class Drand:
    """A client of drand's HTTP API."""

    chain = QUICKNET

    def __init__(
        self,
        mirrors: tuple[str, ...] = MIRRORS,
        session: Callable[[], aiohttp.ClientSession] = aiohttp.ClientSession,
    ) -> None:
        self._mirrors = mirrors
        self._session = session

    async def fetch(self, number: int) -> Pulse | None:
        """Round `number` from the first mirror that has it; None if no mirror has it."""
        async with self._session() as session:
            for mirror in self._mirrors:
                pulse = await self._fetch_from(session, f"{mirror}/{self.chain.hash}/public/{number}", number)
                if pulse is not None:
                    return pulse
        return None

    async def _fetch_from(self, session: aiohttp.ClientSession, url: str, number: int) -> Pulse | None:
        try:
            async with session.get(url, timeout=TIMEOUT) as response:
                if response.status != HTTP_OK:
                    log.info("round_refused", round=number, status=response.status)
                    return None
                body = await response.content.read(LARGEST)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            log.info("round_not_had", round=number, error=type(error).__name__)
            return None
        pulse = read_pulse(body)
        if pulse is None or pulse.round != number or not pulse.is_sound:
            log.warning("round_unsound", round=number)
            return None
        if not await asyncio.to_thread(is_signed, number, pulse.signature):
            log.warning("round_unsigned", round=number)
            return None
        return pulse


def read_pulse(body: bytes) -> Pulse | None:
    """Read a round as drand writes it. None if `body` is something else."""
    try:
        fields: Any = read_json(body)
        return Pulse(int(fields["round"]), str(fields["randomness"]), str(fields["signature"]))
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None
