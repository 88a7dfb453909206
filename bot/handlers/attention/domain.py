"""How the domain plugs in."""

from bot.handlers.kit.domain import Domain

DOMAIN = Domain(name="attention")
