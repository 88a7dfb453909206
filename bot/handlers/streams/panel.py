"""What the staff's panel can do with streams."""

from dataclasses import replace

from bot.features.streams.panel import list_ended, list_streams, none_near, reach_moved, reach_new
from bot.handlers.kit.blanks import PanelAct, bare, blanks_of, flag
from bot.handlers.kit.forms import Moment, Reader
from bot.handlers.streams.forms import END_FORM, go_live_form, new_stream_form, read_move
from bot.rules.airings import Phase
from bot.rules.panel import Section
from bot.rules.policies import Policies
from bot.rules.streams.airings import Move
from bot.rules.streams.streams import StreamPolicy
from bot.store.panel import reach_everywhere

LISTS = {Section.STREAMS: list_streams}
ENDED = {Section.STREAMS: list_ended}

COMING = frozenset({Phase.COMING, Phase.DELAYED, Phase.STARTING})
ON = frozenset({Phase.STARTING, Phase.ON_AIR})
LIVE = frozenset({Phase.ON_AIR})


def _new_start(policy: StreamPolicy) -> Reader[Move]:
    def read(_name: str, text: str, moment: Moment) -> Move:
        """By how long, or to when."""
        return read_move(text, moment, policy.max_delay)[0]

    return read


def panel_acts(policies: Policies) -> tuple[PanelAct, ...]:
    """A new stream, and what becomes of it: it goes live, is delayed, ends, or is called off."""
    policy = policies[StreamPolicy]
    new_start, go_live = _new_start(policy), go_live_form(policy)
    # What is on can get another link or word; to begin again would only repeat the announcement.
    details = {blank.name: replace(blank, needed=True) for blank in blanks_of(go_live)}
    return (
        PanelAct(
            "newstream",
            Section.STREAMS,
            "newstream",
            blanks_of(
                new_stream_form(policy),
                rare=("length",),
                at=("+1h", "19:00", "20:00", "21:00"),
                remind=("24h,1h,10m", "1h,10m", "10m", "off"),
                length=("1h", "2h", "3h", "4h"),
            ),
            reach=reach_new,
        ),
        PanelAct(
            "golive_now",
            Section.STREAMS,
            "golive",
            blanks_of(go_live),
            reach=reach_everywhere,
            offered=none_near(policy.reach),
        ),
        PanelAct(
            "golive",
            Section.STREAMS,
            "golive",
            blanks_of(go_live),
            head="#{number}",
            states=COMING,
            reach=reach_everywhere,
        ),
        *(
            PanelAct(f"live_{name}", Section.STREAMS, "golive", (blank,), head="#{number}", states=LIVE, rare=True)
            for name, blank in details.items()
        ),
        PanelAct(
            "delay",
            Section.STREAMS,
            "delay",
            (bare("time", new_start, "15m", "30m", "1h", time=True),),
            tail="#{number}",
            states=COMING,
            reach=reach_moved,
        ),
        PanelAct(
            "endlive",
            Section.STREAMS,
            "endlive",
            blanks_of(END_FORM),
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
