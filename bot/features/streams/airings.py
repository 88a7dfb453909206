"""Staff's use cases of an airing that is on or comes next."""

from sqlalchemy.orm import Session

from bot.features.streams.cancellations import cancel
from bot.features.streams.delays import delay
from bot.features.streams.ending import end
from bot.features.streams.meant import community_of_airing
from bot.features.streams.on_air import go_live
from bot.rules.act import Act
from bot.rules.place import Place
from bot.rules.streams.airings import (
    CallOff,
    CancelStreamOutcome,
    DelayOutcome,
    EndOutcome,
    GoLiveOutcome,
    Move,
    OnAir,
)
from bot.rules.streams.streams import StreamPolicy
from bot.store.engine.db import Database
from bot.store.places import find_place


class Airings:
    """Runs what staff do with airings."""

    def __init__(self, db: Database, policy: StreamPolicy) -> None:
        self._db = db
        self._policy = policy

    async def place_of(self, airing_id: int) -> Place | None:
        """The community of an airing, or None if there is no such airing."""
        return await self._db.read(_place_of, airing_id)

    async def go_live(self, act: Act, wish: OnAir) -> GoLiveOutcome:
        """Say that an airing is on. `wish` may name it; if nothing fits and none is named, an unplanned one starts."""
        return await self._db.write(go_live, act, wish, self._policy)

    async def delay(self, act: Act, wish: Move) -> DelayOutcome:
        """Move the start."""
        return await self._db.write(delay, act, wish, self._policy)

    async def cancel(self, act: Act, wish: CallOff) -> CancelStreamOutcome:
        """Cancel an airing, or all that were to come."""
        return await self._db.write(cancel, act, wish, self._policy)

    async def end(self, act: Act, number: int | None, replay_url: str | None) -> EndOutcome:
        """Say that it is over. `number` is the stream's; None means the one that is on."""
        return await self._db.write(end, act, number, replay_url, self._policy)


def _place_of(session: Session, airing_id: int) -> Place | None:
    community_id = community_of_airing(session, airing_id)
    return find_place(session, community_id) if community_id is not None else None
