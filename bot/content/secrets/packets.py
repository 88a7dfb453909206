"""Secrets in outcomes of red packets: the salt of the fan's own line."""

from bot.content.secret import Secret, Secrets
from bot.rules.packets.packets import PacketProof

SECRETS: Secrets = {PacketProof: Secret(("salt",))}
