"""A fan is a person who is in a room of the shop.

A person who writes or presses in a private room is in it. In a public room, and under a channel's post, strangers can
write and press too: they count as in until Telegram says that they aren't. An act in the private chat or under a
channel's card proves nothing: there only people who are known to be in may play, and Telegram is asked about the
others. A person who is banned in the home group plays nowhere.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import assert_never

from bot.rules.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Door:
    """The way into one group."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class FansPolicy:
    """How often Telegram is asked about people."""

    remembered: timedelta = timedelta(minutes=10)
    """How long the answer about an outsider in private is kept, unless they are seen to come in."""
    looks: int = 5
    """How many people one round of the background job looks up."""
    round: timedelta = timedelta(seconds=2)
    """The time from one round to the next."""
    look_again_after: timedelta = timedelta(days=30)
    """When a person who acted in a public room is looked up again."""
    retry_after: timedelta = timedelta(days=1)
    """When a person is looked up again if Telegram didn't say whether they are in."""
    at_once: int = 10
    """How many people are looked up together before a draw."""
    pace: timedelta = timedelta(seconds=0.4)
    """The least time between two such groups: 25 people a second."""
    patience: timedelta = timedelta(seconds=20)
    """How long a draw waits for Telegram. People who weren't looked up by then stay as last known."""
    drawn: int = 200
    """How many people drawn in a red packet are looked up, the unconfirmed first."""


@dataclass(frozen=True, slots=True)
class Room:
    """A room of the shop in which somebody acts."""

    chat_id: int
    public: bool = False
    """Whether strangers can act there too: it has a public address, or it is a channel's discussion group."""


class Known(StrEnum):
    """What is stored of a person's membership."""

    NOTHING = "nothing"
    IN = "in"
    LEFT = "left"
    BANNED = "banned"


class Verdict(StrEnum):
    """What an act says about the actor's membership."""

    PLAYS = "plays"
    """They may act, and their membership doesn't change."""
    COMES = "comes"
    """They are in, and this wasn't known: they become a member, or are one again."""
    ASK = "ask"
    """It isn't known whether they are in: Telegram must be asked before they may act."""
    BANNED = "banned"


def judge(known: Known, room: Room | None, *, since_left: bool = True) -> Verdict:
    """What an act in `room` (None: in private, or in a channel) says about the actor's membership.

    `since_left`: whether they acted after they left. An older act in a private room still counts, but it doesn't make
    them a member again.
    """
    match known:
        case Known.BANNED:
            return Verdict.BANNED
        case Known.IN:
            return Verdict.PLAYS
        case Known.LEFT:
            if room is None or room.public:
                return Verdict.ASK
            return Verdict.COMES if since_left else Verdict.PLAYS
        case Known.NOTHING:
            return Verdict.COMES if room is not None else Verdict.ASK
        case _:
            assert_never(known)


class Where(StrEnum):
    """What Telegram says about a person in one chat."""

    IN = "in"
    OUT = "out"
    BANNED = "banned"
    REFUSED = "refused"
    """The bot may not look: the list of members is closed, or the bot isn't in the chat."""
    SILENT = "silent"
    """Telegram gave no answer."""


@dataclass(frozen=True, slots=True)
class Found:
    """What Telegram says about a person in all rooms of a shop."""

    where: Where
    chat_id: int | None = None
    """A room in which they are; None if they are in none that is known."""
    free: bool = False
    """Whether the home group answered, and they aren't banned there."""


def combine(home: Where | None, others: tuple[tuple[int, Where], ...], home_chat: int | None) -> Found:
    """Combine the answers about the home group (None: there is none) and the other rooms (chat id, answer).

    A ban in the home group counts everywhere, a ban in another room only there. A missing answer is never a no: a
    person is outside only if every room answered.
    """
    if home is Where.BANNED:
        return Found(Where.BANNED)
    free = home in {Where.IN, Where.OUT}
    if home is Where.IN:
        return Found(Where.IN, home_chat, free=True)
    for chat_id, where in others:
        if where is Where.IN:
            return Found(Where.IN, chat_id, free)
    said = [where for where in (home, *(where for _, where in others)) if where is not None]
    if Where.SILENT in said:
        return Found(Where.SILENT, free=free)
    return Found(Where.REFUSED if not said or Where.REFUSED in said else Where.OUT, free=free)


@dataclass(frozen=True, slots=True)
class ForFansOnly(Outcome, name="fans.ForFansOnly"):
    """A person who is in no room of the shop wanted to play: they are shown the ways in."""

    doors: tuple[Door, ...]


@dataclass(frozen=True, slots=True)
class BannedHere(Outcome, name="fans.BannedHere"):
    """A person who is banned in the home group wanted to play."""


@dataclass(frozen=True, slots=True)
class AskedInVain(Outcome, name="fans.AskedInVain"):
    """It isn't known whether the person is in, and Telegram gave no answer: nothing was done."""
