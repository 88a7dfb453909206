"""A handler of the table: what it asks for by the names of its parameters is found when the bot is wired."""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot.telegram.incoming import Incoming

Handle = Callable[..., Awaitable[None]]

OF_THE_UPDATE = frozenset({"ask", "bot", "cause", "message", "press", "received_at", "rest", "update"})
"""Names of what a handler gets from its update; `message` and `press` are aiogram's models, built when asked for.
All other names are those of services."""


class Handler:
    """An asynchronous function, and what it is called with."""

    def __init__(self, callback: Handle) -> None:
        if not inspect.iscoroutinefunction(callback):
            raise TypeError(f"{callback} isn't asynchronous")
        self.callback = callback
        self.name: str = callback.__qualname__
        self.asks = tuple(inspect.signature(callback).parameters)
        """Names of its parameters."""
        self._of_update = tuple(name for name in self.asks if name in OF_THE_UPDATE)
        self._services: dict[str, Any] = {}

    def bind(self, services: Mapping[str, Any]) -> None:
        """Find the services that it asks for.

        Raises:
            LookupError: there is no service of such a name.
        """
        wanted = [name for name in self.asks if name not in OF_THE_UPDATE]
        if missing := [name for name in wanted if name not in services]:
            raise LookupError(f"{self.name} asks for {missing}, which nobody gives")
        self._services = {name: services[name] for name in wanted}

    async def call(self, update: Incoming, **instead: Any) -> None:
        """Call it for an update. `instead` are services that take the place of the usual ones.

        Raises:
            UnfitError: it asks for a model that the update's JSON doesn't fit.
        """
        given = dict(self._services)
        for name in self._of_update:
            given[name] = update if name == "update" else getattr(update, name)
        for name, service in instead.items():
            if name in given:
                given[name] = service
        await self.callback(**given)
