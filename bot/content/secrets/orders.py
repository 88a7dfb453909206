"""Secrets in what is told of orders: what the shop's platform signs with, and codes."""

from bot.content.buttons.shared import ADMIN
from bot.content.secret import Secret, Secrets
from bot.rules.orders.orders import HookShown, OrderShown

SECRETS: Secrets = {HookShown: Secret(("secret",), ADMIN), OrderShown: Secret(("code",))}
