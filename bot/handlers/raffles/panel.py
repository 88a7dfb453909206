"""The acts of raffles on the staff's panel."""

from bot.features.raffles.panel import list_raffles, reach_called_off
from bot.handlers.kit.blanks import SEGMENTS, PanelAct, bare, blanks_of
from bot.handlers.kit.forms import whole
from bot.handlers.raffles.forms import RaffleForms
from bot.rules.panel import Section
from bot.rules.policies import Policies
from bot.rules.raffles.facts import RafflePolicy
from bot.store.panel import reach_groups

LISTS = {Section.RAFFLES: list_raffles}


def panel_acts(policies: Policies) -> tuple[PanelAct, ...]:
    """Open a raffle, call one off, draw places anew."""
    forms = RaffleForms.of(policies[RafflePolicy])
    return (
        PanelAct(
            "newraffle",
            Section.RAFFLES,
            "newraffle",
            blanks_of(
                forms.new,
                None,
                winners=("1", "3", "5", "10"),
                closes=("+10m", "+30m", "+1h", "+1d"),
                ticket=("0", "30", "50"),
                needs=("checkin", "stream", "checkin,stream"),
                fresh=("7d", "30d"),
                cap=("7d", "30d"),
                weights=("1,1,1,1", "1,1,2,3"),
                reserves=("0", "2", "5"),
                beacon=("yes", "no"),
                **{"for": SEGMENTS},
            ),
            reach=reach_groups,
        ),
        PanelAct(
            "raffle_cancel",
            Section.RAFFLES,
            "raffle",
            head="{number}",
            tail="cancel",
            states=frozenset({"open", "closed", "listed"}),
            danger=True,
            reach=reach_called_off,
        ),
        PanelAct(
            "raffle_redraw",
            Section.RAFFLES,
            "raffle",
            (bare("entry", whole(1, 2**31 - 1), needed=False), *blanks_of(forms.redraw)),
            head="{number} redraw",
            states=frozenset({"drawn"}),
            danger=True,
            owner=True,
            reach=reach_groups,
        ),
    )
