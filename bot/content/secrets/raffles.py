"""Secrets in what is told of raffles: the salt of one's own line."""

from bot.content.buttons.raffles import RAFFLES
from bot.content.secret import Secret, Secrets
from bot.rules.raffles.entries import MyEntry

SECRETS: Secrets = {MyEntry: Secret(("salt",), RAFFLES)}
