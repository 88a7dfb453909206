"""What staff are asked to write about a fan next, as a row that a restart keeps."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from bot.features.members.of_fan import name_of
from bot.rules.act import Act
from bot.rules.members.fan_page import Asked, FanAsked
from bot.store.dialogues import close_dialogue, find_dialogue, open_dialogue
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx

KIND = "fan"
"""The dialogue's kind."""


@dataclass(frozen=True, slots=True)
class OpenAsk:
    """What somebody was asked."""

    community_id: int
    member_id: int
    what: Asked


class FanAsks:
    """Use cases of what is asked."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def ask(self, act: Act, member_id: int, what: Asked) -> FanAsked | None:
        """Ask for it; None if there is no such fan. What was half-filled before is given up."""
        return await self._db.write(ask, act, member_id, what)

    async def find(self, user_id: int) -> OpenAsk | None:
        """What this person was asked."""
        return await self._db.read(find, user_id)

    async def close(self, user_id: int) -> None:
        """Be done with it."""
        await self._db.write(close, user_id)


def ask(tx: Tx, act: Act, member_id: int, what: Asked) -> FanAsked | None:
    """Open the dialogue."""
    name = name_of(tx, act.community_id, member_id)
    if name is None:
        return None
    open_dialogue(tx, act.sender.user_id, act.community_id, KIND, what.value, act.at, member=member_id)
    return FanAsked(act.community_id, member_id, name, what)


def find(session: Session, user_id: int) -> OpenAsk | None:
    """The open dialogue, if it is one of these."""
    row = find_dialogue(session, user_id)
    if row is None or row.kind != KIND or row.step not in set(Asked):
        return None
    return OpenAsk(row.community_id, int(row.filled["member"]), Asked(row.step))


def close(tx: Tx, user_id: int) -> None:
    """Close it, unless another one was opened meanwhile."""
    if find(tx, user_id) is not None:
        close_dialogue(tx, user_id)
