"""A shop's raffles, for tests of features: opened, entered, closed by the clock, drawn, and checked by their proof."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from bot.features.drawing import Drawing
from bot.features.raffles import Raffles
from bot.features.redrawing import Redrawing
from bot.rules.beacons import QUICKNET, Chain, Pulse
from bot.rules.communities import Place
from bot.rules.proofs import Checked, check_proof
from bot.rules.raffles import (
    Entered,
    EnterOutcome,
    NewRaffle,
    RaffleCard,
    RaffleMade,
    RafflePolicy,
    Redrawn,
    RedrawOutcome,
)
from bot.store.db import Database
from bot.store.members import Sender
from bot.store.raffles import raffle_card
from tests.features.people import NOON, OWNER, Causes, query, shop

HALF_HOUR = timedelta(minutes=30)
CLOSES = NOON + HALF_HOUR
DRAWS = CLOSES + timedelta(seconds=11)
"""By then the list was shown for as long as it must."""
STAFF = OWNER.user_id


class Recorded:
    """A beacon whose rounds are at hand, or not yet."""

    chain: Chain = QUICKNET

    def __init__(self, pulses: dict[int, Pulse] | None = None) -> None:
        self.pulses = pulses or {}
        self.asked: list[int] = []

    async def fetch(self, number: int) -> Pulse | None:
        """The round, if it is at hand."""
        self.asked.append(number)
        return self.pulses.get(number)


def pulse(number: int) -> Pulse:
    """A round with a signature that was made up."""
    signature = sha256(b"%d" % number).hexdigest() + "ab" * 16
    return Pulse(number, sha256(bytes.fromhex(signature)).hexdigest(), signature)


@dataclass
class Fair:
    """One shop's raffles."""

    db: Database
    place: Place
    causes: Causes
    policy: RafflePolicy = field(default_factory=RafflePolicy)
    beacon: Recorded | None = None
    random_bytes: Callable[[int], bytes] = field(default_factory=lambda: random.Random(1).randbytes)

    @classmethod
    async def open(cls, db: Database, causes: Causes, **more: Any) -> "Fair":
        """A fair of the first shop."""
        return cls(db, await shop(db), causes, **more)

    @property
    def raffles(self) -> Raffles:
        """What fans and staff do."""
        chain = self.beacon.chain if self.beacon is not None else None
        return Raffles(self.db, self.policy, self.random_bytes, chain)

    @property
    def drawing(self) -> Drawing:
        """What the clock does."""
        return Drawing(self.db, self.policy, self.beacon)

    async def made(self, *, at: datetime = NOON, cause: str | None = None, **wish: Any) -> int:
        """Open a raffle; its row's id."""
        asked = NewRaffle(**{"prize": "Silk scarf", "closes": CLOSES, **wish})
        outcome = await self.raffles.make(self.place, STAFF, asked, at, cause or self.causes.next())
        assert isinstance(outcome, RaffleMade), outcome
        return int((await query(self.db, "SELECT id FROM raffle WHERE number = :n", n=outcome.number))[0][0])

    async def enters(
        self, raffle: int, sender: Sender, *, at: datetime = NOON, ticket: bool = False, cause: str | None = None
    ) -> EnterOutcome:
        """A fan taps."""
        return await self.raffles.enter(self.place, sender, raffle, at, cause or self.causes.next(), ticket=ticket)

    async def entered(self, raffle: int, sender: Sender, **how: Any) -> int:
        """A fan enters; their number."""
        outcome = await self.enters(raffle, sender, **how)
        assert isinstance(outcome, Entered), outcome
        return outcome.number

    async def drawn(self, now: datetime = DRAWS) -> None:
        """The clock goes on past the close and the pause."""
        await self.drawing.run_due(now - self.policy.pause)
        await self.drawing.run_due(now)

    async def redraws(self, number: int, entry: int | None = None, *, at: datetime = DRAWS) -> RedrawOutcome:
        """Staff draw places anew."""
        redrawing = Redrawing(self.db, self.policy)
        return await redrawing.redraw(self.place, STAFF, number, entry, at, self.causes.next())

    async def redrawn(self, number: int, entry: int | None = None) -> Redrawn:
        """The same, and it works."""
        outcome = await self.redraws(number, entry)
        assert isinstance(outcome, Redrawn), outcome
        return outcome

    async def card(self, raffle: int, now: datetime = DRAWS) -> RaffleCard:
        """What everybody sees."""
        shown = await self.db.read(raffle_card, self.place.community_id, raffle, now)
        assert shown is not None
        return shown

    async def winners(self, raffle: int) -> list[int]:
        """Entry numbers that won, in rank."""
        rows = await query(
            self.db, "SELECT number FROM raffle_entry WHERE raffle_id = :r AND state = 'won' ORDER BY place", r=raffle
        )
        return [int(row[0]) for row in rows]

    async def proof(self, raffle: int) -> dict[str, Any]:
        """The proof as anybody reads it."""
        made = await self.drawing.proof(self.place.community_id, raffle)
        assert made is not None
        told: dict[str, Any] = json.loads(made.content)
        return told

    async def checked(self, raffle: int) -> Checked:
        """What the check says of it."""
        made = await self.drawing.proof(self.place.community_id, raffle)
        assert made is not None
        return check_proof(made.content.decode())

    async def told(self, what: str) -> list[int]:
        """Who is promised this outcome."""
        rows = await query(self.db, "SELECT chat_id, act, facts FROM outbox ORDER BY id")
        facts = [(int(chat), act, json.loads(f) if isinstance(f, str) else f) for chat, act, f in rows]
        return [int(f.get("user_id", chat)) for chat, act, f in facts if what in {act, f.get("outcome")}]
