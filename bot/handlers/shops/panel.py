"""What the staff's panel can do with reports."""

from bot.handlers.kit.blanks import PanelAct, bare
from bot.handlers.kit.forms import one_of
from bot.rules.panel import Section
from bot.rules.policies import Policies
from bot.rules.shops.report import PERIODS


def panel_acts(_policies: Policies) -> tuple[PanelAct, ...]:
    """The shop's report. It stands last in its section."""
    days = bare("days", one_of(PERIODS), "7d", "30d")
    return (PanelAct("report", Section.FANS, "report", (days,), unlogged=True, row=2),)
