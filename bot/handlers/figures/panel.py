"""What the staff's panel can do with figures."""

from dataclasses import replace

from bot.content.buttons.figures import NOW, SOURCES
from bot.features.figures.reports import has_begun
from bot.handlers.figures.reports import read_wish
from bot.handlers.kit.blanks import PanelAct, bare
from bot.rules.figures.windows import PERIODS
from bot.rules.panel import Section
from bot.rules.policies import Policies


def panel_acts(_policies: Policies) -> tuple[PanelAct, ...]:
    """The shop's report. It stands last in its section."""
    which = replace(bare("days", read_wish, NOW, *PERIODS, SOURCES), when={NOW: has_begun})
    return (PanelAct("report", Section.FANS, "report", (which,), unlogged=True, row=2),)
