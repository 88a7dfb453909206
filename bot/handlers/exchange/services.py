"""What the handlers of the exchange are given."""

from dataclasses import dataclass

from bot.features.communities import Communities
from bot.features.exchange.coming import Awaited
from bot.features.exchange.exports import Exports
from bot.handlers.kit.imports import FileTalk


@dataclass(frozen=True, slots=True)
class ExchangeServices:
    """The use cases of members by file and of exports."""

    awaited: Awaited
    exports: Exports
    file_talk: FileTalk
    communities: Communities
