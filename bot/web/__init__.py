"""The bot's HTTP port on this machine: health, metrics, the orders of shops, pages of draws."""

from bot.web.draws import DrawPages
from bot.web.health import Vitals
from bot.web.hooks import OrderCalls
from bot.web.server import serving

__all__ = ["DrawPages", "OrderCalls", "Vitals", "serving"]
