"""Secrets in outcomes of gifts: the friend's code, and the link of a card that wasn't sent on yet."""

from bot.content.buttons.gifts import GIFT
from bot.content.buttons.shared import COUPONS
from bot.content.secret import Secret, Secrets
from bot.rules.gifts.cards import GiftCard
from bot.rules.gifts.openings import GiftWelcome

SECRETS: Secrets = {GiftWelcome: Secret(("code",), COUPONS), GiftCard: Secret(("payload",), GIFT)}
