"""drand's quicknet over HTTPS: the one public beacon that raffles can name.

A round counts as had only if its randomness is SHA-256 of its signature, and the League's key made the signature. A
mirror that tells something else is passed over like one that is down.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import aiohttp

from bot.logs import get_logger
from bot.outside.quicknet import signed
from bot.plain_json import read_json
from bot.rules.beacons import QUICKNET, Pulse

log = get_logger("beacon")

MIRRORS = ("https://api.drand.sh", "https://api2.drand.sh", "https://drand.cloudflare.com")
TIMEOUT = aiohttp.ClientTimeout(total=2.0)
"""Of one mirror: the clock's other work waits meanwhile."""
LARGEST = 4096
"""Bytes of an answer that are read."""
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
        """This round from the first mirror that has it, or None."""
        async with self._session() as session:
            for mirror in self._mirrors:
                pulse = await self._ask(session, f"{mirror}/{self.chain.hash}/public/{number}", number)
                if pulse is not None:
                    return pulse
        return None

    async def _ask(self, session: aiohttp.ClientSession, url: str, number: int) -> Pulse | None:
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
        if not await asyncio.to_thread(signed, number, pulse.signature):
            log.warning("round_unsigned", round=number)
            return None
        return pulse


def read_pulse(body: bytes) -> Pulse | None:
    """A round as drand writes it, or None if it is something else."""
    try:
        told: Any = read_json(body)
        return Pulse(int(told["round"]), str(told["randomness"]), str(told["signature"]))
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None
