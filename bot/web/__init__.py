"""What the bot says and hears over HTTP on this machine: whether it works, its numbers, a shop's orders, draws."""

from bot.web.draws import DrawPages
from bot.web.health import Vitals
from bot.web.hooks import OrderCalls
from bot.web.server import serving

__all__ = ["DrawPages", "OrderCalls", "Vitals", "serving"]
