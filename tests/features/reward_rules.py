"""What fans, staff and the clock do with packets and gifts, wherever the process dies; nothing is asserted here yet."""

import contextlib
import random
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from bot.features.coins.lapse import LapseClock
from bot.features.gifts.offers import GiftOffers
from bot.features.gifts.rewards import RewardClock
from bot.features.packets.draw import PacketDraws
from bot.features.packets.packets import Packets
from bot.rules.act import Act
from bot.rules.coins.lapse import LapsePolicy
from bot.rules.gift_states import GiftKind
from bot.rules.gifts.cards import GiftCard
from bot.rules.gifts.offers import NewGift
from bot.rules.packets.packets import NewPacket, PacketOpened, ShareTaken
from bot.rules.rights import Role
from tests.features.fragile import Fragile, Killed
from tests.features.givers import Circle
from tests.features.machine import STAFF, Machine
from tests.features.scene import GIVEAWAYS, OWNER, POLICIES, Causes, act_of, fan, staff_act, undo


class Clockwork(Protocol):
    """What the clock wakes."""

    async def run_due(self, now: datetime) -> datetime | None:
        """Do what is due."""


FANS = 8
fans = st.integers(1, FANS)
picks = st.integers(0, 3)
Fuse = tuple[int, bool] | None
fuses = st.one_of(st.none(), st.none(), st.tuples(st.integers(0, 3), st.booleans()))
"""Where the process dies, if it does: at the transaction of this number, before it or after its commit."""
jumps = st.sampled_from(
    [
        timedelta(seconds=20),
        timedelta(minutes=2),
        timedelta(hours=5),
        timedelta(days=1),
        timedelta(days=8),
        timedelta(days=40),
    ]
)


class RewardRules(Machine):
    """One shop (a second one stands beside it), eight fans, and staff."""

    def __init__(self, template: Path) -> None:
        super().__init__(template)
        self.fragile = Fragile.open(f"sqlite:///{Path(self.folder.name) / 'encore.db'}")
        self.dice = random.Random(7)
        self.place = self.places[0]
        self.circle = Circle(self.fragile, self.place, Causes())
        self.packets = Packets(self.fragile, POLICIES, GIVEAWAYS, self.dice.randbytes)
        self.offers = GiftOffers(self.fragile, self.circle.policy, GIVEAWAYS)
        self.opened: list[int] = []
        self.cards: list[GiftCard] = []
        self.clocks: list[Clockwork] = [
            PacketDraws(self.fragile, POLICIES),
            RewardClock(self.fragile, self.circle.policies),
            self.circle.gifts,
            LapseClock(self.fragile, LapsePolicy()),
        ]

    def survives(self, fuse: Fuse, act: Callable[[str], Awaitable[Any]]) -> Any:
        """Do it by a fresh cause; if the process dies, it is delivered again; and once more for good measure."""
        self.last_cause += 1
        cause = f"43:{self.last_cause}"
        if fuse is not None:
            self.fragile.light(fuse[0], after_commit=fuse[1])
            with contextlib.suppress(Killed):
                self.wait(act(cause))
            self.fragile.light(None, after_commit=False)
        outcome = self.wait(act(cause))
        before = self.look("SELECT count(*) FROM transfer")
        assert type(self.wait(act(cause))) is type(outcome), "a redelivered update hears its first answer"
        assert before == self.look("SELECT count(*) FROM transfer"), "and moves nothing"
        return outcome

    def staff(self, at: datetime, cause: str) -> Act:
        """An act of an operator."""
        return act_of(self.place, OWNER, at, cause, Role.OPERATOR)

    def teardown(self) -> None:
        """Close the second way to the file, then everything."""
        self.wait(self.fragile.close())
        super().teardown()

    # What happens.

    @rule(jump=jumps, fuse=fuses)
    def time_goes_by(self, jump: timedelta, fuse: Fuse) -> None:
        """The clock comes round, perhaps after a death amid its work."""
        self.now += jump
        for clock in self.clocks:
            if fuse is not None:
                self.fragile.light(fuse[0], after_commit=fuse[1])
                with contextlib.suppress(Killed):
                    self.wait(clock.run_due(self.now))
                self.fragile.light(None, after_commit=False)
            self.wait(clock.run_due(self.now))

    @rule(who=fans, times=st.integers(1, 3))
    def check_in(self, who: int, times: int) -> None:
        """One day, or a few in a row."""
        for later in range(times):
            self.now += timedelta(days=1) if later else timedelta(0)
            self.wait(self.circle.checks_in(fan(who), self.now))

    @rule(coins=st.integers(1, 60), shares=st.integers(1, 6), rush=st.booleans(), fuse=fuses)
    def open_a_packet(self, coins: int, shares: int, rush: bool, fuse: Fuse) -> None:
        """Staff open a packet."""
        wish, at = NewPacket(coins + shares, shares, rush=rush), self.now
        outcome = self.survives(fuse, lambda cause: self.packets.open(self.staff(at, cause), wish))
        assert isinstance(outcome, PacketOpened)
        self.opened.append(outcome.packet_id)

    @precondition(lambda self: self.opened)
    @rule(pick=picks, crowd=st.lists(fans, min_size=3, max_size=FANS), fuse=fuses)
    def tap_a_packet(self, pick: int, crowd: list[int], fuse: Fuse) -> None:
        """Fans tap."""
        packet_id, at = self.opened[-1 - pick % len(self.opened)], self.now
        for who in crowd:
            tapped = self.survives(
                fuse,
                lambda cause, who=who: self.packets.tap(act_of(self.place, fan(who), at, cause), packet_id),  # type: ignore[misc]
            )
            if isinstance(tapped, ShareTaken):
                assert tapped.coins >= 1

    @rule(fuse=fuses)
    def take_back(self, fuse: Fuse) -> None:
        """Staff undo what they did last."""
        at = self.now
        self.survives(fuse, lambda cause: undo(self.fragile, self.place, STAFF, at, cause))

    @rule(kind=st.sampled_from([GiftKind.COINS, GiftKind.RELAY]), fuse=fuses)
    def offer_a_gift(self, kind: GiftKind, fuse: Fuse) -> None:
        """Staff let fans send something on; of coins there are three."""
        coins, at = (20, self.now) if kind is GiftKind.COINS else (0, self.now)
        wish = NewGift("A warm start", kind, coins=coins, stock=3 if coins else None)
        self.survives(
            fuse, lambda cause: self.offers.make(staff_act(self.place, STAFF, at, cause, Role.OPERATOR), wish)
        )

    @rule(who=fans, offer=st.integers(0, 2), fuse=fuses)
    def make_a_card(self, who: int, offer: int, fuse: Fuse) -> None:
        """A fan makes a card."""
        at = self.now
        made = self.survives(fuse, lambda cause: self.circle.gifts.make(act_of(self.place, fan(who), at, cause), offer))
        if isinstance(made, GiftCard) and made.gift_id not in {card.gift_id for card in self.cards}:
            self.cards.append(made)

    @precondition(lambda self: self.cards)
    @rule(who=fans, pick=picks, joins=st.booleans())
    def open_a_card(self, who: int, pick: int, joins: bool) -> None:
        """Someone opens a card, and comes."""
        card = self.cards[-1 - pick % len(self.cards)]
        found = self.wait(self.circle.found(card, self.now))
        if found is not None:
            self.wait(self.circle.gifts.open(found, act_of(found.place, fan(who), self.now), inside=False))
        if joins:
            self.wait(self.circle.comes(fan(who), self.now))

    @rule(who=fans)
    def leave(self, who: int) -> None:
        """A fan leaves the group."""
        self.wait(self.circle.goes(fan(who), self.now))
