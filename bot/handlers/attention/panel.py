"""What the staff's panel can do about what the shop says by itself."""

from bot.handlers.attention.quiet import hours_reader, quiet_form
from bot.handlers.kit.blanks import PanelAct, bare, blanks_of
from bot.rules.attention.bounds import BoundsPolicy, span_of
from bot.rules.panel import Section
from bot.rules.policies import Policies


def panel_acts(policies: Policies) -> tuple[PanelAct, ...]:
    """Look at the bounds and at what wasn't sent, and change the bounds."""
    limits = policies[BoundsPolicy]
    hours = tuple(f"{span.begins}-{span.ends}" for span in map(span_of, limits.offered))
    numbers = blanks_of(
        quiet_form(limits), most=("3", "4", "6", "8"), promotional=("1", "2", "3"), gap=("60m", "90m", "120m")
    )
    return (
        PanelAct("quiet_show", Section.ATTENTION, "quiet", unlogged=True),
        PanelAct(
            "quiet",
            Section.ATTENTION,
            "quiet",
            (bare("hours", hours_reader(limits), *hours, needed=False), *numbers),
            owner=True,
            some=True,
        ),
        PanelAct("unsent", Section.ATTENTION, "why", unlogged=True),
    )
