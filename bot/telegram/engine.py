"""What the whole floor works with: the database, the lines to Telegram, and what measures both."""

from dataclasses import dataclass

from aiogram import Bot

from bot.clock import Clock
from bot.meters import Meters
from bot.store.engine.db import Database
from bot.store.engine.hold import Hold
from bot.telegram.calls import Outbound
from bot.telegram.pacer import Pacer
from bot.telegram.session import LightSession


@dataclass(frozen=True, slots=True)
class Engine:
    """The database, the lines to Telegram, and what measures both."""

    bot: Bot
    session: LightSession
    pacer: Pacer
    out: Outbound
    db: Database
    clock: Clock
    meters: Meters
    hold: Hold
