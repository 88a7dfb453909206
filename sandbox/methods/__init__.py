"""The Bot API's methods that are played here; any other one gets a 404."""

from collections.abc import Callable
from typing import Any

from sandbox.checks import METHOD_NAMES
from sandbox.methods import (
    answering,
    chats,
    commands,
    editing,
    ephemeral,
    files,
    inline,
    links,
    media,
    members,
    passing,
    polls,
    rich,
    sending,
    settings,
    things,
    topics,
)
from sandbox.methods.ask import Ask

Handler = Callable[[Ask], Any]

HANDLERS: dict[str, Handler] = {
    **answering.METHODS,
    **chats.METHODS,
    **commands.METHODS,
    **editing.METHODS,
    **ephemeral.METHODS,
    **files.METHODS,
    **inline.METHODS,
    **links.METHODS,
    **media.METHODS,
    **members.METHODS,
    **passing.METHODS,
    **polls.METHODS,
    **rich.METHODS,
    **sending.METHODS,
    **settings.METHODS,
    **things.METHODS,
    **topics.METHODS,
}
BY_LOWER_NAME: dict[str, tuple[str, Handler]] = {
    name.lower(): (METHOD_NAMES[name.lower()], handler) for name, handler in HANDLERS.items()
}
"""Method names count in any letter case (https://core.telegram.org/bots/api#making-requests)."""
