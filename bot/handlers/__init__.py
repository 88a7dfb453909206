"""What people say and press, feature by feature: filter, parse, call, render."""

from bot.handlers import general as communities
from bot.handlers.checkins import checkins
from bot.handlers.coin_shop import items
from bot.handlers.coin_shop import shelf as shop
from bot.handlers.coupons import campaigns
from bot.handlers.coupons import claims as coupons
from bot.handlers.gifts import cards as gifts
from bot.handlers.gifts import offers as gift_offers
from bot.handlers.hearts import hearts
from bot.handlers.kit.table import Table
from bot.handlers.orders import orders
from bot.handlers.packets import packets
from bot.handlers.people import board as members
from bot.handlers.people import joining, preferences, privacy, sources
from bot.handlers.raffles import raffles
from bot.handlers.shops import report as reporting
from bot.handlers.shops import rooms, topics
from bot.handlers.shops import setup as setting_up
from bot.handlers.staff import held as holding
from bot.handlers.staff import panel as admin
from bot.handlers.staff import staff
from bot.handlers.streams import airings as evenings
from bot.handlers.streams import streams

FEATURES = (
    admin,
    checkins,
    coupons,
    packets,
    members,
    shop,
    streams,
    raffles,
    campaigns,
    items,
    orders,
    evenings,
    gift_offers,
    gifts,
    setting_up,
    rooms,
    topics,
    communities,
    joining,
    sources,
    reporting,
    hearts,
    holding,
    staff,
    preferences,
    privacy,
)


def setup() -> Table:
    """A fresh root router with every desk; what no desk knows goes to the last one."""
    return Table(
        [feature.setup() for feature in FEATURES],
        message_else=communities.something_else,
        message_borrowed=communities.borrowed,
        press_else=communities.stale_press,
    )
