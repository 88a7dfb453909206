"""A quiet room isn't filled: what the next planned thing does there."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.rules.quiet_room import Answer, PlainCopy, QuietRoomPolicy, Replace, RoomFacts, Send, Skip, decide, is_quiet

POLICY = QuietRoomPolicy()
PLANNED = datetime(2026, 11, 30, 3, 0, 0, 700_000, tzinfo=UTC)
LAST = PlainCopy(copy_id=5, message_id=70, replaced=0)
QUIET = RoomFacts(1, -1001, can_hear=True, heard_at=PLANNED - timedelta(hours=3), planned_at=PLANNED, last_plain=LAST)


@pytest.mark.parametrize(
    ("room", "plain", "answer"),
    [
        (QUIET, True, Replace(LAST)),
        (QUIET, False, Skip()),
        (replace(QUIET, heard_at=None), True, Replace(LAST)),
        (replace(QUIET, heard_at=PLANNED + timedelta(hours=1)), True, Send()),
        (replace(QUIET, heard_at=PLANNED + timedelta(hours=1)), False, Send()),
        (replace(QUIET, planned_at=None), False, Send()),  # nothing was planned for it yet
        (replace(QUIET, can_hear=False), False, Send()),
        (replace(QUIET, can_hear=False, heard_at=None), True, Send()),
        (replace(QUIET, last_plain=replace(LAST, replaced=1)), True, Replace(replace(LAST, replaced=1))),
        (replace(QUIET, last_plain=replace(LAST, replaced=2)), True, Skip()),
        (replace(QUIET, last_plain=replace(LAST, replaced=2)), False, Skip()),
        (replace(QUIET, last_plain=None), True, Skip()),  # there is nothing that it could take the place of
        (replace(QUIET, last_plain=replace(LAST, gone=True)), True, Send()),
        (replace(QUIET, last_plain=replace(LAST, gone=True)), False, Skip()),
    ],
)
def test_what_to_do(room: RoomFacts, plain: bool, answer: Answer) -> None:
    """Only a plain text post takes the place of a plain text post, at most twice running; the rest is left out."""
    assert decide(room, plain=plain, policy=POLICY) == answer


@pytest.mark.parametrize(
    ("heard_at", "quiet"),
    [
        (PLANNED - timedelta(minutes=2), True),
        (PLANNED - timedelta(seconds=61), True),
        (PLANNED - timedelta(seconds=60), False),
        # Signs of life have whole seconds: somebody who pressed at once is heard before the post.
        (PLANNED.replace(microsecond=0), False),
        (PLANNED, False),
    ],
)
def test_who_was_there_when_it_came(heard_at: datetime, quiet: bool) -> None:
    """Somebody who was heard within the minute before the post was there: the room isn't quiet."""
    assert is_quiet(replace(QUIET, heard_at=heard_at), POLICY) is quiet
