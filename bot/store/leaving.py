"""The deletion of a person's data: what each domain can register, and what it is told."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.rules.policies import Policies
from bot.store.engine.sessions import Tx

NOBODY = -(10**15)
"""Ids from here downwards belong to nobody. Telegram's ids have at most 52 bits, and groups' begin at -10^13."""


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
        """The user id that replaces theirs from then on. It belongs to nobody."""
        return NOBODY - self.member_id


@dataclass(frozen=True, slots=True)
class Traces:
    """A person, member or not, whose traces are deleted: rows that hold their own id."""

    user_id: int
    community_id: int | None
    """The shop whose traces are deleted. None: those of all shops, because they are in none any more and own none."""
    at: datetime


Forget = Callable[[Tx, Leaving], None]
"""Removes a member's identity from a domain's rows. The rows that stay still count, and belong to nobody."""

LockFirst = Callable[[Tx, int], None]
"""Locks this member's account and other members' accounts that `Forget` changes, in the order of account ids."""

DropTraces = Callable[[Tx, Traces], None]
"""Deletes rows that hold a person's own id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgetting:
    """Everything that domains have registered for a deletion."""

    locks: tuple[LockFirst, ...] = ()
    forgets: tuple[Forget, ...] = ()
    traces: tuple[DropTraces, ...] = ()
    acted_by: tuple[Any, ...] = ()
    """Columns that hold the id of who of the staff acted. Their tables have a `community_id`."""
    tells: tuple[Any, ...] = ()
    """Which rows are about a person (`store/told_data.Holds`): what is deleted can be read before."""
    policies: Policies
