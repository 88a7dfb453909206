"""What the staff's panel can do with held rewards and with staff."""

from bot.handlers.kit.blanks import PanelAct
from bot.rules.panel import Section
from bot.rules.policies import Policies


def panel_acts(_policies: Policies) -> tuple[PanelAct, ...]:
    """What waits for the shop's look, and the list of staff. They stand after the ways by which fans come."""
    return (
        PanelAct("held", Section.FANS, "held", unlogged=True, row=1),
        PanelAct("staff", Section.FANS, "staff", unlogged=True, owner=True, row=1),
    )
