"""Presses that come faster than a person makes them: watched in memory, written down once a day."""

from datetime import datetime

from bot.rules.act import Sender
from bot.rules.calendar import day_of
from bot.rules.farming import FarmingPolicy, RecentPresses, Sign
from bot.rules.place import Place
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.held import note_sighting
from bot.store.members import OutsideError, standing

MOST_WATCHED = 20_000
"""People whose last presses are remembered; who hasn't pressed for longest is forgotten first."""


class PressWatch:
    """Remembers the instants of everybody's last presses; a restart forgets them."""

    def __init__(self, db: Database, policy: FarmingPolicy) -> None:
        self._db = db
        self._policy = policy
        self._pulses: dict[int, RecentPresses] = {}
        self._written: dict[tuple[int, int], str] = {}

    async def pressed(self, place: Place, sender: Sender, at: datetime) -> None:
        """Note a press. Nearly always this looks into memory and nothing more."""
        pulse = self._pulses.pop(sender.user_id, None) or RecentPresses()
        self._pulses[sender.user_id] = pulse  # the last to have pressed stands last
        if len(self._pulses) > MOST_WATCHED:
            del self._pulses[next(iter(self._pulses))]
        if not pulse.note_press(at, self._policy):
            return
        key, day = (place.community_id, sender.user_id), day_of(at, place.timezone)
        if self._written.get(key) == day.isoformat():
            return
        if not await self._db.write(note_haste, place, sender, at):
            return
        self._written[key] = day.isoformat()
        if len(self._written) > MOST_WATCHED:
            del self._written[next(iter(self._written))]


def note_haste(tx: Tx, place: Place, sender: Sender, at: datetime) -> bool:
    """Write down that a fan pressed faster than a person; False for an outsider, of whom nothing is kept."""
    try:
        member = standing(tx, place.community_id, sender, at)
    except OutsideError:
        return False
    note_sighting(tx, member.member_id, Sign.FAST, day_of(at, place.timezone), at)
    return True
