"""What steps of a goal can open: each kind of prize is plugged in by a flow, as it belongs to another domain."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.rules.act import Act
from bot.rules.hearts.hearts import Give, HeartPolicy, ReadPrize
from bot.rules.place import Place
from bot.rules.policies import Policies
from bot.store.engine.sessions import Tx
from bot.store.giveaways import Giveaways

Steps = tuple[tuple[int, Give], ...]
"""Numbers of hearts, and what each opens."""


@dataclass(frozen=True, slots=True)
class PrizeTools:
    """What prizes are made with."""

    policies: Policies
    giveaways: Giveaways
    fresh_bytes: Callable[[int], bytes]
    """`secrets.token_bytes`: the seeds of draws."""
    beacon: Any = None
    """The public beacon that seals draws; None where shops seal them alone."""


def _as_it_is(_tx: Tx, _place: Place, give: Give) -> Give | None:
    return give


async def _nothing_to_ask(steps: Steps, _at: datetime, _tools: PrizeTools) -> Steps:
    return steps


def _no_coins(_session: Session, _place: Place, _causes: Sequence[str]) -> int:
    return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Prize:
    """One kind of thing that a step can open."""

    name: str
    """As staff type it and as rows keep it."""
    read: Callable[[Sequence[str], Policies], Give | None]
    """Reads what staff typed behind the name; None if it can't be read."""
    open: Callable[[Tx, Act, Give, PrizeTools], bool]
    """Opens it for who set the goal, in the transaction of the heart. False if it can't be opened any more."""
    prepare: Callable[[Steps, datetime, PrizeTools], Awaitable[Steps]] = _nothing_to_ask
    """Asks what can't be asked in a transaction, when a goal is set."""
    complete: Callable[[Tx, Place, Give], Give | None] = _as_it_is
    """Adds the title of what staff named by number, when a goal is set. None if there is no such thing."""
    given: Callable[[Session, Place, Sequence[str]], int] = _no_coins
    """Coins that prizes opened under these causes hold or have paid."""


@dataclass(frozen=True, slots=True)
class Prizes:
    """All prizes, with what they need."""

    tools: PrizeTools
    by_name: Mapping[str, Prize] = field(default_factory=dict)

    @property
    def policy(self) -> HeartPolicy:
        """The policy of hearts."""
        return self.tools.policies[HeartPolicy]

    @property
    def readers(self) -> Mapping[str, ReadPrize]:
        """How what staff type is read, by the prize's name."""
        return readers_of(self.by_name.values(), self.tools.policies)


def readers_of(prizes: Iterable[Prize], policies: Policies) -> Mapping[str, ReadPrize]:
    """How what staff type is read, by the prize's name."""
    return {prize.name: _reader(prize, policies) for prize in prizes}


def _reader(prize: Prize, policies: Policies) -> ReadPrize:
    return lambda parts: prize.read(parts, policies)
