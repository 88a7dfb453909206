"""Buttons under reports and the digest."""

from bot.content.button import Button, Rows
from bot.content.buttons.shared import RECEIVED, Buttons
from bot.rules.figures.digest import Digest, DigestOff, DigestOn
from bot.rules.figures.funnel import SourceFunnel
from bot.rules.figures.reports import NoStreamYet, PeriodReport, StreamReport
from bot.rules.figures.windows import PERIODS

REPORT = "report"
"""`report:<shop>:<what>` shows another report: `now`, `7d`, `30d`, `sources`, or `a<airing>`."""
DIGEST = "digest"
"""`digest:<shop>:off` and `digest:<shop>:on` switch the morning digest."""
NOW, SOURCES, AIRING = "now", "sources", "a"
OFF, ON = "off", "on"


def _press(community_id: int, what: str, label: str) -> Button:
    return Button(label, press=f"{REPORT}:{community_id}:{what}")


def _others(community_id: int, *left_out: str) -> tuple[Button, ...]:
    """The other reports: periods, then sources."""
    labels = {**{name: f"last_{name}" for name in PERIODS}, SOURCES: SOURCES}
    return tuple(_press(community_id, what, label) for what, label in labels.items() if what not in left_out)


def _stream(told: StreamReport) -> Rows:
    again = () if told.final else ((_press(told.community_id, f"{AIRING}{told.airing_id}", "again"),),)
    return (*again, _others(told.community_id))


def _period(told: PeriodReport) -> Rows:
    shown = next((name for name, days in PERIODS.items() if days == told.days), "")
    received = Button("received", press=f"{RECEIVED}:{told.community_id}")
    return ((_press(told.community_id, NOW, "latest"), *_others(told.community_id, shown)), (received,))


def _none_yet(told: NoStreamYet) -> Rows:
    return (_others(told.community_id),)


def _funnel(told: SourceFunnel) -> Rows:
    return ((_press(told.community_id, NOW, "latest"), *_others(told.community_id, SOURCES)),)


def _digest(told: Digest) -> Rows:
    off = Button("digest_off", press=f"{DIGEST}:{told.community_id}:{OFF}")
    received = Button("received", press=f"{RECEIVED}:{told.community_id}")
    return ((_press(told.community_id, "7d", "last_7d"), off), (received,))


def _off(told: DigestOff) -> Rows:
    return ((Button("digest_on", press=f"{DIGEST}:{told.community_id}:{ON}"),),)


def _on(told: DigestOn) -> Rows:
    return ((Button("digest_off", press=f"{DIGEST}:{told.community_id}:{OFF}"),),)


BUTTONS: Buttons = {
    StreamReport: _stream,
    PeriodReport: _period,
    NoStreamYet: _none_yet,
    SourceFunnel: _funnel,
    Digest: _digest,
    DigestOff: _off,
    DigestOn: _on,
}
