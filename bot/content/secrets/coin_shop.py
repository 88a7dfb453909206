"""Secrets in outcomes of the coin shop: the code of a coupon that was bought."""

from bot.content.buttons.shared import COUPONS
from bot.content.secret import Secret, Secrets
from bot.rules.coin_shop.shelf import Bought

SECRETS: Secrets = {Bought: Secret(("code",), COUPONS)}
