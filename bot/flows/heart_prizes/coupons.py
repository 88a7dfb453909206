"""A heart goal opens a drop that was kept for it: `coupon:12`."""

from collections.abc import Sequence
from dataclasses import replace

from bot.features.hearts.prizes import Prize, PrizeTools
from bot.rules.act import Act
from bot.rules.coupon_states import CampaignState, KeptFor
from bot.rules.hearts.hearts import Give
from bot.rules.numbers import read_number
from bot.rules.place import Place
from bot.rules.policies import Policies
from bot.store.coupons.campaigns import campaign_numbered
from bot.store.coupons.hand_out import unlock
from bot.store.engine.sessions import Tx

NAME = "coupon"
HIGHEST = 2**31 - 1


def _read(parts: Sequence[str], _policies: Policies) -> Give | None:
    """The campaign's number, with or without its sign."""
    number = read_number(parts[0].removeprefix("#"), HIGHEST) if len(parts) == 1 else None
    return Give(NAME, number=number) if number else None


def _complete(tx: Tx, place: Place, give: Give) -> Give | None:
    """The campaign's title, if it is kept for hearts."""
    campaign = campaign_numbered(tx, place.community_id, give.number)
    if campaign is None or campaign.kept_for is not KeptFor.HEARTS or campaign.state is not CampaignState.OPEN:
        return None
    return replace(give, title=campaign.title)


def _open(tx: Tx, act: Act, give: Give, _tools: PrizeTools) -> bool:
    """From now on it is a drop like any other."""
    campaign = campaign_numbered(tx, act.community_id, give.number)
    return campaign is not None and unlock(tx, act, campaign.id) is not None


COUPON = Prize(name=NAME, read=_read, complete=_complete, open=_open)
