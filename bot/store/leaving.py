"""Somebody has their data deleted: what each domain is told, and what it may register."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.rules.policies import Policies
from bot.store.engine.sessions import Tx

NOBODY = -(10**15)
"""Ids from here downwards are nobody's: Telegram has none there (its longest take 52 bits, groups' begin at -10^13)."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """A member who has their data deleted. Their rows and their account are locked."""

    community_id: int
    member_id: int
    account_id: int
    user_id: int
    at: datetime
    policies: Policies

    @property
    def nobody_id(self) -> int:
        """The user id that stands in place of theirs from then on. It is nobody's."""
        return NOBODY - self.member_id


@dataclass(frozen=True, slots=True)
class Traces:
    """A person, member or not, whose own id may stand in rows that have to go."""

    user_id: int
    community_id: int | None
    """The shop that they leave. None for every shop: they are in none any more, and own none."""
    at: datetime


Forget = Callable[[Tx, Leaving], None]
"""Cuts a member out of a domain's rows. What is left of them counts, and is nobody's."""

LockFirst = Callable[[Tx, int], None]
"""Locks accounts of other members that `Forget` changes, and this member's, all in the order of accounts."""

DropTraces = Callable[[Tx, Traces], None]
"""Deletes what stands under a person's own id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgetting:
    """All that domains have registered for a deletion."""

    locks: tuple[LockFirst, ...] = ()
    forgets: tuple[Forget, ...] = ()
    traces: tuple[DropTraces, ...] = ()
    acted_by: tuple[Any, ...] = ()
    """Columns that say who of the staff did something, of tables that have a `community_id`."""
    policies: Policies
