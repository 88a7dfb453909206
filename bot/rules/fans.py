"""A fan is who is in a room of the shop.

Who writes or presses in a private room is in it. In a public room, and under a channel's post, strangers can write and
press too: they count as in until Telegram says that they aren't. What is done in the private chat or under a channel's
card proves nothing: only who is known to be in may play there, and about others Telegram is asked. Who is banned in the
home group plays nowhere.
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
    """Telegram isn't asked again about an outsider in private for this long, unless they are seen to come in."""
    looks: int = 5
    """People who are looked at in one round of the background look."""
    round: timedelta = timedelta(seconds=2)
    """From one round to the next."""
    again: timedelta = timedelta(days=30)
    """Somebody who acted in a public room is looked at again after this long."""
    untold: timedelta = timedelta(days=1)
    """The same, where Telegram didn't say whether they are in."""
    at_once: int = 10
    """People who are asked about together before a draw."""
    pace: timedelta = timedelta(seconds=0.4)
    """The least time between two such groups of people: 25 people a second."""
    patience: timedelta = timedelta(seconds=20)
    """A draw waits this long for Telegram. Whoever wasn't asked about by then stays as last known."""
    drawn: int = 200
    """So many of those drawn in a red packet are asked about, the unconfirmed first."""


@dataclass(frozen=True, slots=True)
class Room:
    """The shop's room in which somebody acts."""

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
    """What an act means for the membership of who acts."""

    PLAYS = "plays"
    """They may act, and nothing about them changes."""
    COMES = "comes"
    """They are in, which wasn't known: they become a member, or are one again."""
    ASK = "ask"
    """It isn't known that they are in: Telegram must be asked before they may act."""
    BANNED = "banned"


def judge(known: Known, room: Room | None, *, since_left: bool = True) -> Verdict:
    """What an act in this room (None: in private, or in a channel) says of somebody.

    `since_left` says whether they acted after they left: what was done in a private room before counts, and brings
    nobody back.
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
    """What Telegram says of a person and a chat."""

    IN = "in"
    OUT = "out"
    BANNED = "banned"
    REFUSED = "refused"
    """The bot may not look: a closed list of members, a chat that it isn't in."""
    SILENT = "silent"
    """No answer."""


@dataclass(frozen=True, slots=True)
class Found:
    """What Telegram says of a person and all rooms of a shop."""

    where: Where
    chat_id: int | None = None
    """The room in which they are."""
    free: bool = False
    """Whether the home group said that they aren't banned."""


def found_in(home: Where | None, others: tuple[tuple[int, Where], ...], home_chat: int | None) -> Found:
    """Put together what the home group (None: there is none) and the other rooms say.

    A ban at home counts everywhere, one in another room only there. "Can't tell" is never a no: who is in no room that
    answered is outside only if every room answered.
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
    """Somebody who is in no room of the shop wanted to play: here is the way in."""

    doors: tuple[Door, ...]


@dataclass(frozen=True, slots=True)
class BannedHere(Outcome, name="fans.BannedHere"):
    """Somebody who is banned in the home group wanted to play."""


@dataclass(frozen=True, slots=True)
class AskedInVain(Outcome, name="fans.AskedInVain"):
    """It isn't known whether somebody is in, and Telegram gave no answer: nothing was done."""
