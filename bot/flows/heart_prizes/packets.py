"""A heart goal opens a red packet of the shop's coins: `packet:500/20`, or `packet:500/20/rush`."""

from collections.abc import Sequence

from bot.features.hearts.prizes import Prize, PrizeTools
from bot.features.packets.giveaway import given_under
from bot.features.packets.opening import OpeningTools, open_packet
from bot.rules.act import Act
from bot.rules.hearts.hearts import Give
from bot.rules.numbers import read_number
from bot.rules.packets.packets import NewPacket, PacketOpened, PacketPolicy
from bot.rules.policies import Policies
from bot.rules.sealing import SEED_BYTES
from bot.store.engine.sessions import Tx

NAME = "packet"


def _read(parts: Sequence[str], policies: Policies) -> Give | None:
    """Coins, shares, and perhaps `rush`."""
    policy = policies[PacketPolicy]
    rush = len(parts) == 3 and parts[2].lower() == "rush"  # noqa: PLR2004  # coins, shares, rush
    if not (len(parts) == 2 or rush):  # noqa: PLR2004
        return None
    coins, shares = read_number(parts[0], policy.most_coins), read_number(parts[1], policy.most_shares)
    if not coins or not shares or shares > coins:
        return None
    return Give(NAME, coins=coins, shares=shares, rush=rush)


def _open(tx: Tx, act: Act, give: Give, tools: PrizeTools) -> bool:
    """Its coins counted, and the owner heard of them, when the goal was set."""
    opening = OpeningTools(tools.policies[PacketPolicy], tools.giveaways)
    wish = NewPacket(give.coins, give.shares, rush=give.rush)
    opened = open_packet(tx, act, wish, tools.fresh_bytes(SEED_BYTES), opening, promised=True)
    return isinstance(opened, PacketOpened)


PACKET = Prize(name=NAME, read=_read, open=_open, given=given_under)
