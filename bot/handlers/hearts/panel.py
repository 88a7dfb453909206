"""What the staff's panel can do with heart goals."""

from dataclasses import replace

from bot.features.hearts.panel import count_gives, is_set, list_ended, list_goals, may_set, reach_of
from bot.features.hearts.prizes import readers_of
from bot.flows.heart_prizes import PRIZES
from bot.handlers.hearts.hearts import HEARTS_FORM
from bot.handlers.kit.blanks import PanelAct, Parts, Pick, blanks_of
from bot.rules.hearts.hearts import split_goals
from bot.rules.panel import RUNNING, Section
from bot.rules.policies import Policies

LISTS = {Section.HEARTS: list_goals}
ENDED = {Section.HEARTS: list_ended}
FOR_HEARTS = "for_hearts"
"""How drops are marked that a heart goal can open."""


def panel_acts(policies: Policies) -> tuple[PanelAct, ...]:
    """A new goal, how it stands, and its end."""
    readers = readers_of(PRIZES, policies)
    blanks = blanks_of(
        HEARTS_FORM,
        {"gives": (Pick("coupon:", Section.COUPONS, RUNNING, FOR_HEARTS),)},
        goals=("100", "50,200", "100,300,500"),
        gives=("packet:300/10", "packet:500/20", "packet:1000/50"),
    )
    # Each number of hearts opens something: one question for each.
    parts = Parts("goals", count_gives(readers), split_goals)
    return (
        PanelAct(
            "hearts",
            Section.HEARTS,
            "hearts",
            tuple(replace(blank, parts=parts) if blank.name == "gives" else blank for blank in blanks),
            gives=True,
            reach=reach_of(readers),
            offered=may_set,
        ),
        PanelAct("hearts_show", Section.HEARTS, "hearts", unlogged=True, offered=is_set),
        PanelAct("hearts_cancel", Section.HEARTS, "hearts", tail="cancel", danger=True, offered=is_set),
    )
