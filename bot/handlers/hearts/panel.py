"""What the staff's panel can do with heart goals."""

from bot.features.hearts.panel import list_goals, reach_new
from bot.handlers.hearts.hearts import HEARTS_FORM
from bot.handlers.kit.blanks import PanelAct, Pick, blanks_of
from bot.rules.panel import RUNNING, Section
from bot.rules.policies import Policies

LISTS = {Section.HEARTS: list_goals}


def panel_acts(_policies: Policies) -> tuple[PanelAct, ...]:
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
            reach=reach_new,
        ),
        PanelAct("hearts_show", Section.HEARTS, "hearts", unlogged=True),
        PanelAct("hearts_cancel", Section.HEARTS, "hearts", tail="cancel", danger=True),
    )
