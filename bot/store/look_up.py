"""How domains have Telegram asked about people before places are given."""

from collections.abc import Awaitable, Callable, Sequence

LookUp = Callable[[int, Sequence[int]], Awaitable[None]]
"""(community, user ids) → asks Telegram whether they are still in one of the shop's rooms, and writes down its answer.
Who can't be asked about stays as last known. Called before places are given, outside any transaction."""
