"""docs/attention.md, made from the code: what is said of each class comes from the rule, each kind from its outcome.

`python -m tests.attention_doc --write` writes it anew; a test holds the two together.
"""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from bot.content.catalog import OUTCOMES
from bot.rules.attention.budget import PLANNED, AttentionPolicy, Facts, Hours, Pause, Sent, decide
from bot.rules.calendar import zone
from bot.rules.folded import FOLDED
from bot.rules.promotion import ConsentState
from bot.rules.shown import CLASSES, ShownClass
from bot.rules.verdicts import Reason, Ruling

PAGE = Path(__file__).resolve().parents[1] / "docs" / "attention.md"
POLICY = AttentionPolicy()
SEOUL = "Asia/Seoul"
CARDS = {
    "drop": "The card of a drop.",
    "packet": "The card of a red packet.",
    "raffle": "The card of a raffle.",
    "morning": "The morning card.",
    "post": "A post, in rooms or to a segment in private.",
    "stream": "The live card: a stream starts.",
    "gift": "The giver's own card of a gift, in their private chat.",
    "file.export": "A list that the owner asked for with `/export`.",
    "file.members.bad_lines": "All lines of a file of members that can't be taken, for the owner who asked for them.",
    "file.my_data": "The file of somebody's own data, which they asked for under `/privacy`.",
    "file.packet": "The proof of a red packet, which somebody asked for.",
    "file.packet.check_page": "The page that checks a red packet, which somebody asked for.",
    "file.raffle": "The proof of a draw.",
    "file.raffle.check_page": "The page that checks a draw, which somebody asked for.",
    "file.redraw": "The proof of a redraw.",
    "file.stream.report": "A stream's report as a file, for the owner.",
    "file.stream.picture": "A stream's report as a picture, for the owner.",
}
"""Kinds that no outcome names."""
TITLES = {
    ShownClass.ASKED_FOR: "Asked for",
    ShownClass.SERVICE: "Service",
    ShownClass.STREAM_START: "Stream start",
    ShownClass.PROMOTION: "Promotion",
}


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *_table(), "", *_reasons(), "", *_kinds()]) + "\n"


def _hours(hours: Hours) -> str:
    return f"{hours.begins:%H:%M}–{hours.ends:%H:%M}"


def _span(length: timedelta) -> str:
    seconds = int(length.total_seconds())
    return f"{seconds // 60} minutes" if seconds >= 60 else f"{seconds} seconds"  # a minute


def _listed(kinds: frozenset[str]) -> str:
    names = [f"a {kind}" if kind != "morning" else "the morning card" for kind in sorted(kinds)]
    return f"{', '.join(names[:-1])} or {names[-1]}"


HEAD = f"""# What the bot says unasked, and what holds it back

`python -m tests.attention_doc --write` makes this page from the code, and a test compares the two.

Every message that the bot sends by itself is of a *kind*, and each kind of a *class*. A message that nobody asked for
gets a *verdict* when it is promised: a row of its own. The verdict is decided when the message is about to leave, in
the transaction that takes it for sending. So bounds, pauses and consent are as they are at that instant. The rule is
`bot/rules/attention/budget.py`.

Edits of messages that hang already, deletions, and answers to what somebody just wrote or pressed have no verdict and
count nothing. An album is one message.

## What is promised, and what can't be known

- No message that the clock sends breaks a bound below. A stream's own messages pass while the stream is on.
- What staff type goes to rooms at once, and counts. In private not even staff pass consent, the night and the caps.
- Promotion in private leaves only with a yes that stands when it leaves.
- A message that isn't sent has its reason in the owner's log.
- **Telegram tells bots nothing of mutes.** Nobody can say how many fans silenced a room because of a message. What can
  be seen is shown: who left, who blocked the bot, and who switched reminders off within an hour.
- A bot sees no views in groups. How many *could* see a message is the number of fans who were active in the seven days
  before.
- A message is decided some moments before Telegram takes it. So nothing leaves in the last {_span(POLICY.on_the_way)}
  before quiet hours. If Telegram holds a message back for longer, it is decided again.
- If the bot is killed between Telegram's acceptance and its own mark, one message may come twice. It counts once.
- A fan's caps count for each shop. What two shops of one bot send to one fan doesn't add up.

## Bounds

Rooms, each local day of the shop (the owner changes these by `/quiet`):

- {POLICY.most} messages, {POLICY.most_promotional} of them promotion, {_span(POLICY.gap)} between two promotions
- quiet hours {_hours(POLICY.quiet)}; they follow the wall clock across daylight saving
- a stream that is on, until {_span(POLICY.after_stream)} after its end: one new message of its own in
  {_span(POLICY.stream_gap)}, beside the start

Promotion in private, for each fan and shop:

- {POLICY.fan_day} on a local day, {POLICY.fan_week} on any seven local days in a row
- none {_hours(POLICY.night)} in communities that speak Korean or live by Korea's clock, and there none without the
  shop's contact
"""


def _seoul(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 3, hour, minute, tzinfo=zone(SEOUL)).astimezone(UTC)


NOON = _seoul(12)
ROOM = Facts(
    shown_class=ShownClass.PROMOTION, kind="drop", private=False, timezone=SEOUL, bounds=POLICY.bounds, contact=True
)
FAN = replace(ROOM, private=True, kind="post", consent=ConsentState.LIVE, korean=True)
NOTICE = replace(ROOM, shown_class=ShownClass.SERVICE, kind="streams.EndNotice")
COLUMNS = {
    "asked for": replace(ROOM, shown_class=ShownClass.ASKED_FOR),
    "stream start": replace(ROOM, shown_class=ShownClass.STREAM_START),
    "a stream's own": replace(ROOM, on_air=True),
    "service in private": replace(NOTICE, private=True),
    "service in a room": NOTICE,
    "promotion in a room": ROOM,
    "typed by staff, in a room": replace(ROOM, by_staff=True),
    "promotion in private": FAN,
    "typed by staff, in private": replace(FAN, by_staff=True),
}
FULL = tuple(Sent(_seoul(9, minute), promotional=False) for minute in range(POLICY.most))
PROMOTED = tuple(Sent(_seoul(9), promotional=True) for _ in range(POLICY.most_promotional))
DAYS = tuple(Sent(NOON - timedelta(days=day), promotional=True) for day in range(1, POLICY.fan_week + 1))


def _situations() -> Iterator[tuple[str, dict[str, Any], datetime]]:
    """(words, what is true of each column's message then, when)."""
    yield "nothing against it", {}, NOON
    yield "quiet hours, night", {}, _seoul(23)
    yield f"the room had {POLICY.most}", {"sent": FULL}, NOON
    yield f"{POLICY.most_promotional} promotions on that day", {"sent": PROMOTED}, NOON
    yield "a promotion an hour ago", {"sent": (Sent(_seoul(11), promotional=True),)}, NOON
    yield f"{POLICY.fan_week} promotions on the days before", {"sent": DAYS}, NOON
    yield "a stream's message two minutes ago", {"stream_told_at": NOON - timedelta(minutes=2)}, NOON
    yield "planned posts are paused", {"pause": Pause(planned=True)}, NOON
    yield "promotion is paused", {"pause": Pause(promotions_until=_seoul(15))}, NOON
    yield "the fan didn't say yes", {"consent": ConsentState.NONE}, NOON
    yield "the shop named no contact (Korea)", {"contact": False}, NOON
    yield "its time ends before it may leave", {"not_after": _seoul(23, 30)}, _seoul(23)


def _table() -> list[str]:
    lines = [f"| {words} | {' | '.join(_cells(then, at))} |" for words, then, at in _situations()]
    return [
        "## What stops what",
        "",
        f"| When | {' | '.join(COLUMNS)} |",
        f"|---|{'---|' * len(COLUMNS)}",
        *lines,
        "",
        "*Waits* means until the next instant at which nothing is against it. *Planned posts* are those that staff",
        f"don't send themselves: {_listed(PLANNED)}. What misses its time becomes a line of the",
        f"next morning card if it is {_listed(FOLDED)}. A card that is hung again in the place of a",
        "deleted one is hung at any hour, without a sound, and counts nothing.",
    ]


def _cells(then: dict[str, Any], at: datetime) -> Iterator[str]:
    for column in COLUMNS.values():
        decision = decide(replace(column, **then), at, POLICY)
        yield {
            Ruling.SEND: "sent, counts" if decision.counts else "sent",
            Ruling.HOLD: "waits",
            Ruling.FOLD: "a line of the morning card",
            Ruling.DROP: "not sent",
        }[decision.ruling]


def _reasons() -> list[str]:
    lines = ["## Reasons", "", "| Reason | What it says |", "|---|---|"]
    said = _docs_of_reasons()
    return [*lines, *(f"| `{reason}` | {said[reason]} |" for reason in Reason)]


def _docs_of_reasons() -> dict[Reason, str]:
    """The sentence that stands below each reason in its file."""
    source = (PAGE.parents[1] / "bot" / "rules" / "verdicts.py").read_text(encoding="utf-8")
    lines = [line.strip() for line in source.partition("class Reason")[2].splitlines()]
    found: dict[Reason, str] = dict.fromkeys(Reason, "quiet hours.")
    for line, below in pairwise(lines):
        if " = " in line and below.startswith('"""'):
            found[Reason(line.split('"')[1])] = below.strip('"')
    return found


def _kinds() -> Iterator[str]:
    yield "## Every message"
    for its in ShownClass:
        kinds = sorted(kind for kind, one in CLASSES.items() if one is its)
        yield from ("", f"### {TITLES[its]}", "", "| Kind | What it is |", "|---|---|")
        yield from (f"| `{kind}` | {_says(kind)} |" for kind in kinds)


def _says(kind: str) -> str:
    """What a kind is: the first sentence of its outcome."""
    outcome = OUTCOMES.get(kind)
    said = (outcome.__doc__ or "") if outcome is not None else CARDS[kind]
    return said.strip().partition("\n\n")[0].replace("\n", " ").replace("|", "\\|")


def main() -> int:
    """Print the page, or write it."""
    parser = argparse.ArgumentParser(prog="python -m tests.attention_doc")
    parser.add_argument("--write", action="store_true", help="docs/attention.md")
    if parser.parse_args().write:
        PAGE.write_text(page(), encoding="utf-8")
    else:
        sys.stdout.write(page())
    return 0


if __name__ == "__main__":
    sys.exit(main())
