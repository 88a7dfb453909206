"""A shop and its fans for tests of features, without Telegram."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bot.features.communities import arrive
from bot.rules.communities import Place
from bot.rules.words import Language
from bot.store.db import Database
from bot.store.members import Sender

NOON = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)
"""Monday noon in Seoul."""

OWNER = Sender(1, "Mina", "mina", "ko")


def fan(number: int) -> Sender:
    """The fan with this number."""
    return Sender(100 + number, f"Fan {number}", f"fan{number}", "ko")


def days(number: int) -> datetime:
    """Noon, `number` days after the first Monday."""
    return NOON + timedelta(days=number)


async def shop(db: Database, owner: Sender = OWNER, chat_id: int = -1001, *, timezone: str = "Asia/Seoul") -> Place:
    """A community with one group."""
    group = await db.write(
        arrive, chat_id, "Silk room", owner, Language.KO, NOON, is_admin=True, open_to_all=True
    )
    assert group is not None
    return replace(group.place, timezone=timezone)


@dataclass
class Causes:
    """Fresh causes, one an act."""

    last: int = 0

    def next(self) -> str:
        """A cause that was never used."""
        self.last += 1
        return f"42:{self.last}"
