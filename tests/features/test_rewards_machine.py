"""Everything that travels, together: whatever fans, staff and the clock do, and wherever the process dies in between.

Hypothesis makes up histories of packets, raffles, gifts, hearts, the coin shop and check-ins in one shop. Any use case
may be cut off before or after any of its transactions; it is then delivered again, as the inbox does after a restart.
After every step the ledger is added up and each scarce thing counted, from the rows alone.
"""

import contextlib
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule, run_state_machine_as_test

from bot.features.gift_offers import GiftOffers
from bot.features.lapsing import Lapsing
from bot.features.packet_draws import PacketDraws
from bot.features.packets import Packets
from bot.features.rewarding import Rewarding
from bot.flows.undo import undo
from bot.rules.gifts import GiftCard, GiftKind, NewGift
from bot.rules.lapse import LapsePolicy
from bot.rules.packets import NewPacket, PacketOpened, PacketPolicy, ShareTaken
from bot.store.ledger import check_books
from tests.features.fragile import Fragile, Killed
from tests.features.givers import Circle
from tests.features.machine import STAFF, Machine
from tests.features.people import Causes, fan


class Clockwork(Protocol):
    """What the clock wakes."""

    async def run_due(self, now: datetime) -> datetime | None:
        """Do what is due."""


FANS = 8
fans = st.integers(1, FANS)
picks = st.integers(0, 3)
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


class Rewards(Machine):
    """One shop (a second one stands beside it), eight fans, and staff."""

    def __init__(self, template: Path) -> None:
        super().__init__(template)
        self.fragile = Fragile.open(f"sqlite:///{Path(self.folder.name) / 'encore.db'}")
        self.dice = random.Random(7)
        self.place = self.places[0]
        self.circle = Circle(self.fragile, self.place, Causes())
        self.packets = Packets(self.fragile, PacketPolicy(), self.dice.randbytes)
        self.offers = GiftOffers(self.fragile, self.circle.policy)
        self.opened: list[int] = []
        self.cards: list[GiftCard] = []
        self.clocks: list[Clockwork] = [
            PacketDraws(self.fragile, PacketPolicy()),
            Rewarding(self.fragile, self.circle.policy),
            self.circle.gifts,
            Lapsing(self.fragile, LapsePolicy()),
        ]

    def survives(self, fuse: tuple[int, bool] | None, act: Callable[[str], Awaitable[Any]]) -> Any:
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

    def teardown(self) -> None:
        """Close the second way to the file, then everything."""
        self.wait(self.fragile.close())
        super().teardown()

    # What happens.

    @rule(jump=jumps, fuse=fuses)
    def time_goes_by(self, jump: timedelta, fuse: tuple[int, bool] | None) -> None:
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
    def open_a_packet(self, coins: int, shares: int, rush: bool, fuse: tuple[int, bool] | None) -> None:
        """Staff open a packet."""
        wish, at = NewPacket(coins + shares, shares, rush=rush), self.now
        outcome = self.survives(fuse, lambda cause: self.packets.open(self.place, STAFF, wish, at, cause))
        assert isinstance(outcome, PacketOpened)
        self.opened.append(outcome.packet_id)

    @precondition(lambda self: self.opened)
    @rule(pick=picks, crowd=st.lists(fans, min_size=1, max_size=FANS), fuse=fuses)
    def tap_a_packet(self, pick: int, crowd: list[int], fuse: tuple[int, bool] | None) -> None:
        """Fans tap."""
        packet_id, at = self.opened[-1 - pick % len(self.opened)], self.now
        for who in crowd:
            tapped = self.survives(
                fuse,
                lambda cause, who=who: self.packets.tap(self.place, fan(who), packet_id, at, cause),  # type: ignore[misc]
            )
            if isinstance(tapped, ShareTaken):
                assert tapped.coins >= 1

    @rule(fuse=fuses)
    def take_back(self, fuse: tuple[int, bool] | None) -> None:
        """Staff undo what they did last."""
        at = self.now
        self.survives(fuse, lambda cause: undo(self.fragile, self.place, STAFF, at, cause))

    @rule(kind=st.sampled_from([GiftKind.COINS, GiftKind.RELAY]), fuse=fuses)
    def offer_a_gift(self, kind: GiftKind, fuse: tuple[int, bool] | None) -> None:
        """Staff let fans send something on; of coins there are three."""
        coins, at = (20, self.now) if kind is GiftKind.COINS else (0, self.now)
        wish = NewGift("A warm start", kind, coins=coins, stock=3 if coins else None)
        self.survives(fuse, lambda cause: self.offers.make(self.place, STAFF, wish, at, cause))

    @rule(who=fans, offer=st.integers(0, 2), fuse=fuses)
    def make_a_card(self, who: int, offer: int, fuse: tuple[int, bool] | None) -> None:
        """A fan makes a card."""
        at = self.now
        made = self.survives(fuse, lambda cause: self.circle.gifts.make(self.place, fan(who), offer, at, cause))
        if isinstance(made, GiftCard) and made.gift_id not in {card.gift_id for card in self.cards}:
            self.cards.append(made)

    @precondition(lambda self: self.cards)
    @rule(who=fans, pick=picks, joins=st.booleans())
    def open_a_card(self, who: int, pick: int, joins: bool) -> None:
        """Someone opens a card, and comes."""
        card = self.cards[-1 - pick % len(self.cards)]
        found = self.wait(self.circle.found(card, self.now))
        if found is not None:
            self.wait(self.circle.gifts.open(found, fan(who), self.now, inside=False))
        if joins:
            self.wait(self.circle.comes(fan(who), self.now))

    @rule(who=fans)
    def leave(self, who: int) -> None:
        """A fan leaves the group."""
        self.wait(self.circle.goes(fan(who), self.now))

    # What holds, whatever happened.

    @invariant()
    def every_coin_is_accounted_for(self) -> None:
        """The ledger's sum is nought, balances are their sums, and no reason was paid twice."""
        books = self.wait(self.fragile.read(check_books))
        assert books.sum_of_all == 0
        assert books.sound
        assert not self.look("SELECT key FROM transfer GROUP BY community_id, key HAVING count(*) > 1")

    @invariant()
    def packets_hold_what_they_should(self) -> None:
        """Shares are at least 1 and add up; an escrow holds what isn't handed out, and nothing at the end."""
        held = dict(
            self.look(
                "SELECT a.id, coalesce(sum(CASE WHEN t.credit_id = a.id THEN t.amount ELSE -t.amount END), 0) "
                "FROM account a LEFT JOIN transfer t ON a.id IN (t.credit_id, t.debit_id) "
                "WHERE a.kind = 'escrow' GROUP BY a.id"
            )
        )
        for packet_id, coins, count, state, escrow in self.look(
            "SELECT id, coins, shares, state, escrow_id FROM packet"
        ):
            shares = [row[0] for row in self.look(f"SELECT coins FROM packet_share WHERE packet_id = {packet_id}")]  # noqa: S608
            taken = self.look(f"SELECT coins FROM packet_take WHERE packet_id = {packet_id} AND nth IS NOT NULL")  # noqa: S608
            assert (sum(shares), len(shares), min(shares) >= 1) == (coins, count, True)
            live = state in {"gathering", "drawing", "open"}
            assert held[escrow] == (coins - sum(row[0] for row in taken) if live else 0)

    @invariant()
    def gifts_pay_once_and_only_for_members(self) -> None:
        """A stage pays each of the two once, exactly what it says; an offer's stock holds."""
        paid = self.look("SELECT id, amount FROM gift_reward WHERE state = 'paid'")
        transfers = self.look("SELECT amount FROM transfer WHERE reason = 'gift'")
        assert Counter(amount for _, amount in paid) == Counter(amount for (amount,) in transfers)
        stocked = self.look("SELECT stock, taken FROM gift_offer WHERE stock IS NOT NULL")
        assert all(0 <= taken <= stock for stock, taken in stocked)


def test_rewards_survive_any_history(sqlite_template: Path) -> None:
    """Histories of forty steps, the same in every run."""

    class Fresh(Rewards):
        """Each history begins with a copy of the migrated file."""

        def __init__(self) -> None:
            super().__init__(sqlite_template)

    run_state_machine_as_test(
        Fresh,
        settings=settings(
            max_examples=12,
            stateful_step_count=40,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
