"""Secrets in outcomes of raffles: the salt of the fan's own line."""

from bot.content.buttons.raffles import RAFFLES
from bot.content.secret import Secret, Secrets
from bot.rules.raffles.entries import MyEntry

SECRETS: Secrets = {MyEntry: Secret(("salt",), RAFFLES)}
