"""What the bot says and hears over HTTP on this machine: whether it works, its numbers, and a shop's orders."""

from bot.web.health import Vitals
from bot.web.hooks import OrderCalls
from bot.web.server import serving

__all__ = ["OrderCalls", "Vitals", "serving"]
