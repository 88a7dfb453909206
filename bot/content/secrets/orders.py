"""Secrets in outcomes of orders: the secret with which the shop's platform signs, and codes."""

from bot.content.buttons.shared import ADMIN
from bot.content.secret import Secret, Secrets
from bot.rules.orders.orders import HookShown, OrderShown

SECRETS: Secrets = {HookShown: Secret(("secret",), ADMIN), OrderShown: Secret(("code",))}
