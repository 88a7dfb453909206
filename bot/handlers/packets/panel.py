"""What the staff's panel can do with red packets."""

from bot.features.packets.panel import list_ended, list_packets, reach_new, thick_enough
from bot.handlers.kit.blanks import SEGMENTS, Blank, PanelAct, bare, flag
from bot.handlers.kit.forms import segment, whole
from bot.handlers.packets.packets import days_back
from bot.rules.packets.packets import PacketPolicy
from bot.rules.panel import Section
from bot.rules.policies import Policies

LISTS = {Section.PACKETS: list_packets}
ENDED = {Section.PACKETS: list_ended}


def panel_acts(policies: Policies) -> tuple[PanelAct, ...]:
    """A new packet of the shop's coins."""
    policy = policies[PacketPolicy]
    return (
        PanelAct(
            "redpacket",
            Section.PACKETS,
            "redpacket",
            (
                bare("coins", whole(1, policy.most_coins), "500", "1000", "3000"),
                bare("shares", whole(1, policy.most_shares), "10", "20", "50", "100"),
                flag("rush"),
                Blank("fresh", days_back(policy), quick=("7d", "30d"), rare=True),
                Blank("for", segment, quick=SEGMENTS, rare=True),
            ),
            gives=True,
            costs=True,
            reach=reach_new,
            fits=thick_enough,
        ),
    )
