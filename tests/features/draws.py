"""A shop's raffles, for tests of features: opened, entered, closed by the clock, drawn, and checked by their proof."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import Any

from bot.features.raffles.calling_off import CallingOff
from bot.features.raffles.cards import raffle_card
from bot.features.raffles.draw import Draws
from bot.features.raffles.namings import note_posted
from bot.features.raffles.proofs import Proofs
from bot.features.raffles.raffles import Raffles
from bot.features.raffles.redraw import Redraws
from bot.rules.act import Sender
from bot.rules.beacons import QUICKNET, Chain, Pulse
from bot.rules.place import Place
from bot.rules.policies import Policies
from bot.rules.raffles.cards import RaffleCard
from bot.rules.raffles.draws import RedrawOutcome
from bot.rules.raffles.entries import Entered, EnterOutcome
from bot.rules.raffles.facts import NewRaffle, RafflePolicy
from bot.rules.raffles.opening import RaffleMade, Redrawn
from bot.rules.raffles.proofs import CheckResult, check_proof
from bot.store.engine.db import Database
from bot.store.messages import departures
from bot.store.messages.departures import Mark
from bot.store.tables.messages import OutboxState
from tests.features.scene import NOON, OWNER, POLICIES, Causes, act_of, query, shop, staff_act

HALF_HOUR = timedelta(minutes=30)
CLOSES = NOON + HALF_HOUR
DRAWS = CLOSES + timedelta(seconds=11)
"""By then the list was shown for as long as it must."""
STAFF = OWNER.user_id


class Recorded:
    """A beacon that has every round up to its own time, as long as it answers."""

    chain: Chain = QUICKNET

    def __init__(self, now: datetime = NOON, *, answers: bool = True) -> None:
        self.now = now
        self.answers = answers
        self.asked: list[int] = []

    async def fetch(self, number: int) -> Pulse | None:
        """The round, if it has come and the beacon answers."""
        self.asked.append(number)
        return pulse(number) if self.answers and self.chain.time_of(number) <= self.now else None


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
    def policies(self) -> Policies:
        """All policies, with this fair's own for raffles."""
        return POLICIES.but(self.policy)

    @property
    def raffles(self) -> Raffles:
        """What fans and staff do."""
        return Raffles(self.db, self.policies, self.random_bytes, self.beacon)

    @property
    def calling_off(self) -> CallingOff:
        """What staff do with a raffle that shall not be drawn."""
        return CallingOff(self.db, self.policy, self.beacon)

    @property
    def drawing(self) -> Draws:
        """What the clock does."""
        return Draws(self.db, self.policies, self.beacon)

    async def made(self, *, at: datetime = NOON, cause: str | None = None, **wish: Any) -> int:
        """Open a raffle; its row's id."""
        asked = NewRaffle(**{"prize": "Silk scarf", "closes": CLOSES, **wish})
        outcome = await self.raffles.make(staff_act(self.place, STAFF, at, cause or self.causes.next()), asked)
        assert isinstance(outcome, RaffleMade), outcome
        return int((await query(self.db, "SELECT id FROM raffle WHERE number = :n", n=outcome.number))[0][0])

    async def enters(
        self, raffle: int, sender: Sender, *, at: datetime = NOON, ticket: bool = False, cause: str | None = None
    ) -> EnterOutcome:
        """A fan taps."""
        return await self.raffles.enter(
            act_of(self.place, sender, at, cause or self.causes.next()), raffle, ticket=ticket
        )

    async def entered(self, raffle: int, sender: Sender, **how: Any) -> int:
        """A fan enters; their number."""
        outcome = await self.enters(raffle, sender, **how)
        assert isinstance(outcome, Entered), outcome
        return outcome.number

    async def drawn(self, now: datetime = DRAWS) -> None:
        """The clock goes on past the close and the pause."""
        await self.drawing.run_due(now - self.policy.pause)
        await self.drawing.run_due(now)

    async def passes(self, now: datetime) -> datetime | None:
        """The clock and the beacon are at `now`, and what is due then is done; when there is more to do."""
        if self.beacon is not None:
            self.beacon.now = now
        return await self.drawing.run_due(now)

    async def posts(self, posted_at: datetime, message_id: int = 500) -> bool:
        """The sender hands the naming that waits to Telegram, which dates it; False if none waits."""
        rows = await query(
            self.db,
            "SELECT o.id, n.id, o.chat_id FROM outbox o JOIN raffle_naming n ON o.key = 'raffle.naming:' || n.id "
            "WHERE o.state IN ('waiting', 'sending')",
        )
        for row_id, naming_id, chat_id in rows:
            note = partial(
                note_posted, subject_id=naming_id, chat_id=chat_id, message_id=message_id, posted_at=posted_at
            )
            await self.db.write(departures.write_mark, row_id, Mark(OutboxState.SENT, note=note), posted_at)
        return bool(rows)

    async def namings(self) -> list[tuple[int, str, bool]]:
        """Rounds that were named, what became of each message, and whether it counts."""
        rows = await query(self.db, "SELECT round, state, counts FROM raffle_naming ORDER BY nth")
        return [(int(number), state, bool(counts)) for number, state, counts in rows]

    async def drawn_with_beacon(self) -> int:
        """Close, name a round, post it at once, wait for it and draw; the round."""
        await self.passes(CLOSES)
        assert await self.posts(CLOSES)
        number = (await self.namings())[0][0]
        await self.passes(QUICKNET.time_of(number))
        return number

    async def redraws(
        self, number: int, entry: int | None = None, *, at: datetime = DRAWS, **more: Any
    ) -> RedrawOutcome:
        """The owner draws places anew."""
        redrawing = Redraws(self.db, self.policy, more.pop("look_up", None))
        return await redrawing.redraw(staff_act(self.place, STAFF, at, self.causes.next()), number, entry, **more)

    async def redrawn(self, number: int, entry: int | None = None, **more: Any) -> Redrawn:
        """The same, and it works."""
        outcome = await self.redraws(number, entry, **more)
        assert isinstance(outcome, Redrawn), outcome
        return outcome

    async def card(self, raffle: int, now: datetime = DRAWS) -> RaffleCard:
        """What everybody sees."""
        shown = await self.db.read(raffle_card, self.place.community_id, raffle, now, policy=self.policy)
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
        made = await Proofs(self.db).proof(self.place.community_id, raffle)
        assert made is not None
        told: dict[str, Any] = json.loads(made.content)
        return told

    async def checked(self, raffle: int) -> CheckResult:
        """What the check says of it."""
        made = await Proofs(self.db).proof(self.place.community_id, raffle)
        assert made is not None
        return check_proof(made.content.decode())

    async def told(self, what: str) -> list[int]:
        """Who is promised this outcome."""
        rows = await query(self.db, "SELECT chat_id, act, facts FROM outbox ORDER BY id")
        facts = [(int(chat), act, json.loads(f) if isinstance(f, str) else f) for chat, act, f in rows]
        return [int(f.get("user_id", chat)) for chat, act, f in facts if what in {act, f.get("outcome")}]
