"""The bot's HTTP port on this machine (health, metrics, orders of shops, pages of draws), and Telegram's deliveries."""

from bot.web.deliveries import Deliveries, taking_deliveries
from bot.web.draws import DrawPages
from bot.web.health import Vitals
from bot.web.hooks import OrderCalls
from bot.web.server import serving

__all__ = ["Deliveries", "DrawPages", "OrderCalls", "Vitals", "serving", "taking_deliveries"]
