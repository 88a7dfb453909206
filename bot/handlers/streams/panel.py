"""What the staff's panel can do with streams."""

from bot.features.streams.panel import list_streams, reach_moved, reach_new
from bot.handlers.kit.blanks import PanelAct, bare, blanks_of, flag
from bot.handlers.kit.forms import Field, Form, Moment
from bot.handlers.kit.readers import link
from bot.handlers.streams.airings import END, GO_LIVE_FORM, NEW_STREAM_FORM, read_move
from bot.rules.panel import Section
from bot.rules.policies import Policies
from bot.rules.streams.streams import Move, Phase
from bot.store.panel import reach_everywhere

LISTS = {Section.STREAMS: list_streams}

COMING = frozenset({Phase.COMING, Phase.DELAYED, Phase.STARTING})
ON = frozenset({Phase.STARTING, Phase.ON_AIR})


def new_start(_name: str, text: str, moment: Moment) -> Move:
    """By how long, or to when."""
    return read_move(text, moment)


def panel_acts(_policies: Policies) -> tuple[PanelAct, ...]:
    """A new stream, and what becomes of it: it goes live, is delayed, ends, or is called off."""
    return (
        PanelAct(
            "newstream",
            Section.STREAMS,
            "newstream",
            blanks_of(
                NEW_STREAM_FORM,
                at=("+1h", "19:00", "20:00", "21:00"),
                remind=("24h,1h,10m", "1h,10m", "10m", "off"),
                length=("1h", "2h", "3h", "4h"),
            ),
            reach=reach_new,
        ),
        PanelAct("golive_now", Section.STREAMS, "golive", blanks_of(GO_LIVE_FORM), reach=reach_everywhere),
        PanelAct(
            "golive",
            Section.STREAMS,
            "golive",
            blanks_of(GO_LIVE_FORM),
            head="#{number}",
            states=COMING | ON,
            reach=reach_everywhere,
        ),
        PanelAct(
            "delay",
            Section.STREAMS,
            "delay",
            (bare("time", new_start, "15m", "30m", "1h"),),
            tail="#{number}",
            states=COMING,
            reach=reach_moved,
        ),
        PanelAct(
            "endlive",
            Section.STREAMS,
            "endlive",
            blanks_of(Form({"url": Field(link)}, END)),
            head="#{number}",
            states=ON,
            reach=reach_everywhere,
        ),
        PanelAct(
            "cancelstream",
            Section.STREAMS,
            "cancelstream",
            (flag("all"),),
            head="{number}",
            states=COMING | ON,
            danger=True,
            reach=reach_moved,
        ),
    )
