"""What steps of heart goals can open: one file for each domain whose things are prizes."""

from bot.features.hearts.prizes import Prize
from bot.flows.heart_prizes.coupons import COUPON
from bot.flows.heart_prizes.packets import PACKET
from bot.flows.heart_prizes.raffles import RAFFLE

PRIZES: tuple[Prize, ...] = (
    COUPON,
    PACKET,
    RAFFLE,
)
