"""Who counts as in a room of the shop: a table of what is known and done, and one of what Telegram answers."""

import pytest

from bot.rules.fans import Found, Known, Room, Verdict, Where, combine, judge

PRIVATE, PUBLIC, ELSEWHERE = Room(-1), Room(-1, public=True), None
HOME, SECOND, THIRD = -1, -2, -3


@pytest.mark.parametrize(
    ("known", "room", "since_left", "verdict"),
    [
        # Whoever writes or presses in a private room is in it; in a public one they count as in for now.
        (Known.NOTHING, PRIVATE, True, Verdict.COMES),
        (Known.NOTHING, PUBLIC, True, Verdict.COMES),
        # The private chat and a channel prove nothing.
        (Known.NOTHING, ELSEWHERE, True, Verdict.ASK),
        (Known.IN, PRIVATE, True, Verdict.PLAYS),
        (Known.IN, PUBLIC, True, Verdict.PLAYS),
        (Known.IN, ELSEWHERE, True, Verdict.PLAYS),
        # Who had left is back in a private room, and nowhere else without Telegram's word.
        (Known.LEFT, PRIVATE, True, Verdict.COMES),
        (Known.LEFT, PUBLIC, True, Verdict.ASK),
        (Known.LEFT, ELSEWHERE, True, Verdict.ASK),
        # What was done there before they left, and is handled late, counts and brings nobody back.
        (Known.LEFT, PRIVATE, False, Verdict.PLAYS),
        (Known.LEFT, PUBLIC, False, Verdict.ASK),
        (Known.LEFT, ELSEWHERE, False, Verdict.ASK),
        # A ban ends it everywhere.
        *(
            (Known.BANNED, room, since, Verdict.BANNED)
            for room in (PRIVATE, PUBLIC, ELSEWHERE)
            for since in (True, False)
        ),
    ],
)
def test_judge(known: Known, room: Room | None, since_left: bool, verdict: Verdict) -> None:
    """What an act says of somebody's membership."""
    assert judge(known, room, since_left=since_left) is verdict


@pytest.mark.parametrize(
    ("home", "others", "found"),
    [
        (Where.IN, (), Found(Where.IN, HOME, free=True)),
        (Where.OUT, (), Found(Where.OUT, free=True)),
        # Banned at home is banned, wherever else they are.
        (Where.BANNED, ((SECOND, Where.IN),), Found(Where.BANNED)),
        # In another room is in; banned there is only not being there.
        (Where.OUT, ((SECOND, Where.OUT), (THIRD, Where.IN)), Found(Where.IN, THIRD, free=True)),
        (Where.OUT, ((SECOND, Where.BANNED),), Found(Where.OUT, free=True)),
        # Home can't tell: in elsewhere is in, but nobody knows whether a ban is over.
        (Where.SILENT, ((SECOND, Where.IN),), Found(Where.IN, SECOND)),
        (Where.REFUSED, ((SECOND, Where.IN),), Found(Where.IN, SECOND)),
        (None, ((SECOND, Where.IN),), Found(Where.IN, SECOND)),
        # "Can't tell" is never a no.
        (Where.SILENT, ((SECOND, Where.OUT),), Found(Where.SILENT)),
        (Where.REFUSED, ((SECOND, Where.OUT),), Found(Where.REFUSED)),
        (Where.OUT, ((SECOND, Where.REFUSED),), Found(Where.REFUSED, free=True)),
        (Where.REFUSED, ((SECOND, Where.SILENT),), Found(Where.SILENT)),
        # A shop without rooms can't tell of anybody.
        (None, (), Found(Where.REFUSED)),
        (None, ((SECOND, Where.OUT),), Found(Where.OUT)),
    ],
)
def test_found_in(home: Where | None, others: tuple[tuple[int, Where], ...], found: Found) -> None:
    """What the home group and the other rooms say together."""
    assert combine(home, others, HOME if home is not None else None) == found
