"""How a domain asks Telegram about people before it gives them prizes or shares."""

from collections.abc import Awaitable, Callable, Sequence

LookUp = Callable[[int, Sequence[int]], Awaitable[None]]
"""(community id, user ids) → asks Telegram whether these people are still in the shop's rooms, and stores the answers.

A person whom Telegram doesn't tell about stays as last known. Called outside any transaction."""
