"""Presses that come faster than a person makes them: watched in memory, written down once a day."""

from datetime import datetime
from typing import Any

from bot.rules.act import Sender
from bot.rules.calendar import day_of
from bot.rules.farming import FarmingPolicy, RecentPresses, Sign
from bot.rules.place import Place
from bot.store.engine.db import Database
from bot.store.engine.peers import Peers
from bot.store.engine.sessions import Tx
from bot.store.held import note_sighting
from bot.store.members import OutsideError, standing

PRESSED = "pressed"
"""The word that somebody pressed, and when."""
MOST_WATCHED = 20_000
"""People whose last presses are remembered; who hasn't pressed for longest is forgotten first."""


class PressWatch:
    """Remembers the instants of everybody's last presses; a restart forgets them.

    Presses that other processes take count too.
    """

    def __init__(self, db: Database, policy: FarmingPolicy, peers: Peers | None = None) -> None:
        self._db = db
        self._policy = policy
        self._pulses: dict[int, RecentPresses] = {}
        self._written: dict[tuple[int, int], str] = {}
        self._peers = peers or Peers()
        self._peers.hear(PRESSED, self._heard)

    async def pressed(self, place: Place, sender: Sender, at: datetime) -> None:
        """Note a press. Nearly always this looks into memory and nothing more."""
        if self._peers.several:
            self._peers.tell(PRESSED, [sender.user_id, at.isoformat()])
        if not self._note(sender.user_id, at):
            return
        key, day = (place.community_id, sender.user_id), day_of(at, place.timezone)
        if self._written.get(key) == day.isoformat():
            return
        if not await self._db.write(note_haste, place, sender, at):
            return
        self._written[key] = day.isoformat()
        if len(self._written) > MOST_WATCHED:
            del self._written[next(iter(self._written))]

    def _heard(self, press: list[Any]) -> None:
        user_id, at = press
        self._note(int(user_id), datetime.fromisoformat(at))

    def _note(self, user_id: int, at: datetime) -> bool:
        """Note a press; whether the last ones were too fast."""
        pulse = self._pulses.pop(user_id, None) or RecentPresses()
        self._pulses[user_id] = pulse  # the last to have pressed stands last
        if len(self._pulses) > MOST_WATCHED:
            del self._pulses[next(iter(self._pulses))]
        return pulse.note_press(at, self._policy)


def note_haste(tx: Tx, place: Place, sender: Sender, at: datetime) -> bool:
    """Write down that a fan pressed faster than a person; False for an outsider, of whom nothing is kept."""
    try:
        member = standing(tx, place.community_id, sender, at)
    except OutsideError:
        return False
    note_sighting(tx, member.member_id, Sign.FAST, day_of(at, place.timezone), at)
    return True
