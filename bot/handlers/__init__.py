"""What people say and press, feature by feature: filter, parse, call, render."""

from bot.handlers import (
    admin,
    campaigns,
    checkins,
    communities,
    coupons,
    evenings,
    gift_offers,
    gifts,
    hearts,
    holding,
    items,
    joining,
    members,
    orders,
    packets,
    preferences,
    privacy,
    raffles,
    reporting,
    rooms,
    setting_up,
    shop,
    sources,
    staff,
    streams,
    topics,
)
from bot.handlers.table import Table

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
