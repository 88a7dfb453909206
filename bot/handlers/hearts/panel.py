"""What the staff's panel can do with heart goals."""

from bot.features.hearts.panel import list_goals, reach_of
from bot.features.hearts.prizes import readers_of
from bot.flows.heart_prizes import PRIZES
from bot.handlers.hearts.hearts import HEARTS_FORM
from bot.handlers.kit.blanks import PanelAct, Pick, blanks_of
from bot.rules.hearts.hearts import HeartPolicy
from bot.rules.panel import RUNNING, Section
from bot.rules.policies import Policies

LISTS = {Section.HEARTS: list_goals}


def panel_acts(policies: Policies) -> tuple[PanelAct, ...]:
    """A new goal, how it stands, and its end."""
    return (
        PanelAct(
            "hearts",
            Section.HEARTS,
            "hearts",
            blanks_of(
                HEARTS_FORM,
                {"gives": (Pick("coupon:", Section.COUPONS, RUNNING),)},
                goals=("100", "50,200", "100,300,500"),
                gives=("packet:500/20",),
            ),
            gives=True,
            reach=reach_of(policies[HeartPolicy], readers_of(PRIZES, policies)),
        ),
        PanelAct("hearts_show", Section.HEARTS, "hearts", unlogged=True),
        PanelAct("hearts_cancel", Section.HEARTS, "hearts", tail="cancel", danger=True),
    )
