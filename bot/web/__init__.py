"""What the bot tells over HTTP on this machine: whether it lives, whether it works, and its numbers."""

from bot.web.health import Vitals
from bot.web.server import serving

__all__ = ["Vitals", "serving"]
