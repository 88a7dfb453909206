"""How long a test waits for what should come, before it gives up."""

import asyncio

MEANT = 5.0
"""Seconds. Whoever waits for less wants to see that nothing comes."""
factor = 1.0
"""How many times longer than a test says: more on a machine that does other things too."""


def patience(seconds: float) -> asyncio.Timeout:
    """A limit to waiting for what should come."""
    return asyncio.timeout(seconds * factor if seconds >= MEANT else seconds)
