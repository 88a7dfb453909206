"""Buttons of streams: the live card, the list, reminders, the question to the owner at the start."""

from bot.content.button import Button, Rows
from bot.content.buttons.shared import HEART, Buttons, undo_button, undo_if_possible
from bot.rules.airings import LIVE_PHASES
from bot.rules.streams.airings import AskOwner, Delayed, StreamCancelled
from bot.rules.streams.notices import LiveCard
from bot.rules.streams.reminders import OpenChatFirst, Reminder
from bot.rules.streams.streams import StreamLine, StreamList, StreamMade

REMIND = "remind"
UNREMIND = "unremind"
"""`remind:<stream>`, `unremind:<stream>`."""
HERE = "here"
"""`here:<airing>` says that the fan is there."""
ON_AIR = "onair"
LATER = "later"
"""`later:<airing>:<minutes>`."""
CALL_OFF = "calloff"
LATER_BY = (15, 30, 60)
"""Delays of the start, in minutes, that the owner may choose with one tap."""


def _live_card(card: LiveCard) -> Rows:
    if card.phase not in LIVE_PHASES:
        return ((Button("replay", url=card.replay_url),),) if card.replay_url is not None else ()
    here = Button("here", press=f"{HERE}:{card.airing_id}", style="primary")
    if card.board is None:
        return (*_watch(card.url), (here,))
    return (*_watch(card.url), (here, Button("heart", press=f"{HEART}:{card.board.goal_id}")))


def _watch(url: str | None) -> Rows:
    return ((Button("watch", url=url),),) if url is not None else ()


def _list(shown: StreamList) -> Rows:
    return tuple((button,) for line in shown.lines if (button := _line(line)) is not None)


def _line(line: StreamLine) -> Button | None:
    on = line.phase in LIVE_PHASES
    if on and line.url is not None:
        return Button("watch_line", url=line.url, about=line)
    if on and not line.weekly:
        return None
    if line.reminded:
        return Button("unremind_line", press=f"{UNREMIND}:{line.stream_id}", about=line)
    return Button("remind_line", press=f"{REMIND}:{line.stream_id}", about=line)


def _reminder(reminder: Reminder) -> Rows:
    return (*_watch(reminder.url), (Button("unremind", press=f"{UNREMIND}:{reminder.stream_id}"),))


def _open_chat(outcome: OpenChatFirst) -> Rows:
    return ((Button("open_chat", start=outcome.payload),),)


def _ask_owner(question: AskOwner) -> Rows:
    on_air = Button("on_air", press=f"{ON_AIR}:{question.airing_id}", style="success")
    later = tuple(
        Button("later", press=f"{LATER}:{question.airing_id}:{minutes}", about=minutes) for minutes in LATER_BY
    )
    return ((on_air,), later, (Button("call_off", press=f"{CALL_OFF}:{question.airing_id}", style="danger"),))


BUTTONS: Buttons = {
    LiveCard: _live_card,
    StreamList: _list,
    Reminder: _reminder,
    OpenChatFirst: _open_chat,
    AskOwner: _ask_owner,
    StreamMade: undo_button,
    Delayed: undo_button,
    StreamCancelled: undo_if_possible,
}
