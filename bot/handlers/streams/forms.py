"""What staff write behind the commands of streams, and how it is read."""

import re
from dataclasses import dataclass
from datetime import timedelta

from bot.handlers.kit.forms import Field, Form, FormProblem, Moment, echo, instant, one_of, words
from bot.handlers.kit.other_hours import Doubt, doubt_of
from bot.handlers.kit.readers import duration, durations, is_link, length_of, link, number_of, split_head
from bot.rules.airings import Repeat
from bot.rules.forms import Missing, StrayWord
from bot.rules.streams.airings import CallOff, Move, OnAir
from bot.rules.streams.streams import StreamPolicy
from bot.rules.times.reading import When, WhenProblem, read_when
from bot.rules.words import says_something

NEW_STREAM = '/newstream title="Silk night" at=20:00'
GO_LIVE = "/golive https://example.com/live word=silk"
DELAY = "/delay 15m"
CANCEL = "/cancelstream"
END = "/endlive https://example.com/replay"
_CLOCK = re.compile(r"\d[:：-]\d")
"""What looks like a time of day or a date."""
ALL = frozenset({"all", "series"})

END_FORM = Form({"url": Field(link)}, END)


def new_stream_form(policy: StreamPolicy) -> Form:
    """The fields of `/newstream`."""
    return Form(
        {
            "title": Field(words(policy.max_title, NEW_STREAM), needed=True),
            "at": Field(instant, needed=True),
            "url": Field(link),
            "repeat": Field(one_of({"weekly": Repeat.WEEKLY, "once": Repeat.ONCE})),
            "remind": Field(durations(timedelta(days=7), policy.max_reminders, "off")),
            "length": Field(duration(timedelta(minutes=5), policy.max_length)),
        },
        NEW_STREAM,
    )


def go_live_form(policy: StreamPolicy) -> Form:
    """The fields of `/golive`."""
    return Form({"word": Field(words(policy.max_word, GO_LIVE)), "url": Field(link)}, GO_LIVE)


@dataclass(frozen=True, slots=True)
class StreamForms:
    """The forms under one policy."""

    new_stream: Form
    go_live: Form
    max_delay: timedelta

    @classmethod
    def of(cls, policy: StreamPolicy) -> "StreamForms":
        """The forms with the limits of a policy."""
        return cls(new_stream_form(policy), go_live_form(policy), policy.max_delay)

    def read_on_air(self, rest: str, moment: Moment) -> OnAir:
        """`/golive [url] [word=…] [#3]`.

        Raises:
            FormProblem: the first thing that is wrong.
        """
        head, tail = split_head(rest)
        url, number = _read_link_and_number(head, GO_LIVE, moment)
        values = self.go_live.read(tail, moment)
        word = values.get("word")
        if word is not None and not says_something(word):
            raise FormProblem(Missing("word", GO_LIVE))
        return OnAir(url or values.get("url"), word, number)


def read_end(rest: str, moment: Moment) -> tuple[str | None, int | None]:
    """`/endlive [recording's url] [#3]`: the recording, and the stream's number.

    Raises:
        FormProblem: the first thing that is wrong.
    """
    head, tail = split_head(rest)
    url, number = _read_link_and_number(head, END, moment)
    values = END_FORM.read(tail, moment)
    return url or values.get("url"), number


def read_call_off(rest: str) -> CallOff:
    """`/cancelstream [3] [all]`.

    Raises:
        FormProblem: the first word that is neither.
    """
    number, series = None, False
    for word in rest.split():
        if word.lower() in ALL:
            series = True
        elif number is None and number_of(word) is not None:
            number = number_of(word)
        else:
            raise FormProblem(StrayWord(echo(word), f"{CANCEL} 3 all"))
    return CallOff(number, series)


def read_move(rest: str, moment: Moment, max_delay: timedelta) -> tuple[Move, Doubt | None]:
    """`15m`, `fri 20:30`, with the stream's `#3` before or behind; and whether the hour is in doubt.

    Raises:
        FormProblem: the first thing that is wrong.
    """
    parts = rest.split()
    if not parts:
        raise FormProblem(Missing("time", DELAY))
    number = None
    if len(parts) > 1 and (parts[0].startswith("#") or parts[-1].startswith("#")):
        name = parts.pop(0 if parts[0].startswith("#") else -1)
        number = number_of(name)
        if number is None:
            raise FormProblem(StrayWord(echo(name), DELAY))
    said = " ".join(parts)
    found = read_when(said, moment.now, moment.timezone)
    if length_of(said) is not None or (found is WhenProblem.UNREADABLE and not _CLOCK.search(said)):
        return Move(by=duration(timedelta(minutes=1), max_delay)("time", said, moment), number=number), None
    move = Move(to=instant("time", said, moment), number=number)
    behind = f" #{number}" if number is not None else ""
    return move, doubt_of(found, "delay ", behind, moment) if isinstance(found, When) else None


def _read_link_and_number(head: list[str], example: str, moment: Moment) -> tuple[str | None, int | None]:
    url: str | None = None
    number: int | None = None
    for word in head:
        if url is None and is_link(word):
            url = link("url", word, moment)
        elif number is None and number_of(word) is not None:
            number = number_of(word)
        else:
            raise FormProblem(StrayWord(echo(word), example))
    return url, number
